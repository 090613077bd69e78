"""Stage reviews: both sides write, then share; nothing written is lost, taken over, or read by those it is not for."""

from datetime import UTC, date
from pathlib import Path
from typing import Any

import pytest

from cairn.domain.cycle.events import LaunchFinished, ReviewsOpened
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.state import evolve as cycle_after
from cairn.domain.cycle.status import deadlines_of
from cairn.domain.moves import GoAway, Leave, Move
from cairn.domain.policy import FamilyReviews, Name, Policy, ReviewQuestion
from cairn.domain.review.commands import COMMANDS
from cairn.domain.review.opening import reviews_of
from cairn.domain.review.reading import drafts_seen, sees
from cairn.domain.review.state import SIDES, Review
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as sheet_after
from cairn.i18n import refusal_message
from cairn.policies import parse
from tests.specs.casework import Casework
from tests.specs.company import (
    CHEN,
    HE,
    HUA,
    LI,
    LIN,
    PLAN,
    QIAN,
    SCHEDULE,
    SHEET,
    WANG,
    ZHAO,
    launched,
    on,
    opened,
)
from tests.specs.moving import COMPANY, after, say


def policy(**facts: Any) -> Policy:
    """The plan of the specifications with a review of every month in sales."""
    sales = PLAN.families["sales"].model_copy(update={"reviews": FamilyReviews(every="month", **facts)})
    return PLAN.model_copy(update={"families": {**PLAN.families, "sales": sales}})


MONTHLY = policy()
ANSWERS = {"progress": "12 visits of 20", "obstacles": "no samples until the 20th", "plan": "two a day"}
FEBRUARY = Casework("review-2026-lin-M02", policy=MONTHLY).asked("open", WANG, "03-02")
REPORTED = FEBRUARY.asked("submit", LIN, "03-03", texts=ANSWERS)
SHARED = REPORTED.asked("comment", WANG, "03-04", texts={"overall": "12 of 20 as the system has it"})


def words(of: dict[str, Any]) -> dict[str, str]:
    return {key: text.words for key, text in of.items()}


# ---------------------------------------------------------------- opened with the end of a period


def cycle() -> Cycle:
    return cycle_after(Cycle(id="2026"), launched()).model_copy(update={"stage": "execution"})


def sheet_of(holder: str, **facts: Any) -> Sheet:
    found = sheet_after(Sheet(id=SHEET), opened(SHEET))
    return found.model_copy(update={"id": f"sheet-2026-{holder}-1", "holder": holder, **facts})


def test_reviews_are_opened_on_the_first_working_day_after_each_period_of_families_that_have_them() -> None:
    due = [each for each in deadlines_of(cycle(), MONTHLY) if each.phase == "reviews"]
    assert [each.period for each in due] == [f"M{number:02d}" for number in range(1, 13)]
    assert due[0].at == on("02-02", 9)  # 1 February is a Sunday


def test_a_late_launch_asks_for_no_review_of_what_had_ended_before_it() -> None:
    finished = LaunchFinished(cycle="2026", sheets=1, goals=1, by="system", at=on("03-10"))
    late = cycle_after(cycle(), finished).model_copy(update={"stage": "execution"})
    assert next(each.period for each in deadlines_of(late, MONTHLY) if each.phase == "reviews") == "M03"


def test_a_period_whose_reviews_are_open_is_not_due_again() -> None:
    """The same thing begun twice."""
    done = ReviewsOpened(cycle="2026", period="M01", reviews=1, due=on("02-02"), by="system", at=on("02-02"))
    after_it = cycle_after(cycle(), done)
    assert next(each.period for each in deadlines_of(after_it, MONTHLY) if each.phase == "reviews") == "M02"


def test_a_policy_that_says_nothing_has_no_reviews() -> None:
    assert [each for each in deadlines_of(cycle(), PLAN) if each.phase == "reviews"] == []


def opening(*sheets: Sheet, people: Any = COMPANY, at: str = "03-02", plan: Policy = MONTHLY) -> Any:
    period = SCHEDULE.period("M02")
    assert period is not None
    return reviews_of(sheets, period, SCHEDULE, plan, people, on(at))


