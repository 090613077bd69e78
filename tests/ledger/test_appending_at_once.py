"""Many callers append through one ledger at the same moment: each gets exactly its own outcome, as if alone."""

import asyncio
import random
from typing import Any

import pytest

from cairn.ledger import (
    Appended,
    EventRefused,
    Ledger,
    PartlyRecorded,
    StreamAppend,
    WrongExpectedVersion,
    open_pool,
)
from tests.ledger.disturbing import stalling, stands_still
from tests.ledger.given import event, event_id, seal_all, to
from tests.ledger.laws import Appends, Witness, broken_laws, record_of

Pool = Any
Case = tuple[list[StreamAppend], Any]
"""An append and what it must end with: an outcome, or the type of the refusal and the words in it."""


async def settled(ledger: Ledger, appends: list[StreamAppend]) -> Appended | Exception:
    """What the append ended with."""
    try:
        return await ledger.append(appends)
    except (EventRefused, PartlyRecorded, WrongExpectedVersion) as refused:
        return refused


def agrees(outcome: Appended | Exception, expected: Any) -> bool:
    if isinstance(expected, Appended):
        return outcome == expected
    refusal, words = expected
    return isinstance(outcome, refusal) and words in str(outcome)


async def cases(ledger: Ledger) -> list[Case]:
    """Sixty appends of every kind, each to streams of its own, so that its outcome is known whatever the others do."""
    made: list[Case] = []
    for n in range(10):
        old, new = f"goal-old-{n}", f"goal-new-{n}"
        first = [to(old, 0, "first", 2)]
        await ledger.append(first)
        text = [StreamAppend(f"goal-text-{n}", 0, [event("goal-text", f"t{n}", data="{not json")])]
        line = [StreamAppend(f"goal-line-{n}", 0, [event("goal-line", f"l{n}", actor="lin\nzhang")])]
        stale = [to(old, 1, "stale"), to(f"goal-none-{n}", 0, "stale")]
        mixed = [StreamAppend(old, 0, [*first[0].events, event(old, "mixed")])]
        made += [
            ([to(new, 0, "launch", 1 + n % 3)], Appended({new: 1 + n % 3}, replayed=False)),
            (first, Appended({old: 2}, replayed=True)),
            (stale, (WrongExpectedVersion, f"{old} has version 2 instead of 1")),
            (mixed, (PartlyRecorded, str(event_id(old, "mixed")))),
            (text, (EventRefused, "not JSON")),
            (line, (EventRefused, "line break")),
        ]
    return made


@pytest.mark.parametrize("seed", range(3))
async def test_each_of_many_callers_at_once_gets_exactly_its_own_outcome(pool: Pool, seed: int) -> None:
    ledger = Ledger(pool)
    made = await cases(ledger)
    random.Random(seed).shuffle(made)
    outcomes = await asyncio.gather(*(settled(ledger, appends) for appends, _ in made))
    expected = [case for _, case in made]
    assert [pair for pair in zip(outcomes, expected, strict=True) if not agrees(*pair)] == []

    told: list[tuple[Appends, Appended]] = [
        (appends, case) for appends, case in made if isinstance(case, Appended)
    ]
    refused: list[Appends] = [
        appends
        for appends, outcome in zip((appends for appends, _ in made), outcomes, strict=True)
        if isinstance(outcome, WrongExpectedVersion)
    ]
    await seal_all(pool)
    witness = Witness(sent=[appends for appends, _ in told], told=told, refused=refused)
    assert broken_laws(await record_of(pool), witness) == []


async def test_of_many_at_once_to_one_stream_one_wins_and_the_others_are_told_the_version(pool: Pool) -> None:
    """As twenty commands that were decided on the same state and end up in the same group."""
    ledger = Ledger(pool)
    await ledger.append([to("goal-1", 0, "first")])
    appends = [[to("goal-1", 1, f"c{n}"), to(f"goal-own-{n}", 0, f"c{n}")] for n in range(20)]
    outcomes = await asyncio.gather(*(settled(ledger, append) for append in appends))
    winners = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Appended)]
    losers = [outcome.losers for outcome in outcomes if isinstance(outcome, WrongExpectedVersion)]
    assert len(winners) == 1
    assert losers == [{"goal-1": (1, 2)}] * 19
    await seal_all(pool)
    streams = {e.stream for e in (await record_of(pool)).events}
    assert streams == {"goal-1", f"goal-own-{winners[0]}"}


async def test_appends_that_follow_each_other_in_one_stream_at_once_end_as_if_one_after_the_other(
    pool: Pool,
) -> None:
    """The caller of version 3 may come before that of version 2: it is then refused, never recorded out of order."""
    ledger = Ledger(pool)
    chains = [[[to(f"goal-{g}", v, f"c{v}")] for v in range(6)] for g in range(5)]
    outcomes = await asyncio.gather(
        *(settled(ledger, append) for chain in chains for append in random.Random(2).sample(chain, 6))
    )
    await seal_all(pool)
    record = await record_of(pool)
    assert broken_laws(record, Witness()) == []
    assert len(record.events) == sum(isinstance(outcome, Appended) for outcome in outcomes)


async def test_a_caller_that_gives_up_takes_nobody_with_it(database: str) -> None:
    """A cancelled append may be recorded or not; those that were sent at the same moment do not notice."""
    async with await open_pool(database, size=2) as pool:
        ledger = Ledger(pool)
        tasks = [asyncio.create_task(ledger.append([to(f"goal-{n}", 0, "launch", 2)])) for n in range(40)]
        for _ in range(3):
            await asyncio.sleep(0)
        for task in tasks[::3]:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for n, outcome in enumerate(outcomes):
            if n % 3:
                assert outcome == Appended({f"goal-{n}": 2}, replayed=False)
            else:
                recorded = len(await ledger.read_stream(f"goal-{n}"))
                assert recorded in ((0, 2) if isinstance(outcome, asyncio.CancelledError) else (2,))
        again = await asyncio.gather(*(ledger.append([to(f"goal-{n}", 0, "launch", 2)]) for n in range(40)))
        assert [outcome.versions for outcome in again] == [{f"goal-{n}": 2} for n in range(40)]


async def test_an_append_that_waits_for_another_writer_holds_up_nobody_elses(
    pool: Pool, stallable: str
) -> None:
    """Through one ledger: one append runs into a stream that a stalled writer extends; the others go on."""
    ledger = Ledger(pool)
    async with stalling(stallable) as stalled:
        slow = stalled.begins(stalled.ledger.append([to("goal-1", 0, "slow")]))
        await stands_still(pool)
        behind = asyncio.create_task(settled(ledger, [to("goal-1", 0, "behind")]))
        await asyncio.sleep(0.02)
        async with asyncio.timeout(5):
            for n in range(10):
                await asyncio.gather(*(ledger.append([to(f"goal-{n}-{m}", 0, "quick")]) for m in range(5)))
        assert not behind.done() and not slow.done()
    assert (await slow).versions == {"goal-1": 1}
    assert agrees(await behind, (WrongExpectedVersion, "goal-1 has version 1 instead of 0"))
