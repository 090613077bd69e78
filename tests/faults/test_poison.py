"""An event that nobody can read: its goal is named and waits, and everybody else's work goes on."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from cairn.application.audit import ScoreAudit
from cairn.application.stored_events import UnreadableEvent
from cairn.i18n import refusal_message
from cairn.ledger import NewEvent, Sealer, StreamAppend, migrate, open_pool
from projections.engine.catch_up import catch_up, status
from projections.engine.parking import parked, retry, skip
from projections.engine.rebuild import differences, rebuild
from projections.engine.sql import MIGRATIONS
from projections.models.goal import goals
from tests.databases import Databases, databases
from tests.faults.launched import CYCLE, JANUARY, LaunchedCycle, silently
from tests.workflows.company import ENDS, HR, POLICY, STARTS, roster

__all__ = ["databases"]

POISON = {
    "an unknown type": ("GoalTeleported", 1, "{}"),
    "a later schema": ("CheckedIn", 99, '{"goal": "goal-2026-E1-1"}'),
    "no such fields": ("GoalPaused", 1, '{"nobody": "knows"}'),
    "out of place": ("GoalDrafted", 1, "{}"),
}
OF_PEOPLE = {
    "an unknown type": ("PersonCloned", 1, "{}"),
    "a later schema": ("PersonChanged", 2, "{}"),
    "no such fields": ("PersonLeft", 1, "{}"),
}


@pytest_asyncio.fixture(loop_scope="session")
async def cycle(databases: Databases) -> AsyncIterator[LaunchedCycle]:
    """A launched cycle of two employees whose goals run, in a database with the read models."""
    dsn = await databases.migrated()
    await migrate(dsn, folders=[MIGRATIONS])
    async with await open_pool(dsn, size=10) as pool:
        made = LaunchedCycle(pool)
        await made.launched()
        for owner in ("E1", "E2"):
            await made.runs(made.goal(owner))
        yield made
    await databases.drop(dsn)


async def poisoned(cycle: LaunchedCycle, stream: str, kind: str) -> None:
    """The event at the end of a stream, sealed."""
    type_, schema, data = POISON[kind]
    version = await cycle.ledger.version_of(stream)
    event = NewEvent(uuid4(), type_, data, JANUARY, "somebody", schema_version=schema)
    await cycle.ledger.append([StreamAppend(stream, version, [event])])
    await cycle.sealer.seal_once()


async def scored(cycle: LaunchedCycle, *owners: str) -> None:
    """The first quarter of these people's goals."""
    period = (await cycle.schedule()).period("Q1")
    assert period is not None
    for owner in owners:
        for number in (1, 2):
            await cycle.is_due(cycle.goal(owner, number), "period_scored", period.scored_at, "Q1")


@pytest.mark.parametrize("kind", POISON)
async def test_a_period_is_scored_for_everybody_but_whose_goal_cannot_be_read(
    cycle: LaunchedCycle, kind: str
) -> None:
    """poison: "Q3 scored for nobody"."""
    await poisoned(cycle, cycle.goal("E1"), kind)
    await scored(cycle, "E2")
    period = (await cycle.schedule()).period("Q1")
    assert period is not None
    found = await cycle.evaluation.score_period(CYCLE, "Q1", period.scored_at, silently)
    assert found.sheets == 1 and cycle.goal("E1") in found.waiting
    assert "SheetScored" in await cycle.story(f"sheet-{CYCLE}-E2-1")
    assert "SheetScored" not in await cycle.story(f"sheet-{CYCLE}-E1-1")


@pytest.mark.parametrize("kind", POISON)
async def test_verifying_the_cycle_names_the_goal_and_computes_all_others(
    cycle: LaunchedCycle, kind: str
) -> None:
    """poison: "replay and verify of the whole cycle crash"."""
    await scored(cycle, "E1", "E2")
    await poisoned(cycle, cycle.goal("E1"), kind)
    audit = ScoreAudit(cycle.ledger, cycle.cycles)
    found = await audit.cycle(CYCLE, lambda done, of: None)
    assert {each.of for each in found.unread} >= {cycle.goal("E1")} and not found.sound
    assert {each.stream for each in found.unread} == {cycle.goal("E1")}
    assert found.goals == 1 and found.differences == ()
    assert (await audit.goal(cycle.goal("E2"))).sound
    assert [each.of for each in (await audit.goal(cycle.goal("E1"))).unread] == [cycle.goal("E1")]


