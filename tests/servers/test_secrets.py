"""Passwords and keys lie where their owner alone reads them, and on no command line."""

import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from cairn import privacy
from cairn.settings import Settings
from cairn.temporal import KEY_FILE
from cairn_portal.servers import data_folder, process, start_worker
from tests.servers.starting import started


def secrets(home: Path) -> list[str]:
    """Every password and key of an installation."""
    known = data_folder.remembered(home, "postgres")
    keys = [(home / name).read_text().split()[0] for name in (KEY_FILE, privacy.KEY_FILE)]
    return [known["password"], *known["logins"].values(), *keys]


def command_lines(pid: int) -> Iterator[str]:
    """Those of a process and of its children, as everybody on the machine can read them."""
    found = psutil.Process(pid)
    for each in (found, *found.children(recursive=True)):
        yield Path(f"/proc/{each.pid}/cmdline").read_bytes().decode(errors="replace")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(shared: Settings) -> AsyncIterator[Settings]:
    """Postgres, Temporal and a worker, with a key of the folder's own."""
    with pytest.MonkeyPatch.context() as without:
        without.delenv("CAIRN_PAYLOAD_KEY", raising=False)
        without.delenv("CAIRN_TEXT_KEY", raising=False)
        own = Settings(home=shared.home, database=None, temporal_address=None)
        start_worker(own, await started(own))
        yield own


async def test_no_command_line_holds_a_secret(running: Settings) -> None:
    kept = secrets(running.home)
    seen = [line for server in process.recorded(running.home) for line in command_lines(server.pid)]
    assert len(seen) >= 3 and len(kept) >= 7
    assert [line for line in seen for secret in kept if secret in line] == []


async def test_whatever_is_in_the_data_folder_is_for_its_owner_alone(running: Settings) -> None:
    """Root's Postgres has a user of its own, who passes through the folder and reads nothing else in it."""
    assert running.home.stat().st_mode & 0o066 == 0
    cluster = running.home / "postgres"
    files = [path for path in running.home.rglob("*") if path.is_file() and cluster not in path.parents]
    public = {".gitignore", "lock"}
    open_to_others = [str(path) for path in files if path.stat().st_mode & 0o077 and path.name not in public]
    assert open_to_others == []
    assert stat.S_IMODE(cluster.stat().st_mode) == 0o700


async def test_no_log_and_no_record_repeats_a_secret(running: Settings) -> None:
    told = [*(running.home / "logs").glob("*"), *(running.home / "run").glob("*.json")]
    for file in told:
        text = file.read_text(errors="replace")
        assert [secret for secret in secrets(running.home) if secret in text] == [], file


async def test_a_folder_that_an_older_version_made_is_closed(tmp_path: Path) -> None:
    home = tmp_path / "old"
    (home / "logs").mkdir(parents=True, mode=0o755)
    (home / "temporal").mkdir(mode=0o755)
    (home / "temporal" / "temporal.db").touch(mode=0o644)
    home.chmod(0o755)
    data_folder.make(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o711
    assert stat.S_IMODE((home / "temporal").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "temporal" / "temporal.db").stat().st_mode) == 0o600
