"""What the results of a cycle pay by tables of amounts and pots, from the log as it stands (RULES E3)."""

from collections import defaultdict
from collections.abc import Mapping

from cairn.application.cycles import Cycles
from cairn.application.dated_roster import dated_roster_at
from cairn.application.repository import fold_goal, fold_sheet
from cairn.application.stored_events import readable
from cairn.domain.evaluation.paying import Amount, Payer, Pot
from cairn.domain.evaluation.payroll import Payroll, needs_goals, of_amounts, of_pots
from cairn.domain.goal.state import Goal
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.state import Sheet
from cairn.ledger import Ledger

CHUNK = 40


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
        if policy.pay.of == "pot":
            roster = await dated_roster_at(self.ledger, await self.ledger.sealed_position())
            return of_pots(payer, sheets, amounts, pots, roster.histories, cycle.schedule)
        goals = await self._goals(sheets) if needs_goals(payer) else {}
        return of_amounts(payer, sheets, goals, amounts)

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

    async def _goals(self, sheets: Mapping[str, list[Sheet]]) -> dict[str, Goal]:
        """The goals of everybody's last sheet."""
        names = [name for mine in sheets.values() for name in mine[-1].weighings]
        found: dict[str, Goal] = {}
        for start in range(0, len(names), CHUNK):
            rows = await self.ledger.read_streams(names[start : start + CHUNK])
            found |= {name: fold_goal(name, each) for name, each in rows.items()}
        return found
