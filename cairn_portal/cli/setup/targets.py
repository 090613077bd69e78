"""Targets set before a launch, such as quotas: every bad row at once, and all or none."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cairn.domain.cycle.events import TargetRow
from cairn.i18n import Message, message
from cairn.tables import Line, read_table
from cairn_portal.cli.group import Group
from cairn_portal.cli.options import By, CycleArg
from cairn_portal.cli.problem import REFUSED
from cairn_portal.cli.session import Session, acting, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import grid, moment, number

TARGET_COLUMNS: dict[str, tuple[str, ...]] = {
    "holder": ("holder", "person", "工号", "对象", "责任人"),
    "goal": ("goal", "key", "目标", "指标", "目标代号"),
    "period": ("period", "考核期", "期间"),
    "target": ("target", "目标值"),
}


PERIOD = re.compile(r"M(0[1-9]|1[0-2])|Q[1-4]|H[12]|Y")


TargetsFile = Annotated[Path, typer.Argument(help="table of targets")]


targets = Group("targets set before the launch, such as quotas")


@targets.told("import", "import targets: all rows or none")
async def import_targets(
    at: Terminal,
    file: TargetsFile,
    cycle: Annotated[str, typer.Option(help="the cycle's id")],
    by: By = None,
) -> int:
    rows, problems = read_targets(read_table(file).lines)
    async with session(at) as s:
        problems += await _unknown_holders(s, rows)
        if problems:
            return _tell_targets(at, file.name, sorted(problems))
        given = [row for _, row in rows]
        proposal = await s.application.targets.propose(cycle, given, file.name, acting(by), datetime.now(UTC))
        if proposal.version:
            await s.seen(proposal.stream, proposal.version)
    new = proposal.new
    said = at.say("✓ {rows} rows, {new} of them new or changed", rows=len(rows), new=new)
    at.answer({"rows": len(rows), "new": new}, Text(said, style="green"))
    return 0


@targets.told(
    "list",
    "the targets of a cycle, with the file, person and time they come from",
)
async def list_targets(at: Terminal, cycle: CycleArg) -> None:
    async with session(at) as s:
        found = await s.application.targets.proposed(cycle)
        names = await s.names()
    table = grid(
        at.say("holder"),
        at.say("goal"),
        at.say("period"),
        at.say("target"),
        at.say("source"),
        at.say("set by"),
        at.say("time"),
        right=(at.say("target"),),
    )
    for each in found:
        holder = f"{each.holder} {names.get(each.holder, '')}".strip()
        by = f"{each.by} {names.get(each.by, '')}".strip()
        table.add_row(holder, each.goal, each.period, number(each.target), each.source, by, moment(each.at))
    nothing = Text(
        at.say(
            "No targets are set for cycle {cycle} yet: cairn targets import FILE --cycle {cycle} --by ID",
            cycle=cycle,
        )
    )
    at.answer(found, table if found else nothing)


RowProblem = tuple[int, Message]


def read_targets(lines: Sequence[Line]) -> tuple[list[tuple[int, TargetRow]], list[RowProblem]]:
    """The rows of a table of targets with their numbers, and every bad cell: (row, what is wrong)."""
    rows: list[tuple[int, TargetRow]] = []
    problems: list[RowProblem] = []
    for line in lines:
        cells = {name: _cell(line, names) for name, names in TARGET_COLUMNS.items()}
        missing = [TARGET_COLUMNS[name][-1] for name, cell in cells.items() if not cell and name != "period"]
        period = (cells["period"] or "Y").upper()
        if missing:
            problems.append(
                (
                    line.number,
                    message("lacks {missing}", missing=missing),
                )
            )
        elif not PERIOD.fullmatch(period):
            known = ("M01…M12", "Q1…Q4", "H1", "H2", "Y")
            problems.append(
                (
                    line.number,
                    message("no period {period}: there are {known}", period=period, known=known),
                )
            )
        else:
            rows += _target(line.number, cells, period, problems)
    return rows, problems


def _cell(line: Line, names: tuple[str, ...]) -> str:
    return next((cell.strip() for name, cell in line.cells.items() if name.strip().casefold() in names), "")


def _target(
    number: int, cells: dict[str, str], period: str, problems: list[RowProblem]
) -> list[tuple[int, TargetRow]]:
    try:
        amount = Decimal(cells["target"].replace(",", ""))
        if amount.is_finite():
            return [
                (number, TargetRow(holder=cells["holder"], goal=cells["goal"], period=period, target=amount))
            ]
    except InvalidOperation:
        pass
    written = cells["target"]
    problems.append(
        (
            number,
            message("'{written}' is no number: write it as 1234.56", written=written),
        )
    )
    return []


async def _unknown_holders(s: Session, rows: Sequence[tuple[int, TargetRow]]) -> list[RowProblem]:
    unknown = await s.application.targets.unknown_holders(row.holder for _, row in rows)
    return [
        (
            number,
            message("'{holder}' is not in the roster", holder=row.holder),
        )
        for number, row in rows
        if row.holder in unknown
    ]


def _tell_targets(at: Terminal, source: str, problems: list[RowProblem]) -> int:
    table = grid(at.say("row"), at.say("problem"))
    for row, sentence in problems:
        table.add_row(str(row), at.say(sentence))
    count = len(problems)
    heading = at.say("✗ {source} has {count} mistakes; nothing was imported", source=source, count=count)
    told = [{"row": row, "problem": at.say(sentence)} for row, sentence in problems]
    at.answer({"source": source, "problems": told}, Text(heading, style="bold red"), table)
    return REFUSED
