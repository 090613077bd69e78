"""A policy that changes in mid-cycle, on real servers: workflows that run learn their new dates (RULES L11)."""

from datetime import date

from activities.inputs import CycleOutcome
from cairn.application.amendments import Amendments
from cairn.application.seats import SeatHolders
from tests.workflows.company import BOSS, HR, POLICY, Company, eventually, morning

LATER = POLICY + "calendar: {holidays: [2026-10-08]}\n"
DRAFTS_LATER = LATER.replace(
    "{execution_starts: 31}", "{execution_starts: 31, drafts_due: 20, results_due: 20}"
)
DECIDED = {
    "heard": "staff meeting",
    "heard_on": "2026-01-05",
    "told": "notice board",
    "told_on": "2026-01-07",
}


async def proposed(company: Company, text: str, day: date) -> CycleOutcome:
    """HR proposes a version of the policy, adopted on the way, as a preview of it was seen."""
    reference = (await company.cycles.policies.adopt(text, "policy.yaml", HR, morning(day))).reference
    amendments = Amendments(company.cycles, SeatHolders(company.ledger))
    after = await company.cycles.policies.version(reference)
    seen = await amendments.preview(company.cycle, after, morning(day))
    return await company.asks_cycle("amend", HR, policy=reference, seen=seen.digest, reason="New Year")


async def amended(company: Company, text: str, day: date) -> None:
    """Proposed, decided by the committee, in force."""
    assert (await proposed(company, text, day)).refused is None
    name = (await company.last(company.cycle_workflow, "PolicyAmendmentProposed")).amendment
    assert (await company.asks_cycle("vote", BOSS, amendment=name, vote="for")).refused is None
    assert (await company.asks_cycle("enact", HR, amendment=name, **DECIDED)).refused is None


async def test_a_deadline_that_is_moved_later_fires_at_the_later_time(any_company: Company) -> None:
    company, goal, cycle = any_company, any_company.goal("E1"), any_company.cycle_workflow
    await company.launched(employees=2)
    await company.goes_to(date(2026, 1, 7), goal, cycle)
    await amended(company, DRAFTS_LATER, date(2026, 1, 7))

    async def knows() -> bool:
        due = (await company.status(goal)).next_deadline
        return due is not None and (due.phase, due.at) == ("drafts_remind", morning_of(date(2026, 1, 16)))

    await eventually(knows)
    await company.goes_to(date(2026, 1, 22), goal)  # drafts were due on the 16th, late on the 21st
    assert [each.due.date() for each in await company.all(goal, "ReminderSent")] == [date(2026, 1, 16)]
    assert "DeadlineMissed" not in await company.story(goal)
    await company.goes_to(date(2026, 1, 26), goal)
    [missed] = await company.all(goal, "DeadlineMissed")
    assert (missed.phase, missed.due.date()) == ("drafts_due", date(2026, 1, 26))
    assert missed.at >= morning_of(date(2026, 1, 26))


def morning_of(day: date) -> object:
    return morning(day).replace(hour=9)


async def test_a_cycle_issues_its_results_on_the_later_date(company: Company) -> None:
    cycle = company.cycle_workflow
    await company.launched(employees=1)
    await company.goes_to(date(2026, 1, 7), cycle)
    await amended(company, DRAFTS_LATER, date(2026, 1, 7))
    standing = await company.cycles.load(company.cycle)
    assert standing.schedule is not None and standing.schedule.results_due.date() == date(2027, 1, 20)
    assert (await company.cycles.launched_plan(company.cycle)).goals == 2  # still the plan that was launched
    [amendment] = await company.all(cycle, "PolicyAmendmentProposed")
    moved = {(each.name, each.goals, each.people) for each in amendment.moves}
    assert ("results", 0, 0) in moved and ("drafts_due", 2, 1) in moved


async def test_hr_alone_changes_nothing_and_hears_why(company: Company) -> None:
    await company.launched(employees=1)
    assert (await proposed(company, LATER, date(2026, 1, 2))).refused is None
    for name, by, fields, code in (
        ("vote", HR, {"vote": "for"}, "cycle.not-yours"),
        ("enact", HR, DECIDED, "amendment.undecided"),
        ("enact", BOSS, DECIDED, "cycle.not-hr"),
    ):
        answer = await company.asks_cycle(name, by, amendment=f"{company.cycle}-P1", **fields)
        assert answer.refused is not None and answer.refused.code == code
    mix = POLICY.replace("quarter: 40, year: 60", "quarter: 50, year: 50")
    reference = (
        await company.cycles.policies.adopt(mix, "policy.yaml", HR, morning(date(2026, 1, 2)))
    ).reference
    refused = await company.asks_cycle("amend", HR, policy=reference, seen="x", reason="r")
    assert refused.refused is not None and refused.refused.code == "amendment.number"
    assert refused.refused.facts["fields"] == (
        "families.sales.periods.quarter",
        "families.sales.periods.year",
    )
