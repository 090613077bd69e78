"""Coaching plans: what is to be reached until when, the help that is owed, what shows it, and the outcome.

What a plan leaves on record is what an employer has to prove before somebody is called not up to the job: that the gap
was told, that training was given, that there was time, and what was not met all the same (Labour Contract Law art.
40(2), Guiding Case 18).
"""

from datetime import date
from typing import Any

import pytest

from cairn.domain.goal import commands as ask
from cairn.domain.moves import Delegate, GoAway, Leave
from cairn.domain.policy import CoachingRules
from cairn.i18n import refusal_message
from tests.specs.casework import Casework
from tests.specs.company import CHEN, HE, HUA, LIN, QIAN, REVENUE, WANG, ZHAO, active, on, plan
from tests.specs.given import given
from tests.specs.moving import after, say

NAME = "coaching-2026-lin-1"
ABOUT_LIN = Casework(NAME)
PLAN: dict[str, Any] = {
    "gap": "skill",
    "facts": "2 of 5 offers in February left out what the customer had asked for",
    "aim": "needs analysis without help",
    "mentor": QIAN,
    "ends": "2026-04-30",
    "checkpoints": [
        {"expected": "master needs analysis", "until": "2026-03-16", "shown_by": "a test"},
        {"expected": "a needs report from the next visit", "until": "2026-04-15"},
    ],
    "trainings": [{"what": "needs analysis, two days", "until": "2026-03-13"}],
    "sessions": [{"what": "a visit together", "until": "2026-03-27"}],
}
LATE = [{"expected": "a needs report", "until": "2026-04-15"}]
FACTS = "test of 16 March: 41 of 100 points; no report of the visit of 9 April"


def opened(case: Casework = ABOUT_LIN, **changes: Any) -> Casework:
    return case.asked("open", WANG, "03-02", **{**PLAN, **changes})


def running(case: Casework = ABOUT_LIN, **changes: Any) -> Casework:
    """Read by both, agreed the day after."""
    asked = opened(case, **changes).asked("confirm", QIAN, "03-02")
    return asked.asked("agree", LIN, "03-03", words="gladly")


def helped(case: Casework = ABOUT_LIN) -> Casework:
    """Training and session took place."""
    trained = running(case).asked("record", LIN, "03-12", support=1)
    return trained.asked("record", QIAN, "03-26", support=2, note="visited Sunrise")


def not_reached(case: Casework = ABOUT_LIN) -> Casework:
    """With help, and with evidence that was not enough."""
    reported = helped(case).asked("report", LIN, "04-10", checkpoint=1, evidence="test: 41 of 100")
    judged = reported.asked("judge", WANG, "04-11", checkpoint=1, outcome="not_met", comment="60 are needed")
    return judged.asked("judge", WANG, "04-20", checkpoint=2, outcome="not_met", comment="no report came")


def failed(case: Casework = ABOUT_LIN) -> Casework:
    return not_reached(case).asked("conclude", WANG, "05-06", outcome="failed", facts=FACTS)


# ---------------------------------------------------------------- opening, reading, answering


def diagnosed(kind: str = "internal_gap", closed: bool = False) -> Casework:
    """Beside a goal with one diagnosis."""
    said = ask.DiagnoseGoal.model_validate(
        {"goal": REVENUE, "by": WANG, "at": on("02-27"), "kind": kind, "facts": "2 of 5 offers"}
    )
    world = given(*active(REVENUE)).having(said)
    if closed:
        world = world.having(
            ask.CloseDiagnosis(goal=REVENUE, by=WANG, at=on("02-28"), diagnosis=1, reason="solved")
        )
    return Casework(NAME, goals={REVENUE: world.goal(REVENUE)})


def test_a_plan_names_the_diagnosis_in_which_its_gap_was_found() -> None:
    asked = opened(diagnosed(), goal=REVENUE, diagnosis=1)
    assert (asked.just[0].goal, asked.just[0].diagnosis, asked.state.diagnosis) == (REVENUE, 1, 1)


