"""Goals that are computed from others wait for them, follow them, and are computed alike by an audit (RULES M6)."""

from datetime import date
from pathlib import Path

from cairn.application.audit import ScoreAudit
from cairn.domain.exact import exact
from tests.workflows.company import BOSS, MANAGER, Company
from tests.workflows.test_waiting_for_feeds import FED, FEED, comes, scores

OWN = "- {key: team, kind: kpi, title: {zh: 团队, en: Team}, weight: 60, target: 10, unit: people}"
COMPUTED = """- {key: team, kind: kpi, title: {zh: 团队, en: Team}, weight: 40, computed: children}
      - key: on_goal
        kind: kpi
        title: {zh: 下属绩效达标率, en: Team on goal}
        weight: 20
        target: 80
        computed: {subordinates_on_goal: 60}"""
PLAN = FED.replace(OWN, COMPUTED).replace("periods: {year: 70}", "periods: {quarter: 30, year: 40}")
APRIL, LATER = date(2026, 4, 7), date(2026, 4, 9)
FIRST = ("sales,E1,2026-03-30,300", "sales,E2,2026-03-30,60")
"""All of a quarter's 300, and a fifth of it."""


async def running(company: Company) -> None:
    """Two employees, whose first goals serve their manager's: three quarters of it and one."""
    assert COMPUTED in PLAN and "quarter: 30" in PLAN
    company.policy = PLAN
    await company.launched(employees=2, managers_family="management")
    for owner, weight in (("E1", "3"), ("E2", "1")):
        fields = {"parent": company.goal(MANAGER), "parent_weight": weight}
        said = await company.asks(company.goal(owner), "align", owner, **fields)
        assert said.events == ("GoalAligned",)
    for goal in every(company):
        await company.approved(goal, BOSS if f"-{MANAGER}-" in goal else MANAGER)
    await company.goes_to(date(2026, 2, 2), *every(company))


def every(company: Company) -> list[str]:
    numbers = {"E1": 2, "E2": 2, MANAGER: 3}
    return [company.goal(owner, n + 1) for owner, goals in numbers.items() for n in range(goals)]


async def test_M6_a_goal_waits_for_those_that_serve_it_and_follows_them(
    any_company: Company, tmp_path: Path
) -> None:
    company, above = any_company, any_company.goal(MANAGER)
    await running(company)
    await comes(company, tmp_path, date(2026, 3, 31), APRIL, *FIRST)
    await company.goes_to(APRIL, above)
    assert await scores(company, above) == []
    waiting = (await company.status(above)).next_deadline
    assert waiting is not None and (waiting.period, waiting.again_at is None) == ("Q1", False)
    await company.goes_to(APRIL, company.goal("E1"), company.goal("E2"))
    await company.goes_to(LATER, above)
    assert await scores(company, above) == [("Q1", "80")]
    counted = (await company.last(above, "GoalScored")).inputs.sources
    assert {each.stream: (each.value, each.weight) for each in counted} == {
        company.goal("E1"): (100, 3),
        company.goal("E2"): (20, 1),
    }
    corrected = (FIRST[0], "sales,E2,2026-03-30,180")
    looking_back = FEED.model_copy(update={"look_back": 30})
    await comes(company, tmp_path, date(2026, 3, 31), LATER, *corrected, feed=looking_back)
    await company.has_happened(above, "GoalScored", times=2)
    again = await company.last(above, "GoalScored")
    assert (again.number, again.cause, again.points) == (2, "children", 90)
    audited = await ScoreAudit(company.ledger, company.cycles).goal(above)
    assert (audited.goals, audited.differences) == (2, ())


async def test_M6_the_share_of_subordinates_on_goal_comes_with_their_results(
    company: Company, tmp_path: Path
) -> None:
    share = company.goal(MANAGER, 2)
    await running(company)
    year = ("sales,E1,2026-03-10,1200", "sales,E2,2026-03-10,240")
    await comes(company, tmp_path, date(2026, 12, 31), date(2027, 1, 1), *year)
    await company.goes_to(date(2027, 1, 8), *every(company), company.cycle_workflow)
    for owner, number, judge in (("E1", 2, MANAGER), ("E2", 2, MANAGER), (MANAGER, 3, BOSS)):
        await company.asks(company.goal(owner, number), "assess", judge, points="80")
    await company.goes_to(date(2027, 1, 20), *every(company), company.cycle_workflow)
    assert await scores(company, share) == []
    await company.goes_to(date(2027, 2, 4), company.cycle_workflow)
    for owner in ("E1", "E2"):
        await company.has_happened(company.sheet(owner), "ResultIssued")
    await company.goes_to(date(2027, 2, 6), share)
    found = await company.last(share, "GoalScored")
    results = {
        owner: (await company.last(company.sheet(owner), "ResultIssued")).points for owner in ("E1", "E2")
    }
    assert results["E1"] > 60 > results["E2"]
    assert (found.actual, found.attainment) == (50, exact("62.5"))
    await company.goes_to(date(2027, 2, 8), company.cycle_workflow)
    await company.has_happened(company.sheet(MANAGER), "ResultIssued")
    audited = await ScoreAudit(company.ledger, company.cycles).goal(share)
    assert (audited.goals, audited.differences) == (1, ())
