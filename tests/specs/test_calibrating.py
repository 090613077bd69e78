"""Calibration: a unit's grades moved with reason and person, undone, finished; no rating is ever lost (E2, Y3)."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from cairn.application.cases import kind_named
from cairn.domain.calibration.distribution import Rated, grades_of, leniency, shares
from cairn.domain.calibration.unit import people_of
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.state import evolve as evolve_cycle
from cairn.domain.evaluation.reports import counted, earlier_part, result_with
from cairn.domain.evaluation.scores import Beside, issue_result
from cairn.domain.evaluation.steps import waits_for_calibration
from cairn.domain.event import SYSTEM
from cairn.domain.policy import EvaluationRules, GradeShare
from cairn.domain.result.showing import shown
from cairn.domain.result.state import Result
from cairn.domain.sheet.events import GradeBounds, SheetScored, VersionShown
from cairn.domain.sheet.state import Sheet, evolve
from tests.specs.casework import Casework
from tests.specs.company import CHEN, HE, HUA, LI, LIN, QIAN, SHEET, WANG, ZHAO, launched, on, schedule
from tests.specs.given import for_all
from tests.specs.results import issued, results_out, show, steps, with_result

QIANS = "sheet-2026-qian-1"
SALES = "calibration-2026-department.sales-1"
HELD: dict[str, Any] = {"kind": "person", "holder": QIAN, "department": "sales", "family": "sales"}
IN_JANUARY = "2027-01-19"
MOVE: dict[str, Any] = {"sheet": SHEET, "number": 1, "grade": "A", "reason": "covered two regions"}


def begun(policy: Any = None, **facts: Any) -> Casework:
    """A calibration of sales: Lin with 80 points, a B, and Qian with 92, an A; results are computed, not shown."""
    rules = policy or steps()
    sheets = {each.id: each for each in (with_result(), with_result(92, "A", QIANS, **HELD))}
    work = Casework(SALES, policy=rules, sheets=sheets, cycle=results_out(rules))
    return replace(work, **facts).asked("open", HUA, IN_JANUARY)


OPEN = begun()
MOVED = OPEN.asked("move", HUA, IN_JANUARY, **MOVE)


def of(work: Casework, sheet: str = SHEET) -> Sheet:
    return (work.sheets or {})[sheet]


def last(work: Casework, sheet: str = SHEET) -> Any:
    return of(work, sheet).result


def test_a_calibration_begins_and_the_cycle_knows_of_it() -> None:
    assert OPEN.types == ["CalibrationOpened", "CalibrationBegun"]
    assert OPEN.cycle is not None and OPEN.cycle.calibrations == (SALES,)
    assert OPEN.just[0].finish_by == on("2027-01-22", 9)  # results are due on 17 January, five working days
    assert OPEN.standing(IN_JANUARY).awaited == (HUA,)
    again = replace(OPEN, case="calibration-2026-department.sales-2", events=())
    assert again.refused("open", CHEN, IN_JANUARY).code == "calibration.open"


def test_a_calibration_can_begin_in_a_running_cycle_before_there_are_results() -> None:
    cycle = evolve_cycle(Cycle(id="2026"), launched(steps()))
    early = replace(begun(cycle=cycle, sheets={SHEET: Sheet(id=SHEET, holder=LIN, version=1)}))
    assert early.types[0] == "CalibrationOpened"
    no_result = early.refused("move", HUA, IN_JANUARY, **MOVE)
    assert no_result.code == "calibration.no-result"
    assert early.refused("finish", HUA, IN_JANUARY).code == "calibration.no-results"


def test_what_has_no_step_no_unit_or_was_shown_is_not_calibrated() -> None:
    fresh = replace(OPEN, events=(), cycle=results_out(steps()))
    without = replace(fresh, policy=steps("appeal"))
    assert without.refused("open", HUA, IN_JANUARY).code == "calibration.no-step"
    nowhere = replace(fresh, case="calibration-2026-department.moon-1")
    assert nowhere.refused("open", HUA, IN_JANUARY).code == "calibration.unit"
    out = results_out(steps()).model_copy(update={"shown": True})
    assert replace(fresh, cycle=out).refused("open", HUA, IN_JANUARY).code == "calibration.late"
    for who in (WANG, LIN):
        assert fresh.refused("open", who, IN_JANUARY).code == "case.not-yours"


def test_e2_a_move_is_the_next_version_with_another_grade_and_the_same_points() -> None:
    moved, version = MOVED.just
    assert (moved.type, moved.move, moved.before, moved.after, moved.number, moved.made) == (
        "GradeMoved", 1, "B", "A", 1, 2,
    )  # fmt: skip
    assert (version.cause, version.number, version.points, version.grade) == ("calibrated", 2, 80, "A")
    assert version.coefficient == Decimal("1.2")
    assert (version.moved.computed, version.moved.by, version.moved.reason) == (
        "B",
        HUA,
        "covered two regions",
    )
    assert version.computed_grade == "B"


def test_y3_a_move_binds_to_the_version_it_saw() -> None:
    assert MOVED.refused("move", HUA, IN_JANUARY, **MOVE).code == "calibration.other-version"
    assert OPEN.refused("move", HUA, IN_JANUARY, **{**MOVE, "number": 7}).code == "calibration.other-version"


def test_only_grades_of_the_policy_and_only_the_units_people() -> None:
    assert OPEN.refused("move", HUA, IN_JANUARY, **{**MOVE, "grade": "Z"}).code == "calibration.grade"
    rnd = replace(OPEN, events=(), case="calibration-2026-department.rnd-1").asked("open", HUA, IN_JANUARY)
    assert rnd.refused("move", HUA, IN_JANUARY, **MOVE).code == "calibration.not-in-unit"


def test_e2_a_calibration_does_not_pass_the_gates() -> None:
    bounded = with_result(80, "B").model_copy(
        update={"result": issued(80, "B", bounds=GradeBounds(best="B", met=("accident",), by_points="A"))}
    )
    work = replace(OPEN, sheets={SHEET: bounded})
    refused = work.refused("move", HUA, IN_JANUARY, **MOVE)
    assert (refused.code, refused.facts["known"]) == ("calibration.grade", ("B", "C", "D"))
    assert last(work.asked("move", HUA, IN_JANUARY, **{**MOVE, "grade": "C"})).grade == "C"


def test_nobody_moves_their_own_grade_nor_undoes_such_a_move() -> None:
    own = with_result(
        sheet="sheet-2026-zhao-1", kind="person", holder=ZHAO, family="sales", department="sales"
    )
    work = replace(OPEN, sheets={**(OPEN.sheets or {}), own.id: own})
    mine = {**MOVE, "sheet": own.id}
    assert work.refused("move", ZHAO, IN_JANUARY, **mine).code == "case.not-yours"
    moved = work.asked("move", CHEN, IN_JANUARY, **mine)
    assert moved.refused("undo", ZHAO, IN_JANUARY, moves=(1,), reason="x").code == "calibration.own"


def test_a_move_is_undone_as_a_version_of_its_own_and_no_rating_is_lost() -> None:
    undone = MOVED.asked("undo", HE, IN_JANUARY, moves=(1,), reason="the wrong Lin")
    assert undone.types == ["MovesUndone", "ResultIssued"]
    version = last(undone)
    assert (version.number, version.cause, version.grade, version.moved) == (3, "uncalibrated", "B", None)
    assert undone.state.standing() == []
    assert undone.asked("undo", HE, IN_JANUARY, moves=(1,), reason="again").just == ()
    assert MOVED.refused("undo", HE, IN_JANUARY, moves=(9,), reason="x").code == "calibration.move"


def test_of_two_moves_the_last_is_undone_first_and_the_one_before_holds_again() -> None:
    twice = MOVED.asked(
        "move", HE, IN_JANUARY, **{**MOVE, "number": 2, "grade": "S", "reason": "three regions"}
    )
    assert twice.refused("undo", HUA, IN_JANUARY, moves=(1,), reason="x").code == "calibration.later-move"
    back = twice.asked("undo", HUA, IN_JANUARY, moves=(2,), reason="two regions")
    assert (last(back).grade, last(back).moved.by, last(back).moved.reason) == (
        "A",
        HUA,
        "covered two regions",
    )
    assert last(back).moved.computed == "B"


def test_a_whole_calibration_is_undone() -> None:
    two = MOVED.asked("move", CHEN, IN_JANUARY, **{**MOVE, "sheet": QIANS, "grade": "S"})
    undone = two.asked("undo", HUA, IN_JANUARY, reason="the meeting had no quorum")
    assert undone.just[0].moves == (1, 2)
    assert (last(undone).grade, last(undone, QIANS).grade) == ("B", "A")
    finished = undone.asked("finish", HUA, IN_JANUARY)
    assert finished.just[0].grades == {"S": 0, "A": 1, "B": 1, "C": 0, "D": 0}


def test_a_calibration_that_is_called_off_deletes_no_rating() -> None:
    off = MOVED.asked("cancel", HUA, IN_JANUARY, reason="merged with another unit")
    assert off.types == ["CalibrationCancelled", "CalibrationEnded"]
    assert (last(off).number, last(off).grade, last(off, QIANS).grade) == (2, "A", "A")
    assert off.cycle is not None and off.cycle.calibrations == ()
    assert last(off.asked("undo", HUA, IN_JANUARY, reason="after all")).grade == "B"


def test_y3_finished_it_has_seen_everybody_and_a_newer_version_is_calibrated_again_before_it_is_shown() -> (
    None
):
    done = MOVED.asked("finish", HUA, IN_JANUARY)
    assert done.types == ["CalibrationFinished", "CalibrationEnded", "VersionCalibrated"]
    assert not waits_for_calibration(of(done)) and not waits_for_calibration(of(done, QIANS))
    newer = with_version(done, issued(82, "B", 3, cause="corrected"))
    assert waits_for_calibration(of(newer))
    nobody = Result(id="result-2026-lin-1")
    assert shown(nobody, of(newer), newer.policy, on("2027-02-01")) == []
    assert newer.refused("move", HUA, "2027-02-01", sheet=QIANS, number=1, grade="S", reason="x").code == (
        "calibration.over"
    )
    again = newer.asked("move", HUA, "2027-02-01", **{**MOVE, "number": 3})
    assert (last(again).number, last(again).grade) == (4, "A")
    assert [each.type for each in shown(nobody, of(again), again.policy, on("2027-02-01"))] == [
        "ResultShown",
        "VersionShown",
    ]
    kept = newer.asked("keep", HUA, "2027-02-01", sheet=SHEET, number=3)
    assert kept.types == ["GradeKept", "VersionCalibrated"] and not waits_for_calibration(of(kept))


RUNNING = evolve_cycle(Cycle(id="2026"), launched(steps()))
"""The cycle while results are open: those of some units are there, and nobody said that all are."""
LATE = "2027-02-10"


def test_u2_a_unit_waits_for_no_result_but_its_own_peoples() -> None:
    """Somebody in R&D whose appraisal nobody finishes holds back R&D, and not sales."""
    sales = begun(cycle=RUNNING)
    done = sales.asked("finish", HUA, IN_JANUARY)
    assert done.types[:2] == ["CalibrationFinished", "CalibrationEnded"]
    one_missing = begun(cycle=RUNNING, sheets={SHEET: with_result(), QIANS: without_result()})
    refused = one_missing.refused("finish", HUA, IN_JANUARY)
    assert (refused.code, refused.facts["sheets"]) == ("calibration.no-results", (QIANS,))


def test_u2_hr_goes_on_without_a_result_once_it_was_waited_for_and_it_is_calibrated_when_it_comes() -> None:
    waits = begun(cycle=RUNNING, sheets={SHEET: with_result(), QIANS: without_result()})
    assert waits.refused("go_on", HUA, IN_JANUARY, reason="no rater left").code == "calibration.no-results"
    assert waits.refused("go_on", CHEN, LATE, reason="no rater left").code == "case.not-yours"
    gone = waits.asked("go_on", HUA, LATE, reason="no rater left")
    assert gone.types[:3] == ["CalibrationWentOn", "CalibrationFinished", "CalibrationEnded"]
    assert (gone.just[0].without, gone.state.stage) == ((QIANS,), "finished")
    came = with_version(gone, issued(92, "A", sheet=QIANS))
    assert waits_for_calibration(of(came, QIANS)) and not waits_for_calibration(of(came))
    kept = came.asked("keep", HUA, "2027-03-01", sheet=QIANS, number=1)
    assert not waits_for_calibration(of(kept, QIANS))
    whole = begun(cycle=RUNNING)
    assert whole.refused("go_on", HUA, LATE, reason="x").code == "calibration.nothing-missing"


def without_result() -> Sheet:
    """Qian's sheet before its result."""
    return with_result(92, "A", QIANS, **HELD).model_copy(update={"result": None})


