"""Appends that are asked for at the same time share transactions, and each still has its own outcome."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from cairn.ledger import Appended, EventRefused, Ledger, StreamAppend, WrongExpectedVersion, group_commit
from cairn.ledger.group_commit import LANES, LARGEST, STUCK, GroupCommit
from tests.ledger.disturbing import stalling, stands_still
from tests.ledger.given import event, to

Pool = Any


async def transactions(pool: Pool) -> int:
    """How many transactions have recorded events."""
    number: int = await pool.fetchval("select count(distinct xid) from ledger.event")
    return number


async def test_appends_of_one_moment_share_transactions_and_all_are_new(pool: Pool) -> None:
    ledger = Ledger(pool)
    done = await asyncio.gather(*(ledger.append([to(f"goal-{n}", 0, "submit")]) for n in range(100)))
    assert [outcome.versions for outcome in done] == [{f"goal-{n}": 1} for n in range(100)]
    assert not any(outcome.replayed for outcome in done)
    assert await pool.fetchval("select count(*) from ledger.event") == 100
    assert await transactions(pool) < 20


async def test_an_append_that_is_asked_for_alone_waits_for_nobody(pool: Pool) -> None:
    ledger = Ledger(pool)
    for version in range(3):
        await ledger.append([to("goal-1", version, f"c{version}")])
    assert await transactions(pool) == 3


async def test_a_lane_that_is_given_back_belongs_to_those_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """group commit: whoever comes in the same moment takes no lane of its own, or nothing is ever joined again."""
    monkeypatch.setattr(group_commit, "STUCK", 60)
    under_way = most = transactions = 0

    async def record(appends: Sequence[StreamAppend], *, hurry: bool = False) -> list[int] | None:
        nonlocal under_way, most, transactions
        transactions += 1
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1
        return None

    lanes = GroupCommit(record)

    async def write(stream: str) -> None:
        for version in range(50):
            await lanes.record([to(stream, version, f"c{version}")])

    await asyncio.gather(*(write(f"goal-{n}") for n in range(16)))
    assert most == LANES
    assert transactions < 16 * 50 / 4


async def test_appends_that_are_not_joined_have_a_transaction_each(pool: Pool) -> None:
    ledger = Ledger(pool, joined=False)
    await asyncio.gather(*(ledger.append([to(f"goal-{n}", 0, "submit")]) for n in range(20)))
    assert await transactions(pool) == 20


async def test_each_of_many_gets_its_own_outcome(pool: Pool) -> None:
    """New, retried, too late, malformed and of many streams, all at once: nobody suffers from a neighbour."""
    ledger = Ledger(pool)
    await ledger.append([to("goal-known", 0, "submit")])
    await ledger.append([to("goal-moved", 0, "submit", 2)])
    asked = [
        [to("goal-a", 0, "submit"), to("sheet-a", 0, "open", 2)],
        [to("goal-known", 0, "submit")],
        [to("goal-moved", 1, "approve")],
        [to("goal-b", 0, "submit")._replace(events=[event("goal-b", "submit", data="no json")])],
        [to("goal-c", 0, "submit")._replace(events=[event("goal-c", "submit", actor="li\nn")])],
        [to("goal-d", 0, "submit")],
    ]
    answers = await asyncio.gather(
        *(ledger.append(appends) for appends in asked * 10), return_exceptions=True
    )
    new, retried, late, no_json, no_line, other = answers[-6:]

    assert isinstance(new, Appended) and new.versions == {"goal-a": 1, "sheet-a": 2}
    assert retried == Appended({"goal-known": 1}, replayed=True)
    assert isinstance(late, WrongExpectedVersion) and late.losers == {"goal-moved": (1, 2)}
    assert isinstance(no_json, EventRefused) and "JSON" in str(no_json)
    assert isinstance(no_line, EventRefused) and "line break" in str(no_line)
    assert isinstance(other, Appended) and other.versions == {"goal-d": 1}
    assert await pool.fetchval("select count(*) from ledger.event") == 3 + 3 + 1


async def test_two_appends_to_one_stream_never_share_a_transaction(pool: Pool) -> None:
    """The second one must see the first one committed before it draws its transaction id."""
    ledger = Ledger(pool)
    asked = [[to("goal-1", version, f"c{version}")] for version in range(5)] * 20
    await asyncio.gather(*(ledger.append(appends) for appends in asked), return_exceptions=True)
    rows = await pool.fetch("select version, xid::text::bigint as xid from ledger.event order by version")
    assert [row["version"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["xid"] for row in rows] == sorted({row["xid"] for row in rows})


async def test_a_caller_that_gives_up_disturbs_nobody_else(pool: Pool) -> None:
    ledger = Ledger(pool)
    tasks = [asyncio.create_task(ledger.append([to(f"goal-{n}", 0, "submit")])) for n in range(60)]
    await asyncio.sleep(0)
    for task in tasks[::3]:
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    stayed = [outcome for n, outcome in enumerate(done) if n % 3]
    assert all(not isinstance(outcome, BaseException) for outcome in stayed)
    for n in range(60):
        if n % 3:
            assert len(await ledger.read_stream(f"goal-{n}")) == 1
    assert (await ledger.append([to("goal-after", 0, "submit")])).versions == {"goal-after": 1}


@pytest.mark.parametrize("many", [300, 1000])
async def test_a_large_append_is_a_transaction_of_its_own_beside_small_ones(pool: Pool, many: int) -> None:
    ledger = Ledger(pool)
    large = [to(f"sheet-{n}", 0, "open") for n in range(many)]
    await asyncio.gather(
        ledger.append(large), *(ledger.append([to(f"goal-{n}", 0, "submit")]) for n in range(20))
    )
    mixed = await pool.fetchval(
        "select count(*) from (select xid from ledger.event group by xid "
        "having bool_or(stream like 'sheet-%') and bool_or(stream like 'goal-%')) m"
    )
    assert mixed == 0
    assert await pool.fetchval("select count(*) from ledger.event") == many + 20


class Counted(Ledger):
    """A ledger that counts what it asks of the database: each statement is a transaction."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self.asked = 0

    async def _ask(self, statement: str, *arguments: Any) -> list[int] | None:
        self.asked += 1
        return await super()._ask(statement, *arguments)


