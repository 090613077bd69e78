"""Stage reviews on the real server: opened by the cycle when a period has ended, kept by timers, shared together."""

from datetime import date
from typing import Any

from tests.workflows.company import BOSS, HR, MANAGER, POLICY, Company, eventually

MONTHLY = POLICY.replace(
    "    periods: {quarter: 40, year: 60}\n",
    "    periods: {quarter: 40, year: 60}\n    reviews: {every: month, report: 3, comment: 3}\n",
)
ANSWERS: dict[str, Any] = {"progress": "12 of 20 visits", "obstacles": "no samples", "plan": "two a day"}


async def test_a_month_that_ended_is_reported_on_late_commented_shared_and_returned(company: Company) -> None:
    company.policy = MONTHLY
    await company.launched(employees=2)
    await company.goes_to(date(2026, 2, 2), company.cycle_workflow)
    opened = await company.last(company.cycle_workflow, "ReviewsOpened")
    assert (opened.period, opened.reviews, opened.left_out) == ("M01", 2, ())
    case = f"review-{company.cycle}-E1-M01"
    assert await company.story(case) == ["ReviewAsked"]

    async def begun() -> bool:
        return await company.count("WorkflowType = 'Review'") == 2

    await eventually(begun)
    await company.goes_to(date(2026, 2, 2), case)
    saved = await company.asks_case(case, "draft", "E1", side="report", texts={"progress": "12 of 20 visits"})
    assert saved.events == ("ReviewDrafted",), saved.refused
    await company.goes_to(date(2026, 2, 11), case)
    assert (await company.story(case))[2:5] == ["CaseReminded", "ReviewOverdue", "CaseReminded"]
    overdue = await company.last(case, "ReviewOverdue")
    assert overdue.drafted or overdue.side == "comment"
    escalated = await company.last(case, "CaseEscalated")
    assert escalated.to == (MANAGER, "role:hr")

    reported = await company.asks_case(
        case, "submit", "E1", texts={k: ANSWERS[k] for k in ("obstacles", "plan")}
    )
    assert reported.status is not None and reported.status.stage == "reported", reported.refused
    assert (await company.last(case, "ReviewReported")).texts == ANSWERS
    unread = await company.asks_case(case, "return", MANAGER, comments={"plan": "how?"})
    assert unread.refused is not None and unread.refused.code == "review.unread"
    shared = await company.asks_case(case, "comment", MANAGER, texts={"overall": "as the data say"})
    assert shared.status is not None and shared.status.over
    assert await company.handle(case).result() == "shared"
    back = await company.asks_case(case, "return", MANAGER, comments={"plan": "how?"})
    assert back.status is not None and back.status.awaited == ("E1",), back.refused
    again = await company.asks_case(case, "submit", "E1", texts={"plan": "two a day, with E2"})
    assert again.status is not None and again.status.awaited == (MANAGER,)


async def test_opening_a_periods_reviews_again_doubles_nothing(company: Company) -> None:
    company.policy = MONTHLY
    await company.launched(employees=2)
    by_hand = f"review-{company.cycle}-E2-M01"
    await company.goes_to(date(2026, 1, 30), company.cycle_workflow)
    early = await company.asks_case(by_hand, "open", HR)
    assert early.refused is not None
    await company.goes_to(date(2026, 2, 2), company.cycle_workflow)
    other = await company.asks_case(by_hand, "open", BOSS)
    assert other.refused is not None and other.refused.code == "case.stage"
    assert await company.story(by_hand) == ["ReviewAsked"]
    assert (await company.story(company.cycle_workflow)).count("ReviewsOpened") == 1
