"""The goal interview at the command line: for one goal, several, or everything on a sheet."""

from collections.abc import Sequence
from typing import Annotated

import typer

from cairn.domain.goal.stages import stage_row
from cairn.i18n import message
from cairn_portal.cli.goal.commanding import give_command, goal_id, goal_row
from cairn_portal.cli.options import By, CommandId, Goals
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import iso_day
from projections.models import goal as goals_model


async def interview(
    at: Terminal,
    goals: Goals = None,
    agreed: Annotated[str, typer.Option(help="what was agreed (required)")] = "",
    by: By = None,
    on: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="the day, by default today")] = None,
    took_part: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="ID", help="who took part; repeat it, by default owner and --by"),
    ] = None,
    sheet: Annotated[bool, typer.Option("--sheet", help="for every goal of the same sheet")] = False,
    command_id: CommandId = None,
) -> int:
    if not agreed.strip():
        raise Problem(message("Say what was agreed: --agreed '…'."), USAGE)
    fields = {"agreed": agreed, "on": iso_day(on, "--on"), "participants": list(took_part or ())}
    chosen = await _of_sheets(at, goals or []) if sheet else list(goals or [])
    return await give_command(at, chosen, "interview", require_actor(by), fields, command_id=command_id)


async def _of_sheets(at: Terminal, goals: Sequence[str]) -> list[str]:
    """Every goal whose life goes on in the sheets of these."""
    async with session(at) as s:
        sheets = {(await goal_row(s, goal_id(name))).sheet for name in goals}
        found = [each for sheet in sorted(sheets) for each in await goals_model.goals(s.pool, sheet=sheet)]
    return [each.goal for each in found if not stage_row(each.stage).over]