@pytest.mark.parametrize(
    ("beside", "fields", "code"),
    [
        (diagnosed(), {"goal": REVENUE, "diagnosis": 2}, "diagnosis.unknown"),
        (diagnosed("external_obstacle"), {"goal": REVENUE, "diagnosis": 1}, "coaching.no-gap"),
        (diagnosed(closed=True), {"goal": REVENUE, "diagnosis": 1}, "coaching.gap-closed"),
        (diagnosed(), {"diagnosis": 1}, "coaching.diagnosis-alone"),
    ],
)
def test_a_plan_answers_an_open_internal_gap_of_its_goal_and_nothing_else(
    beside: Casework, fields: dict[str, Any], code: str
) -> None:
    assert beside.refused("open", WANG, "03-02", **PLAN, **fields).code == code


def test_a_plan_names_gap_help_and_checkpoints_and_waits_for_person_and_mentor() -> None:
    asked = opened()
    assert asked.types == [
        "CoachingOpened",
        "CheckpointSet",
        "CheckpointSet",
        "SupportPromised",
        "SupportPromised",
        "AgreementAsked",
    ]
    assert asked.just[-1].answer_by == date(2026, 3, 5)
    standing = asked.standing("03-02")
    assert (standing.stage, standing.awaited) == ("proposed", (LIN, QIAN))


def test_person_and_mentor_confirm_having_read_and_reading_is_not_agreeing() -> None:
    read = opened().asked("confirm", LIN, "03-02")
    assert [(each.type, each.role) for each in read.just] == [("CoachingRead", "holder")]
    assert (read.state.stage, read.standing("03-02").awaited) == ("proposed", (LIN, QIAN))
    both = read.asked("confirm", QIAN, "03-02")
    assert both.just[-1].role == "mentor"
    assert both.standing("03-02").awaited == (LIN,)
    assert both.asked("confirm", QIAN, "03-03").types == []
    assert opened().refused("confirm", WANG, "03-02").code == "case.not-yours"


def test_who_agrees_has_a_plan_that_runs() -> None:
    agreed = running()
    assert (agreed.state.stage, agreed.state.holder_read) == ("running", True)
    assert agreed.standing("03-03").awaited == (LIN, WANG, QIAN)


def test_an_objection_is_the_managers_to_decide_and_stays_on_record() -> None:
    objected = opened().asked("object", LIN, "03-03", words="the second day is too early")
    assert objected.just[-1].decide_by == date(2026, 3, 6)
    assert objected.standing("03-03").awaited == (WANG, QIAN)
    on_record = objected.asked("go_on", WANG, "03-04", reason="the visit is on 9 April")
    assert on_record.just[-1].objected is True
    changed = objected.asked("move", WANG, "03-04", checkpoint=2, until="2026-04-24", reason="more time")
    assert changed.types == ["CheckpointMoved", "AgreementAsked"]
    assert (changed.state.stage, changed.state.holder_read) == ("proposed", False)
    assert changed.asked("agree", LIN, "03-05").state.objected is False


def test_without_an_answer_it_goes_on_only_once_the_days_for_it_are_over() -> None:
    refusal = opened().refused("go_on", WANG, "03-04", reason="no answer")
    assert (refusal.code, refusal.facts["day"]) == ("coaching.unanswered", "2026-03-05")
    late = opened().standing("03-06")
    assert late.awaited == (WANG, QIAN)
    assert opened().asked("go_on", WANG, "03-06", reason="no answer").types == ["CoachingWentOn"]