@pytest.mark.parametrize("kind", POISON)
async def test_closing_names_the_goal_among_those_that_are_open(cycle: LaunchedCycle, kind: str) -> None:
    """poison: "`cycle close` retried 78 times"."""
    await poisoned(cycle, cycle.goal("E1"), kind)
    waiting, number = await cycle.evaluation.open_goals(CYCLE)
    assert cycle.goal("E1") in waiting and number == 4


async def test_a_command_on_it_is_refused_in_words_and_others_are_done(cycle: LaunchedCycle) -> None:
    await poisoned(cycle, cycle.goal("E1"), "a later schema")
    with pytest.raises(UnreadableEvent) as refused:
        await cycle.does(cycle.goal("E1"), "pause", HR, "p", reason="x")
    assert refused.value.code == "event.newer"
    said = refusal_message(refused.value)
    assert "was written by a newer Cairn" in said.text("en") and "更新版本的 Cairn" in said.text("zh")
    done = await cycle.does(cycle.goal("E1", 2), "pause", HR, "p", reason="x")
    assert done.events == ("GoalPaused",)


async def test_a_goal_beside_it_on_the_sheet_gets_its_score_and_the_sheet_waits(cycle: LaunchedCycle) -> None:
    await poisoned(cycle, cycle.goal("E1", 2), "an unknown type")
    period = (await cycle.schedule()).period("Q1")
    assert period is not None
    await cycle.is_due(cycle.goal("E1"), "period_scored", period.scored_at, "Q1")
    assert "GoalScored" in await cycle.story(cycle.goal("E1"))
    found = await cycle.evaluation.score_period(CYCLE, "Q1", period.scored_at, silently)
    assert cycle.goal("E1", 2) in found.waiting
    assert "SheetScored" not in await cycle.story(f"sheet-{CYCLE}-E1-1")


@pytest.mark.parametrize("kind", ["an unknown type", "a later schema"])
async def test_what_a_newer_cairn_wrote_is_parked_with_those_words_in_every_read_model_of_goals(
    cycle: LaunchedCycle, kind: str
) -> None:
    """parked: "folds take it as version 1, the write side refuses it"."""
    pool, bad = cycle.pool, cycle.goal("E1")
    await catch_up(pool)
    await poisoned(cycle, bad, kind)
    await cycle.does(cycle.goal("E2"), "check_in", "E2", "c1", on="2026-01-01", value="5")
    await cycle.sealer.seal_once()
    await catch_up(pool)
    stuck = await parked(pool)
    assert {each.stream for each in stuck} == {bad}
    assert {"goal", "progress", "inbox"} <= {each.projection for each in stuck}
    assert all("written by a newer Cairn" in each.reason for each in stuck)
    assert all(each.lag_events == 0 for each in await status(pool))
    assert {each.goal for each in await goals(pool)} >= {cycle.goal("E2")}
    assert await retry(pool, "goal", bad) is False
    await rebuild(pool, "goal")
    assert [each.stream for each in await parked(pool, "goal")] == [bad]
    assert all(table.equal for table in await differences(pool, "progress"))
    assert await skip(pool, "goal", bad, reason="nothing to see", by="ops", ledger=cycle.ledger)
    await cycle.sealer.seal_once()
    await catch_up(pool)
    assert await parked(pool, "goal") == []
    assert all(table.equal for table in await differences(pool, "goal"))


@pytest.mark.parametrize("kind", OF_PEOPLE)
async def test_a_person_who_cannot_be_read_is_left_out_by_name_and_all_others_are_launched(
    databases: Databases, kind: str
) -> None:
    """A launch that swallows its errors."""
    dsn = await databases.migrated()
    async with await open_pool(dsn, size=6) as pool:
        made = LaunchedCycle(pool)
        policy = (await made.cycles.policies.adopt(POLICY, "policy.yaml", HR, JANUARY)).reference
        await made.people.import_roster(roster(2), HR, JANUARY)
        type_, schema, data = OF_PEOPLE[kind]
        event = NewEvent(uuid4(), type_, data, JANUARY, "somebody", schema_version=schema)
        await made.ledger.append([StreamAppend("person-E1", 1, [event])])
        await Sealer(pool).seal_once()
        dated = await made.people.dated()
        assert list(dated.unreadable_people) == ["E1"] and {"E1", "E2"} <= set(dated.histories)
        plan, _ = await made.cycles.preview(CYCLE, "2026", STARTS, ENDS, policy)
        assert ("E1", "unreadable") in [(each.person, each.code) for each in plan.left_out]
        assert {sheet.holder for sheet in plan.sheets} >= {"E2"} and "E1" not in {
            s.holder for s in plan.sheets
        }
    await databases.drop(dsn)
