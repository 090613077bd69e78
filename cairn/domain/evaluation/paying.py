"""What a result pays by the policy (RULES E3), from sheets and a table of amounts; nothing of it is recorded here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from cairn.domain.evaluation.scores import days_of_leave, months_in_force
from cairn.domain.exact import ONE, ZERO, exact, rounded
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi
from cairn.domain.pay import (
    Shared,
    TrueUp,
    by_targets,
    full_months,
    paid_days,
    part_of_points,
    percent_of,
    product,
    share_out,
    true_up,
)
from cairn.domain.policy import Policy
from cairn.domain.result_rules import Pay
from cairn.domain.schedule import Period, Schedule
from cairn.domain.sheet.events import ResultIssued
from cairn.domain.sheet.state import Sheet
from cairn.domain.targets import target_in

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Amount:
    """A person's row of the table: the amount of a whole year, the part-time share of the agreed hours, and unpaid days
    where they are not the working days of the long leave on record."""

    amount: Decimal = NOTHING
    hours: Decimal = Decimal(1)
    unpaid: int | None = None


@dataclass(frozen=True)
class Pot:
    """A department's row: what its pot is so many percent of, and the most that one person gets."""

    base: Decimal
    cap: Decimal | None = None


@dataclass(frozen=True)
class Advance:
    """What a period paid before the year: its part of the amount, its exact points, the payment."""

    period: str
    part: Fraction
    points: Fraction
    paid: Decimal


@dataclass(frozen=True)
class Payment:
    """What somebody gets: everything it was multiplied from by name, the exact product, and what is paid, None while
    the result of a unit is `waiting`. Of a pot `exact` is their part of it."""

    holder: str
    sheet: str
    factors: Mapping[str, Fraction] = field(default_factory=dict)
    exact: Fraction = ZERO
    paid: Decimal | None = NOTHING
    waiting: tuple[str, ...] = ()
    advances: tuple[Advance, ...] = ()
    trued: TrueUp | None = None


