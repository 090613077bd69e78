"""Deadlines: each reminds, escalates, scores or ends once, at its time, and not at all once somebody has acted."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.dates import own_due
from cairn.domain.goal.status import Deadline, deadlines_of
from cairn.domain.policy import Deadlines, WorkingCalendar
from cairn.domain.sheet.events import GoalRemoved
from tests.specs.company import (
    HUA,
    LEARNING,
    LIN,
    OF_DEPARTMENT,
    PEOPLE,
    RELEASE,
    REVENUE,
    SHEET,
    VISITS,
    WANG,
    ZHAO,
    D,
    active,
    adjusting,
    approved,
    closed,
    draft,
    drafted,
    fact,
    in_review,
    on,
    opened,
    person,
    plan,
    reading,
    returned,
    schedule,
    scored,
    submitted,
)
from tests.specs.given import World, deadline, given, please, utc

DRAFTS_DUE, APPROVALS_DUE = on("01-21", 9), on("01-29", 9)
"""When late drafts and approvals are told further up: three working days after Friday 16th and Monday 26th (L6)."""


def ahead(world: World, goal: str = REVENUE) -> list[tuple[str, Any]]:
    return [(due.phase, due.at) for due in deadlines_of(world.goal(goal), world.context(goal))]


def test_a_draft_is_reminded_of_three_working_days_before_it_is_due() -> None:
    assert ahead(given(draft()))[:2] == [("drafts_remind", on("01-13", 9)), ("drafts_due", DRAFTS_DUE)]


def test_the_reminder_goes_to_who_is_waited_for_once() -> None:
    command = deadline("drafts_remind", on("01-13", 9))
    sent = fact(did.ReminderSent, SYSTEM, command.at, phase="drafts_remind", due=command.due, to=[LIN])
    world = given(draft()).when(command).then(sent)
    world.when(command).nothing()
    world.when(deadline("drafts_remind", on("01-13", 9), late=30)).nothing()
    assert world.status().next_deadline == Deadline(phase="drafts_due", at=DRAFTS_DUE)


def test_a_late_draft_is_told_to_the_manager_once() -> None:
    command = deadline("drafts_due", DRAFTS_DUE)
    missed = fact(
        did.DeadlineMissed, SYSTEM, command.at, phase="drafts_due", due=DRAFTS_DUE, awaited=[LIN], to=[WANG]
    )
    world = given(draft()).when(command).then(missed)
    world.when(command).nothing()
    assert world.status().next_deadline == Deadline(phase="unapproved_remind", at=on("01-26", 9))
    assert world.status().awaited == (LIN,)


def test_a_late_approval_is_told_to_the_managers_manager_and_else_to_hr() -> None:
    command = deadline("approvals_due", APPROVALS_DUE)
    for manager, to in ((WANG, ZHAO), ("li", "role:hr"), ("unknown", "role:hr")):
        [event] = given(submitted(manager=manager)).when(command).events
        assert isinstance(event, did.DeadlineMissed) and (event.awaited, event.to) == ((manager,), (to,))


def test_a_committees_late_approval_is_told_to_hr_not_to_somebodys_manager() -> None:
    command = deadline("approvals_due", APPROVALS_DUE, OF_DEPARTMENT)
    for manager in (None, WANG):
        [event] = given(submitted(OF_DEPARTMENT, manager=manager)).when(command).events
        assert isinstance(event, did.DeadlineMissed) and event.to == ("role:hr",)


def test_escalation_follows_the_goals_own_manager_not_the_rosters_of_today() -> None:
    """Lin reports to somebody new in the roster; this goal still waits for Wang, whose manager hears of it."""
    moved = {**PEOPLE, LIN: person(LIN, HUA)}
    [event] = given(submitted(), people=moved).when(deadline("approvals_due", APPROVALS_DUE)).events
    assert isinstance(event, did.DeadlineMissed) and event.to == (ZHAO,)


@pytest.mark.parametrize("due", ["2026-03-29", "2026-10-25"])
def test_k4_a_deadline_in_a_gap_or_fold_of_the_clocks_is_kept_when_its_timer_fires(due: str) -> None:
    """At two in the morning in Berlin; the timer knows the moment as it was stored."""
    berlin = WorkingCalendar(timezone="Europe/Berlin", opens=2)
    day = (date.fromisoformat(due) - date(2026, 1, 1)).days
    dates = Deadlines(drafts_due=day, approvals_due=day + 1, execution_starts=0, escalate_after=0)
    world = given(draft(), policy=plan(calendar=berlin, deadlines=dates))
    at = dict(ahead(world))["drafts_due"]
    stored = datetime.fromisoformat(at.isoformat())
    world.when(deadline("drafts_due", stored)).then_types(did.DeadlineMissed)


@pytest.mark.parametrize(
    ("after", "drafts", "approvals"), [(0, "01-16", "01-26"), (1, "01-19", "01-27"), (5, "01-23", "02-02")]
)
def test_l6_escalation_comes_so_many_working_days_after_the_date(
    after: int, drafts: str, approvals: str
) -> None:
    """Drafts are due on Friday 16 January, approvals on Monday 26."""
    world = {"policy": plan(deadlines=Deadlines(escalate_after=after))}
    assert dict(ahead(given(draft(), **world)))["drafts_due"] == on(drafts, 9)
    assert dict(ahead(given(submitted(), **world)))["approvals_due"] == on(approvals, 9)


def test_l6_nothing_is_told_on_the_date_itself() -> None:
    for day in ("01-16", "01-20"):
        given(draft()).when(deadline("drafts_due", on(day, 9))).nothing()
    given(draft()).when(deadline("drafts_due", on("01-21", 9))).then_types(did.DeadlineMissed)


def test_l6_the_days_are_the_calendars() -> None:
    """Friday 13 February + 2 is Tuesday 24th: Saturday 14th is worked for the Spring Festival (RULES K2)."""
    festival = [date(2026, 2, day) for day in range(15, 24)]
    calendar = WorkingCalendar(holidays=festival, worked=[date(2026, 2, 14)])
    policy = plan(calendar=calendar, deadlines=Deadlines(drafts_due=43, approvals_due=90, escalate_after=2))
    assert dict(ahead(given(draft(), policy=policy)))["drafts_due"] == on("02-24", 9)


def test_who_submits_late_leaves_the_approver_three_working_days_before_it_is_late() -> None:
    """Friday 6 February: asked until Wednesday 11th, escalated three working days after it."""
    late = (*draft(), fact(did.GoalSubmitted, at=on("02-06", 17)))
    assert own_due(schedule().approvals_due, on("02-06", 17), plan()) == on("02-11", 9)
    assert dict(ahead(given(late)))["approvals_due"] == on("02-16", 9)


def test_nobody_is_reminded_of_what_was_asked_only_after_the_reminders_day() -> None:
    late = (*draft(), fact(did.GoalSubmitted, at=on("01-23", 17)))
    assert "approvals_remind" not in dict(ahead(given(late)))


def test_a_joiner_in_june_is_not_late_on_the_first_day() -> None:
    joined = drafted(since=on("06-15").date(), at=on("06-15"))
    assert dict(ahead(given(opened(), joined)))["drafts_due"] == on("06-23", 9)


def test_what_is_returned_late_leaves_its_owner_three_working_days_and_escalates_again() -> None:
    back = (*submitted(), fact(did.GoalReturned, WANG, on("01-20"), comment="?"))
    missed = fact(
        did.DeadlineMissed, SYSTEM, DRAFTS_DUE, phase="drafts_due", due=DRAFTS_DUE, awaited=[LIN], to=[WANG]
    )
    assert dict(ahead(given(back, missed)))["drafts_due"] == on("01-28", 9)
    assert ahead(given(returned()))[1] == ("drafts_due", DRAFTS_DUE)


def test_the_days_a_late_submitter_leaves_count_from_the_policys_own_day() -> None:
    """17:00 UTC on Thursday 5 February is Friday in Shanghai: three working days on it is Wednesday
    (not Tuesday), and three more Monday."""
    late = (*draft(), fact(did.GoalSubmitted, at=utc("02-05", 17)))
    assert dict(ahead(given(late)))["approvals_due"] == on("02-16", 9)


@pytest.mark.parametrize(
    ("events", "phase", "due"),
    [
        (submitted(), "drafts_due", DRAFTS_DUE),
        (submitted(), "drafts_remind", on("01-13", 9)),
        (active(), "approvals_due", APPROVALS_DUE),
        (active(), "execution_starts", on("01-01", 9)),
        (active(), "adjustment_expires", on("04-15", 9)),
        (scored(), "scores_due", schedule().scores_due),
        (scored(), "review_opens", schedule().review_opens),
        (closed(), "closes", schedule().closes),
    ],
)
def test_a_deadline_that_fires_after_somebody_acted_does_nothing(events: Any, phase: str, due: Any) -> None:
    given(events).when(deadline(phase, due, period="Y" if phase == "scores_due" else None)).nothing()


def test_a_deadline_does_nothing_before_its_time_and_nothing_when_its_time_has_moved() -> None:
    early = please(
        ask.KeepDeadline, SYSTEM, DRAFTS_DUE - timedelta(seconds=1), phase="drafts_due", due=DRAFTS_DUE
    )
    given(draft()).when(early).nothing()
    given(draft()).when(deadline("drafts_due", on("01-15", 9))).nothing()


def test_a_deadline_that_fires_late_still_does_what_it_is_there_for() -> None:
    given(draft()).when(deadline("drafts_due", DRAFTS_DUE, late=200)).then_types(did.DeadlineMissed)


def test_the_same_instant_in_another_time_zone_is_the_same_deadline() -> None:
    command = deadline("drafts_due", DRAFTS_DUE.astimezone(UTC))
    world = given(draft()).when(command).then_types(did.DeadlineMissed)
    world.when(deadline("drafts_due", DRAFTS_DUE)).nothing()


def test_an_adjustment_is_reminded_of_and_both_are_told() -> None:
    [first, *_] = ahead(given(adjusting()))
    assert first[0] == "period_scored"  # the months before April, whose timers fired long ago
    late = [(phase, at) for phase, at in ahead(given(adjusting())) if phase.startswith("adjustment")]
    assert late == [("adjustment_remind", on("04-10", 9)), ("adjustment_expires", on("04-15", 9))]
    [sent] = given(adjusting()).when(deadline("adjustment_remind", on("04-10", 9))).events
    assert isinstance(sent, did.ReminderSent) and sent.to == (WANG, "role:hr")


def test_a_policy_without_reminders_has_none() -> None:
    quiet = plan(deadlines=Deadlines(remind_before=0))
    assert ahead(given(draft(), policy=quiet))[0] == ("drafts_due", DRAFTS_DUE)


M01 = on("02-05", 9)
"""Five days after January's last day."""


