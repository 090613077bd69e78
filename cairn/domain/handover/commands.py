"""What can be asked of a hand-over. `case` is its stream, one a cycle."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, get_args

from pydantic import Field

from cairn.domain.case.commands import CaseAction, CaseCommand, CaseRow
from cairn.domain.evaluation.paying import Amount, Pot
from cairn.domain.event import Fact
from cairn.domain.handover.events import WhyNotTaken
from cairn.domain.handover.rights import handover_hr, lowering_decider, reconciler

STAGES = ("waiting", "done")
Money = Annotated[Decimal, Field(ge=0)]


class AmountRow(Fact):
    """A person's row: the amount of a whole year, the part-time share, unpaid days where they are said."""

    amount: Money = Decimal(0)
    hours: Annotated[Decimal, Field(ge=0, le=1)] = Decimal(1)
    unpaid: Annotated[int, Field(ge=0)] | None = None

    @property
    def said(self) -> Amount:
        return Amount(self.amount, self.hours, self.unpaid)


class PotRow(Fact):
    """A department's row: what its pot is so many percent of, and the most that one person gets."""

    base: Money
    cap: Money | None = None

    @property
    def said(self) -> Pot:
        return Pot(self.base, self.cap)


class MakeHandover(CaseAction):
    """Hands over what is final and was not, exactly as the preview of this `digest` showed it. The tables are those of
    the preview; nothing of them is recorded but what comes of it."""

    row = CaseRow("make", handover_hr, stages=("none", *STAGES))

    digest: str
    amounts: dict[str, AmountRow] = Field(default_factory=dict)
    pots: dict[str, PotRow] = Field(default_factory=dict)


class AgreeToLowering(CaseAction):
    """Agrees, as HR or the committee, that somebody is paid less than was handed over."""

    row = CaseRow("agree", lowering_decider, stages=("waiting",))

    proposal: int


class DeclineLowering(CaseAction):
    """Leaves what was handed over as it is."""

    row = CaseRow("decline", lowering_decider, stages=("waiting",))

    proposal: int


class AcknowledgeHandover(CaseAction):
    """Says that payroll has all of a batch."""

    row = CaseRow("acknowledge", handover_hr, stages=STAGES)

    batch: int


class PayrollSum(Fact):
    """What payroll has of an element for a person; `row` is the first of its table that says so."""

    person: str
    element: str
    amount: Decimal
    row: int | None = None


class ReconcileHandover(CaseAction):
    """Compares payroll's own sums with what was handed over, and records what differs. `table` is the SHA-256 of the
    file they were read from, empty where they were read from none."""

    row = CaseRow("reconcile", reconciler, stages=STAGES)

    sums: tuple[PayrollSum, ...]
    table: str = ""


class RecordDelivery(CaseCommand):
    """Records what came of sending a message: taken, or why it was not."""

    message: int
    taken: bool
    why: WhyNotTaken | None = None
    status: int | None = None


AnyHandoverAction = MakeHandover | AgreeToLowering | DeclineLowering | AcknowledgeHandover | ReconcileHandover
COMMANDS: Mapping[str, type[CaseAction]] = {each.row.name: each for each in get_args(AnyHandoverAction)}
