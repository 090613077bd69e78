"""A stream can be seen as it stood: at a position, as recorded by a time, as had happened by a time."""

from datetime import timedelta
from typing import Any

from cairn.ledger import Ledger, StreamAppend
from tests.ledger.given import NEW_YEAR, event, seal_all, to

Pool = Any
DAY = timedelta(days=1)


async def test_as_of_a_position_is_the_part_of_the_stream_up_to_it(pool: Pool) -> None:
    ledger = Ledger(pool)
    for round_ in range(6):
        await ledger.append(
            [to("goal-1", 2 * round_, f"c{round_}", 2), to("goal-2", 3 * round_, f"c{round_}", 3)]
        )
        if round_ % 2:
            await seal_all(pool)
    await ledger.append([to("goal-1", 12, "unsealed")])

    sealed = await ledger.read_sealed(after=0)
    for position in range(len(sealed) + 3):
        for stream in ("goal-1", "goal-2"):
            known = [e.id for e in sealed if e.stream == stream and (e.position or 0) <= position]
            assert [e.id for e in await ledger.as_of(stream, position=position)] == known
    assert len(await ledger.as_of("goal-1")) == 13
    assert await ledger.as_of("goal-none", position=3) == []


async def test_as_of_a_position_before_anything_is_sealed_is_empty(pool: Pool) -> None:
    await Ledger(pool).append([to("goal-1", 0, "submit")])
    assert await Ledger(pool).as_of("goal-1", position=5) == []


async def test_the_two_clocks_differ_where_something_was_recorded_late(pool: Pool) -> None:
    ledger = Ledger(pool)
    for version, day in enumerate([0, 10, 4]):  # the third happened on day 4 and was recorded last
        happened = event("goal-1", f"c{version}", occurred_at=NEW_YEAR + day * DAY)
        await ledger.append([StreamAppend("goal-1", version, [happened])])
    first, second, late = await ledger.read_stream("goal-1")

    assert await ledger.as_of("goal-1", occurred=NEW_YEAR + 5 * DAY) == [first, late]
    assert await ledger.as_of("goal-1", recorded=second.recorded_at) == [first, second]
    assert await ledger.as_of("goal-1", recorded=second.recorded_at, occurred=NEW_YEAR + 5 * DAY) == [first]
    assert await ledger.as_of("goal-1", recorded=first.recorded_at - DAY) == []
    assert await ledger.as_of("goal-1", recorded=late.recorded_at, occurred=NEW_YEAR + 20 * DAY) == [
        first,
        second,
        late,
    ]


async def test_a_window_of_a_stream_and_events_by_id_can_be_read(pool: Pool) -> None:
    ledger = Ledger(pool)
    await ledger.append([to("goal-1", 0, "submit", 5)])
    events = await ledger.read_stream("goal-1")
    assert await ledger.read_stream("goal-1", after=1, upto=3) == events[1:3]
    assert await ledger.read_stream("goal-1", after=5) == []
    assert await ledger.find([events[4].id, events[2].id]) == [events[2], events[4]]
    assert await ledger.find([]) == []
