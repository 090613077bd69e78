"""How far people are: goals with a bar each, and the sentence that says what is left."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.repository import fold_goal
from cairn.domain.attainment import attainment
from cairn.domain.cycle.state import Cycle
from cairn.domain.exact import HUNDRED, ZERO
from cairn.domain.measure import Kpi
from cairn.domain.people import Person
from cairn.domain.policy import PeriodKind
from cairn.domain.reading import Row, aggregate
from cairn.i18n import message
from cairn_portal.cli.goal.commanding import goal_id, goal_row, is_goal
from cairn_portal.cli.options import CycleOption
from cairn_portal.cli.problem import Problem
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import day as day_typed
from cairn_portal.presenting.words import NOTHING, bar, by_period, grid, number, percent
from projections.models import dashboard as dashboards
from projections.models import goal as goals_model
from projections.models import progress as progress_model
from projections.models.reading import evidence

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
    """The cycle named, or the latest one (the person's latest, where a person is given)."""
    if name is None:
        known = [each.cycle for each in await dashboards.cycles(s.pool)]
        if person is not None:
            of_person = {sheet.cycle for sheet in await goals_model.sheets(s.pool, holder=person)}
            known = [each for each in known if each in of_person] or known
        if not known:
            raise Problem(message("There is no cycle yet."))
        name = known[-1]
    return await s.cycle(name.removeprefix("cycle-"))


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
    title = at.say("{person}'s progress on {today}", person=person.name, today=today)
    nothing = Text(at.say("No goal runs yet."))
    at.answer(
        {"person": person, "day": today, "goals": lines},
        progress_table(at, lines, title) if lines else nothing,
    )


async def _kinds(s: Session, cycle: Cycle, family: str) -> set[PeriodKind] | None:
    """The kinds of period somebody is evaluated by: what "this month" means to them."""
    known = (await s.policies.version(cycle.policy)).families.get(family)
    return {kind for kind, weight in known.periods.items() if weight > 0} | {"year"} if known else None


async def lines_of(s: Session, cycle: Cycle, person: Person, day: date) -> list[progress_model.ProgressLine]:
    """Somebody's goals with their progress as it was known on a day."""
    kinds = await _kinds(s, cycle, person.family)
    lines = await progress_model.progress_of(s.pool, person.id, day, cycle=cycle.id, kinds=kinds)
    return [await as_known(s, line, day) for line in lines]


async def as_known(s: Session, line: progress_model.ProgressLine, day: date) -> progress_model.ProgressLine:
    """The running period with the readings up to that day only: a look back shows what people saw then."""
    now, kpi = line.current, line.measure
    if now is None or now.latest is None or now.latest <= day or not isinstance(kpi, Kpi):
        return line
    rows = await _rows_upto(s, line, kpi, now.starts, day)
    actual = aggregate(rows, kpi.aggregation, kpi.unit)
    reached = attainment(now.aim, actual) if actual is not None and now.aim is not None else None
    done = min(max(reached, ZERO), HUNDRED) if reached is not None else None
    then = now.model_copy(update={"actual": actual, "attainment": reached, "done": done, "rows": len(rows)})
    return line.model_copy(update={"current": then})


async def _rows_upto(
    s: Session, line: progress_model.ProgressLine, kpi: Kpi, starts: date, day: date
) -> Sequence[Row]:
    if kpi.metric is not None and kpi.subject is not None:
        return (await evidence(s.pool, [(kpi.metric, kpi.subject)], starts, day)).readings
    goal = fold_goal(line.goal, await s.ledger.read_stream(line.goal))
    said = {each.on: each for each in goal.check_ins if each.value is not None and starts <= each.on <= day}
    return [
        Row(metric="check_in", subject=line.goal, on=each.on, value=each.value, base=each.base)
        for each in said.values()
        if each.value is not None
    ]


def _in_order(period: progress_model.PeriodProgress) -> tuple[int, str]:
    return by_period(period.period)


async def _of_goal(s: Session, name: str, day: date | None) -> None:
    at, found = s.at, await goal_row(s, name)
    cycle = await s.cycle(found.cycle)
    today = day or await s.clock.today(cycle)
    line = await progress_model.progress_of_goal(s.pool, name, today)
    line = await as_known(s, line, today) if line else None
    table = grid(
        at.say("period"),
        at.say("target"),
        at.say("actual"),
        at.say("attainment"),
        "",
        at.say("readings"),
        right=(at.say("target"), at.say("actual"), at.say("attainment")),
    )
    for each in sorted(line.periods, key=_in_order) if line else ():
        now = each.starts <= today <= each.ends
        table.add_row(
            Text(each.period, style="bold" if now else ""),
            number(each.target),
            number(each.actual),
            percent(each.attainment),
            bar(each.done, each.elapsed if now else None),
            str(each.rows),
        )
    said = (
        Text(
            f"{found.goal}  {found.title}" + at.say("separator:colon") + at.say(progress_model.sentence(line))
        )
        if line
        else Text(NOTHING)
    )
    at.answer({"day": today, "progress": line}, said, table)


def progress_table(at: Terminal, lines: list[progress_model.ProgressLine], title: str) -> RenderableType:
    """Goals with a bar each and the sentence that says it; `┃` is how much of the period is over."""
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
        now = line.current
        figures = f"{number(now.actual)} / {number(now.target)}" if now else ""
        drawn = bar(now.done, now.elapsed) if now else Text("")
        table.add_row(line.title, percent(line.weight), figures, drawn, at.say(progress_model.sentence(line)))
    return table
