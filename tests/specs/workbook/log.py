"""What Cairn records of a contract: its sheet and goals, readings, a change of target, one after another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, cast

from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.measure import Capability, KeyTask, Kpi, Measure
from cairn.domain.policy import Policy
from cairn.domain.reading import Evidence, Reading
from cairn.domain.schedule import Schedule, make_schedule
from cairn.domain.sheet.events import Placement, SheetLastDaySet
from cairn.domain.streams import goal_name, sheet_name
from tests.specs.company import HUA, LIN, SHANGHAI, WANG, opened
from tests.specs.given import World, please
from tests.specs.workbook.cells import Inputs
from tests.workbook.contract import Below, Contract, Goal


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


@dataclass
class Log:
    """What is recorded of one contract under a policy, with the numbers that stand in the page's inputs."""

    contract: Contract
    policy: Policy
    cells: Inputs
    prefix: str = ""
    number: int = 1

    def cell(self, *parts: str) -> Any:
        return self.cells[self.prefix + ".".join(parts)]

    def maybe(self, *parts: str) -> Any:
        return self.cells.maybe(self.prefix + ".".join(parts))

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

    def measure(self, goal: Goal) -> Measure:
        if goal.kind == "rating":
            return Capability.model_validate({"outcomes": ("a",), "scored_in": goal.scored_in})
        if goal.kind == "task":
            criteria = tuple(f"criterion {n}" for n in range(len(goal.accepted)))
            return KeyTask(criteria=criteria, due=self.maybe(goal.key, "due"))
        numbers = {
            name: self.maybe(goal.key, name) for name in ("baseline", "threshold", "target", "stretch")
        }
        return Kpi.model_validate(
            {
                **numbers,
                "unit": "%" if goal.aggregation == "ratio" else "",
                "direction": "lower" if goal.lower else "higher",
                "aggregation": goal.aggregation,
                "whole_cycle": True,
                "metric": goal.key,
                "subject": LIN,
                "curve": "ratio" if goal.proportional else "standard",
                "scored_in": goal.scored_in,
            }
        )

    def readings(self, known_on: date | None = None) -> Evidence:
        """The readings as they are known in the end, or on a day."""
        rows = []
        for number, row in enumerate(self.contract.readings):
            value, later = (
                self.cell("reading", str(number), "value"),
                self.maybe("reading", str(number), "later"),
            )
            if later is not None and (
                known_on is None or self.cell("reading", str(number), "on") <= known_on
            ):
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
            yield did.GoalAssessed.model_validate(
                {**say, "period": key, "points": points, "at": at(period.ends, 11)}
            )
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

    def days_below(self, each: Below) -> int:
        """How many days a subordinate reported."""
        first, last = (cast(date, self.cell("below", each.who, name)) for name in ("first", "last"))
        return max((last - first).days + 1, 0)
