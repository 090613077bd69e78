"""What befalls a ledger's database: copied, dumped and restored, upgraded, taken back in time, failed over. Nothing is
recorded away from home, nothing that was recorded changes its place, and what comes later comes after it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from cairn.ledger import (
    AwayFromHome,
    Home,
    Ledger,
    OpeningRefused,
    Sealer,
    StoredEvent,
    home,
    migrate,
    open_epoch,
    open_pool,
    strays,
    unsealed,
)
from tests.faults.clusters import NEW, OLD, Cluster, folder_of_clusters
from tests.ledger.given import seal_all, to

Pool = Any


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_of_clusters() as made:
        yield made


@pytest.fixture
def cluster(folder: Path) -> Cluster:
    """A running cluster of today's Postgres."""
    return Cluster(folder / "first").made().starts()


@asynccontextmanager
async def ledger_in(dsn: str) -> AsyncIterator[Pool]:
    """A pool on a migrated database."""
    await migrate(dsn)
    async with await open_pool(dsn, size=4) as pool:
        yield pool


async def records(pool: Pool, appends: int, first: int = 0, stream: str = "goal-1") -> None:
    """One event after the other in one stream, and a new stream for each beside it."""
    for version in range(first, first + appends):
        await Ledger(pool).append([to(stream, version, f"c{version}"), to(f"{stream}-x{version}", 0, "c", 2)])


async def draw_ids(pool: Pool) -> None:
    """Transaction ids go ahead of a fresh cluster's."""
    for _ in range(600):
        await pool.fetchval("select pg_current_xact_id()")


async def sealed(pool: Pool) -> list[StoredEvent]:
    return await Ledger(pool).read_sealed(after=0, limit=100_000)


async def takes_nothing_in(pool: Pool) -> None:
    """Neither one event nor several are recorded, known ones included, and nothing is sealed."""
    before = await pool.fetchval("select count(*) from ledger.event"), await sealed(pool)
    for append in ([to("goal-new", 0, "c")], [to("goal-new", 0, "c", 2)], [to("goal-1", 0, "c0")]):
        with pytest.raises(AwayFromHome, match="cairn ledger open-epoch"):
            await Ledger(pool).append(append)
    with pytest.raises(AwayFromHome):
        await Sealer(pool).seal_once()
    assert (await pool.fetchval("select count(*) from ledger.event"), await sealed(pool)) == before


async def goes_on(pool: Pool, before: list[StoredEvent]) -> None:
    """What was recorded before has the positions it had or the next ones; what is recorded now comes after it."""
    first = len(await Ledger(pool).read_stream("goal-1"))
    await records(pool, 3, first)
    await seal_all(pool)
    after = await sealed(pool)
    assert after[: len(before)] == before
    assert [event.position for event in after] == list(range(1, len(after) + 1))
    assert [(event.stream, event.version) for event in after[-9::3]] == [
        ("goal-1", first + more) for more in (1, 2, 3)
    ]
    for stream in {event.stream for event in after}:
        versions = [event.version for event in after if event.stream == stream]
        assert versions == list(range(1, len(versions) + 1))


async def place_of(pool: Pool) -> str:
    return (await home(pool)).place