def test_a_recomputation_from_the_very_same_leaves_a_moved_grade_and_another_one_needs_calibrating_anew() -> (
    None
):
    dates = schedule(OPEN.policy)
    of_year = SheetScored(
        sheet=SHEET, period="Y", points=Fraction(80), rounded=Decimal(80), parts=(), policy="plan@1", by=SYSTEM,
        at=on("2027-01-16"),
    )  # fmt: skip
    scored = evolve(of(OPEN).model_copy(update={"result": None}), of_year)
    [first] = issue_result(scored, Beside(), dates, OPEN.policy, on("2027-01-18"))
    assert (first.number, first.rounded, first.grade) == (1, Decimal(80), "B")
    work = replace(OPEN, sheets={SHEET: evolve(scored, first)}).asked("move", HUA, IN_JANUARY, **MOVE)
    assert issue_result(of(work), Beside(), dates, OPEN.policy, on("2027-02-01")) == []
    higher = evolve(of(work), of_year.model_copy(update={"number": 2, "points": Fraction(82)}))
    [newer] = issue_result(higher, Beside(), dates, OPEN.policy, on("2027-02-01"), "corrected")
    assert (newer.number, newer.grade, newer.moved) == (3, "B", None)
    assert waits_for_calibration(evolve(higher, newer))


