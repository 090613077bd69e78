"""The goal and sheet read models are the domain's own folds of the log, however the log is cut into windows."""

from datetime import UTC, timedelta
from typing import Any

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cairn.domain.event import Event
from cairn.domain.goal.events import AnyGoalEvent, GoalCancelled
from cairn.domain.goal.state import Goal, evolve
from cairn.domain.goal.status import awaited
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as evolve_sheet
from projections.engine.catch_up import catch_up
from projections.models.goal import MODEL, GoalRow, count_by_stage, goal, goal_ids, goals, open_goals, sheets
from projections.models.inbox import tasks_of_goal
from tests.projections.given import AT, GOAL, SHEET, active, drafted, opened, record
from tests.projections.stories import lives, sheet_lives

LAW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
SAME = (
    "stage", "entered", "cycle", "sheet", "tier", "owner", "manager", "department", "key", "dimension",
    "title", "measure", "since", "parent", "policy", "smart", "parts", "adjustments", "accepted", "segments",
)  # fmt: skip


def folded(events: list[Any]) -> Goal:
    state = Goal(id=events[0].stream)
    for event in events:
        state = evolve(state, event)
    return state


def assert_same(row: GoalRow | None, state: Goal) -> None:
    assert row is not None
    for name in SAME:
        assert getattr(row, name) == getattr(state, name), name
    assert row.awaiting == state.pending


@LAW
@given(life=lives(), window=st.integers(1, 6))
async def test_a_goal_is_what_the_domain_makes_of_its_events(
    pool: asyncpg.Pool, life: list[Event], window: int
) -> None:
    await record(pool, *life)
    await catch_up(pool, names=["goal"], window=window)
    state = folded(life)
    row = await goal(pool, state.id)
    assert_same(row, state)
    changes = [n for n, event in enumerate(life, 1) if event.type in MODEL.event_types]
    assert row is not None and row.version == changes[-1]
    assert await assessments(pool, state.id) == state.assessments
    for at in (life[0].at, life[-1].at, life[-1].at + timedelta(days=400)):  # RULES L1: places by the day
        held = state.held_on(at.astimezone(UTC).date())
        assert sorted(task.awaited for task in await tasks_of_goal(pool, state.id, at)) == sorted(
            awaited(held)
        )


async def assessments(pool: asyncpg.Pool, goal: str) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for row in await pool.fetch("select period, manager, points from read.assessment where goal = $1", goal):
        found.setdefault(row["period"], {})[row["manager"]] = row["points"]
    return found


@LAW
@given(life=sheet_lives(), window=st.integers(1, 6))
async def test_a_sheet_is_what_the_domain_makes_of_its_events(
    pool: asyncpg.Pool, life: list[Any], window: int
) -> None:
    state = Sheet(id=life[0].stream)
    for event in life:
        state = evolve_sheet(state, event)
    await record(pool, *life)
    await catch_up(pool, names=["goal"], window=window)
    [row] = await sheets(pool, sheet=state.id)
    assert (row.version, row.space, row.used, row.space_left) == (
        state.version, state.space, state.used, state.space_left
    )  # fmt: skip
    placed = await pool.fetch("select goal, dimension, weight from read.placement where sheet = $1", state.id)
    assert {row["goal"]: (row["dimension"], row["weight"]) for row in placed} == {
        goal: (placement.dimension, placement.weight) for goal, placement in state.placements.items()
    }


def test_every_event_that_changes_what_is_decided_about_moves_the_row_on() -> None:
    """Whoever decides names the row's version: were it older than such an event, they could never decide."""
    assert {kind for kind in AnyGoalEvent.__args__ if kind.touching} <= set(MODEL.reads)


async def test_a_goal_has_its_weight_whichever_stream_came_first(pool: asyncpg.Pool) -> None:
    other = "goal-2026-lin-2"
    await record(pool, drafted(), opened(goals=(GOAL, other)), drafted(other))
    await catch_up(pool, names=["goal"], window=1)
    assert [found.weight for found in await goals(pool, sheet=SHEET)] == [50, 50]


async def test_goals_are_found_by_owner_stage_and_department(pool: asyncpg.Pool) -> None:
    await record(pool, *active(), drafted("goal-2026-qi-1", owner="qi", department="rd"))
    await catch_up(pool, names=["goal"])
    assert [found.goal for found in await goals(pool, owners=["lin"])] == [GOAL]
    assert [found.goal for found in await goals(pool, stage="draft")] == ["goal-2026-qi-1"]
    assert [found.goal for found in await goals(pool, cycle="2026", department="rd")] == ["goal-2026-qi-1"]
    assert await goal(pool, "goal-nobody") is None
    assert (await goals(pool, owners=["lin"]))[0].entered > AT


async def test_goals_are_counted_by_stage_and_by_whether_they_are_over(pool: asyncpg.Pool) -> None:
    over, other = "goal-2026-lin-3", "goal-2027-qi-1"
    cancelled = GoalCancelled(goal=over, reason="x", by="hua", at=AT)
    await record(
        pool, *active(), drafted("goal-2026-lin-2"), drafted(over), cancelled, drafted(other, cycle="2027")
    )
    await catch_up(pool, names=["goal"])
    assert await count_by_stage(pool, "2026") == {"active": 1, "draft": 1, "cancelled": 1}
    assert await count_by_stage(pool, "2031") == {}
    assert await open_goals(pool) == 3
    assert await goal_ids(pool, "2026") == [GOAL, "goal-2026-lin-2", over]
    assert await goal_ids(pool, "") == [GOAL, "goal-2026-lin-2", over, other]