async def dumped(here: Cluster, there: Cluster) -> None:
    """A dump of one cluster in another, with the roles it needs."""
    roles = here.runs("pg_dumpall", "-d", here.dsn, "--roles-only")
    roles = "\n".join(line for line in roles.splitlines() if "ROLE postgres" not in line)
    for text in (roles, here.runs("pg_dump", "-d", here.dsn)):
        restored = await asyncio.create_subprocess_exec(
            NEW / "psql", "-qX", "-v", "ON_ERROR_STOP=1", there.dsn,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        words, _ = await restored.communicate(text.encode())
        assert restored.returncode == 0, words.decode()


async def test_a_dump_restored_into_another_cluster_takes_nothing_in_until_an_epoch_is_opened(
    cluster: Cluster, folder: Path
) -> None:
    # sliceworkz/eventstore#143, #165: transaction ids start anew there, so old events vanish and new ones come first.
    async with ledger_in(cluster.dsn) as pool:
        await draw_ids(pool)
        await records(pool, 6)
        await seal_all(pool)
        await records(pool, 2, 6)  # recorded and not sealed: the dump has them
        before = await sealed(pool)
    there = Cluster(folder / "second").made().starts()
    await dumped(cluster, there)
    async with await open_pool(there.dsn, size=4) as pool:
        assert (await place_of(pool), await unsealed(pool), await strays(pool)) == ("restored", 6, 0)
        assert await sealed(pool) == before
        await takes_nothing_in(pool)
        assert await open_epoch(pool, by="HR1", reason="the disk was lost") == 2
        assert await place_of(pool) == "home"
        await goes_on(pool, before)
        opened = await home(pool)
        assert (opened.epoch, opened.opened_by, opened.reason) == (2, "HR1", "the disk was lost")
        with pytest.raises(OpeningRefused) as refused:
            await open_epoch(pool, by="HR1", reason="once more")
        assert refused.value.why == "home"
    there.stops()


async def test_events_taken_in_by_an_earlier_program_away_from_home_get_a_place_in_the_next_epoch(
    cluster: Cluster, folder: Path
) -> None:
    async with ledger_in(cluster.dsn) as pool:
        await records(pool, 3)
        await draw_ids(pool)
        await records(pool, 3, 3)
        await seal_all(pool)
        await records(pool, 1, 6)
        before = await sealed(pool)
    there = Cluster(folder / "second").made().starts()
    await dumped(cluster, there)
    async with await open_pool(there.dsn, size=1) as pool:
        await pool.execute("set cairn.home = 'yes'")  # as if nobody had asked
        await records(pool, 4, 7)
        assert await strays(pool) == 12
        assert await sealed(pool) != before, "what was frozen is read at other positions"
    async with await open_pool(there.dsn, size=4) as pool:
        await takes_nothing_in(pool)
        await open_epoch(pool, by="HR1", reason="restored last week")
        assert await strays(pool) == 0
        assert await sealed(pool) == before
        await seal_all(pool)
        assert [e.version for e in await sealed(pool) if e.stream == "goal-1"] == list(range(1, 12))
        await goes_on(pool, await sealed(pool))
    there.stops()


async def test_a_copy_in_the_same_cluster_takes_nothing_in_and_leaves_the_original_alone(
    cluster: Cluster,
) -> None:
    async with ledger_in(cluster.dsn) as pool:
        await records(pool, 4)
        await seal_all(pool)
        before = await sealed(pool)
    server = await asyncpg.connect(f"{cluster.server}/template1")
    await server.execute("create database copy template postgres")
    await server.close()
    async with await open_pool(f"{cluster.server}/copy", size=4) as pool:
        assert await place_of(pool) == "copied"
        await takes_nothing_in(pool)
        await open_epoch(pool, by="HR1", reason="to try things out")
        await goes_on(pool, before)
    async with await open_pool(cluster.dsn, size=4) as pool:
        assert await place_of(pool) == "home"
        await goes_on(pool, before)


async def test_a_cluster_upgraded_by_pg_upgrade_goes_on_after_an_epoch_was_opened(folder: Path) -> None:
    old = Cluster(folder / "old", OLD).made().starts()
    async with ledger_in(old.dsn) as pool:
        await records(pool, 6)
        await seal_all(pool)
        await records(pool, 2, 6)
        before, was = await sealed(pool), await home(pool)
    old.stops()
    new = Cluster(folder / "new").made("--no-data-checksums")
    new.runs(
        "pg_upgrade", "-U", "postgres", "-b", OLD, "-B", NEW, "-d", old.data, "-D", new.data, "--no-sync",
        "-p", str(old.port), "-P", str(new.port), "-s", folder,
    )  # fmt: skip
    new.starts()
    async with await open_pool(new.dsn, size=4) as pool:
        now = await home(pool)
        assert (now.place, now.highest_xid) == ("upgraded", was.highest_xid)
        assert now.next_xid is not None and now.next_xid > now.highest_xid
        await takes_nothing_in(pool)
        await open_epoch(pool, by="HR1", reason="Postgres 18")
        await goes_on(pool, before)
    new.stops()


async def test_a_point_in_time_recovered_goes_on_by_itself_and_is_shown_until_it_is_settled(
    cluster: Cluster, folder: Path
) -> None:
    archive = folder / "archive"
    archive.mkdir()
    archive.chmod(0o777)
    cluster.stops()
    cluster.says("archive_mode = on", f"archive_command = 'cp %p {archive}/%f'")
    cluster.starts()
    async with ledger_in(cluster.dsn) as pool:
        await records(pool, 3)
        await seal_all(pool)
        copy = cluster.copy("recovered")
        await records(pool, 3, 3)
        await seal_all(pool)
        before = await sealed(pool)
        await pool.fetchval("select pg_create_restore_point('before the mistake')")
        await records(pool, 2, 6)  # what nobody wants to keep
        await archived(pool)
    cluster.stops()
    copy.says(
        f"restore_command = 'cp {archive}/%f %p'", "recovery_target_name = 'before the mistake'",
        "recovery_target_action = promote", "archive_mode = off",
    )  # fmt: skip
    (copy.data / "recovery.signal").touch()
    copy.starts()
    async with await open_pool(copy.dsn, size=4) as pool:
        await takes_writes(pool)
        now = await home(pool)
        assert (now.place, now.takes_appends, now.kept_timeline, now.timeline) == ("forked", True, 1, 2)
        assert await sealed(pool) == before
        await records(pool, 1, 6)
        await open_epoch(pool, by="HR1", reason="a mistake")
        assert await place_of(pool) == "home"
        await goes_on(pool, before)
    copy.stops()


async def archived(pool: Pool) -> None:
    """Waits until all that is written by now is in the archive."""
    last = await pool.fetchval("select pg_walfile_name(pg_switch_wal())")
    async with asyncio.timeout(20):
        while last > (await pool.fetchval("select last_archived_wal from pg_stat_archiver") or ""):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def takes_writes(pool: Pool) -> None:
    async with asyncio.timeout(20):
        while await pool.fetchval("select pg_is_in_recovery()"):  # noqa: ASYNC110 - it is a server
            await asyncio.sleep(0.02)


async def test_a_promoted_replica_goes_on_by_itself_and_is_shown_until_it_is_settled(
    cluster: Cluster,
) -> None:
    async with ledger_in(cluster.dsn) as pool:
        await records(pool, 3)
        replica = cluster.copy("replica", "--write-recovery-conf").starts()
        await records(pool, 3, 3)
        await seal_all(pool)
        before = await sealed(pool)
        reached = await pool.fetchval("select pg_current_wal_lsn()")
    async with await open_pool(replica.dsn, size=4) as pool:
        async with asyncio.timeout(20):
            while await pool.fetchval("select pg_last_wal_replay_lsn() < $1", reached):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        following = await home(pool)
        assert (following.place, following.timeline, following.next_xid) == ("home", None, None)
        with pytest.raises(OpeningRefused) as refused:
            await open_epoch(pool, by="HR1", reason="too early")
        assert refused.value.why == "standby"
        cluster.stops("immediate")
        replica.runs("pg_ctl", "promote", "-w", "-D", replica.data)
        assert await place_of(pool) == "forked"
        await goes_on(pool, before)
        await open_epoch(pool, by="HR1", reason="the first server burnt down")
        await goes_on(pool, await sealed(pool))
    replica.stops()


async def test_an_epoch_opened_while_people_work_loses_nothing(cluster: Cluster) -> None:
    """Only on a new timeline can somebody append meanwhile."""
    async with ledger_in(cluster.dsn) as pool, await open_pool(cluster.dsn, size=8) as writers:
        await records(pool, 1)
        done = asyncio.Event()

        async def works(name: str) -> int:
            count = 0
            while not done.is_set():
                await Ledger(writers).append([to(name, count, f"c{count}")])
                count += 1
            return count

        async with asyncio.TaskGroup() as tasks:
            work = [tasks.create_task(works(f"goal-w{number}")) for number in range(8)]
            sealing = tasks.create_task(Sealer(cluster.dsn, interval=0.001).run())
            for _ in range(5):
                await asyncio.sleep(0.2)
                await pool.execute("alter table ledger.epoch disable trigger kept")
                await pool.execute("update ledger.epoch set timeline = 0")
                await open_epoch(pool, by="HR1", reason="in the middle of work")
            done.set()
            await asyncio.gather(*work)
            sealing.cancel()
        await seal_all(pool)
        events = await sealed(pool)
        assert await pool.fetchval("select count(distinct epoch) from ledger.event") == 6
        assert len(events) == 3 + sum(each.result() for each in work)
        for number, each in enumerate(work):
            told = [event.version for event in events if event.stream == f"goal-w{number}"]
            assert told == list(range(1, each.result() + 1))


def test_a_place_is_told_by_cluster_database_and_timeline() -> None:
    def place(**now: object) -> str:
        usual: dict[str, object] = {
            "epoch": 1, "opened_at": None, "opened_by": None, "reason": None, "kept_cluster": 7, "cluster": 7,
            "kept_database": 5, "database": 5, "kept_timeline": 1, "timeline": 1, "highest_xid": 900, "next_xid": 901,
        }  # fmt: skip
        return Home(**(usual | now)).place  # type: ignore[arg-type]

    assert place() == "home"
    assert place(timeline=3) == "forked"
    assert place(database=6) == "copied"
    assert place(cluster=8) == "upgraded"
    assert place(cluster=8, next_xid=900) == "restored"
    assert place(cluster=8, timeline=None, next_xid=None) == "restored"
    assert place(kept_database=None) == "copied"