def test_what_happens_to_a_subordinates_sheet_without_changing_its_points_brings_the_manager_no_version() -> (
    None
):
    """A grade that is moved, a version that is shown or signed: the manager's result counts points alone."""
    dates, policy = schedule(OPEN.policy), OPEN.policy
    above = with_result(sheet="sheet-2026-wang-1", **{**HELD, "holder": WANG, "family": "management"})
    above = above.model_copy(update={"result": None})
    part = earlier_part(of(OPEN), dates)
    assert part is not None and part.version == of(OPEN).result_version == 2
    counted_once = counting(above, of(OPEN))
    [first] = issue_result(above, counted_once, dates, policy, on("2027-01-18"))
    assert first.subordinates[0].result == 80
    above = evolve(above, first)
    for later in (of(MOVED), evolve(of(MOVED), told_of(2))):
        assert later.version > of(OPEN).version
        assert result_with(above, counted(above, later, 365, dates), dates, policy, on("2027-02-01")) == []
    rescored = evolve(of(MOVED), issued(82, "B", 3, cause="corrected"))
    again = result_with(above, counted(above, rescored, 365, dates), dates, policy, on("2027-02-01"))
    assert [each.type for each in again] == ["ResultIssued"]


def test_a_signed_result_is_lowered_by_no_calibration() -> None:
    """What was shown changes by an appeal, never for the worse, or by a restatement, which the person is heard on."""
    told = replace(MOVED, sheets={**(MOVED.sheets or {}), SHEET: evolve(of(MOVED), told_of(2))})
    lower = {**MOVE, "number": 2, "grade": "C"}
    assert told.refused("move", HUA, IN_JANUARY, **lower).code == "calibration.shown"
    assert told.refused("undo", HUA, IN_JANUARY, moves=(1,), reason="x").code == "calibration.shown"


