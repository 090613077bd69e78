"""Giving a cycle up before its end: what is lost is said first."""

import typer
from rich.text import Text

from cairn.i18n import message
from cairn_portal.cli.goal.adjusting import Reason
from cairn_portal.cli.options import By, CommandId, CycleArg, Yes
from cairn_portal.cli.problem import USAGE, Problem, refusal_of
from cairn_portal.cli.session import require_actor, require_reason, session
from cairn_portal.cli.terminal import Terminal


async def abandon(
    at: Terminal,
    name: CycleArg,
    reason: Reason = "",
    by: By = None,
    yes: Yes = False,
    command_id: CommandId = None,
) -> None:
    require_reason(reason)
    async with session(at) as s:
        cycle = await s.cycle(name.removeprefix("cycle-"))
        waiting, goals = await s.application.evaluation.open_goals(cycle.id)
        results = 0 if cycle.results else cycle.sheets
        lost = at.say(
            "Lost with cycle {id}: {open} of {goals} goals are not over, and {results} sheets have no result",
            id=cycle.id,
            open=len(waiting),
            goals=goals,
            results=results,
        )
        if not yes:
            if not at.interactive:
                raise Problem(message("{lost}: confirm with --yes.", lost=lost), USAGE)
            at.err.print(f"  {lost}")
            typer.confirm(at.say("Abandon it?"), abort=True, err=True)
        fields = {"reason": reason}
        outcome = await (await s.gateway()).cycle(cycle.id, "abandon", require_actor(by), fields, command_id)
        if outcome.refused:
            raise refusal_of(outcome.refused)
        if outcome.status:
            await s.seen(f"cycle-{cycle.id}", outcome.status.version, "dashboard", "goal")
    at.answer(
        {"status": outcome.status, "open_goals": len(waiting), "goals": goals, "without_result": results},
        Text(at.say("✓ Cycle {id} is abandoned. {lost}.", id=cycle.id, lost=lost), style="yellow"),
    )
