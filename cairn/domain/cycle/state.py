"""A cycle as its events make it, and the fold."""

from collections.abc import Callable
from typing import assert_never

from pydantic import AwareDatetime, Field

from cairn.domain.cycle.events import (
    AnyCycleEvent,
    AppraisalsOpened,
    CalibrationBegun,
    CalibrationEnded,
    CycleAbandoned,
    CycleClosed,
    CycleLaunched,
    CycleSignalRefused,
    LaunchFinished,
    LeftOut,
    PeriodScored,
    PolicyAmended,
    PolicyAmendmentDecided,
    PolicyAmendmentProposed,
    PolicyAmendmentVoted,
    ResultsIssued,
    ResultsShown,
    ReviewsOpened,
    SheetsAdded,
    StageReached,
)
from cairn.domain.cycle.stages import CycleStage
from cairn.domain.event import Fact
from cairn.domain.schedule import Schedule
from cairn.domain.voting import Ballot


class FormerTerms(Fact):
    """What a cycle went by before a change in mid-cycle: policy (`name@version`) and dates, in force since a moment,
    None: since the launch."""

    policy: str
    schedule: Schedule
    since: AwareDatetime | None


class Amendment(Fact):
    """A proposed change of the policy that is not in force yet, with the committee's votes on it and, once it has
    decided for it, when."""

    proposed: PolicyAmendmentProposed
    ballots: dict[str, Ballot] = Field(default_factory=dict, description="member → how they voted last")
    decided: PolicyAmendmentDecided | None = None


class Cycle(Fact):
    """One cycle as of its `version`."""

    id: str
    version: int = Field(default=0, description="how many events made it")
    stage: CycleStage = "none"
    title: str = ""
    policy: str = Field(default="", description="the policy in force in it, `name@version`")
    schedule: Schedule | None = Field(default=None, description="its dates, None before the launch")
    amended_at: AwareDatetime | None = Field(
        default=None, description="since when these are in force, None: since the launch"
    )
    former: tuple[FormerTerms, ...] = Field(default=(), description="what was in force before, in order")
    amendment: Amendment | None = Field(default=None, description="the change that is proposed")
    proposed: int = Field(default=0, description="how many changes were ever proposed")
    plan: str = Field(default="", description="the digest of the plan it was launched from")
    roster: int = Field(default=0, description="the log's position at which the plan read roster and targets")
    sheets: int = Field(default=0, description="sheets of the plan")
    goals: int = Field(default=0, description="goals of the plan")
    left_out: tuple[LeftOut, ...] = Field(default=(), description="who takes no part, and why")
    language: str = Field(default="zh", description="in which the template's titles were written")
    launched_at: AwareDatetime | None = Field(default=None, description="None before the launch")
    clock_offset: float = Field(default=0.0, description="seconds beside Temporal's clock")
    launch: LaunchFinished | None = Field(default=None, description="how the launch ended, None until it has")
    added: tuple[str, ...] = Field(default=(), description="sheets that came after the launch, in order")
    scored: frozenset[str] = Field(
        default=frozenset(), description="keys of the periods all sheets are scored in"
    )
    reviewed: frozenset[str] = Field(
        default=frozenset(), description="keys of the periods whose reviews are open"
    )
    appraised: bool = Field(default=False, description="whether the appraisals are open")
    results: bool = Field(default=False, description="whether the results are out")
    calibrations: tuple[str, ...] = Field(
        default=(), description="calibrations that have not ended, in order"
    )
    shown: bool = Field(default=False, description="whether the results were shown to the people")

    @property
    def proposer(self) -> str | None:
        """Who proposed the change of its policy that is open, None where none is."""
        return self.amendment.proposed.by if self.amendment else None

    @property
    def launch_policy(self) -> str:
        """The policy it was launched under, `name@version`."""
        return self.former[0].policy if self.former else self.policy

    @property
    def launch_schedule(self) -> Schedule | None:
        """Its dates as it was launched, None before."""
        return self.former[0].schedule if self.former else self.schedule


def evolve(cycle: Cycle, event: AnyCycleEvent) -> Cycle:
    """The cycle after one more event."""
    return _evolved(cycle, event).model_copy(update={"version": cycle.version + 1})


def _evolved(cycle: Cycle, event: AnyCycleEvent) -> Cycle:
    match event:
        case CycleLaunched():
            facts = event.model_dump(exclude={"by", "at", "cycle", "schedule", "left_out"})
            more = {"schedule": event.schedule, "left_out": event.left_out, "stage": "launching"}
            return cycle.model_copy(update={**facts, **more, "launched_at": event.at})
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
        case AppraisalsOpened():
            return cycle.model_copy(update={"appraised": True})
        case ResultsIssued():
            return cycle.model_copy(update={"results": True})
        case CalibrationBegun():
            return cycle.model_copy(update={"calibrations": (*cycle.calibrations, event.calibration)})
        case CalibrationEnded():
            rest = tuple(each for each in cycle.calibrations if each != event.calibration)
            return cycle.model_copy(update={"calibrations": rest})
        case ResultsShown():
            return cycle.model_copy(update={"shown": True})
        case CycleClosed():
            return cycle.model_copy(update={"stage": "closed"})
        case CycleAbandoned():
            return cycle.model_copy(update={"stage": "abandoned"})
        case PolicyAmendmentProposed():
            open_now = Amendment(proposed=event)
            return cycle.model_copy(update={"amendment": open_now, "proposed": cycle.proposed + 1})
        case PolicyAmendmentVoted():
            ballot = Ballot(by=event.by, vote=event.vote, comment=event.comment, at=event.at)
            return _with_amendment(
                cycle, lambda open_now: {"ballots": {**open_now.ballots, event.by: ballot}}
            )
        case PolicyAmendmentDecided():
            if event.outcome == "against":
                return cycle.model_copy(update={"amendment": None})
            ballots = {each.by: each for each in event.ballots}
            return _with_amendment(cycle, lambda _: {"ballots": ballots, "decided": event})
        case PolicyAmended():
            return _amended(cycle, event)
        case CycleSignalRefused():
            return cycle
        case _:
            assert_never(event)


def _with_amendment(cycle: Cycle, update: Callable[[Amendment], dict[str, object]]) -> Cycle:
    if cycle.amendment is None:
        return cycle
    return cycle.model_copy(update={"amendment": cycle.amendment.model_copy(update=update(cycle.amendment))})


def _amended(cycle: Cycle, event: PolicyAmended) -> Cycle:
    if cycle.schedule is None:
        return cycle
    was = FormerTerms(policy=cycle.policy, schedule=cycle.schedule, since=cycle.amended_at)
    update = {
        "policy": event.after,
        "schedule": event.schedule,
        "amended_at": event.at,
        "former": (*cycle.former, was),
        "amendment": None,
    }
    return cycle.model_copy(update=update)