def test_the_person_sees_both_ratings_where_the_policy_says_so() -> None:
    for policy, computed in ((steps(), "B"), (steps(ratings="final"), None)):
        work = Casework("result-2026-lin-1", policy=policy, sheets=dict(MOVED.sheets or {}))
        seen = show(work, "2027-01-25").just[0]
        assert (seen.grade, seen.computed, seen.cause) == ("A", computed, "calibrated")


def test_guidance_is_told_and_a_quota_is_kept() -> None:
    top = (GradeShare(grades=("S", "A"), most=Decimal(40)),)
    advised = begun(steps(distribution=top)).asked("move", HUA, IN_JANUARY, **MOVE)
    assert advised.asked("finish", HUA, IN_JANUARY).types[0] == "CalibrationFinished"
    bound = begun(steps(distribution=top, distribution_is="quota")).asked("move", HUA, IN_JANUARY, **MOVE)
    refused = bound.refused("finish", HUA, IN_JANUARY)
    assert (refused.code, refused.facts["people"], refused.facts["most"]) == ("calibration.quota", "2", "1")
    eased = bound.asked("undo", HUA, IN_JANUARY, moves=(1,), reason="the quota")
    assert eased.asked("finish", HUA, IN_JANUARY).types[0] == "CalibrationFinished"


