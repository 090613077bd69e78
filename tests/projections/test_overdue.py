"""What is late in a cycle: as the domain has it, with what people were told, and never before their time is over."""

from datetime import UTC, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cairn.domain.event import Event
from cairn.domain.goal import events as g
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.status import awaited, deadlines_of, escalation
from cairn.domain.measure import Capability, KeyTask
from cairn.domain.sheet.state import Sheet
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import differences
from projections.models import inbox
from projections.models.overdue import Act, Late, overdue
from tests.projections.given import (
    AT,
    CYCLE,
    GOAL,
    SHEET,
    D,
    active,
    drafted,
    joined,
    later,
    launched,
    opened,
    policy,
    record,
    schedule,
)
from tests.projections.stories import lives, scored
from tests.projections.test_goals_and_sheets import folded

LAW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
DATES, A_SECOND, DAY = schedule(), timedelta(seconds=1), timedelta(days=1)
SUBMITTED = g.GoalSubmitted(goal=GOAL, by="lin", at=later(1))
ASKED = g.AdjustmentRequested(
    goal=GOAL, adjustment="a1", changes=g.Changes(target=D(1000)), reason="市场", draws=D(2), expires_at=later(14),
    policy="p", by="lin", at=later(5),
)  # fmt: skip


def reminded(*to: str, at: datetime) -> Event:
    return g.ReminderSent(goal=GOAL, phase="drafts_remind", due=DATES.drafts_due, to=to, by="system", at=at)


def escalated(*to: str, at: datetime) -> Event:
    return g.DeadlineMissed(
        goal=GOAL, phase="drafts_due", due=DATES.drafts_due, awaited=("lin",), to=to, by="system", at=at
    )


async def late(pool: asyncpg.Pool, at: datetime, department: str | None = None) -> list[Late]:
    await catch_up(pool)
    return await overdue(pool, CYCLE, at, policy(), department=department)


async def test_a_draft_is_late_from_the_moment_drafts_are_due_and_not_before(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), joined("lin"), drafted())
    assert await late(pool, DATES.drafts_due - A_SECOND) == []
    [found] = await late(pool, DATES.drafts_due)
    assert (found.goal, found.title, found.act, found.department) == (GOAL, "销售额", "submit", "sales")
    assert (found.owner_name, found.awaited, found.awaited_name) == ("Lin", "lin", "Lin")
    assert (found.since, found.due, found.days_late, found.notices) == (AT, DATES.drafts_due, 1, ())
    assert [each.days_late for each in await late(pool, DATES.drafts_due + 4 * DAY)] == [4]


async def test_who_was_asked_late_is_late_only_after_the_policys_working_days(pool: asyncpg.Pool) -> None:
    friday, wednesday = datetime(2026, 2, 6, 2, tzinfo=UTC), datetime(2026, 2, 11, 1, tzinfo=UTC)
    await record(pool, launched(), drafted(), SUBMITTED.model_copy(update={"at": friday}))
    assert await late(pool, wednesday - A_SECOND) == []
    [found] = await late(pool, wednesday)
    assert (found.act, found.awaited, found.due) == ("approve", "wang", wednesday)


async def test_both_who_have_to_confirm_an_adjustment_are_late_once_it_has_expired(
    pool: asyncpg.Pool,
) -> None:
    await record(pool, launched(), drafted(), g.GoalActivated(goal=GOAL, by="system", at=later(3)), ASKED)
    assert await late(pool, later(14) - A_SECOND) == []
    found = await late(pool, later(14))
    assert [(each.act, each.awaited) for each in found] == [
        ("confirm_hr", "role:hr"),
        ("confirm_manager", "wang"),
    ]


async def test_reminders_and_escalations_are_told_the_last_one_first(pool: asyncpg.Pool) -> None:
    first, last = later(8), later(12)
    await record(
        pool, launched(), drafted(), reminded("lin", at=first), escalated("wang", "role:hr", at=last)
    )
    [found] = await late(pool, DATES.drafts_due)
    assert [(each.at, each.escalated, each.recipients) for each in found.notices] == [
        (last, True, ("wang", "role:hr")),
        (first, False, ("lin",)),
    ]