def test_what_has_passed_is_moved_before_the_plan_runs() -> None:
    refusal = opened().refused("agree", LIN, "03-17")
    assert (refusal.code, refusal.facts["numbers"]) == ("coaching.passed", ("1",))
    assert WANG in refusal_message(refusal).text("en")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"mentor": None, "trainings": [], "sessions": []}, "coaching.nobody-helps", "mentor"),
        ({"mentor": None}, "coaching.no-mentor", "mentor"),
        ({"mentor": LIN}, "coaching.own-mentor", "mentor"),
        ({"mentor": "nobody"}, "coaching.mentor-unknown", "mentor"),
        ({"ends": "2026-03-01"}, "coaching.past", "ends"),
        ({"ends": "2026-04-01"}, "coaching.after-end", "checkpoints.1.until"),
        ({"trainings": [{"what": "x", "until": "2026-02-27"}]}, "coaching.past", "trainings.0.until"),
        ({"facts": "he is lazy"}, "case.verdict", "facts"),
        ({"aim": " "}, "coaching.words", "aim"),
        ({"goal": "goal-2026-qian-1"}, "goal.unknown", "goal"),
    ],
)
def test_a_plan_that_cannot_help_is_refused_by_what_it_lacks(
    changes: dict[str, Any], code: str, field: str
) -> None:
    refusal = ABOUT_LIN.refused("open", WANG, "03-02", **{**PLAN, **changes})
    assert (refusal.code, refusal.field) == (code, field)


def test_a_plan_is_the_lines_to_open_and_nobodys_for_themselves() -> None:
    assert ABOUT_LIN.refused("open", QIAN, "03-02", **PLAN).code == "case.not-yours"
    assert ABOUT_LIN.refused("open", LIN, "03-02", **PLAN).code == "case.own"
    assert ABOUT_LIN.refused("open", HUA, "03-02", **PLAN).code == "case.not-yours"
    assert ABOUT_LIN.asked("open", ZHAO, "03-02", **PLAN).state.opened_by == ZHAO


# ---------------------------------------------------------------- checkpoints


def test_k3_a_checkpoint_is_there_to_the_end_of_its_day_then_missed_by_name() -> None:
    trained = running().asked("record", WANG, "03-12", support=1)
    reminded = trained.reached("checkpoint_remind")
    assert (reminded.just[-1].to, reminded.just[-1].due) == ((LIN,), on("03-12", 9))
    missed = reminded.reached("checkpoint_over")
    [said] = missed.just
    assert (said.type, said.checkpoint, said.due) == ("CheckpointMissed", 1, on("03-17", 0))
    assert said.to == (LIN, WANG)
    assert WANG in missed.standing("03-17").awaited
    assert missed.state.checkpoints[0].missed_at == on("03-17", 0)


def test_what_shows_a_checkpoint_comes_from_person_or_mentor_and_the_line_judges() -> None:
    for by in (LIN, QIAN):
        reported = running().asked("report", by, "03-10", checkpoint=1, evidence="test: 88 of 100")
        assert (reported.just[-1].by, reported.just[-1].late) == (by, False)
    assert running().refused("report", WANG, "03-10", checkpoint=1, evidence="x").code == "case.not-yours"
    assert reported.refused("judge", QIAN, "03-11", checkpoint=1, outcome="met").code == "case.not-yours"
    assert reported.refused("judge", LIN, "03-11", checkpoint=1, outcome="met").code == "case.own"
    met = reported.asked("judge", WANG, "03-11", checkpoint=1, outcome="met")
    assert met.state.checkpoints[0].outcome == "met"
    assert met.refused("report", LIN, "03-12", checkpoint=1, evidence="more").code == "coaching.met-already"


def test_evidence_in_time_is_not_missed_though_nobody_judged_it() -> None:
    reported = running().asked("record", WANG, "03-12", support=1)
    reported = reported.asked("report", LIN, "03-12", checkpoint=1, evidence="test: 88 of 100")
    over = _until(reported, "checkpoint_over")
    assert over.types == ["CaseReminded"]
    assert over.just[-1].to == (WANG,)
    told = _until(over, "checkpoint_escalated")
    assert told.just[-1].to == (ZHAO, "role:hr")


def test_evidence_after_the_day_is_late_and_still_counts() -> None:
    late = running().asked("report", LIN, "03-18", checkpoint=1, evidence="test: 88 of 100")
    assert late.just[-1].late is True
    assert late.asked("judge", WANG, "03-18", checkpoint=1, outcome="met").state.not_met == ()


