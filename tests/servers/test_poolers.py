"""Behind a pooler: one that keeps a session for a connection serves, one that shares sessions is refused in words.

Runs with a real PgBouncer where one is installed (Debian: apt-get install pgbouncer); else it is skipped.
"""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from cairn.application.sessions import require_sessions
from cairn.ledger import Ledger, Sealer, open_pool, shares_sessions
from cairn.settings import Settings, SettingsProblem
from cairn_portal.servers import checks
from tests.databases import Databases, databases
from tests.ledger.disturbing import beside
from tests.ledger.given import to

__all__ = ["databases"]
PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="needs PgBouncer: apt-get install pgbouncer")

CONFIGURATION = """
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = any
auth_file = {folder}/users.txt
pool_mode = {mode}
default_pool_size = 30
server_round_robin = {round_robin}
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def pgbouncer(server: str, folder: Path, mode: str, round_robin: int = 0) -> Iterator[str]:
    """The address of a pooler before this server, of the database it names."""
    place, own = urlsplit(server), free_port()
    folder.joinpath("users.txt").write_text(f'"{place.username}" "{place.password}"\n')
    text = CONFIGURATION.format(
        host=place.hostname, port=place.port, own=own, folder=folder, mode=mode, round_robin=round_robin
    ).replace("auth_type = any", "auth_type = plain")
    folder.joinpath("pgbouncer.ini").write_text(text)
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o644)
    as_user = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
    running = subprocess.Popen(
        [str(PROGRAM), "-q", str(folder / "pgbouncer.ini")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        **as_user,  # type: ignore[call-overload]
    )
    try:
        yield place._replace(netloc=f"{place.username}:{place.password}@127.0.0.1:{own}").geturl()
    finally:
        running.terminate()
        running.wait(10)


@asynccontextmanager
async def pooled(dsn: str, mode: str, **more: int) -> AsyncIterator[str]:
    """The address of a database through a pooler that answers."""
    import tempfile

    with (
        tempfile.TemporaryDirectory(prefix="cairn-test-") as made,
        pgbouncer(dsn, Path(made), mode, **more) as way,
    ):
        async with asyncio.timeout(20):
            while True:
                try:
                    await (await asyncpg.connect(way)).close()
                    break
                except OSError:
                    await asyncio.sleep(0.05)
        yield way


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[str]:
    dsn = await databases.migrated()
    yield dsn
    await databases.drop(dsn)


async def test_a_server_of_ones_own_shares_no_sessions(database: str) -> None:
    assert not await shares_sessions(database)


@pytest.mark.parametrize("round_robin", [0, 1], ids=["the last one first", "in turns"])
async def test_a_pooler_of_transactions_is_refused_with_the_settings_that_help(
    database: str, round_robin: int, tmp_path: Path
) -> None:
    async with pooled(database, "transaction", round_robin=round_robin) as way:
        assert await shares_sessions(way)
        settings = Settings(home=tmp_path, database=database, folding_database=way)
        with pytest.raises(SettingsProblem, match=r"CAIRN_FOLDING_DATABASE .*pool_mode = session"):
            await require_sessions(settings)
        found = {str(check.name): check for check in await checks(settings)}
        assert found["Postgres"].ok is False and "pool_mode = session" in str(found["Postgres"].sentence)


async def test_a_ledger_works_behind_a_pooler_of_sessions(database: str, tmp_path: Path) -> None:
    async with pooled(database, "session") as way:
        await require_sessions(Settings(home=tmp_path, database=way))
        async with await open_pool(way, size=4) as pool, beside(Sealer(way).run(), Sealer(way).run()):
            ledger = Ledger(pool)
            await ledger.append([to("goal-1", 0, "first", 2)])
            assert await ledger.wait_sealed("goal-1", 2, 10) == 2
            leaders = await pool.fetchval(
                "select count(*) from pg_locks where locktype = 'advisory' and classid = 7161696 and objid = 1"
                " and granted and database = (select oid from pg_database where datname = current_database())"
            )
            assert leaders == 1
            assert await pool.fetchval("show transaction_timeout") in ("5s", None)
