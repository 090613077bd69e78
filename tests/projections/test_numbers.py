"""A number that the doors would refuse, but that is in the log already, fails nobody's page and stops nobody else."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

import asyncpg
import pytest

from cairn.domain.coverage import Whom
from cairn.domain.event import Event
from cairn.domain.goal import events as g
from cairn.domain.measure import Kpi
from cairn.domain.sheet import events as s
from cairn.i18n import Language
from projections.engine.catalog import folding
from projections.engine.catch_up import catch_up
from projections.engine.parking import Parked, parked, skip
from projections.engine.rebuild import differences
from projections.models.cascade import coverage
from projections.models.dashboard import dashboard
from projections.models.goal import goal, goals
from projections.models.history import history
from projections.models.inbox import inbox
from projections.models.progress import progress_of_goal, progress_of_people, sentence
from projections.models.reading import evidence
from tests.projections.given import CYCLE, GOAL, D, active, drafted, later, launched, opened, readings, record

OTHER, QI = "goal-2026-lin-2", "goal-2026-qi-1"
OWN = Kpi(unit="元", target=D(1200))
"""Measured by check-ins."""
MARCH = date(2026, 3, 21)
LONG = D("12345678901234567890123456789012345678901234567")  # 47 digits
HUGE, ENDLESS = D("1e400"), D("1e999999999")
SAID = r"1E+999999999 is not a number of at most 1,000 digits with an exponent below 1,000"


def checked_in(name: str, value: Decimal, day: int = 10, **facts: Any) -> Event:
    stated = {"goal": name, "on": date(2026, 3, day), "value": value, "by": "lin", "at": later(70 + day)}
    return g.CheckedIn.model_validate({**stated, **facts})


def company() -> list[Event]:
    """Lin has two goals and qi one, all measured by check-ins, each with 100 in March."""
    qi = {"owner": "qi", "sheet": "sheet-2026-qi-1"}
    running = [*active(GOAL, OWN), *active(OTHER, OWN), *active(QI, OWN, **qi)]
    sheets = [opened(goals=(GOAL, OTHER)), opened("sheet-2026-qi-1", (QI,), holder="qi")]
    return [launched(), *sheets, *running, *(checked_in(name, D(100), 2) for name in (GOAL, OTHER, QI))]


async def actuals(pool: asyncpg.Pool, person: str) -> dict[str, Fraction | None]:
    """A person's goals with what is done of each in March."""
    lines = await progress_of_people(pool, [person], MARCH)
    assert all(sentence(line).text(language) for line in lines for language in get_args(Language))
    return {line.goal: line.current.actual if line.current else None for line in lines}


async def everything_reads(pool: asyncpg.Pool) -> None:
    """Every list and page over the whole company."""
    assert {each.goal for each in await goals(pool, cycle=CYCLE)} >= {OTHER, QI}
    assert await dashboard(pool, CYCLE, later(80)) is not None
    await coverage(pool, CYCLE)
    for name in (GOAL, OTHER, QI):
        assert await history(pool, name)
    for person in ("lin", "qi", "wang"):
        await inbox(pool, person, ["hr", "committee"])


async def parked_streams(pool: asyncpg.Pool) -> list[tuple[str, str]]:
    return [(each.projection, each.stream) for each in await parked(pool)]


def reasons(found: Iterable[Parked]) -> set[str]:
    return {each.reason for each in found}


@pytest.mark.parametrize("value", [HUGE, LONG], ids=["1e400", "47 digits"])
async def test_a_check_in_of_1e400_or_of_47_digits_is_shown_as_what_it_is(
    pool: asyncpg.Pool, value: Decimal
) -> None:
    await record(pool, *company(), checked_in(GOAL, value))
    await catch_up(pool)
    assert await actuals(pool, "lin") == {GOAL: Decimal(int(value) + 100), OTHER: D(100)}
    assert await actuals(pool, "qi") == {QI: D(100)}
    assert await parked(pool) == []
    await everything_reads(pool)


