"""What can happen to a goal sheet. Class names and fields are the storage format."""

from datetime import date
from decimal import Decimal
from typing import Literal

from cairn.domain.event import Event, Fact
from cairn.domain.exact import Exact
from cairn.domain.policy import Dimension, PeriodKind
from cairn.domain.schedule import Days

Holder = Literal["person", "department", "company"]
SheetEndCause = Literal["left", "family"]


class SheetEvent(Event):
    """Any event of a goal sheet; `sheet` is its stream, such as `sheet-2026-E007-1`."""

    sheet: str

    @property
    def stream(self) -> str:
        return self.sheet


class Placement(Fact):
    """A goal's place in the sheet."""

    goal: str
    dimension: Dimension
    weight: Decimal


class SheetOpened(SheetEvent):
    """`space` is the flexible space in points of 100; `holder` a person's id, a department's id or `company`."""

    cycle: str
    kind: Holder
    holder: str
    department: str | None
    family: str | None
    since: date
    space: Decimal
    placements: tuple[Placement, ...]
    policy: str


class GoalPlaced(SheetEvent):
    """A goal was added to the sheet."""

    placement: Placement


class GoalWeighted(SheetEvent):
    """A goal's weight changed; both are in points of 100."""

    goal: str
    before: Decimal
    after: Decimal


class GoalRemoved(SheetEvent):
    """A goal left the sheet, its weight is free again."""

    goal: str


class SheetLastDaySet(SheetEvent):
    """The sheet counts up to and with `last`: its holder leaves, or changes to another job family, whose sheet follows
    (RULES L7). None: to the cycle's end after all."""

    last: date | None
    cause: SheetEndCause


class SheetAbsencesSet(SheetEvent):
    """Those days on which the holder is away for long, all of them, in order: periods count by the rest (RULES L7)."""

    absences: tuple[Days, ...]


class FlexibleSpaceUsed(SheetEvent):
    """An adjustment of a goal drew on the flexible space; `used` and `left` are in points of 100."""

    goal: str
    adjustment: str
    used: Decimal
    left: Decimal


class ScorePart(Fact):
    """One goal's part of a sheet's score; `version` is the goal's version when it was read."""

    goal: str
    version: int
    weight: Decimal
    points: Exact | None


class SheetScored(SheetEvent):
    """The sheet's score in a period, from its goals' exact points; `rounded` to the policy's places."""

    period: str
    points: Exact | None
    rounded: Decimal | None
    parts: tuple[ScorePart, ...]
    policy: str


class SubordinatePart(Fact):
    """A subordinate's result as it counted: their sheet at a version, in points."""

    sheet: str
    version: int
    result: Exact


class PeriodPart(Fact):
    """A period as it counted in the year's result: its months in force, its points or None where they are missing."""

    period: str
    kind: PeriodKind
    months: Exact
    points: Exact | None


class ResultIssued(SheetEvent):
    """The year's result: periods mixed by the family's weights, exact and rounded once, with its grade.

    `leads` says whether anybody reports to the holder: without anybody the subordinates' part does not apply.
    """

    points: Exact | None
    rounded: Decimal | None
    grade: str | None
    coefficient: Decimal | None
    mix: dict[str, Decimal]
    periods: tuple[PeriodPart, ...]
    subordinates: tuple[SubordinatePart, ...] = ()
    leads: bool = True
    policy: str


AnySheetEvent = (
    SheetOpened
    | GoalPlaced
    | GoalWeighted
    | GoalRemoved
    | SheetLastDaySet
    | SheetAbsencesSet
    | FlexibleSpaceUsed
    | SheetScored
    | ResultIssued
)
