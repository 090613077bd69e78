"""People of the specifications by business day: how they came to be as they are, and what follows for sheets and
goals."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cairn.domain.event import Event
from cairn.domain.goal import commands as ask
from cairn.domain.launch.plan import OpenedSheet, Planner
from cairn.domain.launch.spells import days_of_sheet
from cairn.domain.moves import AnyPersonCommand, decide_move
from cairn.domain.people import Department, PersonJoined, Roster
from cairn.domain.person_history import PersonHistory, as_stated, evolve_person, people_on
from tests.specs.company import GONE, HUA, LI, LIN, PEOPLE, PLAN, REVENUE, ZHAO, on, schedule
from tests.specs.given import World

COMPANY = {id: as_stated(each) for id, each in PEOPLE.items() if id != GONE}
DEPARTMENTS = (Department(id="sales", name="销售部", head=ZHAO), Department(id="rnd", name="研发部", head=LI))


def day(written: str) -> date:
    return on(written).date()


def say(kind: type[AnyPersonCommand], who: str, said: str = "01-10", by: str = HUA, **fields: Any) -> Any:
    """What HR says of a person on a day."""
    return kind.model_validate({"person": who, "by": by, "at": on(said), **fields})


def after(
    *commands: AnyPersonCommand, people: Mapping[str, PersonHistory] = COMPANY
) -> dict[str, PersonHistory]:
    """Everybody once these things were said."""
    known = dict(people)
    for command in commands:
        for event in events_of(command, known):
            history = evolve_person(known.get(command.person), event)
            assert history is not None
            known[command.person] = history
    return known


def events_of(command: AnyPersonCommand, people: Mapping[str, PersonHistory] = COMPANY) -> Sequence[Any]:
    """The events of one thing said, on the day on which it is said."""
    today = command.at.date()
    at = getattr(command, "effective", None) or getattr(command, "first", None) or today
    if command.person not in people and (details := getattr(command, "details", None)):
        at = details.hired
    return decide_move(command, people.get(command.person), people_on(people, at), today)


def joined(history: PersonHistory) -> PersonJoined:
    return PersonJoined(person=history.id, details=history.joined, by=HUA, at=on("01-01"))


def with_department(new: Department) -> tuple[Department, ...]:
    """The departments with one more, which nobody knew at the launch."""
    return (*DEPARTMENTS, new)


def planner(
    people: Mapping[str, PersonHistory], policy: Any = PLAN, departments: Sequence[Department] = DEPARTMENTS
) -> Planner:
    roster = Roster(people=tuple(people_on(people, day("01-01")).values()), departments=tuple(departments))
    return Planner("2026", "2026", schedule(policy), policy, roster, {}, histories=people)


def added(
    people: Mapping[str, PersonHistory],
    opened: Mapping[str, Sequence[OpenedSheet]],
    today: str,
    policy: Any = PLAN,
) -> Any:
    """The plan of the sheets that are missing on a day."""
    return planner(people, policy).additions(opened, ["company", "department.sales"], day(today))


def first_sheets(people: Mapping[str, PersonHistory] = COMPANY) -> dict[str, list[OpenedSheet]]:
    """The sheets that the launch opened for them."""
    found: dict[str, list[OpenedSheet]] = {}
    for sheet in planner(people).plan().sheets:
        if sheet.kind == "person":
            one = OpenedSheet(
                sheet=sheet.sheet,
                number=sheet.number,
                family=sheet.family,
                since=sheet.since,
                last=sheet.last,
            )
            found.setdefault(sheet.holder, []).append(one)
    return found


def follow(
    world: World, people: Mapping[str, PersonHistory], said: str, goal: str = REVENUE, who: str = LIN
) -> ask.FollowHolder:
    """The command that brings a goal in line, with the days that its holder's history has."""
    sheet = world.context(goal).sheet
    days = days_of_sheet(people[who], sheet.family, sheet.since, schedule(), day(said))
    return ask.FollowHolder.model_validate({"goal": goal, "by": HUA, "at": on(said), **dict(days)})


def followed(world: World, people: Mapping[str, PersonHistory], said: str, goal: str = REVENUE) -> World:
    """The world once the goal followed its holder on a day."""
    return world.having(follow(world, people, said, goal))


def types(events: Sequence[Event]) -> list[str]:
    return [type(event).__name__ for event in events]