def test_not_met_needs_a_reason_and_evidence_or_a_day_that_is_over() -> None:
    said = {"checkpoint": 1, "outcome": "not_met"}
    assert running().refused("judge", WANG, "03-10", **said).code == "coaching.not-met-why"
    early = running().refused("judge", WANG, "03-16", comment="nothing came", **said)
    assert early.code == "coaching.too-early"
    judged = running().asked("judge", WANG, "03-17", comment="nothing came", **said)
    again = judged.refused("judge", WANG, "03-18", checkpoint=1, outcome="met")
    assert (again.code, again.facts["by"]) == ("coaching.judged-otherwise", WANG)
    second = judged.asked("report", LIN, "03-20", checkpoint=1, evidence="test: 88 of 100")
    assert second.state.checkpoints[0].outcome is None


def test_a_checkpoint_that_is_moved_starts_anew_and_says_why() -> None:
    moved = running().asked(
        "move", WANG, "03-16", checkpoint=1, until="2026-03-30", reason="training was late"
    )
    assert (moved.just[-1].before, moved.just[-1].until) == (date(2026, 3, 16), date(2026, 3, 30))
    assert moved.refused("judge", WANG, "03-20", checkpoint=1, outcome="not_met", comment="x").code == (
        "coaching.too-early"
    )


def test_a_number_that_is_not_there_is_answered_with_those_that_are() -> None:
    refusal = running().refused("report", LIN, "03-10", checkpoint=7, evidence="x")
    assert (refusal.code, refusal.facts["known"]) == ("coaching.no-checkpoint", ("1", "2"))
    assert running().refused("record", LIN, "03-10", support=7).code == "coaching.no-support"


# ---------------------------------------------------------------- what the company owes


def test_training_and_the_mentors_time_are_owed_by_day_and_overdue_by_name() -> None:
    reminded = running().reached("support_remind")
    assert reminded.just[-1].to == (WANG,)
    over = reminded.reached("checkpoint_remind").reached("support_over")
    [said] = over.just
    assert (said.type, said.support, said.to) == ("SupportOverdue", 1, (WANG, "role:hr"))


def test_what_the_mentor_owes_is_the_mentors_to_hear_and_the_managers() -> None:
    trained = running(sessions=[{"what": "a visit", "until": "2026-03-10"}], trainings=[])
    over = trained.reached("support_remind").reached("support_over")
    assert over.just[-1].to == (QIAN, WANG, "role:hr")


def test_person_mentor_and_manager_record_what_took_place() -> None:
    for by in (LIN, QIAN, WANG):
        held = running().asked("record", by, "03-12", support=1)
        assert (held.just[-1].outcome, held.just[-1].on, held.just[-1].late) == (
            "held",
            date(2026, 3, 12),
            False,
        )
    assert running().refused("record", HUA, "03-12", support=1).code == "case.not-yours"
    late = running().asked("record", LIN, "03-20", support=1, on="2026-03-18")
    assert late.just[-1].late is True


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"on": "2026-03-20"}, "coaching.not-yet"),
        ({"on": "2026-03-01"}, "coaching.before-plan"),
        ({"outcome": "not_held"}, "coaching.record-why"),
        ({"outcome": "missed"}, "coaching.record-why"),
    ],
)
def test_what_did_not_take_place_so_is_not_recorded_so(fields: dict[str, str], code: str) -> None:
    assert running().refused("record", WANG, "03-12", support=1, **fields).code == code


def test_what_shows_it_may_be_a_file_that_the_policy_takes() -> None:
    test, program = ({"sha256": "0" * 64, "name": name, "size": 9} for name in ("test.pdf", "test.exe"))
    reported = running().asked("report", LIN, "03-10", checkpoint=1, evidence="88 of 100", files=[test])
    assert [each.name for each in reported.just[-1].files] == ["test.pdf"]
    held = running().asked("record", LIN, "03-12", support=1, files=[test])
    assert [each.name for each in held.just[-1].files] == ["test.pdf"]
    asked: dict[str, dict[str, Any]] = {
        "report": {"checkpoint": 1, "evidence": "x"},
        "record": {"support": 1},
        "session": {"what": "an hour"},
    }
    for name, fields in asked.items():
        assert running().refused(name, LIN, "03-10", files=[program], **fields).code == "attachment.kind"


