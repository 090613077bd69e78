"""Hand-overs as they are looked at before they are made, and what was handed over so far."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, cast

from cairn.application.cases import Cases
from cairn.application.cycles import Cycles
from cairn.application.stored_events import to_events
from cairn.domain.evaluation.paying import Amount, Pot
from cairn.domain.handover.commands import AmountRow, MakeHandover, PotRow
from cairn.domain.handover.decide import plan_of
from cairn.domain.handover.events import HandoverReconciled
from cairn.domain.handover.plan import HandoverPlan
from cairn.domain.handover.state import Handover, handover_name
from cairn.domain.refusal import Refusal


class Tables(NamedTuple):
    """The rows of a table of amounts and of one of pots, as a command carries them."""

    amounts: Mapping[str, AmountRow] = {}
    pots: Mapping[str, PotRow] = {}

    @classmethod
    def of(cls, amounts: Mapping[str, Amount], pots: Mapping[str, Pot]) -> "Tables":
        return cls(
            {
                who: AmountRow(amount=row.amount, hours=row.hours, unpaid=row.unpaid)
                for who, row in amounts.items()
            },
            {unit: PotRow(base=row.base, cap=row.cap) for unit, row in pots.items()},
        )


class Handovers:
    """Reads them from the log. One instance serves a whole process."""

    def __init__(self, cases: Cases, cycles: Cycles) -> None:
        self.cases, self.cycles = cases, cycles

    async def preview(
        self, cycle_id: str, tables: Tables, by: str, at: datetime | None = None
    ) -> HandoverPlan:
        """What would be handed over now. Refuses who may not hand over."""
        cycle = await self.cycles.load(cycle_id)
        command = MakeHandover(
            case=handover_name(cycle_id),
            digest="",
            amounts=dict(tables.amounts),
            pots=dict(tables.pots),
            by=by,
            at=at or datetime.now(UTC) + timedelta(seconds=cycle.clock_offset),
        )
        case, context = await self.cases.around(command)
        return plan_of(command, cast(Handover, case), context)

    async def reconciled(self, cycle_id: str, version: int | None = None) -> HandoverReconciled:
        """The last comparison with what payroll has, by the hand-over's `version` (None: by now). Refuses where there
        was none."""
        name = handover_name(cycle_id)
        rows = await self.cycles.ledger.read_stream(name, upto=version)
        found = [each for each in to_events(rows) if isinstance(each, HandoverReconciled)]
        if not found:
            raise Refusal("handover.not-reconciled", field="case", cycle=cycle_id)
        return found[-1]

    async def of(self, cycle_id: str) -> Handover:
        """Everything that was handed over in a cycle, as the log has it. Refuses where nothing was."""
        case, _ = await self.cases.load(handover_name(cycle_id))
        return cast(Handover, case)
