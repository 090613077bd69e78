"""A cycle's year: stages by their dates, scores after the goals', results with subordinates', the close."""

import asyncio
from datetime import date, timedelta

from tests.workflows.company import BOSS, HR, MANAGER, Company, eventually

QUARTERS = (date(2026, 4, 8), date(2026, 7, 8), date(2026, 10, 8))
OWNERS = ("E1", "E2", MANAGER)


async def runs_since_february(company: Company) -> None:
    """Two employees and their manager, with two goals each."""
    await company.launched(employees=2, managers_family="management")
    for owner in OWNERS:
        for goal in (company.goal(owner, 1), company.goal(owner, 2)):
            await company.approved(goal, BOSS if owner == MANAGER else MANAGER)
    await company.goes_to(date(2026, 2, 2), *goals(company), company.cycle_workflow)


async def assesses_everybody(company: Company) -> None:
    """The judgements of the year that results wait for (RULES U2)."""
    for owner, judge in (("E1", MANAGER), ("E2", MANAGER), (MANAGER, BOSS)):
        await company.asks(company.goal(owner, 2), "assess", judge, points="80")


def goals(company: Company) -> list[str]:
    return [company.goal(owner, number) for owner in OWNERS for number in (1, 2)]


async def test_a_cycle_goes_through_its_year_and_closes_when_the_last_goal_has(any_company: Company) -> None:
    company, cycle = any_company, any_company.cycle_workflow
    await runs_since_february(company)
    for quarter in QUARTERS:
        await company.goes_to(quarter, *goals(company), cycle)
    for owner, value in (("E1", "1200"), ("E2", "600"), (MANAGER, "10")):
        await company.asks(company.goal(owner, 1), "check_in", owner, value=value)
    await company.goes_to(date(2027, 1, 8), *goals(company), cycle)
    assert (await company.cycle_standing()).stage == "review"
    await assesses_everybody(company)
    await company.goes_to(date(2027, 1, 20), *goals(company), cycle)
    await too_early(company)
    await company.goes_to(date(2027, 2, 1), *goals(company))
    await company.goes_to(date(2027, 2, 4), cycle)
    assert await company.story(cycle) == [
        "CycleLaunched", "LaunchFinished", "StageReached", "PeriodScored", "PeriodScored", "PeriodScored",
        "StageReached", "PeriodScored", "StageReached", "ResultsIssued", "CycleClosed",
    ]  # fmt: skip
    assert [each.stage for each in await company.all(cycle, "StageReached")] == [
        "execution",
        "review",
        "scoring",
    ]
    assert [each.period for each in await company.all(cycle, "PeriodScored")] == ["Q1", "Q2", "Q3", "Q4"]
    assert await company.handle(cycle).result() == "closed"
    await results_count_the_subordinates(company)


async def too_early(company: Company) -> None:
    """Goals that are scored but not closed keep the cycle open, for HR as for its own deadline, and nothing is lost."""
    early = await company.asks_cycle("close", HR)
    assert early.refused is not None and early.refused.code == "cycle.open-goals"
    await company.goes_to(date(2027, 2, 1), company.cycle_workflow)
    assert "CycleClosed" not in await company.story(company.cycle_workflow)
    assert (await company.cycle_standing()).next_deadline is not None


async def results_count_the_subordinates(company: Company) -> None:
    await company.has_happened(company.sheet(MANAGER), "ResultIssued")
    of_manager = await company.last(company.sheet(MANAGER), "ResultIssued")
    of_staff = {owner: await company.last(company.sheet(owner), "ResultIssued") for owner in ("E1", "E2")}
    counted = {part.sheet: part.result for part in of_manager.subordinates}
    assert counted == {company.sheet(owner): result.points for owner, result in of_staff.items()}
    assert of_staff["E1"].points > of_staff["E2"].points


