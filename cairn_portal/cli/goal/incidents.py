"""What happened and counts beside the goals, recorded on a sheet: merits, faults, vetoes (RULES E2)."""

from typing import Annotated

import typer

from cairn.domain.policy import PeriodKind
from cairn.domain.sheet.commands import RecordIncident, WithdrawIncident
from cairn_portal.cli.goal.adjusting import Reason
from cairn_portal.cli.goal.reviewing import Day
from cairn_portal.cli.goal.sheets import SheetArg, decide_on_sheet
from cairn_portal.cli.options import By, CommandId
from cairn_portal.cli.session import require_reason
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import day


async def record(
    at: Terminal,
    name: SheetArg,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="a kind of incident that the policy knows")],
    on: Day = None,
    times: Annotated[int, typer.Option(min=1, help="how often")] = 1,
    counts_in: Annotated[
        PeriodKind | None, typer.Option(help="the score it counts in, where the policy allows several")
    ] = None,
    reason: Reason = "",
    by: By = None,
    command_id: CommandId = None,
) -> None:
    require_reason(reason)
    fields = {
        "kind": kind,
        "on": day(on, "--on"),
        "times": times,
        "counts_in": counts_in,
        "reason": reason,
    }
    await decide_on_sheet(at, name, RecordIncident, by, fields, command_id)


async def withdraw(
    at: Terminal,
    name: SheetArg,
    incident: Annotated[int, typer.Argument(metavar="NUMBER", help="the incident's number in the sheet")],
    reason: Reason = "",
    by: By = None,
    command_id: CommandId = None,
) -> None:
    require_reason(reason)
    fields = {"incident": incident, "reason": reason}
    await decide_on_sheet(at, name, WithdrawIncident, by, fields, command_id)
