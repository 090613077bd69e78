"""A database gets each migration once, and one that was tampered with is noticed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from cairn import ledger
from cairn.ledger import MigrationError, migrate, pending_migrations

OWN = sorted(f"ledger/{each.name}" for each in Path(ledger.__file__).with_name("migrations").glob("*.sql"))
"""The ledger's own migrations, in order."""


@pytest.fixture
async def empty(databases: Any) -> AsyncIterator[str]:
    """The address of a database with nothing in it."""
    dsn = await databases.empty()
    yield dsn
    await databases.drop(dsn)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Migrations of another part of the program."""
    folder = tmp_path / "projections" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_first.sql").write_text("create table first (n integer); create table second (n integer);")
    return folder


async def test_migrating_twice_applies_each_step_once_and_reports_it(empty: str, folder: Path) -> None:
    steps: list[str] = []
    first = await migrate(empty, folders=[folder], on_step=steps.append)
    assert (
        first
        == steps
        == [
            *OWN,
            "projections/0001_first.sql",
        ]
    )
    assert await migrate(empty, folders=[folder], on_step=steps.append) == []
    (folder / "0002_more.sql").write_text("create table third (n integer)")
    assert await migrate(empty, folders=[folder]) == ["projections/0002_more.sql"]


async def test_what_is_pending_is_what_migrating_would_apply(empty: str, folder: Path) -> None:
    every = [*OWN, "projections/0001_first.sql"]
    assert await pending_migrations(empty, folders=[folder]) == every
    await migrate(empty)
    assert await pending_migrations(empty, folders=[folder]) == ["projections/0001_first.sql"]
    await migrate(empty, folders=[folder])
    assert await pending_migrations(empty, folders=[folder]) == []


async def test_migrations_that_run_at_the_same_time_do_not_disturb_each_other(empty: str) -> None:
    done = await asyncio.gather(*[migrate(empty) for _ in range(5)])
    assert sorted(map(len, done)) == [0, 0, 0, 0, len(OWN)]


async def test_a_changed_migration_is_refused_by_name(empty: str, folder: Path) -> None:
    await migrate(empty, folders=[folder])
    (folder / "0001_first.sql").write_text("create table other (n integer)")
    with pytest.raises(MigrationError, match=r"changed: step projections/0001_first\.sql"):
        await migrate(empty, folders=[folder])


async def test_a_database_of_a_newer_program_is_refused(empty: str, folder: Path) -> None:
    (folder / "0002_newer.sql").write_text("create table third (n integer)")
    await migrate(empty, folders=[folder])
    (folder / "0002_newer.sql").unlink()
    with pytest.raises(MigrationError, match=r"unknown: folder projections, unknown \['0002_newer\.sql'\]"):
        await migrate(empty, folders=[folder])


async def test_a_migration_that_fails_leaves_nothing_and_can_be_mended(empty: str, folder: Path) -> None:
    (folder / "0002_broken.sql").write_text("create table third (n integer); select nonsense;")
    with pytest.raises(MigrationError, match=r"failed: step projections/0002_broken\.sql"):
        await migrate(empty, folders=[folder])
    connection = await asyncpg.connect(empty)
    assert await connection.fetchval("select to_regclass('third')") is None
    await connection.close()
    (folder / "0002_broken.sql").write_text("create table third (n integer)")
    assert await migrate(empty, folders=[folder]) == ["projections/0002_broken.sql"]


async def test_a_folder_without_migrations_is_an_error(empty: str, tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="missing: folder"):
        await migrate(empty, folders=[tmp_path])
