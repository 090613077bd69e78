"""A goal sheet as its events make it, and the fold."""

from datetime import date
from decimal import Decimal
from typing import assert_never

from pydantic import Field

from cairn.domain.event import Fact
from cairn.domain.schedule import Days, gaps_of
from cairn.domain.sheet.events import (
    AnySheetEvent,
    FlexibleSpaceUsed,
    GoalPlaced,
    GoalRemoved,
    GoalWeighted,
    Holder,
    Placement,
    ResultIssued,
    SheetAbsencesSet,
    SheetLastDaySet,
    SheetOpened,
    SheetScored,
)


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
    absences: tuple[Days, ...] = Field(default=(), description="days of long leave, which do not count")
    space: Decimal = Field(default=Decimal(0), description="the flexible space of the whole cycle")
    used: Decimal = Field(default=Decimal(0), description="what adjustments have drawn of it")
    placements: dict[str, Placement] = Field(default_factory=dict, description="goal → its place and weight")
    scores: dict[str, SheetScored] = Field(default_factory=dict, description="period → its score")
    result: ResultIssued | None = None
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
            return sheet.model_copy(update={**facts, "placements": placements})
        case GoalPlaced():
            return _with(sheet, event.placement)
        case GoalWeighted():
            placement = sheet.placements[event.goal]
            return _with(sheet, placement.model_copy(update={"weight": event.after}))
        case GoalRemoved():
            left = {goal: placement for goal, placement in sheet.placements.items() if goal != event.goal}
            return sheet.model_copy(update={"placements": left})
        case SheetLastDaySet():
            return sheet.model_copy(update={"last_day": event.last})
        case SheetAbsencesSet():
            return sheet.model_copy(update={"absences": event.absences})
        case FlexibleSpaceUsed():
            return sheet.model_copy(update={"used": sheet.used + event.used})
        case SheetScored():
            return sheet.model_copy(update={"scores": {**sheet.scores, event.period: event}})
        case ResultIssued():
            return sheet.model_copy(update={"result": event})
        case _:
            assert_never(event)


def _with(sheet: Sheet, placement: Placement) -> Sheet:
    return sheet.model_copy(update={"placements": {**sheet.placements, placement.goal: placement}})
