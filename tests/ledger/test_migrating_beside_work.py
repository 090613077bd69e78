"""A migration holds nothing back while people work: it waits for no table with what it has written."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from cairn.ledger import Ledger, MigrationError, Sealer, migrate
from cairn.ledger.migrate import OUTSIDE
from tests.ledger.disturbing import beside
from tests.ledger.given import to

PATIENCE = 20


async def waits_for(pool: Any, question: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await pool.fetchval(question):  # noqa: ASYNC110 - the answer is in the database
            await asyncio.sleep(0.005)


async def sealing_goes_on(pool: Any, stream: str) -> None:
    ledger = Ledger(pool)
    await ledger.append([to(stream, 0, "now")])
    await ledger.wait_sealed(stream, 1, PATIENCE)


def folder(tmp_path: Path, *texts: str) -> Path:
    """A folder with these migrations; the same folder with more of them later."""
    made = tmp_path / "more"
    made.mkdir(exist_ok=True)
    for number, text in enumerate(texts, 1):
        made.joinpath(f"{number:04}.sql").write_text(text)
    return made


WAITS = (
    "select count(*) > 0 from pg_stat_activity where application_name like 'cairn-migrate%'"
    " and wait_event_type = 'Lock' and datname = current_database()"
)
FIRST = "create table one (a int)"


async def test_a_migration_that_needs_a_table_somebody_reads_begins_again_until_it_has_it(
    pool: Any, database: str, tmp_path: Path
) -> None:
    await migrate(database, folders=[folder(tmp_path, FIRST)])
    more = folder(tmp_path, FIRST, "create table two (a int); alter table one add b int")
    reader = await asyncpg.connect(database)
    held = reader.transaction(readonly=True)
    await held.start()
    await reader.execute("select * from one")
    async with beside(Sealer(database, interval=0.002).run()):
        work = asyncio.create_task(migrate(database, folders=[more]))
        await waits_for(pool, WAITS)
        await sealing_goes_on(pool, "goal-1")
        assert not work.done()
        await held.rollback()
        assert await work == ["more/0002.sql"]
    await reader.close()


async def test_an_index_is_built_outside_a_transaction_and_holds_nothing_back(
    pool: Any, database: str, tmp_path: Path
) -> None:
    reader = await asyncpg.connect(database)
    held = reader.transaction(isolation="repeatable_read", readonly=True)
    await held.start()
    await reader.execute("select 1")  # a concurrent build waits for whoever sees the database as it was
    index = (
        f"{OUTSIDE}\n-- by actor\ncreate index concurrently if not exists by_actor on ledger.event (actor);\n"
    )
    async with beside(Sealer(database, interval=0.002).run()):
        work = asyncio.create_task(migrate(database, folders=[folder(tmp_path, index)]))
        await waits_for(pool, WAITS)
        await sealing_goes_on(pool, "goal-1")
        assert not work.done()
        await held.rollback()
        assert await work == ["more/0001.sql"]
    await reader.close()
    valid = "select indisvalid from pg_index where indexrelid = 'ledger.by_actor'::regclass"
    assert await pool.fetchval(valid)
    assert await migrate(database, folders=[folder(tmp_path, index)]) == []


async def test_a_file_outside_a_transaction_that_fails_is_not_recorded(database: str, tmp_path: Path) -> None:
    broken = f"{OUTSIDE}\ncreate table if not exists three (a int);\ncreate index on nothing (a);\n"
    with pytest.raises(MigrationError, match=r"more/0001\.sql"):
        await migrate(database, folders=[folder(tmp_path, broken)])
    whole = broken.replace("nothing", "three")
    assert await migrate(database, folders=[folder(tmp_path, whole)]) == ["more/0001.sql"]
