"""Failures of other systems at a year's end, each by its kind: docs/known-mistakes.md."""

from dataclasses import replace
from typing import Any

from cairn.domain.appraisal.commands import COMMANDS as OF_APPRAISALS
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.state import evolve as evolve_cycle
from cairn.domain.evaluation.versions import is_result_settled
from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.goal.commands import COMMANDS as OF_GOALS
from cairn.domain.goal.stages import OVER
from tests.specs.company import CHEN, HUA, LIN, QIAN, REVENUE, SHEET, WANG, active, closed, launched, on
from tests.specs.given import given, please
from tests.specs.results import GRADES, steps, told, with_result
from tests.specs.test_appraisals import BEGUN, CUSTOMERS, DOTTED, both, boxed, collected, marks
from tests.specs.test_calibrating import begun

SIGNED = told().asked("acknowledge", LIN, "2027-01-20", number=1)
LOWER = {"sheet": SHEET, "number": 1, "grade": "C", "reason": "too many Bs"}


def test_a_signed_review_lowered() -> None:
    """A signed review lowered. What was signed is settled: no calibration moves it and no vote on its appeal makes it
    less."""
    sheets = SIGNED.sheets or {}
    assert is_result_settled(sheets[SHEET], SIGNED.policy, on("2027-01-20"))
    calibration = replace(begun(), sheets=sheets)
    assert calibration.refused("move", HUA, "2027-01-20", **LOWER).code == "calibration.shown"
    appealed = SIGNED.asked("appeal", LIN, "2027-01-21", grounds="the March order was counted for Q2")
    assert [str(each.grade) for each in GRADES] == ["S", "A", "B", "C", "D"]
    for less in ("C", "D"):
        refused = appealed.refused("vote", CHEN, "2027-01-25", grade=less, reason="x")
        assert refused.code == "result.worse"


def test_ended_periods_reopened() -> None:
    """Ended periods reopened. Their targets change no more, and what is closed takes no command that could."""
    for period in ("M01", "Q1"):
        asked = please(
            ask.RequestAdjustment, LIN, "04-15", adjustment="1", changes={"targets": {period: 75}}, reason="x"
        )
        given(active()).when(asked).refused("adjustment.period-over")
    assert given(closed()).goal(REVENUE).stage in OVER
    possible = {name for name, command in OF_GOALS.items() if "closed" in command.row.stages}
    assert possible == set()


def test_answers_changed_after_the_end() -> None:
    """Answers changed after the end. Once they are taken in they stay, whoever asks and whatever for."""
    counted = collected(both(), "collect", boxed(("t1", 60), ("t2", 70), ("t3", 80)))
    ended = collected(counted, "collect_late", boxed(("t1", 60), ("t2", 70), ("t3", 80)))
    assert ended.types == ["AppraisalEnded"]
    for case, when, names in ((counted, "03-17", ("submit",)), (ended, "03-24", ("submit", "draft"))):
        for name in names:
            late = case.refused(name, WANG, when, role="manager", marks=marks(10))
            assert late.code in ("case.stage", "appraisal.released"), (name, late.code)
        assert case.state.answers["manager"][WANG].marks == marks(80)
    again = collected(counted, "collect_late", boxed(("t1", 0), ("t2", 0), ("t3", 0)))
    assert again.state.scored == counted.state.scored, "an answer that was taken in counts as it was"
    assert {name for name, command in OF_APPRAISALS.items() if "ended" in command.row.stages} == set()


def test_a_calibration_that_cannot_begin_on_an_active_cycle() -> None:
    """A calibration that cannot begin on an active cycle. It can be prepared while goals still run; what it is about
    waits for results."""
    running = evolve_cycle(Cycle(id="2026"), launched(steps()))
    running = running.model_copy(update={"stage": "execution"})
    early = begun(cycle=running, sheets={SHEET: with_result().model_copy(update={"result": None})})
    assert early.types == ["CalibrationOpened", "CalibrationBegun"]
    assert early.refused("move", HUA, "2027-01-19", **LOWER).code == "calibration.no-result"


def test_an_extra_rater_who_cannot_decline() -> None:
    """An extra rater who cannot decline. Whoever was named beside those who have to rate says so with a reason, is
    asked no more, and nobody waits for them."""
    four: dict[str, Any] = {"role": "internal_customers", "raters": CUSTOMERS}
    asked = BEGUN.asked("nominate", LIN, "03-03", **four).asked("confirm", WANG, "03-04")
    declined = asked.asked(
        "decline",
        SYSTEM,
        "03-05",
        role="internal_customers",
        rater=CUSTOMERS[3],
        reason="never worked together",
    )
    assert declined.types == ["RaterDeclined"]
    done = collected(both(declined), "collect", boxed(*((token, 75) for token in CUSTOMERS[:3])))
    assert done.state.scored is not None and done.state.scored.counted["internal_customers"] == 20
    by_name = DOTTED.asked("nominate", LIN, "03-03", role="dotted_line_managers", raters=(QIAN,))
    by_name = by_name.asked("confirm", WANG, "03-04")
    assert QIAN in by_name.standing("03-05").awaited
    gone = by_name.asked("decline", QIAN, "03-05", role="dotted_line_managers", reason="never met")
    assert gone.standing("03-06").awaited == (WANG,)
