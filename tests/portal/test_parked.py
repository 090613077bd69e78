"""What cannot be read is named at the command line, with the ways out, and everything else goes on."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest_asyncio
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities import starting
from cairn.application.stored_events import to_events
from cairn.domain.skipping import EventSkipped
from cairn.ledger import Ledger, NewEvent, StreamAppend, open_pool, parked_streams
from cairn.settings import Settings
from tests.databases import Databases
from tests.portal.conftest import Cairn, company_of_its_own, environment
from tests.portal.test_restatements import until

NEWER, GOOD = "goal-2085-E1-1", "goal-2085-E2-1"
BAD_DRAFT = "goal-2085-nobody-1"
AT = datetime(2026, 1, 5, tzinfo=UTC)
ENGLISH = {"CAIRN_LANGUAGE": "en", "COLUMNS": "600"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own(
    settings: Settings, databases: Databases, temporal_server: str, files: Path
) -> AsyncIterator[Settings]:
    """A company of this file's own, with a launched cycle that has not begun."""
    async with company_of_its_own("cli-parked", settings, databases, temporal_server, files) as made:
        done = await Cairn(environment(made))("cycle", "launch", "2085", "--by", "H1", "--yes")
        assert done.code == 0, done.err
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def cairn(own: Settings) -> Cairn:
    return Cairn(environment(own))


@pytest_asyncio.fixture(loop_scope="session")
async def pool(own: Settings) -> AsyncIterator[asyncpg.Pool]:
    async with await open_pool(own.database or "", size=2) as made:
        yield made


async def record(pool: asyncpg.Pool, stream: str, type_: str, schema: int = 1, data: str = "{}") -> None:
    """An event at the end of a stream as another program may write it."""
    ledger = Ledger(pool)
    event = NewEvent(uuid4(), type_, data, AT, "somebody", schema_version=schema)
    await ledger.append([StreamAppend(stream, await ledger.version_of(stream), [event])])


async def test_status_names_the_goal_once_and_commands_on_it_are_refused_in_words(
    cairn: Cairn, pool: asyncpg.Pool
) -> None:
    """status: poison; poison: "that goal is isolated and named, all others go on"."""
    await record(pool, NEWER, "GoalTeleported", 7)

    async def notes() -> list[str]:
        told = await cairn("status", "--json", **ENGLISH)
        found = [note for note in told.json["notes"] if NEWER in note]
        assert told.code == 1 or not found
        return found if any("goal, inbox, notice, overdue, progress" in note for note in found) else []

    [note] = await until(notes)
    assert "a newer Cairn wrote its event GoalTeleported; install that version or a later one" in note
    told = await cairn("status", **ENGLISH)
    assert "cairn projections skip" in told.out and "All is well" not in told.out
    in_chinese = (await cairn("status", "--json")).json["notes"]
    assert any("由更新版本的 Cairn 写入" in said for said in in_chinese)
    refused = await cairn("goal", "submit", NEWER, "--by", "E1", **ENGLISH)
    assert refused.code == 1 and "was written by a newer Cairn" in refused.out + refused.err
    assert (await cairn("goal", "submit", GOOD, "--by", "E2")).code == 0
    replayed = await cairn("replay", NEWER, **ENGLISH)
    assert replayed.code == 1 and "was written by a newer Cairn" in replayed.err
    verified = await cairn("verify-scores", "2085", **ENGLISH)
    assert verified.code == 1 and NEWER in verified.out and GOOD not in verified.out


async def test_parked_lists_read_models_and_one_of_them_by_name(cairn: Cairn, pool: asyncpg.Pool) -> None:
    listed = await cairn("projections", "parked", "--json")
    assert listed.code == 1
    assert {"goal", "inbox", "progress"} <= {row["name"] for row in listed.json}
    assert {row["stream"] for row in listed.json} == {NEWER}
    of_goal = await cairn("projections", "parked", "goal", "--json")
    assert [(row["name"], row["type"]) for row in of_goal.json] == [("goal", "GoalTeleported")]
    unknown = await cairn("projections", "parked", "nonsense")
    assert (unknown.code, "history" in unknown.err) == (2, True)


async def test_the_starter_parks_a_draft_nobody_can_read_begins_all_others_and_can_leave_it_out(
    cairn: Cairn, own: Settings, pool: asyncpg.Pool
) -> None:
    """parked: one unreadable GoalDrafted once failed the starter's page for ever."""
    await record(pool, BAD_DRAFT, "GoalDrafted", data='{"goal": 1}')
    drafted = to_events(await Ledger(pool).read_stream(GOOD, upto=1))[0]
    late = drafted.model_copy(update={"goal": "goal-2085-E2-77"})
    data = late.model_dump_json()
    await Ledger(pool).append(
        [StreamAppend(late.stream, 0, [NewEvent(uuid4(), "GoalDrafted", data, AT, "somebody")])]
    )

    async def parked() -> bool:
        return [each.stream for each in await parked_streams(pool, starting.NAME)] == [BAD_DRAFT]

    await until(parked)
    client = await Client.connect(own.temporal_address or "", namespace=own.namespace)

    async def begun() -> bool:
        try:
            return (await client.get_workflow_handle(late.stream).describe()).status is not None
        except RPCError as error:
            assert error.status == RPCStatusCode.NOT_FOUND
            return False

    await until(begun)
    retried = await cairn("projections", "retry", "starter", BAD_DRAFT, **ENGLISH)
    assert retried.code == 1 and f"{BAD_DRAFT} is still parked" in retried.out
    lacking = await cairn("projections", "skip", "starter", BAD_DRAFT, "--by", "H1", "--reason", " ")
    assert lacking.code == 2
    left = await cairn(
        "projections", "skip", "starter", BAD_DRAFT, "--by", "H1", "--reason", "written by hand", **ENGLISH
    )
    assert left.code == 0 and f"{BAD_DRAFT} goes on" in left.out
    assert await parked_streams(pool, starting.NAME) == []
    [kept] = to_events(await Ledger(pool).read_stream("projection-starter"))
    assert isinstance(kept, EventSkipped)
    assert (kept.by, kept.reason, kept.event_stream) == ("H1", "written by hand", BAD_DRAFT)
    again = await cairn("projections", "retry", "starter", BAD_DRAFT, **ENGLISH)
    assert again.code == 1 and f"{BAD_DRAFT} is not parked" in again.err
    assert (await cairn("recover", "--json")).code == 0
    assert await parked_streams(pool, starting.NAME) == []
