"""Whatever is appended, retried and sealed in whatever order, the ledger agrees with a list in memory."""

import asyncio
import contextlib
import itertools
from collections.abc import Coroutine
from typing import Any, TypeVar

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from cairn.ledger import (
    LOST,
    Appended,
    IdReused,
    Ledger,
    NewEvent,
    PartlyRecorded,
    Sealer,
    StreamAppend,
    WrongExpectedVersion,
    open_pool,
)
from tests.ledger.given import event_id, seal_all, to

STREAMS = st.sampled_from(["goal-1", "goal-2", "sheet-1"])
BATCHES = st.dictionaries(
    STREAMS, st.tuples(st.integers(1, 3), st.sampled_from([0, 0, 0, 0, -1, 1])), min_size=1
)
T = TypeVar("T")
_machines = itertools.count()


class LedgerAndList(RuleBasedStateMachine):
    """The model: each stream is a list of event ids; each acknowledged append is kept for retries."""

    dsn: str

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.name = f"machine {next(_machines)}"
        self.pool: Any = self.run(open_pool(self.dsn, size=2, application=self.name))
        self.ledger, self.sealer = Ledger(self.pool), Sealer(self.pool)
        # Every run has streams of its own in the one database; the log itself only grows.
        self.tag = self.run(seal_all(self.pool))
        self.held: Any = None
        self.seen: list[Any] = []
        self.streams: dict[str, list[Any]] = {}
        self.done: list[tuple[list[StreamAppend], dict[str, int]]] = []
        self.command = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.the_long_transaction_ends()
        self.run(self.pool.close())
        self.loop.close()

    @rule(batch=BATCHES)
    def append(self, batch: dict[str, tuple[int, int]]) -> None:
        self.command += 1
        appends, losers = [], {}
        for name, (n, off) in batch.items():
            stream = f"{name}-{self.tag}"
            actual = len(self.streams.get(stream, []))
            expected = max(actual + off, 0)
            appends.append(to(stream, expected, f"c{self.command}", n))
            if expected != actual:
                losers[stream] = (expected, actual)
        if losers:
            with pytest.raises(WrongExpectedVersion) as refused:
                self.run(self.ledger.append(appends))
            assert refused.value.losers == losers
            return
        versions = {append.stream: append.expected_version + len(append.events) for append in appends}
        assert self.run(self.ledger.append(appends)) == Appended(versions, replayed=False)
        self.done.append((appends, versions))
        for append in appends:
            self.streams.setdefault(append.stream, []).extend(event.id for event in append.events)

    @rule(data=st.data(), off=st.integers(-1, 1))
    def retry(self, data: st.DataObject, off: int) -> None:
        if not self.done:
            return
        appends, versions = data.draw(st.sampled_from(self.done))
        again = [StreamAppend(a.stream, max(a.expected_version + off, 0), a.events) for a in appends]
        assert self.run(self.ledger.append(again)) == Appended(versions, replayed=True)

    @rule(data=st.data())
    def mix_old_and_new(self, data: st.DataObject) -> None:
        if not self.done:
            return
        appends, _ = data.draw(st.sampled_from(self.done))
        first = appends[0]
        mixed = [
            StreamAppend(
                first.stream, first.expected_version, [*first.events, *to(first.stream, 0, "new").events]
            )
        ]
        with pytest.raises(PartlyRecorded) as refused:
            self.run(self.ledger.append(mixed))
        assert refused.value.missing == {event_id(first.stream, "new")}

    @rule(data=st.data(), off=st.integers(-1, 1), field=st.sampled_from(["data", "type", "actor"]))
    def use_an_id_again(self, data: st.DataObject, off: int, field: str) -> None:
        """What is recorded says something else: refused, whatever the versions are."""
        if not self.done:
            return
        appends, _ = data.draw(st.sampled_from(self.done))
        last = appends[-1]
        other = NewEvent(**(last.events[-1]._asdict() | {field: '"other"'}))
        changed = StreamAppend(last.stream, max(last.expected_version + off, 0), [*last.events[:-1], other])
        with pytest.raises(IdReused) as refused:
            self.run(self.ledger.append([*appends[:-1], changed]))
        assert set(refused.value.reused) == {other.id}

    @rule()
    def seal(self) -> None:
        self.run(self.sealer.seal_once())

    @rule()
    def a_long_transaction_begins(self) -> None:
        """It has drawn its id and holds back the order until it ends, several steps later."""
        if self.held is None:
            self.held = self.run(asyncpg.connect(self.dsn))
            self.run(self.held.execute("begin; select pg_current_xact_id()"))

    @rule()
    def the_long_transaction_ends(self) -> None:
        if self.held is not None:
            self.run(self.held.close())
            self.held = None

    @rule()
    def connections_are_cut(self) -> None:
        """Whoever asks next is told, once for each connection that the pool still believes in."""
        self.run(self._cut())

    async def _cut(self) -> None:
        own = await asyncpg.connect(self.dsn)
        await own.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1", self.name
        )
        await own.close()
        for _ in range(20):
            with contextlib.suppress(*LOST):
                await asyncio.gather(*(self.pool.fetchval("select 1") for _ in range(2)))
                return

    @rule()
    def another_sealer_takes_over(self) -> None:
        self.sealer = Sealer(self.pool)

    @rule(data=st.data())
    def as_of_a_position_is_the_part_up_to_it(self, data: st.DataObject) -> None:
        sealed = self.run(self.ledger.read_sealed(after=self.tag, limit=10_000))
        position = data.draw(st.integers(self.tag, self.tag + len(sealed) + 1))
        for stream in self.streams:
            known = [e.id for e in sealed if e.stream == stream and (e.position or 0) <= position]
            assert [e.id for e in self.run(self.ledger.as_of(stream, position=position))] == known

    @rule(limit=st.integers(1, 7))
    def a_reader_reads_on(self, limit: int) -> None:
        window = self.run(self.ledger.read_sealed(after=self.tag + len(self.seen), limit=limit))
        self.seen += [(e.position, e.id) for e in window]

    @invariant()
    def a_reader_has_seen_each_event_once_and_where_it_stands(self) -> None:
        sealed = self.run(self.ledger.read_sealed(after=self.tag, limit=10_000))
        assert self.seen == [(e.position, e.id) for e in sealed[: len(self.seen)]]

    @invariant()
    def streams_are_the_lists(self) -> None:
        read = self.run(self.ledger.read_streams(list(self.streams)))
        assert {s: [(e.version, e.id) for e in events] for s, events in read.items()} == {
            s: list(enumerate(ids, 1)) for s, ids in self.streams.items()
        }

    @invariant()
    def the_sealed_order_is_dense_and_keeps_every_streams_order(self) -> None:
        sealed = self.run(self.ledger.read_sealed(after=self.tag, limit=10_000))
        assert [e.position for e in sealed] == list(range(self.tag + 1, self.tag + 1 + len(sealed)))
        for stream, ids in self.streams.items():
            mine = [e.id for e in sealed if e.stream == stream]
            assert mine == ids[: len(mine)]


async def test_the_ledger_agrees_with_lists_in_memory(database: str) -> None:
    machine = type("Machine", (LedgerAndList,), {"dsn": database})
    small = settings(
        max_examples=25,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    # In a thread of its own, for Hypothesis is not asynchronous and each run brings its own event loop.
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=small)
