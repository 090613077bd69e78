"""What everybody's results pay by tables of amounts and pots (RULES E3); nothing of it is recorded here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from cairn.domain.evaluation.paying import Amount, Payer, Payment, Pot
from cairn.domain.evaluation.reports import department_of
from cairn.domain.goal.state import Goal
from cairn.domain.pay import Shared
from cairn.domain.person_history import PersonHistory
from cairn.domain.schedule import Schedule
from cairn.domain.sheet.state import Sheet

Sheets = Mapping[str, Sequence[Sheet]]
"""The sheets of each person in order."""


@dataclass(frozen=True)
class Payroll:
    """Everybody's payment by id, the pots as they were shared by department, and the people, or departments, without a
    row. Of those who are paid from pots `units` are the departments in which they ended, `points` what they bring."""

    payments: Mapping[str, Payment]
    pots: Mapping[str, Shared]
    without: Sequence[str]
    units: Mapping[str, str] = field(default_factory=dict)
    points: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        return sum((each.paid for each in self.payments.values() if each.paid is not None), Decimal(0))


def needs_goals(payer: Payer) -> bool:
    """Whether a payment looks at goals: those of advances by their targets."""
    return payer.pay.advances is not None and payer.pay.advance_by == "targets"


def of_amounts(
    payer: Payer, sheets: Sheets, goals: Mapping[str, Goal], amounts: Mapping[str, Amount]
) -> Payroll:
    """What people get of amounts of their own; `goals` by id, where the payer needs them."""
    payments = {}
    for who, mine in sheets.items():
        if who in amounts:
            own = {name: goals[name] for name in mine[-1].weighings if name in goals}
            payments[who] = payer.payment(mine, own, amounts[who])
    return Payroll(payments, {}, [who for who in sheets if who not in amounts])


def of_pots(
    payer: Payer,
    sheets: Sheets,
    amounts: Mapping[str, Amount],
    pots: Mapping[str, Pot],
    histories: Mapping[str, PersonHistory],
    schedule: Schedule,
) -> Payroll:
    """Each department's pot shared among those who ended in it. Without a row somebody has full hours."""
    points: dict[str, dict[str, Fraction]] = defaultdict(dict)
    units: dict[str, str] = {}
    for who, mine in sheets.items():
        units[who] = _department(mine[-1], histories.get(who), schedule)
        points[units[who]][who] = payer.pot_points(mine, amounts.get(who, Amount()))
    shared: dict[str, Shared] = {}
    payments: dict[str, Payment] = {}
    for unit, pot in pots.items():
        found = payer.pot(pot, points.get(unit, {}))
        shared[unit] = found
        for who, paid in found.paid.items():
            of_pot = Payment(who, sheets[who][-1].id)
            factors = {"pot_points": points[unit][who]}
            payments[who] = replace(of_pot, exact=found.exact[who], paid=paid, factors=factors)
    without = [unit for unit in points if unit not in pots]
    return Payroll(payments, shared, without, units, {who: points[unit][who] for who, unit in units.items()})


def _department(sheet: Sheet, history: PersonHistory | None, schedule: Schedule) -> str:
    if history is None:
        return sheet.department or ""
    return department_of(sheet, history, schedule).removeprefix("department.")
