"""Requests to another department: a clock for the answer, a promised day, and what is on record when it passes."""

from datetime import date, timedelta

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from cairn.domain.goal import commands as ask
from cairn.domain.goal.state import Goal
from cairn.domain.moves import Delegate
from cairn.domain.people import Department
from cairn.domain.policy import RequestRules
from tests.specs.casework import Casework
from tests.specs.company import (
    CHEN,
    HUA,
    LI,
    LIN,
    OF_DEPARTMENT,
    QIAN,
    REVENUE,
    WANG,
    ZHAO,
    active,
    on,
    plan,
)
from tests.specs.given import given
from tests.specs.moving import after, say

TO_RND = "request-2026-department.rnd-1"
NEED = {
    "goal": REVENUE,
    "need": "two test benches",
    "needed_by": "2026-03-20",
    "reason": "the supplier delivers 6 weeks late",
}


def goal_of(name: str = REVENUE) -> Goal:
    """A running goal with one diagnosis."""
    said = ask.DiagnoseGoal(
        goal=name,
        by=WANG if name == REVENUE else CHEN,
        at=on("03-06"),
        kind="external_obstacle",
        facts="the supplier delivers 6 weeks late",
    )
    return given(*active(name)).having(said).goal(name)


TO = Casework(TO_RND, goals={REVENUE: goal_of(), OF_DEPARTMENT: goal_of(OF_DEPARTMENT)})
ASKED = TO.asked("open", WANG, "03-09", **NEED)
ACCEPTED = ASKED.asked("accept", LI, "03-10")


# ---------------------------------------------------------------- asking and answering


def test_a_manager_asks_another_department_which_has_its_own_clock_for_the_answer() -> None:
    [opened] = ASKED.just
    assert (opened.type, opened.goal, opened.needed_by) == ("RequestOpened", REVENUE, date(2026, 3, 20))
    standing = ASKED.standing("03-09")
    assert (standing.stage, standing.awaited) == ("asked", (LI,))
    assert standing.next_deadline is not None
    assert (standing.next_deadline.phase, standing.next_deadline.at) == ("answer_remind", on("03-11", 9))


def test_it_names_the_diagnosis_it_answers_which_has_to_be_there() -> None:
    named = TO.asked("open", WANG, "03-09", **NEED, diagnosis=1)
    assert named.just[0].diagnosis == 1
    refusal = TO.refused("open", WANG, "03-09", **NEED, diagnosis=2)
    assert (refusal.code, refusal.field) == ("diagnosis.unknown", "diagnosis")


def test_l6_an_answer_that_does_not_come_is_told_further_up_working_days_after_it_was_due() -> None:
    """RULES K2, L6: asked on Monday the 9th, due on Thursday the 12th, escalated three working days after that."""
    escalated = ASKED.reached("answer_remind").reached("answer_escalated")
    [told] = escalated.just
    assert (told.type, told.to) == ("CaseEscalated", ("role:hr",))
    late = escalated.policy.deadlines.escalate_after
    assert told.due == on("03-12", 9) + timedelta(days=late if late < 2 else late + 2)


def test_k5_a_reminder_never_comes_before_the_asking() -> None:
    hurried = Casework(
        TO_RND, goals=TO.goals, policy=plan(requests=RequestRules(answer_within=1, remind_before=1))
    ).asked("open", WANG, "03-09", **NEED)
    standing = hurried.standing("03-09")
    assert standing.next_deadline is not None
    assert standing.next_deadline.phase == "answer_escalated"


def test_accepted_for_the_day_it_is_needed_it_is_a_promise() -> None:
    [accepted] = ACCEPTED.just
    assert (accepted.type, accepted.promised) == ("RequestAccepted", date(2026, 3, 20))
    standing = ACCEPTED.standing("03-10")
    assert (standing.stage, standing.awaited) == ("accepted", (LI,))


def test_a_later_day_is_an_offer_that_whoever_asked_agrees_to_or_answers() -> None:
    offered = ASKED.asked("accept", LI, "03-10", promised="2026-04-10")
    assert offered.types == ["RequestOffered"]
    assert offered.standing("03-10").awaited == (WANG,)
    agreed = offered.asked("agree", WANG, "03-11")
    assert (agreed.types, agreed.state.promised) == (["RequestAgreed"], date(2026, 4, 10))
    talked = offered.asked(
        "reply", WANG, "03-11", words="one bench by the 27th would do", needed_by="2026-03-27"
    )
    assert (talked.state.stage, talked.state.needed_by) == ("asked", date(2026, 3, 27))
    assert talked.asked("accept", LI, "03-12").types == ["RequestAccepted"]


def test_a_question_back_is_answered_within_the_same_time_and_then_the_department_again() -> None:
    back = ASKED.asked("ask_back", LI, "03-10", question="which bench?")
    standing = back.standing("03-10")
    assert (standing.stage, standing.awaited) == ("asked_back", (WANG,))
    assert standing.next_deadline is not None and standing.next_deadline.at == on("03-12", 9)
    replied = back.asked("reply", WANG, "03-11", words="the one for motors")
    assert replied.state.needed_by == date(2026, 3, 20)
    assert replied.standing("03-11").awaited == (LI,)


def test_it_is_declined_with_a_reason_also_once_it_was_promised() -> None:
    for before in (ASKED, ACCEPTED):
        declined = before.asked("decline", LI, "03-12", reason="none is free before June")
        assert declined.standing("03-12").over
        assert declined.state.stage == "declined"


# ---------------------------------------------------------------- the promised day


