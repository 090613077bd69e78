"""Progress in SQL is what the domain's formulas say, and reads as people say it."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cairn.domain.event import Event
from cairn.domain.goal.events import Changes, CheckedIn, CriterionAccepted, GoalAdjusted
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Capability, KeyTask, Kpi, target_in
from cairn.domain.policy import LinearCurve
from cairn.domain.reading import ReadingsRecorded, Row, aggregate
from cairn.domain.schedule import Period
from cairn.domain.scoring import attainment, kpi_points
from projections.engine.catch_up import catch_up
from projections.engine.parking import skip
from projections.models.progress import PeriodProgress, ProgressLine, progress_of, progress_of_goal, sentence
from tests.projections.given import (
    CYCLE,
    GOAL,
    NEW_YEAR,
    D,
    active,
    drafted,
    later,
    launched,
    opened,
    readings,
    record,
    record_raw,
    schedule,
)
from tests.projections.stories import BATCHES, NUMBERS, kpis, lives, of
from tests.projections.test_goals_and_sheets import folded

LAW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
DATES = schedule()
MID_MARCH, END_OF_MARCH = date(2026, 3, 21), date(2026, 3, 31)


def near(a: Decimal | None, b: Decimal | None) -> bool:
    """Equal but for the last digits: Postgres and Python cut endless quotients at different places."""
    if a is None or b is None:
        return a is b
    return abs(a - b) <= D("1e-12") * max(D(1), abs(a), abs(b))


def adjusted(changes: Changes, reason: str, day: int) -> GoalAdjusted:
    """The goal is changed so on that day, for that reason."""
    filed = {
        "goal": GOAL,
        "adjustment": "a1",
        "before": Changes(),
        "after": changes,
        "reason": reason,
        "draws": D(2),
    }
    return GoalAdjusted.model_validate({**filed, "space_left": D(13), "by": "hua", "at": later(day)})


@settings(LAW, max_examples=150)
@given(kpi=kpis(), actual=NUMBERS, target=st.none() | NUMBERS)
async def test_attainment_is_the_same_in_sql_and_in_python(
    pool: asyncpg.Pool, kpi: Kpi, actual: Decimal, target: Decimal | None
) -> None:
    call = "select read.attainment($1, $2, $3, $4, $5, $6)"
    found = await pool.fetchval(call, kpi.direction, kpi.baseline, kpi.lower, kpi.upper, actual, target)
    nothing = target is None and kpi.direction != "range"
    assert near(found, None if nothing else attainment(kpi, actual, target))


@LAW
@given(
    life=lives(),
    batches=st.lists(BATCHES, max_size=6),
    places=st.lists(st.integers(0, 20), min_size=7, max_size=7),
    window=st.integers(1, 9),
)
async def test_progress_is_what_the_domain_makes_of_goal_readings_and_dates(
    pool: asyncpg.Pool, life: list[Event], batches: list[Event], places: list[int], window: int
) -> None:
    cycle = uuid4().hex[:8]
    events = [life[0].model_copy(update={"cycle": cycle}), *life[1:]]
    for place, other in zip(places, [launched(cycle), *batches], strict=False):
        events.insert(place, other)
    events = of(f"p{cycle}", events)
    await record(pool, *events)
    await catch_up(pool, names=["progress"], window=window)
    state = folded([event for event in events if event.stream == life[0].stream])
    rows = await pool.fetch("select * from read.progress_of(array[$1])", state.id)
    expected = {period.key: found for period in DATES.periods if (found := worked_out(state, period, events))}
    assert {row["period"] for row in rows} == set(expected)
    for row in rows:
        for name, value in expected[row["period"]].items():
            assert near(row[name], value), (row["period"], name, row[name], value)


def worked_out(goal: Goal, period: Period, events: list[Event]) -> dict[str, Decimal | None] | None:
    """Target, actual and attainment by the domain's own functions; None where there is nothing to measure."""
    if period.ends < goal.since:
        return None
    if isinstance(goal.measure, KeyTask) and period.kind == "year":
        number, accepted = D(len(goal.measure.criteria)), D(len(goal.accepted))
        return figures(number, accepted, 100 * accepted / number)
    if not isinstance(goal.measure, Kpi):
        return None
    target = target_in(goal.measure, period, DATES, goal.since)
    if target is None and goal.measure.direction != "range":
        return None
    rows = [
        row
        for row in days(goal, goal.measure, events)
        if max(period.starts, goal.since) <= row.on <= period.ends
    ]
    actual = aggregate(rows, goal.measure.aggregation, goal.measure.unit)
    curve = LinearCurve(kind="linear")
    reached = None if actual is None else kpi_points(goal.measure, curve, actual, target)[0]
    return figures(target, actual, reached)


