"""Pages join consecutive segments: what is read costs what there is to read, whatever it was sealed in."""

import asyncio
import random
from typing import Any

import pytest

from cairn.ledger import Ledger, Sealer
from cairn.ledger.migrate import LEDGER
from tests.ledger.given import seal_all, to

Pool = Any
PAGES = "select base_position, n from ledger.page order by base_position"
BY_SEGMENTS = """
select s.base_position + row_number() over (partition by s.no order by e.xid, e.id) as position, e.event_id
from ledger.segment s
join ledger.event e on e.epoch = s.epoch
    and (e.xid, e.id) >= (s.first_xid, s.first_id) and (e.xid, e.id) <= (s.last_xid, s.last_id)
order by 1
"""


async def in_small_segments(pool: Pool, events: int, largest: int = 1) -> None:
    """A segment for each append: as under light load."""
    ledger, dice = Ledger(pool), random.Random(9)
    done = 0
    while done < events:
        n = min(dice.randint(1, largest), events - done)
        await ledger.append([to(f"goal-{done}", 0, "submit", n)])
        done += n
        await seal_all(pool)


async def test_segments_of_one_event_are_read_as_one_page(pool: Pool) -> None:
    """segments: a segment each made counting the sealed log 24 times slower."""
    await in_small_segments(pool, 60)
    assert await pool.fetchval("select count(*) from ledger.segment") == 60
    assert [tuple(row) for row in await pool.fetch(PAGES)] == [(0, 60)]
    plan = await pool.fetch("explain (analyze, timing off) select count(*) from ledger.sealed(0)")
    read = [row[0] for row in plan if "on event e" in row[0] and "never executed" not in row[0]]
    assert len(read) == 1 and "loops=1)" in read[0]


@pytest.mark.parametrize("largest", [1, 5])
async def test_every_stretch_of_positions_holds_the_events_that_the_segments_give_it(
    pool: Pool, largest: int
) -> None:
    await in_small_segments(pool, 24, largest)
    kept = [tuple(row) for row in await pool.fetch(BY_SEGMENTS)]
    assert [position for position, _ in kept] == list(range(1, 25))
    for after in range(25):
        for upto in [*range(after, 26), None]:
            rows = await pool.fetch(
                "select position, event_id from ledger.sealed($1, $2) order by segment, position", after, upto
            )
            assert [tuple(row) for row in rows] == kept[after:upto], (after, upto)


async def test_a_page_is_never_larger_than_a_segment_may_be(pool: Pool) -> None:
    await Ledger(pool).append([to(f"goal-{n}", 0, "submit", 10) for n in range(300)])
    await seal_all(pool)
    await Ledger(pool).append([to(f"sheet-{n}", 0, "open", 10) for n in range(300)])
    await seal_all(pool)
    assert [tuple(row) for row in await pool.fetch(PAGES)] == [(0, 3000), (3000, 3000)]
    assert await pool.fetchval("select count(*) from ledger.sealed(2990, 3010)") == 20


async def test_a_log_from_before_there_were_pages_is_read_as_it_was(pool: Pool) -> None:
    await in_small_segments(pool, 40, 3)
    await pool.execute("create table kept as select * from ledger.page; truncate ledger.page")
    text = (LEDGER / "0010_pages.sql").read_text("utf-8")
    backfill = text[text.index("do $$") : text.index("end $$;", text.index("do $$")) + len("end $$;")]
    await pool.execute(backfill)
    assert await pool.fetchval("select count(*) from (table kept except table ledger.page) d") == 0
    assert await pool.fetchval("select count(*) from ledger.page") == 1


async def test_two_sealers_that_meet_leave_the_pages_right(pool: Pool) -> None:
    for n in range(30):
        await Ledger(pool).append([to(f"goal-{n}", 0, "submit")])
        await asyncio.gather(*(Sealer(pool).seal_once() for _ in range(3)))
    await seal_all(pool)
    assert [tuple(row) for row in await pool.fetch(PAGES)] == [(0, 30)]
