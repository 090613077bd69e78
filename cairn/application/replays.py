"""Any stream as of any moment: every event with who, when by both clocks, what it changed, under which policy."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple, cast

from pydantic import BaseModel

from cairn.application.cases import KINDS
from cairn.application.cycles import Cycles
from cairn.application.stored_events import to_events
from cairn.domain.amendment.changes import changes_between
from cairn.domain.appraisal.events import AppraisalScored, RoleReleased
from cairn.domain.cycle.events import PolicyAdopted, TargetRow, TargetsProposed, TargetsWithdrawn
from cairn.domain.cycle.proposing import Place, place_of
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.state import evolve as evolve_cycle
from cairn.domain.event import Event, Fact
from cairn.domain.exact import written
from cairn.domain.people import (
    AnyPersonEvent,
    DepartmentNamed,
    PersonChanged,
    PersonJoined,
    PersonLeft,
    changed_fields,
)
from cairn.domain.person_history import PersonHistory, evolve_person
from cairn.domain.reading import FeedCompleted, ReadingsRecorded
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day
from cairn.domain.sheet.events import (
    FlexibleSpaceUsed,
    GoalPlaced,
    GoalRemoved,
    GoalWeighted,
    ResultIssued,
    SheetExtended,
    SheetLastDaySet,
    SheetScored,
)
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as evolve_sheet
from cairn.domain.streams import IN_CYCLE, cycle_of, kind_of
from cairn.domain.terms import Terms
from cairn.ledger import Ledger, StoredEvent
from cairn.policies import parse

REPLAYED = (
    "sheet", "appraisal", "result", "calibration", "handover", "feedback", "coaching", "request", "promise", "review",
    "cycle", "person", "department", "policy", "feed", "targets",
    "verification", "viewing",
)  # fmt: skip
"""The kinds of streams that are replayed here; a goal's replay takes in what its sheet says of it, too."""
ENVELOPE = ("by", "at")
Facts = dict[str, Any]


class Recorded(Fact):
    """One event as the log has it: its place in the sealed order (None while it is not sealed) and its hash, when it
    happened and when it was recorded, who, its facts, what it changed from what to what, and the policy version that it
    names or that its cycle went by then."""

    stream: str
    version: int
    position: int | None
    leaf: str
    type: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    facts: Facts
    before: Facts
    after: Facts
    policy: str | None


class Replay(NamedTuple):
    """A stream's events up to a bound, and what they make of it; None of a stream that is its events alone."""

    rows: Sequence[StoredEvent]
    events: list[Recorded]
    state: BaseModel | None


class Replays:
    """Replays streams of one ledger. Reads the log only: no read model is believed."""

    def __init__(self, ledger: Ledger, cycles: Cycles) -> None:
        self.ledger, self.cycles = ledger, cycles

    async def replay(
        self,
        stream: str,
        position: int | None = None,
        recorded: datetime | None = None,
        occurred: datetime | None = None,
    ) -> Replay:
        """A stream as it stood then. Refuses one that is not there at all, and one of a kind that is not replayed."""
        if kind_of(stream) not in REPLAYED:
            raise Refusal("replay.kind", field="name", stream=stream, known=REPLAYED)
        rows = await self.ledger.as_of(stream, position=position, recorded=recorded, occurred=occurred)
        if not rows and not await self.ledger.version_of(stream):
            raise Refusal("replay.unknown", field="name", stream=stream)
        proofs, terms = await self.ledger.proofs(stream), await self.terms(stream)
        told = _Told(stream)
        events = []
        for row, event in zip(rows, to_events(rows), strict=True):
            before, after = told.take(event)
            facts = {name: each for name, each in event.model_dump().items() if name not in ENVELOPE}
            events.append(
                Recorded(
                    stream=stream,
                    version=row.version,
                    position=proofs[row.version].position,
                    leaf=proofs[row.version].leaf,
                    type=row.type,
                    occurred_at=row.occurred_at,
                    recorded_at=row.recorded_at,
                    actor=row.actor,
                    facts=facts,
                    before=before,
                    after=after,
                    policy=policy_then(getattr(event, "policy", None), event.at, terms),
                )
            )
        return Replay(rows, events, told.state)

    async def terms(self, stream: str) -> Terms | None:
        """What the stream's cycle goes by; None of what is in no cycle, or in none that was launched."""
        if kind_of(stream) not in IN_CYCLE:
            return None
        cycle = await self.cycles.load(cycle_of(stream))
        return await self.cycles.policies.terms(cycle) if cycle.policy else None


def policy_then(named: object, at: datetime, terms: Terms | None) -> str | None:
    """The policy version that an event names, or that was in force on its day."""
    if isinstance(named, str) and named:
        return named
    if terms is None:
        return None
    return terms.on(local_day(at, terms.policy.calendar)).version


