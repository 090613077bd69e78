"""How far people are: goals with a bar each, and the sentence that says what is left."""

from datetime import date
from fractions import Fraction
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.clock import is_past
from cairn.domain.cycle.state import Cycle
from cairn.domain.people import Person
from cairn.i18n import message
from cairn_portal.cli.goal.commanding import goal_id, goal_row, is_goal
from cairn_portal.cli.goal.reports import reported_lines, told_apart
from cairn_portal.cli.options import CycleOption
from cairn_portal.cli.problem import Problem
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import day as day_typed
from cairn_portal.presenting.words import bar, by_period, grid, number, percent
from cairn_portal.reading import progress as progress_reading
from cairn_portal.reading.current import cycle_or_current
from projections.models import progress as progress_model

Who = Annotated[
    str | None,
    typer.Argument(
        metavar="[PERSON|GOAL]",
        envvar="CAIRN_ACTOR",
        show_envvar=False,
        help="a person or a goal",
    ),
]


On = Annotated[
    str | None,
    typer.Option("--on", metavar="YYYY-MM-DD", help="as of a day"),
]


async def the_cycle(s: Session, name: str | None, person: str | None = None) -> Cycle:
    """The cycle named, or the one that runs now (the person's, where a person is given)."""
    found = await cycle_or_current(s.records, name and name.removeprefix("cycle-"), person)
    if found is None:
        raise Problem(message("There is no cycle yet."))
    return found


async def progress(at: Terminal, who: Who = None, cycle: CycleOption = None, on: On = None) -> None:
    day = day_typed(on, "--on")
    async with session(at) as s:
        if who is None:
            raise Problem(message("Name a person or a goal."), 2)
        if await is_goal(s, who):
            await _of_goal(s, goal_id(who), day)
            return
        person = await s.person(who)
        found = await the_cycle(s, cycle, who)
        today = day or await s.clock.today(found)
        lines = await lines_of(s, found, person, today)
        over = day is None and is_past(found, await s.clock.now(found))
        await s.titles()
    title = at.say("{person}'s progress on {today}", person=person.name, today=today)
    nothing = Text(at.say("No goal runs yet."))
    at.answer(
        {"person": person, "day": today, "goals": lines},
        progress_table(at, lines, title, over=over) if lines else nothing,
    )


async def lines_of(s: Session, cycle: Cycle, person: Person, day: date) -> list[progress_model.ProgressLine]:
    """Somebody's goals with their progress as it was on a day."""
    return await progress_reading.lines_of(s.records, cycle, [person.id], day)


async def line_of(s: Session, cycle: Cycle, name: str, day: date) -> progress_model.ProgressLine | None:
    """One goal with its progress as it was on a day; None where it was not there yet."""
    return await progress_reading.line_of(s.records, cycle, name, day)


def _in_order(period: progress_model.PeriodProgress) -> tuple[int, str]:
    return by_period(period.period)


async def _of_goal(s: Session, name: str, day: date | None) -> None:
    at, found = s.at, await goal_row(s, name)
    await s.titles()
    cycle = await s.cycle(found.cycle)
    today = day or await s.clock.today(cycle)
    over = day is None and is_past(cycle, await s.clock.now(cycle))
    line = await line_of(s, cycle, name, today)
    if line is None:
        raise Problem(message("There was no goal {goal} then.", goal=name))
    table = grid(
        at.say("period"),
        at.say("target"),
        at.say("actual"),
        at.say("attainment"),
        "",
        at.say("readings"),
        right=(at.say("target"), at.say("actual"), at.say("attainment")),
    )
    for each in sorted(line.periods, key=_in_order):
        now = each.starts <= today <= each.ends and not over
        table.add_row(
            Text(each.period, style="bold" if now else ""),
            number(each.target),
            number(each.actual),
            percent(each.attainment),
            drawn(each, each.elapsed if now else None),
            str(each.rows),
        )
    said = Text(
        f"{found.goal}  {at.title(line.title)}"
        + at.say("separator:colon")
        + at.say(progress_model.sentence(line, over=over))
    )
    reported = await told_apart(s, cycle, name)
    at.answer(
        {"day": today, "progress": line, "reported": reported}, said, table, *reported_lines(at, reported)
    )


def drawn(period: progress_model.PeriodProgress, elapsed: Fraction | None) -> Text:
    """The bar of a period: what is done of a target, or used of a limit."""
    limit = period.used is not None
    return bar(period.used if limit else period.done, elapsed, limit=limit)


def progress_table(
    at: Terminal, lines: list[progress_model.ProgressLine], title: str, *, over: bool = False
) -> RenderableType:
    """Goals with a bar each and the sentence that says it; `┃` is how much of the period is over. Of a cycle that is
    `over` it is what the year came to."""
    table = grid(
        at.say("goal"),
        at.say("weight"),
        at.say("actual / target"),
        "",
        "",
        title=title,
        right=(at.say("weight"), at.say("actual / target")),
    )
    for line in lines:
        now = line.to_date if over else line.current
        figures = f"{number(now.actual)} / {number(now.target)}" if now else ""
        shown = drawn(now, None if over else now.elapsed) if now else Text("")
        said = at.say(progress_model.sentence(line, over=over))
        table.add_row(at.title(line.title), percent(line.weight), figures, shown, said)
    return table
