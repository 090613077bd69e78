"""Reports of goals' owners: which wait for the manager, in whatever windows they are folded (RULES D6)."""

from typing import Any

import asyncpg
import pytest

from cairn.domain.event import Event
from cairn.domain.goal import events as g
from cairn.domain.measure import Kpi
from projections.engine.catch_up import catch_up
from projections.models.inbox import inbox, tasks_of_goal, waiting
from tests.projections.given import CYCLE, GOAL, D, active, joined, later, launched, opened, record

VISITS = Kpi(unit="次", target=D(240))


def reported(value: str | None, days: float) -> g.CheckedIn:
    facts: dict[str, Any] = {
        "goal": GOAL,
        "on": later(days).date(),
        "note": "n",
        "by": "lin",
        "at": later(days),
    }
    return g.CheckedIn.model_validate({**facts, "value": value})


def confirmed(*numbers: int) -> g.CheckInsConfirmed:
    return g.CheckInsConfirmed(goal=GOAL, check_ins=numbers, by="wang", at=later(20))


def withdrawn(number: int) -> g.CheckInWithdrawn:
    return g.CheckInWithdrawn(goal=GOAL, check_in=number, by="lin", at=later(21))


def replaced(measure: Kpi) -> g.GoalAdjusted:
    return g.GoalAdjusted.model_validate(
        {
            "goal": GOAL, "adjustment": "a1", "before": g.Changes(measure=VISITS), "after": g.Changes(measure=measure),
            "reason": "r", "draws": D(5), "space_left": D(10), "by": "hua", "at": later(22),
        }
    )  # fmt: skip


def runs(*more: Event) -> list[Event]:
    return [launched(), opened(), joined("lin"), *active(measure=VISITS), *more]


@pytest.mark.parametrize("window", [1, 3, 50])
async def test_reports_are_numbered_confirmed_and_withdrawn_whatever_the_windows(
    pool: asyncpg.Pool, window: int
) -> None:
    """A report without its history."""
    said = [reported("5", 5), reported(None, 6), reported("7", 7), reported("9", 8)]
    await record(pool, *runs(*said, confirmed(1), withdrawn(3), reported("11", 9)))
    await catch_up(pool, window=window)
    rows = await pool.fetch(
        "select number, confirmed_by, withdrawn, waits from read.check_in order by number"
    )
    assert [tuple(row) for row in rows] == [
        (1, "wang", False, False),
        (2, None, False, False),
        (3, None, True, False),
        (4, None, False, True),
        (5, None, False, True),
    ]


async def test_an_unconfirmed_report_waits_for_the_manager_until_it_is_confirmed(pool: asyncpg.Pool) -> None:
    await record(pool, *runs(reported("5", 5), reported("7", 7)))
    await catch_up(pool)
    [task] = await inbox(pool, "wang")
    assert (task.act, task.awaited, task.since, task.until) == ("confirm_check_ins", "wang", later(5), None)
    assert await inbox(pool, "lin") == [] == await inbox(pool, "qi", ["committee", "hr"])
    assert [each.act for each in await tasks_of_goal(pool, GOAL)] == ["confirm_check_ins"]
    assert [(each.awaited, each.act) for each in await waiting(pool, CYCLE, later(9))] == [
        ("wang", "confirm_check_ins")
    ]
    await record(pool, confirmed(1, 2))
    await catch_up(pool)
    assert await inbox(pool, "wang") == [] == await waiting(pool, CYCLE, later(9))


async def test_where_reports_are_trusted_nobody_has_to_confirm_them(pool: asyncpg.Pool) -> None:
    await record(pool, *runs(reported("5", 5)))
    await catch_up(pool)
    assert await inbox(pool, "wang", trusting=[CYCLE]) == []
    assert await waiting(pool, CYCLE, later(9), trusting=[CYCLE]) == []
    assert await tasks_of_goal(pool, GOAL, trusting=[CYCLE]) == []


async def test_reports_of_a_former_metric_wait_for_nobody(pool: asyncpg.Pool) -> None:
    await record(pool, *runs(reported("5", 5), replaced(Kpi(unit="%", target=D(90), aggregation="mean"))))
    await catch_up(pool)
    assert await inbox(pool, "wang") == []
    await record(pool, reported("88", 23))
    await catch_up(pool)
    assert [each.since for each in await inbox(pool, "wang")] == [later(23)]


async def test_another_target_of_the_same_metric_leaves_reports_as_they_are(pool: asyncpg.Pool) -> None:
    await record(pool, *runs(reported("5", 5), replaced(VISITS.model_copy(update={"target": D(200)}))))
    await catch_up(pool)
    assert [each.act for each in await inbox(pool, "wang")] == ["confirm_check_ins"]
