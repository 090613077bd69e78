"""Running a feed against a real ledger: recorded once, corrected later, never half."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from cairn.application.feeds import FeedRun, known_metrics, run_feed
from cairn.application.policies import Policies
from cairn.domain.reading import ReadingsRecorded, Row
from cairn.feeds.feed import Feed, FilesSource, SqlSource
from cairn.feeds.invalid import FeedRowsInvalid, FeedUnreadable
from cairn.feeds.readings import Metric
from cairn.feeds.sources import collect
from cairn.ledger import Ledger
from tests.databases import database, databases, pool
from tests.projections.given import seal

__all__ = ["database", "databases", "pool"]

FEED = Feed(
    name="erp",
    source=FilesSource(kind="csv", path="rows.csv"),
    watermark=date(2025, 12, 31),
    look_back=7,
)
EXAMPLES = Path(__file__).parents[2] / "examples" / "company"
NOW = datetime(2026, 2, 1, 6, tzinfo=UTC)


def says(folder: Path, *rows: str) -> None:
    (folder / "rows.csv").write_text("metric,subject,on,value\n" + "".join(f"{row}\n" for row in rows))


async def run(ledger: Ledger, folder: Path, upto: date) -> FeedRun:
    return await run_feed(ledger, FEED, upto=upto, by="system", at=NOW, base=folder)


async def recorded(ledger: Ledger) -> list[ReadingsRecorded]:
    """The batches of the feed's stream; what it states is another event."""
    rows = await ledger.read_stream(FEED.stream)
    return [ReadingsRecorded.model_validate_json(row.data) for row in rows if row.type == "ReadingsRecorded"]


