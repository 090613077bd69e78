"""Streams replayed as somebody may read them: what they may not is refused, words are hidden (RULES L12, C4)."""

from typing import Any, NamedTuple

from pydantic import BaseModel

from cairn.application import access
from cairn.application.access import Shown
from cairn.application.replays import Recorded, Replay
from cairn.domain.people import Person
from cairn.domain.private_text import hidden, without_words
from cairn.domain.registry import EVENTS
from cairn.domain.streams import IN_CYCLE, cycle_of, department_of, holder_of, kind_of
from cairn_portal.reading.history import Bound
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import Viewer, of_holder
from projections.models import person as people_model

UNNAMED = "appraisal"
"""What people wrote there is shown by the appraisal's own commands alone, to whoever may: a replay tells nobody."""


class _Reader(NamedTuple):
    """Whoever reads a stream: as a viewer in its cycle, or as somebody of whom only their roles are asked."""

    person: Person | None
    view: Viewer
    of: Shown


async def replay_of(records: Records, reader: str | None, stream: str, bound: Bound) -> Replay:
    """A stream up to a bound, as somebody may read it; nobody named reads everything but what raters wrote. Refuses
    whoever may not: sheets are read by those who may read their scores, all else by auditors and HR."""
    who = await _reader(records, reader, stream)
    found = await records.application.replays.replay(stream, **bound._asdict())
    words = _reads_words(who, stream)
    kept = _kept_back(who, found, stream)
    events = [_seen(each, words=words) for each in found.events if each not in kept]
    state = None if kept or (kind_of(stream) == UNNAMED) else _state(found.state, words=words)
    return Replay(found.rows, events, state)


async def _reader(records: Records, reader: str | None, stream: str) -> _Reader:
    holder = holder_of(stream) if kind_of(stream) in IN_CYCLE else ""
    if reader is None:
        return _Reader(None, Viewer(None, None), Shown("", None, None))
    if kind_of(stream) not in IN_CYCLE:
        person = await records.person(reader)
        access.require_audits(person)
        return _Reader(person, Viewer(person, None), Shown(stream.partition("-")[2], None, None))
    view = await records.viewer(reader, await records.cycle(cycle_of(stream)))
    of = await _owner(records, view, holder)
    assert view.person is not None
    if kind_of(stream) == "sheet":
        view.require("scores", of)
    else:
        access.require_audits(view.person)
    return _Reader(view.person, view, of)


async def _owner(records: Records, view: Viewer, holder: str) -> Shown:
    """A holder as reading rights look at it: a department's is its head's."""
    department = department_of(holder)
    if department is None:
        return of_holder(holder, view.among.people if view.among else {})
    heads = {each.id: each.head for each in await people_model.departments(records.pool)}
    return Shown(heads.get(department) or "", None, department)


def _reads_words(who: _Reader, stream: str) -> bool:
    """Whether somebody reads what people wrote in a stream."""
    if kind_of(stream) == UNNAMED:
        return False
    if who.person is None:
        return True
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
