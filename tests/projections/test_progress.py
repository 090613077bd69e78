"""Progress in SQL is what the domain's formulas say, and reads as people say it."""

from datetime import date
from fractions import Fraction
from typing import Any
from uuid import uuid4

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from cairn.domain.attainment import Aim, aim_in
from cairn.domain.event import Event
from cairn.domain.exact import exact
from cairn.domain.goal.events import (
    AbsencesSet,
    Changes,
    CheckedIn,
    CheckInsConfirmed,
    CheckInWithdrawn,
    CriterionAccepted,
    GoalAdjusted,
    LastDaySet,
)
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Capability, KeyTask, Kpi, Measure
from cairn.domain.policy import LinearCurve, PeriodKind
from cairn.domain.reading import ReadingsRecorded, Row, aggregate
from cairn.domain.schedule import Days, Span
from cairn.domain.scoring import kpi_points
from cairn.domain.targets import first_day
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web import showing
from projections.engine.catch_up import catch_up
from projections.engine.parking import skip
from projections.models import progress
from projections.models.progress import (
    Kinds,
    PeriodProgress,
    ProgressLine,
    progress_of_goal,
    progress_of_people,
    sentence,
)
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
from tests.projections.stories import BATCHES, lives, of
from tests.projections.test_goals_and_sheets import folded

LAW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
DATES = schedule()
MEASURE: TypeAdapter[Measure] = TypeAdapter(Measure)
MID_MARCH, END_OF_MARCH = date(2026, 3, 21), date(2026, 3, 31)


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
    own = DATES.without(state.gaps)
    expected = {period.key: found for period in DATES.periods if (found := by_domain(state, period, events))}
    told = {row["period"]: progress.worked_out(state.measure, dict(row), span(row), own) for row in rows}
    assert {key: figures for key, figures in told.items() if figures is not None} == expected
    assert all(MEASURE.validate_json(row["measure"]) == state.measure for row in rows)


def span(row: asyncpg.Record) -> Span:
    return Span(key=row["period"], kind=row["kind"], starts=row["starts"], ends=row["ends"])


def by_domain(goal: Goal, period: Span, events: list[Event]) -> dict[str, Any] | None:
    """Target, actual and attainment by the domain's own functions; None where there is nothing to measure."""
    if not DATES.without(goal.gaps).days_of(period, goal.since):
        return None
    if isinstance(goal.measure, KeyTask) and period.kind == "year":
        number, accepted = Fraction(len(goal.measure.criteria)), Fraction(len(goal.accepted))
        return figures(number, accepted, 100 * accepted / number, [], None)
    if not isinstance(goal.measure, Kpi):
        return None
    aim = aim_in(goal.measure, period, DATES.without(goal.gaps), goal.since)
    if aim is None:
        return None
    first = max(period.starts, first_day(goal.measure, goal.since))
    there = [
        row for row in days(goal, goal.measure, events) if not any(gap.holds(row.on) for gap in goal.gaps)
    ]
    rows = [row for row in there if first <= row.on <= period.ends]
    actual = aggregate(rows, goal.measure.aggregation, goal.measure.unit)
    reached = None if actual is None else kpi_points(aim, LinearCurve(kind="linear"), actual)[0]
    found = figures(aim.target, actual, reached, rows, aim)
    if (
        goal.measure.adds_up
        and goal.measure.direction == "lower"
        and actual is not None
        and aim.target is not None
    ):
        limit = aim.target
        used = 100 * actual / limit if limit > 0 else Fraction(0 if actual <= limit else 101)
        return found | {"done": None, "used": used}
    return found


def figures(
    target: Fraction | None,
    actual: Fraction | None,
    reached: Fraction | None,
    rows: list[Row],
    aim: Aim | None,
) -> dict[str, Any]:
    done = None if reached is None else min(max(reached, Fraction(0)), Fraction(100))
    unconfirmed = sum(row.metric == "-" for row in rows)
    counted = {
        "rows": len(rows),
        "unconfirmed": unconfirmed,
        "latest": max((row.on for row in rows), default=None),
        "aim": aim,
    }
    return {"target": target, "actual": actual, "attainment": reached, "done": done, **counted}


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
    [found] = await progress_of_people(pool, ["lin"], today)
    return found


