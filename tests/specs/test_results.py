"""Results once they are computed: shown, talked about, signed, appealed, closed (RULES Y3, L8, L12)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st

from cairn.application.offers import offered_in_case
from cairn.domain.evaluation.moving import is_better, with_raise_kept
from cairn.domain.evaluation.steps import has_steps
from cairn.domain.evaluation.versions import is_result_settled
from cairn.domain.moves import GoAway as AWAY
from cairn.domain.moves import Leave
from cairn.domain.policy import Committee
from cairn.domain.result.kind import KIND
from tests.specs.casework import Casework
from tests.specs.company import CHEN, HUA, LI, LIN, SHEET, WANG, ZHAO, on
from tests.specs.given import for_all
from tests.specs.moving import after, say
from tests.specs.results import GRADES, issued, recomputed, show, steps, told, with_result

SHOWN = told()
SIGNED = SHOWN.asked("acknowledge", LIN, "2027-01-20", number=1)
APPEALED = SIGNED.asked("appeal", LIN, "2027-01-21", grounds="the March order was counted for Q2")


def offered(work: Casework, who: str, at: str) -> list[str]:
    """What somebody is asked for on a day, by the commands' names."""
    return [each.name for each in offered_in_case(KIND, work.state, work.context(on(at, 10)), who)]


def sheet_of(work: Casework) -> Any:
    return (work.sheets or {})[SHEET]


def test_a_result_is_shown_with_its_windows_in_working_days_and_the_person_is_waited_for() -> None:
    [seen, on_sheet] = SHOWN.just
    assert (seen.type, seen.number, seen.grade, on_sheet.type) == ("ResultShown", 1, "B", "VersionShown")
    assert seen.acknowledge_by == on("2027-01-25", 9)  # five working days after Monday 18 January
    assert seen.appeal_by == on("2027-02-01", 9)
    standing = SHOWN.standing("2027-01-18")
    assert (standing.stage, standing.awaited) == ("shown", (LIN, WANG))
    assert standing.next_deadline is not None and standing.next_deadline.phase == "acknowledge_remind"
    assert show(SHOWN, "2027-01-19").just == ()  # shown once


def test_y3_a_signature_binds_to_the_version_and_settles_it() -> None:
    assert SIGNED.types == ["ResultAcknowledged", "VersionSigned"]
    policy = SIGNED.policy
    assert not is_result_settled(sheet_of(SHOWN), policy, on("2027-01-20"))
    assert is_result_settled(sheet_of(SIGNED), policy, on("2027-01-20"))
    assert SHOWN.refused("acknowledge", LIN, "2027-01-20", number=2).code == "result.other-version"
    assert SIGNED.asked("acknowledge", LIN, "2027-01-21", number=1).just == ()


def test_y3_without_a_signature_a_version_settles_so_many_working_days_after_it_was_shown() -> None:
    policy = SHOWN.policy
    assert not is_result_settled(sheet_of(SHOWN), policy, on("2027-02-12", 9))
    assert is_result_settled(sheet_of(SHOWN), policy, on("2027-02-15", 9))
    assert not is_result_settled(with_result(), policy, on("2027-12-31"))  # shown to nobody


def test_y3_where_the_policy_names_no_steps_time_alone_settles_as_before() -> None:
    policy = steps().model_copy(update={"evaluation": type(steps().evaluation)()})
    assert not has_steps(with_result(), with_result().result, policy)
    assert is_result_settled(with_result(), policy, on("2027-02-15", 9))
    assert not is_result_settled(with_result(), policy, on("2027-02-12", 9))


def test_nobody_signs_or_appeals_for_somebody_else() -> None:
    for who in (WANG, HUA, CHEN):
        assert SHOWN.refused("acknowledge", who, "2027-01-20", number=1).code == "case.not-yours"
        assert SHOWN.refused("appeal", who, "2027-01-20", grounds="x").code == "case.not-yours"