async def test_of_two_reminders_of_the_same_deadline_the_later_one_counts(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), drafted(), reminded("lin", at=later(8)))
    await catch_up(pool)
    await record(pool, reminded("qi", at=later(9)), reminded("wang", at=later(10)))
    [found] = await late(pool, DATES.drafts_due)
    assert [(each.at, each.recipients) for each in found.notices] == [(later(10), ("wang",))]


async def test_what_was_told_before_the_goal_was_returned_says_nothing_of_the_present_draft(
    pool: asyncpg.Pool,
) -> None:
    returned = g.GoalReturned(goal=GOAL, comment="?", by="wang", at=later(10))
    submitted = SUBMITTED.model_copy(update={"at": later(9)})
    await record(pool, launched(), drafted(), escalated("wang", at=later(8)), submitted, returned)
    [found] = await late(pool, DATES.drafts_due + 30 * DAY)
    assert (found.act, found.since, found.notices) == ("submit", later(10), ())


async def test_what_is_late_longest_comes_first_and_a_department_sees_its_own(pool: asyncpg.Pool) -> None:
    waits, other = "goal-2026-anna-1", "goal-2026-qi-1"
    await record(pool, launched(), drafted(waits), drafted(other, owner="qi", department="it"), drafted())
    await record(pool, g.GoalSubmitted(goal=waits, by="lin", at=later(1)))
    afterwards = DATES.approvals_due + DAY
    assert [each.goal for each in await late(pool, afterwards)] == [GOAL, other, waits]
    assert [each.goal for each in await late(pool, afterwards, "it")] == [other]
    assert await late(pool, afterwards, "nowhere") == []


async def test_a_score_that_is_due_and_not_there_is_late_though_nobody_is_waited_for(
    pool: asyncpg.Pool,
) -> None:
    january = DATES.periods[0].scored_at
    await record(pool, launched(), opened(), *active())
    assert await late(pool, january - A_SECOND) == []
    [found] = await late(pool, january)
    assert (found.goal, found.act, found.period, found.awaited, found.due) == (
        GOAL, "score", "M01", None, january
    )  # fmt: skip
    await record(pool, scored(GOAL, "M01", 32))
    assert await late(pool, january) == []


async def test_the_years_score_is_due_only_once_the_review_is_open(pool: asyncpg.Pool) -> None:
    months = [period.key for period in DATES.of_kind("month")]
    await record(pool, launched(), opened(), *active())
    assert [each.period for each in await late(pool, DATES.scores_due)] == months
    await record(pool, g.ReviewOpened(goal=GOAL, by="system", at=later(370)))
    assert [each.period for each in await late(pool, DATES.scores_due)] == [*months, "Y"]


async def test_a_goal_that_is_judged_is_scored_only_for_the_periods_it_was_judged_in(
    pool: asyncpg.Pool,
) -> None:
    february = DATES.periods[1]
    await record(pool, launched(), opened(), *active(measure=Capability(outcomes=("培训",))))
    assert await late(pool, february.scored_at) == []
    await record(pool, g.GoalAssessed(goal=GOAL, period="M02", points=D(90), by="wang", at=later(60)))
    assert [each.period for each in await late(pool, february.scored_at)] == ["M02"]