def test_everybody_with_a_sheet_in_the_period_has_one_and_it_says_who_will_read_it() -> None:
    found = opening(sheet_of(LIN), sheet_of(QIAN))
    assert [each.case for each in found.reviews] == ["review-2026-lin-M02", "review-2026-qian-M02"]
    [first, _] = found.reviews
    assert (first.starts, first.ends) == (date(2026, 2, 1), date(2026, 2, 28))
    assert first.readers == ("holder", "manager", "hr")
    assert [question.key for question in first.questions] == ["progress", "obstacles", "plan"]
    assert (first.report_by, first.comment_by) == (on("03-09", 9), on("03-16", 9))


def test_who_left_or_is_on_long_leave_or_has_no_manager_is_left_out_and_named() -> None:
    people = after(
        say(GoAway, LIN, "02-10", first="2026-02-20", last="2026-06-30"),
        say(Leave, QIAN, "02-10", last_day="2026-02-28"),
    )
    found = opening(sheet_of(LIN), sheet_of(QIAN), sheet_of(LI), people=people)
    assert found.reviews == []
    assert {each.person: each.code for each in found.left_out} == {
        LIN: "away",
        QIAN: "left",
        LI: "no_manager",
    }


def test_a_sheet_that_does_not_reach_into_the_period_or_of_another_family_has_none() -> None:
    later, ended = sheet_of(LIN, since=date(2026, 3, 1)), sheet_of(QIAN, last_day=date(2026, 1, 31))
    assert opening(later, ended, sheet_of(WANG, family="rnd")) == ([], [])


def test_what_was_left_out_is_opened_by_hand_once_the_period_is_over() -> None:
    march = Casework("review-2026-lin-M03", policy=MONTHLY)
    assert march.refused("open", WANG, "03-31").code == "review.not-over"
    assert march.refused("open", LIN, "04-01").code == "case.not-yours"
    assert march.asked("open", HUA, "04-01").types == ["ReviewAsked"]
    assert FEBRUARY.refused("open", HUA, "03-03").code == "case.stage"
    assert (
        Casework("review-2026-lin-M17", policy=MONTHLY).refused("open", HUA, "04-01").code == "review.period"
    )


# ---------------------------------------------------------------- drafts


def test_a_draft_is_read_by_its_writer_alone_hr_neither() -> None:
    drafted = FEBRUARY.asked("draft", LIN, "03-02", side="report", texts={"progress": "12 visits"})
    assert words(dict(drafts_seen("report", drafted.state, LIN))) == {"progress": "12 visits"}
    for other in (WANG, HUA, ZHAO, LI, None):
        assert drafts_seen("report", drafted.state, other) == {}
        assert not sees("report", drafted.state, other, is_reader=True)


def test_text_lost_at_a_time_out() -> None:
    """Text lost at a time-out. Whatever runs out, a draft stays one, is named as such, and is handed in later as it was
    written."""
    drafted = FEBRUARY.asked("draft", LIN, "03-02", side="report", texts=ANSWERS)
    overdue = drafted.reached("report_remind").reached("report_overdue")
    assert (overdue.just[0].side, overdue.just[0].drafted, overdue.just[0].to) == ("report", True, (LIN,))
    ended = overdue.reached("report_escalated").asked("go_on", HUA, "03-17", reason="the year goes on")
    assert ended.state.stage == "ended"
    assert words(dict(ended.state.drafts_of("report", LIN))) == ANSWERS
    more = ended.asked("draft", LIN, "03-18", side="report", texts={"plan": "three a day"})
    back = more.asked("reopen", HUA, "03-18", sides=("report",), reason="was ill").asked(
        "submit", LIN, "03-19"
    )
    assert words(back.state.report) == {**ANSWERS, "plan": "three a day"}


def test_a_draft_saved_again_as_it_is_leaves_nothing() -> None:
    drafted = FEBRUARY.asked("draft", LIN, "03-02", side="report", texts=ANSWERS)
    assert drafted.asked("draft", LIN, "03-03", side="report", texts=ANSWERS).types == []


def test_a_question_nobody_asked_is_refused_with_those_there_are() -> None:
    refusal = FEBRUARY.refused("draft", LIN, "03-02", side="report", texts={"mood": "good"})
    assert (refusal.code, refusal.facts["known"]) == ("review.question", ("progress", "obstacles", "plan"))


def test_drafts_are_for_those_whose_side_it_is() -> None:
    """An editor taking over authorship."""
    assert FEBRUARY.refused("draft", WANG, "03-02", side="report", texts=ANSWERS).code == "case.not-yours"
    assert (
        FEBRUARY.refused("draft", LIN, "03-02", side="comment", texts={"plan": "x"}).code == "case.not-yours"
    )


