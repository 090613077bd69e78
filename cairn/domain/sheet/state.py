"""A goal sheet as its events make it, and the fold."""

from datetime import date, datetime
from decimal import Decimal
from typing import assert_never

from pydantic import AwareDatetime, Field

from cairn.domain.event import Fact
from cairn.domain.policy import Dimension
from cairn.domain.schedule import Days, gaps_of
from cairn.domain.sheet.events import (
    AnySheetEvent,
    DimensionWaived,
    FlexibleSpaceUsed,
    GoalPlaced,
    GoalRemoved,
    GoalWeighted,
    GradeMove,
    Holder,
    IncidentRecorded,
    IncidentWithdrawn,
    Placement,
    RestatementDecided,
    RestatementHeard,
    RestatementProposed,
    RestatementTold,
    RestatementVoted,
    ResultIssued,
    SheetAbsencesSet,
    SheetEndCause,
    SheetExtended,
    SheetLastDaySet,
    SheetOpened,
    SheetScored,
    VersionCalibrated,
    VersionHandedOver,
    VersionShown,
    VersionSigned,
    Waiver,
)
from cairn.domain.voting import Ballot


class Weighing(Fact):
    """A goal's weight from a moment on; 0 once it has left the sheet."""

    at: AwareDatetime
    weight: Decimal


class Sheet(Fact):
    """One goal sheet as of its `version`. Weights and the flexible space are in points of 100."""

    id: str = Field(description="the sheet's stream")
    version: int = Field(default=0, description="how many events made it")
    cycle: str = Field(default="", description="the cycle's id")
    kind: Holder = "person"
    holder: str = Field(default="", description="a person's id, `department.<id>` or `company`")
    department: str | None = Field(default=None, description="the department's id")
    family: str | None = Field(
        default=None, description="the holder's job family, None where it is no person's"
    )
    since: date = Field(default=date.min, description="the first day that counts")
    last_day: date | None = Field(
        default=None, description="the last day that counts, None: the cycle's last one"
    )
    end_cause: SheetEndCause | None = Field(default=None, description="why it has a last day")
    absences: tuple[Days, ...] = Field(default=(), description="days of long leave, which do not count")
    space: Decimal = Field(default=Decimal(0), description="the flexible space of the whole cycle")
    used: Decimal = Field(default=Decimal(0), description="what adjustments have drawn of it")
    placements: dict[str, Placement] = Field(default_factory=dict, description="goal → its place and weight")
    weighings: dict[str, tuple[Weighing, ...]] = Field(
        default_factory=dict,
        description="goal → its weights in order, those of goals that left the sheet too",
    )
    incidents: dict[int, IncidentRecorded] = Field(
        default_factory=dict, description="what happened and counts, by number, without what was taken back"
    )
    recorded: int = Field(default=0, description="how many incidents were ever recorded")
    scores: dict[str, SheetScored] = Field(default_factory=dict, description="period → its last score")
    result: ResultIssued | None = Field(default=None, description="the last one")
    result_version: int = Field(default=0, description="the sheet's version with which the last result came")
    moves: dict[int, GradeMove] = Field(
        default_factory=dict, description="number of a result → by whom its grade was moved"
    )
    shown: int = Field(default=0, description="number of the result that was shown to the person last")
    shown_at: AwareDatetime | None = Field(default=None, description="when that was")
    signed: int = Field(default=0, description="number of the result that the person signed last")
    handed_over: int = Field(default=0, description="number of the result that payroll was handed last")
    calibrated: int = Field(default=0, description="number of the result that a calibration saw last")
    calibration: str | None = Field(default=None, description="that calibration's stream")
    restatements: dict[str, RestatementProposed] = Field(
        default_factory=dict, description="those that wait for a decision, by their ids"
    )
    hearings: dict[str, str] = Field(
        default_factory=dict, description="restatement that waits → what the person said to it last"
    )
    ballots: dict[str, dict[str, Ballot]] = Field(
        default_factory=dict,
        description="restatement that waits → member of the committee → how they voted on it",
    )
    untold: dict[str, RestatementDecided] = Field(
        default_factory=dict, description="what was decided and the person was not told yet, by restatement"
    )
    proposed: int = Field(default=0, description="how many restatements were ever proposed")
    extended: date | None = Field(
        default=None,
        description="the day until which HR lets it be made whole, None: no longer than the rest",
    )
    lapsed: tuple[str, ...] = Field(
        default=(), description="goals that were never approved and have ended so"
    )
    waivers: dict[str, dict[str, Waiver]] = Field(
        default_factory=dict, description="dimension → who agreed to do without it, in which role"
    )
    without: frozenset[Dimension] = Field(
        default=frozenset(), description="dimensions that HR and the committee decided it does without"
    )
    policy: str = Field(default="", description="the policy it was opened under, `name@version`")

    @property
    def gaps(self) -> tuple[Days, ...]:
        """The days from its first one on that do not count."""
        return gaps_of(self.last_day, self.absences)

    @property
    def space_left(self) -> Decimal:
        """What adjustments may still draw."""
        return self.space - self.used

    @property
    def weight(self) -> Decimal:
        """The sum of its goals' weights."""
        return sum((placement.weight for placement in self.placements.values()), Decimal(0))

    def weight_in(self, dimension: Dimension) -> Decimal:
        """What its goals of one dimension weigh together."""
        placed = (each.weight for each in self.placements.values() if each.dimension == dimension)
        return sum(placed, Decimal(0))

    def weight_of(self, goal: str) -> Decimal:
        """A goal's weight, 0 where it is not in the sheet."""
        placement = self.placements.get(goal)
        return placement.weight if placement else Decimal(0)