async def test_an_employee_sees_what_is_done_this_month_and_the_days_left_for_the_rest(
    pool: asyncpg.Pool,
) -> None:
    await record(
        pool, launched(), opened(), *active(), readings((date(2026, 3, 2), "40"), (date(2026, 3, 9), "20"))
    )
    found = await line(pool)
    assert found.current is not None and found.to_date is not None
    assert (found.current.period, found.current.target, found.current.actual) == (
        "M03",
        exact(100),
        exact(60),
    )
    assert (found.current.done, found.current.remaining, found.current.days_left) == (
        exact(60),
        exact(40),
        10,
    )
    assert (found.to_date.period, found.to_date.done) == ("Y", exact(5)) and found.weight == 100
    assert sentence(found).text("zh") == "本月目标已完成60%，剩余10天完成其余40%：每天需4，目前每天2.86"
    assert sentence(found).text("en") == (
        "60% of this month's target done, 10 days left for the other 40%: 4 a day to make it, 2.86 so far"
    )


async def test_the_pace_that_is_needed_is_enough_and_small_amounts_keep_two_digits(
    pool: asyncpg.Pool,
) -> None:
    kpi = Kpi(unit="项", target=D(12), metric="sales", subject="lin")
    await record(pool, launched(), *active(measure=kpi), readings((date(2026, 3, 2), "0.2")))
    found = await line(pool)
    assert found.current is not None and found.current.needed == Fraction(8, 100)
    assert sentence(found).text("en").endswith("0.08 a day to make it, 0.0095 so far")
    last = await line(pool, END_OF_MARCH)
    assert sentence(last).text("en") == "20% of this month's target done, 0 days left for the other 80%"


async def test_a_lower_is_better_sum_is_used_up_and_not_reached_on_day_four(pool: asyncpg.Pool) -> None:
    """Progress of what is better when it is lower."""
    kpi = Kpi(unit="次", direction="lower", target=D(360), metric="sales", subject="lin")
    await record(pool, launched(), *active(measure=kpi), readings((date(2026, 3, 2), "4")))
    early = await line(pool, date(2026, 3, 4))
    assert sentence(early).text("en") == (
        "4 of at most 30 used within this month's limit, 27 days left: 0.96 a day keeps to it, 1 so far"
    )
    assert sentence(early).text("zh") == "本月已用4，上限30，还剩27天：每天不超过0.96即可守住，目前每天1"
    assert early.current is not None
    assert (early.current.done, early.current.used) == (None, Fraction(40, 3))
    await record(pool, readings((date(2026, 3, 9), "31")))
    over = sentence(await line(pool)).text("en")
    assert over == "35 used, 5 more than this month's limit of 30, 10 days left"
    assert sentence(await line(pool), over=True).text("zh") == "全年共用35，上限360"


async def test_a_year_that_is_over_says_what_it_came_to_and_speaks_of_no_month(pool: asyncpg.Pool) -> None:
    last = date(2026, 12, 31)
    await record(pool, launched(), *active(), readings((date(2026, 3, 2), "600"), (date(2026, 12, 9), "120")))
    found = await line(pool, last)
    assert sentence(found).text("en") == "reached this month's target (120%)"
    assert sentence(found, over=True).text("en") == "60% of the year's target was reached"
    assert sentence(found, over=True).text("zh") == "全年目标完成了60%"
    shown = showing.progress(PageReader("zh"), found, over=True)
    assert shown is not None and shown.bar is not None
    assert (shown.sentence, shown.figures, shown.pace) == ("全年目标完成了60%", "720 / 1,200 元", "")
    assert (shown.bar.done, shown.bar.mark) == (60.0, None)
    await record(pool, readings((date(2026, 12, 30), "480")))
    assert sentence(await line(pool, last), over=True).text("zh") == "全年目标已达成（100%）"


async def test_a_limit_of_nothing_is_kept_or_passed(pool: asyncpg.Pool) -> None:
    kpi = Kpi(unit="起", direction="lower", target=D(0), metric="sales", subject="lin")
    await record(pool, launched(), *active(measure=kpi), readings((date(2026, 3, 2), "0")))
    kept = await line(pool)
    assert kept.current is not None and kept.current.used == 0
    await record(pool, readings((date(2026, 3, 3), "1")))
    assert sentence(await line(pool)).text("zh") == "本月已用1，超出上限0达1，还剩10天"
    assert sentence(await line(pool), over=True).text("zh") == "全年共用1，超出上限0达1"


async def test_the_month_word_is_the_one_of_the_goals_own_family_and_tier(pool: asyncpg.Pool) -> None:
    """Whoever asks, for a person or for a goal, hears of the same period."""
    await record(pool, launched(), opened(), *active())
    await catch_up(pool)
    families: dict[str, tuple[PeriodKind, ...]] = {"sales": ("quarter", "year"), "rnd": ("month", "year")}
    [of_person] = await progress_of_people(pool, ["lin"], MID_MARCH, kinds=families)
    of_goal = await progress_of_goal(pool, GOAL, MID_MARCH, kinds=families)
    assert of_goal is not None and sentence(of_goal) == sentence(of_person)
    assert of_goal.current is not None and of_goal.current.period == "Q1"


