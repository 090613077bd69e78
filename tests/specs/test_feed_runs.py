"""Running a feed against a real ledger: recorded once, corrected later, never half."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from cairn.application.collecting import FeedRun, read_past, run_feed
from cairn.application.feeds import known_metrics
from cairn.application.people import People
from cairn.application.policies import Policies
from cairn.domain.reading import Covers, FeedCompleted, ReadingsRecorded, Row
from cairn.domain.refusal import Refusal
from cairn.feeds.batches import Window, batches, completion
from cairn.feeds.feed import Feed, FilesSource, SqlSource
from cairn.feeds.invalid import FeedRowsInvalid, FeedUnreadable
from cairn.feeds.readings import Metric
from cairn.feeds.sources import collect
from cairn.ledger import Ledger, NewEvent, StreamAppend
from tests.databases import database, databases, pool
from tests.projections.given import seal
from tests.workflows.company import HR, roster

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


async def stated(ledger: Ledger) -> list[FeedCompleted]:
    rows = await ledger.read_stream(FEED.stream)
    return [FeedCompleted.model_validate_json(row.data) for row in rows if row.type == "FeedCompleted"]


async def test_D3_a_run_states_through_which_day_it_is_complete_also_without_rows(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    """The same statement twice records nothing; a run that got further, or covers other people, states it anew."""
    ledger = Ledger(pool)
    says(tmp_path)
    days = [date(2026, 1, 5), date(2026, 1, 5), date(2026, 1, 3), date(2026, 1, 9)]
    ran = [await run(ledger, tmp_path, day) for day in days]
    assert [each.complete_through for each in ran] == [date(2026, 1, day) for day in (5, 5, 5, 9)]
    assert [each.through for each in await stated(ledger)] == [date(2026, 1, 5), date(2026, 1, 9)]
    covering = FEED.model_copy(
        update={"covers": (Covers(metric="m", since=date(2026, 1, 1), everybody=True),)}
    )
    for feed in (covering, covering, FEED, covering):
        await run_feed(ledger, feed, upto=date(2026, 1, 9), by="system", at=NOW, base=tmp_path)
    assert [len(each.covers) for each in await stated(ledger)] == [0, 0, 1, 0, 1]
    assert await recorded(ledger) == []


async def test_D3_a_day_that_has_not_ended_is_not_complete(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    """At 06:00 UTC on 1 February it is 14:00 in Shanghai: what there is is recorded, January is complete."""
    ledger = Ledger(pool)
    says(tmp_path, "m,a,2026-02-01,1")
    ran = await run(ledger, tmp_path, date(2026, 2, 1))
    assert (ran.rows, ran.complete_through) == (1, date(2026, 1, 31))


async def test_D3_what_comes_late_for_a_day_that_was_complete_is_a_correction(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    """Whatever the look-back: nothing was there for three weeks, and a source is late with one row of them."""
    ledger = Ledger(pool)
    says(tmp_path, "m,a,2026-01-02,1")
    await run(ledger, tmp_path, date(2026, 1, 3))
    await run(ledger, tmp_path, date(2026, 1, 30))
    says(tmp_path, "m,a,2026-01-02,1", "m,a,2026-01-08,7", "m,a,2026-01-31,2")
    ran = await run(ledger, tmp_path, date(2026, 1, 31))
    assert [(each.correction, [row.on.day for row in each.rows]) for each in await recorded(ledger)] == [
        (False, [2]),
        (False, [31]),
        (True, [8]),
    ]
    assert (ran.rows, ran.corrected) == (2, 1)
    assert (await run(ledger, tmp_path, date(2026, 1, 31))).rows == 0


async def test_days_can_be_chosen_to_be_read_again(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    """Far behind what is looked back on: what differs is a correction, what is gone is named, the rest is as it was."""
    ledger = Ledger(pool)
    says(tmp_path, *(f"m,a,2026-01-{day:02d},1" for day in range(1, 29)))
    await run(ledger, tmp_path, date(2026, 1, 28))
    says(tmp_path, "m,a,2026-01-02,5", "m,b,2026-01-03,5", "m,a,2026-01-09,9")

    async def again(first: int, last: int) -> FeedRun:
        days = date(2026, 1, first), date(2026, 1, last)
        return await run_feed(ledger, FEED, since=days[0], upto=days[1], by="system", at=NOW, base=tmp_path)

    ran = await again(2, 4)
    assert [(row.subject, row.on.day) for row in (await recorded(ledger))[-1].rows] == [("a", 2), ("b", 3)]
    assert (ran.corrected, [row.on.day for row in ran.gone]) == (2, [3, 4])
    assert (ran.watermark, ran.complete_through) == (date(2026, 1, 28), date(2026, 1, 28))
    assert (await again(2, 4)).events == 0
    with pytest.raises(Refusal) as ahead:
        await again(2, 31)
    assert (ahead.value.code, ahead.value.facts["known"]) == ("feed.days-ahead", "2026-01-28")
    with pytest.raises(Refusal) as order:
        await again(4, 2)
    assert order.value.code == "feed.days-order"


@pytest.mark.parametrize("look_back", [0, 30])
async def test_a_run_reads_the_end_of_a_long_stream_alone(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path, look_back: int
) -> None:
    """Two hundred days, a run each: the next one reads batches of the last days, and finds what changed in them."""
    ledger = Ledger(pool)
    feed = FEED.model_copy(update={"look_back": look_back, "watermark": date(2025, 6, 30)})
    first, zone = date(2025, 7, 1), UTC
    said: FeedCompleted | None = None
    for number in range(200):
        day, version = first + timedelta(number), 2 * number
        window = Window(day - timedelta(1), day)
        rows = [Row(metric="m", subject=who, on=day, value=Decimal(1)) for who in "ab"]
        made = batches(feed, rows, window, "system", datetime(2026, 2, 1, tzinfo=zone))
        [now] = completion(feed, day, said, "system", NOW)
        new = [
            NewEvent(uuid4(), event.type, event.model_dump_json(), event.at, event.by)
            for event in (*made, now)
        ]
        await ledger.append([StreamAppend(feed.stream, version, new)])
        said = now
    last = first + timedelta(199)
    past = await read_past(ledger, feed)
    assert (past.version, past.known, past.whole) == (400, last, False)
    assert len(past.batches) <= look_back + 16
    changed = last - timedelta(29)
    lines = [f"m,{who},{first + timedelta(n)},1" for n in range(200) for who in "ab"]
    says(tmp_path, *lines, f"m,c,{changed},3")
    ran = await run_feed(ledger, feed, upto=last, by="system", at=NOW, base=tmp_path)
    assert (ran.rows, ran.corrected, ran.gone) == ((1, 1, ()) if look_back else (0, 0, ()))


async def test_an_unknown_subject_is_named_with_who_is_probably_meant(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    """Case, zeros, separators, another alphabet (a Cyrillic Е); fullwidth letters are the same id."""
    ledger = Ledger(pool)
    await People(ledger).import_roster(roster(3), HR, NOW)
    await seal(pool)
    subjects = ("e1", "E01", "E-2", "\u0415" + "3", "\uff25\uff13", "nobody")
    says(tmp_path, *(f"m,{who},2026-01-05,1" for who in subjects))
    ran = await run(ledger, tmp_path, date(2026, 1, 6))
    assert set(ran.unknown) == {"e1", "E01", "E-2", "\u0415" + "3", "nobody"}
    assert ran.probably == {"e1": "E1", "E01": "E1", "E-2": "E2", "\u0415" + "3": "E3"}


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