def test_a_record_that_contradicts_an_earlier_one_says_why() -> None:
    held = running().asked("record", QIAN, "03-12", support=1)
    assert held.refused("record", LIN, "03-13", support=1, outcome="not_held").code == "coaching.record-why"
    denied = held.asked("record", LIN, "03-13", support=1, outcome="not_held", note="it was called off")
    assert (denied.state.support[0].outcome, denied.state.support[0].recorded_by) == ("not_held", LIN)


def test_a_session_that_nobody_planned_is_recorded_as_given() -> None:
    met = running().asked("session", QIAN, "03-09", what="an hour on open questions", note="role play")
    assert met.types == ["SupportPromised", "SupportRecorded"]
    assert (met.state.support[2].outcome, met.state.support[2].kind) == ("held", "session")
    without = opened(mentor=None, sessions=[]).asked("agree", LIN, "03-03")
    assert without.refused("session", LIN, "03-09", what="an hour").code == "coaching.no-mentor"


def test_another_training_takes_the_place_of_one_that_was_not_held() -> None:
    off = running().asked("record", WANG, "03-13", support=1, outcome="not_held", note="trainer ill")
    instead = off.asked(
        "promise", QIAN, "03-16", what="a course online", until="2026-03-31", instead_of=1, reason="ill"
    )
    assert (instead.state.support[0].replaced, instead.state.support[2].is_open) == (True, True)
    assert instead.refused("record", WANG, "03-17", support=1).code == "coaching.replaced"
    held = running().asked("record", WANG, "03-12", support=1)
    refusal = held.refused(
        "promise", WANG, "03-16", what="again", until="2026-03-31", instead_of=1, reason="ill"
    )
    assert refusal.code == "coaching.not-replaced"


def test_another_mentor_confirms_anew() -> None:
    named = running().asked("name_mentor", WANG, "03-10", mentor=CHEN, reason="Qian has moved")
    assert (named.just[-1].before, named.just[-1].confirm_by) == (QIAN, date(2026, 3, 13))
    assert CHEN in named.standing("03-10").awaited
    assert named.refused("report", QIAN, "03-11", checkpoint=1, evidence="x").code == "case.not-yours"
    assert named.asked("confirm", CHEN, "03-11").state.mentor_read is True
    assert named.refused("name_mentor", WANG, "03-11", mentor=CHEN, reason="x").code == "coaching.same-mentor"


def test_a_mentor_who_does_not_confirm_is_reminded_and_told_further_up() -> None:
    unread = opened().reached("answer_remind").reached("mentor_remind")
    assert unread.just[-1].to == (QIAN,)
    over = unread.reached("answer_over").reached("mentor_over")
    told = over.reached("answer_escalated").reached("mentor_escalated")
    assert told.just[-1].to == (WANG, "role:hr")


def test_a_mentor_who_leaves_is_told_to_the_manager() -> None:
    people = after(say(Leave, QIAN, "03-02", last_day="2026-03-10"))
    left = opened(Casework(NAME, people=people), sessions=[], trainings=[], checkpoints=LATE)
    told = _until(left.asked("agree", LIN, "03-03"), "mentor_left")
    assert (told.just[-1].type, told.just[-1].mentor) == ("MentorLeft", QIAN)
    assert told.just[-1].to == (WANG, "role:hr")
    assert QIAN not in told.standing("03-11").awaited


def _phases(case: Casework) -> list[str]:
    return [phase for phase, _ in case.kind.deadlines(case.state, case.context(case.events[-1].at))]


def _until(case: Casework, phase: str) -> Casework:
    """The case after each of its deadlines, the last one this."""
    while (due := case.standing(case.events[-1].at).next_deadline) is not None:
        case = case.reached(due.phase)
        if due.phase == phase:
            return case
    raise AssertionError(f"{phase} never comes")


# ---------------------------------------------------------------- extending and concluding


def test_a_plan_lasts_a_year_at_most() -> None:
    far = ABOUT_LIN.refused("open", WANG, "03-02", **{**PLAN, "ends": "2027-03-03"})
    assert (far.code, far.field, far.facts["last"]) == ("coaching.far", "ends", "2027-03-02")
    assert (
        ABOUT_LIN.asked("open", WANG, "03-02", **{**PLAN, "ends": "2027-03-02"}).types[0] == "CoachingOpened"
    )
    longer = running().refused("extend", WANG, "04-28", ends="9999-12-31", reason="x")
    assert longer.code == "coaching.far"


