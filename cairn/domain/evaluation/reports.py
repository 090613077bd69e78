"""Whose results count in whose: subordinates by the days they reported (RULES Y2)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from cairn.domain.evaluation.scores import Beside, UnitResult, is_unit, issue_result, months_in_force
from cairn.domain.evaluation.versions import is_settled, propose
from cairn.domain.person_history import PersonHistory
from cairn.domain.policy import Policy
from cairn.domain.reporting import reporting_days
from cairn.domain.schedule import Schedule
from cairn.domain.sheet.events import (
    EarlierPart,
    RestatementProposed,
    ResultIssued,
    SheetCause,
    SubordinatePart,
)
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import holder_of, sheet_name

DEEPEST = 100
"""No reporting line is longer; a circle in the people's history ends here."""


class Reports(NamedTuple):
    """Who reported to whom: manager → the sheets of those who did, with the days on which they did while the sheet
    counted. `holders` says whose each sheet is, `of_holder` which sheets somebody has, `departments` in which
    department a sheet's holder was on its last day."""

    days: Mapping[str, Mapping[str, int]]
    holders: Mapping[str, str]
    of_holder: Mapping[str, tuple[str, ...]]
    departments: Mapping[str, str]

    @classmethod
    def of(
        cls, sheets: Iterable[Sheet], histories: Mapping[str, PersonHistory], schedule: Schedule | None
    ) -> "Reports":
        """From the sheets of a cycle and the people's histories."""
        days: dict[str, dict[str, int]] = defaultdict(dict)
        holders: dict[str, str] = {}
        departments: dict[str, str] = {}
        for sheet in sheets:
            holders[sheet.id] = sheet.holder
            if sheet.kind != "person" or sheet.holder not in histories or schedule is None:
                continue
            departments[sheet.id] = department_of(sheet, histories[sheet.holder], schedule)
            for manager, number in days_above(sheet, histories[sheet.holder], schedule).items():
                days[manager][sheet.id] = number
        of_holder: dict[str, tuple[str, ...]] = {}
        for name, holder in holders.items():
            of_holder[holder] = (*of_holder.get(holder, ()), name)
        return cls(days, holders, of_holder, departments)

    def beside(self, sheet: Sheet, done: Mapping[str, Sheet], schedule: Schedule, policy: Policy) -> Beside:
        """What the result of a sheet counts besides its own scores, by the sheets that are done."""
        units = self.units(sheet, done, policy)
        under = self.days.get(sheet.holder, {})
        parts = (_part(done[name], days) for name, days in sorted(under.items()) if name in done)
        earlier = (
            found
            for name in self.of_holder.get(sheet.holder, ())
            if name != sheet.id and name in done and done[name].since < sheet.since
            if (found := earlier_part(done[name], schedule)) is not None
        )
        return Beside(
            subordinates=tuple(part for part in parts if part is not None),
            leads=bool(under),
            waiting=(
                *(name for name in sorted(under) if name not in done),
                *(unit.sheet for unit in units if unit.result is None),
            ),
            earlier=tuple(earlier),
            units=units,
        )

    def units(self, sheet: Sheet, done: Mapping[str, Sheet], policy: Policy) -> tuple[UnitResult, ...]:
        """The results of the person's department and of the company, where the policy multiplies by them."""
        asked = {each.result for each in policy.multipliers.values()} if sheet.kind == "person" else set()
        found = []
        for holder in (self.departments.get(sheet.id), "company"):
            if holder is None or not any(is_unit(holder, each) for each in asked):
                continue
            name = sheet_name(sheet.cycle, holder)
            found.append(unit_result(done[name]) if name in done else UnitResult(holder, name, 0, None))
        return tuple(found)

    def in_order(self) -> list[str]:
        """All sheets: those of the company and departments, then people's, of subordinates before their managers'."""
        heights: dict[str, int] = {}

        def height(holder: str, depth: int) -> int:
            if holder not in heights and depth < DEEPEST:
                heights[holder] = 0  # met again on its own way up, somebody counts as the lowest
                under = (self.holders[sheet] for sheet in self.days.get(holder, {}))
                heights[holder] = 1 + max((height(each, depth + 1) for each in under), default=-1)
            return heights.get(holder, 0)

        def place(sheet: str) -> tuple[bool, int, str]:
            holder = self.holders[sheet]
            return not is_a_unit(holder), height(holder, 0), sheet

        return sorted(self.holders, key=place)