class _Told:
    """What is known of a stream so far, and what each further event changes of it."""

    def __init__(self, stream: str) -> None:
        self._kind, self._stream = kind_of(stream), stream
        self._sheet, self._cycle = Sheet(id=stream), Cycle(id=stream.removeprefix("cycle-"))
        self._person: PersonHistory | None = None
        self._last: dict[object, Event] = {}
        self._rows: dict[tuple[str, str, str], Facts] = {}
        self._targets: dict[Place, TargetRow] = {}
        self._case = KINDS[self._kind].new(stream) if self._kind in KINDS else None

    @property
    def state(self) -> BaseModel | None:
        """What the events make of it. Cases have commands of their own that show them to whoever may see them."""
        states: Mapping[str, BaseModel | None] = {
            "sheet": self._sheet,
            "cycle": self._cycle,
            "person": self._person,
        }
        return states.get(self._kind)

    def take(self, event: Event) -> tuple[Facts, Facts]:
        """(before, after) of what an event changed, by field."""
        pairs = self._changes(event) if self._case is None else {**self._changes(event), **self._moved(event)}
        self._last[_key(event)] = event
        match self._kind:
            case "sheet":
                self._sheet = evolve_sheet(self._sheet, cast(Any, event))
            case "cycle":
                self._cycle = evolve_cycle(self._cycle, cast(Any, event))
            case "person":
                self._person = evolve_person(self._person, cast(AnyPersonEvent, event))
        kept = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        before = {name: _plain(pair[0]) for name, pair in kept.items() if pair[0] is not None}
        return before, {name: _plain(pair[1]) for name, pair in kept.items()}

    def _moved(self, event: Event) -> dict[str, tuple[Any, Any]]:
        """The stage that a case was in and the one it came to."""
        assert self._case is not None
        before, self._case = self._case, KINDS[self._kind].evolve(self._case, event)
        return {"stage": (before.stage if before.version else None, self._case.stage)}

    def _changes(self, event: Event) -> dict[str, tuple[Any, Any]]:
        last = self._last.get(_key(event))
        match event:
            case GoalPlaced():
                return {"weight": (None, event.placement.weight)}
            case GoalWeighted():
                return {"weight": (event.before, event.after)}
            case GoalRemoved():
                return {"weight": (self._sheet.weight_of(event.goal), None)}
            case FlexibleSpaceUsed():
                return {"space_left": (self._sheet.space_left, event.left)}
            case SheetExtended():
                return {"until": (self._sheet.extended, event.until)}
            case SheetLastDaySet():
                return {"last": (self._sheet.last_day, event.last)}
            case SheetScored() | ResultIssued():
                return _of_fields(last, event, ("points", "grade"))
            case RoleReleased():
                return _of_fields(last, event, ("answers", "means"))
            case AppraisalScored():
                return _of_fields(last, event, ("goals", "behaviours"))
            case FeedCompleted():
                return _of_fields(last, event, ("through", "covers"))
            case ReadingsRecorded():
                return self._corrected(event)
            case TargetsProposed() | TargetsWithdrawn():
                return self._targets_of(event)
            case PolicyAdopted():
                return _policies(cast(PolicyAdopted | None, last), event)
            case DepartmentNamed():
                before = last.department if isinstance(last, DepartmentNamed) else None
                return _of_fields(before, event.department, ("name", "head", "parent"))
            case PersonJoined() | PersonChanged() | PersonLeft():
                return self._of_person(event)
            case _:
                return {}

    def _of_person(self, event: PersonJoined | PersonChanged | PersonLeft) -> dict[str, tuple[Any, Any]]:
        """The fields in which somebody is another one on the day that the event is about."""
        if isinstance(event, PersonLeft):
            return {"left": (None, event.effective)}
        if isinstance(event, PersonJoined) or self._person is None:
            return {name: (None, value) for name, value in event.details.model_dump().items() if value}
        before = self._person.on(event.effective)
        names = event.changed or changed_fields(before, event.details)
        return {name: (getattr(before, name), getattr(event.details, name)) for name in names}

    def _targets_of(self, event: TargetsProposed | TargetsWithdrawn) -> dict[str, tuple[Any, Any]]:
        """The targets that are others than before, or none any more, by holder, goal and period."""
        found = {}
        for row in event.rows:
            place, was = place_of(row), self._targets.pop(place_of(row), None)
            if isinstance(event, TargetsProposed):
                self._targets[place] = row
            now = self._targets.get(place)
            found[" ".join(place)] = (was and was.target, now and now.target)
        return found

    def _corrected(self, event: ReadingsRecorded) -> dict[str, tuple[Any, Any]]:
        """The rows that came in place of earlier ones, by metric, subject and day."""
        found = {}
        for row in event.rows:
            key = (row.metric, row.subject, row.on.isoformat())
            now = row.model_dump(include={"value", "base"}, exclude_none=True)
            if key in self._rows:
                found[" ".join(key)] = (self._rows[key], now)
            self._rows[key] = now
        return found


def _plain(value: Any) -> Any:
    """A value as facts of events are: exact numbers written out, models as their fields."""
    match value:
        case Fraction():
            return written(value)
        case BaseModel():
            return value.model_dump()
        case Mapping():
            return {name: _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return value


def _key(event: Event) -> object:
    """Of which earlier event one is the next version."""
    match event:
        case SheetScored():
            return event.type, event.period
        case RoleReleased():
            return event.type, event.role
        case _:
            return event.type


def _of_fields(
    before: BaseModel | None, after: BaseModel, names: Iterable[str]
) -> dict[str, tuple[Any, Any]]:
    return {name: (getattr(before, name, None), getattr(after, name)) for name in names}


def _policies(before: PolicyAdopted | None, after: PolicyAdopted) -> dict[str, tuple[Any, Any]]:
    """Every field in which a version differs from the one before."""
    if before is None:
        return {"version": (None, after.version)}
    was, now = (parse(each.text, source=each.version) for each in (before, after))
    fields = {each.field: (each.before, each.after) for each in changes_between(was, now)}
    return {"version": (before.version, after.version), **fields}
