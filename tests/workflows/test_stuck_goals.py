"""A goal that cannot go on keeps nobody else from it: it is named, tried again later, and comes to its dates late."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client

from activities import supervisor
from cairn.application.audit import Missing, Outcome, ScoreAudit
from cairn.application.repository import record_alone
from cairn.domain.cycle.events import RehearsalAdvanced
from cairn.ledger import NewEvent, StreamAppend
from cairn.settings import Settings
from tests.portal.conftest import Cairn, environment
from tests.workflows.company import HR, Company, eventually, morning
from tests.workflows.conftest import company_at


@pytest_asyncio.fixture(loop_scope="session")
async def unwatched(
    settings: Settings, client: Client, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Company]:
    """A company in which nothing is begun again by itself."""
    monkeypatch.setattr(supervisor, "ROUND", 3600.0)
    async with company_at(settings, client, cached=2000) as made:
        yield made


async def poisoned(company: Company, goal: str) -> None:
    """An event of a type that nobody knows comes into a goal's stream, as a newer program leaves it."""
    event = NewEvent(uuid4(), "GoalTeleported", "{}", datetime.now(UTC), HR)
    await company.ledger.append([StreamAppend(goal, await company.ledger.version_of(goal), [event])])


async def audited(company: Company, day: date) -> Outcome:
    def silently(done: int, of: int) -> None:
        """Nobody watches."""

    return await ScoreAudit(company.ledger, company.cycles).cycle(company.cycle, silently, morning(day))


async def status_of(company: Company, day: date) -> str:
    """What `cairn status` notes on a day of the cycle's clock, when all that was recorded can be seen."""
    mark = RehearsalAdvanced(cycle=company.cycle, instant=morning(day), by=HR, at=morning(day))
    await record_alone(company.ledger, mark, f"mark-{day}")
    said = await Cairn({**environment(company.settings), "CAIRN_LANGUAGE": "en"})("status", "--json")
    assert said.code == 1, said.out
    return "\n".join(said.json["notes"])


async def all_run(company: Company, owners: int) -> list[str]:
    goals = [company.goal(f"E{owner}", number) for owner in range(1, owners + 1) for number in (1, 2)]
    for goal in goals:
        await company.active(goal)
    return goals


async def test_a_goal_that_cannot_be_read_keeps_no_other_from_its_score_and_no_phase_from_coming(
    unwatched: Company,
) -> None:
    """workflow: "a goal that can't be scored"; poison: "an event of unknown type … in a goal's stream"."""
    company = unwatched
    await company.launched(employees=2)
    goals = await all_run(company, 2)
    await poisoned(company, company.goal("E1"))
    await company.goes_to(date(2026, 4, 7), *goals[1:])
    await company.goes_to(date(2026, 4, 10), company.cycle_workflow)
    await company.has_happened(company.cycle_workflow, "PeriodScored")
    assert [each.period for each in await company.all(company.sheet("E2"), "SheetScored")] == ["Q1"]
    assert await company.all(company.sheet("E1"), "SheetScored") == []
    assert (await company.cycle_standing()).stage == "execution"
    answer = await company.asks_cycle("close", HR)
    assert answer.refused is not None and answer.refused.code == "cycle.no-results"
    assert f"{company.goal('E1')} Q1" in await status_of(company, date(2026, 4, 10))
    told = await audited(company, date(2026, 4, 10))
    assert ([each.of for each in told.unread], told.differences) == ([company.goal("E1")], ())


async def test_a_deadline_that_cannot_be_kept_is_tried_again_ever_later_and_commands_go_on(
    unwatched: Company,
) -> None:
    """workflow: the lock is held and the step retried without end; nobody gets an answer."""
    company = unwatched
    await company.launched()
    goal = company.goal()
    await company.approved(goal)
    await poisoned(company, goal)
    await company.goes_to(date(2026, 2, 2), goal)
    status = await company.status(goal)
    assert status.next_deadline is not None and status.next_deadline.again_at is not None
    assert status.next_deadline.again_at - status.next_deadline.at > timedelta(minutes=9)
    later = await company.handle(goal).query("next_deadline")
    await company.goes_to(date(2026, 2, 3), goal)
    again = await company.handle(goal).query("next_deadline")
    assert again["again_at"] > later["again_at"]
    answer = await company.asks(goal, "check_in", "E1", value="1")
    assert answer.refused is not None and answer.refused.code == "event.newer"


async def test_the_year_goes_on_beside_results_that_wait_and_close_names_the_goal(unwatched: Company) -> None:
    """workflow: "other phases and `cycle close` wait for ever; nothing names the goal"."""
    company = unwatched
    await company.launched(employees=1)
    goal, other = await all_run(company, 1)
    await poisoned(company, goal)
    await company.goes_to(date(2027, 2, 3), other)
    schedule = (await company.plan()).schedule
    await company.goes_to(schedule.results_due.date() + timedelta(days=2), company.cycle_workflow)

    async def put_off() -> bool:
        standing = await company.cycle_standing()
        return standing.next_deadline is not None and standing.next_deadline.again_at is not None

    await eventually(put_off)
    assert (await company.cycle_standing()).stage == "scoring"
    answer = await company.asks_cycle("close", HR)
    assert answer.refused is not None
    assert (answer.refused.code, answer.refused.facts["example"]) == ("cycle.no-results", goal)
    notes = await status_of(company, schedule.results_due.date() + timedelta(days=2))
    assert f"The results of {company.cycle} are due" in notes and goal in notes


async def test_a_goal_whose_workflow_was_gone_while_its_period_passed_is_behind_and_gets_its_score_late(
    unwatched: Company,
) -> None:
    """workflow: "an approved goal's workflow terminated, its period passes, then recover"."""
    company = unwatched
    await company.launched(employees=2)
    goals = [company.goal(f"E{owner}", number) for owner in (1, 2) for number in (1, 2)]
    for goal in goals:
        await company.approved(goal)
    gone, others = goals[0], goals[1:]
    await company.handle(gone).terminate("by accident")
    await company.goes_to(date(2026, 4, 7), *others)
    await company.goes_to(date(2026, 4, 10), company.cycle_workflow)
    await company.has_happened(company.cycle_workflow, "PeriodScored")
    assert [each.period for each in await company.all(company.sheet("E2"), "SheetScored")] == ["Q1"]
    assert await company.all(company.sheet("E1"), "SheetScored") == []
    assert f"1 workflow: terminated ({gone})" in await status_of(company, date(2026, 4, 10))
    told = await audited(company, date(2026, 4, 10))
    period = (await company.plan()).schedule.period("Q1")
    assert period is not None
    assert told.missing == (Missing(of=gone, period="Q1", due=period.scored_at),)

    await company.asks(gone, "check_in", "E1", value="0")  # begins its workflow again, in January still
    await company.goes_to(date(2026, 4, 10), gone)
    await company.has_happened(gone, "GoalScored")
    story = await company.story(gone)
    assert story.index("GoalActivated") < story.index("GoalScored")
