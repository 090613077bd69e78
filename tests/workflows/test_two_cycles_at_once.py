"""Two cycles of one company at once: each has its own sheets, goals, clock and end, whoever is in both."""

from datetime import date

from projections.engine.catch_up import wait_for
from projections.models.inbox import inbox
from tests.workflows.company import HR, MANAGER, Company


async def test_what_is_done_in_one_cycle_leaves_the_other_as_it_is(company: Company) -> None:
    await company.launched()
    other = company.another_cycle()
    await other.launched()
    await company.approved(company.goal())
    await company.goes_to(date(2026, 4, 10), company.goal(), company.cycle_workflow)
    assert "GoalScored" in await company.story(company.goal())
    assert await other.story(other.goal()) == ["GoalDrafted"]
    assert (await other.status(other.goal())).stage == "draft"


async def test_an_inbox_has_the_tasks_of_both_and_of_one_where_it_is_named(company: Company) -> None:
    await company.launched()
    other = company.another_cycle()
    await other.launched()
    for each in (company, other):
        assert (await each.asks(each.goal(), "submit", "E1")).events == ("GoalSubmitted",)
    await company.ledger.wait_sealed(other.goal(), 2, 10)
    await wait_for(company.pool, "goal", await company.ledger.sealed_position(), 10)
    waiting = {task.goal for task in await inbox(company.pool, MANAGER) if task.act == "approve"}
    assert waiting == {company.goal(), other.goal()}
    one = await inbox(company.pool, MANAGER, cycle=other.cycle)
    assert {task.goal for task in one if task.act == "approve"} == {other.goal()}


async def test_one_cycle_is_given_up_and_the_other_goes_on(company: Company) -> None:
    await company.launched()
    other = company.another_cycle()
    await other.launched()
    assert (await company.asks_cycle("abandon", HR, reason="launched by mistake")).refused is None
    assert (await other.asks(other.goal(), "submit", "E1")).events == ("GoalSubmitted",)
    refused = (await company.asks(company.goal(), "submit", "E1")).refused
    assert refused is not None and refused.code == "goal.stage"