def figures(
    target: Decimal | None, actual: Decimal | None, reached: Decimal | None
) -> dict[str, Decimal | None]:
    done = None if reached is None else min(max(reached, D(0)), D(100))
    return {"target": target, "actual": actual, "attainment": reached, "done": done}


def days(goal: Goal, kpi: Kpi, events: list[Event]) -> list[Row]:
    """The rows that count, the last one of each day."""
    found: dict[date, Row] = {}
    for event in events if kpi.metric is not None else ():
        if isinstance(event, ReadingsRecorded):
            wanted = (row for row in event.rows if (row.metric, row.subject) == (kpi.metric, kpi.subject))
            found.update({row.on: row for row in wanted})
    for said in goal.check_ins if kpi.metric is None else ():
        if said.value is not None:
            told: Any = {"metric": "-", "subject": "-", "on": said.on, "value": said.value, "base": said.base}
            found[said.on] = Row(**told)
    return list(found.values())


async def line(pool: asyncpg.Pool, today: date = MID_MARCH) -> ProgressLine:
    await catch_up(pool)
    [found] = await progress_of(pool, "lin", today)
    return found


async def test_an_employee_sees_what_is_done_this_month_and_the_days_left_for_the_rest(
    pool: asyncpg.Pool,
) -> None:
    await record(
        pool, launched(), opened(), *active(), readings((date(2026, 3, 2), "40"), (date(2026, 3, 9), "20"))
    )
    found = await line(pool)
    assert found.current is not None and found.to_date is not None
    assert (found.current.period, found.current.target, found.current.actual) == ("M03", D(100), D(60))
    assert (found.current.done, found.current.remaining, found.current.days_left) == (D(60), D(40), 10)
    assert (found.to_date.period, found.to_date.done, found.weight) == ("Y", D(5), D(100))
    assert sentence(found).text("zh") == "本月目标已完成60%，剩余10天完成其余40%"
    assert sentence(found).text("en") == "60% of this month's target done, 10 days left for the other 40%"


async def test_a_correction_changes_progress_at_once(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), *active(), readings((date(2026, 3, 2), "60")))
    await catch_up(pool)
    await record(pool, readings((date(2026, 3, 2), "45"), correction=True))
    found = (await line(pool)).current
    assert found is not None and (found.actual, found.done, found.rows) == (D(45), D(45), 1)


async def test_an_adjusted_target_counts_from_its_filing_on(pool: asyncpg.Pool) -> None:
    kpi = Kpi(targets={"Q1": D(300), "Q2": D(300)}, metric="sales", subject="lin")
    await record(
        pool,
        launched(),
        *active(measure=kpi),
    )
    await record(pool, readings((date(2026, 3, 2), "60")))
    before = (await line(pool)).current
    changes = Changes(targets={"Q1": D(120)})
    await record(pool, adjusted(changes, "市场", 9))
    after = (await line(pool)).current
    assert before is not None and after is not None
    assert (before.period, before.done, after.target, after.done) == ("Q1", D(20), D(120), D(50))