async def test_a_check_in_of_1e999999999_parks_its_goal_and_everybody_else_goes_on(
    pool: asyncpg.Pool,
) -> None:
    await record(
        pool, *company(), checked_in(GOAL, ENDLESS), checked_in(GOAL, D(5), 12), checked_in(QI, D(7))
    )
    await catch_up(pool)
    assert await parked_streams(pool) == [("progress", GOAL)]
    assert reasons(await parked(pool)) == {SAID}
    assert await actuals(pool, "lin") == {GOAL: D(100), OTHER: D(100)}
    assert await actuals(pool, "qi") == {QI: D(107)}
    await everything_reads(pool)
    assert await skip(pool, "progress", GOAL, reason="a slip of the key", by="ops")
    assert await actuals(pool, "lin") == {GOAL: D(105), OTHER: D(100)}


async def test_a_base_of_1e999999999_parks_its_goal_too(pool: asyncpg.Pool) -> None:
    await record(pool, *company(), checked_in(GOAL, D(1), base=ENDLESS))
    await catch_up(pool)
    assert await parked_streams(pool) == [("progress", GOAL)]
    assert await actuals(pool, "lin") == {GOAL: D(100), OTHER: D(100)}


async def test_a_check_in_too_small_to_work_with_is_left_out(pool: asyncpg.Pool) -> None:
    await record(pool, *company(), checked_in(GOAL, D("1e-999999999")))
    await catch_up(pool)
    assert await actuals(pool, "lin") == {GOAL: D(100), OTHER: D(100)}


def revised(measure: Kpi) -> Event:
    return g.GoalRevised(goal=GOAL, title="新", measure=measure, by="lin", at=later(80))


def adjusted(**changes: object) -> Event:
    filed = {"goal": GOAL, "adjustment": "a1", "before": g.Changes(), "reason": "市场", "draws": D(2)}
    after = g.Changes.model_validate(changes)
    return g.GoalAdjusted.model_validate(
        {**filed, "after": after, "space_left": D(13), "by": "hua", "at": later(80)}
    )


@pytest.mark.parametrize(
    "event",
    [
        revised(Kpi(unit="元", target=ENDLESS)),
        revised(Kpi(unit="元", target=D(1), baseline=ENDLESS)),
        revised(Kpi(unit="元", targets={"M03": ENDLESS})),
        adjusted(target=ENDLESS),
        adjusted(targets={"M03": ENDLESS}),
        adjusted(measure=Kpi(unit="元", target=ENDLESS)),
    ],
    ids=["target", "baseline", "targets", "adjusted target", "adjusted targets", "new metric"],
)
async def test_a_target_of_1e999999999_parks_its_goal_where_it_was(pool: asyncpg.Pool, event: Event) -> None:
    await record(pool, *company(), event, checked_in(GOAL, D(5)), checked_in(QI, D(7)))
    await catch_up(pool)
    assert await parked_streams(pool) == [("goal", GOAL)]
    [reason] = reasons(await parked(pool))
    assert reason.endswith("is not a number of at most 1,000 digits with an exponent below 1,000")
    assert await actuals(pool, "lin") == {GOAL: D(100), OTHER: D(100)}
    assert await actuals(pool, "qi") == {QI: D(107)}
    found = await goal(pool, GOAL)
    assert found is not None and (found.title, found.stage) == ("销售额", "active")
    await everything_reads(pool)


async def test_a_goal_drafted_with_1e999999999_is_parked_and_not_in_the_lists(pool: asyncpg.Pool) -> None:
    bad = "goal-2026-lin-3"
    await record(pool, *company(), *active(bad, Kpi(unit="元", target=ENDLESS)))
    await catch_up(pool)
    assert await parked_streams(pool) == [("goal", bad)]
    assert set(await actuals(pool, "lin")) == {GOAL, OTHER}
    assert await progress_of_goal(pool, bad, MARCH) is None
    await everything_reads(pool)


