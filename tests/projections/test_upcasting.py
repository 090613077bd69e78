"""Events of an earlier schema reach every read model in today's: live, in a rebuild, after parking and in a story."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from cairn.domain.goal.events import GoalSubmitted
from cairn.ledger import UPCASTERS, NewEvent
from projections.engine.catch_up import catch_up
from projections.engine.parking import parked, retry, retry_known
from projections.engine.rebuild import differences, rebuild
from projections.models.goal import goal
from projections.models.history import history
from tests.projections.given import AT, GOAL, active, append, drafted, later, record, seal

OTHER = "goal-2026-qi-1"
BEFORE = "drafted before titles were called titles"


def _title(data: dict[str, object]) -> dict[str, object]:
    return {**{name: value for name, value in data.items() if name != "name"}, "title": data["name"]}


@pytest_asyncio.fixture(loop_scope="session")
async def of_today(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A program that writes GoalDrafted in its second schema: in the first one a title was a `name`."""
    monkeypatch.setitem(UPCASTERS._steps, ("GoalDrafted", 1), _title)
    yield


async def record_draft(pool: asyncpg.Pool, stream: str, schema: int, **other: object) -> int:
    """A draft as the schema of its time has it."""
    event = drafted(stream)
    data = event.model_copy(update={"title": BEFORE}).model_dump_json()
    if schema == 1:
        data = data.replace('"title":', '"name":')
    await append(pool, stream, [NewEvent(uuid4(), "GoalDrafted", data, AT, "lin", schema_version=schema)])
    return await seal(pool)


async def title_of(pool: asyncpg.Pool, name: str = GOAL) -> str | None:
    found = await goal(pool, name)
    return found.title if found else None


@pytest.mark.usefixtures("of_today")
@pytest.mark.parametrize("schema", [1, 2])
async def test_a_read_model_holds_todays_payload_live_and_rebuilt(pool: asyncpg.Pool, schema: int) -> None:
    await record_draft(pool, GOAL, schema)
    await record(pool, GoalSubmitted(goal=GOAL, by="lin", at=later(1)))
    await catch_up(pool)
    assert await parked(pool) == []
    assert await title_of(pool) == BEFORE
    assert all(table.equal for table in await differences(pool, "goal"))
    await pool.execute("update read.goal set title = 'lost'")
    await rebuild(pool, "goal")
    assert await title_of(pool) == BEFORE


@pytest.mark.usefixtures("of_today")
async def test_old_and_new_events_of_one_window_are_folded_together(pool: asyncpg.Pool) -> None:
    await record_draft(pool, GOAL, 1)
    await record_draft(pool, OTHER, 2)
    await catch_up(pool, window=100)
    assert [await title_of(pool, each) for each in (GOAL, OTHER)] == [BEFORE, BEFORE]


@pytest.mark.usefixtures("of_today")
async def test_a_retry_after_parking_sees_todays_payload(pool: asyncpg.Pool) -> None:
    await pool.execute("alter table read.goal add constraint nobody check (owner <> 'lin')")
    await record_draft(pool, GOAL, 1)
    await catch_up(pool)
    assert [each.projection for each in await parked(pool, "goal")] == ["goal"]
    await pool.execute("alter table read.goal drop constraint nobody")
    assert await retry(pool, "goal", GOAL)
    assert await title_of(pool) == BEFORE


@pytest.mark.usefixtures("of_today")
async def test_a_story_tells_todays_payload(pool: asyncpg.Pool) -> None:
    await record_draft(pool, GOAL, 1)
    await catch_up(pool)
    [told] = await history(pool, GOAL)
    assert told.facts["title"] == BEFORE and "name" not in told.facts and told.after["title"] == BEFORE


async def test_what_waited_for_a_newer_program_goes_on_once_that_is_installed(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await record_draft(pool, GOAL, 2)
    await record(pool, *active(OTHER))
    await catch_up(pool)
    assert {each.stream for each in await parked(pool)} == {GOAL}
    await retry_known(pool, ["goal"])
    assert [each.attempts for each in await parked(pool, "goal")] == [1], "tried, and this is not the one yet"
    monkeypatch.setitem(UPCASTERS._steps, ("GoalDrafted", 1), _title)
    await retry_known(pool, ["goal"])
    assert await parked(pool, "goal") == []
    assert await title_of(pool) == BEFORE


@pytest.mark.usefixtures("of_today")
async def test_what_its_upcasters_cannot_read_parks_its_stream_alone(pool: asyncpg.Pool) -> None:
    bad = drafted().model_dump_json()  # said to be of the first schema, and has no `name`
    await append(pool, GOAL, [NewEvent(uuid4(), "GoalDrafted", bad, AT, "lin")])
    await record_draft(pool, OTHER, 1)
    await record_draft(pool, "goal-2026-wu-1", 2)
    await catch_up(pool, window=100)
    [stuck] = await parked(pool, "goal")
    assert (stuck.stream, stuck.position) == (GOAL, 1)
    assert stuck.reason == "GoalDrafted of schema version 1 cannot be read in today's (KeyError: 'name')"
    assert await title_of(pool, OTHER) == BEFORE
    await record_draft(pool, "goal-2026-xu-1", 1)
    await catch_up(pool)
    assert await title_of(pool, "goal-2026-xu-1") == BEFORE
    assert await retry(pool, "goal", GOAL) is False
    await rebuild(pool, "goal")
    assert [each.stream for each in await parked(pool, "goal")] == [GOAL]
    assert all(table.equal for table in await differences(pool, "goal"))


async def test_an_event_that_was_taken_in_before_there_were_limits_parks_its_stream_alone(
    pool: asyncpg.Pool,
) -> None:
    """parked: a subject of 6,000 characters, "index row too large", once stopped the read model for good."""
    long = "".join(uuid4().hex for _ in range(200))[:6000]
    row = f'{{"metric": "sales", "subject": "{long}", "on": "2026-01-05", "value": "1"}}'
    data = f'{{"feed": "crm", "rows": [{row}], "by": "hua", "at": "2026-01-06T00:00:00Z"}}'
    await append(pool, "feed-crm", [NewEvent(uuid4(), "ReadingsRecorded", data, AT, "hua")])
    await record(pool, *active())
    last = await seal(pool)
    assert (await catch_up(pool))["reading"] == last
    [stuck] = await parked(pool, "reading")
    assert stuck.stream == "feed-crm" and "index row" in stuck.reason
    found = await goal(pool, GOAL)
    assert found is not None and found.stage == "active"