# ---------------------------------------------------------------- handing in, reading


def test_neither_reads_the_others_before_both_have_handed_in() -> None:
    """Read by somebody without a right."""
    assert REPORTED.state.stage == "reported"
    assert not sees("report", REPORTED.state, WANG, is_reader=True)
    assert not sees("report", REPORTED.state, HUA, is_reader=True)
    assert sees("report", REPORTED.state, LIN, is_reader=True)
    commented = FEBRUARY.asked("comment", WANG, "03-03", texts={"overall": "as I see it"})
    assert not sees("comment", commented.state, LIN, is_reader=True)
    assert SHARED.state.stage == "shared"
    for side in SIDES:
        assert sees(side, SHARED.state, LIN, is_reader=True) and sees(
            side, SHARED.state, WANG, is_reader=True
        )
        assert not sees(side, SHARED.state, CHEN, is_reader=False)


def test_at_once_the_report_is_read_as_soon_as_it_is_handed_in() -> None:
    begun = Casework("review-2026-lin-M02", policy=policy(share="at_once")).asked("open", WANG, "03-02")
    assert begun.standing("03-02").awaited == (LIN,)
    reported = begun.asked("submit", LIN, "03-03", texts=ANSWERS)
    assert sees("report", reported.state, WANG, is_reader=True)
    assert reported.asked("return", WANG, "03-04", comments={"plan": "how many?"}).state.stage == "returned"


def test_a_report_answers_every_question() -> None:
    refusal = FEBRUARY.refused("submit", LIN, "03-03", texts={"progress": "12", "plan": "  "})
    assert (refusal.code, refusal.facts["missing"]) == ("review.unanswered", ("obstacles", "plan"))
    assert FEBRUARY.refused("comment", WANG, "03-03", texts={"plan": "x"}).code == "review.uncommented"


def test_an_own_report_can_be_put_right_before_it_is_shared() -> None:
    again = REPORTED.asked("submit", LIN, "03-03", texts={"progress": "13 visits of 20"})
    assert words(again.state.report)["progress"] == "13 visits of 20"
    assert len(again.state.rounds) == 2
    assert REPORTED.asked("submit", LIN, "03-03").types == []
    assert SHARED.refused("submit", LIN, "03-05", texts=ANSWERS).code == "case.stage"


def test_nobody_comments_on_their_own_report() -> None:
    assert REPORTED.refused("comment", LIN, "03-04", texts={"overall": "great"}).code == "case.own"
    assert REPORTED.refused("comment", QIAN, "03-04", texts={"overall": "great"}).code == "case.not-yours"


# ---------------------------------------------------------------- returned, reopened


def test_a_report_is_returned_with_a_comment_by_question_once_it_was_read() -> None:
    assert REPORTED.refused("return", WANG, "03-04", comments={"plan": "more"}).code == "review.unread"
    returned = SHARED.asked("return", WANG, "03-05", comments={"plan": "how, with whom?"})
    assert returned.standing("03-05").awaited == (LIN,)
    assert returned.state.report_by == on("03-12", 9)


def test_comments_vanishing_at_resubmission() -> None:
    """Comments vanishing at resubmission. All rounds stay: what was commented on the first report is there beside the
    second."""
    returned = SHARED.asked("return", WANG, "03-05", comments={"plan": "how, with whom?"})
    again = returned.asked("submit", LIN, "03-06", texts={"plan": "two a day, with Qian"})
    assert [each.comments for each in again.state.returns] == [{"plan": "how, with whom?"}]
    assert words(again.state.comment) == {"overall": "12 of 20 as the system has it"}
    first, comment, second = again.state.rounds
    assert (words(first.texts), words(second.texts)["plan"]) == (ANSWERS, "two a day, with Qian")
    assert words(comment.texts) == {"overall": "12 of 20 as the system has it"}
    assert again.standing("03-06").awaited == (WANG,)
    twice = again.asked("return", WANG, "03-07", comments={"plan": "and when?"})
    assert len(twice.asked("submit", LIN, "03-08", texts={"plan": "from May"}).state.returns) == 2


def test_hr_reopens_with_a_reason_and_the_old_text_is_kept() -> None:
    """Completed by mistake, for good."""
    assert SHARED.refused("reopen", WANG, "03-05", sides=("report",), reason="x").code == "case.not-yours"
    reopened = SHARED.asked("reopen", HUA, "03-05", sides=("report",), reason="the wrong month's figures")
    assert reopened.standing("03-05").awaited == (LIN,)
    assert words(reopened.state.report) == ANSWERS
    again = reopened.asked("submit", LIN, "03-06", texts={"progress": "15 visits"})
    assert again.state.stage == "shared"
    assert words(again.state.rounds[0].texts) == ANSWERS


