"""A command is known by its stream and its caller's key: nothing else is ever taken for it, nor lost to it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio

from cairn.domain.cycle.commands import CloseCycle, FinishResults, LaunchCycle
from cairn.domain.cycle.events import LaunchFailure
from cairn.domain.event import SYSTEM
from cairn.domain.moves import Leave, Move
from cairn.domain.refusal import Refusal
from cairn.i18n import refusal_message
from cairn.ledger import IdReused, Ledger, StreamAppend
from tests.databases import database, databases, pool
from tests.faults.launched import CYCLE, JANUARY, LaunchedCycle, silently
from tests.ledger.given import event, to
from tests.workflows.company import ENDS, HR, STARTS, Company
from tests.workflows.conftest import client, company, namespace, own_database, settings, template

__all__ = [
    "client",
    "company",
    "database",
    "databases",
    "namespace",
    "own_database",
    "pool",
    "settings",
    "template",
]


@pytest_asyncio.fixture(loop_scope="session")
async def cycle(pool: Any) -> AsyncIterator[LaunchedCycle]:
    """A launched cycle of two employees whose goals nobody has touched."""
    made = LaunchedCycle(pool)
    await made.launched()
    yield made


async def test_two_goals_of_one_sheet_that_lapse_at_one_moment_both_lapse_and_the_cycle_closes(
    cycle: LaunchedCycle,
) -> None:
    """identity: "two goals of one sheet never approved; both deadlines at review_opens"."""
    due = (await cycle.schedule()).review_opens
    for owner in ("E1", "E2"):
        for number in (1, 2):
            assert not (await cycle.is_due(cycle.goal(owner, number), "lapses", due)).replayed

    assert await cycle.evaluation.open_goals(CYCLE) == ([], 0)
    assert [(await cycle.goals.status(cycle.goal("E1", number), due)).stage for number in (1, 2)] == [
        "cancelled",
        "cancelled",
    ]
    results = FinishResults(cycle=CYCLE, sheets=2, by=SYSTEM, at=due)
    await cycle.cycles.handle(results, "system:results")
    close = CloseCycle(cycle=CYCLE, open_goals=(), goals=0, by=SYSTEM, at=due)
    assert (await cycle.cycles.handle(close, "system:close")).over


async def test_a_cycle_whose_goals_were_never_approved_closes(company: Company) -> None:
    """identity: "close answers "open goals" for ever", through timers and workflows."""
    await company.launched()
    schedule = (await company.plan()).schedule
    goals = [company.goal(number=number) for number in (1, 2)]
    await company.goes_to(schedule.review_opens.date() + timedelta(days=1), *goals)
    assert [(await company.story(goal))[-1] for goal in goals] == ["GoalCancelled"] * 2
    await company.goes_to(schedule.results_due.date() + timedelta(days=1), company.cycle_workflow)
    closed = await company.asks_cycle("close", HR)
    assert closed.refused is None and closed.status is not None and closed.status.over


async def test_a_deadline_that_fires_again_does_nothing_again(cycle: LaunchedCycle) -> None:
    """identity: each deadline has an id of its own, and the same one gives its first answer."""
    due = (await cycle.schedule()).review_opens
    first = await cycle.is_due(cycle.goal(), "lapses", due)
    again = await cycle.is_due(cycle.goal(), "lapses", due)
    assert (first.events, again.events) == (("GoalCancelled", "GoalRemoved"),) * 2
    assert (first.replayed, again.replayed) == (False, True)


async def test_a_check_in_with_the_key_that_a_score_would_have_suppresses_no_score(
    cycle: LaunchedCycle,
) -> None:
    """identity: "a check-in with the key `period_scored:Q1:<due>`"."""
    goal = cycle.goal()
    await cycle.runs(goal)
    period = (await cycle.schedule()).period("Q1")
    assert period is not None
    for due in (period.scored_at.isoformat(), period.scored_at.astimezone().isoformat()):
        await cycle.does(
            goal, "check_in", "E1", f"period_scored:Q1:{due}", at=JANUARY + timedelta(days=60), note=due
        )
    assert (await cycle.is_due(goal, "period_scored", period.scored_at, "Q1")).events == ("GoalScored",)


@pytest.mark.parametrize("key", ["system:period_scored:Q1:2026-04-06T01:00:00+00:00", "system:", "a\tb"])
async def test_no_message_can_carry_a_key_of_the_system(company: Company, key: str) -> None:
    """identity: "callers can't write system keys", by update, past the gateway or by signal."""
    await company.launched()
    goal = company.goal()
    answer = await company.asks(goal, "submit", "E1", key)
    assert answer.refused is not None and answer.refused.field == "command_id"
    refused = await company.is_refused(goal, "submit", {"by": "E1", "command_id": key})
    assert refused.details[0]["code"] == answer.refused.code
    await company.signals(goal, "submit", "E1", key)
    await company.has_happened(goal, "SignalRefused")
    assert "GoalSubmitted" not in await company.story(goal)


async def test_a_strangers_cancel_under_a_used_key_is_refused_with_what_was_recorded(
    cycle: LaunchedCycle,
) -> None:
    """identity: "a stranger's `cancel` under a key that was used"."""
    goal = cycle.goal()
    await cycle.does(goal, "submit", "E1", "k")
    with pytest.raises(Refusal) as refused:
        await cycle.does(goal, "cancel", "E2", "k", reason="none of my business")
    assert (refused.value.code, refused.value.field) == ("command.key-used", "command_id")
    assert refused.value.facts == {
        "key": "k",
        "earlier": "submit",
        "by": "E1",
        "at": (JANUARY + timedelta(hours=1)).isoformat(),
    }
    assert "E1 gave “submit” under it" in refusal_message(refused.value).text("en")
    assert "E1 于" in refusal_message(refused.value).text("zh")


async def test_the_same_key_with_other_content_is_refused_and_with_the_same_gives_the_first_answer(
    cycle: LaunchedCycle,
) -> None:
    """identity: "the same key with other content"."""
    goal, march = cycle.goal(), JANUARY + timedelta(days=60)
    await cycle.runs(goal)
    first = await cycle.does(goal, "check_in", "E1", "k", at=march, value=5)
    later = await cycle.does(goal, "check_in", "E1", "k", at=march + timedelta(days=1), value=5)
    assert (first.events, first.replayed) == (("CheckedIn",), False)
    assert (later.events, later.replayed) == (("CheckedIn",), True)
    for by, fields in (("E1", {"value": 7}), (HR, {"value": 5}), ("E1", {"value": 5, "note": "and more"})):
        with pytest.raises(Refusal, match=r"command\.key-used"):
            await cycle.does(goal, "check_in", by, "k", at=march, **fields)
    assert (await cycle.story(goal)).count("CheckedIn") == 1


async def test_two_commands_at_once_under_one_key_are_one_done_and_one_refused(cycle: LaunchedCycle) -> None:
    """identity: "the same key with other content", both on their way at the same moment."""
    goal, march = cycle.goal(), JANUARY + timedelta(days=60)
    await cycle.runs(goal)
    outcomes = await asyncio.gather(
        *(cycle.does(goal, "check_in", "E1", "k", at=march, value=value) for value in range(6)),
        return_exceptions=True,
    )
    refused = [outcome.code for outcome in outcomes if isinstance(outcome, Refusal)]
    assert refused == ["command.key-used"] * 5
    assert (await cycle.story(goal)).count("CheckedIn") == 1


async def test_a_used_key_is_refused_by_update_too_though_temporal_knows_the_update(company: Company) -> None:
    """identity: "success, nothing done": Temporal answers an update id it knows with the first answer."""
    await company.launched()
    goal = company.goal()
    assert (await company.asks(goal, "submit", "E1", "k")).events == ("GoalSubmitted",)
    assert (await company.asks(goal, "submit", "E1", "k")).refused is None
    answer = await company.asks(goal, "cancel", "E1", "k", reason="not mine")
    assert answer.refused is not None and answer.refused.code == "command.key-used"


async def test_one_key_for_two_goals_of_one_sheet_is_two_commands(cycle: LaunchedCycle) -> None:
    """identity: no key of one goal is ever found in another goal's or a sheet's events."""
    for number in (1, 2):
        answer = await cycle.does(cycle.goal(number=number), "cancel", HR, "k", reason="reorganised")
        assert (answer.events, answer.replayed) == (("GoalCancelled", "GoalRemoved"), False)


async def test_no_key_is_taken_by_the_launch(cycle: LaunchedCycle) -> None:
    """identity: a command with the key `launch` was taken for the goal's draft, which the launch recorded."""
    assert (await cycle.does(cycle.goal(), "submit", "E1", "launch")).events == ("GoalSubmitted",)


