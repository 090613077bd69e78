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


TargetsFile = Annotated[
    Path, typer.Argument(help="目标值表 CSV/Excel：工号、目标、考核期、目标值 · table of targets")
]


targets = Group("预先下达的目标值，如销售指标 · targets set before the launch, such as quotas")


@targets.told("import", "导入目标值；有一行错误就全部不导入 · import targets: all rows or none")
async def import_targets(
    at: Terminal,
    file: TargetsFile,
    cycle: Annotated[str, typer.Option(help="绩效周期编号 · the cycle's id")],
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
    said = at.say(
        f"✓ {len(rows)} 行，其中 {new} 行是新的或有变化", f"✓ {len(rows)} rows, {new} of them new or changed"
    )
    at.answer({"rows": len(rows), "new": new}, Text(said, style="green"))
    return 0


@targets.told(
    "list",
    "列出一个周期的目标值及其来源 · the targets of a cycle, with the file, person and time they come from",
)
async def list_targets(at: Terminal, cycle: CycleArg) -> None:
    async with session(at) as s:
        found = await s.application.targets.proposed(cycle)
        names = await s.names()
    table = grid(
        at.say("对象", "holder"),
        at.say("目标", "goal"),
        at.say("考核期", "period"),
        at.say("目标值", "target"),
        at.say("来源", "from"),
        at.say("下达人", "by"),
        at.say("时间", "when"),
        right=(at.say("目标值", "target"),),
    )
    for each in found:
        holder = f"{each.holder} {names.get(each.holder, '')}".strip()
        by = f"{each.by} {names.get(each.by, '')}".strip()
        table.add_row(holder, each.goal, each.period, number(each.target), each.source, by, moment(each.at))
    nothing = Text(
        at.say(
            f"周期 {cycle} 还没有下达目标值：cairn targets import 文件 --cycle {cycle} --by 工号",
            f"No targets are set for cycle {cycle} yet: cairn targets import FILE --cycle {cycle} --by ID",
        )
    )
    at.answer(found, table if found else nothing)


RowProblem = tuple[int, str, str]


def read_targets(lines: Sequence[Line]) -> tuple[list[tuple[int, TargetRow]], list[RowProblem]]:
    """The rows of a table of targets with their numbers, and every bad cell: (row, Chinese, English)."""
    rows: list[tuple[int, TargetRow]] = []
    problems: list[RowProblem] = []
    for line in lines:
        cells = {name: _cell(line, names) for name, names in TARGET_COLUMNS.items()}
        missing = [TARGET_COLUMNS[name][-1] for name, cell in cells.items() if not cell and name != "period"]
        period = (cells["period"] or "Y").upper()
        if missing:
            problems.append((line.number, f"缺少 {'、'.join(missing)}", f"lacks {', '.join(missing)}"))
        elif not PERIOD.fullmatch(period):
            known = "M01…M12, Q1…Q4, H1, H2, Y"
            problems.append(
                (line.number, f"没有考核期 {period}：可用 {known}", f"no period {period}: there are {known}")
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
        (number, f"「{written}」不是数：请写成 1234.56", f"'{written}' is no number: write it as 1234.56")
    )
    return []


async def _unknown_holders(s: Session, rows: Sequence[tuple[int, TargetRow]]) -> list[RowProblem]:
    unknown = await s.application.targets.unknown_holders(row.holder for _, row in rows)
    return [
        (number, f"花名册中没有「{row.holder}」", f"'{row.holder}' is not in the roster")
        for number, row in rows
        if row.holder in unknown
    ]


def _tell_targets(at: Terminal, source: str, problems: list[RowProblem]) -> int:
    table = grid(at.say("行", "row"), at.say("问题", "problem"))
    for row, zh, en in problems:
        table.add_row(str(row), at.say(zh, en))
    count = len(problems)
    heading = at.say(
        f"✗ {source} 有 {count} 处错误，一行也没有导入",
        f"✗ {source} has {count} mistakes; nothing was imported",
    )
    told = [{"row": row, "problem": at.say(zh, en)} for row, zh, en in problems]
    at.answer({"source": source, "problems": told}, Text(heading, style="bold red"), table)
    return REFUSED
