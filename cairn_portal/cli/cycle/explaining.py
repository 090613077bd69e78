"""How a result came about, step by step in the order of computing (RULES E2), from the log alone."""

from typing import Annotated

import typer
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
from cairn_portal.presenting.explained import as_their_own, short, steps_of
from cairn_portal.presenting.story import note
from cairn_portal.presenting.words import NOTHING, grid, number
from cairn_portal.reading.explaining import GoalExplained, explained_facts
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
        view = await viewer(s, reader, await s.cycle(sheet.cycle))
        view.require("scores", (await owners(s.records))(sheet.holder))
        found = sheet.scores.get(period) if period else sheet.result
        policy = await s.policies.version(found.policy) if found else None
    if found is None or policy is None:
        at.answer({"sheet": sheet.id, "steps": []}, Text(at.say("Not scored yet.")))
        return
    if isinstance(found, ResultIssued) and view.person is not None and view.person.id == sheet.holder:
        if not found.told and sheet.shown != found.number:
            at.answer({"sheet": sheet.id, "steps": []}, Text(at.say("The result is not shown yet.")))
            return
        found = as_their_own(found, policy)
    steps = steps_of(at, found, policy)
    table = grid(at.say("step"), at.say("with"), at.say("comes to"), right=(at.say("comes to"),))
    for step in steps:
        table.add_row(step.what, step.of, short(step.comes_to))
    told = {"sheet": sheet.id, "steps": [step._asdict() for step in steps], "of": found}
    at.answer(told, Text(f"{sheet.id}  {found.policy}", style="bold"), table)


async def _explain_goal(at: Terminal, goal: str, period: str, reader: str | None) -> None:
    """The last score of a goal in a period, down to each reading, report and judgement."""
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
    at.answer(explained_facts(found), Text(head, style="bold"), table)


async def sheet_named(s: Session, who: str, cycle: str | None) -> Sheet:
    """Somebody's last sheet in a cycle, or the one with this id."""
    if who.startswith("sheet-"):
        return fold_sheet(who, await s.ledger.read_stream(who))
    the = await the_cycle(s, cycle, who)
    mine = (await s.cycles.sheets_of(the.id, [who])).get(who, [])
    name = mine[-1].id if mine else sheet_name(the.id, who)
    return fold_sheet(name, await s.ledger.read_stream(name))
