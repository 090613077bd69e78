"""Diagnosis of a problem with a goal: external obstacle or internal gap, numbered, and what follows from it."""

from datetime import date

import pytest

from cairn.domain.goal import commands as ask
from cairn.domain.goal.events import Changes, GoalAdjusted, GoalDiagnosed
from tests.specs.company import CHEN, HUA, LIN, OF_DEPARTMENT, QIAN, REVENUE, WANG, ZHAO, D, active, on
from tests.specs.given import given

OBSTACLE = {"kind": "external_obstacle", "facts": "the supplier delivers 6 weeks late"}


def diagnose(by: str = WANG, at: str = "03-10", goal: str = REVENUE, **fields: object) -> ask.DiagnoseGoal:
    return ask.DiagnoseGoal.model_validate({"goal": goal, "by": by, "at": on(at), **OBSTACLE, **fields})


def adjust(by: str = WANG, at: str = "04-01", **fields: object) -> ask.RequestAdjustment:
    usual = {"adjustment": "a1", "changes": Changes(target=D(1140)), "reason": "supplier"}
    return ask.RequestAdjustment.model_validate({"goal": REVENUE, "by": by, "at": on(at), **usual, **fields})


def test_manager_and_owner_diagnose_and_diagnoses_are_numbered_in_the_goal() -> None:
    first = given(*active()).when(diagnose(since=date(2026, 2, 20)))
    [said] = first.events
    assert isinstance(said, GoalDiagnosed)
    assert (said.type, said.diagnosis, said.since) == ("GoalDiagnosed", 1, date(2026, 2, 20))
    second = (
        given(*active())
        .having(diagnose())
        .when(diagnose(LIN, "03-11", kind="internal_gap", facts="2 of 5 quotes had no needs analysis"))
    )
    [said] = second.events
    assert isinstance(said, GoalDiagnosed)
    assert (said.diagnosis, said.since) == (2, date(2026, 3, 11))


def test_a_departments_goal_is_diagnosed_by_its_head_or_the_committee() -> None:
    department = given(*active(OF_DEPARTMENT))
    for by in (ZHAO, CHEN):
        department.when(diagnose(by, goal=OF_DEPARTMENT)).then_types(GoalDiagnosed)
    department.when(diagnose(WANG, goal=OF_DEPARTMENT)).refused("goal.not-yours")


@pytest.mark.parametrize("by", [QIAN, HUA])
def test_nobody_else_diagnoses(by: str) -> None:
    given(*active()).when(diagnose(by)).refused("goal.not-yours")


def test_what_has_not_begun_or_says_nothing_is_refused() -> None:
    given(*active()).when(diagnose(since=date(2026, 3, 11))).refused("diagnosis.future")
    given(*active()).when(diagnose(facts="  ")).refused("diagnosis.empty")


def test_the_same_diagnosis_said_again_is_the_same() -> None:
    given(*active()).having(diagnose()).when(diagnose(at="03-12", since=date(2026, 3, 10))).nothing()


def test_an_adjustment_names_the_diagnosis_that_it_answers_and_is_filed_with_it() -> None:
    asked = given(*active()).having(diagnose()).having(adjust(diagnosis=1))
    assert asked.goal().diagnoses[0].answered
    confirmed = asked.having(ask.ConfirmAdjustment(goal=REVENUE, role="manager", by=WANG, at=on("04-02")))
    filed = confirmed.when(ask.ConfirmAdjustment(goal=REVENUE, role="hr", by=HUA, at=on("04-03"))).events
    adjusted = next(event for event in filed if isinstance(event, GoalAdjusted))
    assert adjusted.diagnosis == 1


def test_an_adjustment_that_is_turned_down_leaves_the_diagnosis_open() -> None:
    asked = given(*active()).having(diagnose()).having(adjust(diagnosis=1))
    declined = asked.having(
        ask.DeclineAdjustment(goal=REVENUE, role="hr", reason="no", by=HUA, at=on("04-02"))
    )
    assert not declined.goal().diagnoses[0].answered


def test_an_adjustment_names_a_diagnosis_that_is_there() -> None:
    refusal = given(*active()).having(diagnose()).when(adjust(diagnosis=2)).refused("diagnosis.unknown")
    assert refusal.field == "diagnosis"


def test_a_diagnosis_is_closed_with_a_reason_by_whoever_judges_the_goal() -> None:
    closing = {"goal": REVENUE, "diagnosis": 1, "reason": "delivered since", "at": on("03-20")}
    diagnosed = given(*active()).having(diagnose())
    diagnosed.when(ask.CloseDiagnosis(by=LIN, **closing)).refused("goal.own")
    closed = diagnosed.having(ask.CloseDiagnosis(by=WANG, **closing))
    assert closed.goal().diagnoses[0].answered
    closed.when(ask.CloseDiagnosis(by=WANG, **closing)).nothing()
    diagnosed.when(ask.CloseDiagnosis(by=WANG, **(closing | {"diagnosis": 3}))).refused("diagnosis.unknown")
