"""A log that was copied or restored takes nothing in, and every command says so, until an epoch is opened there."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client

import worker
from cairn.ledger import AwayFromHome, open_pool, verify
from cairn.settings import Settings
from cairn_portal.servers.migrate import migrate_all
from cairn_portal.servers.temporal_ready import make_usable
from tests.databases import Databases
from tests.portal.conftest import POLICY, Cairn, environment

AWAY = "这份日志不在原来记录它的地方"


@pytest_asyncio.fixture(loop_scope="session")
async def away(
    databases: Databases, settings: Settings, temporal_server: str, files: Path, tmp_path: Path
) -> AsyncIterator[tuple[Cairn, Settings]]:
    """A terminal at a copy of a database with a policy and a roster; a namespace has one ledger, so it has its own."""
    namespace = f"away-from-home-{uuid4().hex[:8]}"
    original = await databases.empty()
    await migrate_all(original)
    await make_usable(await Client.connect(temporal_server), namespace)
    at_original = settings.model_copy(update={"database": original, "home": tmp_path, "namespace": namespace})
    terminal = Cairn(environment(at_original))
    async with worker.running(at_original.model_copy(update={"task_queue": f"{settings.task_queue}-o"})):
        for typed in (("policy", "adopt", "policy.yaml"), ("roster", "import", "roster.csv")):
            done = await terminal(typed[0], typed[1], str(files / typed[2]), "--by", "H1")
            assert done.code == 0, done.err
    copy = await databases._create(f" template {original.rsplit('/', 1)[1]}")
    at_copy = at_original.model_copy(update={"database": copy})
    yield Cairn(environment(at_copy)), at_copy
    await databases.drop(copy)
    await databases.drop(original)


async def test_every_door_says_that_nothing_is_taken_in(away: tuple[Cairn, Settings], tmp_path: Path) -> None:
    cairn, settings = away
    other = tmp_path / "other.yaml"
    other.write_text(POLICY.replace("name: tiny", "name: other"), encoding="utf-8")
    for typed in (
        ("policy", "adopt", str(other), "--by", "H1"),
        ("cycle", "launch", "2030", "--by", "H1", "--yes"),
        ("recover",),
    ):
        refused = await cairn(*typed)
        assert (refused.code, AWAY in refused.err) == (3, True), refused
    status = await cairn("status")
    assert status.code == 1 and AWAY in status.out and "一切正常" not in status.out
    doctor = await cairn("doctor")
    assert doctor.code == 1 and "cairn ledger open-epoch --dry-run" in doctor.out
    with pytest.raises(AwayFromHome):
        async with worker.running(settings):
            raise AssertionError("a worker has started")


def ours(found: dict[str, Any]) -> dict[str, Any]:
    """What a look says of the ledger, without the cluster's next transaction: others write in it too."""
    return {**found, "home": {name: each for name, each in found["home"].items() if name != "next_xid"}}


async def test_an_epoch_is_opened_by_somebody_for_a_reason_after_a_look(away: tuple[Cairn, Settings]) -> None:
    cairn, settings = away
    look = await cairn("ledger", "open-epoch", "--dry-run", "--json")
    assert (look.code, look.json["place"]) == (1, "copied")
    assert (await cairn("ledger", "open-epoch", "--reason", "x")).code == 2  # by nobody
    assert (await cairn("ledger", "open-epoch", "--by", "H1")).code == 2  # for no reason
    unknown = await cairn("ledger", "open-epoch", "--by", "nobody", "--reason", "x")
    assert unknown.code == 1 and "nobody" in unknown.err
    assert ours((await cairn("ledger", "open-epoch", "--dry-run", "--json")).json) == ours(look.json)
    opened = await cairn("ledger", "open-epoch", "--by", "H1", "--reason", "试用", "--json")
    assert (opened.code, opened.json["epoch"]) == (0, 2), opened.err
    again = await cairn("ledger", "open-epoch", "--by", "H1", "--reason", "试用", "--json")
    assert (
        again.code == 0 and again.json["home"]["opened_by"] == "H1" and again.json["home"]["reason"] == "试用"
    )
    async with worker.running(settings):
        assert (await cairn("ledger", "compare")).code == 0
    assert (await cairn("ledger", "verify")).code == 0


async def test_a_restore_whose_log_is_not_the_one_backed_up_takes_nothing_in(
    cairn: Cairn, settings: Settings, databases: Databases, tmp_path: Path
) -> None:
    folder = tmp_path / "monday"
    assert (await cairn("backup", str(folder))).code == 0
    note = folder / "backup.json"
    told = json.loads(note.read_text("utf-8"))
    note.write_text(json.dumps({**told, "root": "00" * 32}), "utf-8")
    there = await databases.empty()
    at_there = Cairn(environment(settings.model_copy(update={"database": there, "home": tmp_path / "home"})))
    done = await at_there("restore", str(folder), "--by", "H1", "--reason", "试用")
    assert done.code == 1 and "不接受任何记录" in done.err
    assert (await at_there("status")).code == 1
    async with await open_pool(there, size=1) as pool:
        assert (await verify(pool)).root == told["root"]
        assert await pool.fetchval("select max(no) from ledger.epoch") == 1
    await databases.drop(there)