def test_a_months_score_comes_five_days_after_it_with_its_readings() -> None:
    january = reading("01-10", "40", 7), reading("01-20", "50", 8)
    world = given(active()).with_readings(*january, reading("02-01", "9", 9))
    [event] = world.when(deadline("period_scored", M01, period="M01")).events
    assert isinstance(event, did.GoalScored)
    assert [event.actual, event.target, event.attainment] == [90, 100, 90]
    through = world.evidence.complete_through
    assert event.inputs == did.Inputs(
        readings=(7, 8), upto=99, version=4, complete_through=through, check_ins="confirmed"
    )
    assert (event.period, event.ends, event.policy, event.applies) == (
        "M01",
        on("01-31").date(),
        "plan@1",
        True,
    )


def test_it_comes_once_and_the_next_months_is_the_next_deadline() -> None:
    command = deadline("period_scored", M01, period="M01")
    world = given(active()).having(command)
    world.when(command).nothing()
    world.when(deadline("period_scored", M01, period="M01", late=99)).nothing()
    assert world.status().next_deadline == Deadline(phase="period_scored", at=on("03-05", 9), period="M02")


def test_without_readings_the_score_says_so_and_is_not_zero() -> None:
    [event] = given(active()).when(deadline("period_scored", M01, period="M01")).events
    assert isinstance(event, did.GoalScored)
    assert (event.points, event.why, event.applies) == (None, did.Note(code="no_readings"), True)


