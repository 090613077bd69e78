"""What goes wrong around a ledger: writers that stall, connections that are cut, appenders that ask again."""

import asyncio
import itertools
import json
import random
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg

from cairn.ledger import (
    LOST,
    Appended,
    Ledger,
    PartlyRecorded,
    StreamAppend,
    WrongExpectedVersion,
    open_pool,
)
from tests.ledger.given import event
from tests.ledger.laws import Witness

_STALL = """
create or replace function public.stall() returns trigger language plpgsql as $$
begin
    perform pg_current_xact_id(), pg_advisory_xact_lock_shared(hashtext(current_setting('application_name')));
    return null;
end $$;
create or replace trigger stall_with_its_id after insert on ledger.event for each row
    when (current_setting('application_name') like 'stalled writer%') execute function public.stall();
create or replace trigger stall_before_its_id before insert on ledger.event for each statement
    when (current_setting('application_name') like 'slow writer%') execute function public.stall();
"""
_numbers = itertools.count()
T = TypeVar("T")


async def prepare_stalls(dsn: str) -> None:
    """Lets `stalling` hold up writers in this database."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(_STALL)
    await connection.close()


@asynccontextmanager
async def beside(*works: Coroutine[Any, Any, Any]) -> AsyncIterator[None]:
    """Lets works without an end run beside the test and ends them after it; one that fails ends the test."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in works]
        try:
            yield
        finally:
            await _end(tasks)


async def _end(tasks: Sequence["asyncio.Task[Any]"]) -> None:
    """Cancels until they have ended: a connection that is cut at this very moment may hide a cancellation."""
    for _ in range(50):
        for task in tasks:
            task.cancel()
        _, running = await asyncio.wait(tasks, timeout=0.2)
        if not running:
            return
    raise AssertionError(f"these do not end: {running}")


class Stalled:
    """A ledger whose appends stand still, and those that were begun with it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.begun: list[asyncio.Task[Any]] = []

    def begins(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Begins what will stand still; it is ended before the ledger goes away."""
        task = asyncio.create_task(work)
        self.begun.append(task)
        return task


@asynccontextmanager
async def stalling(dsn: str, *, with_its_id: bool = True) -> AsyncIterator[Stalled]:
    """A ledger whose appends stand still until the end of the block: each has drawn its transaction id, and its
    event id too unless told otherwise, and has not committed."""
    name = f"{'stalled' if with_its_id else 'slow'} writer {next(_numbers)}"
    gate = await asyncpg.connect(dsn)
    await gate.execute("select pg_advisory_lock(hashtext($1))", name)
    pool = await open_pool(dsn, size=4, application=name)
    stalled = Stalled(Ledger(pool))
    try:
        yield stalled
    finally:
        await gate.close()
        await asyncio.gather(*stalled.begun, return_exceptions=True)
        await pool.close()


async def stands_still(pool: Any, ledgers: int = 1) -> None:
    """Waits until so many writers stand still."""
    waiting = (
        "select count(*) from pg_locks where locktype = 'advisory' and not granted and mode = 'ShareLock'"
        " and database = (select oid from pg_database where datname = current_database())"
    )
    async with asyncio.timeout(10):
        while await pool.fetchval(waiting) < ledgers:  # noqa: ASYNC110 - the writers are elsewhere
            await asyncio.sleep(0.005)


def batch(stream: str, expected: int, command: str, n: int) -> StreamAppend:
    """Readings as a feed brings them, so that a read model can be folded from whatever is appended."""
    events = []
    for ordinal in range(n):
        key = f"{stream}/{command}/{ordinal}"
        seed = random.Random(key)
        rows = [
            {
                "metric": f"m{seed.randrange(10)}",
                "subject": "lin",
                "on": f"2026-01-{1 + seed.randrange(9):02}",
                "value": str(seed.randrange(100)),
            }
            for _ in range(seed.choice([1, 1, 2]))
        ]
        data = json.dumps({"feed": stream, "correction": False, "rows": rows, "key": key})
        events.append(event(stream, command, ordinal, type="ReadingsRecorded", data=data))
    return StreamAppend(stream, expected, events)


def at_versions(appends: Sequence[StreamAppend], actual: Mapping[str, int]) -> list[StreamAppend]:
    """The same events for the versions that the streams have."""
    return [StreamAppend(a.stream, actual.get(a.stream, a.expected_version), a.events) for a in appends]


async def insists(
    ledger: Ledger, appends: Sequence[StreamAppend], witness: Witness, patience: int = 20
) -> Appended | None:
    """Asks until there is an answer: a lost connection means asking again with the same ids, a conflict means the
    same command at the versions there are, `patience` times. None if it was refused in the end."""
    witness.sent.append(appends)
    while True:
        try:
            answer = await ledger.append(appends)
            witness.told.append((appends, answer))
            return answer
        except LOST:
            await asyncio.sleep(0.005)
        except WrongExpectedVersion as refused:
            if not patience:
                witness.refused.append(appends)
                return None
            patience -= 1
            appends = at_versions(appends, {stream: found for stream, (_, found) in refused.losers.items()})


