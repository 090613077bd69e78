"""A small company and short ways to put its events into the real ledger."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from uuid import uuid4

import asyncpg

from cairn.domain.cycle.events import CycleLaunched
from cairn.domain.event import Event
from cairn.domain.goal.events import GoalActivated, GoalApproved, GoalDrafted, GoalSubmitted
from cairn.domain.measure import Kpi, Measure
from cairn.domain.people import Person, PersonJoined
from cairn.domain.policy import Family, GradeBand, LinearCurve, Name, Policy, TemplateGoal
from cairn.domain.reading import ReadingsRecorded, Row
from cairn.domain.schedule import Schedule, make_schedule
from cairn.domain.sheet.events import Placement, SheetOpened
from cairn.ledger import Ledger, NewEvent, Sealer, StreamAppend

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
NEW_YEAR = date(2026, 1, 1)
CYCLE, GOAL, SHEET = "2026", "goal-2026-lin-1", "sheet-2026-lin-1"
D = Decimal


def policy() -> Policy:
    """The smallest plan there can be: only its dates matter here."""
    goal = TemplateGoal(key="k", kind="kpi", title=Name(zh="指标", en="KPI"), weight=D(100))
    family = Family(
        name=Name(zh="销售", en="Sales"), periods={"month": D(40), "year": D(60)}, template=(goal,)
    )
    grades = (
        GradeBand(grade="A", points=D(90), coefficient=D(1)),
        GradeBand(grade="B", points=D(0), coefficient=D(1)),
    )
    curves = {"standard": LinearCurve(kind="linear")}
    name = Name(zh="小", en="small")
    return Policy(name="small", title=name, families={"sales": family}, curves=curves, grades=grades)


def schedule(starts: date = NEW_YEAR, ends: date = date(2026, 12, 31)) -> Schedule:
    return make_schedule(starts, ends, policy())


def launched(cycle: str = CYCLE, dates: Schedule | None = None) -> CycleLaunched:
    return CycleLaunched(
        cycle=cycle,
        title="2026年度绩效",
        policy="small@1",
        schedule=dates or schedule(),
        plan="digest",
        roster=0,
        sheets=1,
        goals=1,
        left_out=(),
        by="hua",
        at=AT,
    )


def drafted(goal: str = GOAL, **facts: object) -> GoalDrafted:
    """Lin's sales target, unless `facts` say otherwise."""
    usual: dict[str, object] = {
        "goal": goal,
        "cycle": CYCLE,
        "sheet": SHEET,
        "tier": "individual",
        "owner": "lin",
        "manager": "wang",
        "department": "sales",
        "key": "revenue",
        "dimension": "duties",
        "title": "销售额",
        "measure": Kpi(unit="元", target=D(1200), metric="sales", subject="lin"),
        "since": NEW_YEAR,
        "policy": "small@1",
        "by": "hua",
        "at": AT,
    }
    return GoalDrafted.model_validate(usual | facts)


def opened(sheet: str = SHEET, goals: Sequence[str] = (GOAL,), **facts: object) -> SheetOpened:
    """Lin's sheet with these goals, weights shared out equally."""
    share = D(100) / len(goals) if goals else D(0)
    usual: dict[str, object] = {
        "sheet": sheet,
        "cycle": CYCLE,
        "kind": "person",
        "holder": "lin",
        "department": "sales",
        "family": "sales",
        "since": NEW_YEAR,
        "space": D(15),
        "placements": tuple(Placement(goal=goal, dimension="duties", weight=share) for goal in goals),
        "policy": "small@1",
        "by": "hua",
        "at": AT,
    }
    return SheetOpened.model_validate(usual | facts)


def active(goal: str = GOAL, measure: Measure | None = None, **facts: object) -> list[Event]:
    """A goal from its draft until it runs."""
    more = {"measure": measure, **facts} if measure is not None else facts
    return [
        drafted(goal, **more),
        GoalSubmitted(goal=goal, by="lin", at=later(1)),
        GoalApproved(goal=goal, by="wang", at=later(2)),
        GoalActivated(goal=goal, by="system", at=later(3)),
    ]


def joined(person: str, **facts: object) -> PersonJoined:
    usual: dict[str, object] = {
        "id": person,
        "name": person.title(),
        "department": "sales",
        "family": "sales",
        "manager": "wang",
        "hired": date(2020, 1, 1),
    }
    return PersonJoined(person=person, details=Person.model_validate(usual | facts), by="hua", at=AT)


def readings(*days: tuple[date, str], metric: str = "sales", subject: str = "lin", **facts: object) -> Event:
    """One batch of a feed: (day, value) pairs of one metric and subject."""
    rows = tuple(Row(metric=metric, subject=subject, on=on, value=D(value)) for on, value in days)
    usual: dict[str, object] = {"feed": "erp", "content": uuid4().hex, "rows": rows, "by": "system", "at": AT}
    return ReadingsRecorded.model_validate(usual | facts)


def later(days: float) -> datetime:
    return AT + timedelta(days=days)


async def record(pool: asyncpg.Pool, *events: Event) -> int:
    """Appends the events in this order to the ends of their streams and seals them; the last position."""
    for stream, run in groupby(events, key=lambda event: event.stream):
        await append(pool, stream, [new(event) for event in run])
    return await seal(pool)


def new(event: Event) -> NewEvent:
    """The domain's event as the ledger takes it."""
    return NewEvent(uuid4(), event.type, event.model_dump_json(), event.at, event.by)


async def append(pool: asyncpg.Pool, stream: str, events: Iterable[NewEvent]) -> None:
    """Appends to the end of a stream, wherever that is."""
    head = await pool.fetchval("select max(version) from ledger.event where stream = $1", stream) or 0
    await Ledger(pool).append([StreamAppend(stream, head, list(events))])


async def record_raw(pool: asyncpg.Pool, stream: str, type_: str, data: str) -> int:
    """An event as no decider would make it."""
    await append(pool, stream, [NewEvent(uuid4(), type_, data, AT, "lin")])
    return await seal(pool)


async def seal(pool: asyncpg.Pool) -> int:
    """Seals everything there is; a vacuum may hold the horizon back for a moment."""
    async with asyncio.timeout(10):
        while True:
            position = await Sealer(pool).seal_once()
            if position == await pool.fetchval("select count(*) from ledger.event"):
                return position
            await asyncio.sleep(0.01)