def test_extended_it_ends_later_with_a_reason_and_is_counted() -> None:
    extended = running().asked("extend", WANG, "04-28", ends="2026-05-29", reason="the visit was put off")
    assert (extended.just[-1].before, extended.just[-1].ends) == (date(2026, 4, 30), date(2026, 5, 29))
    assert (extended.state.stage, extended.state.extended) == ("running", 1)
    assert running().refused("extend", WANG, "04-28", ends="2026-04-30", reason="x").code == (
        "coaching.not-later"
    )


def test_met_is_concluded_at_once() -> None:
    met = helped()
    for number in (1, 2):
        met = met.asked("report", LIN, "04-10", checkpoint=number, evidence="done")
        met = met.asked("judge", WANG, "04-11", checkpoint=number, outcome="met")
    done = met.asked("conclude", WANG, "04-13", outcome="met")
    assert (done.state.stage, done.state.outcome, done.standing("04-13").over) == ("concluded", "met", True)


def test_what_is_not_met_is_called_met_only_with_facts() -> None:
    assert not_reached().refused("conclude", WANG, "05-06", outcome="met").code == "coaching.met-facts"
    kind = not_reached().asked("conclude", WANG, "05-06", outcome="met", facts="88 points in the second test")
    assert kind.state.outcome == "met"


def test_failed_needs_time_help_and_facts() -> None:
    done = failed()
    assert (done.state.stage, done.just[-1].statement_by) == ("statement", date(2026, 5, 13))
    assert done.standing("05-06").awaited == (LIN,)


@pytest.mark.parametrize(
    ("case", "day", "fields", "code"),
    [
        (running(), "05-06", {"facts": FACTS}, "coaching.unjudged"),
        (not_reached(), "04-30", {"facts": FACTS}, "coaching.not-over"),
        (not_reached(), "05-06", {}, "coaching.facts"),
        (not_reached(), "05-06", {"facts": "weak and careless"}, "case.verdict"),
    ],
)
def test_failed_is_refused_before(case: Casework, day: str, fields: dict[str, str], code: str) -> None:
    assert case.refused("conclude", WANG, day, outcome="failed", **fields).code == code


def judged_without_help(*recorded: dict[str, Any]) -> Casework:
    case = running()
    for each in recorded:
        case = case.asked("record", WANG, "04-01", **each)
    for number in (1, 2):
        case = case.asked("judge", WANG, "04-20", checkpoint=number, outcome="not_met", comment="nothing")
    return case


@pytest.mark.parametrize(
    ("recorded", "code"),
    [
        ((), "coaching.support-open"),
        (({"support": 1}, {"support": 2, "outcome": "not_held", "note": "ill"}), "coaching.support-owed"),
    ],
)
def test_nobody_fails_a_plan_without_the_help_it_promised(recorded: tuple[Any, ...], code: str) -> None:
    case = judged_without_help(*recorded)
    assert case.refused("conclude", WANG, "05-06", outcome="failed", facts=FACTS).code == code


def test_nobody_fails_a_plan_whose_mentor_never_met_them() -> None:
    alone = running(trainings=[], sessions=[])
    for number in (1, 2):
        alone = alone.asked("judge", WANG, "04-20", checkpoint=number, outcome="not_met", comment="nothing")
    refusal = alone.refused("conclude", WANG, "05-06", outcome="failed", facts=FACTS)
    assert refusal.code == "coaching.nothing-given"


def test_nobody_fails_who_met_everything() -> None:
    met = helped()
    for number in (1, 2):
        met = met.asked("report", LIN, "04-10", checkpoint=number, evidence="done")
        met = met.asked("judge", WANG, "04-11", checkpoint=number, outcome="met")
    refusal = met.refused("conclude", WANG, "05-06", outcome="failed", facts=FACTS)
    assert refusal.code == "coaching.all-met"