async def test_a_second_run_takes_up_where_the_first_ended(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    ledger = Ledger(pool)
    says(tmp_path, "m,a,2026-01-05,1", "m,a,2026-01-06,2")
    first = await run(ledger, tmp_path, date(2026, 1, 5))
    again = await run(ledger, tmp_path, date(2026, 1, 5))
    second = await run(ledger, tmp_path, date(2026, 1, 6))
    assert [(each.events, each.rows, each.watermark) for each in (first, again, second)] == [
        (1, 1, date(2026, 1, 5)),
        (0, 0, date(2026, 1, 5)),
        (1, 1, date(2026, 1, 6)),
    ]


async def test_runs_at_the_same_time_record_once(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    ledger = Ledger(pool)
    says(tmp_path, *(f"m,p{n},2026-01-05,{n}" for n in range(1500)))
    await asyncio.gather(*(run(ledger, tmp_path, date(2026, 1, 5)) for _ in range(6)))
    assert [len(each.rows) for each in await recorded(ledger)] == [1000, 500]


async def test_runs_of_different_windows_at_the_same_time_record_each_day_once(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    ledger = Ledger(pool)
    says(tmp_path, *(f"m,a,2026-01-0{day},{day}" for day in range(1, 6)))
    await asyncio.gather(*(run(ledger, tmp_path, date(2026, 1, day)) for day in range(1, 6)))
    days = [row.on.day for each in await recorded(ledger) for row in each.rows]
    assert sorted(days) == [1, 2, 3, 4, 5]


async def test_a_changed_value_and_a_late_one_become_a_correction(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    ledger = Ledger(pool)
    says(tmp_path, "m,a,2026-01-05,1", "m,b,2026-01-05,1")
    await run(ledger, tmp_path, date(2026, 1, 6))
    says(tmp_path, "m,a,2026-01-05,3", "m,c,2026-01-06,1", "m,a,2026-01-07,1")
    ran = await run(ledger, tmp_path, date(2026, 1, 7))
    first, second, correction = await recorded(ledger)
    assert (first.correction, second.correction, correction.correction) == (False, False, True)
    assert [(row.subject, row.value) for row in correction.rows] == [("a", Decimal(3)), ("c", Decimal(1))]
    assert (ran.corrected, [row.subject for row in ran.gone]) == (2, ["b"])
    assert (await run(ledger, tmp_path, date(2026, 1, 7))).events == 0


async def test_a_value_that_goes_there_and_back_is_recorded_each_time(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    ledger = Ledger(pool)
    for value in "12121":
        says(tmp_path, f"m,a,2026-01-05,{value}")
        await run(ledger, tmp_path, date(2026, 1, 6))
    assert [each.rows[0].value for each in await recorded(ledger)] == [Decimal(value) for value in "12121"]


async def test_bad_rows_leave_nothing_recorded(pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> None:
    ledger = Ledger(pool)
    says(tmp_path, "m,a,2026-01-05,1", "m,b,2026-01-05,one")
    with pytest.raises(FeedRowsInvalid, match=r"rows\.csv, row 3, column value"):
        await run(ledger, tmp_path, date(2026, 1, 6))
    assert await recorded(ledger) == []


async def test_readings_of_somebody_unknown_and_those_that_are_gone_are_named(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    """Doors, feeds: a reading of somebody unknown; readings that vanished."""
    ledger = Ledger(pool)
    says(tmp_path, "m,nobody,2026-01-05,1", "m,company,2026-01-05,1")
    assert (await run(ledger, tmp_path, date(2026, 1, 6))).unknown == ("nobody",)
    says(tmp_path, "m,company,2026-01-05,1", "m,company,2026-01-07,1")
    again = await run(ledger, tmp_path, date(2026, 1, 7))
    assert [(row.metric, row.subject) for row in again.gone] == [("m", "nobody")]


async def test_a_ratio_is_what_an_adopted_policy_says(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    """RULES D2: a metric that any goal aggregates as a ratio."""
    ledger = Ledger(pool)
    policies = Policies(ledger)
    text = (EXAMPLES / "policy.yaml").read_text(encoding="utf-8")
    await policies.adopt(text, "policy.yaml", "anybody", NOW)
    await seal(pool)
    known = await known_metrics(policies)
    assert known["average_deal"] == Metric("元", is_ratio=True)
    assert not known["sales_amount"].is_ratio


@pytest.fixture
async def erp(database: str) -> AsyncIterator[str]:
    """A Postgres with orders, and the address of a role that may read and write them.

    The tests' own server hashes passwords with fewer rounds than the driver accepts: the role gets its own.
    """
    connection = await asyncpg.connect(database)
    role = f"erp_{uuid4().hex[:8]}"
    await connection.execute("create table orders (person text, day date, amount numeric(12, 4))")
    await connection.execute(
        "insert into orders values ('E005', '2026-01-05', 0.1), ('E005', '2026-01-05', 0.2)"
    )
    await connection.execute("set scram_iterations = 4096")
    await connection.execute(f"create role {role} login password 'erp'")
    await connection.execute(f"grant all on orders to {role}")
    there = urlsplit(database)
    yield f"postgresql://{role}:erp@{there.hostname}:{there.port}{there.path}"
    await connection.execute(f"drop owned by {role}")
    await connection.execute(f"drop role {role}")
    await connection.close()


def january(url: str, query: str, folder: Path) -> list[Row]:
    feed = Feed(name="erp", source=SqlSource(kind="sql", url=url, query=query))
    return collect(feed, after=date(2025, 12, 31), upto=date(2026, 1, 31), base=folder).rows


async def test_a_postgres_database_is_a_source(erp: str, tmp_path: Path) -> None:
    query = (
        "select 'sales' as metric, person as subject, day as \"on\", sum(amount) as value from orders "
        "where day > :from and day <= :upto group by person, day"
    )
    (row,) = await asyncio.to_thread(january, erp, query, tmp_path)
    assert (row.value, row.on) == (Decimal("0.3"), date(2026, 1, 5))


async def test_a_postgres_database_is_only_read(erp: str, tmp_path: Path) -> None:
    with pytest.raises(FeedUnreadable, match="read-only transaction"):
        await asyncio.to_thread(january, erp, "delete from orders returning 1", tmp_path)
