"""Whose turn it is in cases of every kind: in the read models as the domain says it, whoever is away, leaves or
delegates (RULES K5)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from cairn.domain.case.kind import status
from cairn.domain.event import Event
from cairn.domain.feedback.decide import answer_by
from cairn.domain.moves import AnyPersonCommand, Delegate, GoAway, Leave, Return
from cairn.domain.people import DepartmentNamed
from cairn.domain.person_history import PersonHistory, evolve_person
from projections.engine.catch_up import catch_up
from projections.models.case import turns
from tests.projections.given import launched, record
from tests.specs.casework import Casework
from tests.specs.company import CHEN, HUA, LI, LIN, QIAN, WANG, ZHAO, on
from tests.specs.moving import COMPANY, DEPARTMENTS, events_of, joined, say
from tests.specs.test_rules_clocks import OPEN_CASES

WORLDS: dict[str, Sequence[AnyPersonCommand]] = {
    "everybody is there": (),
    "the manager delegates, then to whom it is about": (
        say(Delegate, WANG, "03-02", first="2026-03-05", last="2026-03-20", to=CHEN),
        say(Delegate, WANG, "03-02", first="2026-03-21", to=LIN),
    ),
    "the line is away, level by level, and comes back": (
        say(GoAway, WANG, "03-02", first="2026-03-06"),
        say(GoAway, ZHAO, "03-02", first="2026-03-12", last="2026-04-12"),
        say(GoAway, LI, "03-02", first="2026-03-20", last="2026-04-06"),
        say(Return, WANG, "05-01", effective="2026-05-04"),
    ),
    "the person is away, with and without an end": (
        say(GoAway, LIN, "03-02", first="2026-03-03", last="2026-03-19"),
        say(GoAway, LIN, "03-20", first="2026-04-10"),
    ),
    "the mentor delegates and leaves, the person leaves": (
        say(Delegate, QIAN, "03-02", first="2026-03-04", last="2026-03-31", to=CHEN),
        say(Leave, QIAN, "03-02", last_day="2026-04-17"),
        say(Leave, LIN, "03-02", last_day="2026-05-08"),
    ),
    "the person delegates, and whom they delegate to is away": (
        say(Delegate, LIN, "03-02", first="2026-03-04", to=QIAN),
        say(GoAway, QIAN, "03-02", first="2026-03-16", last="2026-04-01"),
        say(Leave, WANG, "03-02", last_day="2026-04-24"),
    ),
}
DAYS = (
    "03-02",
    "03-05",
    "03-09",
    "03-11",
    "03-16",
    "03-17",
    "03-23",
    "04-03",
    "04-13",
    "05-06",
    "05-20",
    "06-10",
)


def renamed(case: Casework, number: int) -> Casework:
    """The same case under a name of its own."""
    name = f"{case.case.rpartition('-')[0]}-{number}"
    events = tuple(event.model_copy(update={"case": name}) for event in case.events)
    return Casework(name, events, policy=case.policy, goals=case.goals, departments=case.departments)


CASES = [renamed(case, number) for number, case in enumerate(OPEN_CASES)]


def people_of(commands: Sequence[AnyPersonCommand]) -> tuple[dict[str, PersonHistory], list[Event]]:
    """Everybody once these things were said, and the events of it."""
    known: dict[str, PersonHistory] = dict(COMPANY)
    happened: list[Event] = [joined(history) for history in COMPANY.values()]
    for command in commands:
        for event in events_of(command, known):
            happened.append(event)
            history = evolve_person(known.get(command.person), event)
            assert history is not None
            known[command.person] = history
    return known, happened


def awaited_in(case: Casework, people: Mapping[str, PersonHistory], day: str) -> set[str]:
    now = case.among(people)
    return set(status(now.kind, now.state, now.context(on(day))).awaited)


def due_of(case: Casework) -> Callable[[Mapping[str, PersonHistory], str], datetime | None]:
    """When a piece of feedback is due, among people on a day."""
    return lambda people, day: answer_by(case.state, case.among(people).context(on(day)))


@pytest.mark.parametrize("said", WORLDS.values(), ids=list(WORLDS))
async def test_law_K5_a_turn_is_whose_the_domain_says_it_is(
    pool: asyncpg.Pool, said: Sequence[AnyPersonCommand]
) -> None:
    people, happened = people_of(said)
    departments = [DepartmentNamed(department=each, by=HUA, at=on("01-01")) for each in DEPARTMENTS]
    await record(pool, launched(), *departments, *happened, *[e for case in CASES for e in case.events])
    await catch_up(pool)
    differ: list[Any] = []
    until = {case.case: due_of(case) for case in CASES if case.state.stage == "observed"}
    for day in DAYS:
        found: dict[str, set[str]] = {}
        for turn in await turns(pool, on(day)):
            found.setdefault(turn.name, set()).add(turn.awaited)
            if turn.name in until and turn.until != until[turn.name](people, day):
                differ.append((day, turn.name, turn.until))
        for case in CASES:
            expected = awaited_in(case, people, day)
            if found.get(case.case, set()) != expected:
                differ.append((day, case.case, case.state.stage, found.get(case.case), expected))
    assert differ == []