def test_whoever_does_not_agree_signs_with_words_and_it_settles_all_the_same() -> None:
    assert SHOWN.refused("acknowledge", LIN, "2027-01-20", number=1, agrees=False).code == "result.no-words"
    against = SHOWN.asked("acknowledge", LIN, "2027-01-20", number=1, agrees=False, words="March is missing")
    assert against.state.signature.words == "March is missing"
    assert is_result_settled(sheet_of(against), against.policy, on("2027-01-20"))


def test_not_signed_in_the_window_is_on_record_and_told_on_and_a_late_signature_counts() -> None:
    lapsed = SHOWN.reached("acknowledge_remind").reached("interview_remind").reached("acknowledge_over")
    [missed] = lapsed.just
    assert (missed.type, missed.to) == ("ResultNotAcknowledged", (WANG, "role:hr"))
    assert lapsed.standing("2027-01-25").stage == "unsigned"
    late = lapsed.asked("acknowledge", LIN, "2027-01-28", number=1)
    assert late.just[0].late and late.state.stage == "signed"


def test_the_interview_is_recorded_by_the_manager_and_missed_it_is_told_further_up() -> None:
    held = SIGNED.asked("interview", WANG, "2027-01-20", on="2027-01-19", agreed="one more region")
    assert held.state.talked and held.standing("2027-01-20").awaited == ()
    assert (
        SIGNED.refused("interview", LIN, "2027-01-20", on="2027-01-19", agreed="x").code == "case.not-yours"
    )
    ahead = SIGNED.refused("interview", WANG, "2027-01-20", on="2027-01-21", agreed="x")
    assert ahead.code == "result.interview-ahead"
    missed = SIGNED.reached("interview_remind").reached("interview_over")
    assert missed.just[0].to == (WANG, ZHAO, "role:hr")


def test_a_signed_result_closes_when_the_window_for_an_appeal_is_over() -> None:
    held = SIGNED.asked("interview", WANG, "2027-01-20", on="2027-01-19", agreed="one more region")
    closed = held.reached("appeal_over")
    assert (closed.types, closed.standing("2027-02-01").over) == (["ResultClosed"], True)
    assert closed.refused("appeal", LIN, "2027-02-01", grounds="x").code == "case.stage"
    late = SIGNED.refused("appeal", LIN, "2027-02-02", grounds="x")
    assert late.code == "result.appeal-late"


def test_nobody_is_asked_for_what_can_do_nothing_more_with_a_result() -> None:
    lapsed = SHOWN.reached("acknowledge_remind").reached("interview_remind").reached("acknowledge_over")
    closed = SIGNED.reached("interview_remind").reached("interview_over").reached("appeal_over")
    unsigned = lapsed.reached("interview_over").reached("appeal_over")
    assert (closed.state.stage, unsigned.state.stage) == ("closed", "closed")
    assert offered(SHOWN, LIN, "2027-01-19") == ["acknowledge", "appeal"]
    assert offered(unsigned, LIN, "2027-02-03") == ["acknowledge"]  # a late signature counts
    assert unsigned.asked("acknowledge", LIN, "2027-02-03", number=1).types != []
    assert offered(closed, LIN, "2027-02-03") == []
    assert closed.asked("acknowledge", LIN, "2027-02-03", number=1).just == ()
    assert offered(SIGNED, LIN, "2027-02-02") == []  # the window is over, and nothing has closed it yet
    without = told(policy=steps("interview", "acknowledgement"))
    assert offered(without, LIN, "2027-01-19") == ["acknowledge"]


def test_on_long_leave_the_window_begins_with_the_return() -> None:
    away = after(
        say(AWAY, LIN, "12-01", first=date(2027, 1, 19), last=date(2027, 2, 26)),
    )
    waiting = replace(SHOWN, people=away)
    assert LIN not in waiting.standing("2027-01-20").awaited
    signed = waiting.asked("acknowledge", LIN, "2027-03-03", number=1)
    assert not signed.just[0].late


def test_hr_goes_on_without_the_signature_of_whoever_cannot_give_it() -> None:
    assert SHOWN.refused("go_on", HUA, "2027-01-20", reason="x").code == "result.not-late"
    left = replace(SHOWN, people=after(say(Leave, LIN, "12-01", last_day=date(2027, 1, 18))))
    assert left.standing("2027-01-20").awaited == ("role:hr", WANG)
    assert left.refused("go_on", WANG, "2027-01-20", reason="x").code == "case.not-yours"
    gone = left.asked("go_on", HUA, "2027-01-20", reason="left for another company")
    assert gone.types == ["ResultWentOn"] and gone.standing("2027-01-20").stage == "unsigned"


