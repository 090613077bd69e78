"""Tests of the tests: a ledger that is broken on purpose, in ways others have been broken, is always found out."""

import random
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from cairn.ledger import LOST, Ledger, Sealer, sealer
from projections.engine.catch_up import catch_up
from tests.ledger.disturbing import batch, beside, stalling, stands_still
from tests.ledger.given import seal_all, to
from tests.ledger.laws import Record, Seen, Witness, broken_laws, read_model_breaks, record_of

Pool = Any
HORIZON = "else pg_snapshot_xmin(pg_current_snapshot()) end"
WHOLE = "rows with ties"


def break_sealer(monkeypatch: pytest.MonkeyPatch, rule: str, by: str) -> None:
    """Puts something else in the place of one rule of the sealer's query."""
    text = sealer._SQL["unsealed"]
    assert rule in text, f"the sealer's query no longer says {rule!r}: break it in another way"
    monkeypatch.setitem(sealer._SQL, "unsealed", text.replace(rule, by))


async def _overtaken(pool: Pool, dsn: str) -> Witness:
    """A writer stands still while later ones commit and are sealed and read; then it commits too."""
    ledger, witness = Ledger(pool), Witness()
    async with stalling(dsn) as stalled:
        slow = [to("goal-slow", 0, "slow", 2)]
        begun = stalled.begins(stalled.ledger.append(slow))
        await stands_still(pool)
        for number in range(5):
            quick = [to("goal-quick", number, f"quick-{number}")]
            witness.sent.append(quick)
            witness.told.append((quick, await ledger.append(quick)))
        await Sealer(pool).seal_once()
        await _reads_on(ledger, witness)
    witness.told.append((slow, await begun))
    witness.sent.append(slow)
    return witness


async def _reads_on(ledger: Ledger, witness: Witness) -> None:
    seen = witness.read.setdefault("reader", [])
    cursor = seen[-1][0] if seen else 0
    seen += [(e.position or 0, e.id) for e in await ledger.read_sealed(after=cursor)]


async def test_the_sealer_as_it_is_breaks_no_law_when_a_writer_is_overtaken(
    pool: Pool, stallable: str
) -> None:
    witness = await _overtaken(pool, stallable)
    await seal_all(pool)
    await _reads_on(Ledger(pool), witness)
    assert broken_laws(await record_of(pool), witness) == []