def test_readings_of_others_and_of_other_metrics_count_nothing() -> None:
    others = reading("01-10", "40", subject="qian"), reading("01-11", "3", metric="visits")
    world = given(active()).with_readings(*others)
    [event] = world.when(deadline("period_scored", M01, period="M01")).events
    assert isinstance(event, did.GoalScored) and event.actual is None


def test_the_months_before_a_joiners_first_day_are_not_scored() -> None:
    world = given(active(since=on("03-10").date()))
    assert world.status().next_deadline == Deadline(phase="period_scored", at=on("04-05", 9), period="M03")


def test_a_joiner_on_a_months_last_day_has_a_score_of_that_day() -> None:
    world = given(active(since=on("03-31").date()))
    assert world.status().next_deadline == Deadline(phase="period_scored", at=on("04-05", 9), period="M03")


def test_readings_before_a_joiners_first_day_are_somebody_elses() -> None:
    """The predecessor's sales of early March do not count, those of the first day do."""
    world = given(active(since=on("03-10").date())).with_readings(
        reading("03-09", "70"), reading("03-10", "40")
    )
    [event] = world.when(deadline("period_scored", on("04-05", 9), period="M03")).events
    assert isinstance(event, did.GoalScored) and event.actual == 40


def test_a_departments_goal_is_scored_for_the_year_alone() -> None:
    assert ahead(given(active(OF_DEPARTMENT)), OF_DEPARTMENT) == [("review_opens", schedule().review_opens)]


