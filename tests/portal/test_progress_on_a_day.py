"""A look back: progress on a day has the target, the stage and the readings of that day."""

from collections.abc import AsyncIterator
from datetime import date
from fractions import Fraction

import asyncpg
import pytest_asyncio

from cairn.application.repository import fold_cycle
from cairn.domain.event import Event
from cairn.domain.exact import exact
from cairn.domain.goal.events import (
    AbsencesSet,
    Changes,
    CheckedIn,
    CheckInsConfirmed,
    CheckInWithdrawn,
    GoalAdjusted,
)
from cairn.domain.measure import Kpi
from cairn.domain.schedule import Days
from cairn.ledger import Ledger, open_pool
from cairn_portal.reading.look_back import look_back
from cairn_portal.servers.migrate import migrate_all
from projections.engine.catch_up import catch_up
from projections.models.progress import Kinds, PeriodProgress, ProgressLine, progress_of_goal, sentence
from tests.databases import Databases
from tests.projections.given import CYCLE, GOAL, D, active, later, launched, opened, readings, record

KINDS: Kinds = {"sales": ("month", "year")}
KPI = Kpi(unit="万元", target=D(1200), metric="sales", subject="lin")


@pytest_asyncio.fixture(loop_scope="session")
async def pool(databases: Databases) -> AsyncIterator[asyncpg.Pool]:
    dsn = await databases.empty()
    await migrate_all(dsn)
    async with await open_pool(dsn) as opened_pool:
        yield opened_pool
    await databases.drop(dsn)


def adjusted(changes: Changes, days: float) -> GoalAdjusted:
    """The goal is changed so, that many days after New Year."""
    return GoalAdjusted(
        goal=GOAL, adjustment="a1", before=Changes(), after=changes, reason="市场", draws=D(5), space_left=D(10),
        by="hua", at=later(days),
    )  # fmt: skip


def exactly(*numbers: int) -> tuple[Fraction, ...]:
    return tuple(map(exact, numbers))


async def on(pool: asyncpg.Pool, day: date) -> ProgressLine | None:
    await catch_up(pool)
    ledger = Ledger(pool)
    cycle = fold_cycle(CYCLE, await ledger.read_stream(f"cycle-{CYCLE}"))
    line = await progress_of_goal(pool, GOAL, day, kinds=KINDS)
    assert line is not None
    return await look_back(ledger, pool, line, cycle, day, KINDS)


async def current(pool: asyncpg.Pool, day: date) -> PeriodProgress:
    line = await on(pool, day)
    assert line is not None and line.current is not None
    return line.current


async def year(pool: asyncpg.Pool, *more: Event) -> None:
    told = readings((date(2026, 5, 4), "40"), (date(2026, 5, 25), "30"))
    await record(pool, launched(), opened(), *active(measure=KPI), told, *more)


async def test_t6_a_day_before_an_adjustment_shows_the_target_of_that_day(pool: asyncpg.Pool) -> None:
    lower = KPI.model_copy(update={"target": D(600)})
    await year(pool, adjusted(Changes(target=D(600), measure=lower), 136))  # 21 May
    before, after = await current(pool, date(2026, 5, 20)), await current(pool, date(2026, 5, 21))
    assert (before.target, before.actual, before.done) == exactly(100, 40, 40)
    assert (after.target, after.actual, after.done) == exactly(50, 40, 80)


async def test_readings_after_the_day_are_not_seen_and_the_others_are(pool: asyncpg.Pool) -> None:
    await year(pool)
    seen = [(await current(pool, date(2026, 5, day))).actual for day in (3, 4, 24, 25)]
    assert seen == [None, *exactly(40, 40, 70)]
    line = await on(pool, date(2026, 5, 20))
    assert line is not None and line.to_date is not None and (line.weight, line.stage) == (D(100), "active")
    assert (line.to_date.actual, line.to_date.days_left) == (exact(40), 225)
    assert sentence(line).text("en").startswith("40% of this month's target done, 11 days left")


async def test_l7_before_a_leave_was_known_the_day_shows_the_whole_target_and_after_it_the_part(
    pool: asyncpg.Pool,
) -> None:
    mid_may = (Days(first=date(2026, 5, 1), last=date(2026, 5, 10)),)
    await year(pool, AbsencesSet(goal=GOAL, absences=mid_may, by="hua", at=later(141)))  # 26 May
    before, after = await current(pool, date(2026, 5, 25)), await current(pool, date(2026, 5, 26))
    assert (before.target, before.actual) == exactly(100, 70)
    assert (after.target, after.actual) == (Fraction(100 * 21, 31), exact(30))


async def test_a_goal_that_was_not_there_yet_has_no_progress(pool: asyncpg.Pool) -> None:
    await year(pool)
    assert await on(pool, date(2025, 12, 30)) is None


async def test_another_metric_has_its_own_check_ins_on_its_own_days(pool: asyncpg.Pool) -> None:
    score = Kpi(unit="分", aggregation="last", target=D(5))
    rate = Kpi(unit="%", aggregation="last", target=D(90))
    said = [
        CheckedIn(goal=GOAL, on=date(2026, 5, day), value=D(value), by="lin", at=later(at))
        for day, value, at in ((4, 4, 120), (25, 81, 141))
    ]
    filed = adjusted(Changes(measure=rate), 136)
    await record(pool, launched(), opened(), *active(measure=score), said[0], filed, said[1])
    seen = [(await current(pool, date(2026, 5, day))).actual for day in (20, 26)]
    assert seen == [*exactly(4, 81)]


async def test_what_nobody_has_confirmed_is_told_and_what_was_withdrawn_is_gone(pool: asyncpg.Pool) -> None:
    """RULES D6."""
    said = [
        CheckedIn(goal=GOAL, on=date(2026, 5, day), value=D(10), by="lin", at=later(120 + day))
        for day in (4, 5, 6)
    ]
    confirmed = CheckInsConfirmed(goal=GOAL, check_ins=(1,), by="hua", at=later(140))
    withdrawn = CheckInWithdrawn(goal=GOAL, check_in=3, by="lin", at=later(141))
    told = Kpi(unit="次", target=D(1200))
    await record(pool, launched(), opened(), *active(measure=told), *said, confirmed, withdrawn)
    found = await current(pool, date(2026, 5, 20))
    assert (found.actual, found.rows, found.unconfirmed) == (exact(20), 2, 1)
