"""Cairn's numbers of a contract: what the domain makes of its log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from cairn.domain.attainment import aim_in
from cairn.domain.evaluation.order import finished
from cairn.domain.evaluation.reports import earlier_part
from cairn.domain.evaluation.scores import mix_of, months_in_force
from cairn.domain.exact import exact
from cairn.domain.goal.events import GoalScored
from cairn.domain.goal.scoring import score
from cairn.domain.measure import Kpi
from cairn.domain.policy import Policy
from cairn.domain.schedule import Period, Timeline
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score, by_days, mixed, weighted
from cairn.domain.sheet.events import EarlierPart, SheetScored
from tests.specs.given import World
from tests.specs.workbook.cells import Inputs
from tests.specs.workbook.log import Log
from tests.specs.workbook.year import Year
from tests.workbook.contract import Contract, Goal
from tests.workbook.plan import MIXES

D = Decimal
GRADED = ("points", "rounded", "grade", "coefficient")


@dataclass
class Played:
    """A contract's log, the year as it went, and the numbers found so far by their names on the page."""

    log: Log
    earlier: tuple[EarlierPart, ...] = ()
    found: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def year(self) -> Year:
        return Year(self.log, self.earlier)

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
        for period in self.log.schedule.periods:
            if period.kind in MIXES[self.contract.family]:
                self.period(period)
        if self.contract.first_version:
            key, _ = self.contract.first_version
            first = self.log.schedule.period(key)
            assert first is not None
            self.period(first, "v1")
        self.result()
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

    def period(self, period: Period, version: str = "") -> None:
        """A period's last version, or its first one."""
        label = (version, period.key) if version else (period.key,)
        for goal in self.contract.goals:
            self.one(goal, period, label)
        scored = [
            each for each in self.year.made if isinstance(each, SheetScored) and each.period == period.key
        ]
        self.tell(period.starts, *label, "starts")
        self.tell(period.ends, *label, "ends")
        self.tell(self.timeline().months_of(period, self.since), *label, "months")
        assert [each.number for each in scored] == list(range(1, len(scored) + 1))
        if version:
            scored = [each for each in scored if each.at <= self.year.due(period)]
        self.tell(scored[-1].points if scored else None, *label, "score")

    def one(self, goal: Goal, period: Period, label: tuple[str, ...]) -> None:
        """One goal's score; what a goal that was not approved yet would have had, without points."""
        name, due = self.log.goal(goal.key), self.year.due(period)
        scored = [
            e
            for e in self.year.made
            if isinstance(e, GoalScored) and (e.goal, e.period) == (name, period.key)
        ]
        if len(label) > 1:
            scored = [each for each in scored if each.at <= due]
        world = self.year.known(due)
        found = scored[-1] if scored else score(world.goal(name), period.key, world.context(name), due)
        if goal.kind == "kpi":
            for part in ("target", "actual", "attainment"):
                self.tell(getattr(found, part), *label, goal.key, part)
        self.tell(found.points if scored else None, *label, goal.key, "points")

    def result(self) -> None:
        """The last version of the result, and what it is made of."""
        event = self.year.result()
        by_kind: dict[str, list[tuple[Any, Score]]] = {}
        for part in event.periods:
            known: Score = MISSING if part.points is None else part.points
            by_kind.setdefault(str(part.kind), []).append((part.months, known))
        for kind in (kind for kind in MIXES[self.contract.family] if kind != "subordinates"):
            mean = weighted(by_kind.get(kind, []), "reweight")
            self.tell(known_only(mean), "result", kind)
        mix = mix_of(self.year.sheet(), self.log.policy)
        points = mixed(mix, by_kind, self.subordinates(), self.log.policy.scoring)
        self.tell(known_only(points), "result", "mix")
        end: Any = event
        if self.earlier:
            end = None if event.own is None else finished(event.own, self.log.policy)
        for name in GRADED:
            self.tell(getattr(end, name, None), "result", name)

    def subordinates(self) -> Score:
        if not self.contract.below:
            return NOT_APPLICABLE
        for each in self.contract.below:
            self.tell(D(self.log.days_below(each)), "below", each.who, "days")
        results = (
            (self.log.days_below(e), self.log.cell("below", e.who, "result")) for e in self.contract.below
        )
        mean = by_days((days, exact(result)) for days, result in results)
        assert mean is not None
        self.tell(mean, "result", "subordinates")
        return mean


def year_of(contracts: Sequence[Contract], policy: Policy, cells: Inputs) -> dict[str, Any]:
    """The numbers of several contracts one after another, and of the year they make (RULES L7)."""
    found: dict[str, Any] = {}
    earlier: tuple[EarlierPart, ...] = ()
    for number, contract in enumerate(contracts, 1):
        played = Played(Log(contract, policy, cells, f"{number}.", number), earlier)
        found |= played.numbers()
        sheet, schedule = played.year.sheet(), played.log.schedule
        found[f"year.months.{number}"] = months_in_force(sheet, schedule)
        part = earlier_part(sheet, schedule)
        earlier = (*earlier, part) if part else earlier
    event = played.year.result()
    return found | {f"year.{name}": getattr(event, name) for name in GRADED}


def known_only(score: Score) -> Fraction | None:
    return score if isinstance(score, Fraction) else None