def evolve(sheet: Sheet, event: AnySheetEvent) -> Sheet:
    """The sheet after one more event."""
    return _evolved(sheet, event).model_copy(update={"version": sheet.version + 1})


def _evolved(sheet: Sheet, event: AnySheetEvent) -> Sheet:
    match event:
        case SheetOpened():
            facts = event.model_dump(exclude={"by", "at", "sheet", "placements"})
            placements = {placement.goal: placement for placement in event.placements}
            weighings: dict[str, tuple[Weighing, ...]] = {
                each.goal: (Weighing(at=event.at, weight=each.weight),) for each in event.placements
            }
            return sheet.model_copy(update={**facts, "placements": placements, "weighings": weighings})
        case GoalPlaced():
            return _with(sheet, event.placement, event.at)
        case GoalWeighted():
            placement = sheet.placements[event.goal].model_copy(update={"weight": event.after})
            if event.restatement is not None:
                return _mended(sheet, placement)
            return _with(sheet, placement, event.at)
        case GoalRemoved():
            left = {goal: placement for goal, placement in sheet.placements.items() if goal != event.goal}
            weighings = _weighed(sheet, event.goal, Decimal(0), event.at)
            lapsed = (*sheet.lapsed, event.goal) if event.cause == "never_approved" else sheet.lapsed
            update: dict[str, object] = {"placements": left, "weighings": weighings, "lapsed": lapsed}
            return sheet.model_copy(update=update)
        case SheetExtended():
            return sheet.model_copy(update={"extended": event.until})
        case DimensionWaived():
            agreed = {**sheet.waivers.get(event.dimension, {}), event.by: event.role}
            without = sheet.without | {event.dimension} if event.decided else sheet.without
            waivers = {**sheet.waivers, event.dimension: agreed}
            return sheet.model_copy(update={"waivers": waivers, "without": without})
        case SheetLastDaySet():
            cause = event.cause if event.last else None
            return sheet.model_copy(update={"last_day": event.last, "end_cause": cause})
        case SheetAbsencesSet():
            return sheet.model_copy(update={"absences": event.absences})
        case FlexibleSpaceUsed():
            return sheet.model_copy(update={"used": sheet.used + event.used})
        case IncidentRecorded():
            there = {**sheet.incidents, event.incident: event}
            return sheet.model_copy(update={"incidents": there, "recorded": event.incident})
        case IncidentWithdrawn():
            left_over = {number: each for number, each in sheet.incidents.items() if number != event.incident}
            return sheet.model_copy(update={"incidents": left_over})
        case SheetScored():
            return sheet.model_copy(update={"scores": {**sheet.scores, event.period: event}})
        case ResultIssued():
            return _with_result(sheet, event)
        case VersionCalibrated():
            return sheet.model_copy(update={"calibrated": event.number, "calibration": event.calibration})
        case VersionShown():
            return sheet.model_copy(update={"shown": event.number, "shown_at": event.at})
        case VersionSigned():
            return sheet.model_copy(update={"signed": event.number})
        case VersionHandedOver():
            return sheet.model_copy(update={"handed_over": event.number})
        case RestatementProposed():
            others = {key: each for key, each in sheet.restatements.items() if key != event.replaces}
            open_ones = {**others, event.restatement: event}
            return sheet.model_copy(update={"restatements": open_ones, "proposed": sheet.proposed + 1})
        case RestatementHeard():
            return sheet.model_copy(update={"hearings": {**sheet.hearings, event.restatement: event.said}})
        case RestatementVoted():
            ballot = Ballot(by=event.by, vote=event.vote, comment=event.comment, at=event.at)
            given = {**sheet.ballots.get(event.restatement, {}), event.by: ballot}
            return sheet.model_copy(update={"ballots": {**sheet.ballots, event.restatement: given}})
        case RestatementDecided():
            waiting = {key: each for key, each in sheet.restatements.items() if key != event.restatement}
            untold = {**sheet.untold, event.restatement: event}
            return sheet.model_copy(update={"restatements": waiting, "untold": untold})
        case RestatementTold():
            rest = {key: each for key, each in sheet.untold.items() if key != event.restatement}
            return sheet.model_copy(update={"untold": rest})
        case _:
            assert_never(event)


def _with_result(sheet: Sheet, event: ResultIssued) -> Sheet:
    """What a calibration moved itself it has seen; what it undid stays in its hands."""
    changes: dict[str, object] = {"result": event, "result_version": sheet.version + 1}
    if event.moved is not None:
        changes["moves"] = {**sheet.moves, event.number: event.moved}
    if event.cause == "calibrated" and event.moved is not None:
        changes |= {"calibrated": event.number, "calibration": event.moved.case}
    elif event.cause == "uncalibrated":
        changes |= {"calibrated": event.number}
    return sheet.model_copy(update=changes)


def _with(sheet: Sheet, placement: Placement, at: datetime) -> Sheet:
    placements = {**sheet.placements, placement.goal: placement}
    weighings = _weighed(sheet, placement.goal, placement.weight, at)
    return sheet.model_copy(update={"placements": placements, "weighings": weighings})


def _mended(sheet: Sheet, placement: Placement) -> Sheet:
    """The sheet as if a goal's last weight had been this one all along."""
    *before, last = sheet.weighings[placement.goal]
    right = (*before, last.model_copy(update={"weight": placement.weight}))
    return sheet.model_copy(
        update={
            "placements": {**sheet.placements, placement.goal: placement},
            "weighings": {**sheet.weighings, placement.goal: right},
        }
    )


def _weighed(sheet: Sheet, goal: str, weight: Decimal, at: datetime) -> dict[str, tuple[Weighing, ...]]:
    before = sheet.weighings.get(goal, ())
    return {**sheet.weighings, goal: (*before, Weighing(at=at, weight=weight))}
