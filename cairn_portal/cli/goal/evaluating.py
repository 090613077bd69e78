"""Single pieces of work evaluated by the form of a goal: a mark for each criterion, errors, a fatal one."""

from typing import Annotated

import typer

from cairn.i18n import message
from cairn_portal.cli.goal.adjusting import Reason
from cairn_portal.cli.goal.commanding import give_command
from cairn_portal.cli.goal.reviewing import Day
from cairn_portal.cli.options import By, CommandId, GoalArg
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import require_actor, require_reason
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import decimal, iso_day

NOT_APPLICABLE = "none"
Marks = Annotated[
    list[str] | None,
    typer.Option(
        "--mark", metavar="CRITERION=MARK", help="a mark, or none where it does not apply; repeatable"
    ),
]


async def evaluate(
    at: Terminal,
    name: GoalArg,
    marks: Marks = None,
    errors: Annotated[int, typer.Option(min=0, help="how many errors")] = 0,
    fatal: Annotated[bool, typer.Option("--fatal", help="one of them was fatal")] = False,
    on: Day = None,
    note: Annotated[str, typer.Option(help="words")] = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    fields = {
        "marks": dict(map(_mark, marks or ())),
        "errors": errors,
        "fatal": fatal,
        "on": iso_day(on, "--on"),
        "note": note,
    }
    return await give_command(at, [name], "evaluate", require_actor(by), fields, command_id=command_id)


def _mark(written: str) -> tuple[str, str | None]:
    """A criterion with its mark, None where it does not apply."""
    name, sign, mark = (part.strip() for part in written.partition("="))
    if not sign or not name:
        raise Problem(message("{option} is NAME=NUMBER, not '{each}'.", option="--mark", each=written), USAGE)
    return name, None if mark == NOT_APPLICABLE else decimal(mark, "--mark")


async def withdraw(
    at: Terminal,
    name: GoalArg,
    evaluation: Annotated[int, typer.Option(min=1, help="the evaluation's number")],
    reason: Reason = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    require_reason(reason)
    fields = {"evaluation": evaluation, "reason": reason}
    return await give_command(
        at, [name], "withdraw_evaluation", require_actor(by), fields, command_id=command_id
    )
