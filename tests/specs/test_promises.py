"""Promises: what a person is owed until a day, who keeps them, and what is on record when the day passes."""

from datetime import date

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from cairn.domain.moves import Delegate
from cairn.domain.policy import PromiseRules
from tests.specs.casework import Casework
from tests.specs.company import CHEN, HUA, LI, LIN, QIAN, REVENUE, WANG, ZHAO, on, plan
from tests.specs.moving import after, say
from tests.specs.test_requests import goal_of

TO_LIN = Casework("promise-2026-lin-1", goals={REVENUE: goal_of()})
WORDS = {"what": "a second test bench", "due": "2026-03-20", "goal": REVENUE}
MADE = TO_LIN.asked("make", WANG, "03-09", **WORDS)
OVERDUE = MADE.reached("remind").reached("overdue")


def test_a_manager_promises_something_until_a_day_and_is_waited_for() -> None:
    [made] = MADE.just
    assert (made.type, made.promised_by, made.kind, made.due) == (
        "PromiseMade",
        WANG,
        "resource",
        date(2026, 3, 20),
    )
    standing = MADE.standing("03-09")
    assert (standing.stage, standing.awaited) == ("made", (WANG,))
    assert standing.next_deadline is not None
    assert (standing.next_deadline.phase, standing.next_deadline.at) == ("remind", on("03-18", 9))


def test_k3_the_day_lasts_to_its_end_and_then_the_breach_is_on_record_and_told_to_both_and_above() -> None:
    [breach] = OVERDUE.just
    assert (breach.type, breach.due) == ("PromiseOverdue", on("03-21", 0))
    assert breach.to == (WANG, LIN, ZHAO, "role:hr")
    standing = OVERDUE.standing("03-23")
    assert (standing.stage, standing.awaited, standing.next_deadline) == ("made", (WANG,), None)


def test_what_was_kept_late_says_by_how_many_days() -> None:
    kept = OVERDUE.asked("keep", WANG, "06-07", shown="handed over in building 2")
    assert (kept.just[0].type, kept.just[0].days_late) == ("PromiseKept", 79)
    assert kept.standing("06-07").over


def test_whoever_it_is_owed_to_says_so_too_and_with_the_day_it_came() -> None:
    kept = OVERDUE.asked("keep", LIN, "03-25", shown="it is here", on="2026-03-20")
    assert kept.just[0].days_late == 0


def test_whom_it_is_owed_to_contests_that_it_was_kept_and_the_day_stays() -> None:
    contested = MADE.asked("keep", WANG, "03-16", shown="ordered").asked(
        "contest", LIN, "03-17", missing="it is not here"
    )
    assert (contested.state.stage, contested.state.kept, contested.state.due) == (
        "made",
        None,
        date(2026, 3, 20),
    )
    assert contested.refused("contest", WANG, "03-17", missing="x").code == "case.not-yours"


def test_only_whom_it_is_owed_to_releases_it() -> None:
    assert MADE.refused("release", WANG, "03-10", reason="too dear").code == "case.not-yours"
    released = MADE.asked("release", LIN, "03-10", reason="a colleague lent me one")
    assert released.standing("03-10").over


def test_a_department_promises_through_its_head() -> None:
    of_rnd = WORDS | {"promised_by": "department.rnd"}
    made = TO_LIN.asked("make", LI, "03-09", **of_rnd)
    assert made.standing("03-09").awaited == (LI,)
    assert TO_LIN.refused("make", WANG, "03-09", **of_rnd).code == "case.not-yours"
    assert made.refused("keep", WANG, "03-10", shown="x").code == "case.not-yours"


@pytest.mark.parametrize("by", [ZHAO, LI, HUA])
def test_anybody_above_whoever_promises_and_hr_put_it_on_record(by: str) -> None:
    made = TO_LIN.asked("make", by, "03-09", **WORDS, promised_by=WANG)
    assert made.state.promised_by == WANG


@pytest.mark.parametrize("by", [LIN, QIAN])
def test_nobody_promises_in_the_name_of_somebody_above_them(by: str) -> None:
    assert TO_LIN.refused("make", by, "03-09", **WORDS, promised_by=WANG).code == "case.not-yours"


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"due": "2026-03-08"}, "case.day-past", "due"),
        ({"promised_by": "nobody"}, "promise.by-unknown", "promised_by"),
        ({"promised_by": "department.moon"}, "promise.by-unknown", "promised_by"),
        ({"goal": "goal-2026-lin-9"}, "goal.unknown", "goal"),
    ],
)
def test_what_cannot_be_promised_is_named(fields: dict[str, str], code: str, field: str) -> None:
    refusal = TO_LIN.refused("make", HUA, "03-09", **(WORDS | fields))
    assert (refusal.code, refusal.field) == (code, field)


def test_a_promise_is_to_somebody_else_and_for_their_own_goal() -> None:
    to_qian = Casework("promise-2026-qian-1", goals=TO_LIN.goals)
    assert to_qian.refused("make", WANG, "03-09", **WORDS).code == "case.other-goal"
    to_gone = Casework("promise-2026-gone-1", goals=TO_LIN.goals)
    assert to_gone.refused("make", HUA, "03-09", what="x", due="2026-03-20").code == "case.holder-unknown"
    to_hua = Casework("promise-2026-hua-1")
    assert to_hua.refused("make", HUA, "03-09", what="x", due="2026-03-20").code == "case.not-yours"


def test_k5_while_whoever_promised_delegates_the_delegate_is_waited_for() -> None:
    people = after(say(Delegate, WANG, "03-09", first="2026-03-10", to=CHEN))
    made = Casework("promise-2026-lin-1", goals=TO_LIN.goals, people=people).asked(
        "make", WANG, "03-09", **WORDS
    )
    assert made.standing("03-10").awaited == (CHEN,)
    assert made.asked("keep", CHEN, "03-11", shown="it is here").types == ["PromiseKept"]


def test_k5_a_reminder_never_comes_before_the_promise() -> None:
    short = Casework(TO_LIN.case, goals=TO_LIN.goals, policy=plan(promises=PromiseRules(remind_before=9)))
    standing = short.asked("make", WANG, "03-09", **WORDS).standing("03-09")
    assert standing.next_deadline is not None and standing.next_deadline.phase == "overdue"


@for_any(st.dates(date(2026, 3, 9), date(2026, 12, 31)))
def test_law_days_late_are_the_calendar_days_after_the_day_and_never_less_than_none(day: date) -> None:
    kept = MADE.asked("keep", WANG, on("12-31"), shown="it is here", on=day.isoformat())
    assert kept.just[0].days_late == max(0, (day - date(2026, 3, 20)).days)