def test_judged_goals_are_scored_in_the_months_they_were_assessed_for() -> None:
    assert given(active(LEARNING)).status(LEARNING).next_deadline == Deadline(
        phase="review_opens", at=schedule().review_opens
    )
    said = please(ask.AssessGoal, WANG, "02-01", LEARNING, period="M01", points=90)
    world = given(active(LEARNING)).having(said)
    assert world.status(LEARNING).next_deadline == Deadline(phase="period_scored", at=M01, period="M01")


def test_when_the_review_opens_what_runs_is_reviewed() -> None:
    due = schedule().review_opens
    opened_ = fact(did.ReviewOpened, SYSTEM, due)
    given(active()).when(deadline("review_opens", due)).then(opened_).when(
        deadline("review_opens", due)
    ).nothing()
    given(approved()).when(deadline("review_opens", due)).nothing()


def test_an_adjustment_still_open_then_expires_first() -> None:
    due = schedule().review_opens
    world = given(active()).having(
        please(
            ask.RequestAdjustment,
            LIN,
            "12-30",
            adjustment="a1",
            changes=did.Changes(target=D(1320)),
            reason="late",
        )
    )
    after = world.when(deadline("review_opens", due)).then_types(did.AdjustmentExpired, did.ReviewOpened)
    assert after.goal().adjustments == {"a1": "expired"} and after.goal().pending is None


@pytest.mark.parametrize("events", [draft(), submitted(), returned()])
def test_what_was_never_approved_lapses_and_says_so(events: Any) -> None:
    due = schedule().review_opens
    world = given(events).when(deadline("lapses", due)).then_types(did.GoalCancelled, GoalRemoved)
    assert world.goal().stage == "cancelled" and REVENUE not in world.sheet(SHEET).placements
    [lapsed] = [event for event in world.events if isinstance(event, did.GoalCancelled)]
    assert (lapsed.cause, lapsed.reason, lapsed.by) == ("never_approved", "", SYSTEM)


def test_in_review_the_last_month_is_scored_before_the_year() -> None:
    world = given(in_review(VISITS))
    phases = [(due.phase, due.period) for due in deadlines_of(world.goal(VISITS), world.context(VISITS))]
    assert phases[-2:] == [("period_scored", "M12"), ("scores_due", "Y")]


def test_the_years_score_ends_the_review_and_the_closing_day_the_goal() -> None:
    world = given(in_review(RELEASE)).having(deadline("scores_due", schedule().scores_due, RELEASE, "Y"))
    assert world.goal(RELEASE).stage == "scored"
    assert world.status(RELEASE).next_deadline == Deadline(phase="closes", at=schedule().closes)
    world = world.having(deadline("closes", schedule().closes, RELEASE))
    assert world.status(RELEASE).over and world.status(RELEASE).next_deadline is None


def test_a_goal_that_is_over_or_not_there_has_nothing_due() -> None:
    assert ahead(given(closed())) == [] and ahead(given()) == []
    given().when(deadline("drafts_due", DRAFTS_DUE)).refused("goal.unknown")
