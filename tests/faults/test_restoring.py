"""Backups that are whole or refused, restores that verify or take nothing in, and a log that somebody changed."""

import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cairn.ledger import AwayFromHome, Fault, Ledger, home, open_epoch, open_pool, verify
from cairn_portal.servers import ServerProblem, backup
from cairn_portal.servers.migrate import migrate_all
from tests.databases import Databases, database, databases, pool
from tests.ledger.given import seal_all, to

__all__ = ["database", "databases", "pool"]
Pool = Any


@pytest_asyncio.fixture(loop_scope="session")
async def recorded(pool: Pool) -> Pool:
    """A ledger with three segments and something unsealed."""
    for number in range(3):
        await Ledger(pool).append([to(f"goal-{number}", 0, "draft", 3), to(f"sheet-{number}", 0, "open")])
        await seal_all(pool)
    await Ledger(pool).append([to("goal-1", 3, "submit")])
    return pool


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere(databases: Databases) -> AsyncIterator[str]:
    """The address of an empty database."""
    dsn = await databases.empty()
    yield dsn
    await databases.drop(dsn)


async def test_a_backup_restored_verifies_to_the_root_it_was_made_with(
    recorded: Pool, database: str, elsewhere: str, tmp_path: Path
) -> None:
    made = await backup.back_up(database, tmp_path / "monday")
    before = await Ledger(recorded).read_sealed(after=0)
    assert (made.events, made.sealed) == (13, 12)
    assert backup.read(tmp_path / "monday") == made
    await migrate_all(elsewhere)  # an empty ledger is replaced
    await backup.put_back(elsewhere, tmp_path / "monday")
    async with await open_pool(elsewhere, size=2) as pool:
        found = await verify(pool)
        assert (found.root, found.events, found.unsealed, found.faults) == (made.root, 12, 1, ())
        assert (await home(pool)).place == "copied"
        with pytest.raises(AwayFromHome):
            await Ledger(pool).append([to("goal-1", 4, "approve")])
        await open_epoch(pool, by="HR1", reason="a test")
        await Ledger(pool).append([to("goal-1", 4, "approve")])
        await seal_all(pool)
        assert (await Ledger(pool).read_sealed(after=0))[:12] == before
        assert (await verify(pool)).faults == ()


async def test_a_backup_is_for_its_owner_alone_and_shows_no_password(
    recorded: Pool, database: str, tmp_path: Path
) -> None:
    folder = tmp_path / "monday"
    await backup.back_up(database, folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {
        "log.dump": 0o600,
        "backup.json": 0o600,
    }
    address, secret = backup._without_secret("postgresql://cairn:p%40ss@db:5432/cairn?sslmode=require")
    assert address == "postgresql://cairn@db:5432/cairn?sslmode=require"
    assert secret == {"PGPASSWORD": "p@ss"}


async def test_a_database_with_events_is_never_overwritten(
    recorded: Pool, database: str, tmp_path: Path
) -> None:
    await backup.back_up(database, tmp_path / "monday")
    before = await verify(recorded)
    with pytest.raises(ServerProblem, match="nothing overwrites"):
        await backup.put_back(database, tmp_path / "monday")
    assert await verify(recorded) == before


async def test_what_is_no_whole_backup_is_refused_in_words(
    recorded: Pool, database: str, tmp_path: Path
) -> None:
    folder = tmp_path / "monday"
    await backup.back_up(database, folder)
    with pytest.raises(ServerProblem, match="exists already"):
        await backup.back_up(database, folder)
    with pytest.raises(ServerProblem, match="is not a backup"):
        backup.read(tmp_path)
    dump = folder / "log.dump"
    dump.write_bytes(dump.read_bytes()[:-1])
    with pytest.raises(ServerProblem, match="SHA-256"):
        backup.read(folder)


async def test_a_backup_that_fails_leaves_nothing_behind(
    recorded: Pool, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'the disk is full' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(backup, "_program", lambda name, connection: str(program))
    with pytest.raises(ServerProblem, match="the disk is full"):
        await backup.back_up(database, tmp_path / "monday")
    assert not (tmp_path / "monday").exists() and not (tmp_path / "monday.new").exists()


async def test_a_backup_holds_no_seal_back(recorded: Pool, database: str, tmp_path: Path) -> None:
    """Its snapshot writes nothing: what is recorded while it is open is sealed."""
    async with (
        recorded.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await connection.fetchval("select pg_export_snapshot()")
        await Ledger(recorded).append([to("goal-9", 0, "draft")])
        assert await seal_all(recorded) == 14


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("update ledger.event set data = '{\"command\": \"x\"}' where stream = 'goal-1' and version = 2",
         Fault("altered", "goal-1 2")),
        ("update ledger.event set actor = 'li' where stream = 'goal-1' and version = 4",
         Fault("altered", "goal-1 4")),
        ("update ledger.event set leaf = sha256('x') where stream = 'sheet-0'", Fault("tree", "1")),
        ("delete from ledger.event where stream = 'goal-2' and version = 3", Fault("count", "3")),
        ("delete from ledger.event where stream = 'goal-1' and version = 3", Fault("lacking", "goal-1")),
        ("update ledger.segment set sealed_at = now() where no = 2", Fault("chain", "2")),
        ("update ledger.segment set root = sha256('x') where no = 3", Fault("chain", "3")),
        ("delete from ledger.segment where no = 2", Fault("chain", "3")),
    ],
)  # fmt: skip
async def test_verifying_names_what_somebody_changed_behind_cairns_back(
    recorded: Pool, change: str, found: Fault
) -> None:
    assert (await verify(recorded)).faults == ()
    for table in ("event", "segment"):
        await recorded.execute(f"alter table ledger.{table} disable trigger kept")
    await recorded.execute(change)
    assert found in (await verify(recorded)).faults