class Appender:
    """Somebody with many commands over streams that others extend too; all it is told goes to the witness."""

    def __init__(self, name: str, ledger: Ledger, streams: Sequence[str], witness: Witness) -> None:
        self.name, self.ledger, self.streams, self.witness = name, ledger, streams, witness
        self.dice = random.Random(name)
        self.numbers = itertools.count()
        self.known: dict[str, int] = {}
        self.waiting: list[asyncio.Task[None]] = []

    async def works(self, commands: int) -> None:
        """Carries out its commands one after the other, then waits for what it waits for."""
        for number in itertools.islice(self.numbers, commands):
            appends = self._appends(f"{self.name}-{number}")
            answer = await insists(self.ledger, appends, self.witness, self.dice.choice([0, 20, 20]))
            if answer is None:
                continue
            self.known |= answer.versions
            await self.dice.choice([self._goes_on, self._asks_again, self._mixes, self._waits])(
                appends, answer
            )
        await asyncio.gather(*self.waiting)

    def _appends(self, command: str) -> list[StreamAppend]:
        names = self.dice.sample(list(self.streams), self.dice.choice([1, 1, 1, 2, 3]))
        if self.dice.random() < 0.2:
            names.append(f"feed-of-{command}")  # a stream that nobody has begun yet
        return [
            batch(name, self.known.get(name, 0), command, self.dice.choice([1, 1, 2, 4])) for name in names
        ]

    async def _goes_on(self, appends: Sequence[StreamAppend], answer: Appended) -> None:
        await asyncio.sleep(self.dice.choice([0, 0, 0.01]))

    async def _asks_again(self, appends: Sequence[StreamAppend], answer: Appended) -> None:
        again = await insists(self.ledger, appends, self.witness)
        assert again == Appended(answer.versions, replayed=True)

    async def _mixes(self, appends: Sequence[StreamAppend], answer: Appended) -> None:
        """Puts events that are recorded and one that is not into one append."""
        first = appends[0]
        new = batch(first.stream, 0, f"mixed-{first.events[0].id}", 1)
        mixed = [StreamAppend(first.stream, first.expected_version, [*first.events, *new.events])]
        self.witness.refused.append([new])
        while True:
            try:
                await self.ledger.append(mixed)
            except LOST:
                await asyncio.sleep(0.005)
            except PartlyRecorded as refused:
                assert refused.missing == {new.events[0].id}
                return
            else:
                raise AssertionError("a mixture of old and new events was recorded")

    async def _waits(self, appends: Sequence[StreamAppend], answer: Appended) -> None:
        last = appends[-1]
        self.waiting.append(
            asyncio.create_task(self._until_sealed(last, answer.versions[last.stream], last.events[-1].id))
        )

    async def _until_sealed(self, append: StreamAppend, version: int, id_: Any) -> None:
        while id_ not in self.witness.waited:
            try:
                self.witness.waited[id_] = await self.ledger.wait_sealed(append.stream, version, 20)
            except LOST:
                await asyncio.sleep(0.005)


async def reads_with_a_cursor(ledger: Ledger, name: str, witness: Witness, done: asyncio.Event) -> None:
    """Reads on from its cursor in windows of random size as fast as it can, until nothing comes any more."""
    dice, cursor = random.Random(name), 0
    seen = witness.read[name] = []
    while True:
        finished = done.is_set()
        try:
            window = await ledger.read_sealed(after=cursor, limit=dice.choice([1, 7, 100, 1000]))
        except LOST:
            await asyncio.sleep(0.005)
            continue
        seen += [(found.position or 0, found.id) for found in window]
        cursor = seen[-1][0] if seen else 0
        if finished and not window:
            return
        await asyncio.sleep(0)


async def stalls_now_and_then(
    dsn: str, name: str, streams: Sequence[str], witness: Witness, done: asyncio.Event
) -> None:
    """Writers that stand still between drawing their ids and their commit, one after the other."""
    dice = random.Random(name)
    for number in itertools.count():
        if done.is_set():
            return
        stream = dice.choice([dice.choice(list(streams)), f"feed-of-{name}-{number}"])
        async with stalling(dsn, with_its_id=dice.random() < 0.7) as stalled:
            # Most of these streams have moved on already: that writer is told so, and stands still at its next try.
            command = batch(stream, 0, f"{name}-{number}", dice.choice([1, 3]))
            begun = stalled.begins(insists(stalled.ledger, [command], witness))
            await asyncio.sleep(dice.uniform(0.02, 0.25))
        await begun


async def cuts_connections(dsn: str, names: Sequence[str], dice: random.Random, done: asyncio.Event) -> int:
    """Ends sessions at random moments, each time one of those that are called by one of the names; how many."""
    cut = 0
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "somebody with a big knife"})
    while not done.is_set():
        await asyncio.sleep(dice.uniform(0.005, 0.06))
        ended = await connection.fetchval(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and application_name like $1 || '%'"
            " order by md5(pid::text || $2) limit 1",
            dice.choice(list(names)),
            str(dice.randrange(1000)),
        )
        cut += bool(ended)
    await connection.close()
    return cut
