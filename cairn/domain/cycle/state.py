"""A cycle as its events make it, and the fold."""

from typing import assert_never

from pydantic import Field

from cairn.domain.cycle.events import (
    AnyCycleEvent,
    CycleAbandoned,
    CycleClosed,
    CycleLaunched,
    CycleSignalRefused,
    LaunchFinished,
    LeftOut,
    PeriodScored,
    ResultsIssued,
    ReviewsOpened,
    SheetsAdded,
    StageReached,
)
from cairn.domain.cycle.stages import CycleStage
from cairn.domain.event import Fact
from cairn.domain.schedule import Schedule


class Cycle(Fact):
    """One cycle as of its `version`."""

    id: str
    version: int = Field(default=0, description="how many events made it")
    stage: CycleStage = "none"
    title: str = ""
    policy: str = Field(default="", description="the policy it was launched under, `name@version`")
    schedule: Schedule | None = Field(default=None, description="its dates, None before the launch")
    plan: str = Field(default="", description="the digest of the plan it was launched from")
    roster: int = Field(default=0, description="the log's position at which the plan read roster and targets")
    sheets: int = Field(default=0, description="sheets of the plan")
    goals: int = Field(default=0, description="goals of the plan")
    left_out: tuple[LeftOut, ...] = Field(default=(), description="who takes no part, and why")
    language: str = Field(default="zh", description="in which the template's titles were written")
    clock_offset: float = Field(default=0.0, description="seconds beside Temporal's clock")
    launch: LaunchFinished | None = Field(default=None, description="how the launch ended, None until it has")
    added: tuple[str, ...] = Field(default=(), description="sheets that came after the launch, in order")
    scored: frozenset[str] = Field(
        default=frozenset(), description="keys of the periods all sheets are scored in"
    )
    reviewed: frozenset[str] = Field(
        default=frozenset(), description="keys of the periods whose reviews are open"
    )
    results: bool = Field(default=False, description="whether the results are out")


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
        case SheetsAdded():
            return cycle.model_copy(update={"added": (*cycle.added, *event.sheets)})
        case StageReached():
            return cycle.model_copy(update={"stage": event.stage})
        case PeriodScored():
            return cycle.model_copy(update={"scored": cycle.scored | {event.period}})
        case ReviewsOpened():
            return cycle.model_copy(update={"reviewed": cycle.reviewed | {event.period}})
        case ResultsIssued():
            return cycle.model_copy(update={"results": True})
        case CycleClosed():
            return cycle.model_copy(update={"stage": "closed"})
        case CycleAbandoned():
            return cycle.model_copy(update={"stage": "abandoned"})
        case CycleSignalRefused():
            return cycle
        case _:
            assert_never(event)
