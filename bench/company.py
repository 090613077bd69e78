"""A made-up company: events as the program itself writes them, and a policy and roster to launch cycles from."""

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from cairn.domain.appraisal.events import AnswerDrafted
from cairn.domain.cycle.events import CycleLaunched
from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal.events import (
    CheckedIn,
    GoalActivated,
    GoalApproved,
    GoalDrafted,
    GoalInterviewHeld,
    GoalSubmitted,
)
from cairn.domain.measure import Kpi
from cairn.domain.people import Department, Person, Roster
from cairn.domain.schedule import make_schedule
from cairn.domain.sheet.events import Placement, SheetOpened
from cairn.ledger import NewEvent, StreamAppend
from cairn.policies import parse

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
STARTS, ENDS = date(2026, 1, 1), date(2026, 12, 31)
COMING = date(2099, 1, 1), date(2099, 12, 31)
"""A cycle whose deadlines lie far ahead: its workflows only wait."""
HR, BOSS, MANAGER = "HR1", "BOSS", "M1"
CYCLE = "2026"
POLICY = Path(__file__).with_name("policy.yaml").read_text("utf-8")
REFERENCE = f"small@{parse(POLICY).version}"
"""What the policy is called once it is adopted."""
GOALS = 3
"""Goals in a made-up sheet."""
CHECK_INS = 6
"""Check-ins of each of them: a sheet and its goals are 31 events."""


def cycle_event() -> CycleLaunched:
    return CycleLaunched(
        cycle=CYCLE, title="2026", policy=REFERENCE, schedule=make_schedule(STARTS, ENDS, parse(POLICY)), plan="-",
        roster=0, sheets=1, goals=1, left_out=(), by=HR, at=AT,
    )  # fmt: skip


def drafted(goal: str, sheet: str, owner: str, at: datetime = AT) -> GoalDrafted:
    return GoalDrafted(
        goal=goal, cycle=CYCLE, sheet=sheet, tier="individual", owner=owner, manager=MANAGER, department="sales",
        key="revenue", dimension="duties", title="Revenue of the region", since=STARTS, policy=REFERENCE, by=HR, at=at,
        measure=Kpi(unit="CNY", target=Decimal(1200)),
    )  # fmt: skip


def sheet_and_goals(holder: str) -> list[Event]:
    """The year of one person's sheet in order: opened, drafted, submitted, approved, activated, checked in."""
    sheet = f"sheet-{CYCLE}-{holder}-1"
    goals = [f"goal-{CYCLE}-{holder}-{number}" for number in range(1, GOALS + 1)]
    places = [Placement(goal=goal, dimension="duties", weight=Decimal(100) / GOALS) for goal in goals]
    opened = SheetOpened(
        sheet=sheet, cycle=CYCLE, kind="person", holder=holder, department="sales", family="sales", since=STARTS,
        space=Decimal(15), placements=tuple(places), policy=REFERENCE, by=HR, at=AT,
    )  # fmt: skip
    events: list[Event] = [opened, *(drafted(goal, sheet, holder) for goal in goals)]
    events += [GoalSubmitted(goal=goal, by=holder, at=_day(1)) for goal in goals]
    events += [GoalApproved(goal=goal, by=MANAGER, at=_day(2)) for goal in goals]
    events += [GoalActivated(goal=goal, by=SYSTEM, at=_day(30)) for goal in goals]
    for month in range(CHECK_INS):
        at = _day(60 + 30 * month)
        value, note = Decimal(100 * (month + 1)), "on the way, two customers signed"
        events += [
            CheckedIn(goal=goal, on=at.date(), value=value, note=note, by=holder, at=at) for goal in goals
        ]
    return events


def _day(days: int) -> datetime:
    return AT + timedelta(days=days)


def new(event: Event) -> NewEvent:
    """The domain's event as the ledger takes it."""
    return NewEvent(
        uuid4(), event.type, event.model_dump_json(), event.at, event.by, correlation="command", causation="run",
        cycle=CYCLE,
    )  # fmt: skip


WRITTEN_ABOUT = [f"E{number}" for number in range(200)]
"""People, each with a key of their own."""
CHECK_IN = new(sheet_and_goals("E1")[-1])
"""The most frequent event of a year."""


PASSED_BY = AnswerDrafted.__name__
"""A type that every read model knows and none takes in; one that nobody knows would be looked at one by one."""


def fresh(events: int = 1) -> StreamAppend:
    """A new stream with so many events like a check-in, but of a type and in a stream that no read model takes in."""
    stream = f"bench-{random.getrandbits(60)}"
    return StreamAppend(stream, 0, [_like_a_check_in() for _ in range(events)])


def _like_a_check_in() -> NewEvent:
    one = CHECK_IN
    return NewEvent(
        uuid4(), PASSED_BY, one.data, one.occurred_at, one.actor, correlation=one.correlation,
        causation=one.causation, cycle=one.cycle,
    )  # fmt: skip


def worded() -> StreamAppend:
    """A new goal's stream with one event in which somebody wrote something."""
    goal = f"goal-{CYCLE}-{random.choice(WRITTEN_ABOUT)}-{random.getrandbits(60)}"
    agreed = "two big customers in the first half of the year, and help with the tenders"
    held = GoalInterviewHeld(goal=goal, on=AT.date(), participants=("M", "E1"), agreed=agreed, by="M", at=AT)
    return StreamAppend(goal, 0, [new(held)])


def roster(employees: int) -> Roster:
    """HR, the boss, a manager and so many employees, who have two goals each."""
    return _company(_person(f"E{number}", MANAGER, "sales") for number in range(1, employees + 1))


def roster_of_holders(holders: int, team: int) -> Roster:
    """The same with the first of those whose sheets are filled in: so many report to the manager, the others to the
    boss."""
    return _company(
        _person(f"H{number:08d}", MANAGER if number <= team else BOSS, "sales")
        for number in range(1, holders + 1)
    )


def _company(employees: Iterable[Person]) -> Roster:
    people = [
        _person(BOSS, None, "none", "executive", "committee"),
        _person(HR, BOSS, "none", "hr"),
        _person(MANAGER, BOSS, "none"),
        *employees,
    ]
    return Roster(people=tuple(people), departments=(Department(id="sales", name="Sales"),))


def _person(name: str, manager: str | None, family: str, *roles: str) -> Person:
    facts = {"name": name, "department": "sales", "family": family, "hired": date(2020, 1, 1), "roles": roles}
    return Person.model_validate({"id": name, "manager": manager, **facts})
