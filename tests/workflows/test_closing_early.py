"""A cycle with open goals does not close, and says how many there are."""

from tests.workflows.company import HR, Company


async def test_closing_a_cycle_tells_how_many_goals_are_open_however_many(company: Company) -> None:
    await company.launched(employees=15)
    early = await company.asks_cycle("close", HR)
    assert early.refused is not None
    assert (early.refused.code, early.refused.facts["open"]) == ("cycle.open-goals", "30")
