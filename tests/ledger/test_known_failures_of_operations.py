"""Where migrations and the passing of time took event tables away: none of it may happen here.

The comments name the source as project#number; docs/known-failures.md has the whole list.
"""

from typing import Any

from cairn.ledger import Ledger, migrate
from projections.engine.sql import MIGRATIONS
from tests.ledger.given import seal_all, to

Pool = Any
FILES = "select relname::text, relfilenode from pg_class where relnamespace = 'ledger'::regnamespace order by relname"


async def test_migrating_again_rewrites_no_table_of_the_ledger(pool: Pool, readable: str) -> None:
    # marten#4706, #4753, #4754: a migration dropped event tables and built them anew.
    await Ledger(pool).append([to("goal-1", 0, "first", 3)])
    await seal_all(pool)
    before, files = await pool.fetch("select * from ledger.event"), await pool.fetch(FILES)
    assert await migrate(readable, folders=[MIGRATIONS]) == []
    assert await pool.fetch(FILES) == files
    assert await pool.fetch("select * from ledger.event") == before


async def test_migrating_the_read_models_leaves_the_files_of_the_ledger_alone(
    pool: Pool, database: str
) -> None:
    # marten#5268: an index that came with a new release locked the event table, and nobody could append.
    await Ledger(pool).append([to("goal-1", 0, "first", 3)])
    files = await pool.fetch(FILES)
    await migrate(database, folders=[MIGRATIONS])
    assert await pool.fetch(FILES) == files