async def test_a_target_of_1e400_is_shown_as_what_it_is(pool: asyncpg.Pool) -> None:
    await record(pool, *company(), revised(Kpi(unit="元", target=HUGE)))
    await catch_up(pool)
    assert await actuals(pool, "lin") == {GOAL: D(100), OTHER: D(100)}
    found = await goal(pool, GOAL)
    assert found is not None and isinstance(found.measure, Kpi) and found.measure.target == HUGE
    await everything_reads(pool)


async def test_a_part_of_1e999999999_is_a_part_without_a_target(pool: asyncpg.Pool) -> None:
    parts = (
        g.Part(title="A", department="sales", target=ENDLESS),
        g.Part(title="B", department="rd", target=D(3)),
    )
    await record(pool, *company(), g.GoalDecomposed(goal=GOAL, parts=parts, by="lin", at=later(80)))
    await catch_up(pool)
    assert [(each.part_title, each.target) for each in await coverage(pool, CYCLE)] == [
        ("A", None),
        ("B", D(3)),
    ]
    await everything_reads(pool)


async def test_a_reading_of_1e999999999_parks_its_feed_and_no_other(pool: asyncpg.Pool) -> None:
    bad, good = (date(2026, 3, 2), "1e999999999"), (date(2026, 3, 3), "9")
    await record(pool, launched(), readings(bad, feed="crm"), readings(good), readings(good, feed="crm"))
    await catch_up(pool)
    assert await parked_streams(pool) == [("progress", "feed-crm"), ("reading", "feed-crm")]
    assert reasons(await parked(pool)) == {SAID}
    found = await evidence(
        pool, "sales", Whom(subject="lin", holder="lin"), date(2026, 1, 1), date(2026, 12, 31)
    )
    assert [(each.on, each.value) for each in found.readings] == [(date(2026, 3, 3), D(9))]


@pytest.mark.parametrize(
    "event",
    [
        g.GoalAssessed(goal=GOAL, period="Y", points=ENDLESS, by="wang", at=later(80)),
        s.GoalWeighted(
            sheet="sheet-2026-lin-1", goal=GOAL, before=D(50), after=ENDLESS, by="lin", at=later(80)
        ),
        opened("sheet-2026-x-1", (), holder="x", space=ENDLESS),
    ],
    ids=["points", "weight", "space"],
)
async def test_points_weights_and_spaces_of_1e999999999_park_their_stream_in_words(
    pool: asyncpg.Pool, event: Event
) -> None:
    await record(pool, *company(), event)
    await catch_up(pool)
    assert await parked_streams(pool) == [("goal", event.stream)]
    assert reasons(await parked(pool)) == {SAID}
    await everything_reads(pool)


async def test_read_models_with_such_numbers_equal_a_rebuild(pool: asyncpg.Pool) -> None:
    bad = [checked_in(GOAL, ENDLESS), checked_in(OTHER, HUGE), revised(Kpi(unit="元", target=ENDLESS))]
    feed = [readings((date(2026, 3, 2), "1e999999999"), feed="crm"), readings((date(2026, 3, 2), "1e400"))]
    await record(pool, *company(), *bad, *feed, drafted("goal-2026-lin-4", measure=Kpi(target=ENDLESS)))
    await catch_up(pool, window=4)
    for name in folding():
        assert all(table.equal for table in await differences(pool, name)), name


@pytest.mark.parametrize(
    ("stated", "is_one"),
    [
        ("0", True), ("-12.50", True), ("1E+400", True), ("1e-7", True), (".5", True), ("5.", True), ("9" * 1000, True),
        ("9" * 1001, False), ("1E+1000", False), ("NaN", False), ("Infinity", False), ("soon", False), ("１２", False),
        ("", False), ("1e", False), ("1 000", False),
    ],
)  # fmt: skip
async def test_what_a_number_is(pool: asyncpg.Pool, stated: str, is_one: bool) -> None:
    assert await pool.fetchval("select read.is_number($1)", stated) is is_one
    if is_one:
        assert await pool.fetchval("select read.number($1)", stated) == Decimal(stated)
        assert await pool.fetchval("select read.number_or_null($1)", stated) == Decimal(stated)
    else:
        with pytest.raises(asyncpg.PostgresError):
            await pool.fetchval("select read.number($1)", stated)