def test_who_failed_is_heard_and_the_days_for_it_are_on_record() -> None:
    stated = failed().asked("state", LIN, "05-08", words="the second visit was called off")
    assert (stated.state.stage, stated.just[-1].late) == ("concluded", False)
    assert stated.standing("05-08").over
    silent = failed().reached("statement_remind").reached("statement_over")
    assert silent.types == ["StatementLapsed"]
    assert silent.just[-1].due == on("05-14", 0)
    late = silent.asked("state", LIN, "06-01", words="I was ill")
    assert (late.state.stage, late.just[-1].late) == ("concluded", True)


def test_the_person_adds_a_word_at_any_point() -> None:
    for case in (opened(), running(), failed(), failed().asked("state", LIN, "05-08", words="no")):
        said = case.asked("comment", LIN, "05-10", words="this is how I see it")
        assert (said.types, said.state.stage) == (["CoachingCommented"], case.state.stage)
    assert running().refused("comment", WANG, "03-10", words="x").code == "case.not-yours"


def test_hr_or_the_line_cancels_with_a_reason() -> None:
    for by in (HE, WANG):
        ended = running().asked("cancel", by, "03-20", reason="another post was found")
        assert (ended.state.stage, ended.standing("03-20").over) == ("cancelled", True)
    assert running().refused("cancel", LIN, "03-20", reason="x").code == "case.own"


def test_a_plan_that_nobody_concluded_is_reminded_of_and_told_further_up() -> None:
    unjudged = not_reached().reached("end_remind")
    assert unjudged.just[-1].to == (WANG,)
    over = unjudged.reached("end_over").reached("end_escalated")
    assert over.just[-1].to == (ZHAO, "role:hr")


# ---------------------------------------------------------------- K5: away, and gone


def test_k5_while_the_person_is_on_leave_nothing_is_due_and_nobody_waits_for_them() -> None:
    people = after(say(GoAway, LIN, "03-04", first="2026-03-05", last="2026-05-31"))
    away = Casework(NAME, people=people, events=running().events)
    standing = away.standing("03-10")
    assert LIN not in standing.awaited
    assert standing.next_deadline is not None
    assert standing.next_deadline.at > on("05-31", 23)
    assert away.refused("judge", WANG, "04-20", checkpoint=1, outcome="not_met", comment="x").code == (
        "coaching.too-early"
    )


def test_k5_on_leave_without_an_end_the_plan_stands_still_and_is_not_over() -> None:
    people = after(say(GoAway, LIN, "03-04", first="2026-03-05"))
    away = Casework(NAME, people=people, events=not_reached().events)
    assert away.standing("05-06").over is False
    assert away.refused("conclude", WANG, "05-06", outcome="failed", facts=FACTS).code == "coaching.on-leave"


def test_k5_what_waits_for_a_mentor_who_delegates_waits_for_the_delegate() -> None:
    people = after(say(Delegate, QIAN, "03-01", first="2026-03-02", to=CHEN))
    asked = opened(Casework(NAME, people=people))
    assert asked.standing("03-02").awaited == (LIN, CHEN)
    assert asked.asked("confirm", CHEN, "03-02").just[-1].role == "mentor"


def test_k5_a_reminder_never_comes_before_the_asking() -> None:
    first = running(checkpoints=[{"expected": "x", "until": "2026-03-04"}])
    assert "checkpoint_remind" not in _phases(first)


def test_l7_with_the_persons_last_day_the_plan_lapses() -> None:
    people = after(say(Leave, LIN, "03-04", last_day="2026-03-06"))
    gone = _until(Casework(NAME, people=people, events=running().events), "left")
    assert (gone.types, gone.just[-1].last) == (["CoachingLapsed"], date(2026, 3, 6))
    assert (gone.state.stage, gone.standing("03-07").over) == ("lapsed", True)


def test_the_policy_says_how_many_days_there_are() -> None:
    quick = Casework(NAME, policy=plan(coaching=CoachingRules(answer=1, remind=0, statement=1)))
    asked = opened(quick)
    assert asked.just[-1].answer_by == date(2026, 3, 3)
    assert "answer_remind" not in _phases(asked)
