"""What waits too long is urged, and a step that was a mistake is taken back."""

from collections.abc import Sequence
from typing import Annotated

import typer

from cairn.i18n import message
from cairn_portal.cli.goal.commanding import give_command
from cairn_portal.cli.options import By, CommandId, CycleOption, Goals
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from projections.models import inbox as inboxes

ForWhom = Annotated[
    str | None,
    typer.Option("--waiting-for", metavar="ID", help="instead of goals: all that wait for this person"),
]


Quietly = Annotated[bool, typer.Option("--quietly", help="tell nobody; it is on record all the same")]


async def urge(
    at: Terminal,
    goals: Goals = None,
    waiting_for: ForWhom = None,
    note: Annotated[str, typer.Option(help="what to tell them")] = "",
    by: By = None,
    cycle: CycleOption = None,
    command_id: CommandId = None,
) -> int:
    if bool(goals) == (waiting_for is not None):
        raise Problem(message("Name goals, or whom they wait for: --waiting-for ID."), USAGE)
    chosen = list(goals or ()) if waiting_for is None else await _waiting_for(at, waiting_for, cycle)
    return await give_command(at, chosen, "urge", require_actor(by), {"note": note}, command_id=command_id)


async def _waiting_for(at: Terminal, who: str, cycle: str | None) -> Sequence[str]:
    async with session(at) as s:
        person = await s.person(who)
        tasks = await inboxes.inbox(s.pool, who, person.roles, cycle=cycle, trusting=await s.trusting())
    if not tasks:
        raise Problem(message("No goal waits for {who}.", who=who))
    return list(dict.fromkeys(task.goal for task in tasks if task.act != "confirm_check_ins"))


async def recall(
    at: Terminal,
    goals: Goals = None,
    reason: Annotated[str, typer.Option(help="why")] = "",
    quietly: Quietly = False,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    fields = {"reason": reason, "tell": not quietly}
    return await give_command(
        at, list(goals or ()), "recall", require_actor(by), fields, command_id=command_id
    )


async def step_back(
    at: Terminal,
    goals: Goals = None,
    reason: Annotated[str, typer.Option(help="why (required)")] = "",
    quietly: Quietly = False,
    by: By = None,
    command_id: CommandId = None,
) -> int:  # fmt: skip
    if not reason.strip():
        raise Problem(message("Say why: --reason '…'."), USAGE)
    fields = {"reason": reason, "tell": not quietly}
    return await give_command(
        at, list(goals or ()), "step_back", require_actor(by), fields, command_id=command_id
    )
