"""Results on the real server: computed, shown, signed, appealed, closed; a newer version asks the signature anew."""

from datetime import date
from typing import Any

from cairn.application.repository import to_appends
from cairn.application.results import Results
from cairn.domain.event import SYSTEM
from cairn.domain.identity import by_system
from cairn.domain.result.state import Result
from tests.workflows.company import BOSS, HR, MANAGER, Company, eventually

QUARTERS = (date(2026, 4, 8), date(2026, 7, 8), date(2026, 10, 8), date(2027, 1, 8))
STEPS = "evaluation: {steps: [interview, acknowledgement, appeal]}\n"


async def computed(company: Company) -> list[str]:
    """A launch, and the year of one employee up to the day on which results are due. Returns the goals."""
    await company.launched()
    return await reaches_its_results(company)


async def reaches_its_results(company: Company) -> list[str]:
    """The year of one employee after the launch, likewise."""
    goals = [company.goal("E1", 1), company.goal("E1", 2)]
    for goal in goals:
        await company.approved(goal)
    await company.goes_to(date(2026, 2, 2), *goals, company.cycle_workflow)
    for quarter in QUARTERS:
        await company.goes_to(quarter, *goals, company.cycle_workflow)
        if quarter == QUARTERS[2]:
            await company.asks(goals[0], "check_in", "E1", value="700")
    await company.asks(goals[1], "assess", MANAGER, points="80")
    await company.goes_to(date(2027, 1, 20), *goals, company.cycle_workflow)
    return goals


def case_of(company: Company) -> str:
    return f"result-{company.cycle}-E1-1"


async def state(company: Company) -> Result:
    found = await company.cases.states([case_of(company)])
    result = found[case_of(company)]
    assert isinstance(result, Result)
    return result


async def test_y3_l8_a_result_is_shown_signed_settled_by_the_signature_and_closed(company: Company) -> None:
    company.policy += STEPS
    goals = await computed(company)
    case = case_of(company)
    assert (await company.story(company.cycle_workflow))[-2:] == ["ResultsIssued", "ResultsShown"]
    shown = await company.last(case, "ResultShown")
    assert (shown.number, shown.cause) == (1, "due")
    await company.goes_to(date(2027, 2, 1), *goals)
    early = await company.asks_cycle("close", HR)
    assert early.refused is not None and early.refused.code == "cycle.open-results"
    assert early.refused.facts["example"] == case
    other = await company.asks_case(case, "acknowledge", MANAGER, number=1)
    assert other.refused is not None and other.refused.code == "case.not-yours"
    await company.goes_to(date(2027, 1, 20), case)
    talked = await company.asks_case(case, "interview", MANAGER, on="2027-01-19", agreed="one more region")
    assert talked.events == ("InterviewRecorded",)
    signed = await company.asks_case(case, "acknowledge", "E1", number=1)
    assert signed.events == ("ResultAcknowledged", "VersionSigned")
    sheet = await company.last(company.sheet(), "VersionSigned")
    assert (sheet.number, sheet.by) == (1, "E1")
    await company.goes_to(date(2027, 2, 3), case)
    assert (await company.story(case))[-1] == "ResultClosed"
    assert await company.handle(case).result() == "closed"
    closed = await company.asks_cycle("close", HR)
    assert closed.refused is None and closed.status is not None and closed.status.over
    assert (await company.last(company.cycle_workflow, "CycleClosed")).without == ()