def test_nothing_is_reopened_that_was_not_handed_in() -> None:
    assert REPORTED.refused("reopen", HUA, "03-04", sides=("comment",), reason="x").code == "review.not-in"


# ---------------------------------------------------------------- whose words they are


def test_an_editor_taking_over_authorship() -> None:
    """An editor taking over authorship. HR hands in for somebody who is ill and later changes a word: the words stay
    the employee's, HR is named."""
    for_lin = FEBRUARY.asked("submit", HUA, "03-03", texts=ANSWERS)
    assert (for_lin.just[-1].author, for_lin.just[-1].by) == (LIN, HUA)
    text = for_lin.state.report["plan"]
    assert (text.author, text.edited_by, text.by) == (LIN, HUA, HUA)
    edited = REPORTED.asked("submit", HUA, "03-03", texts={"plan": "two visits a day"})
    plan, progress = edited.state.report["plan"], edited.state.report["progress"]
    assert (plan.author, plan.edited_by) == (LIN, HUA)
    assert (progress.author, progress.edited_by, progress.by) == (LIN, None, LIN)
    back = edited.asked("submit", LIN, "03-04", texts={"plan": "two visits each day"})
    assert (back.state.report["plan"].author, back.state.report["plan"].edited_by) == (LIN, None)


def test_a_comment_of_somebody_above_that_changes_the_managers_leaves_it_the_managers() -> None:
    commented = FEBRUARY.asked("comment", WANG, "03-03", texts={"overall": "12 of 20"})
    changed = commented.asked("comment", ZHAO, "03-04", texts={"overall": "12 of 20, well done"})
    text = changed.state.comment["overall"]
    assert (text.author, text.edited_by) == (WANG, ZHAO)


def test_handing_in_for_somebody_takes_none_of_their_draft() -> None:
    drafted = FEBRUARY.asked("draft", LIN, "03-02", side="report", texts={"plan": "perhaps I look elsewhere"})
    for_lin = drafted.asked("submit", HUA, "03-03", texts=ANSWERS)
    assert words(for_lin.state.report) == ANSWERS
    assert words(dict(for_lin.state.drafts_of("report", LIN))) == {"plan": "perhaps I look elsewhere"}


def test_a_removed_participants_text_erased() -> None:
    """A removed participant's text erased. A manager who is not the manager any more, or an employee who left: what
    they wrote stays, and is theirs."""
    drafted = SHARED.asked("draft", WANG, "03-04", side="comment", texts={"plan": "talk to him"})
    moved = after(say(Move, LIN, "03-05", effective="2026-03-05", manager=ZHAO, reason="another team"))
    gone = after(say(Leave, LIN, "03-05", last_day="2026-03-05"))
    for people in (moved, gone):
        now = Casework(drafted.case, drafted.events, policy=MONTHLY, people=people)
        later = now.asked("reopen", HUA, "03-09", sides=("comment",), reason="a new manager")
        assert (later.state.comment["overall"].author, words(later.state.report)) == (WANG, ANSWERS)
        assert words(dict(drafts_seen("comment", later.state, WANG))) == {"plan": "talk to him"}
        assert sees("comment", later.state, WANG, is_reader=False)
    changed = Casework(drafted.case, drafted.events, policy=MONTHLY, people=moved)
    again = changed.asked("reopen", HUA, "03-09", sides=("comment",), reason="a new manager")
    assert again.standing("03-09").awaited == (ZHAO,)
    anew = again.asked("comment", ZHAO, "03-10", texts={"plan": "agreed"})
    assert (anew.state.comment["overall"].author, anew.state.comment["plan"].author) == (WANG, ZHAO)


# ---------------------------------------------------------------- saving at the same time


