"""A cycle does not close before its results are out (RULES L8), and says what is missing."""

from tests.workflows.company import HR, Company


async def test_l8_closing_a_cycle_early_tells_of_its_results_and_its_open_goals(
    company: Company,
) -> None:
    await company.launched(employees=15)
    early = await company.asks_cycle("close", HR)
    assert early.refused is not None
    assert (early.refused.code, early.refused.facts["open"]) == ("cycle.no-results", "30")