class Payer:
    """Works out payments under one policy in one cycle. A person's `sheets` are those of the cycle in order; the last
    one's result is the year's."""

    def __init__(self, policy: Policy, pay: Pay, schedule: Schedule) -> None:
        self.policy, self.pay, self.schedule = policy, pay, schedule

    def payment(self, sheets: Sequence[Sheet], goals: Mapping[str, Goal], row: Amount) -> Payment:
        """What one person gets of an amount of their own."""
        last = sheets[-1]
        result = last.result
        if result is None or result.points is None:
            return Payment(last.holder, last.id, paid=rounded(ZERO, self.pay.places))
        waiting = tuple(each.sheet for each in result.multipliers if each.of == "pay" and each.result is None)
        factors = {"amount": exact(row.amount), **self._shares(sheets, row)}
        of_result = {"result": self._worth(result.points, result.coefficient)}
        multipliers = {each.key: each.factor for each in result.multipliers if each.of == "pay"}
        if self.pay.advances is not None:
            base = product(ONE, *factors.values(), *multipliers.values())
            return self._with_advances(last, goals, {**factors, **multipliers}, base, result.points, waiting)
        factors |= {**multipliers, **of_result}
        due = product(ONE, *factors.values())
        paid = None if waiting else rounded(due, self.pay.places)
        return Payment(last.holder, last.id, factors, due, paid, waiting)

    def _worth(self, points: Fraction, coefficient: Decimal | None) -> Fraction:
        worth = ONE if coefficient is None else exact(coefficient)
        return worth if self.pay.of == "coefficient" else worth * self._earned(points)

    def _earned(self, points: Fraction) -> Fraction:
        return part_of_points(points, exact(self.policy.scale.full))

    def _shares(self, sheets: Sequence[Sheet], row: Amount) -> dict[str, Fraction]:
        """The part-time share, the part of the year, the paid days."""
        first, last = sheets[0], sheets[-1]
        found = {"hours": exact(row.hours)}
        by_days = self.pay.paid_days is not None
        counted = [each.model_copy(update={"absences": ()}) if by_days else each for each in sheets]
        if self.pay.months == "in_force":
            months = sum((months_in_force(each, self.schedule) for each in counted), ZERO)
            found["months"] = months / self.schedule.months_between(self.schedule.starts, self.schedule.ends)
        if self.pay.months == "full":
            found["months"] = full_months(self.schedule, first.since, counted[-1].gaps)
        if self.pay.paid_days is not None:
            year, calendar = self.schedule.year, self.policy.calendar
            away = days_of_leave(last, year, calendar) if row.unpaid is None else row.unpaid
            found["paid_days"] = paid_days(away, self.pay.paid_days)
        return found

    def _with_advances(
        self,
        sheet: Sheet,
        goals: Mapping[str, Goal],
        factors: Mapping[str, Fraction],
        base: Fraction,
        points: Fraction,
        waiting: tuple[str, ...],
    ) -> Payment:
        """Each period of the kind pays its part of the year's amount by its own points; the year pays what it exceeds
        them by."""
        scored = self._scored(sheet)
        parts = self._parts_of_the_year(sheet, goals, self._in_force(sheet))
        advances = tuple(self._advance(key, parts[key], each, base) for key, each in scored.items())
        due = product(base, self._earned(points))
        trued = true_up(rounded(due, self.pay.places), (each.paid for each in advances))
        said = {**factors, "result": self._earned(points)}
        paid = None if waiting else trued.advanced + trued.due
        return Payment(sheet.holder, sheet.id, said, due, paid, waiting, advances, trued)

    def advances_so_far(
        self, sheets: Sequence[Sheet], goals: Mapping[str, Goal], row: Amount
    ) -> tuple[Advance, ...]:
        """What the periods that have points pay while the year's result is not there, each of its part of the amount as
        the year is known by now. None where the results of units multiply pay: those are not there either."""
        if self.pay.advances is None or any(each.of == "pay" for each in self.policy.multipliers.values()):
            return ()
        last = sheets[-1]
        scored = self._scored(last)
        base = product(ONE, exact(row.amount), *self._shares(sheets, row).values())
        parts = self._parts_of_the_year(last, goals, self._in_force(last))
        return tuple(self._advance(key, parts[key], each, base) for key, each in scored.items())

    def _advance(self, period: str, part: Fraction, points: Fraction, base: Fraction) -> Advance:
        paid = rounded(product(base, part, self._earned(points)), self.pay.places)
        return Advance(period, part, points, paid)

    def _in_force(self, sheet: Sheet) -> list[str]:
        """The periods of the advances' kind in which the sheet is in force, scored or not."""
        dates = self.schedule.without(sheet.gaps)
        periods = self.schedule.of_kind(self.pay.advances) if self.pay.advances else ()
        return [each.key for each in periods if dates.months_of(each, sheet.since)]

    def _scored(self, sheet: Sheet) -> dict[str, Fraction]:
        """The periods of the advances' kind that were in force and have points, in order."""
        scores = ((key, sheet.scores.get(key)) for key in self._in_force(sheet))
        return {
            key: scored.points for key, scored in scores if scored is not None and scored.points is not None
        }

    def _parts_of_the_year(
        self, sheet: Sheet, goals: Mapping[str, Goal], keys: Sequence[str]
    ) -> dict[str, Fraction]:
        """Each period's part of the amount: by its months in force or by its target, over those of all of them, scored
        or not: what one of them earns is no larger for another one's score being missing."""
        periods = [self.schedule.period(key) for key in keys]
        by = self._months if self.pay.advance_by == "months" else self._target
        return by_targets({each.key: by(sheet, goals, each) for each in periods if each is not None})

    def _months(self, sheet: Sheet, goals: Mapping[str, Goal], period: Period) -> Fraction:
        return self.schedule.without(sheet.gaps).months_of(period, sheet.since)

    def _target(self, sheet: Sheet, goals: Mapping[str, Goal], period: Period) -> Fraction:
        """What the goals aimed at in a period, each by its weight."""
        aims = ((self._aim(each, period), sheet.weight_of(name)) for name, each in goals.items())
        return sum((exact(weight) * aim for aim, weight in aims if aim is not None), ZERO)

    def _aim(self, goal: Goal, period: Period) -> Fraction | None:
        """A goal's target in a period: as it was scored, before that as it is set by now."""
        scored = goal.scores.get(period.key)
        if scored is not None:
            return scored.target
        if not isinstance(goal.measure, Kpi):
            return None
        return target_in(goal.measure, period, self.schedule.without(goal.gaps), goal.since)

    def pot_points(self, sheets: Sequence[Sheet], row: Amount) -> Fraction:
        """What somebody brings into a pot: exact points, times the grade's coefficient, hours and months."""
        result: ResultIssued | None = sheets[-1].result
        if result is None or result.points is None:
            return ZERO
        worth = ONE if result.coefficient is None else exact(result.coefficient)
        of_pay = (each.factor for each in result.multipliers if each.of == "pay")
        return product(max(result.points, ZERO), worth, *of_pay, *self._shares(sheets, row).values())

    def pot(self, pot: Pot, points: Mapping[str, Fraction]) -> Shared:
        """A department's pot shared by its people's points."""
        return share_out(
            percent_of(pot.base, self.pay.pot_percent, self.pay.places), points, pot.cap, self.pay.places
        )