@LAW
@given(life=lives(), days=st.integers(0, 60) | st.integers(360, 420))
async def test_whatever_happened_late_is_what_the_domain_waits_for_and_its_date_has_passed(
    pool: asyncpg.Pool, life: list[Event], days: int
) -> None:
    at = later(days)
    # A holder's own last day and leave move a goal's dates; this list goes by the cycle's (docs/roadmap.md).
    life = [each for each in life if not isinstance(each, g.LastDaySet | g.AbsencesSet)]
    await record(pool, launched(), opened(SHEET, ()), *life)
    goal = folded(life)
    found = [each for each in await late(pool, at) if each.goal == goal.id]
    asked = [each for each in found if each.act not in ("score", "deliver")]
    held = goal.held_on(
        at.astimezone(ZoneInfo(DATES.calendar.timezone)).date()
    )  # RULES L1: places by the day
    assert {each.awaited for each in asked} <= set(awaited(held))
    if at > DATES.scores_due:
        assert sorted(str(each.awaited) for each in asked) == sorted(awaited(held))
    context = GoalContext(policy=policy(), schedule=DATES, sheet=Sheet(id=SHEET, family="sales"), people={})
    # What is kept is not ahead any more: that a reminder was sent or a date was missed is left aside here.
    ahead = deadlines_of(goal.model_copy(update={"kept_deadlines": frozenset()}), context)
    dates = {"submit": "drafts_due", "approve": "approvals_due", "assess": "scores_due"}
    told = {"submit", "approve"}  # further up so many working days after the date (RULES L6)
    assert {
        (
            dates.get(each.act, "adjustment_expires"),
            escalation(each.due, policy()) if each.act in told else each.due,
        )
        for each in asked
    } <= {(each.phase, each.at) for each in ahead} | {
        # The clocks of the year's judgement that is owed are counted from the date on which scores are due (RULES U2).
        ("scores_due", DATES.scores_due)
        for each in ahead
        if each.phase == "judgement_due" and each.period == "Y"
    }
    missing = {
        each.period for each in ahead if each.phase in ("period_scored", "scores_due") and each.at <= at
    }
    judged = {"Y"} if goal.stage == "in_review" and awaited(goal) else set()
    assert {each.period for each in found if each.act == "score"} == missing - judged - goal.scores.keys()


@pytest.mark.parametrize("window", [1, 2, 20_000])
async def test_what_people_were_told_is_the_same_in_any_windows(pool: asyncpg.Pool, window: int) -> None:
    notices = [
        reminded("lin", at=later(8)),
        escalated("wang", at=later(9)),
        escalated("role:hr", at=later(10)),
    ]
    await record(pool, launched(), drafted(), *notices)
    await catch_up(pool, window=window)
    assert all(table.equal for table in await differences(pool, "overdue"))
    stored = "select phase, recipients from read.notice order by phase"
    assert [tuple(row) for row in await pool.fetch(stored)] == [
        ("drafts_due", ["role:hr"]),
        ("drafts_remind", ["lin"]),
    ]


async def test_who_may_read_the_log_may_read_what_people_were_told(pool: asyncpg.Pool) -> None:
    for role in ("cairn_reader", "cairn_writer"):
        assert await pool.fetchval("select has_table_privilege($1::text, 'read.notice', 'select')", role)


def test_whatever_waits_in_an_inbox_can_be_late() -> None:
    """A report waits to be confirmed without a date of its own."""
    assert {*get_args(Act), "confirm_check_ins"} == {*get_args(inbox.Act), "score", "deliver"}


async def test_a_task_whose_day_is_over_is_late_with_its_owner_until_all_is_accepted(
    pool: asyncpg.Pool,
) -> None:
    due = DATES.periods[1].ends
    task = KeyTask(criteria=("上线", "测试"), due=due)
    over = datetime.combine(due + DAY, time(0), ZoneInfo(DATES.calendar.timezone))
    missed = g.DeadlineMissed(
        goal=GOAL, phase="delivery_due", due=over, awaited=("lin",), to=("wang",), by="system", at=over
    )
    await record(pool, launched(), opened(), *active(measure=task), missed)
    assert await late(pool, over - A_SECOND) == []
    [one] = await late(pool, over)
    assert (one.act, one.awaited, one.due) == ("deliver", "lin", over)
    assert [each.recipients for each in one.notices] == [("wang",)]
    first = g.CriterionAccepted(goal=GOAL, criterion=1, evidence="e", by="wang", at=over)
    second = g.CriterionAccepted(goal=GOAL, criterion=2, evidence="e", by="wang", at=over)
    await record(pool, first)
    assert [each.act for each in await late(pool, over + A_SECOND)] == ["deliver"]
    await record(pool, second)
    assert await late(pool, over + A_SECOND) == []


async def test_a_capability_goal_is_late_by_the_same_rule_and_done_once_it_is_assessed(
    pool: asyncpg.Pool,
) -> None:
    due = DATES.periods[1].ends
    await record(pool, launched(), opened(), *active(measure=Capability(outcomes=("培训",), due=due)))
    assert [each.act for each in await late(pool, later(80))] == ["deliver"]
    given_for = g.GoalAssessed(goal=GOAL, period="M02", points=D(90), by="wang", at=later(70))
    await record(pool, given_for)
    assert [each.act for each in await late(pool, later(80))] == ["score"]