def test_an_appeal_names_the_position_of_the_log_on_which_it_is_decided() -> None:
    [appeal] = APPEALED.just
    assert (appeal.type, appeal.number, appeal.position) == ("ResultAppealed", 1, 700)
    assert appeal.decide_by == on("2027-02-04", 9)
    assert APPEALED.standing("2027-01-21").awaited == ("role:committee", WANG)


def test_l12_an_appeal_is_won_by_a_majority_as_the_next_version_that_asks_the_signature_anew() -> None:
    """Chen and Zhao sit on the committee, Li of the management votes with them: S has one vote of three, A has all."""
    two = replace(APPEALED, policy=APPEALED.policy.model_copy(update={"committee": Committee(quorum="all")}))
    first = two.asked("vote", CHEN, "2027-01-25", grade="A", reason="the order is of March")
    assert first.types == ["AppealVoted"]
    second = first.asked("vote", ZHAO, "2027-01-26", grade="S", reason="and it was the largest")
    assert second.types == ["AppealVoted"]  # Li may still decide between them
    won = second.asked("vote", LI, "2027-01-26", grade="A", reason="the largest of March")
    assert won.types == ["AppealDecided", "ResultIssued", "ResultShown", "VersionShown"]
    decided, version, again, _ = won.just
    assert (decided.outcome, decided.before, decided.after) == ("raised", "B", "A")
    assert (decided.members, decided.quorum) == (2, 2)
    assert (version.number, version.cause, version.grade, version.points) == (2, "appealed", "A", 80)
    assert version.coefficient == GRADES[1].coefficient
    assert (version.moved.computed, version.moved.by) == ("B", "role:committee")
    assert (again.number, again.acknowledge_by, again.appeal_by) == (
        2,
        on("2027-02-02", 9),
        on("2027-02-09", 9),
    )
    standing = won.standing("2027-01-26")
    assert (standing.stage, standing.awaited) == ("shown", (LIN, WANG))
    assert not is_result_settled(sheet_of(won), won.policy, on("2027-01-26"))
    assert won.state.signature.number == 1  # the earlier signature stays on record


def test_an_appeal_is_lost_what_stands_stays_and_it_is_not_appealed_twice() -> None:
    lost = APPEALED.asked("vote", CHEN, "2027-01-25", reason="the order was signed in April")
    [decided] = lost.just
    assert (decided.type, decided.outcome, decided.after) == ("AppealDecided", "upheld", "B")
    assert (lost.state.stage, sheet_of(lost).result.number) == ("signed", 1)
    assert lost.refused("appeal", LIN, "2027-01-26", grounds="again").code == "result.appealed-before"


def test_an_appeal_makes_nothing_worse_and_nobody_decides_on_their_own() -> None:
    assert APPEALED.refused("vote", CHEN, "2027-01-25", grade="C", reason="x").code == "result.worse"
    assert APPEALED.refused("vote", CHEN, "2027-01-25", grade="Z", reason="x").code == "result.grade"
    assert APPEALED.refused("vote", WANG, "2027-01-25", grade="A", reason="x").code == "case.not-yours"
    of_zhao = with_result(
        sheet="sheet-2026-zhao-1", kind="person", holder=ZHAO, family="sales", department="sales"
    )
    own = show(
        replace(SHOWN, case="result-2026-zhao-1", events=(), sheets={of_zhao.id: of_zhao}), "2027-01-18"
    )
    mine = own.asked("appeal", ZHAO, "2027-01-19", grounds="x")
    assert mine.refused("vote", ZHAO, "2027-01-20", grade="A", reason="x").code == "case.own"


def test_an_appeal_that_is_not_decided_in_time_is_told_further_up() -> None:
    late = (
        APPEALED.reached("interview_remind")
        .reached("interview_over")
        .reached("decision_remind")
        .reached("decision_over")
    )
    assert (late.types, late.just[0].to) == (["AppealOverdue"], ("role:committee", "role:hr"))


