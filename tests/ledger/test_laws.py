"""Whatever is appended, retried and sealed in whatever order, the ledger agrees with a list in memory."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from cairn.ledger import (
    Appended,
    Ledger,
    PartlyRecorded,
    Sealer,
    StreamAppend,
    WrongExpectedVersion,
    open_pool,
)
from tests.ledger.given import event_id, to

STREAMS = st.sampled_from(["goal-1", "goal-2", "sheet-1"])
BATCHES = st.dictionaries(
    STREAMS, st.tuples(st.integers(1, 3), st.sampled_from([0, 0, 0, 0, -1, 1])), min_size=1
)
T = TypeVar("T")


class LedgerAndList(RuleBasedStateMachine):
    """The model: each stream is a list of event ids; each acknowledged append is kept for retries."""

    dsn: str

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.pool: Any = self.run(open_pool(self.dsn, size=2))
        self.ledger, self.sealer = Ledger(self.pool), Sealer(self.pool)
        # Every run has streams of its own in the one database; the log itself only grows.
        self.tag = self.run(self.pool.fetchval("select count(*) from ledger.event"))
        self.streams: dict[str, list[Any]] = {}
        self.done: list[tuple[list[StreamAppend], dict[str, int]]] = []
        self.command = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
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

    @rule()
    def seal(self) -> None:
        self.run(self.sealer.seal_once())

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
