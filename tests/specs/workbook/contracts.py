"""Cairn's numbers of a contract: its events one after another, and what the domain makes of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any, cast

from cairn.domain.attainment import aim_in
from cairn.domain.evaluation.order import finished
from cairn.domain.evaluation.scores import issue_result, mix_of, score_sheet
from cairn.domain.event import SYSTEM, Event
from cairn.domain.exact import exact
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.scoring import score
from cairn.domain.goal.state import Goal as GoalState
from cairn.domain.measure import Capability, KeyTask, Kpi, Measure
from cairn.domain.policy import Family, FlexibleSpace, GradeBand, LinearCurve, Name, Policy, RatioCurve, Scale, ScoringRules
from cairn.domain.reading import Evidence, Reading
from cairn.domain.schedule import Period, Schedule, Timeline, make_schedule
from cairn.domain.scoring import NOT_APPLICABLE, Score, by_days, mixed, weighted
from cairn.domain.sheet.events import Placement, SheetLastDaySet, SheetOpened
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as evolve_sheet
from cairn.domain.streams import goal_name, sheet_name
from tests.specs.company import HUA, LIN, SHANGHAI, WANG, opened, plan, template
from tests.specs.given import World, please
from tests.specs.workbook.cells import Inputs
from tests.workbook.contract import Contract, Goal, key_of
from tests.workbook.plan import CURVE, GRADES, MIXES

D = Decimal


def policy_of(cells: Inputs) -> Policy:
    """The policy as its page states it."""
    both = (template("duties", 80), template("learning", 20, kind="capability", dimension="capability", target=None))
    families = {}
    for name, mix in MIXES.items():
        weights = {part: cells[f"mix.{name}.{part}"] for part in mix}
        below = weights.pop("subordinates", D(0))
        families[name] = Family.model_validate(
            {"name": Name(zh=name, en=name), "periods": weights, "subordinates": below, "template": both}
        )
    return plan(
        families=families,
        curves={
            "standard": LinearCurve(kind="linear", **{name: cells[f"curve.{name}"] for name in CURVE}),
            "ratio": RatioCurve(kind="ratio", full=cells["ratio.full"], cap=cells["ratio.cap"]),
        },
        grades=[
            GradeBand(grade=cells[f"grade.{g}.name"], points=cells[f"grade.{g}.points"],
                      coefficient=cells[f"grade.{g}.coefficient"])
            for g, *_ in reversed(GRADES)
        ],
        scale=Scale.model_validate({"from": cells["scale.from"], "to": cells["scale.to"]}),
        scoring=ScoringRules(places=int(cells["places"])),
        flexible_space=FlexibleSpace.model_validate({"percent": 15, "draws": ("metric",), "metric_change": 0}),
    )  # fmt: skip


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


@dataclass
class Played:
    """One contract under a policy, with the numbers that stand in the page's inputs."""

    contract: Contract
    policy: Policy
    cells: Inputs
    prefix: str = ""
    number: int = 1
    found: dict[str, Any] = field(default_factory=dict)

    def cell(self, *parts: str) -> Any:
        return self.cells[self.prefix + ".".join(parts)]

    def maybe(self, *parts: str) -> Any:
        return self.cells.maybe(self.prefix + ".".join(parts))

    def tell(self, value: Any, *parts: str) -> None:
        self.found[self.prefix + ".".join(parts)] = value

    @property
    def sheet(self) -> str:
        return sheet_name("2026", LIN, self.number)

    def goal(self, key: str) -> str:
        keys = [goal.key for goal in self.contract.goals]
        return goal_name("2026", LIN, keys.index(key) + 1, self.number)

    @property
    def since(self) -> date:
        return cast(date, self.cell("since"))

    @cached_property
    def schedule(self) -> Schedule:
        starts = self.cell("starts")
        return make_schedule(starts, date(starts.year, 12, 31), self.policy)

    # What happened

    def measure(self, goal: Goal) -> Measure:
        if goal.kind == "rating":
            return Capability.model_validate({"outcomes": ("a",), "scored_in": goal.scored_in})
        if goal.kind == "task":
            criteria = tuple(f"criterion {n}" for n in range(len(goal.accepted)))
            return KeyTask(criteria=criteria, due=self.maybe(goal.key, "due"))
        numbers = {name: self.maybe(goal.key, name) for name in ("baseline", "threshold", "target", "stretch")}
        return Kpi.model_validate({
            **numbers,
            "unit": "%" if goal.aggregation == "ratio" else "",
            "direction": "lower" if goal.lower else "higher",
            "aggregation": goal.aggregation,
            "whole_cycle": True,
            "metric": goal.key,
            "subject": LIN,
            "curve": "ratio" if goal.proportional else "standard",
            "scored_in": goal.scored_in,
        })

    def readings(self, known_on: date | None = None) -> Evidence:
        """The readings as they are known in the end, or on a day."""
        rows = []
        for number, row in enumerate(self.contract.readings):
            value, later = self.cell("reading", str(number), "value"), self.maybe("reading", str(number), "later")
            if later is not None and (known_on is None or self.cell("reading", str(number), "on") <= known_on):
                value = later
            rows.append(Reading(
                metric=row.goal, subject=LIN, on=self.cell("reading", str(number), "day"), value=value,
                base=self.maybe("reading", str(number), "base"), position=number + 1,
            ))  # fmt: skip
        return Evidence(readings=tuple(rows), upto=len(rows))

    def events(self) -> Iterable[Event]:
        """Everything but the change of a target, which is a command."""
        places = [
            Placement(goal=self.goal(goal.key), dimension="duties", weight=self.cell(goal.key, "weight"))
            for goal in self.contract.goals
        ]
        who = {"kind": "person", "holder": LIN, "department": "sales"}
        yield opened(self.sheet, family=self.contract.family, since=self.since, placements=places,
                     at=at(self.since, 8), **who)  # fmt: skip
        for goal in self.contract.goals:
            yield from self.of_goal(goal)
        if self.cell("until") < self.schedule.ends:
            ended = at(self.cell("until"), 18)
            yield SheetLastDaySet(sheet=self.sheet, last=self.cell("until"), cause="family", by=HUA, at=ended)

    def of_goal(self, goal: Goal) -> Iterable[Event]:
        name, approved = self.goal(goal.key), self.cell(goal.key, "approved")
        say = {"goal": name, "by": WANG}
        yield did.GoalDrafted(
            goal=name, cycle="2026", sheet=self.sheet, tier="individual", owner=LIN, manager=WANG,
            department="sales", key=goal.key, dimension="duties", title=goal.title, measure=self.measure(goal),
            since=self.since, policy="plan@1", by=HUA, at=at(self.since, 8),
        )  # fmt: skip
        yield did.GoalSubmitted(goal=name, by=LIN, at=at(approved, 8))
        yield did.GoalApproved.model_validate({**say, "at": at(approved, 9)})
        yield did.GoalActivated(goal=name, by=SYSTEM, at=at(approved, 9))
        for criterion in range(1, len(goal.accepted) + 1):
            day = self.maybe(goal.key, "criterion", str(criterion))
            if day is not None:
                yield did.CriterionAccepted.model_validate(
                    {**say, "criterion": criterion, "evidence": "e", "at": at(day)}
                )
        for key in goal.ratings:
            period = self.schedule.period(key)
            assert period is not None
            points = self.cell(goal.key, "rating", key)
            yield did.GoalAssessed.model_validate({**say, "period": key, "points": points, "at": at(period.ends, 11)})
        if self.cell("until") < self.schedule.ends:
            ended = at(self.cell("until"), 18)
            yield did.LastDaySet(goal=name, last=self.cell("until"), cause="family", by=HUA, at=ended)

    @cached_property
    def world(self) -> World:
        """All that ever happened, in order."""
        events = sorted(self.events(), key=lambda event: event.at)
        if self.contract.change is None:
            return World(tuple(events), policy=self.policy, evidence=self.readings())
        day = self.cell("change.on")
        before = World(tuple(e for e in events if e.at < at(day, 9)), policy=self.policy)
        after = before.having(*self.change(day))
        later = [event for event in events if event.at >= at(day, 9)]
        return World((*after.events, *later), policy=self.policy, evidence=self.readings())

    def change(self, day: date) -> Iterable[ask.GoalCommand]:
        assert self.contract.change is not None
        goal = self.goal(self.contract.change.goal)
        wanted = did.Changes(target=self.cell("change.target"))
        yield please(ask.RequestAdjustment, LIN, at(day), goal, adjustment="a1", changes=wanted, reason="r")
        for role, by in (("manager", WANG), ("hr", HUA)):
            yield please(ask.ConfirmAdjustment, by, at(day), goal, adjustment="a1", role=role)

    def known(self, moment: datetime, evidence: Evidence | None = None) -> World:
        """The world as of a moment."""
        events = tuple(event for event in self.world.events if event.at <= moment)
        return self.world.under(events=events, evidence=evidence or self.world.evidence)

    # What comes of it

    def numbers(self) -> Mapping[str, Any]:
        """Every number of the contract by its name on the page."""
        self.calendar()
        for goal in self.contract.goals:
            self.places(goal)
        if self.contract.first_version:
            key, _ = self.contract.first_version
            day = self.cell("v1.on")
            self.period(key, at(day), self.readings(day), "v1")
        sheet = self.known(at(self.schedule.ends)).sheet(self.sheet)
        for kind in (kind for kind in MIXES[self.contract.family] if kind != "subordinates"):
            for period in self.schedule.of_kind(kind):
                sheet = self.period(period.key, None, None, sheet=sheet)
        self.result(sheet)
        return self.found

    def timeline(self) -> Timeline:
        """The cycle's days, of which those after the contract's last day do not count."""
        return self.schedule.without(self.world.sheet(self.sheet).gaps)

    def calendar(self) -> None:
        first = World(tuple(self.events()), policy=self.policy)
        for month in self.schedule.of_kind("month"):
            self.tell(month.starts, "calendar", month.key, "starts")
            self.tell(month.ends, "calendar", month.key, "ends")
            self.tell(self.timeline().months_of(month, self.since), "calendar", month.key, "months")
            for goal in self.contract.goals:
                if not goal.adds_up:
                    continue
                self.tell(self.target(self.world, goal, month), "calendar", month.key, goal.key)
                if self.contract.change and self.contract.change.goal == goal.key:
                    self.tell(self.target(first, goal, month), "before", month.key, goal.key)

    def target(self, world: World, goal: Goal, period: Period) -> Any:
        measure = world.goal(self.goal(goal.key)).measure
        assert isinstance(measure, Kpi)
        aim = aim_in(measure, period, self.timeline(), self.since)
        return aim.target if aim else D(0)

    def places(self, goal: Goal) -> None:
        """Where threshold and stretch lie, in percent of attainment."""
        measure = self.measure(goal)
        if not isinstance(measure, Kpi):
            return
        aim = aim_in(measure, self.schedule.year, self.schedule, self.schedule.starts)
        assert aim is not None
        for name in ("threshold", "stretch"):
            if getattr(goal, name) is not None:
                self.tell(getattr(aim, name), goal.key, f"{name}_at")

    def period(
        self, key: str, moment: datetime | None, evidence: Evidence | None, version: str = "", sheet: Sheet | None = None
    ) -> Sheet:
        """Scores a period when it is due, or at a moment; later for goals approved later. The sheet with that score."""
        period = self.schedule.period(key)
        assert period is not None
        label = (version, key) if version else (key,)
        goals: dict[str, GoalState] = {}
        for goal in self.contract.goals:
            due = moment or max(period.scored_at, at(self.cell(goal.key, "approved")))
            self.one(goal, period, self.known(due, evidence), label, goals)
        before = sheet or self.known(moment or period.scored_at).sheet(self.sheet)
        scored = score_sheet(before, goals, key, self.policy, period.scored_at)
        self.tell(period.starts, *label, "starts")
        self.tell(period.ends, *label, "ends")
        self.tell(self.timeline().months_of(period, self.since), *label, "months")
        self.tell(scored[0].points if scored else None, *label, "score")
        return evolve_sheet(before, scored[0]) if scored else before

    def one(
        self, goal: Goal, period: Period, world: World, label: tuple[str, ...], goals: dict[str, GoalState]
    ) -> None:
        """One goal's score; a goal that is not approved yet has none."""
        name = self.goal(goal.key)
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
        mix, below = mix_of(sheet, self.policy), self.subordinates()
        [event] = issue_result(sheet, [], self.schedule, self.policy, at(self.schedule.ends), leads=False)
        by_kind: dict[str, list[tuple[Any, Score]]] = {}
        for part in event.periods:
            known = part.points if part.points is not None else NOT_APPLICABLE
            by_kind.setdefault(str(part.kind), []).append((part.months, known))
        for kind in by_kind:
            self.tell(weighted(by_kind[kind], "reweight"), "result", kind)
        points = mixed(mix, by_kind, below, self.policy.scoring)
        if not self.contract.below:
            assert event.points == points
        self.tell(points, "result", "mix")
        end = finished(cast(Any, points), self.policy)
        for name in ("points", "rounded", "grade", "coefficient"):
            self.tell(getattr(end, name), "result", name)

    def subordinates(self) -> Score:
        if not self.contract.below:
            return NOT_APPLICABLE
        results = []
        for each in self.contract.below:
            first, last = (self.cell("below", each.who, name) for name in ("first", "last"))
            days = (last - first).days + 1
            self.tell(D(days), "below", each.who, "days")
            results.append((days, exact(self.cell("below", each.who, "result"))))
        mean = by_days(results)
        assert mean is not None
        self.tell(mean, "result", "subordinates")
        return mean


__all__ = ["Played", "SheetOpened", "key_of", "policy_of"]
