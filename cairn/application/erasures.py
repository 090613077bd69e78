"""Erasing what people wrote about somebody: who may order it, what there is, and the order in the log."""

from collections.abc import Sequence
from typing import NamedTuple, cast

import asyncpg

from cairn.application import access
from cairn.application.people import People
from cairn.application.repository import first_answer, to_appends
from cairn.application.stored_events import to_events
from cairn.domain.erasure import EraseTexts, ErasureOrdered, decide_erasure, erasures_of
from cairn.domain.identity import identify
from cairn.domain.people import Roster, known_holders
from cairn.domain.refusal import Refusal
from cairn.ledger import AppendConflict, Ledger
from cairn.privacy import Written, delete_keys, written_about

DEPARTMENT = "department."


class Erasable(NamedTuple):
    """What an order would erase, and what was ordered about the same owner before."""

    written: Written
    earlier: Sequence[ErasureOrdered]


class Erasures:
    """Orders that texts be erased, and carries them out. One instance serves a whole process."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", ledger: Ledger, people: People) -> None:
        self.pool, self.ledger, self.people = pool, ledger, people

    async def preview(self, command: EraseTexts) -> Erasable:
        """What this would erase; nothing is recorded. Refused to whoever may not order it, and about nobody known."""
        written = await self._checked(command)
        earlier = to_events(await self.ledger.read_stream(erasures_of(command.owner)))
        return Erasable(written, cast(Sequence[ErasureOrdered], earlier))

    async def order(self, command: EraseTexts, key: str) -> tuple[str, ...]:
        """Records the order once; returns the ids of the keys to delete, () where there are none. Refused as the
        preview is, and where the owner has another command under this `key` (RULES C1)."""
        written = await self._checked(command)
        stream = erasures_of(command.owner)
        rows = await self.ledger.read_stream(stream)
        identity = identify(command, stream, key)
        earlier = first_answer(identity, rows)
        if earlier:
            [event] = cast(Sequence[ErasureOrdered], to_events(earlier))
            return event.keys
        events = decide_erasure(command, written.keys, written.total)
        if not events:
            return ()
        try:
            await self.ledger.append(to_appends(events, {stream: len(rows)}, identity))
        except AppendConflict:
            raise Refusal("command.stale", stream=stream) from None
        return events[0].keys

    @staticmethod
    async def carry_out(as_owner: "asyncpg.Pool[asyncpg.Record]", keys: Sequence[str]) -> int:
        """Deletes the keys of an order with the login that owns the ledger; returns how many were there."""
        return await delete_keys(as_owner, keys)

    async def _checked(self, command: EraseTexts) -> Written:
        roster = (await self.people.dated()).on(command.at.date())
        holder = _answering(command.owner, roster)
        access.require_for_erasure(command, holder, roster.by_id())
        written = await written_about(self.pool, command.owner)
        if not written.keys and command.owner not in known_holders(roster):
            raise Refusal("erasure.unknown", field="owner", owner=command.owner)
        return written


def _answering(owner: str, roster: Roster) -> str:
    """Whose doings the texts are about: a department's are its head's (RULES L2)."""
    heads = {f"{DEPARTMENT}{each.id}": each.head for each in roster.departments}
    return heads.get(owner) or owner
