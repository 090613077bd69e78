"""Readings: the latest row counts, corrections stay visible, and the evidence says how far it goes."""

from datetime import date
from decimal import Decimal

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.engine.catch_up import catch_up
from projections.models.reading import evidence, versions
from tests.projections.given import D, readings, record
from tests.projections.stories import NUMBERS

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
LAW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
DAYS = st.tuples(st.dates(date(2026, 1, 1), date(2026, 1, 4)), NUMBERS.map(str))


@LAW
@given(batches=st.lists(st.lists(DAYS, min_size=1, max_size=4), max_size=6), window=st.integers(1, 6))
async def test_each_day_counts_its_last_row_whatever_the_windows(
    pool: asyncpg.Pool, batches: list[list[tuple[date, str]]], window: int
) -> None:
    subject = f"s{await pool.fetchval('select count(*) from ledger.event')}"
    await record(pool, *(readings(*batch, subject=subject) for batch in batches))
    await catch_up(pool, names=["reading"], window=window)
    expected = dict(sorted({on: Decimal(value) for batch in batches for on, value in batch}.items()))
    found = await evidence(pool, [("sales", subject)], *JANUARY)
    assert {row.on: row.value for row in found.readings} == expected
    assert [row.on for row in found.readings] == list(expected)
    kept = await versions(pool, "sales", subject, *JANUARY)
    assert len(kept) == sum(len(batch) for batch in batches)
    assert sum(row.superseded_by is None for row in kept) == len(expected)


async def test_a_correction_replaces_the_row_and_both_stay_visible(pool: asyncpg.Pool) -> None:
    first = await record(pool, readings((date(2026, 1, 5), "12.50")))
    await catch_up(pool)
    second = await record(pool, readings((date(2026, 1, 5), "13.10"), correction=True))
    await catch_up(pool)
    before, after = await versions(pool, "sales", "lin", *JANUARY)
    assert (before.value, before.position, before.superseded_by) == (D("12.50"), first, second)
    assert (after.value, after.correction, after.superseded_by) == (D("13.10"), True, None)
    [counts] = (await evidence(pool, [("sales", "lin")], *JANUARY)).readings
    assert (counts.value, counts.position) == (D("13.10"), second)


async def test_evidence_names_the_position_it_stands_at_even_without_readings(pool: asyncpg.Pool) -> None:
    assert (await evidence(pool, [("sales", "lin")], *JANUARY)).upto == 0
    position = await record(pool, readings((date(2026, 2, 1), "1")))
    await catch_up(pool)
    found = await evidence(pool, [("sales", "lin")], *JANUARY)
    assert (found.readings, found.upto) == ((), position)


async def test_evidence_is_of_one_metric_one_subject_and_its_days(pool: asyncpg.Pool) -> None:
    days = [
        (date(2025, 12, 31), "1"),
        (date(2026, 1, 1), "2"),
        (date(2026, 1, 31), "3"),
        (date(2026, 2, 1), "4"),
    ]
    await record(pool, readings(*days), readings(*days, subject="qi"), readings(*days, metric="visits"))
    await catch_up(pool)
    async with pool.acquire() as connection:
        found = await evidence(connection, [("sales", "lin")], *JANUARY)
    assert [row.value for row in found.readings] == [2, 3]
