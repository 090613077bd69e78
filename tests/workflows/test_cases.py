"""Cases on the real server: begun by a command, kept by timers, gone on with from the log alone."""

from datetime import date, timedelta
from typing import Any

from tests.workflows.company import BOSS, HR, MANAGER, OTHER_MANAGER, Company, eventually

ACTION: dict[str, Any] = {
    "facts": "3 quotes of 5 January had last year's prices",
    "action": "check the list before sending",
    "action_due": "2026-01-15",
}


def about(company: Company, number: str = "1") -> str:
    return f"feedback-{company.cycle}-E1-{number}"


async def test_feedback_is_reminded_of_overdue_on_record_told_late_and_followed_up(company: Company) -> None:
    await company.launched()
    case = about(company)
    await company.goes_to(date(2026, 1, 6), company.cycle_workflow)
    noted = await company.asks_case(case, "observe", MANAGER, kind="problem", note="old prices")
    assert noted.refused is None and noted.events == ("FeedbackObserved",)
    observed = await company.last(case, "FeedbackObserved")
    await company.clock.advance(case, observed.answer_by + timedelta(hours=1))
    assert await company.story(case) == ["FeedbackObserved", "CaseReminded", "FeedbackOverdue"]
    breach = await company.last(case, "FeedbackOverdue")
    assert (breach.to, breach.due) == ((BOSS, "role:hr"), observed.answer_by)
    told = await company.asks_case(case, "give", MANAGER, **ACTION)
    assert told.status is not None and told.status.awaited == (MANAGER,)
    assert (await company.last(case, "FeedbackGiven")).late
    await company.goes_to(date(2026, 1, 16), case)
    assert (await company.story(case))[-2:] == ["CaseReminded", "CaseReminded"]
    done = await company.asks_case(case, "follow_up", MANAGER, outcome="done")
    assert done.status is not None and done.status.over
    assert await company.handle(case).result() == "followed_up"


async def test_a_case_goes_on_from_the_log_when_its_workflow_is_lost(company: Company) -> None:
    await company.launched()
    case = about(company)
    await company.goes_to(date(2026, 1, 6), company.cycle_workflow)
    await company.asks_case(case, "observe", MANAGER, kind="problem", note="old prices")
    await company.handle(case).terminate()
    told = await company.asks_case(case, "give", MANAGER, **ACTION)
    assert told.events == ("FeedbackGiven",)


async def test_a_case_that_is_over_takes_what_is_still_said_to_it(company: Company) -> None:
    await company.launched()
    case = about(company)
    words = {"kind": "positive", "behaviour": "stayed until the line ran", "value": "delivered in time"}
    praised = await company.asks_case(case, "give", MANAGER, **words)
    assert praised.refused is None and praised.status is not None and praised.status.over
    assert await company.handle(case).result() == "given"
    answered = await company.asks_case(case, "answer", "E1", words="thank you")
    assert answered.events == ("FeedbackAnswered",)


async def test_a_signal_that_is_refused_is_on_record_and_one_that_is_taken_is_done(company: Company) -> None:
    await company.launched()
    case = about(company)
    await company.asks_case(case, "observe", MANAGER, kind="problem", note="old prices")
    await company.signals(case, "give", HR, **ACTION)
    await company.has_happened(case, "CaseSignalRefused")
    assert (await company.last(case, "CaseSignalRefused")).code == "case.not-yours"
    await company.signals(case, "give", MANAGER, **ACTION)
    await company.has_happened(case, "FeedbackGiven")


async def test_the_starter_begins_the_workflow_of_a_case_that_is_in_the_log_alone(company: Company) -> None:
    await company.launched()
    case = about(company)
    noted = await company.asks_case(case, "observe", MANAGER, kind="problem", note="old prices")
    assert noted.refused is None

    async def found() -> bool:
        return await company.count("WorkflowType = 'Feedback'") == 1

    await eventually(found)


async def test_what_is_no_case_is_refused_in_words(company: Company) -> None:
    await company.launched()
    stranger = await company.asks_case(about(company), "observe", "nobody", kind="problem", note="x")
    assert stranger.refused is not None and stranger.refused.code == "person.unknown"
    unknown = await company.asks_case(about(company), "frobnicate", MANAGER)
    assert unknown.refused is not None and unknown.refused.code == "command.unknown"
    other = await company.asks_case("feedback-C0-E1-1", "observe", MANAGER, kind="problem", note="x")
    assert other.refused is not None and other.refused.code == "cycle.unknown"


async def test_a_department_is_asked_promises_and_delivers_late_and_both_sides_have_it_on_record(
    company: Company,
) -> None:
    company.policy += "requests: {answer_within: 2, remind_before: 1}\n"
    await company.launched()
    await company.has_department("lab", OTHER_MANAGER)
    case = f"request-{company.cycle}-department.lab-1"
    need = {
        "goal": company.goal(), "need": "two test benches", "needed_by": "2026-01-20", "reason": "a late supplier",
    }  # fmt: skip
    await company.goes_to(date(2026, 1, 6), company.cycle_workflow)
    own = await company.asks_case(f"request-{company.cycle}-department.sales-1", "open", MANAGER, **need)
    assert own.refused is not None and own.refused.code == "request.own-department"
    asked = await company.asks_case(case, "open", MANAGER, **need)
    assert asked.refused is None and asked.status is not None and asked.status.awaited == (OTHER_MANAGER,)
    await company.goes_to(date(2026, 1, 7), case)
    assert await company.story(case) == ["RequestOpened", "CaseReminded"]
    promised = await company.asks_case(case, "accept", OTHER_MANAGER)
    assert promised.events == ("RequestAccepted",)
    await company.goes_to(date(2026, 1, 21), case)
    assert (await company.story(case))[-2:] == ["CaseReminded", "RequestOverdue"]
    assert (await company.last(case, "RequestOverdue")).to == (OTHER_MANAGER, MANAGER, BOSS, "role:hr")
    came = await company.asks_case(case, "deliver", OTHER_MANAGER, what="two test benches")
    assert came.refused is None and (await company.last(case, "RequestDelivered")).days_late == 1
    confirmed = await company.asks_case(case, "confirm", MANAGER)
    assert confirmed.status is not None and confirmed.status.over
    assert await company.handle(case).result() == "received"


async def test_a_promise_is_kept_late_and_the_breach_stays(company: Company) -> None:
    await company.launched()
    case = f"promise-{company.cycle}-E1-1"
    await company.goes_to(date(2026, 1, 6), company.cycle_workflow)
    made = await company.asks_case(
        case, "make", MANAGER, what="a second bench", due="2026-01-14", goal=company.goal()
    )
    assert made.refused is None and made.events == ("PromiseMade",)
    await company.goes_to(date(2026, 1, 15), case)
    assert await company.story(case) == ["PromiseMade", "CaseReminded", "PromiseOverdue"]
    kept = await company.asks_case(case, "keep", MANAGER, shown="it stands in building 2")
    assert kept.status is not None and kept.status.over
    assert (await company.last(case, "PromiseKept")).days_late == 1