async def test_sheets_are_scored_only_after_their_goals(company: Company) -> None:
    cycle = company.cycle_workflow
    await runs_since_february(company)
    waiting = asyncio.create_task(company.goes_to(date(2026, 4, 8), cycle))
    await asyncio.sleep(0.3)
    assert "PeriodScored" not in await company.story(cycle)
    assert "SheetScored" not in await company.story(company.sheet("E1"))
    await company.goes_to(date(2026, 4, 8), *goals(company))
    await waiting
    assert await company.story(cycle) == ["CycleLaunched", "LaunchFinished", "StageReached", "PeriodScored"]
    assert "SheetScored" in await company.story(company.sheet("E1"))


async def test_a_second_launch_of_the_same_plan_changes_nothing_and_of_another_is_refused(
    company: Company,
) -> None:
    fields = await company.prepared(employees=3)
    both = await asyncio.gather(
        *(company.gateway.cycle(company.cycle, "launch", HR, fields) for _ in range(2))
    )
    assert all(answer.refused is None for answer in both)
    await company.begun()
    again = await company.gateway.cycle(company.cycle, "launch", HR, fields)
    assert again.refused is None
    other = await company.gateway.cycle(company.cycle, "launch", HR, fields | {"seen": "another"})
    assert other.refused is not None and other.refused.code == "cycle.exists"
    assert (await company.story(company.cycle_workflow)).count("CycleLaunched") == 1
    for owner in ("E1", "E2", "E3"):
        assert await company.story(company.goal(owner)) == ["GoalDrafted"]
        assert await company.story(company.sheet(owner)) == ["SheetOpened"]


async def test_the_server_finds_workflows_by_cycle_and_department_whoever_began_them(
    company: Company,
) -> None:
    await company.launched(employees=3)
    assert await company.count("WorkflowType = 'Cycle'") == 1
    assert await company.count("WorkflowType = 'Goal'") == 6
    assert await company.count("CairnDepartment = 'sales'") == 6
    goal = company.goal("E1")
    await company.client.get_workflow_handle(goal).terminate()
    await company.asks(goal, "submit", "E1")  # begins it anew

    async def found() -> bool:
        running = "ExecutionStatus = 'Running' AND CairnDepartment = 'sales'"
        return (
            await company.count(running) == 6
            and await company.count(f"{running} AND WorkflowId = '{goal}'") == 1
        )

    await eventually(found)


async def test_no_persons_name_or_id_is_told_to_the_server_in_the_clear(company: Company) -> None:
    """Search attributes are never encrypted: they hold the cycle and the department."""
    await company.launched(employees=1)
    await company.asks(company.goal("E1"), "submit", "E1")
    told = await company.client.get_workflow_handle(company.goal("E1")).describe()
    ours = {pair.key.name for pair in told.typed_search_attributes} - {"BuildIds"}  # that one is Temporal's
    assert ours == {"CairnCycle", "CairnDepartment"}


async def test_a_launch_after_a_refused_one_goes_on_in_the_waiting_workflow(company: Company) -> None:
    refused = await company.asks_cycle("launch", "E1")
    assert refused.refused is not None
    await company.launched()
    assert await company.count("WorkflowType = 'Cycle'") == 1


async def test_days_between_two_tries_of_a_close_are_counted_on_the_cycles_clock(company: Company) -> None:
    cycle = company.cycle_workflow
    await runs_since_february(company)
    await company.goes_to(date(2027, 1, 8), *goals(company), cycle)
    await assesses_everybody(company)
    await company.goes_to(date(2027, 1, 20), *goals(company), cycle)
    await company.goes_to(date(2027, 2, 3), cycle)
    assert "CycleClosed" not in await company.story(cycle)
    await company.goes_to(date(2027, 2, 3), *goals(company))
    assert (await company.asks_cycle("close", HR)).refused is None
    closed = await company.last(cycle, "CycleClosed")
    assert (closed.by, closed.goals) == (HR, 6)
    assert closed.at.date() - date(2027, 2, 3) <= timedelta(days=1)
    assert await company.handle(cycle).result() == "closed"