def test_a_false_overwritten_by_another() -> None:
    """A false "overwritten by another". Two who save different questions do not meet, however old what they had before
    them is."""
    returned = SHARED.asked("return", WANG, "03-05", comments={"plan": "how?", "progress": "of how many?"})
    base = returned.state.version
    one = returned.asked("submit", HUA, "03-06", texts={"progress": "12 of 20"}, base=base)
    other = one.asked("submit", LIN, "03-06", texts={"plan": "with Qian"}, base=base)
    assert words(other.state.report) == {**ANSWERS, "progress": "12 of 20", "plan": "with Qian"}
    drafts = FEBRUARY.asked("draft", LIN, "03-02", side="report", texts={"plan": "x"}, base=1)
    assert drafts.asked("draft", LIN, "03-02", side="report", texts={"progress": "y"}, base=1).types == [
        "ReviewDrafted"
    ]


def test_a_stale_save_says_which_question_changed_by_whom_and_when() -> None:
    returned = SHARED.asked("return", WANG, "03-05", comments={"plan": "how?"})
    base = returned.state.version
    one = returned.asked("submit", HUA, "03-06", texts={"plan": "with Qian"}, base=base)
    refusal = one.refused("submit", LIN, "03-06", texts={"plan": "with Wang"}, base=base)
    assert (refusal.code, refusal.facts["key"], refusal.facts["who"]) == ("review.stale", "plan", HUA)
    assert (refusal.facts["base"], refusal.facts["version"]) == (str(base), str(base + 1))
    assert "with Qian" not in str(refusal.facts)
    seen = one.asked("submit", LIN, "03-06", texts={"plan": "with Wang"}, base=base + 1)
    assert words(seen.state.report)["plan"] == "with Wang"


def test_a_stale_save_tells_the_time_by_the_cycles_clock() -> None:
    """The workflow's time is UTC: 10:00 in Shanghai is 02:00 there."""
    returned = SHARED.asked("return", WANG, "03-05", comments={"plan": "how?"})
    base = returned.state.version
    one = returned.asked("submit", HUA, on("03-06").astimezone(UTC), texts={"plan": "with Qian"}, base=base)
    refusal = one.refused("submit", LIN, "03-06", texts={"plan": "with Wang"}, base=base)
    assert "2026-03-06 10:00" in refusal_message(refusal).text("en")


def test_nobody_has_read_a_version_that_is_not_there_yet() -> None:
    ahead = FEBRUARY.state.version + 1
    refusal = FEBRUARY.refused("draft", LIN, "03-02", side="report", texts={"plan": "x"}, base=ahead)
    assert (refusal.code, refusal.field) == ("review.base-ahead", "base")


def test_a_draft_from_before_somebody_else_changed_the_text_is_not_handed_in_over_it() -> None:
    returned = SHARED.asked("return", WANG, "03-05", comments={"plan": "how?"})
    drafted = returned.asked("draft", LIN, "03-05", side="report", texts={"plan": "with Wang"})
    changed = drafted.asked("submit", HUA, "03-06", texts={"plan": "with Qian"})
    assert changed.refused("submit", LIN, "03-06").code == "review.stale"
    assert changed.asked("submit", LIN, "03-06", base=changed.state.version).types == ["ReviewReported"]


def test_ones_own_draft_of_another_place_is_not_written_over_unseen() -> None:
    laptop = FEBRUARY.asked("draft", LIN, "03-02", side="report", texts={"plan": "long text"}, base=1)
    assert (
        laptop.refused("draft", LIN, "03-02", side="report", texts={"plan": "x"}, base=1).code
        == "review.stale"
    )


# ---------------------------------------------------------------- who reads


def test_widening_who_reads_it_tells_whoever_wrote() -> None:
    widened = SHARED.asked("widen", HUA, "03-05", readers=("line",), people=(CHEN,), reason="a promotion")
    [event] = widened.just
    assert (event.readers, event.people, event.to) == (("line",), (CHEN,), (LIN, WANG))
    assert widened.state.readers[-1] == "line" and widened.state.people == (CHEN,)
    assert widened.asked("widen", HUA, "03-05", readers=("line", "hr"), reason="again").types == []
    assert SHARED.refused("widen", WANG, "03-05", people=(CHEN,), reason="x").code == "case.not-yours"
    assert SHARED.refused("widen", HUA, "03-05", people=("nobody",), reason="x").code == "person.unknown"


# ---------------------------------------------------------------- clocks


def test_both_are_waited_for_each_until_its_own_day() -> None:
    standing = FEBRUARY.standing("03-02")
    assert standing.awaited == (LIN, WANG)
    assert standing.next_deadline is not None
    assert (standing.next_deadline.phase, standing.next_deadline.at) == ("report_remind", on("03-05", 9))
    assert FEBRUARY.reached("report_remind").just[0].to == (LIN,)
    assert REPORTED.standing("03-03").awaited == (WANG,)
    assert REPORTED.reached("comment_remind").just[0].to == (WANG,)
    assert SHARED.standing("03-05").over


