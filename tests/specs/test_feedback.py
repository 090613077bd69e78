"""Feedback within 24 hours of an observation: the clock, its forms, the action that was agreed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from cairn.domain.calendar import add_working_days, is_working_day, same_time_later
from cairn.domain.cycle.state import Cycle
from cairn.domain.moves import Delegate, GoAway, Join
from cairn.domain.policy import FeedbackRules, WorkingCalendar
from cairn.domain.wording import is_verdict
from cairn.i18n import refusal_message
from tests.specs.casework import Casework
from tests.specs.company import CHEN, HUA, LI, LIN, QIAN, WANG, ZHAO, on, person, plan
from tests.specs.moving import after, say

SPRING = WorkingCalendar(
    holidays=tuple(date(2026, 2, 15) + timedelta(days=n) for n in range(9)), worked=(date(2026, 2, 14),)
)
ABOUT_LIN = Casework("feedback-2026-lin-1")
SEEN = {"kind": "problem", "note": "three quotes went out with last year's prices"}
TOLD = {
    "facts": "3 quotes of 9 March had last year's prices",
    "action": "check prices against the list before sending",
    "action_due": "2026-03-16",
}


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


# ---------------------------------------------------------------- K1: the clock


@pytest.mark.parametrize(
    ("seen", "due"),
    [
        ("2026-01-09 16:00", "2026-01-12 16:00"),
        ("2026-02-13 16:00", "2026-02-14 16:00"),
        ("2026-02-14 16:00", "2026-02-24 16:00"),
        ("2026-02-15 10:00", "2026-02-25 00:00"),
    ],
)
def test_k1_twenty_four_hours_run_on_working_days(seen: str, due: str) -> None:
    assert same_time_later(at(seen), 1, SPRING) == at(due)


@pytest.mark.parametrize(
    ("seen", "hours"), [("2026-03-27 16:00", 71), ("2026-10-23 16:00", 73), ("2026-03-25 16:00", 24)]
)
def test_k1_across_a_change_of_the_clocks_it_is_the_same_local_time(seen: str, hours: int) -> None:
    berlin = WorkingCalendar(timezone="Europe/Berlin")
    begun = datetime.fromisoformat(seen).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    due = same_time_later(begun, 1, berlin)
    assert due.timestamp() - begun.timestamp() == hours * 3600
    assert due.hour == 16


def test_k4_a_skipped_local_time_is_the_next_that_exists_and_of_two_the_first() -> None:
    berlin = WorkingCalendar(timezone="Europe/Berlin", weekend=())
    zone = ZoneInfo("Europe/Berlin")
    skipped = same_time_later(datetime(2026, 3, 28, 2, 30, tzinfo=zone), 1, berlin)
    assert skipped == datetime(2026, 3, 29, 3, 0, tzinfo=zone)
    twice = same_time_later(datetime(2026, 10, 24, 2, 30, tzinfo=zone), 1, berlin)
    assert twice == datetime(2026, 10, 25, 2, 30, tzinfo=zone, fold=0).astimezone(UTC)
    assert twice.utcoffset() == timedelta(hours=2)


ZONES = st.sampled_from(
    ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
MOMENTS = st.datetimes(datetime(2025, 12, 1), datetime(2027, 1, 31), timezones=st.just(ZoneInfo("UTC")))
DAYS = st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=30)


@for_any(ZONES, MOMENTS, st.integers(1, 9), DAYS)
def test_k1_law_it_is_due_on_a_working_day_later_and_never_sooner_for_what_is_seen_later(
    zone: str, seen: datetime, n: int, holidays: frozenset[date]
) -> None:
    calendar = WorkingCalendar(timezone=zone, holidays=tuple(sorted(holidays)))
    due = same_time_later(seen, n, calendar)
    local = seen.astimezone(ZoneInfo(zone))
    assert due.timestamp() > seen.timestamp()
    assert is_working_day(due.astimezone(ZoneInfo(zone)).date(), calendar)
    if is_working_day(local.date(), calendar):
        assert due.astimezone(ZoneInfo(zone)).date() == add_working_days(local.date(), n, calendar)
    later = same_time_later(seen + timedelta(hours=5), n, calendar)
    assert later.timestamp() >= due.timestamp()


# ---------------------------------------------------------------- observing and telling


def test_an_observation_starts_the_clock_when_it_was_seen_not_when_it_was_written_down() -> None:
    noted = ABOUT_LIN.asked("observe", WANG, "03-10", seen_at=on("03-09", 16), **SEEN)
    assert noted.types == ["FeedbackObserved"]
    assert noted.state.answer_by == on("03-10", 16)
    standing = noted.standing("03-10")
    assert (standing.stage, standing.awaited) == ("observed", (WANG,))
    assert standing.next_deadline is not None
    assert (standing.next_deadline.phase, standing.next_deadline.at) == ("remind", on("03-10", 12))


def test_one_reminder_then_the_breach_is_on_record_and_told_further_up_once() -> None:
    reminded = ABOUT_LIN.asked("observe", WANG, "03-09", **SEEN).reached("remind")
    assert reminded.types == ["CaseReminded"]
    overdue = reminded.reached("overdue")
    [breach] = overdue.just
    assert (breach.type, breach.to, breach.due) == ("FeedbackOverdue", (ZHAO, "role:hr"), on("03-10"))
    assert overdue.standing("03-11").next_deadline is None
    assert overdue.standing("03-11").awaited == (WANG,)
    late = overdue.asked("give", WANG, "03-11", **TOLD)
    assert late.just[-1].late is True


def test_told_in_time_it_is_no_breach_and_the_agreed_action_has_a_day() -> None:
    told = ABOUT_LIN.asked("observe", WANG, "03-09", **SEEN).asked("give", WANG, "03-10", **TOLD)
    [given] = told.just
    assert (given.late, given.kind, given.action_due) == (False, "problem", date(2026, 3, 16))
    standing = told.standing("03-10")
    assert (standing.stage, standing.awaited) == ("given", (WANG,)), (
        "nobody follows up what they agreed themselves"
    )


def test_k3_the_day_of_an_action_is_there_to_its_end() -> None:
    told = ABOUT_LIN.asked("give", WANG, "03-10", kind="problem", **TOLD).reached("action_remind")
    assert told.just[-1].to == (LIN,)
    due = told.reached("action_due")
    assert due.just[-1].due == on("03-17", 0)
    assert due.just[-1].to == (WANG,)
    done = due.asked("follow_up", WANG, "03-17", outcome="done", note="prices right since")
    assert done.state.outcome == "done"
    assert done.standing("03-17").over


def test_an_action_nobody_followed_up_is_told_further_up() -> None:
    told = ABOUT_LIN.asked("give", WANG, "03-10", kind="problem", **TOLD)
    escalated = told.reached("action_remind").reached("action_due").reached("action_escalated")
    assert escalated.types == ["CaseEscalated"]
    assert escalated.just[-1].to == (ZHAO, "role:hr")
    assert escalated.just[-1].at > on("03-17")


def test_praise_is_anybodys_and_over_once_it_is_told() -> None:
    told = ABOUT_LIN.asked(
        "give",
        QIAN,
        "03-10",
        kind="positive",
        behaviour="stayed until the line ran",
        value="delivered in time",
    )
    assert told.types == ["FeedbackObserved", "FeedbackGiven"]
    assert told.standing("03-10").over
    answered = told.asked("answer", LIN, "03-11", words="thank you")
    assert answered.types == ["FeedbackAnswered"]


# ---------------------------------------------------------------- what is refused


def test_a_problem_is_the_lines_to_tell() -> None:
    assert ABOUT_LIN.refused("observe", QIAN, "03-10", **SEEN).code == "case.not-yours"
    assert ABOUT_LIN.asked("observe", LI, "03-10", **SEEN).types == ["FeedbackObserved"]
    assert ABOUT_LIN.refused("observe", HUA, "03-10", **SEEN).code == "case.not-yours"


def test_nobody_gives_feedback_about_themselves() -> None:
    words = {"kind": "positive", "behaviour": "was there", "value": "much"}
    assert ABOUT_LIN.refused("give", LIN, "03-10", **words).code == "case.own"


def test_a_verdict_without_a_fact_is_asked_back() -> None:
    verdict = TOLD | {"facts": "he has a bad attitude"}
    refusal = ABOUT_LIN.refused("give", WANG, "03-10", kind="problem", **verdict)
    assert (refusal.code, refusal.field) == ("case.verdict", "facts")
    assert "what" in refusal_message(refusal).text("en")
    insisted = ABOUT_LIN.asked("give", WANG, "03-10", kind="problem", insist=True, **verdict)
    assert insisted.just[-1].insisted is True
    advised = Casework("feedback-2026-lin-2", policy=plan(feedback=FeedbackRules(facts="advise")))
    assert advised.asked("give", WANG, "03-10", kind="problem", **verdict).just[-1].insisted is True


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("工作态度不好，总是拖延", True),
        ("3月9日的三份报价用了去年的价格", False),
        ("客户投诉说“没有人回电话”", False),
        ("lazy", True),
        ("always late", True),
        ("late on 3 of 5 mornings", False),
        ("the report left out the returns of the east region", False),
    ],
)
def test_what_looks_like_a_verdict(text: str, verdict: bool) -> None:
    assert is_verdict(text) is verdict


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"kind": "problem", "facts": "3 of 5 late"}, "feedback.words", "action"),
        ({"kind": "positive", "behaviour": "helped out"}, "feedback.words", "value"),
        (
            {"kind": "problem", "facts": "3 of 5 late", "action": "be there at 9"},
            "feedback.action-day",
            "action_due",
        ),
        (
            {"kind": "problem", "facts": "3 of 5 late", "action": "be there", "action_due": "2026-03-09"},
            "feedback.action-past",
            "action_due",
        ),
        ({"facts": "3 of 5 late"}, "feedback.kind", "kind"),
    ],
)
def test_what_is_missing_is_named(fields: dict[str, str], code: str, field: str) -> None:
    refusal = ABOUT_LIN.refused("give", WANG, "03-10", **fields)
    assert (refusal.code, refusal.field) == (code, field)


def test_what_was_not_seen_yet_is_refused_and_so_is_somebody_elses_goal() -> None:
    assert ABOUT_LIN.refused("observe", WANG, "03-10", seen_at=on("03-11"), **SEEN).code == "feedback.future"
    assert ABOUT_LIN.refused("observe", WANG, "03-10", goal="goal-2026-qian-1", **SEEN).code == "goal.unknown"


def test_what_was_seen_before_the_cycle_belongs_to_another_one() -> None:
    last_year = on("2025-12-31")
    for name, fields in (("observe", SEEN), ("give", {"kind": "problem", **TOLD})):
        refusal = ABOUT_LIN.refused(name, WANG, "01-05", seen_at=last_year, **fields)
        assert (refusal.code, refusal.field) == ("feedback.before-cycle", "seen_at")
        assert refusal.facts["first"] == "2026-01-01"
    assert ABOUT_LIN.asked("observe", WANG, "01-05", seen_at=on("01-01", 0), **SEEN).types == [
        "FeedbackObserved"
    ]


def test_while_the_next_cycle_is_set_up_feedback_may_be_of_it() -> None:
    """From its launch on, which comes before its first day."""
    early = replace(ABOUT_LIN, cycle=Cycle(id="2026", launched_at=on("2025-12-20")))
    assert early.asked("observe", WANG, "2025-12-22", **SEEN).types == ["FeedbackObserved"]
    before = early.refused("observe", WANG, "2025-12-22", seen_at=on("2025-12-19"), **SEEN)
    assert before.code == "feedback.before-cycle"


def test_what_was_seen_while_the_person_was_not_here_is_refused() -> None:
    joined = after(say(Join, "xin", "03-02", details=person("xin", WANG, hired=date(2026, 3, 2))))
    refusal = Casework("feedback-2026-xin-1", people=joined).refused(
        "observe", WANG, "03-10", seen_at=on("02-27"), **SEEN
    )
    assert (refusal.code, refusal.facts["holder"]) == ("feedback.not-here", "xin")


def test_a_goal_of_another_cycle_is_refused_whether_it_is_there_or_not() -> None:
    refusal = ABOUT_LIN.refused("observe", WANG, "03-10", goal="goal-2025-lin-1", **SEEN)
    assert (refusal.code, refusal.field) == ("case.other-cycle", "goal")


def test_what_was_told_is_not_taken_back() -> None:
    told = ABOUT_LIN.asked("give", WANG, "03-10", kind="problem", **TOLD)
    refusal = told.refused("withdraw", WANG, "03-11", reason="a mistake")
    assert refusal.code == "case.stage"
    noted = ABOUT_LIN.asked("observe", WANG, "03-10", **SEEN).asked(
        "withdraw", WANG, "03-10", reason="another Lin"
    )
    assert noted.standing("03-10").over


# ---------------------------------------------------------------- K5: away


def test_k5_the_clock_of_somebody_who_delegates_is_the_delegates() -> None:
    people = after(say(Delegate, WANG, "03-09", first="2026-03-10", to=CHEN))
    noted = Casework("feedback-2026-lin-1", people=people).asked("observe", WANG, "03-09", **SEEN)
    assert noted.standing("03-10").awaited == (CHEN,)
    assert noted.reached("remind").just[-1].to == (CHEN,)
    assert noted.asked("give", CHEN, "03-10", **TOLD).types == ["FeedbackGiven"]


def test_k5_while_the_person_is_on_long_leave_nothing_is_due() -> None:
    people = after(say(GoAway, LIN, "03-09", first="2026-03-10", last="2026-04-30"))
    noted = Casework("feedback-2026-lin-1", people=people).asked("observe", WANG, "03-09", **SEEN)
    standing = noted.standing("03-09")
    assert standing.next_deadline is not None
    assert standing.next_deadline.at > on("04-30", 23)


def test_k5_a_reminder_never_comes_before_the_asking() -> None:
    noted = ABOUT_LIN.asked("observe", WANG, "03-10", seen_at=on("03-09", 11), **SEEN)
    standing = noted.standing("03-10")
    assert standing.next_deadline is not None and standing.next_deadline.phase == "overdue"
