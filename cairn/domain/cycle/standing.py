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


class CycleDue(Fact):
    phase: CyclePhase
    at: AwareDatetime
    stage: CycleStage | None = None
    period: str | None = None


class CycleStanding(Fact):
    cycle: str
    stage: CycleStage
    version: int
    over: bool
    due: CycleDue | None
    shift: float = 0.0


def standing(cycle: Cycle, policy: Policy) -> CycleStanding:
    ahead = dues(cycle, policy)
    return CycleStanding(
        cycle=cycle.id, stage=cycle.stage, version=cycle.version, over=cycle.stage == "closed",
        due=ahead[0] if ahead else None, shift=cycle.clock_shift,
    )  # fmt: skip


def dues(cycle: Cycle, policy: Policy) -> list[CycleDue]:
    """Every deadline still ahead of the cycle, earliest first."""
    schedule = cycle.schedule
    if schedule is None or cycle.stage in ("none", "closed"):
        return []
    if cycle.stage == "launching":
        return [CycleDue(phase="launch", at=AT_ONCE)]
    stages: list[tuple[CycleStage, AwareDatetime]] = [
        ("execution", schedule.approvals_due),
        ("review", schedule.review_opens),
        ("scoring", schedule.scores_due),
    ]
    order = [name for name, _ in stages]
    reached = order.index(cycle.stage) + 1 if cycle.stage in order else 0
    ahead = [CycleDue(phase="stage", stage=name, at=at) for name, at in stages[reached:]]
    kinds = {
        kind for family in policy.families.values() for kind, weight in family.periods.items() if weight > 0
    }
    ahead += [
        CycleDue(phase="period", period=period.key, at=period.scored_at + AFTER_THE_GOALS)
        for period in schedule.periods
        if period.kind != "year" and period.kind in kinds and period.key not in cycle.scored
    ]
    if not cycle.results:
        ahead.append(CycleDue(phase="results", period="Y", at=schedule.results_due))
    ahead.append(CycleDue(phase="close", at=schedule.closes + AFTER_THE_GOALS))
    return sorted(ahead, key=lambda due: due.at)
