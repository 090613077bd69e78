"""A cycle as its events make it, and the fold."""

from typing import assert_never

from pydantic import Field

from cairn.domain.cycle.events import (
    AnyCycleEvent,
    CycleClosed,
    CycleLaunched,
    CycleSignalRefused,
    CycleStage,
    LaunchFinished,
    LeftOut,
    PeriodScored,
    ResultsIssued,
    StageReached,
)
from cairn.domain.event import Fact
from cairn.domain.schedule import Schedule


class Cycle(Fact):
    id: str
    version: int = 0
    stage: CycleStage = "none"
    title: str = ""
    policy: str = ""
    schedule: Schedule | None = None
    plan: str = ""
    roster: int = 0
    sheets: int = 0
    goals: int = 0
    left_out: tuple[LeftOut, ...] = ()
    language: str = "zh"
    clock_offset: float = 0.0
    launch: LaunchFinished | None = None
    scored: frozenset[str] = Field(default=frozenset())
    results: bool = False


def evolve(cycle: Cycle, event: AnyCycleEvent) -> Cycle:
    """The cycle after one more event."""
    return _evolved(cycle, event).model_copy(update={"version": cycle.version + 1})


def _evolved(cycle: Cycle, event: AnyCycleEvent) -> Cycle:
    match event:
        case CycleLaunched():
            facts = event.model_dump(exclude={"by", "at", "cycle", "schedule", "left_out"})
            more = {"schedule": event.schedule, "left_out": event.left_out, "stage": "launching"}
            return cycle.model_copy(update={**facts, **more})
        case LaunchFinished():
            stage = "goal_setting" if cycle.stage == "launching" else cycle.stage
            return cycle.model_copy(update={"launch": event, "stage": stage})
        case StageReached():
            return cycle.model_copy(update={"stage": event.stage})
        case PeriodScored():
            return cycle.model_copy(update={"scored": cycle.scored | {event.period}})
        case ResultsIssued():
            return cycle.model_copy(update={"results": True})
        case CycleClosed():
            return cycle.model_copy(update={"stage": "closed"})
        case CycleSignalRefused():
            return cycle
        case _:
            assert_never(event)