async def test_an_appeal_keeps_the_cycle_open_is_won_and_its_version_is_signed_anew(company: Company) -> None:
    company.policy += STEPS
    goals = await computed(company)
    case = case_of(company)
    await company.asks_case(case, "acknowledge", "E1", number=1)
    filed = await company.asks_case(case, "appeal", "E1", grounds="the March order was counted for Q2")
    assert filed.status is not None and filed.status.awaited == ("role:committee", MANAGER)
    assert (await company.last(case, "ResultAppealed")).position > 0
    await company.goes_to(date(2027, 2, 1), *goals)
    waits = await company.asks_cycle("close", HR)
    assert waits.refused is not None and waits.refused.code == "cycle.open-results"
    worse = await company.asks_case(case, "vote", MANAGER, grade="A", reason="x")
    assert worse.refused is not None and worse.refused.code == "case.not-yours"
    before = await company.last(company.sheet(), "ResultIssued")
    assert before.grade == "B"
    won = await company.asks_case(case, "vote", BOSS, grade="A", reason="the order is of March")
    assert won.events == ("AppealDecided", "ResultIssued", "ResultShown", "VersionShown")
    after = await company.last(company.sheet(), "ResultIssued")
    assert (after.number, after.cause, after.grade, after.points) == (2, "appealed", "A", before.points)
    anew = await company.asks_case(case, "acknowledge", "E1", number=2)
    assert anew.events == ("ResultAcknowledged", "VersionSigned")


async def test_l8_hr_goes_on_without_a_signature_with_a_reason_that_is_kept(company: Company) -> None:
    company.policy += "evaluation: {steps: [acknowledgement], acknowledgement: 30}\n"
    goals = await computed(company)
    await company.goes_to(date(2027, 2, 1), *goals)
    closed = await company.asks_cycle("close", HR, reason="E1 is abroad and was told by letter")
    assert closed.refused is None and closed.status is not None and closed.status.over
    recorded = await company.last(company.cycle_workflow, "CycleClosed")
    assert (recorded.without, recorded.reason) == ((case_of(company),), "E1 is abroad and was told by letter")


async def test_a_version_that_comes_later_is_shown_and_the_workflow_that_had_ended_begins_again(
    company: Company,
) -> None:
    company.policy += "evaluation: {steps: [acknowledgement]}\n"
    await computed(company)
    case, sheet = case_of(company), company.sheet()
    await company.asks_case(case, "acknowledge", "E1", number=1)
    assert await company.handle(case).result() == "signed"
    last = await company.last(sheet, "ResultIssued")
    newer = last.model_copy(update={"number": 2, "cause": "restated", "by": SYSTEM})
    await recorded(company, newer)
    results = Results(company.ledger, company.cycles, company.cases)
    assert await results.show_newer(sheet, newer.at)
    assert (await state(company)).stage == "shown"

    async def runs() -> bool:
        found = await company.handle(case).describe()
        return found.status is not None and found.status.name == "RUNNING"

    await eventually(runs)
    anew = await company.asks_case(case, "acknowledge", "E1", number=2)
    assert anew.status is not None and anew.status.stage == "signed"


async def test_l8_a_version_that_waits_for_a_calibration_keeps_the_cycle_open(company: Company) -> None:
    company.policy += "evaluation: {steps: [calibration, acknowledgement]}\n"
    goals = await computed(company)
    session, sheet = f"calibration-{company.cycle}-company-1", company.sheet()
    assert (await company.asks_case(session, "open", HR)).refused is None
    assert (await company.asks_case(session, "finish", HR)).refused is None
    last = await company.last(sheet, "ResultIssued")
    newer = last.model_copy(update={"number": 2, "cause": "corrected", "by": SYSTEM})
    await recorded(company, newer)
    await company.goes_to(date(2027, 1, 27), company.cycle_workflow)
    assert (await company.last(company.cycle_workflow, "ResultsShown")).waiting == (sheet,)
    await company.goes_to(date(2027, 2, 1), *goals)
    waits = await company.asks_cycle("close", HR)
    assert waits.refused is not None and waits.refused.code == "cycle.results-waiting"
    kept = await company.asks_case(session, "keep", HR, sheet=sheet, number=2)
    assert kept.events == ("GradeKept", "VersionCalibrated")
    await company.has_happened(case_of(company), "ResultShown")  # by the worker that follows the log
    signed = await company.asks_case(case_of(company), "acknowledge", "E1", number=2)
    assert signed.events == ("ResultAcknowledged", "VersionSigned")
    assert (await company.asks_cycle("close", HR)).refused is None


async def recorded(company: Company, event: Any) -> None:
    version = await company.ledger.version_of(event.stream)
    await company.ledger.append(to_appends([event], {event.stream: version}, by_system(event.stream, "test")))
    await company.ledger.wait_sealed(event.stream, version + 1, 60.0)