async def test_the_key_of_a_launch_closes_no_cycle(pool: Any) -> None:
    """identity: a key seen again with another kind, on a cycle."""
    cycle = LaunchedCycle(pool)
    await cycle.announced()
    found = await cycle.cycles.load(CYCLE)
    launch = LaunchCycle(cycle="2027", seen="", by=HR, at=JANUARY)
    plan, _ = await cycle.cycles.preview("2027", "2027", STARTS, ENDS, found.policy)
    launch = launch.model_copy(update={"seen": plan.digest})
    for _ in range(2):
        await cycle.cycles.launch(launch, "2027", STARTS, ENDS, found.policy, key="k")
    with pytest.raises(Refusal, match=r"command\.key-used"):
        await cycle.cycles.handle(CloseCycle(cycle="2027", by=HR, at=JANUARY), "k")


async def test_a_move_under_a_used_key_is_refused(cycle: LaunchedCycle) -> None:
    """identity: a key seen again with other content, on a person."""
    day = date(2026, 3, 1)
    asked = {"person": "E1", "reason": "moved", "by": HR, "at": JANUARY}
    for _ in range(2):
        await cycle.people.record(Move(manager="M2", effective=day, **asked), day, "k")
    with pytest.raises(Refusal, match=r"command\.key-used"):
        await cycle.people.record(Move(manager="BOSS", effective=day, **asked), day, "k")
    with pytest.raises(Refusal, match=r"command\.key-used"):
        await cycle.people.record(Leave(last_day=day, **asked), day, "k")


