"""Streams that wait behind an event that could not be taken, in read models and in subscriptions, and the ways out."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated, NamedTuple

import typer
from rich.text import Text

from cairn.application.stored_events import known_versions
from cairn.domain.skipping import EventSkipped
from cairn.i18n import message
from cairn.ledger import NEWER, ParkedStream, parked_streams, subscriptions
from cairn_portal.cli.operate.read_models import known_model
from cairn_portal.cli.options import By
from cairn_portal.cli.problem import REFUSED, USAGE, Problem
from cairn_portal.cli.session import Session, require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import grid
from projections.engine import parking
from projections.engine.catalog import folding

DONE_WITHIN = 10.0
"""Seconds a command waits until whoever follows has done what it asks."""
NAMED = 5
"""So many streams are named in the status; `cairn projections parked` names all."""


class Waiting(NamedTuple):
    """A stream that waits in a read model or a subscription (`name`), behind the event at `position`."""

    name: str
    stream: str
    position: int
    type: str
    reason: str
    attempts: int
    parked_at: datetime
    behind: int


async def waiting(s: Session, name: str | None = None) -> list[Waiting]:
    """Every stream that waits, in all read models and subscriptions or in the named one, by name and position."""
    models = [] if name and name not in folding() else await parking.parked(s.pool, name)
    followers = [] if name in folding() else await parked_streams(s.pool, name)
    found = [(each.projection, each) for each in models] + [(each.subscription, each) for each in followers]
    return sorted(
        Waiting(
            who,
            each.stream,
            each.position,
            each.type,
            each.reason,
            each.attempts,
            each.parked_at,
            each.behind,
        )
        for who, each in found
    )


async def notes(s: Session, found: Sequence[Waiting]) -> list[str]:
    """What waits, each stream once with all in which it does, and what can be done."""
    at = s.at
    streams: dict[str, list[Waiting]] = {}
    for each in found:
        streams.setdefault(each.stream, []).append(each)
    told = [
        at.say(
            "{stream} waits in {names}: {why}",
            stream=stream,
            names=", ".join(each.name for each in of),
            why=_why(at, of[0]),
        )
        for stream, of in list(streams.items())[:NAMED]
    ]
    if len(streams) > NAMED:
        told.append(at.say("{count} more streams wait.", count=len(streams) - NAMED))
    if streams:
        told.append(
            at.say(
                "`cairn projections parked` shows all that waits; `cairn projections retry NAME STREAM` tries again, "
                "`cairn projections skip NAME STREAM --reason …` leaves the event out."
            )
        )
    sealed = await s.ledger.sealed_position()
    newer = {each.stream: each async for each in s.ledger.newer(known_versions(), upto=sealed)}
    told += [
        at.say(
            "{stream} holds an event that a newer Cairn wrote ({type}): install that version or a later one.",
            stream=stream,
            type=each.type,
        )
        for stream, each in list(newer.items())[:NAMED]
        if stream not in streams
    ]
    return told


def _why(at: Terminal, each: Waiting) -> str:
    if not each.reason.startswith(NEWER):
        return each.reason
    return at.say("a newer Cairn wrote its event {type}; install that version or a later one", type=each.type)


Name = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", help="a read model, `starter` or `rescoring`; by default all"),
]
Stream = Annotated[str, typer.Argument(metavar="STREAM", help="the stream")]
Named = Annotated[str, typer.Argument(metavar="NAME", help="a read model, `starter` or `rescoring`")]


async def parked(at: Terminal, name: Name = None) -> int:
    async with session(at) as s:
        found = await waiting(s, await _known(s, name) if name else None)
    table = grid(
        at.say("waits in"),
        at.say("stream"),
        at.say("position"),
        at.say("event"),
        at.say("why"),
        at.say("waiting behind"),
        at.say("since"),
    )
    for each in found:
        table.add_row(
            each.name,
            each.stream,
            str(each.position),
            each.type,
            _why(at, each),
            str(each.behind),
            at.moment(each.parked_at),
        )
    nothing = Text(at.say("✓ Nothing is parked."), style="green")
    at.answer([each._asdict() for each in found], table if found else nothing)
    return REFUSED if found else 0


async def _known(s: Session, name: str) -> str:
    """The name of a subscription or read model. Raises Problem for another."""
    if name in folding() or any(each.name == name for each in await subscriptions(s.pool, name)):
        return name
    return known_model(name)


async def retry(at: Terminal, name: Named, stream: Stream) -> int:
    async with session(at) as s:
        try:
            if await _known(s, name) in folding():
                async with s.folding() as pool:
                    return _freed(at, stream, await parking.retry(pool, name, stream))
            before = await _parked(s, name, stream)
            await s.ledger.ask_again(name, stream)
            return _freed(at, stream, await _done(s, before))
        except LookupError:
            raise _not_parked(stream) from None


async def skip(
    at: Terminal,
    name: Named,
    stream: Stream,
    reason: Annotated[str, typer.Option(help="why")],
    by: By = None,
) -> int:
    async with session(at) as s:
        who = (await s.person(require_actor(by))).id
        if not reason.strip():
            raise Problem(message("Leaving an event out needs a reason: --reason."), USAGE)
        try:
            if await _known(s, name) in folding():
                async with s.folding() as pool:
                    free = await parking.skip(pool, name, stream, reason=reason, by=who, ledger=s.ledger)
                return _freed(at, stream, free)
            before = await _parked(s, name, stream)
            decision = EventSkipped(
                projection=name, position=before.position, event_stream=stream, event_type=before.type,
                reason=reason.strip(), by=who, at=datetime.now(UTC),
            )  # fmt: skip
            await parking.record_skip(s.ledger, decision)
            await s.ledger.leave_out(name, stream, before.version)
            return _freed(at, stream, await _done(s, before))
        except LookupError:
            raise _not_parked(stream) from None


async def _parked(s: Session, name: str, stream: str) -> ParkedStream:
    """What a stream waits for in a subscription. Raises LookupError where it does not wait."""
    found = [each for each in await parked_streams(s.pool, name) if each.stream == stream]
    if not found:
        raise LookupError(stream)
    return found[0]


async def _done(s: Session, before: ParkedStream) -> bool | None:
    """Whether the stream goes on, once whoever follows has done what was asked; None while nobody has."""
    until = monotonic() + DONE_WITHIN
    while monotonic() < until:
        found = [
            each for each in await parked_streams(s.pool, before.subscription) if each.stream == before.stream
        ]
        if not found:
            return True
        if found[0].asked is None and found[0].attempts > before.attempts:
            return False
        await asyncio.sleep(0.1)
    return None


def _not_parked(stream: str) -> Problem:
    return Problem(message("{stream} is not parked.", stream=stream))


def _freed(at: Terminal, stream: str, free: bool | None) -> int:
    match free:
        case True:
            said = Text(at.say("✓ {stream} goes on", stream=stream), style="green")
        case False:
            said = Text(at.say("✗ {stream} is still parked", stream=stream), style="red")
        case None:
            waits = at.say(
                "{stream} is tried again as soon as a worker looks: `cairn status` tells.", stream=stream
            )
            said = Text(waits, style="yellow")
    at.answer({"stream": stream, "free": free}, said)
    return 0 if free else REFUSED
