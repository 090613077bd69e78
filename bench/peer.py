"""The peer on the same Postgres: the recorder of the Python library `eventsourcing`, threads and all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from time import perf_counter
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from bench.company import CHECK_IN
from bench.stand import Stand, connected

THREADS = 16
FILL = """
insert into stored_events (originator_id, originator_version, topic, state)
select gen_random_uuid(), 1, 'cairn:CheckedIn', $1::bytea from generate_series(1, $2::bigint)
"""


class Peer:
    """Its recorder alone, without its serialisation, in its default mode (the one that loses no events)."""

    def __init__(self, recorder: PostgresApplicationRecorder, threads: ThreadPoolExecutor) -> None:
        self._recorder, self._threads = recorder, threads
        self._state = CHECK_IN.data.encode()

    @classmethod
    @asynccontextmanager
    async def opened(cls, stand: Stand, events: int) -> AsyncIterator[Peer]:
        """The peer in a database of its own, which holds so many events already."""
        async with stand.database("bench_peer", migrated=False) as dsn:
            store = await asyncio.to_thread(_datastore, dsn)
            with ThreadPoolExecutor(THREADS) as threads:
                recorder = PostgresApplicationRecorder(store, events_table_name="stored_events")
                await asyncio.to_thread(recorder.create_table)
                async with connected(dsn, 1) as pool:
                    await pool.execute(FILL, CHECK_IN.data.encode(), events, timeout=1800)
                yield cls(recorder, threads)
            store.close()

    async def rate(self, events: int, batch: int, writers: int) -> float:
        """Events a second, `batch` in one insert, by so many threads at once; the events are made beforehand."""
        each = max(events // batch // writers, 1)
        made = [[self._batch(batch) for _ in range(each)] for _ in range(writers)]
        loop = asyncio.get_running_loop()
        began = perf_counter()
        await asyncio.gather(*(loop.run_in_executor(self._threads, self._write, batches) for batches in made))
        return each * batch * writers / (perf_counter() - began)

    def _batch(self, events: int) -> list[StoredEvent]:
        return [StoredEvent(uuid4(), 1, "cairn:CheckedIn", self._state) for _ in range(events)]

    def _write(self, batches: list[list[StoredEvent]]) -> None:
        for batch in batches:
            self._recorder.insert_events(batch)


def _datastore(dsn: str) -> PostgresDatastore:
    parts = urlsplit(dsn)
    return PostgresDatastore(
        parts.path[1:], parts.hostname or "", parts.port or 5432, unquote(parts.username or ""),
        unquote(parts.password or ""), pool_size=THREADS,
    )  # fmt: skip