async def test_a_sealer_that_does_not_wait_for_the_horizon_is_found_out(
    pool: Pool, stallable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_sealer(monkeypatch, HORIZON, "else '18446744073709551615'::xid8 end")
    witness = await _overtaken(pool, stallable)
    await Sealer(pool).seal_once()
    await _reads_on(Ledger(pool), witness)
    broken = "\n".join(broken_laws(await record_of(pool), witness))
    assert "not in the sealed order" in broken
    assert "acknowledged as goal-slow 1, but lost" in broken
    assert "reader missed 2 of 7 events" in broken


async def test_a_sealer_that_cuts_an_append_in_two_is_found_out(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_sealer(monkeypatch, WHOLE, "rows only")
    monkeypatch.setattr(sealer, "_LARGEST", 2)
    launch = [to("goal-1", 0, "launch", 3), to("goal-2", 0, "launch", 2)]
    witness = Witness(sent=[launch], told=[(launch, await Ledger(pool).append(launch))])
    await seal_all(pool)
    assert "is cut by the end of a segment" in "\n".join(broken_laws(await record_of(pool), witness))


async def test_a_sealer_in_small_segments_never_cuts_an_append(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealer, "_LARGEST", 2)
    witness = Witness()
    for number in range(6):
        launch = [to(f"goal-{number}-a", 0, "launch", 3), to(f"goal-{number}-b", 0, "launch", 2)]
        witness.sent.append(launch)
        witness.told.append((launch, await Ledger(pool).append(launch)))
    await seal_all(pool)
    record = await record_of(pool)
    assert broken_laws(record, witness) == []
    assert len(record.ends) == 6


async def test_an_appender_that_asks_again_under_new_ids_is_found_out(pool: Pool) -> None:
    """The law of doubles is about ids: whoever makes a new one for the same command has a second event."""
    ledger = Ledger(pool)
    first, second = [to("goal-1", 0, "submit")], [to("goal-1", 1, "submit-again")]
    await ledger.append(first)
    witness = Witness(sent=[first, second], told=[(first, await ledger.append(second))])
    await seal_all(pool)
    assert "acknowledged as goal-1 2, but ('goal-1', 1)" in "\n".join(
        broken_laws(await record_of(pool), witness)
    )


async def test_what_is_lost_or_cut_or_refused_and_there_all_the_same_is_found_out(pool: Pool) -> None:
    """The judge itself, on records that no ledger would keep."""
    ledger = Ledger(pool)
    launch, other = [to("goal-1", 0, "launch", 3)], [to("goal-2", 0, "other")]
    witness = Witness(sent=[launch, other], told=[(launch, await ledger.append(launch))])
    await ledger.append(other)
    await seal_all(pool)
    good = await record_of(pool)
    witness.read["reader"] = [(e.position or 0, e.id) for e in good.events]
    witness.waited = {good.events[0].id: 1}
    assert broken_laws(good, witness) == []

    def found(events: Sequence[Any] = good.events, recorded: Sequence[UUID] = good.recorded) -> str:
        return "\n".join(broken_laws(Record(list(events), list(recorded), good.ends), witness))

    assert "recorded events are not in the sealed order" in found(events=good.events[:-1])
    assert "an append of 3 events stands at [1, 3]" in found(events=[good.events[0], *good.events[2:]])
    assert "goes from 1 to 3" in found(events=[good.events[0], *good.events[2:]])
    assert "in it too often" in found(events=[*good.events, good.events[0]])
    assert "recorded twice" in found(recorded=[*good.recorded, good.recorded[0]])
    assert "the positions are not 1, 2, 3" in found(events=good.events[1:])
    witness.waited = {good.events[0].id: 2}
    assert "who waited was told 2 for the event at 1" in found()
    witness.refused = [other]
    assert "was refused and is there" in found()
    witness.read["reader"] = [witness.read["reader"][0], *witness.read["reader"]]
    assert "saw 1 events more than once" in found() and "did not read in order" in found()


# A read model that counts, with its checkpoint: what survives a cut between the two tells how they belong together.
_COUNT = """
create table counted (position bigint not null);
create table checkpoint (cursor bigint not null);
insert into checkpoint values (0);
"""
_FOLD = "insert into counted select position from ledger.sealed($1, $2)"
_MOVE = "update checkpoint set cursor = $2 where cursor = $1"
Step = Callable[["asyncpg.Connection[Any]", int, int], Awaitable[None]]


async def _cut_off_now_and_then(connection: "asyncpg.Connection[Any]", dice: random.Random) -> None:
    if dice.random() < 0.3:
        await connection.execute("select pg_terminate_backend(pg_backend_pid())")


async def _follow_while_cut(pool: Pool, dsn: str, *, fold_first: bool, together: bool) -> Witness:
    """Counts the sealed events in small windows on connections that are cut between the fold and the checkpoint;
    what the read model holds in the end is what it saw."""
    await pool.execute(_COUNT)
    dice, last = random.Random(5), await Ledger(pool).sealed_position()
    first, second = (_FOLD, _MOVE) if fold_first else (_MOVE, _FOLD)
    cursor = 0
    while cursor < last:
        try:
            connection = await asyncpg.connect(dsn)
            transaction = connection.transaction()
            cursor = await connection.fetchval("select cursor from checkpoint")
            await transaction.start() if together else None
            await connection.execute(first, cursor, min(cursor + 3, last))
            await _cut_off_now_and_then(connection, dice)
            await connection.execute(second, cursor, min(cursor + 3, last))
            await transaction.commit() if together else None
            await connection.close()
        except LOST:
            continue
        cursor = await pool.fetchval("select cursor from checkpoint")
    rows = await pool.fetch(
        "select c.position, e.event_id from counted c"
        " join ledger.sealed(0) e on e.position = c.position order by c.position"
    )
    seen: list[Seen] = [(row["position"], row["event_id"]) for row in rows]
    return Witness(read={"the read model": seen})


@pytest.mark.parametrize(
    ("fold_first", "together", "found"),
    [
        (True, False, r"the read model saw \d+ events more than once"),
        (False, False, r"the read model missed \d+ of 30 events"),
        (True, True, r"^$"),
        (False, True, r"^$"),
    ],
)
async def test_a_checkpoint_outside_the_transaction_of_the_fold_is_found_out(
    pool: Pool, database: str, fold_first: bool, together: bool, found: str
) -> None:
    await Ledger(pool).append([to("goal-1", 0, "launch", 30)])
    await seal_all(pool)
    witness = await _follow_while_cut(pool, database, fold_first=fold_first, together=together)
    broken = "\n".join(broken_laws(await record_of(pool), witness))
    assert re.search(found, broken), broken


async def test_a_read_model_with_a_row_too_many_or_too_few_is_found_out(pool: Pool, readable: str) -> None:
    for number in range(8):
        await Ledger(pool).append([batch("feed-1", number, f"c{number}", 1)])
    await seal_all(pool)
    await catch_up(pool, names=["reading"])
    events = (await record_of(pool)).events
    assert await read_model_breaks(pool, events) == []
    await pool.execute("delete from read.reading where position = 3")
    assert "they differ" in "\n".join(await read_model_breaks(pool, events))


async def test_a_reader_of_the_last_id_is_found_out(pool: Pool, stallable: str) -> None:
    """The reader of most home-made event stores: whatever has a higher id than the last one I saw."""
    witness = Witness(read={"reader": []})
    seen = witness.read["reader"]
    ids: dict[UUID, int] = {}
    ledger = Ledger(pool)

    async def read() -> None:
        last = max(ids.values(), default=0)
        for row in await pool.fetch("select id, event_id from ledger.event where id > $1 order by id", last):
            ids[row["event_id"]] = row["id"]
            seen.append((len(ids), row["event_id"]))

    async with beside(Sealer(stallable, interval=0.002).run()):
        async with stalling(stallable) as stalled:
            stalled.begins(stalled.ledger.append([to("goal-slow", 0, "a")]))
            await stands_still(pool)
            await ledger.append([to("goal-quick", 0, "a", 3)])
            await read()
        await ledger.wait_sealed("goal-slow", 1, 10)
        await read()
    await seal_all(pool)
    assert "reader missed 1 of 4 events" in "\n".join(broken_laws(await record_of(pool), witness))
