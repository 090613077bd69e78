"""Where a cycle stands and what is due next: all its workflow ever knows."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from cairn.domain.cycle.events import CycleStage
from cairn.domain.cycle.state import Cycle
from cairn.domain.event import Fact
from cairn.domain.policy import Policy

CyclePhase = Literal["launch", "stage", "period", "results", "close"]
AFTER_THE_GOALS = timedelta(days=1)
"""Sheets are scored a day after their goals, so that every goal's own timer has fired."""
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""A launch waits for nothing: its sheets follow as soon as it is recorded."""


class CycleDeadline(Fact):
    phase: CyclePhase
    at: AwareDatetime
    stage: CycleStage | None = None
    period: str | None = None


class CycleStatus(Fact):
    cycle: str
    stage: CycleStage
    version: int
    over: bool
    next_deadline: CycleDeadline | None
    clock_offset: float = 0.0


def status(cycle: Cycle, policy: Policy) -> CycleStatus:
    ahead = deadlines_of(cycle, policy)
    return CycleStatus(
        cycle=cycle.id, stage=cycle.stage, version=cycle.version, over=cycle.stage == "closed",
        next_deadline=ahead[0] if ahead else None, clock_offset=cycle.clock_offset,
    )  # fmt: skip


def deadlines_of(cycle: Cycle, policy: Policy) -> list[CycleDeadline]:
    """Every deadline still ahead of the cycle, earliest first."""
    schedule = cycle.schedule
    if schedule is None or cycle.stage in ("none", "closed"):
        return []
    if cycle.stage == "launching":
        return [CycleDeadline(phase="launch", at=AT_ONCE)]
    stages: list[tuple[CycleStage, AwareDatetime]] = [
        ("execution", schedule.approvals_due),
        ("review", schedule.review_opens),
        ("scoring", schedule.scores_due),
    ]
    order = [name for name, _ in stages]
    reached = order.index(cycle.stage) + 1 if cycle.stage in order else 0
    ahead = [CycleDeadline(phase="stage", stage=name, at=at) for name, at in stages[reached:]]
    kinds = {
        kind for family in policy.families.values() for kind, weight in family.periods.items() if weight > 0
    }
    ahead += [
        CycleDeadline(phase="period", period=period.key, at=period.scored_at + AFTER_THE_GOALS)
        for period in schedule.periods
        if period.kind != "year" and period.kind in kinds and period.key not in cycle.scored
    ]
    if not cycle.results:
        ahead.append(CycleDeadline(phase="results", period="Y", at=schedule.results_due))
    ahead.append(CycleDeadline(phase="close", at=schedule.closes + AFTER_THE_GOALS))
    return sorted(ahead, key=lambda due: due.at)