async def test_a_joiner_has_a_share_of_the_first_period_only_from_their_first_day(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), *active(since=date(2026, 3, 17)), readings((date(2026, 3, 16), "9")))
    found = await line(pool)
    assert found.current is not None
    assert near(found.current.target, D(100) * 15 / 31) and found.current.actual is None
    assert min(each.starts for each in found.periods if each.kind == "month") == date(2026, 3, 1)


async def test_check_ins_count_where_no_feed_brings_the_metric(pool: asyncpg.Pool) -> None:
    kpi = Kpi(unit="分", aggregation="last", target=D("4.5"))
    said = [
        CheckedIn(goal=GOAL, on=date(2026, 3, day), value=D(value), by="lin", at=later(70))
        for day, value in ((2, "4.1"), (3, "4.9"), (3, "3.6"))
    ]
    await record(pool, launched(), *active(measure=kpi), *said)
    found = await line(pool)
    assert found.current is not None and (found.current.actual, found.current.done) == (D("3.6"), D(80))
    assert sentence(found).text("zh") == "本月目标达成率80%，还剩10天"
    assert sentence(found).text("en") == "reached 80% of this month's target, 10 days left"


async def test_check_ins_of_a_former_metric_do_not_count_for_the_new_one(pool: asyncpg.Pool) -> None:
    said = CheckedIn(goal=GOAL, on=date(2026, 3, 2), value=D(4), by="lin", at=later(70))
    await record(pool, launched(), *active(measure=Kpi(unit="分", aggregation="last", target=D(5))), said)
    before = (await line(pool)).current
    changes = Changes(measure=Kpi(unit="%", aggregation="last", target=D(90)))
    await record(pool, adjusted(changes, "x", 71))
    after = (await line(pool)).current
    await record(pool, said.model_copy(update={"value": D(81), "at": later(72)}))
    again = (await line(pool)).current
    assert before is not None and after is not None and again is not None
    assert (before.done, after.actual, again.actual, again.done) == (D(80), None, D(81), D(90))


async def test_progress_is_told_up_to_where_the_fold_is_though_the_log_has_more(pool: asyncpg.Pool) -> None:
    kpi = Kpi(unit="分", aggregation="last", target=D(5))
    said = CheckedIn(goal=GOAL, on=date(2026, 3, 2), value=D(4), by="lin", at=later(70))
    await record(pool, launched(), *active(measure=kpi), said)
    await catch_up(pool)
    await record(pool, said.model_copy(update={"value": D(5)}))
    [behind] = await progress_of(pool, "lin", MID_MARCH)
    now = (await line(pool)).current
    assert behind.current is not None and now is not None
    assert (behind.current.actual, now.actual) == (D(4), D(5))


async def test_what_waits_behind_a_parked_event_does_not_count_until_that_is_skipped(
    pool: asyncpg.Pool,
) -> None:
    kpi = Kpi(unit="分", aggregation="last", target=D(5))
    said = CheckedIn(goal=GOAL, on=date(2026, 3, 2), value=D(4), by="lin", at=later(70))
    await record(pool, launched(), *active(measure=kpi), said)
    await record_raw(pool, GOAL, "AdjustmentRequested", '{"expires_at": "soon"}')
    await record_raw(pool, GOAL, "GoalRevised", '{"measure": {"kind": "kpi", "target": "1\\u0000"}}')
    await record(pool, said.model_copy(update={"value": D(5)}))
    waiting = (await line(pool)).current
    for _ in range(2):
        await skip(pool, "goal", GOAL, reason="written by a broken importer", by="ops")
    now = (await line(pool)).current
    assert waiting is not None and now is not None
    assert (waiting.actual, now.actual) == (D(4), D(5))


async def test_many_readings_of_a_day_in_many_batches_count_once_in_each_period(pool: asyncpg.Pool) -> None:
    days = [(date(2026, month, day), "1.50") for month in (1, 2, 3) for day in (1, 15, 28)]
    await record(pool, launched(), *active(), readings(*days), readings(*days[3:]))
    await catch_up(pool)
    found = await progress_of_goal(pool, GOAL, MID_MARCH)
    assert found is not None
    told = {each.period: (each.rows, str(each.actual)) for each in found.periods if each.rows}
    assert told == {"M01": (3, "4.50"), "M02": (3, "4.50"), "M03": (3, "4.50")} | dict.fromkeys(
        ("Q1", "H1", "Y"), (9, "13.50")
    )


