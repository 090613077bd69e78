"""A goal whose dates nobody kept for a while is behind: its sheet waits for it, and gets its score when it comes."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest_asyncio

from cairn.application.audit import Missing, Outcome, ScoreAudit
from cairn.application.goals import deadline
from cairn.ledger import NewEvent, StreamAppend
from tests.databases import database, databases, pool
from tests.faults.launched import CYCLE, JANUARY, LaunchedCycle, silently
from tests.workflows.company import morning

__all__ = ["database", "databases", "pool"]
APRIL = morning(date(2026, 4, 10))


@pytest_asyncio.fixture(loop_scope="session")
async def cycle(pool: Any) -> AsyncIterator[LaunchedCycle]:
    """A launched cycle of two employees, all of whose goals run but the first one's, which is approved and no more."""
    made = LaunchedCycle(pool)
    await made.launched()
    starts = (await made.schedule()).execution_starts
    for owner in ("E1", "E2"):
        for number in (1, 2):
            goal = made.goal(owner, number)
            await made.does(goal, "submit", owner, f"submit-{goal}")
            await made.does(goal, "approve", "M1", f"approve-{goal}")
            if goal != made.goal():
                await made.is_due(goal, "execution_starts", starts)
    yield made


async def keeps_late(cycle: LaunchedCycle, goal: str, phase: str, due: datetime, period: str | None) -> None:
    """A deadline that has passed, kept in April by a workflow that was begun again."""
    command, key = deadline(goal, phase, due, period, APRIL)
    assert (await cycle.goals.handle(command, key)).events


async def audited(cycle: LaunchedCycle) -> Outcome:
    def unwatched(done: int, of: int) -> None:
        """Nobody watches."""

    return await ScoreAudit(cycle.ledger, cycle.cycles).cycle(CYCLE, unwatched, APRIL)


async def test_its_sheet_waits_for_it_and_verifying_names_what_is_missing_until_it_has_come(
    cycle: LaunchedCycle,
) -> None:
    """workflow: "the sheet never gets that period's score, and verifying says all right"."""
    schedule = await cycle.schedule()
    period = schedule.period("Q1")
    assert period is not None
    await cycle.is_due(cycle.goal("E2"), "period_scored", period.scored_at, "Q1")
    scored = await cycle.evaluation.score_period(CYCLE, "Q1", APRIL, silently)
    assert scored == (1, [cycle.goal()])
    assert "SheetScored" not in await cycle.story(f"sheet-{CYCLE}-E1-1")
    assert (await audited(cycle)).missing == (Missing(of=cycle.goal(), period="Q1", due=period.scored_at),)

    await keeps_late(cycle, cycle.goal(), "execution_starts", schedule.execution_starts, None)
    await keeps_late(cycle, cycle.goal(), "period_scored", period.scored_at, "Q1")
    assert (await cycle.story(f"sheet-{CYCLE}-E1-1")).count("SheetScored") == 1
    assert (await audited(cycle)).sound


async def test_a_sheet_that_lacks_the_score_that_its_goals_have_is_named_too(cycle: LaunchedCycle) -> None:
    """workflow: "verifying names what is missing", of the cycle's own part."""
    period = (await cycle.schedule()).period("Q1")
    assert period is not None
    await cycle.is_due(cycle.goal("E2"), "period_scored", period.scored_at, "Q1")
    assert f"sheet-{CYCLE}-E2-1" in {each.of for each in (await audited(cycle)).missing}
    await cycle.evaluation.score_period(CYCLE, "Q1", APRIL, silently)
    assert {each.of for each in (await audited(cycle)).missing} == {cycle.goal()}


async def test_a_stream_that_nobody_can_read_is_named_and_all_others_are_computed(
    cycle: LaunchedCycle,
) -> None:
    """poison: "replay and verify of the whole cycle crash"; "Q3 scored for nobody"."""
    period = (await cycle.schedule()).period("Q1")
    assert period is not None
    for owner, unknown in (("E1", "GoalTeleported"), ("E2", "GoalActivated")):
        goal = cycle.goal(owner, 2)
        event = NewEvent(uuid4(), unknown, "{}", JANUARY, "system", schema_version=99)
        await cycle.ledger.append([StreamAppend(goal, await cycle.ledger.version_of(goal), [event])])
    await cycle.is_due(cycle.goal("E2"), "period_scored", period.scored_at, "Q1")
    scored = await cycle.evaluation.score_period(CYCLE, "Q1", APRIL, silently)
    assert {*scored.waiting} >= {cycle.goal("E1", 2), cycle.goal("E2", 2)}
    told = await audited(cycle)
    assert [each.of for each in told.unread] == [cycle.goal("E1", 2), cycle.goal("E2", 2)]
    assert (told.goals, told.differences) == (1, ())
    assert (await cycle.evaluation.open_goals(CYCLE))[0][0] == cycle.goal("E1", 2)
