"""What can happen in the hand-over of a cycle's results. Class names and fields are the storage format."""

from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime, Field

from cairn.domain.case.events import CaseEvent
from cairn.domain.event import Fact, is_nothing
from cairn.domain.exact import Exact

Way = Literal["file", "webhook"]
"""How payroll gets what is handed over."""
WhyNotTaken = Literal["status", "timeout", "unreachable", "unset"]
"""What a receiver did: answered with another status than 2xx, nothing in time, was not there, or none is set up."""


class Entry(Fact):
    """One line that is handed over: `amount` of an `element` for a person, by the version `version` of the result in
    `sheet` (0: an advance before there is a result). Numbers count up through the cycle and never mean another line.
    `reverses` names the one that this takes back whole; all others stand. The sum of somebody's entries of an element
    is what they are paid of it."""

    number: int
    person: str
    sheet: str
    version: int
    element: str
    amount: Decimal
    reverses: int | None = Field(default=None, exclude_if=is_nothing)


class Change(Fact):
    """One element of a person that changes, None where nothing of it stands."""

    element: str
    before: Decimal | None
    after: Decimal | None


class PotShared(Fact):
    """How a department's pot was divided when it was handed over: what a point is worth, the most that one gets."""

    value: Exact | None
    cap: Decimal | None = None


class HandoverMade(CaseEvent):
    """A batch of entries was made: as somebody looked at it (`digest`), or of the lowering `proposal` that was agreed
    to. `pots` are those divided in it, by department."""

    batch: int
    proposal: int | None = None
    digest: str | None = None
    entries: int
    pots: dict[str, PotShared] = Field(default_factory=dict, exclude_if=is_nothing)


class EntriesMade(CaseEvent):
    """Entries of a batch that go to payroll together: one message, the `part` of the whole hand-over, which keeps its
    number whenever it is sent. Its `way` is a file, of which HR is to say until `confirm_by` that payroll has it,
    or payroll's webhook."""

    batch: int
    part: int
    way: Way
    confirm_by: AwareDatetime | None = None
    entries: tuple[Entry, ...]


class LoweringProposed(CaseEvent):
    """A newer version pays somebody less than was handed over: none of it is sent until HR and the committee agree
    together, which is due `decide_by` (RULES Y3). It takes the place of the open proposal `replaces`."""

    proposal: int
    person: str
    sheet: str
    version: int
    changes: tuple[Change, ...]
    decide_by: AwareDatetime
    replaces: int | None = None


class LoweringWithdrawn(CaseEvent):
    """The proposal is overtaken: by what is computed now nothing is lowered."""

    proposal: int


class LoweringAgreed(CaseEvent):
    """HR, or the committee, agrees to a proposal; once both have, its entries are made."""

    touching = False

    proposal: int
    role: Literal["hr", "committee"]


class LoweringDeclined(CaseEvent):
    """What was handed over stays as it is, though a newer version pays less."""

    proposal: int


class MessageTaken(CaseEvent):
    """Payroll has a message, the `part`: its webhook answered with a 2xx status, or HR says so."""

    part: int
    way: Way
    status: int | None = None


class MessageNotTaken(CaseEvent):
    """Payroll's webhook has not taken a message after some tries; it is sent again, ever later."""

    touching = False

    part: int
    why: WhyNotTaken
    status: int | None = None


SumKind = Literal["missing", "unknown", "other"]
"""A sum that payroll does not have, one that was never handed over, or another amount."""


class SumDiffering(Fact):
    """One sum that payroll has otherwise than it was handed over; `row` is that of its table, None: it has none."""

    kind: SumKind
    person: str
    element: str
    ours: Decimal | None
    theirs: Decimal | None
    row: int | None = None


class HandoverReconciled(CaseEvent):
    """Payroll's own sums, read from a `table` of this SHA-256, were compared with all that was handed over: so many of
    ours, of which so many are `differing`, the first of them by name. Nothing is changed by it."""

    touching = False

    table: str
    compared: int
    differing: int
    differences: tuple[SumDiffering, ...] = ()


AnyHandoverEvent = (
    HandoverMade
    | EntriesMade
    | LoweringProposed
    | LoweringWithdrawn
    | LoweringAgreed
    | LoweringDeclined
    | MessageTaken
    | MessageNotTaken
    | HandoverReconciled
)