async def outcomes(ledger: Ledger, asked: Sequence[Sequence[StreamAppend]]) -> list[Any]:
    done = (ledger.append(appends) for appends in asked)
    return list(await asyncio.gather(*done, return_exceptions=True))


BAD = {
    "too late": [to("goal-moved", 1, "approve")],
    "no JSON": [StreamAppend("goal-bad", 0, [event("goal-bad", "submit", data="no json")])],
    "two lines": [StreamAppend("goal-bad", 0, [event("goal-bad", "submit", actor="li\nn")])],
    "recorded before": [to("goal-moved", 0, "submit", 2)],
    "an id of another": [
        StreamAppend("goal-bad", 0, [event("goal-bad", "x", id=event("goal-moved", "submit").id)])
    ],
    "NaN": [StreamAppend("goal-bad", 0, [event("goal-bad", "submit", data='{"n": NaN}')])],
}


@pytest.mark.parametrize("kind", BAD)
async def test_one_bad_append_costs_its_group_a_retry_and_not_a_transaction_each(
    pool: Pool, kind: str
) -> None:
    """group commit: of ten groups of 256 each has one bad append, which once made 30 transactions 2,560."""
    ledger = Counted(pool)
    await ledger.append([to("goal-moved", 0, "submit", 2)])
    good = [[to(f"goal-{n}", 0, "submit")] for n in range(LARGEST * 10)]
    asked: list[list[StreamAppend]] = []
    for n, appends in enumerate(good):
        asked += [appends, BAD[kind]] if n % LARGEST == 0 else [appends]
    ledger.asked = 0
    done = await outcomes(ledger, asked)
    assert sum(isinstance(each, Appended) and not each.replayed for each in done) == len(good)
    assert await pool.fetchval("select count(*) from ledger.event") == len(good) + 2
    # Where nobody can name the bad one it is found by splitting: a few more, and far from one for each.
    assert ledger.asked < (300 if kind == "NaN" else 80)


async def test_two_appends_that_wait_for_foreign_transactions_stop_nobody_else(
    pool: Pool, stallable: str
) -> None:
    """group commit: once both lanes waited, all small appends of the process did."""
    ledger = Ledger(pool)
    async with stalling(stallable) as stalled:
        foreign = [to("goal-slow-1", 0, "a"), to("goal-slow-2", 0, "a")]
        begun = stalled.begins(stalled.ledger.append(foreign))
        await stands_still(pool)
        stuck = [asyncio.create_task(ledger.append([to(f"goal-slow-{n}", 0, "b")])) for n in (1, 2)]
        await asyncio.sleep(0)
        others = await asyncio.wait_for(outcomes(ledger, [[to(f"goal-{n}", 0, "a")] for n in range(100)]), 4)
        assert all(isinstance(each, Appended) for each in others)
        assert not any(task.done() for task in stuck)
    await begun
    refused = await asyncio.gather(*stuck, return_exceptions=True)
    assert all(isinstance(each, WrongExpectedVersion) for each in refused)


async def test_an_append_in_a_group_that_waits_for_a_foreign_transaction_does_not_keep_the_group(
    pool: Pool, stallable: str
) -> None:
    ledger = Counted(pool)
    async with stalling(stallable) as stalled:
        begun = stalled.begins(stalled.ledger.append([to("goal-slow", 0, "a")]))
        await stands_still(pool)
        lanes = [asyncio.create_task(ledger.append([to(f"goal-lane-{n}", 0, "a")])) for n in range(2)]
        stuck = asyncio.create_task(ledger.append([to("goal-slow", 0, "b")]))
        others = await asyncio.wait_for(outcomes(ledger, [[to(f"goal-{n}", 0, "a")] for n in range(200)]), 4)
        assert all(isinstance(each, Appended) for each in others)
        assert not stuck.done() and ledger.asked < 60
    await asyncio.gather(begun, *lanes)
    assert isinstance((await asyncio.gather(stuck, return_exceptions=True))[0], WrongExpectedVersion)


async def test_an_append_by_itself_waits_for_a_foreign_transaction_longer_than_a_group_does(
    pool: Pool, stallable: str
) -> None:
    ledger = Ledger(pool)
    async with stalling(stallable) as stalled:
        begun = stalled.begins(stalled.ledger.append([to("goal-slow", 0, "a")]))
        await stands_still(pool)
        stuck = asyncio.create_task(ledger.append([to("goal-slow", 0, "b")]))
        await asyncio.sleep(3 * STUCK)
        assert not stuck.done()
    await begun
    with pytest.raises(WrongExpectedVersion):
        await stuck


async def test_a_connection_that_is_lost_costs_its_group_one_more_try(pool: Pool) -> None:
    class Cut(Counted):
        cut = 1

        async def _ask(self, statement: str, *arguments: Any) -> list[int] | None:
            if "hurried" in statement and self.cut:
                self.cut -= 1
                raise asyncpg.ConnectionDoesNotExistError("cut")
            return await super()._ask(statement, *arguments)

    ledger = Cut(pool)
    done = await outcomes(ledger, [[to(f"goal-{n}", 0, "submit")] for n in range(100)])
    assert all(isinstance(each, Appended) for each in done) and ledger.cut == 0
    assert ledger.asked < 10
