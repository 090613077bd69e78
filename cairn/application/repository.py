"""Between events and rows: reading folded states from the ledger, writing decided events to it."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Container, Iterable, Mapping, Sequence
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

from cairn.application.stored_events import folded
from cairn.domain.cycle.events import AnyCycleEvent
from cairn.domain.cycle.stages import cycle_stage_row
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.state import evolve as evolve_cycle
from cairn.domain.event import Event
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import AnyGoalEvent
from cairn.domain.goal.state import Goal
from cairn.domain.goal.state import evolve as evolve_goal
from cairn.domain.identity import Identity, by_system
from cairn.domain.people import AnyPersonEvent, Person
from cairn.domain.person_history import PersonHistory, evolve_person
from cairn.domain.policy import Policy
from cairn.domain.reading import Evidence
from cairn.domain.refusal import Refusal
from cairn.domain.registry import EVENTS
from cairn.domain.sheet.events import AnySheetEvent
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as evolve_sheet
from cairn.domain.streams import IN_CYCLE, cycle_of, event_id, kind_of
from cairn.domain.terms import Terms
from cairn.ledger import AppendConflict, Ledger, NewEvent, StoredEvent, StreamAppend, WrongExpectedVersion

NOBODY: Mapping[str, Person] = {}
NO_EVIDENCE = Evidence()
TRIES = 12
T = TypeVar("T")


def fold_goal(name: str, rows: Iterable[StoredEvent]) -> Goal:
    return folded(Goal(id=name), rows, lambda goal, event: evolve_goal(goal, cast(AnyGoalEvent, event)))


def fold_sheet(name: str, rows: Iterable[StoredEvent]) -> Sheet:
    return folded(Sheet(id=name), rows, lambda sheet, event: evolve_sheet(sheet, cast(AnySheetEvent, event)))


def fold_cycle(name: str, rows: Iterable[StoredEvent]) -> Cycle:
    return folded(Cycle(id=name), rows, lambda cycle, event: evolve_cycle(cycle, cast(AnyCycleEvent, event)))


def fold_person(rows: Iterable[StoredEvent]) -> PersonHistory | None:
    """A person by business day; None where nobody of that id ever joined."""
    nobody: PersonHistory | None = None
    return folded(nobody, rows, lambda known, event: evolve_person(known, cast(AnyPersonEvent, event)))


def to_appends(
    events: Sequence[Event], versions: dict[str, int], command: Identity, run: str | None = None
) -> list[StreamAppend]:
    """The appends of one command's events, stream by stream, each at the version that was read (0 = new).

    `run` is the workflow's run that recorded them, where there is one."""
    streams: dict[str, list[Event]] = {}
    for event in events:
        streams.setdefault(event.stream, []).append(event)
    causation = f"{command.asked} {run}" if run else command.asked or None
    return [
        StreamAppend(stream, versions.get(stream, 0), _rows(stream, of, command.id, causation))
        for stream, of in streams.items()
    ]


def _rows(stream: str, events: Sequence[Event], correlation: str, causation: str | None) -> list[NewEvent]:
    """A command's events of one stream. The correlation is the command's identity; the causation says what was asked,
    then the run."""
    subject = stream.removeprefix("person-") if stream.startswith("person-") else None
    cycle = cycle_of(stream) if kind_of(stream) in IN_CYCLE else None
    return [
        NewEvent(
            id=event_id(stream, correlation, ordinal),
            type=event.type,
            data=event.model_dump_json(),
            occurred_at=event.at,
            actor=event.by,
            schema_version=event.schema_version,
            correlation=correlation,
            causation=causation,
            subject=subject,
            cycle=cycle,
        )
        for ordinal, event in enumerate(events)
    ]


async def record_alone(ledger: Ledger, event: Event, key: str) -> None:
    """Appends an event to a stream in which nothing is decided by what is there: after whatever comes first, once for
    each `key`."""
    identity = by_system(event.stream, key)
    while True:
        try:
            await ledger.append(
                to_appends([event], {event.stream: await ledger.version_of(event.stream)}, identity)
            )
        except WrongExpectedVersion:
            continue
        return


def first_answer(
    command: Identity, rows: Iterable[StoredEvent], zone: str | None = None
) -> list[StoredEvent]:
    """The rows this command recorded before, [] where it is new.

    Refuses a key under which another command was recorded: another kind, by somebody else or with other content. `zone`
    (IANA, None: UTC) is the one in which the reader is told when.
    """
    earlier = [row for row in rows if row.correlation == command.id]
    if earlier and not _is_asked(command, earlier[0]):
        first = earlier[0]
        asked = (first.causation or "").partition(" ")[0]
        raise Refusal(
            "command.key-used", field="command_id", key=command.key, earlier=asked, by=first.actor,
            at=first.occurred_at.astimezone(ZoneInfo(zone or "UTC")),
        )  # fmt: skip
    return earlier


async def retried(stream: str, attempt: Callable[[], Awaitable[T]]) -> T:
    """What an attempt to read, decide and append comes to. Who loses a race tries again, a little later each time: of
    many at once on one stream none is lost. Raises Refusal where all tries were in vain."""
    for number in range(TRIES):
        if number:
            await asyncio.sleep(random.uniform(0, 0.005 * 2 ** (number - 1)))
        with contextlib.suppress(AppendConflict):
            return await attempt()
    raise Refusal("command.stale", stream=stream)


def overtaken(
    stream: str, rows: Iterable[StoredEvent], at_version: int | None, also: Container[str] = ()
) -> Refusal | None:
    """The refusal of somebody who decides about what they saw `at_version` while others have changed it; None where
    nothing that touches it came since, or nobody said what they saw. `also` are events that touch only this."""
    if at_version is None:
        return None
    own = [row for row in rows if row.stream == stream]
    if at_version > len(own):
        return Refusal(
            "command.version-ahead", field="at_version", stream=stream, version=len(own), seen=at_version
        )
    since = [row for row in own if row.version > at_version and (row.type in also or _touches(row.type))]
    if not since:
        return None
    events = dict.fromkeys(row.type for row in since)
    return Refusal(
        "command.overtaken", field="at_version", stream=stream, events=list(events), by=since[-1].actor
    )


def _touches(type_name: str) -> bool:
    """Whether an event changes what is decided about; one that nobody here knows may."""
    known = EVENTS.get(type_name)
    return known is None or known.touching


def _is_asked(command: Identity, row: StoredEvent) -> bool:
    return " ".join((row.causation or "").split(" ")[:2]) == command.asked


def goal_context(
    cycle: Cycle,
    terms: Terms | Policy,
    sheet: Sheet,
    *,
    people: Mapping[str, Person] = NOBODY,
    evidence: Evidence = NO_EVIDENCE,
    head: str | None = None,
) -> GoalContext:
    """What a decision about a goal of this sheet looks at, by all the terms of its cycle; a policy alone is that of a
    score that is computed again."""
    if isinstance(terms, Policy):
        terms = Terms(terms, cycle.schedule)
    return GoalContext(
        policy=terms.policy,
        schedule=cycle.schedule,
        amended_at=terms.since,
        former=terms.former,
        sheet=sheet,
        people=people,
        evidence=evidence,
        head=head,
        clock_offset=cycle.clock_offset,
        open_for_goals=cycle_stage_row(cycle.stage).takes_goals,
    )
