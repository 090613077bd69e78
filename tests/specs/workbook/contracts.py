"""Cairn's numbers of a contract: what the domain makes of its log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cairn.domain.attainment import aim_in
from cairn.domain.evaluation.order import finished
from cairn.domain.evaluation.scores import issue_result, mix_of, score_sheet
from cairn.domain.exact import exact
from cairn.domain.goal.scoring import score
from cairn.domain.goal.state import Goal as GoalState
from cairn.domain.measure import Kpi
from cairn.domain.policy import Policy
from cairn.domain.reading import Evidence
from cairn.domain.schedule import Period, Timeline
from cairn.domain.scoring import NOT_APPLICABLE, Score, by_days, by_months, mixed, weighted
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as evolve_sheet
from tests.specs.given import World
from tests.specs.workbook.cells import Inputs
from tests.specs.workbook.log import Log, at
from tests.workbook.contract import Contract, Goal
from tests.workbook.plan import MIXES

D = Decimal


@dataclass
class Played:
    """A contract's log and the numbers found so far, by their names on the page."""

    log: Log
    found: dict[str, Any] = field(default_factory=dict)

    def tell(self, value: Any, *parts: str) -> None:
        self.found[self.log.prefix + ".".join(parts)] = value

    @property
    def contract(self) -> Contract:
        return self.log.contract

    @property
    def since(self) -> date:
        return self.log.since

    def numbers(self) -> Mapping[str, Any]:
        """Every number of the contract by its name on the page."""
        self.calendar()
        for goal in self.contract.goals:
            self.places(goal)
        if self.contract.first_version:
            key, _ = self.contract.first_version
            day = self.log.cell("v1.on")
            self.period(key, at(day), self.log.readings(day), "v1")
        sheet = self.log.known(at(self.log.schedule.ends)).sheet(self.log.sheet)
        for period in self.log.schedule.periods:
            if period.kind in MIXES[self.contract.family]:
                sheet = self.period(period.key, None, None, sheet=sheet)
        self.result(sheet)
        return self.found

    def timeline(self) -> Timeline:
        """The cycle's days, of which those after the contract's last day do not count."""
        return self.log.schedule.without(self.log.world.sheet(self.log.sheet).gaps)

    def calendar(self) -> None:
        first = World(tuple(self.log.events()), policy=self.log.policy)
        for month in self.log.schedule.of_kind("month"):
            self.tell(month.starts, "calendar", month.key, "starts")
            self.tell(month.ends, "calendar", month.key, "ends")
            self.tell(self.timeline().months_of(month, self.since), "calendar", month.key, "months")
            for goal in self.contract.goals:
                if not goal.adds_up:
                    continue
                self.tell(self.target(self.log.world, goal, month), "calendar", month.key, goal.key)
                if self.contract.change and self.contract.change.goal == goal.key:
                    self.tell(self.target(first, goal, month), "before", month.key, goal.key)

    def target(self, world: World, goal: Goal, period: Period) -> Any:
        measure = world.goal(self.log.goal(goal.key)).measure
        assert isinstance(measure, Kpi)
        aim = aim_in(measure, period, self.timeline(), self.since)
        return aim.target if aim else D(0)

    def places(self, goal: Goal) -> None:
        """Where threshold and stretch lie, in percent of attainment."""
        measure = self.log.measure(goal)
        if not isinstance(measure, Kpi):
            return
        aim = aim_in(measure, self.log.schedule.year, self.log.schedule, self.log.schedule.starts)
        assert aim is not None
        for name in ("threshold", "stretch"):
            if getattr(goal, name) is not None:
                self.tell(getattr(aim, name), goal.key, f"{name}_at")

    def period(
        self,
        key: str,
        moment: datetime | None,
        evidence: Evidence | None,
        version: str = "",
        sheet: Sheet | None = None,
    ) -> Sheet:
        """Scores a period when it is due, or at a moment; later for goals approved later. The sheet with that score."""
        period = self.log.schedule.period(key)
        assert period is not None
        label = (version, key) if version else (key,)
        goals: dict[str, GoalState] = {}
        for goal in self.contract.goals:
            due = moment or max(period.scored_at, at(self.log.cell(goal.key, "approved")))
            self.one(goal, period, self.log.known(due, evidence), label, goals)
        before = sheet or self.log.known(moment or period.scored_at).sheet(self.log.sheet)
        scored = score_sheet(before, goals, key, self.log.policy, period.scored_at)
        self.tell(period.starts, *label, "starts")
        self.tell(period.ends, *label, "ends")
        self.tell(self.timeline().months_of(period, self.since), *label, "months")
        self.tell(scored[0].points if scored else None, *label, "score")
        return evolve_sheet(before, scored[0]) if scored else before

    def one(
        self, goal: Goal, period: Period, world: World, label: tuple[str, ...], goals: dict[str, GoalState]
    ) -> None:
        """One goal's score; a goal that is not approved yet has none."""
        name = self.log.goal(goal.key)
        state = world.goal(name)
        found = score(state, period.key, world.context(name), period.scored_at)
        if goal.kind == "kpi":
            for part in ("target", "actual", "attainment"):
                self.tell(getattr(found, part), *label, goal.key, part)
        runs = state.stage == "active"
        self.tell(found.points if runs else None, *label, goal.key, "points")
        if runs:
            goals[name] = World((*world.events, found)).goal(name)

    def result(self, sheet: Sheet) -> None:
        mix, below = mix_of(sheet, self.log.policy), self.subordinates()
        [event] = issue_result(
            sheet, [], self.log.schedule, self.log.policy, at(self.log.schedule.ends), leads=False
        )
        by_kind: dict[str, list[tuple[Any, Score]]] = {}
        for part in event.periods:
            known = part.points if part.points is not None else NOT_APPLICABLE
            by_kind.setdefault(str(part.kind), []).append((part.months, known))
        for kind in (kind for kind in MIXES[self.contract.family] if kind != "subordinates"):
            mean = weighted(by_kind.get(kind, []), "reweight")
            self.tell(mean if isinstance(mean, Fraction) else None, "result", kind)
        points = mixed(mix, by_kind, below, self.log.policy.scoring)
        if not isinstance(points, Fraction):
            for name in ("mix", "points", "rounded", "grade", "coefficient"):
                self.tell(None, "result", name)
            return
        if not self.contract.below:
            assert event.points == finished(points, self.log.policy).points
        self.tell(points, "result", "mix")
        end = finished(points, self.log.policy)
        for name in ("points", "rounded", "grade", "coefficient"):
            self.tell(getattr(end, name), "result", name)

    def subordinates(self) -> Score:
        if not self.contract.below:
            return NOT_APPLICABLE
        results = []
        for each in self.contract.below:
            first, last = (self.log.cell("below", each.who, name) for name in ("first", "last"))
            days = (last - first).days + 1
            self.tell(D(days), "below", each.who, "days")
            results.append((days, exact(self.log.cell("below", each.who, "result"))))
        mean = by_days(results)
        assert mean is not None
        self.tell(mean, "result", "subordinates")
        return mean


def year_of(contracts: Sequence[Contract], policy: Policy, cells: Inputs) -> dict[str, Any]:
    """The numbers of several contracts one after another, and of the year they make (RULES L7)."""
    found: dict[str, Any] = {}
    sheets = []
    for number, contract in enumerate(contracts, 1):
        played = Played(Log(contract, policy, cells, f"{number}.", number))
        found |= played.numbers()
        months = played.timeline().months_of(played.log.schedule.year, played.since)
        found[f"year.months.{number}"] = months
        sheets.append((months, found[f"{number}.result.points"]))
    points = by_months(sheets)
    assert points is not None
    end = finished(points, policy)
    return found | {
        "year.points": points,
        "year.rounded": end.rounded,
        "year.grade": end.grade,
        "year.coefficient": end.coefficient,
    }
