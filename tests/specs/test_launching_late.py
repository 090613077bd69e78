"""Launching late: what has passed is told, goal setting moves on as asked, and no period is lost (RULES W2)."""

from datetime import date
from typing import Any

import pytest

from cairn.domain.cycle.state import Cycle, evolve
from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.status import deadlines_of
from cairn.domain.launch.checking import check_same_terms
from cairn.domain.launch.lateness import passed_dates, shifted
from cairn.domain.launch.plan import Planner
from cairn.domain.people import Roster
from cairn.domain.policy import WorkingCalendar
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Schedule, make_schedule
from tests.specs.company import (
    LIN,
    PEOPLE,
    PLAN,
    REVENUE,
    SCHEDULE,
    SHEET,
    WANG,
    YEAR_ENDS,
    YEAR_STARTS,
    draft,
    launched,
    on,
    plan,
    reading,
)
from tests.specs.given import World, deadline, given, please

MARCH = date(2026, 3, 15)
"""A Sunday. Fifteen days later is Monday 30 March, twenty-five days later Thursday 9 April."""


def moved(day: date = MARCH, dates: Schedule = SCHEDULE, policy: Any = PLAN) -> tuple[Any, Any]:
    found = shifted(dates, policy, day)
    return found.drafts_due, found.approvals_due


def test_what_has_passed_on_15_march_is_told_in_order() -> None:
    passed = passed_dates(SCHEDULE, PLAN, on("03-15"))
    assert [(each.name, each.period) for each in passed] == [
        ("drafts_due", None),
        ("approvals_due", None),
        ("period", "M01"),
        ("period", "M02"),
    ]
    assert passed_dates(SCHEDULE, PLAN, on("01-01", 8)) == ()


def test_only_periods_that_some_family_is_scored_in_are_told() -> None:
    yearly = {"management": PLAN.families["management"]}
    passed = passed_dates(SCHEDULE, plan(families=yearly), on("06-01"))
    assert {each.name for each in passed} == {"drafts_due", "approvals_due"}


def test_a_late_launch_gives_goal_setting_its_days_from_the_launch_on() -> None:
    assert moved() == (on("03-30", 9), on("04-09", 9))


def test_what_falls_on_days_off_comes_on_the_next_working_day() -> None:
    festival = WorkingCalendar(holidays=tuple(date(2026, 4, day) for day in (9, 10, 13)))
    policy = plan(calendar=festival)
    dates = make_schedule(YEAR_STARTS, YEAR_ENDS, policy)
    assert moved(dates=dates, policy=policy) == (on("03-30", 9), on("04-14", 9))
    assert moved(date(2026, 3, 13)) == (on("03-30", 9), on("04-07", 9)), "28 March is a Saturday"


def test_dates_still_ahead_stay_unless_drafts_would_pass_them() -> None:
    assert moved(date(2026, 1, 5)) == (SCHEDULE.drafts_due, SCHEDULE.approvals_due)
    late = make_schedule(YEAR_STARTS, YEAR_ENDS, plan())
    far = late.model_copy(update={"approvals_due": on("06-30", 9)})
    assert moved(dates=far) == (on("03-30", 9), on("06-30", 9))
    near = late.model_copy(update={"approvals_due": on("03-25", 9)})
    assert moved(dates=near) == (on("03-30", 9), on("04-09", 9))


def test_everything_else_stays_as_it_was() -> None:
    found = shifted(SCHEDULE, PLAN, MARCH)
    same = {"drafts_due": SCHEDULE.drafts_due, "approvals_due": SCHEDULE.approvals_due}
    assert found.model_copy(update=same) == SCHEDULE


def test_so_late_that_the_review_would_come_first_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        shifted(SCHEDULE, PLAN, date(2026, 12, 20))
    assert (caught.value.code, caught.value.field) == ("cycle.shift-late", "shift")


def test_the_digest_knows_the_moved_dates() -> None:
    roster = Roster(people=tuple(PEOPLE.values()), departments=())
    digests = {
        Planner("2026", "2026", dates, PLAN, roster, {}).plan().digest
        for dates in (SCHEDULE, shifted(SCHEDULE, PLAN, MARCH), shifted(SCHEDULE, PLAN, date(2026, 3, 16)))
    }
    assert len(digests) == 3


def test_a_repeated_launch_with_other_moved_dates_is_refused_and_with_the_same_not() -> None:
    as_launched = launched().model_copy(update={"schedule": shifted(SCHEDULE, PLAN, MARCH)})
    cycle = evolve(Cycle(id="2026"), as_launched)
    terms = ("2026", YEAR_STARTS, YEAR_ENDS, "plan@1")
    check_same_terms(cycle, *terms, shifted(SCHEDULE, PLAN, MARCH))
    check_same_terms(cycle, *terms)
    with pytest.raises(Refusal) as caught:
        check_same_terms(cycle, *terms, shifted(SCHEDULE, PLAN, date(2026, 5, 4)))
    assert caught.value.facts["differs"] == ("drafts_due", "approvals_due")


def approved_late() -> World:
    """Launched on 15 March, submitted and approved after it."""
    at = {"at": on("03-15")}
    events = [event.model_copy(update=at) for event in draft()]
    return given(events).having(please(ask.SubmitGoal, LIN, "03-18"), please(ask.ApproveGoal, WANG, "03-20"))


def test_w2_after_a_launch_on_15_march_january_and_february_are_scored_when_approved() -> None:
    world = approved_late().with_readings(reading("01-20", "100"), reading("02-20", "50"))
    assert world.goal().stage == "active"
    due = [
        (each.period, each.at)
        for each in deadlines_of(world.goal(), world.context())
        if each.at <= on("03-20")
    ]
    assert [period for period, _ in due] == ["M01", "M02"]
    for period, at in due:
        fired = deadline("period_scored", at, period=period).model_copy(update={"at": on("03-20")})
        world = world.having(fired)
    scores = world.goal().scores
    assert {key: score.points for key, score in scores.items()} == {"M01": 100, "M02": 50}
    marks = {key: [mark.code for mark in score.marks] for key, score in scores.items()}
    assert marks == {"M01": ["approved_later"], "M02": ["approved_later"]}


def test_w2_before_the_approval_nothing_is_scored() -> None:
    drafts = given([event.model_copy(update={"at": on("03-15")}) for event in draft()])
    assert "period_scored" not in {each.phase for each in deadlines_of(drafts.goal(), drafts.context())}
    assert drafts.goal().sheet == SHEET and drafts.goal().id == REVENUE
    assert not any(isinstance(event, did.GoalScored) or event.by == SYSTEM for event in drafts.events)
