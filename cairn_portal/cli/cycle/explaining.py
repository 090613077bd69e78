"""How a result came about, step by step in the order of computing (RULES E2), from the log alone."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.clock import zone_of
from cairn.application.repository import fold_sheet
from cairn.domain.sheet.events import ResultIssued
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import kind_of, sheet_name
from cairn_portal.cli.goal.progress import the_cycle
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import CycleOption
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.curve_words import CurveTold
from cairn_portal.presenting.explained import after_sums, as_their_own, short, steps_of
from cairn_portal.presenting.goal_score import DIFFERS, GoalTold
from cairn_portal.presenting.sheet_score import comes_out, sums_of
from cairn_portal.presenting.story import note
from cairn_portal.presenting.sums import Sum, as_facts
from cairn_portal.presenting.words import NOTHING, facts, grid, number
from cairn_portal.presenting.working import PLACES
from cairn_portal.reading.explaining import GoalExplained, explained_facts, facts_of_sheet
from cairn_portal.reading.explaining import explain as explained
from cairn_portal.reading.results import owners


async def explain(
    at: Terminal,
    who: Annotated[
        str,
        typer.Argument(metavar="PERSON", help="a person, a department, company, or a sheet's or goal's id"),
    ],
    cycle: CycleOption = None,
    period: Annotated[str | None, typer.Option(help="the score of a period in place of the result")] = None,
    reader: As = None,
) -> None:
    if kind_of(who) == "goal":
        return await _explain_goal(at, who, period or "Y", reader)
    async with session(at) as s:
        sheet = await sheet_named(s, who, cycle)
        await s.titles()
        view = await viewer(s, reader, await s.cycle(sheet.cycle))
        view.require("scores", (await owners(s.records))(sheet.holder))
        found = sheet.scores.get(period) if period else sheet.result
        policy = await s.policies.version(found.policy) if found else None
        facts_then = None
        if found is not None and policy is not None:
            facts_then = await facts_of_sheet(s.records, view, await s.cycle(sheet.cycle), found, policy)
    if found is None or policy is None or facts_then is None:
        at.answer({"sheet": sheet.id, "steps": []}, Text(at.say("Not scored yet.")))
        return
    if isinstance(found, ResultIssued) and view.person is not None and view.person.id == sheet.holder:
        if not found.told and sheet.shown != found.number:
            at.answer({"sheet": sheet.id, "steps": []}, Text(at.say("The result is not shown yet.")))
            return
        found = as_their_own(found, policy)
    steps, sums = steps_of(at, found, policy), sums_of(at, found, facts_then, policy)
    table = grid(at.say("step"), at.say("with"), at.say("comes to"), right=(at.say("comes to"),))
    for step in after_sums(steps):
        table.add_row(step.what, step.of, short(step.comes_to))
    told = {
        "sheet": sheet.id, "steps": [step._asdict() for step in steps], "sums": as_facts(sums), "of": found,
    }  # fmt: skip
    differs = [] if comes_out(found, sums, policy) else [Text(at.say(DIFFERS), style="red")]
    tables = [line for each in sums for line in _sum(at, each)]
    at.answer(told, Text(f"{sheet.id}  {found.policy}", style="bold"), *tables, table, *differs)


def _sum(at: Terminal, found: Sum) -> Iterator[RenderableType]:
    """A sum as a table, its total in the last row."""
    names = at.say("what"), found.weighed_by, at.say("counts as"), at.say("points"), at.say("contribution")
    table = grid(*names, at.say("note"), title=found.title, right=names[1:])
    for row in found.rows:
        counted = NOTHING if row.counted is None else f"{number(row.counted, PLACES)}%"
        points, part = number(row.points, PLACES), number(row.contribution, PLACES)
        title = at.title(row.what)
        what = f"{title} ({row.cites[0]})" if row.cites and row.cites[0] != title else title
        table.add_row(what, row.weight, counted, points, part, row.note)
    table.add_section()
    table.add_row(at.say("sum"), "", "", "", number(found.total, PLACES))
    yield table
    if found.note:
        yield Text(found.note, style="dim")


async def _explain_goal(at: Terminal, goal: str, period: str, reader: str | None) -> None:
    """The last score of a goal in a period: its arithmetic, then each reading, report and judgement."""
    async with session(at) as s:
        found = await explained(s.records, reader, goal, period)
        assert isinstance(found, GoalExplained)
        names = await s.names()
    at, score = at.in_zone(zone_of(found.cycle)), found.score
    head = at.say(
        "{goal} {period}: {points} points, {formula}",
        goal=goal, period=period, points=number(score.points), formula=note(at, score.formula),
    )  # fmt: skip
    value = at.say("value")
    table = grid(
        at.say("day"), at.say("what"), value, at.say("from whom"), at.say("position"), right=(value,)
    )
    for each in found.readings:
        what = f"{each.metric} {each.subject}"
        told_by = at.say("feed {feed}", feed=each.feed)
        table.add_row(each.day.isoformat(), what, number(each.value), told_by, str(each.position))
    for report in found.reports:
        said = report.said
        who = f"{said.by} {names.get(said.by, '')}".strip()
        table.add_row(said.on.isoformat(), at.say("check-in"), number(said.value), who, NOTHING)
    for judge, points in found.judged:
        who = f"{judge} {names.get(judge, '')}".strip()
        table.add_row(NOTHING, at.say("judgement"), number(points), who, NOTHING)
    told = found.told(at, names)
    at.answer(explained_facts(at, found, names), Text(head, style="bold"), *_working(at, told), table)


def _working(at: Terminal, told: GoalTold) -> Iterator[RenderableType]:
    """The arithmetic of a goal's score, measure by measure, then how they were put together."""
    for each in told.measures:
        if each.days:
            yield Text(each.days, style="bold")
        lines = [(stage.what, "\n".join(stage.lines)) for stage in each.stages]
        if each.why:
            lines.append((at.say("why"), each.why))
        yield facts(*lines)
        if each.curve is not None:
            yield from _curve(at, each.curve)
    for of in told.sums:
        yield from _sum(at, of)
    if told.rounding:
        yield Text(told.rounding)
    if told.differs:
        yield Text(told.differs, style="red")


def _curve(at: Terminal, curve: CurveTold) -> Iterator[RenderableType]:
    """A curve with the piece that applied."""
    name = at.say("Curve {name}", name=curve.name) if curve.name else at.say("Curve")
    yield Text(f"{name}{at.say('separator:colon')}{curve.rule}", style="dim")
    if curve.pieces:
        table = grid(at.say("attainment"), at.say("actual"), at.say("points"), "")
        for piece in curve.pieces:
            table.add_row(
                piece.attainment, piece.actual, piece.points, at.say("this score") if piece.applied else ""
            )
        yield table


async def sheet_named(s: Session, who: str, cycle: str | None) -> Sheet:
    """Somebody's last sheet in a cycle, or the one with this id."""
    if who.startswith("sheet-"):
        return fold_sheet(who, await s.ledger.read_stream(who))
    the = await the_cycle(s, cycle, who)
    mine = (await s.cycles.sheets_of(the.id, [who])).get(who, [])
    name = mine[-1].id if mine else sheet_name(the.id, who)
    return fold_sheet(name, await s.ledger.read_stream(name))
