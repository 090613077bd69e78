"""Appraisals on the real server: opened with the year's review, answered by named raters through their workflow and by
unnamed ones beside it, taken in at the days that the opening named."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cairn.domain.appraisal.events import AnswersCollected, AppraisalScored
from tests.workflows.company import HR, MANAGER, POLICY, Company, eventually, morning

RATED = (
    POLICY.replace(
        "    periods: {quarter: 40, year: 60}\n",
        "    periods: {quarter: 40, year: 60}\n    evaluators: {self: 10, manager: 70, internal_customers: 20}\n",
        1,
    )
    + """
appraisal:
  behaviours:
    teamwork: {title: {zh: 协作, en: Teamwork}, anchors: {1: 只顾自己, 5: 主动补位}}
  marks: {1: 0, 3: 60, 5: 100}
  rates: [capability]
"""
)


def whole(goal: str, points: str, mark: str) -> dict[str, str]:
    return {goal: points, "teamwork": mark}


async def opened(company: Company, employees: int = 5, policy: str = RATED) -> str:
    """E1's appraisal, open with the year's review; E1's capability goal was approved."""
    company.policy = policy
    await company.launched(employees=employees)
    await company.approved(company.goal("E1", 2))
    await company.goes_to(date(2027, 1, 4), company.cycle_workflow)
    case = f"appraisal-{company.cycle}-E1-1"
    await company.has_happened(case, "AppraisalOpened")

    async def begun() -> bool:
        return await company.count("WorkflowType = 'Appraisal'") == employees

    await eventually(begun)
    await company.goes_to(date(2027, 1, 4), case)
    return case


async def test_e1_an_appraisal_comes_to_81_25_and_names_no_customer(company: Company) -> None:
    case = await opened(company)
    goal, at = company.goal("E1", 2), morning(date(2027, 1, 4))
    begun = await company.last(case, "AppraisalOpened")
    assert begun.weights == {"self": Decimal(10), "manager": Decimal(70), "internal_customers": Decimal(20)}
    assert [item.key for item in begun.items] == [goal, "teamwork"]

    tokens = await company.appraisals.tokens(case, "internal_customers", ["E2", "E3", "E4"], "E1", at)
    named = await company.asks_case(case, "nominate", "E1", role="internal_customers", raters=tokens)
    assert named.events == ("RatersNominated",), named.refused
    confirmed = await company.asks_case(case, "confirm", MANAGER)
    assert confirmed.events == ("RatersConfirmed",), confirmed.refused
    self_ = await company.asks_case(case, "submit", "E1", role="self", marks=whole(goal, "90", "5"))
    assert self_.events == ("AnswerGiven",), self_.refused
    manager = await company.asks_case(
        case, "submit", MANAGER, role="manager", marks=whole(goal, "80", "3"), texts={"teamwork": "with E2"}
    )
    assert manager.events == ("AnswerGiven",), manager.refused
    for customer, points in (("E2", "70"), ("E3", "60")):
        await company.appraisals.answer(case, customer, whole(goal, points, "3"), given=True, at=at)
    assert (await company.story(case)).count("AnswersCollected") == 0

    await company.goes_to(date(2027, 1, 19), case)
    await company.has_happened(case, "AppraisalScored")
    scored: AppraisalScored = await company.last(case, "AppraisalScored")
    assert scored.goals == {goal: Fraction(8125, 100)}  # the customers are two, under the threshold
    assert "RoleReleased" in await company.story(case)
    assert {each.role for each in await company.all(case, "RoleReleased")} == {"self", "manager"}

    await company.appraisals.answer(
        case, "E4", whole(goal, "50", "1"), given=True, at=morning(date(2027, 1, 19))
    )
    await company.goes_to(date(2027, 1, 26), case)
    await company.has_happened(case, "AppraisalEnded")
    later: AppraisalScored = await company.last(case, "AppraisalScored")
    assert later.number == 2 and later.goals == {goal: Fraction(77)}  # 9 + 56 + 60 × 0.2
    collected: AnswersCollected = await company.last(case, "AnswersCollected")
    assert len({each.ballot for each in collected.roles[0].answers} - {""}) == 3
    assert not {each.ballot for each in collected.roles[0].answers} & set(tokens)
    assert await company.appraisals.boxes.read(case) is None

    async def over() -> bool:
        return bool(await company.handle(case).result() == "ended")

    assert await eventually(over)


async def test_the_year_without_a_section_on_appraisals_opens_none(company: Company) -> None:
    company.policy = POLICY.replace(
        "    periods: {quarter: 40, year: 60}\n",
        "    periods: {quarter: 40, year: 60}\n    evaluators: {self: 10, manager: 90}\n",
        1,
    )
    await company.launched()
    await company.goes_to(date(2027, 1, 4), company.cycle_workflow)
    assert "AppraisalsOpened" not in await company.story(company.cycle_workflow)
    assert await company.story(f"appraisal-{company.cycle}-E1-1") == []


async def test_raters_are_asked_by_workflow_only_where_they_are_named(company: Company) -> None:
    """A manager who does not answer is reminded and told of; customers are never waited for."""
    case = await opened(company, employees=1)
    standing: Any = await company.handle(case).query("status")
    assert standing["awaited"] == ["E1", MANAGER]
    await company.goes_to(date(2027, 1, 22), case)
    story = await company.story(case)
    assert story.count("CaseReminded") >= 1 and "CaseEscalated" in story and "AnswersCollected" in story
    early = await company.asks_case(case, "go_on", HR, reason="the year goes on")
    assert early.refused is not None and early.refused.code == "appraisal.not-late"
    await company.goes_to(date(2027, 2, 2), case)
    went = await company.asks_case(case, "go_on", HR, reason="the year goes on")
    assert "AppraisalWentOn" in went.events and "AppraisalScored" in went.events, went.refused