def test_an_appeal_that_is_taken_back_leaves_the_signature_to_be_given() -> None:
    unsigned = SHOWN.asked("appeal", LIN, "2027-01-19", grounds="x").asked("withdraw", LIN, "2027-01-20")
    assert unsigned.standing("2027-01-20").stage == "shown"
    assert unsigned.state.acknowledge_by == on("2027-01-27", 9)
    assert APPEALED.asked("withdraw", LIN, "2027-01-22").state.stage == "signed"


def test_a_restatement_of_a_settled_result_asks_the_signature_anew_and_opens_the_window_again() -> None:
    restated = recomputed(SIGNED, issued(70, "C", 2, cause="restated", restatement="2026-lin-1-R1"))
    again = show(restated, "2027-03-01")
    assert again.types == ["ResultShown", "VersionShown"]
    standing = again.standing("2027-03-01")
    assert (standing.stage, again.state.number, again.state.signed) == ("shown", 2, False)
    assert again.state.appeal_by == on("2027-03-15", 9)
    assert again.refused("acknowledge", LIN, "2027-03-02", number=1).code == "result.other-version"
    assert again.asked("acknowledge", LIN, "2027-03-02", number=2).state.signed


def test_nobody_signs_a_version_that_a_newer_one_has_overtaken() -> None:
    newer = recomputed(SHOWN, issued(82, "B", 2, cause="corrected"))
    assert newer.refused("acknowledge", LIN, "2027-01-20", number=1).code == "result.superseded"


def test_a_version_that_comes_during_an_appeal_is_shown_once_it_is_decided() -> None:
    newer = recomputed(APPEALED, issued(82, "B", 2, cause="corrected"))
    assert show(newer, "2027-01-22").just == ()
    lost = newer.asked("vote", CHEN, "2027-01-25", reason="no")
    assert lost.types == ["AppealDecided", "ResultShown", "VersionShown"] and lost.state.number == 2


def test_what_an_appeal_raised_is_not_lost_by_a_recomputation() -> None:
    won = APPEALED.asked("vote", CHEN, "2027-01-25", grade="A", reason="the order is of March")
    sheet = sheet_of(won)
    held = with_raise_kept(sheet.result, issued(70, "C", 3, cause="restated"), won.policy)
    assert (held.grade, held.computed_grade, held.rounded) == ("A", "C", Decimal(70))
    better = with_raise_kept(sheet.result, issued(115, "S", 3, cause="restated"), won.policy)
    assert (better.grade, better.moved) == ("S", None)


@for_all(st.lists(st.sampled_from(["S", "A", "B", "C", "D", None]), min_size=1, max_size=3))
def test_law_an_appeal_never_ends_below_what_stood(votes: list[str | None]) -> None:
    work = replace(APPEALED, policy=APPEALED.policy.model_copy(update={"committee": Committee(quorum="all")}))
    for who, grade in zip((CHEN, ZHAO, LI), votes, strict=False):
        if work.state.stage == "appealed" and (grade is None or is_better(grade, "B", work.policy)):
            work = work.asked("vote", who, "2027-01-25", grade=grade, reason="r")
    assert not is_better("B", sheet_of(work).result.grade, work.policy)


def test_without_the_step_of_a_signature_nobody_is_asked_for_one() -> None:
    only = told(policy=steps("appeal"))
    standing = only.standing("2027-01-18")
    assert (standing.stage, standing.awaited) == ("told", ())
    assert only.reached("appeal_over").standing("2027-02-01").over
    assert told(policy=steps("acknowledgement")).refused("appeal", LIN, "2027-01-19", grounds="x").code == (
        "result.no-appeals"
    )


@pytest.mark.parametrize("facts", [{"points": None, "rounded": None}], ids=["no points"])
def test_a_result_without_points_is_not_shown(facts: dict[str, Any]) -> None:
    sheet = with_result()
    assert sheet.result is not None
    empty = sheet.model_copy(update={"result": sheet.result.model_copy(update=facts)})
    assert told(sheet=empty).just == ()