async def test_a_baseline_moves_with_the_periods_target(pool: asyncpg.Pool) -> None:
    kpi = Kpi(target=D(1200), baseline=D(600), metric="sales", subject="lin")
    await record(pool, launched(), *active(measure=kpi), readings((date(2026, 3, 2), "75")))
    found = (await line(pool)).current
    assert found is not None and (found.target, found.done) == (D(100), D(50))


async def test_a_key_task_counts_its_accepted_criteria_once_each(pool: asyncpg.Pool) -> None:
    task = KeyTask(criteria=("上线", "三轮测试", "缺陷率"))
    accepted = [
        CriterionAccepted(goal=GOAL, criterion=number, evidence="x", by="wang", at=later(5))
        for number in (1, 2, 1)
    ]
    await record(pool, launched(), *active(measure=task), *accepted)
    found = await line(pool, date(2026, 12, 30))
    assert sentence(found).text("zh") == "3项验收标准已通过2项，还剩1天"
    assert sentence(found).text("en") == "2 of 3 acceptance criteria met, 1 day left"


async def test_a_family_without_months_sees_its_quarter(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), *active())
    await catch_up(pool)
    [found] = await progress_of(pool, "lin", MID_MARCH, kinds=["quarter", "year"])
    assert found.current is not None and (found.current.period, found.current.days_left) == ("Q1", 10)
    assert sentence(found).text("zh") == "本季度尚无数据，还剩10天"
    assert sentence(found).text("en") == "no data yet for this quarter's target, 10 days left"


async def test_a_capability_goal_is_left_to_the_manager(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), *active(measure=Capability(outcomes=("培训",))))
    assert sentence(await line(pool)).text("zh") == "由上级评估"


async def test_drafts_show_no_progress_until_they_are_approved(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), drafted())
    await catch_up(pool)
    assert await progress_of(pool, "lin", MID_MARCH) == []
    assert (await progress_of_goal(pool, GOAL, MID_MARCH)) is not None
    assert await progress_of_goal(pool, "goal-none", MID_MARCH) is None


async def test_the_order_of_launch_goal_and_readings_does_not_matter(pool: asyncpg.Pool) -> None:
    await record(pool, readings((date(2026, 3, 2), "60")), *active(), launched())
    await catch_up(pool, window=1)
    found = await progress_of_goal(pool, GOAL, MID_MARCH)
    assert found is not None and found.current is not None and found.current.done == 60
    assert {each.period for each in found.periods} == {each.key for each in DATES.periods}
    assert CYCLE == "2026" and found.periods[0].starts == NEW_YEAR


def test_all_done_is_said_only_when_all_is_done() -> None:
    assert sentence(with_done("99.99")).text("zh") == "本月目标已完成99%，剩余10天完成其余1%"
    assert sentence(with_done("100", "112.5")).text("zh") == "本月目标已达成（112%）"
    assert sentence(with_done("100", "112.5")).text("en") == "reached this month's target (112%)"


def with_done(done: str, reached: str | None = None) -> ProgressLine:
    now = PeriodProgress(
        period="M03",
        kind="month",
        starts=date(2026, 3, 1),
        ends=END_OF_MARCH,
        target=D(100),
        actual=D(1),
        attainment=D(reached or done),
        done=D(done),
        rows=1,
        latest=MID_MARCH,
        days_left=10,
    )
    common: Any = {
        "goal": GOAL,
        "title": "x",
        "owner": "lin",
        "sheet": "s",
        "tier": "individual",
        "weight": D(1),
    }
    more: Any = {"dimension": "duties", "stage": "active", "measure": Kpi(target=D(100))}
    return ProgressLine(**common, **more, current=now, to_date=None, periods=(now,))
