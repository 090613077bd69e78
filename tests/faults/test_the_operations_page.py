"""The commands of docs/operations.md run as they stand."""

import asyncio
import os
import re
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest

from cairn.keys import new_key
from cairn.ledger import migrate
from cairn_portal.servers import postgres_user
from projections.engine.sql import MIGRATIONS
from tests.faults.clusters import NEW, OLD, Cluster, folder_of_clusters

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
LAUNCHED = """
cp "$CAIRN_SOURCE"/examples/company/{policy.yaml,roster.csv,roster.departments.csv} .
cairn up
cairn policy adopt policy.yaml --by E024
cairn roster import roster.csv --by E024
cairn cycle launch FY28 --starts 2027-04-01 --ends 2028-03-31 --yes --by E024
"""
SUBMITTED = "cairn goal submit --all --yes --by E005\n"
CANCELLED = """
goal=$(cairn goal list --owner E007 --json | python -c 'import json, sys; print(json.load(sys.stdin)[0]["goal"])')
cairn goal cancel "$goal" --reason "a mistake" --by E024
"""
"""Its workflow ends, and the backup has a goal that is open."""
WRITTEN = 'cairn people away E007 --from 2027-05-01 --reason "in confidence" --by E024\n'
WITHOUT_THE_KEY = """
export CAIRN_HOME="$PWD/tried-again"
cairn restore backups/monday --by E024 --reason "to try the backup"
cairn ledger verify
cairn doctor || true
cairn down
"""


def blocks(section: str) -> list[str]:
    """The blocks of a section of the page."""
    found = re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return BLOCK.findall(found[1])


class Said(NamedTuple):
    code: int
    text: str


class Shell(NamedTuple):
    """Bash in a folder of its own, with Cairn in its path and Postgres's programs as the system user runs them."""

    folder: Path
    env: dict[str, str]

    async def __call__(self, lines: str, **more: str) -> Said:
        """Stops at the first line that fails."""
        process = await asyncio.create_subprocess_exec(
            "bash", "-ec", lines, cwd=self.folder, env={**self.env, **more},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate()
        return Said(process.returncode or 0, said.decode())

    async def runs(self, lines: str, **more: str) -> str:
        """What lines say that must succeed."""
        said = await self(lines, **more)
        assert said.code == 0, said.text
        return said.text


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_of_clusters() as made:
        yield made


def as_the_server_runs(folder: Path) -> Path:
    """A folder of Postgres's programs that run as its system user, where we are root."""
    made = folder / "programs"
    made.mkdir()
    user = postgres_user.user()
    for name in ("pg_ctl", "pg_upgrade"):
        script = made / name
        before = f"cd '{folder}' && exec runuser -u {user} --" if user else "exec"
        script.write_text(f"#!/bin/sh\n{before} '{NEW / name}' \"$@\"\n")
        script.chmod(script.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return made


def of_operators(database: str) -> dict[str, str]:
    """Where Postgres is not Cairn's own, its operator gives the key of what people write as well."""
    return {"CAIRN_DATABASE": database, "CAIRN_TEXT_KEY": new_key()}


@asynccontextmanager
async def shell(folder: Path, database: str = "") -> AsyncIterator[Shell]:
    """A shell whose servers are stopped at the end."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}
    path = f"{ROOT / '.venv' / 'bin'}:{as_the_server_runs(folder)}:{kept['PATH']}"
    env = {
        **kept,
        "PATH": path,
        "CAIRN_SOURCE": str(ROOT),
        "CAIRN_LANGUAGE": "en",
        "CAIRN_CACHE": str(folder / "cache"),
    }
    work = folder / "work"
    work.mkdir()
    made = Shell(work, {**env, **(of_operators(database) if database else {})})
    try:
        yield made
    finally:
        await made("cairn down")
        await made(f"CAIRN_HOME='{work / 'tried'}' cairn down")


async def test_a_backup_is_made_and_restored_as_the_page_says(folder: Path) -> None:
    async with shell(folder) as sh:
        await sh.runs(LAUNCHED)
        (back_up,), (in_place, elsewhere) = blocks("Back up"), blocks("Restore")
        await sh.runs(WRITTEN)
        assert "Backed up" in await sh.runs(back_up)
        await sh.runs(SUBMITTED + CANCELLED)  # after the backup: this is lost
        said = await sh.runs(in_place)
        assert "Restored and verified" in said
        assert "6 streams lack what their workflows were told" in said
        assert "The log has 112 open goals; 112 of their workflows run" in said
        assert "All is well" in said
        assert "Restored and verified" in await sh.runs(elsewhere)
        again = await sh.runs(SUBMITTED)
        assert "5 done" in again
        assert "No workflow knows of anything that the log lacks" in await sh.runs("cairn ledger compare")
        keyed = await sh.runs("cairn doctor || true")
        assert "it opens the texts about 1 holder" in " ".join(keyed.split())
        keyless = " ".join((await sh.runs(WITHOUT_THE_KEY)).split())
        assert "What people wrote about 1 holder cannot be read here; numbers can" in keyless
        assert "text.key does not open the texts about 1 holder" in keyless


async def test_a_failover_is_settled_as_the_page_says(folder: Path) -> None:
    primary = Cluster(folder / "primary").made().starts()
    await migrate(primary.dsn, folders=[MIGRATIONS])
    standby = primary.copy("standby", "--write-recovery-conf").starts()
    async with shell(folder, primary.dsn) as sh:
        await sh.runs(LAUNCHED)
        await received(primary, standby)
        standby.stops()
        await sh.runs(SUBMITTED)  # what the standby never receives
        primary.stops("immediate")
        standby.says("primary_conninfo = ''")
        standby.starts()
        (after,) = blocks("After a failover")
        said = await sh.runs(after, STANDBY=str(standby.data), STANDBY_ADDRESS=standby.dsn)
        assert "goes on from an earlier point" in said
        assert "5 streams lack what their workflows were told" in said
        assert "All is well" in said


async def received(primary: Cluster, standby: Cluster) -> None:
    """Waits until the standby has all that the primary wrote."""
    here, there = await asyncpg.connect(primary.dsn), await asyncpg.connect(standby.dsn)
    reached = await here.fetchval("select pg_current_wal_lsn()")
    while await there.fetchval("select pg_last_wal_replay_lsn() < $1", reached):  # noqa: ASYNC110 - it is a server
        await asyncio.sleep(0.05)
    await here.close()
    await there.close()


async def test_an_upgrade_is_settled_as_the_page_says(folder: Path) -> None:
    old = Cluster(folder / "old", OLD).made().starts()
    await migrate(old.dsn, folders=[MIGRATIONS])
    new = Cluster(folder / "new", port=old.port).made("--no-data-checksums")
    async with shell(folder, old.dsn) as sh:
        await sh.runs(LAUNCHED)
        (after,) = blocks("After pg_upgrade")
        said = await sh.runs(
            after, OLD=str(old.data), NEW=str(new.data), OLD_PROGRAMS=str(OLD), PORT=str(old.port)
        )
        assert "This ledger is not where it was recorded" in said
        assert "Would open epoch 2" in said and "Epoch 2 is open" in said
        assert "All is well" in said
        await sh.runs(SUBMITTED)