async def test_two_ids_swapped_between_two_streams_are_refused_and_nothing_is_written(pool: Any) -> None:
    """identity: "two ids swapped between two streams"."""
    ledger = Ledger(pool)
    await ledger.append([to("goal-1", 0, "c"), to("goal-2", 0, "c")])
    swapped = [
        StreamAppend("goal-1", 1, [event("goal-2", "c")]),
        StreamAppend("goal-2", 1, [event("goal-1", "c")]),
    ]
    with pytest.raises(IdReused) as refused:
        await ledger.append(swapped)
    assert refused.value.streams == ("goal-1", "goal-2")
    assert await pool.fetchval("select count(*) from ledger.event") == 2


async def test_a_launch_with_a_sheet_that_conflicts_ends_however_often_it_is_tried(pool: Any) -> None:
    """retry: "launch with one sheet that conflicts, completion lost"."""
    cycle = LaunchedCycle(pool)
    await cycle.announced(employees=5)
    taken = f"goal-{CYCLE}-E3-2"
    await cycle.ledger.append([to(taken, 0, "somebody else's")])

    failed = [LaunchFailure(sheet=f"sheet-{CYCLE}-E3-1", code="exists", facts={"streams": (taken,)})]
    for _ in range(3):  # the completion of the first two was lost
        assert await cycle.cycles.launch_sheets(CYCLE, silently) == failed
    assert await cycle.story(f"goal-{CYCLE}-E5-2") == ["GoalDrafted"]
    assert await cycle.story(f"sheet-{CYCLE}-E5-1") == ["SheetOpened"]


async def test_a_launch_goes_on_where_an_earlier_build_wrote_a_sheet_otherwise(pool: Any) -> None:
    """retry: an append that meets its own earlier part, written by a build whose events had other fields."""
    cycle = LaunchedCycle(pool)
    await cycle.announced(employees=3)
    written = cycle.ledger.append

    async def as_before(appends: Any) -> Any:
        return await written(
            [a._replace(events=[e._replace(data=f"{e.data} ") for e in a.events]) for a in appends]
        )

    cycle.ledger.append = as_before  # type: ignore[method-assign]
    await cycle.cycles.launch_sheets(CYCLE, silently)
    del cycle.ledger.append
    assert await cycle.cycles.launch_sheets(CYCLE, silently) == []
    assert await cycle.story(f"sheet-{CYCLE}-E3-1") == ["SheetOpened"]
