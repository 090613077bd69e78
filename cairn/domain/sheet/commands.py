"""What can be asked of a goal sheet itself: to be given more time, to do without a dimension (RULES L5), and what
happened that counts beside the goals (E2)."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from cairn.domain import rights
from cairn.domain.event import Command
from cairn.domain.policy import Dimension, PeriodKind
from cairn.domain.rights import Right
from cairn.domain.sheet.events import Waiver
from cairn.domain.sheet.state import Sheet


class SheetAction(Command):
    """A command that people give on a sheet; `sheet` is its stream, `name` the command's, `who` may give it."""

    name: ClassVar[str]
    who: ClassVar[Right[Sheet]]

    sheet: str


class ExtendSheet(SheetAction):
    """Gives a sheet that is not whole until the end of the day `until`: whoever is late is reminded then, and escalated
    later."""

    name = "extend"
    who = rights.hr_other_than_holder

    until: date
    reason: str = Field(min_length=1)


class WaiveDimension(SheetAction):
    """Agrees, for HR or as a member of the committee, that the sheet does without a dimension."""

    name = "waive"
    who = rights.hr_or_committee

    dimension: Dimension
    role: Waiver
    reason: str = Field(min_length=1)


class RecordIncident(SheetAction):
    """Records that something happened which the policy calls `kind`, on the day `on` (None: today), so many `times`.

    It counts in the score of the period of the kind `counts_in` (None: the first that the policy names) that the day
    lies in; of the year it counts in the result.
    """

    name = "record-incident"
    who = rights.hr_other_than_holder

    kind: str
    on: date | None = None
    times: int = Field(default=1, ge=1, le=1000)
    counts_in: PeriodKind | None = None
    reason: str = Field(min_length=1)


class WithdrawIncident(SheetAction):
    """Takes an incident back that was recorded wrongly, by its number."""

    name = "withdraw-incident"
    who = rights.hr_other_than_holder

    incident: int
    reason: str = Field(min_length=1)


AnySheetAction = ExtendSheet | WaiveDimension | RecordIncident | WithdrawIncident
