"""Through the year and at its end: check in, accept, assess, move to another manager, cancel, supersede, close."""

from typing import Annotated

import typer

from cairn.i18n import marked, message
from cairn_portal.cli.goal.adjusting import Reason
from cairn_portal.cli.goal.attaching import Files, attached
from cairn_portal.cli.goal.commanding import give_command, goal_id
from cairn_portal.cli.goal.setting import Comment
from cairn_portal.cli.options import By, CommandId, GoalArg, Goals
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import require_actor
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import decimal, iso_day

PANEL = marked("Execution and review")
Amount = Annotated[str | None, typer.Option(metavar="NUMBER", help="a value")]
Day = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="the day")]


async def check_in(
    at: Terminal,
    name: GoalArg,
    by: By = None,
    value: Amount = None,
    base: Annotated[str | None, typer.Option(metavar="NUMBER", help="a ratio's denominator")] = None,
    on: Day = None,
    note: Annotated[str, typer.Option(help="words")] = "",
    files: Files = None,
    command_id: CommandId = None,
) -> int:
    fields = {
        "files": await attached(at, goal_id(name), files),
        "value": decimal(value, "--value"),
        "base": decimal(base, "--base"),
        "note": note,
        "on": iso_day(on, "--on"),
    }
    return await give_command(at, [name], "check_in", require_actor(by), fields, command_id=command_id)


async def accept(
    at: Terminal,
    name: GoalArg,
    criterion: Annotated[int, typer.Option(min=1, help="which criterion, from 1")],
    evidence: Annotated[str, typer.Option(help="the evidence")],
    files: Files = None,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    kept = await attached(at, goal_id(name), files)
    fields = {"criterion": criterion, "evidence": evidence, "files": kept}
    return await give_command(at, [name], "accept", require_actor(by), fields, command_id=command_id)


async def assess(
    at: Terminal,
    goals: Goals = None,
    points: Annotated[str, typer.Option(metavar="NUMBER", help="points, 0 to 150")] = "",
    period: Annotated[str, typer.Option(help="the period")] = "Y",
    comment: Comment = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    if not points:
        raise Problem(message("Give the points: --points 95."), USAGE)
    fields = {"points": decimal(points, "--points"), "period": period, "comment": comment}
    return await give_command(at, goals or [], "assess", require_actor(by), fields, command_id=command_id)


async def change_manager(
    at: Terminal,
    goals: Goals = None,
    manager: Annotated[str, typer.Option(metavar="ID", help="the new manager")] = "",
    effective: Day = None,
    reason: Annotated[str, typer.Option(help="why")] = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    if not manager or effective is None:
        raise Problem(message("Say --manager ID and --effective YYYY-MM-DD."), USAGE)
    fields = {"manager": manager, "effective": iso_day(effective, "--effective"), "reason": reason}
    return await give_command(
        at, goals or [], "change_manager", require_actor(by), fields, command_id=command_id
    )


async def follow_holder(
    at: Terminal,
    goals: Goals = None,
    by: By = None,
    reason: Annotated[str, typer.Option(help="why")] = "",
    command_id: CommandId = None,
) -> int:
    fields = {"reason": reason}
    return await give_command(
        at, goals or [], "follow_holder", require_actor(by), fields, command_id=command_id
    )


async def supersede(
    at: Terminal,
    name: GoalArg,
    replacement: Annotated[str, typer.Option(metavar="GOAL", help="the goal that replaces it")],
    reason: Reason = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    if not reason.strip():
        raise Problem(message("Superseding needs a reason: --reason '…'."), USAGE)
    fields = {"replacement": goal_id(replacement), "reason": reason}
    return await give_command(at, [name], "supersede", require_actor(by), fields, command_id=command_id)
