"""Streams replayed as somebody may read them: what they may not is refused, words are hidden (RULES L12, C4)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel

from cairn.application import access
from cairn.application.access import Shown
from cairn.application.replays import Recorded, Replay, policy_then
from cairn.domain.people import Person
from cairn.domain.private_text import hidden, without_words
from cairn.domain.refusal import Refusal
from cairn.domain.registry import EVENTS
from cairn.domain.streams import IN_CYCLE, cycle_of, department_of, holder_of, kind_of, sheet_of
from cairn_portal.reading.history import NO_BOUND, Bound, history_of
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import Viewer, of_holder, require_may_read_case
from projections.models import person as people_model

WORDLESS = frozenset({"appraisal", "review"})
"""What people wrote there is shown by their own commands alone, to whoever may: a replay tells nobody."""
BETWEEN_PEOPLE = frozenset({"feedback", "coaching", "request", "promise", "handover"})
"""Cases whose story is everybody's who may read them; of what others wrote an auditor reads that there is something."""


class _Reader(NamedTuple):
    """Whoever reads a stream: as a viewer in its cycle, or as somebody of whom only their roles are asked. A
    `party` may read the case itself."""

    person: Person | None
    view: Viewer
    of: Shown
    party: bool = False


async def replay_of(records: Records, reader: str | None, stream: str, bound: Bound) -> Replay:
    """A stream up to a bound, as somebody may read it; nobody named reads everything but what raters wrote. Refuses
    whoever may not: sheets are read by those who may read their scores, cases between people by those who may read
    them, all else by auditors and HR."""
    who = await _reader(records, reader, stream)
    found = await records.application.replays.replay(stream, **bound._asdict())
    words = _reads_words(who, stream)
    kept = _kept_back(who, found, stream)
    events = [_seen(each, words=words) for each in found.events if each not in kept]
    state = None if kept else _state(found.state, words=words)
    return Replay(found.rows, events, state)


class Story(NamedTuple):
    """The events of a goal or of any other stream up to a bound, told alike, and what they make of it: a goal, a sheet,
    a cycle, a person; None of what is its events alone. `weight` is a goal's."""

    stream: str
    events: Sequence[Recorded]
    state: BaseModel | None
    weight: Any = None


async def story_of(records: Records, reader: str | None, name: str, bound: Bound = NO_BOUND) -> Story:
    """The story of a goal, with what its sheet says of it, or of any other stream, as somebody may read it."""
    if kind_of(name) != "goal":
        found = await replay_of(records, reader, name, bound)
        return Story(name, found.events, found.state)
    view = await records.viewer(reader, await records.cycle(cycle_of(name)))
    told = await history_of(records, view, name, bound)
    replays, sheet = records.application.replays, sheet_of(name)
    terms = await replays.terms(name)
    proofs = {stream: await records.ledger.proofs(stream) for stream in (name, sheet)}
    events = [
        Recorded(
            stream=each.stream,
            version=each.version,
            position=each.position or None,
            leaf=proofs[each.stream][each.version].leaf,
            type=each.type,
            occurred_at=each.occurred_at,
            recorded_at=each.recorded_at,
            actor=each.actor,
            facts=dict(each.facts),
            before=dict(each.before),
            after=dict(each.after),
            policy=policy_then(each.facts.get("policy"), each.occurred_at, terms),
        )
        for each in told.story
    ]
    return Story(name, events, told.goal if told.rows else None, told.weight)


async def _reader(records: Records, reader: str | None, stream: str) -> _Reader:
    holder = holder_of(stream) if kind_of(stream) in IN_CYCLE else ""
    if reader is None:
        return _Reader(None, Viewer(None, None), Shown("", None, None))
    if kind_of(stream) not in IN_CYCLE:
        person = await records.person(reader)
        access.require_audits(person)
        return _Reader(person, Viewer(person, None), Shown(stream.partition("-")[2], None, None))
    view = await records.viewer(reader, await records.cycle(cycle_of(stream)))
    of = await owner_of(records, view, holder)
    assert view.person is not None
    if kind_of(stream) == "sheet":
        view.require("scores", of)
        return _Reader(view.person, view, of)
    party = kind_of(stream) in BETWEEN_PEOPLE and await _is_party(records, view, stream)
    if not party:
        _require_audits_others(view.person, stream)
    return _Reader(view.person, view, of, party)


async def _is_party(records: Records, view: Viewer, stream: str) -> bool:
    """Whether somebody may read a case itself, whatever their role."""
    if not await records.ledger.version_of(stream):
        return False
    case, context = await records.application.cases.load(stream)
    try:
        require_may_read_case(view, case, context)
    except Refusal:
        return False
    return True


def _require_audits_others(person: Person, stream: str) -> None:
    """Refuses whoever does not audit, and whoever does where it is about themselves and between others."""
    access.require_audits(person)
    if kind_of(stream) in (*BETWEEN_PEOPLE, *WORDLESS) and holder_of(stream) == person.id:
        raise Refusal("audit.own", field="as", by=person.id)


async def owner_of(records: Records, view: Viewer, holder: str) -> Shown:
    """A holder as reading rights look at it: a department's is its head's."""
    department = department_of(holder)
    if department is None:
        return of_holder(holder, view.among.people if view.among else {})
    heads = {each.id: each.head for each in await people_model.departments(records.pool)}
    return Shown(heads.get(department) or "", None, department)


def _reads_words(who: _Reader, stream: str) -> bool:
    """Whether somebody reads what people wrote in a stream."""
    if kind_of(stream) in WORDLESS:
        return False
    if who.person is None or who.party:
        return True
    if kind_of(stream) in BETWEEN_PEOPLE and who.view.among is not None:
        return "auditors" in who.view.among.rules.comments
    if who.view.among is not None and kind_of(stream) != "cycle":
        return who.view.may("comments", who.of)
    return "hr" in who.person.roles and who.person.id != who.of.holder


def _kept_back(who: _Reader, found: Replay, stream: str) -> list[Recorded]:
    """The results that are still to be shown to the person whose they are."""
    if who.person is None or kind_of(stream) != "sheet" or who.person.id != who.of.holder:
        return []
    shown = {each.facts["number"] for each in found.events if each.type == "VersionShown"}
    return [
        each
        for each in found.events
        if each.type == "ResultIssued"
        and not each.facts.get("told", True)
        and each.facts["number"] not in shown
    ]


def _seen(event: Recorded, *, words: bool) -> Recorded:
    return event if words else event.model_copy(update={"facts": hidden(event.facts, EVENTS[event.type])})


def _state(state: BaseModel | None, *, words: bool) -> Any:
    return state if words or state is None else without_words(state)