def test_a_late_report_gives_the_manager_their_days_all_the_same() -> None:
    late = FEBRUARY.asked("submit", LIN, "03-20", texts=ANSWERS)
    assert (late.just[-1].late, late.just[-1].comment_by) == (True, on("03-27", 9))


def test_what_stays_missing_is_told_further_up() -> None:
    escalated = FEBRUARY.reached("report_remind").reached("report_overdue").reached("report_escalated")
    assert (escalated.types, escalated.just[0].to) == (["CaseEscalated"], (WANG, "role:hr"))


def test_hr_goes_on_only_without_what_is_overdue() -> None:
    """A step that waits for somebody who is gone."""
    assert FEBRUARY.refused("go_on", HUA, "03-03", reason="x").code == "review.not-late"
    ended = REPORTED.asked("go_on", HE, "03-20", reason="the manager is gone")
    assert (ended.just[0].without, ended.standing("03-20").over) == (("comment",), True)
    assert sees("report", ended.state, WANG, is_reader=True)


def test_k5_while_the_employee_is_on_long_leave_the_report_waits_for_their_return() -> None:
    people = after(say(GoAway, LIN, "03-03", first="2026-03-04", last="2026-03-31"))
    away = Casework(FEBRUARY.case, FEBRUARY.events, policy=MONTHLY, people=people)
    assert away.standing("03-04").awaited == (WANG,)
    assert away.standing("04-01").awaited == (LIN, WANG)
    phases = dict(away.kind.deadlines(away.state, away.context("03-04")))
    assert phases["report_overdue"] == on("04-08", 9)


def test_k5_a_leave_without_an_end_stands_still_and_is_not_over() -> None:
    people = after(say(GoAway, LIN, "03-03", first="2026-03-04"))
    begun = FEBRUARY.asked("comment", WANG, "03-03", texts={"overall": "x"})
    away = Casework(begun.case, begun.events, policy=MONTHLY, people=people)
    standing = away.standing("03-20")
    assert (standing.awaited, standing.next_deadline, standing.over) == ((), None, False)
    assert away.asked("go_on", HUA, "05-04", reason="nobody knows when").state.stage == "ended"


def test_a_review_whose_employee_left_waits_for_hr() -> None:
    """A step that waits for somebody who is gone."""
    people = after(say(Leave, LIN, "03-03", last_day="2026-03-04"))
    gone = Casework(FEBRUARY.case, FEBRUARY.events, policy=MONTHLY, people=people)
    assert gone.standing("03-06").awaited == ("role:hr", WANG)


# ---------------------------------------------------------------- the policy


def test_how_often_is_enough_to_say() -> None:
    text = (Path(__file__).parents[2] / "examples" / "company" / "policy.yaml").read_text("utf-8")
    families = parse(text).families
    assert families["sales"].reviews == FamilyReviews(every="month")
    assert families["rnd"].reviews.every == "quarter"
    assert families["customer_service"].reviews == FamilyReviews(every="quarter")
    assert FamilyReviews().every == "none", "a family that says nothing has none"


def test_questions_are_the_policys_and_stay_as_they_were_asked() -> None:
    own = (ReviewQuestion(key="wins", text=Name(zh="成果", en="What went well")),)
    asked = Casework("review-2026-lin-M02", policy=policy(questions=own)).asked("open", WANG, "03-02")
    assert asked.state.keys == ("wins",)
    under_another = Casework(asked.case, asked.events, policy=MONTHLY)
    assert under_another.asked("submit", LIN, "03-03", texts={"wins": "3 new customers"}).types == [
        "ReviewReported"
    ]


@pytest.mark.parametrize("key", ["overall", "progress"])
def test_a_question_has_a_key_of_its_own(key: str) -> None:
    twice = [
        {"key": "progress", "text": {"zh": "x", "en": "x"}},
        {"key": key, "text": {"zh": "y", "en": "y"}},
    ]
    with pytest.raises(ValueError, match="review_question"):
        FamilyReviews.model_validate({"every": "month", "questions": twice})


def test_every_command_has_a_row() -> None:
    assert set(COMMANDS) == {"open", "draft", "submit", "comment", "return", "reopen", "widen", "go_on"}
    assert Review(id="review-2026-lin-M02").stage == "none"
