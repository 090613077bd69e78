"""What a fold costs follows from what is folded, however large its tables have grown."""

import re
from datetime import date

import asyncpg

from projections.engine.catalog import folding, folding_model
from projections.engine.catch_up import catch_up
from projections.engine.folding import apply_settings, live_target
from projections.engine.sql import queries
from tests.projections.given import active, joined, launched, opened, readings, record

FILLED = "select relname from pg_class where relnamespace = 'read'::regnamespace and relkind = 'r' and relpages > 0"
GROWN = """
update pg_class set relpages = 1, reltuples = 1e6
where relnamespace in ('read'::regnamespace, 'ledger'::regnamespace) and relkind = 'r'
"""
"""Postgres takes every table that has a row for one of a million: it counts the pages itself, and takes from here how
many rows each of them holds."""
SMALL = {"cycle"}
"""Tables of a few dozen rows, however long the company is there."""
FEW = 20
"""Events in a window, as there are between two rounds of a follower."""


async def test_a_fold_of_a_few_events_reads_no_table_from_end_to_end(pool: asyncpg.Pool) -> None:
    """A notice's fold once read every goal there was for a handful of events: with two hundred thousand goals that took
    a second, in which nothing was sealed."""
    await record(pool, launched(), joined("lin"), opened(), *active(), readings((date(2026, 2, 3), "5")))
    await catch_up(pool)
    await pool.execute("analyze")
    filled = {row["relname"] for row in await pool.fetch(FILLED)}
    assert filled >= {"cycle", "goal", "person", "reading", "sheet"}
    large = filled - SMALL
    found = {name: large & await read_whole(pool, name) for name in folding()}
    assert {name: tables for name, tables in found.items() if tables} == {}


async def read_whole(pool: asyncpg.Pool, name: str) -> set[str]:
    """The tables that a read model's fold of a few events would read from end to end if they were large."""
    target = live_target(folding_model(name))
    async with pool.acquire() as connection:
        undone = connection.transaction()
        await undone.start()
        try:
            await connection.execute(GROWN)
            await apply_settings(connection, target, FEW)
            window = 0, FEW, target.cursor_name, None
            plan = await connection.fetch(f"explain (costs off) {queries(name)['fold']}", *window)
        finally:
            await undone.rollback()
    lines = [row[0] for row in plan]
    return {
        found[1] or found[2]
        for line, below in zip(lines, [*lines[1:], ""], strict=True)
        if (found := re.search(r"Seq Scan on (\w+)|Index(?: Only)? Scan .* on (\w+)", line))
        and "Index Cond" not in below
    }