def test_leniency_stands_beside_the_units_before_and_after() -> None:
    """Lin and Qian report to Wang, Hua to Li: 80 and 92 beside 70."""
    rated = [
        Rated(last(MOVED), WANG), Rated(last(MOVED, QIANS), WANG), Rated(issued(70, "C", sheet="sheet-2026-hua-1"), LI)
    ]  # fmt: skip
    whole, of_li, of_wang = leniency(rated, MOVED.policy)
    assert (whole.manager, whole.people, whole.points) == (None, 3, Fraction(242, 3))
    assert (of_wang.points, of_wang.before, of_wang.after) == (
        Fraction(86),
        Fraction(11, 10),
        Fraction(12, 10),
    )
    assert (of_li.before, of_li.after) == (Fraction(8, 10), Fraction(8, 10))


def test_a_unit_holds_the_departments_below_it() -> None:
    context = OPEN.context(IN_JANUARY)
    assert LIN in people_of("department.sales", context)
    assert LIN not in people_of("department.rnd", context)
    assert set(people_of("company", context)) == set(context.histories)


def test_when_it_is_not_finished_in_time_whoever_opened_it_and_hr_are_told() -> None:
    late = OPEN.reached("finish_remind").reached("finish_over")
    assert (late.types, late.just[0].to) == (["CalibrationOverdue"], (HUA, "role:hr"))
    assert kind_named(SALES).name == "calibration"


@for_all(st.lists(st.integers(0, 4), min_size=1, max_size=30), st.integers(0, 100))
def test_law_nobody_loses_a_grade_to_the_rounding_of_a_share(held: list[int], percent: int) -> None:
    policy = steps()
    names = [band.grade for band in policy.grades]
    results = [issued(50, names[each]) for each in held]
    rules = EvaluationRules(
        distribution=(GradeShare(grades=("S",), most=Decimal(percent), least=Decimal(percent)),)
    )
    [share] = shares(grades_of(results, policy), rules)
    assert share.most is not None and share.least is not None
    assert share.least <= Fraction(len(held) * percent, 100) <= share.most
    assert share.people == held.count(0)


def counting(above: Sheet, below: Sheet) -> Beside:
    """What a manager's result counts: one subordinate's, of the whole year."""
    first = above.model_copy(update={"result": issued(0, "D", sheet=above.id)})
    return counted(first, below, 365, schedule(OPEN.policy))


def told_of(number: int) -> VersionShown:
    return VersionShown(sheet=SHEET, number=number, by=SYSTEM, at=on("2027-01-25"))


def with_version(work: Casework, version: Any) -> Casework:
    """The same after a newer version was computed."""
    return replace(
        work, sheets={**(work.sheets or {}), version.sheet: evolve(of(work, version.sheet), version)}
    )
