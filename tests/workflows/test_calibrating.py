"""Calibration on the real server: begun in a running cycle, results wait for it, both ratings reach the person."""

from datetime import date
from typing import Any

from cairn.application.audit import ScoreAudit
from cairn.application.calibrations import Calibrations
from tests.workflows.company import BOSS, HR, MANAGER, Company
from tests.workflows.test_results import QUARTERS, case_of, state

STEPS = "evaluation: {steps: [calibration, acknowledgement, appeal]}\n"


async def test_a_calibration_begun_in_the_running_cycle_holds_results_back_moves_a_grade_and_is_told(
    company: Company,
) -> None:
    company.policy += STEPS
    await company.launched()
    session = f"calibration-{company.cycle}-department.sales-1"
    goals = [company.goal("E1", 1), company.goal("E1", 2)]
    for goal in goals:
        await company.approved(goal)
    await company.goes_to(date(2026, 2, 2), *goals, company.cycle_workflow)
    begun = await company.asks_case(session, "open", HR)
    assert begun.events == ("CalibrationOpened", "CalibrationBegun")
    for quarter in QUARTERS:
        await company.goes_to(quarter, *goals, company.cycle_workflow)
        if quarter == QUARTERS[2]:
            await company.asks(goals[0], "check_in", "E1", value="700")
    await company.asks(goals[1], "assess", MANAGER, points="80")
    await company.goes_to(date(2027, 1, 20), *goals, company.cycle_workflow)
    await company.goes_to(date(2027, 1, 26), company.cycle_workflow)
    assert (await company.story(company.cycle_workflow))[-1] == "ResultsIssued"
    assert await company.story(case_of(company)) == []
    early = await company.asks_cycle("close", HR)
    assert early.refused is not None and early.refused.code == "cycle.results-not-shown"

    move: dict[str, Any] = {
        "sheet": company.sheet(),
        "number": 1,
        "grade": "A",
        "reason": "covered two regions",
    }
    own = await company.asks_case(session, "move", MANAGER, **move)
    assert own.refused is not None and own.refused.code == "case.not-yours"
    moved = await company.asks_case(session, "move", BOSS, **move)
    assert moved.events == ("GradeMoved", "ResultIssued")
    seen = await Calibrations(company.cases).overview(session)
    [person] = [each for each in seen.people if each.number]
    assert (person.computed, person.grade, seen.grades) == ("B", "A", {"A": 1, "B": 0})
    finished = await company.asks_case(session, "finish", HR)
    assert finished.refused is None and finished.status is not None and finished.status.over
    assert await company.handle(session).result() == "finished"

    await company.goes_to(date(2027, 1, 28), company.cycle_workflow)
    assert (await company.story(company.cycle_workflow))[-1] == "ResultsShown"
    shown = await company.last(case_of(company), "ResultShown")
    assert (shown.number, shown.cause, shown.computed, shown.grade) == (2, "calibrated", "B", "A")
    version = await company.last(company.sheet(), "ResultIssued")
    assert (version.moved.by, version.moved.reason) == (BOSS, "covered two regions")
    signed = await company.asks_case(case_of(company), "acknowledge", "E1", number=2)
    assert signed.events == ("ResultAcknowledged", "VersionSigned")
    assert (await state(company)).signed

    lower = await company.asks_case(session, "undo", HR, reason="after all")
    assert lower.refused is not None and lower.refused.code == "calibration.shown"
    recomputed = await ScoreAudit(company.ledger, company.cycles).cycle(company.cycle, lambda done, of: None)
    assert (recomputed.results, recomputed.differences) == (2, ())


async def test_an_undone_calibration_and_one_that_is_called_off_leave_every_rating(company: Company) -> None:
    company.policy += STEPS
    await company.launched()
    session = f"calibration-{company.cycle}-company-1"
    begun = await company.asks_case(session, "open", BOSS)
    assert begun.refused is None
    again = await company.asks_case(f"calibration-{company.cycle}-company-2", "open", HR)
    assert again.refused is not None and again.refused.code == "calibration.open"
    off = await company.asks_case(session, "cancel", HR, reason="department by department instead")
    assert off.events == ("CalibrationCancelled", "CalibrationEnded")
    second = await company.asks_case(f"calibration-{company.cycle}-company-2", "open", HR)
    assert second.refused is None
