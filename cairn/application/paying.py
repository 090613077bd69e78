"""What the results of a cycle pay by tables of amounts and pots, from the log as it stands (RULES E3)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from cairn.application.cycles import Cycles
from cairn.application.dated_roster import dated_roster_at
from cairn.application.repository import fold_goal, fold_sheet
from cairn.application.stored_events import readable
from cairn.domain.evaluation.paying import Amount, Payer, Payment, Pot
from cairn.domain.evaluation.reports import department_of
from cairn.domain.goal.state import Goal
from cairn.domain.pay import Shared
from cairn.domain.person_history import PersonHistory
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Schedule
from cairn.domain.sheet.state import Sheet
from cairn.ledger import Ledger

CHUNK = 40


@dataclass(frozen=True)
class Payroll:
    """Everybody's payment by id, the pots as they were shared by department, and the people without a row."""

    payments: Mapping[str, Payment]
    pots: Mapping[str, Shared]
    without: Sequence[str]

    @property
    def total(self) -> Decimal:
        return sum((each.paid for each in self.payments.values() if each.paid is not None), Decimal(0))


class Payrolls:
    """Works them out. Nothing is recorded."""

    def __init__(self, ledger: Ledger, cycles: Cycles) -> None:
        self.ledger, self.cycles = ledger, cycles

    async def of(self, cycle_id: str, amounts: Mapping[str, Amount], pots: Mapping[str, Pot]) -> Payroll:
        """What a cycle's people get. Refuses a policy that pays nothing."""
        cycle = await self.cycles.load(cycle_id)
        if cycle.schedule is None:
            raise Refusal("cycle.unknown", field="cycle", cycle=cycle_id)
        policy = (await self.cycles.policies.terms(cycle)).on(cycle.schedule.ends)
        if policy.pay is None:
            raise Refusal("pay.none", field="cycle", cycle=cycle_id, policy=policy.version)
        payer = Payer(policy, policy.pay, cycle.schedule)
        sheets = await self._sheets(cycle_id)
        without = [who for who in sheets if who not in amounts]
        if policy.pay.of == "pot":
            return await self._pots(payer, sheets, amounts, pots, cycle.schedule)
        payments = {}
        for who, mine in sheets.items():
            if who in amounts:
                payments[who] = payer.payment(mine, await self._goals(mine[-1]), amounts[who])
        return Payroll(payments, {}, without)

    async def _pots(
        self,
        payer: Payer,
        sheets: Mapping[str, Sequence[Sheet]],
        amounts: Mapping[str, Amount],
        pots: Mapping[str, Pot],
        schedule: Schedule,
    ) -> Payroll:
        """Each department's pot shared among those who ended in it. Without a row somebody has full hours."""
        histories = (await dated_roster_at(self.ledger, await self.ledger.sealed_position())).histories
        points: dict[str, dict[str, Fraction]] = defaultdict(dict)
        shared: dict[str, Shared] = {}
        payments: dict[str, Payment] = {}
        for who, mine in sheets.items():
            unit = _department(mine[-1], histories.get(who), schedule)
            points[unit][who] = payer.pot_points(mine, amounts.get(who, Amount()))
        for unit, pot in pots.items():
            found = payer.pot(pot, points.get(unit, {}))
            shared[unit] = found
            for who, paid in found.paid.items():
                last = sheets[who][-1]
                payments[who] = replace(
                    Payment(who, last.id),
                    exact=found.exact[who],
                    paid=paid,
                    factors={"pot_points": points[unit][who]},
                )
        return Payroll(payments, shared, [unit for unit in points if unit not in pots])

    async def _sheets(self, cycle_id: str) -> dict[str, list[Sheet]]:
        """The sheets of each person in order; what cannot be read is named elsewhere."""
        names = await self.cycles.sheets(cycle_id)
        found: dict[str, list[Sheet]] = defaultdict(list)
        for start in range(0, len(names), CHUNK):
            rows = await self.ledger.read_streams(names[start : start + CHUNK])
            for sheet in readable(rows, fold_sheet)[0].values():
                if sheet.kind == "person":
                    found[sheet.holder].append(sheet)
        return {who: sorted(mine, key=lambda each: each.since) for who, mine in sorted(found.items())}

    async def _goals(self, sheet: Sheet) -> dict[str, Goal]:
        rows = await self.ledger.read_streams(list(sheet.weighings))
        return {name: fold_goal(name, each) for name, each in rows.items()}


def _department(sheet: Sheet, history: PersonHistory | None, schedule: Schedule) -> str:
    if history is None:
        return sheet.department or ""
    return department_of(sheet, history, schedule).removeprefix("department.")
