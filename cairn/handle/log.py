"""Between events and rows: reading folded states from the ledger, writing decided events to it."""

from collections.abc import Iterable, Sequence
from typing import cast

from cairn.domain.cycle.events import AnyCycleEvent, PolicyAdopted
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.state import evolve as evolve_cycle
from cairn.domain.event import Event
from cairn.domain.goal.events import AnyGoalEvent
from cairn.domain.goal.state import Goal
from cairn.domain.goal.state import evolve as evolve_goal
from cairn.domain.names import cycle_of, event_id
from cairn.domain.people import AnyPersonEvent, Person, evolve_person
from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal
from cairn.domain.registry import EVENTS, decode
from cairn.domain.sheet.events import AnySheetEvent
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as evolve_sheet
from cairn.ledger import UPCASTERS, Ledger, NewEvent, StoredEvent, StreamAppend, upcast
from cairn.policies import parse


def facts(rows: Iterable[StoredEvent]) -> list[Event]:
    """Stored rows as events of today's schema."""
    return [_fact(row) for row in rows]


def _fact(row: StoredEvent) -> Event:
    if row.schema_version == UPCASTERS.current_version(row.type):
        return decode(row.type, row.data)
    return EVENTS[row.type].model_validate(upcast(row))


def fold_goal(name: str, rows: Iterable[StoredEvent]) -> Goal:
    goal = Goal(id=name)
    for event in facts(rows):
        goal = evolve_goal(goal, cast(AnyGoalEvent, event))
    return goal


def fold_sheet(name: str, rows: Iterable[StoredEvent]) -> Sheet:
    sheet = Sheet(id=name)
    for event in facts(rows):
        sheet = evolve_sheet(sheet, cast(AnySheetEvent, event))
    return sheet


def fold_cycle(name: str, rows: Iterable[StoredEvent]) -> Cycle:
    cycle = Cycle(id=name)
    for event in facts(rows):
        cycle = evolve_cycle(cycle, cast(AnyCycleEvent, event))
    return cycle


def fold_person(rows: Iterable[StoredEvent]) -> Person | None:
    person: Person | None = None
    for event in facts(rows):
        person = evolve_person(person, cast(AnyPersonEvent, event))
    return person


def new_rows(
    events: Sequence[Event], versions: dict[str, int], command: str, causation: str | None = None
) -> list[StreamAppend]:
    """The appends of one command's events, stream by stream, each at the version that was read (0 = new)."""
    streams: dict[str, list[NewEvent]] = {}
    for event in events:
        rows = streams.setdefault(event.stream, [])
        rows.append(row_of(event, command, len(rows), causation))
    return [
        StreamAppend(stream=name, expected_version=versions.get(name, 0), events=rows)
        for name, rows in streams.items()
    ]


def row_of(event: Event, command: str, ordinal: int, causation: str | None = None) -> NewEvent:
    stream = event.stream
    return NewEvent(
        id=event_id(stream, command, ordinal),
        type=event.type,
        data=event.model_dump_json(),
        occurred_at=event.at,
        actor=event.by,
        schema_version=event.schema_version,
        correlation=command,
        causation=causation,
        subject=stream.removeprefix("person-") if stream.startswith("person-") else None,
        cycle=cycle_of(stream) if stream.startswith(("goal-", "sheet-", "cycle-")) else None,
    )


class Policies:
    """Adopted policy versions, read from the log once each: a version never changes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, Policy] = {}

    async def version(self, reference: str) -> Policy:
        """The policy of a reference `name@version`. Refuses one that was never adopted."""
        if reference not in self._known:
            await self._read(reference.partition("@")[0])
        if reference not in self._known:
            raise Refusal("policy.unknown", field="policy", policy=reference)
        return self._known[reference]

    async def _read(self, name: str) -> None:
        for event in facts(await self._ledger.read_stream(f"policy-{name}")):
            if isinstance(event, PolicyAdopted):
                reference = f"{event.name}@{event.version}"
                policy = parse(event.text, source=f"policy {reference}")
                self._known[reference] = policy.model_copy(update={"version": reference})