def is_a_unit(holder: str) -> bool:
    """Whether a sheet's holder is a department or the company."""
    return is_unit(holder, "company") or is_unit(holder, "department")


def department_of(sheet: Sheet, history: PersonHistory, schedule: Schedule) -> str:
    """The department in which somebody ended the sheet's days, as a sheet's holder (RULES E2)."""
    return f"department.{history.on(min(sheet.last_day or schedule.ends, schedule.ends)).department}"


def unit_result(sheet: Sheet) -> UnitResult:
    """A department's or the company's sheet as it multiplies."""
    return UnitResult(sheet.holder, sheet.id, sheet.version, sheet.result.points if sheet.result else None)


def days_above(sheet: Sheet, history: PersonHistory, schedule: Schedule) -> dict[str, int]:
    """Manager → the days on which the sheet's holder reported to them while the sheet counted."""
    last = min(sheet.last_day or schedule.ends, schedule.ends)
    reported = reporting_days({sheet.holder: history}, sheet.since, last)
    return {manager: number for (manager, _), number in reported.items()}


def _part(sheet: Sheet, days: int) -> SubordinatePart | None:
    """A subordinate's sheet as it counts: by its own points; None where it has none."""
    points = sheet.result.of_sheet if sheet.result else None
    if points is None:
        return None
    return SubordinatePart(sheet=sheet.id, version=sheet.version, result=points, days=days)


def earlier_part(sheet: Sheet, schedule: Schedule) -> EarlierPart | None:
    """A sheet as it counts in the year of the same person's next one; None where it has no points (RULES L7)."""
    points = sheet.result.of_sheet if sheet.result else None
    if points is None:
        return None
    months = months_in_force(sheet, schedule)
    kinds = tuple(sorted({each.kind for each in sheet.incidents.values()}))
    return EarlierPart(sheet=sheet.id, version=sheet.version, months=months, result=points, incidents=kinds)


def result_with(
    sheet: Sheet,
    beside: Beside,
    schedule: Schedule,
    policy: Policy,
    at: datetime,
    changed: str | None = None,
    settled: bool = True,
) -> list[ResultIssued | RestatementProposed]:
    """The sheet's result with all this beside it: the first one, the next version, or a proposed restatement of a
    settled one; none where it would be the same.

    `changed` is the sheet whose result changed; with `settled` False a restatement was decided, and the next version
    comes in any case."""
    of_unit = changed is not None and is_a_unit(holder_of(changed))
    cause: SheetCause = "due" if sheet.result is None else "unit" if of_unit else "subordinates"
    issued = issue_result(sheet, beside, schedule, policy, at, cause)
    if issued and settled and is_settled(sheet.result, policy, at):
        return [propose(sheet, issued, "Y", cause, at, subordinate=changed)]
    return [*issued]


def counted(sheet: Sheet, changed: Sheet, days: int, schedule: Schedule) -> Beside:
    """What the last result of a sheet counted, with the last result of another sheet in it: of a subordinate, who
    reported on so many days, of the same person's earlier one, or of a unit that multiplies it."""
    if sheet.result is None or changed.result is None:
        raise ValueError("neither sheet may be without a result")
    was = Beside.of(sheet.result)
    if changed.kind != "person":
        others_of_it = (each for each in was.units if each.unit != changed.holder)
        return replace(
            was,
            units=(*others_of_it, unit_result(changed)),
            waiting=tuple(name for name in was.waiting if name != changed.id),
        )
    if changed.holder == sheet.holder:
        others = tuple(part for part in was.earlier if part.sheet != changed.id)
        now = earlier_part(changed, schedule)
        return replace(was, earlier=(*others, now) if now else others)
    below = tuple(part for part in was.subordinates if part.sheet != changed.id)
    part = _part(changed, days)
    return replace(
        was,
        subordinates=tuple(sorted((*below, part), key=lambda each: each.sheet)) if part else below,
        leads=True,
        waiting=tuple(name for name in was.waiting if name != changed.id),
    )
