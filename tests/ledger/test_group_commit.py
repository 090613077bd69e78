"""Appends that are asked for at the same time share transactions, and each still has its own outcome."""

import asyncio
from typing import Any

import pytest

from cairn.ledger import Appended, EventRefused, Ledger, WrongExpectedVersion
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
