"""The language of the specifications: given these events, when this is asked, then that happens (or is refused)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar, cast

import hypothesis
import pytest
from hypothesis import settings

from cairn.application import access
from cairn.application.repository import goal_context
from cairn.domain.cycle.events import AnyCycleEvent, CycleEvent
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.state import evolve as evolve_cycle
from cairn.domain.evaluation.versions import with_sheet
from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.context import GoalContext, Seats
from cairn.domain.goal.decide import decide
from cairn.domain.goal.state import Goal
from cairn.domain.goal.state import evolve as evolve_goal
from cairn.domain.goal.status import GoalStatus, status
from cairn.domain.people import Person
from cairn.domain.policy import Policy
from cairn.domain.reading import Evidence, Reading
from cairn.domain.refusal import FactValue, Refusal
from cairn.domain.sheet.events import AnySheetEvent, SheetEvent
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as evolve_sheet
from cairn.domain.streams import sheet_of
from cairn.i18n import refusal_message
from tests.specs.company import PEOPLE, PLAN, REVENUE, SHEET, launched, on

COMPLETE = Evidence(complete_through=date(2027, 12, 31), feeds=("erp",))
"""Nothing was brought, by a feed that has brought all it has, and covers nobody."""
Command = TypeVar("Command", bound=ask.GoalCommand)


def please(
    kind: type[Command], /, by: str, at: datetime | str, goal: str = REVENUE, **fields: Any
) -> Command:
    """A command, at a moment or a day of 2026."""
    moment = on(at) if isinstance(at, str) else at
    return kind.model_validate({"goal": goal, "by": by, "at": moment, **fields})


def deadline(
    phase: str, due: datetime, goal: str = REVENUE, period: str | None = None, late: float = 0
) -> ask.KeepDeadline:
    """A timer that fires at its time, or so many hours late."""
    at = due + timedelta(hours=late)
    return please(ask.KeepDeadline, SYSTEM, at, goal, phase=phase, due=due, period=period)


@dataclass(frozen=True)
class World:
    """What the log holds when something is asked, and who is there."""

    events: tuple[Event, ...] = ()
    policy: Policy = PLAN
    people: dict[str, Person] = field(default_factory=lambda: dict(PEOPLE))
    evidence: Evidence = COMPLETE
    head: str | None = None
    acting: dict[str, str] = field(default_factory=dict)
    departments: dict[str, str] | None = None

    def under(self, **facts: Any) -> "World":
        """The same under another policy, with other people or readings."""
        return replace(self, **facts)

    def with_readings(self, *readings: Reading) -> "World":
        return self.with_evidence(readings=readings, upto=99)

    def with_evidence(self, **facts: Any) -> "World":
        """The same with something else known of the metric; its feed is complete unless `facts` say otherwise."""
        return replace(self, evidence=COMPLETE.model_copy(update=facts))

    def goal(self, name: str = REVENUE) -> Goal:
        state = Goal(id=name)
        for event in self.events:
            if event.stream == name:
                state = evolve_goal(state, cast(did.AnyGoalEvent, event))
        return state

    def sheet(self, name: str = SHEET) -> Sheet:
        state = Sheet(id=name)
        for event in self.events:
            if isinstance(event, SheetEvent) and event.sheet == name:
                state = evolve_sheet(state, cast(AnySheetEvent, event))
        return state

    def cycle(self) -> Cycle:
        state = Cycle(id="2026")
        for event in (launched(self.policy), *self.events):
            if isinstance(event, CycleEvent):
                state = evolve_cycle(state, cast(AnyCycleEvent, event))
        return state

    def context(self, goal: str = REVENUE) -> GoalContext:
        sheet = self.sheet(sheet_of(goal))
        context = goal_context(
            self.cycle(), self.policy, sheet, people=self.people, evidence=self.evidence, head=self.head
        )
        others = {
            name: self.goal(name) for name in {event.stream for event in self.events} if name[:5] == "goal-"
        }
        return context.model_copy(
            update={
                "seats": self.seats(),
                "others": others,
                "acting": self.acting,
                "departments": self.departments,
            }
        )

    def seats(self) -> Seats:
        """Who has which role; those who have left by the last thing that happened hold no seat."""
        now = max((event.at for event in self.events), default=on("01-01")).date()
        here = [each for each in self.people.values() if each.here_on(now)]
        names = {
            role: frozenset(p.id for p in here if role in p.roles)
            for role in ("hr", "committee", "executive")
        }
        return Seats(hr=names["hr"], committee=names["committee"], executives=names["executive"])

    def status(self, goal: str = REVENUE, at: datetime | None = None) -> GoalStatus:
        """As of a moment, else of the last thing that happened."""
        now = at or max((event.at for event in self.events), default=on("01-01"))
        return status(self.goal(goal), self.context(goal), now)

    def decided(self, command: ask.GoalCommand) -> list[Event]:
        asked, goal, context = (
            cast(ask.AnyGoalCommand, command),
            self.goal(command.goal),
            self.context(command.goal),
        )
        access.require(asked, goal, context)
        others = {name: self.goal(name) for name in context.sheet.weighings if name != goal.id}
        return with_sheet(decide(asked, goal, context), goal, context, others)

    def having(self, *commands: ask.GoalCommand) -> "World":
        """The world after these commands too, all of them accepted."""
        world = self
        for command in commands:
            world = replace(world, events=(*world.events, *world.decided(command)))
        return world

    def when(self, command: ask.GoalCommand) -> "Outcome":
        return Outcome(self, command)


@dataclass(frozen=True)
class Outcome:
    """What a command leads to; compared with what it should lead to."""

    world: World
    command: ask.GoalCommand

    @property
    def events(self) -> Sequence[Event]:
        return self.world.decided(self.command)

    @property
    def after(self) -> World:
        return self.world.having(self.command)

    def then(self, *expected: Event) -> World:
        """Exactly these events, in this order."""
        assert list(self.events) == list(expected)
        return self.after

    def then_types(self, *expected: type[Event]) -> World:
        """Events of exactly these types, where their fields are another specification's business."""
        assert [type(event) for event in self.events] == list(expected)
        return self.after

    def nothing(self) -> None:
        assert list(self.events) == []

    def refused(self, code: str, **facts: FactValue) -> Refusal:
        """Refused with this code, in both languages, with at least these facts."""
        with pytest.raises(Refusal) as caught:
            self.world.decided(self.command)
        assert caught.value.code == code
        assert {name: caught.value.facts.get(name) for name in facts} == facts
        said = refusal_message(caught.value)
        assert "{" not in said.text("zh") + said.text("en")
        return caught.value


def given(*events: Event | Sequence[Event], **facts: Any) -> World:
    """A world in which these events have happened; groups of events are laid out one after another."""
    flat: list[Event] = []
    for each in events:
        flat += [each] if isinstance(each, Event) else each
    return World(events=tuple(flat), **facts)


def for_all(*args: Any, **facts: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A law: holds for whatever Hypothesis makes of these strategies."""

    def law(test: Callable[..., None]) -> Callable[..., None]:
        proven: Callable[..., None] = hypothesis.given(*args, **facts)(test)  # type: ignore[no-untyped-call]
        return settings(deadline=None, max_examples=50)(proven)

    return law


def utc(day: str, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(date.fromisoformat(f"2026-{day}"), time(hour, minute), UTC)