def test_k3_a_promised_day_lasts_to_its_end_and_then_the_breach_is_on_record_and_told_to_both_and_above() -> (
    None
):
    overdue = ACCEPTED.reached("promise_remind").reached("overdue")
    [breach] = overdue.just
    assert (breach.type, breach.due) == ("RequestOverdue", on("03-21", 0))
    assert breach.to == (LI, WANG, ZHAO, "role:hr")
    standing = overdue.standing("03-23")
    assert (standing.stage, standing.awaited, standing.next_deadline) == ("accepted", (LI,), None)


def test_what_comes_late_says_by_how_many_days() -> None:
    late = (
        ACCEPTED.reached("promise_remind").reached("overdue").asked("deliver", LI, "06-07", what="2 benches")
    )
    assert (late.just[0].days_late, late.just[0].on) == (79, date(2026, 6, 7))
    in_time = ACCEPTED.asked("deliver", LI, "03-20", what="2 benches")
    assert in_time.just[0].days_late == 0
    assert in_time.asked("confirm", WANG, "03-20").standing("03-20").over


def test_what_is_missing_leaves_the_promise_as_it_was() -> None:
    part = ACCEPTED.asked("deliver", LI, "03-19", what="a bench").asked(
        "missing", WANG, "03-20", missing="one more"
    )
    assert (part.state.stage, part.state.delivered, part.state.promised) == (
        "accepted",
        None,
        date(2026, 3, 20),
    )
    assert part.reached("overdue").types == ["RequestOverdue"]


def test_a_delivery_nobody_confirms_is_reminded_of() -> None:
    delivered = ACCEPTED.asked("deliver", LI, "03-16", what="2 benches")
    assert delivered.standing("03-16").awaited == (WANG,)
    assert delivered.reached("answer_remind").just[0].to == (WANG,)


def test_whoever_asked_takes_it_back_when_it_is_needed_no_more() -> None:
    taken = ACCEPTED.asked("withdraw", WANG, "03-12", reason="the supplier delivered")
    assert taken.standing("03-12").over
    assert ASKED.refused("withdraw", LI, "03-12", reason="x").code == "case.not-yours"


@for_any(st.dates(date(2026, 3, 10), date(2026, 12, 31)))
def test_law_days_late_are_the_calendar_days_after_the_promised_one_and_never_less_than_none(
    day: date,
) -> None:
    came = ACCEPTED.asked("deliver", LI, on(day.isoformat()), what="2 benches")
    assert came.just[0].days_late == max(0, (day - date(2026, 3, 20)).days)


# ---------------------------------------------------------------- who, and what is refused


@pytest.mark.parametrize("by", [LIN, QIAN])
def test_an_employee_asks_through_their_manager(by: str) -> None:
    assert TO.refused("open", by, "03-09", **NEED).code == "case.not-yours"


@pytest.mark.parametrize("by", [ZHAO, LI, HUA])
def test_anybody_above_and_hr_ask_too(by: str) -> None:
    assert TO.asked("open", by, "03-09", **NEED).types == ["RequestOpened"]


def test_a_departments_head_asks_for_its_goal() -> None:
    of_department = NEED | {"goal": OF_DEPARTMENT}
    assert TO.asked("open", ZHAO, "03-09", **of_department).types == ["RequestOpened"]


def test_the_departments_head_answers_and_nobody_else_in_it() -> None:
    assert ASKED.refused("accept", WANG, "03-10").code == "case.not-yours"
    assert ASKED.refused("decline", HUA, "03-10", reason="no").code == "case.not-yours"


def test_l2_a_department_without_a_head_is_answered_for_by_hr() -> None:
    headless = Casework(TO_RND, goals=TO.goals, departments=(Department(id="rnd", name="研发部"),)).asked(
        "open", WANG, "03-09", **NEED
    )
    assert headless.standing("03-09").awaited == ("role:hr",)
    assert headless.asked("accept", HUA, "03-10").types == ["RequestAccepted"]


def test_k5_while_the_head_delegates_the_delegate_answers() -> None:
    people = after(say(Delegate, LI, "03-09", first="2026-03-10", to=CHEN))
    asked = Casework(TO_RND, goals=TO.goals, people=people).asked("open", WANG, "03-09", **NEED)
    assert asked.standing("03-10").awaited == (CHEN,)
    assert asked.asked("accept", CHEN, "03-10").types == ["RequestAccepted"]


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"goal": "goal-2026-lin-9"}, "goal.unknown", "goal"),
        ({"needed_by": "2026-03-08"}, "case.day-past", "needed_by"),
    ],
)
def test_what_cannot_be_asked_is_named(fields: dict[str, str], code: str, field: str) -> None:
    refusal = TO.refused("open", WANG, "03-09", **(NEED | fields))
    assert (refusal.code, refusal.field) == (code, field)


def test_help_inside_a_department_is_its_heads_to_arrange() -> None:
    own = Casework("request-2026-department.sales-1", goals=TO.goals)
    assert own.refused("open", WANG, "03-09", **NEED).code == "request.own-department"
    unknown = Casework("request-2026-department.moon-1", goals=TO.goals)
    assert unknown.refused("open", WANG, "03-09", **NEED).code == "request.department"


def test_a_goal_that_is_over_needs_nothing_any_more() -> None:
    over = goal_of().model_copy(update={"stage": "closed"})
    assert (
        Casework(TO_RND, goals={REVENUE: over}).refused("open", WANG, "03-09", **NEED).code
        == "request.goal-over"
    )


def test_it_is_delivered_between_the_asking_and_today() -> None:
    for day in ("2026-03-01", "2026-03-17"):
        refusal = ACCEPTED.refused("deliver", LI, "03-16", what="2 benches", on=day)
        assert (refusal.code, refusal.field) == ("case.day-not-between", "on")