async def test_a_goal_scored_in_the_year_alone_speaks_of_the_year(pool: asyncpg.Pool) -> None:
    kpi = Kpi(unit="项", target=D(2), metric="sales", subject="lin", scored_in=("year",))
    await record(pool, launched(), opened(), *active(measure=kpi))
    await catch_up(pool)
    found = await progress_of_goal(pool, GOAL, MID_MARCH, kinds={"sales": ("month", "year")})
    assert found is not None and found.current is not None and found.current.period == "Y"


async def test_a_correction_changes_progress_at_once(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), *active(), readings((date(2026, 3, 2), "60")))
    await catch_up(pool)
    await record(pool, readings((date(2026, 3, 2), "45"), correction=True))
    found = (await line(pool)).current
    assert found is not None and (found.actual, found.done, found.rows) == (exact(45), exact(45), 1)


async def test_an_adjusted_target_counts_from_its_filing_on(pool: asyncpg.Pool) -> None:
    kpi = Kpi(targets={"M03": D(300), "M04": D(300)}, metric="sales", subject="lin")
    await record(
        pool,
        launched(),
        *active(measure=kpi),
    )
    await record(pool, readings((date(2026, 3, 2), "60")))
    before = (await line(pool)).current
    changes = Changes(targets={"M03": D(120)})
    await record(pool, adjusted(changes, "市场", 9))
    after = (await line(pool)).current
    assert before is not None and after is not None
    assert (before.period, before.done, after.target, after.done) == ("M03", exact(20), exact(120), exact(50))


async def test_a_joiner_has_a_share_of_the_first_period_only_from_their_first_day(pool: asyncpg.Pool) -> None:
    joiners = Kpi(target=D(1200), whole_cycle=True, metric="sales", subject="lin")
    await record(
        pool,
        launched(),
        *active(measure=joiners, since=date(2026, 3, 17)),
        readings((date(2026, 3, 16), "9")),
    )
    found = await line(pool)
    assert found.current is not None
    assert found.current.target == Fraction(100 * 15, 31) and found.current.actual is None
    assert min(each.starts for each in found.periods if each.kind == "month") == date(2026, 3, 1)


async def test_l7_days_of_long_leave_and_those_after_the_last_one_are_no_part_of_target_or_actual(
    pool: asyncpg.Pool,
) -> None:
    away = AbsencesSet(
        goal=GOAL, absences=(Days(first=date(2026, 3, 1), last=date(2026, 3, 15)),), by="hua", at=later(40)
    )
    last = LastDaySet(goal=GOAL, last=date(2026, 3, 31), cause="left", by="hua", at=later(41))
    yearly = Kpi(target=D(1200), metric="sales", subject="lin")
    told = readings((date(2026, 3, 2), "30"), (date(2026, 3, 20), "40"), (date(2026, 4, 2), "50"))
    await record(pool, launched(), *active(measure=yearly), away, last, told)
    found = await line(pool)
    assert found.current is not None and found.to_date is not None
    assert (found.current.target, found.current.actual) == (Fraction(100 * 16, 31), Fraction(40))
    assert found.to_date.target == 200 + Fraction(100 * 16, 31)
    assert (found.to_date.ends, found.to_date.days_left) == (date(2026, 3, 31), 10)
    assert max(each.starts for each in found.periods if each.kind == "month") == date(2026, 3, 1)


async def test_check_ins_count_where_no_feed_brings_the_metric(pool: asyncpg.Pool) -> None:
    kpi = Kpi(unit="分", aggregation="last", target=D("4.5"))
    said = [
        CheckedIn(goal=GOAL, on=date(2026, 3, day), value=D(value), by="lin", at=later(70))
        for day, value in ((2, "4.1"), (3, "4.9"), (3, "3.6"))
    ]
    await record(pool, launched(), *active(measure=kpi), *said)
    found = await line(pool)
    assert found.current is not None and (found.current.actual, found.current.done) == (
        exact("3.6"),
        exact(80),
    )
    assert sentence(found).text("zh") == "本月目标达成率80%，还剩10天"
    assert sentence(found).text("en") == "reached 80% of this month's target, 10 days left"


async def test_reports_confirmed_and_not_are_counted_apart_and_withdrawn_ones_not_at_all(
    pool: asyncpg.Pool,
) -> None:
    """RULES D6: 5 was confirmed, 7 was not, 500 was withdrawn."""
    kpi = Kpi(unit="次", target=D(240))
    said = [
        CheckedIn(goal=GOAL, on=date(2026, 3, day), value=D(value), by="lin", at=later(70))
        for day, value in ((2, "5"), (3, "7"), (4, "500"))
    ]
    confirmed = CheckInsConfirmed(goal=GOAL, check_ins=(1,), by="wang", at=later(71))
    gone = CheckInWithdrawn(goal=GOAL, check_in=3, by="lin", at=later(71))
    await record(pool, launched(), *active(measure=kpi), *said, confirmed, gone)
    found = (await line(pool)).current
    assert found is not None and (found.actual, found.rows, found.unconfirmed) == (exact(12), 2, 1)


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
    assert (before.done, after.actual, again.actual, again.done) == (exact(80), None, exact(81), exact(90))


