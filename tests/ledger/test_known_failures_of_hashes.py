"""Where chains of hashes forked, left something out or cried wolf: none of it may happen here.

The comments name the source as project#number; docs/known-failures.md has the whole list.
"""

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

from cairn.ledger import Ledger, Sealer, StoredEvent, StreamAppend
from cairn.ledger.merkle import GENESIS, leaf
from tests.ledger.disturbing import beside
from tests.ledger.given import event, seal_all, to

Pool = Any
TEXTS = [
    '{"title": "营收增长 20 %", "note": "naïve café – „quoted“ 😀"}',
    '{"title": "\\u8425\\u6536", "tab": "\\t", "nothing": "\\u0000"}',
    '{"n": 1.10, "n": 1e3, "big": 123456789012345678901234567890, "small": 0.1000}',
    '{ "spaces"  :   true\n,\t"lines":\r\n null }',
    '"\u2028 and \ufeff and e\u0301 are not é"',
]


async def test_a_hash_does_not_depend_on_how_the_text_would_be_written_again(pool: Pool) -> None:
    # EventSourcingDB's client: verify_hash writes the data again as ASCII JSON, so other alphabets look tampered with.
    given = [event("goal-1", f"c{n}", data=text, actor="林") for n, text in enumerate(TEXTS)]
    await Ledger(pool).append([StreamAppend("goal-1", 0, given)])
    stored = await Ledger(pool).read_stream("goal-1")
    kept = await pool.fetch("select leaf from ledger.event order by version")
    assert [each.data for each in stored] == TEXTS
    assert [leaf(each) for each in stored] == [row["leaf"] for row in kept]


async def test_no_field_that_says_something_is_left_out_of_the_hash(pool: Pool) -> None:
    # AgentHub#1541: the hash covered the envelope and not the payload, so the payload could be changed at will.
    full = event("goal-1", "c", correlation="req", causation="run", subject="lin", cycle="2025")
    await Ledger(pool).append([StreamAppend("goal-1", 0, [full])])
    [stored] = await Ledger(pool).read_stream("goal-1")
    for field in set(StoredEvent._fields) - {
        "position"
    }:  # where it stands is what the chain of segments says
        other: StoredEvent = stored._replace(**{field: changed(getattr(stored, field))})
        assert leaf(other) != leaf(stored), field


def changed(value: Any) -> Any:
    """Something else of the same kind."""
    if isinstance(value, str):
        return value + " "
    if isinstance(value, int):
        return value + 1
    return value + timedelta(microseconds=1) if hasattr(value, "tzinfo") else uuid4()


async def test_the_chain_does_not_fork_when_many_append_and_many_seal(pool: Pool, database: str) -> None:
    # LanternOps/breeze#1002, msaad00/agent-bom#4185, Atlas-Workforce-System#182: each row names the hash before it, two
    # rows name the same one, and the verifier cries wolf.
    ledger = Ledger(pool)
    async with beside(*(Sealer(database, interval=0).run() for _ in range(3))):
        for version in range(5):
            await asyncio.gather(
                *(ledger.append([to(f"goal-{n}", version, f"c{version}")]) for n in range(20))
            )
            await Sealer(pool).seal_once()
    assert await seal_all(pool) == 100
    chain = await pool.fetch("select no, prev_root, root from ledger.segment order by no")
    assert chain[0]["prev_root"] == GENESIS
    assert all(later["prev_root"] == earlier["root"] for earlier, later in pairwise(chain))
    assert [row["no"] for row in chain] == list(range(1, len(chain) + 1))