async def test_progress_is_told_up_to_where_the_fold_is_though_the_log_has_more(pool: asyncpg.Pool) -> None:
    kpi = Kpi(unit="分", aggregation="last", target=D(5))
    said = CheckedIn(goal=GOAL, on=date(2026, 3, 2), value=D(4), by="lin", at=later(70))
    await record(pool, launched(), *active(measure=kpi), said)
    await catch_up(pool)
    await record(pool, said.model_copy(update={"value": D(5)}))
    [behind] = await progress_of_people(pool, ["lin"], MID_MARCH)
    now = (await line(pool)).current
    assert behind.current is not None and now is not None
    assert (behind.current.actual, now.actual) == (exact(4), exact(5))


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
    assert (waiting.actual, now.actual) == (exact(4), exact(5))


async def test_many_readings_of_a_day_in_many_batches_count_once_in_each_period(pool: asyncpg.Pool) -> None:
    days = [(date(2026, month, day), "1.50") for month in (1, 2, 3) for day in (1, 15, 28)]
    await record(pool, launched(), *active(), readings(*days), readings(*days[3:]))
    await catch_up(pool)
    found = await progress_of_goal(pool, GOAL, MID_MARCH)
    assert found is not None
    told = {each.period: (each.rows, each.actual) for each in found.periods if each.rows}
    assert told == dict.fromkeys(("M01", "M02", "M03"), (3, exact("4.5"))) | dict.fromkeys(
        ("Q1", "H1", "Y"), (9, exact("13.5"))
    )


async def test_a_baseline_moves_with_the_periods_target(pool: asyncpg.Pool) -> None:
    kpi = Kpi(target=D(1200), baseline=D(600), metric="sales", subject="lin")
    await record(pool, launched(), *active(measure=kpi), readings((date(2026, 3, 2), "75")))
    found = (await line(pool)).current
    assert found is not None and (found.target, found.done) == (exact(100), exact(50))


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


async def test_a_task_with_a_day_of_its_own_counts_to_that_day(pool: asyncpg.Pool) -> None:
    task = KeyTask(criteria=("上线", "三轮测试"), due=date(2026, 6, 30))
    await record(pool, launched(), *active(measure=task))
    before, after = (
        sentence(await line(pool, date(2026, 6, 28))),
        sentence(await line(pool, date(2026, 7, 3))),
    )
    assert before.text("zh") == "2项验收标准已通过0项，2026-06-30 到期，还剩2天"
    assert after.text("en") == "0 of 2 acceptance criteria met, due on 2026-06-30: 3 days late"


async def test_a_family_without_months_sees_its_quarter(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), opened(), *active())
    await catch_up(pool)
    [found] = await progress_of_people(pool, ["lin"], MID_MARCH, kinds={"sales": ("quarter", "year")})
    assert found.current is not None and (found.current.period, found.current.days_left) == ("Q1", 10)
    assert sentence(found).text("zh") == "本季度尚无数据，还剩10天"
    assert sentence(found).text("en") == "no data yet for this quarter's target, 10 days left"


async def test_a_list_of_goals_says_the_same_of_the_period_that_runs_and_leaves_out_the_others(
    pool: asyncpg.Pool,
) -> None:
    await record(pool, launched(), opened(), *active())
    await catch_up(pool)
    every: list[Kinds | None] = [None, {"sales": ("quarter", "year")}]
    for kinds in every:
        [whole] = await progress_of_people(pool, ["lin"], MID_MARCH, kinds=kinds)
        [listed] = await progress_of_people(pool, ["lin"], MID_MARCH, kinds=kinds, every_period=False)
        assert (listed.current, listed.to_date) == (whole.current, whole.to_date)
        assert {each.period for each in listed.periods} < {each.period for each in whole.periods}


async def test_a_capability_goal_is_left_to_the_manager(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), *active(measure=Capability(outcomes=("培训",))))
    assert sentence(await line(pool)).text("zh") == "由上级评估"


async def test_drafts_show_no_progress_until_they_are_approved(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), drafted())
    await catch_up(pool)
    assert await progress_of_people(pool, ["lin"], MID_MARCH) == []
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
        target=exact(100),
        actual=exact(1),
        attainment=exact(reached or done),
        done=exact(done),
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
