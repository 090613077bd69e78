"""Fills a log with a company's year, a million events in seconds: made by SQL, so leaves and roots are not real."""

from pathlib import Path

from bench.company import cycle_event, new, sheet_and_goals
from bench.stand import Pool
from cairn.domain.event import Event
from cairn.ledger import Ledger, Sealer, StreamAppend
from cairn.ledger.statements import read_statements

SQL = read_statements(Path(__file__).with_suffix(".sql"))
HOLDER = "HOLDER"
LONG = 1800.0  # seconds


async def seed(pool: Pool, events: int) -> int:
    """At least `events` sealed events in an empty log: a cycle, and sheets with their goals. Returns how many.

    Nothing that is timed looks at leaves and roots. The order is month by month over all people, so that one goal's
    events lie far apart, as they do after a real year.
    """
    launched = cycle_event()
    await Ledger(pool).append([StreamAppend(launched.stream, 0, [new(launched)])])
    while await Sealer(pool).seal_once() == 0:
        pass
    year = sheet_and_goals(HOLDER)
    holders = -(-events // len(year))
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local maintenance_work_mem = '512MB'; set local statement_timeout = 0")
        await connection.execute(SQL["without_keys"])
        versions: dict[str, int] = {}
        for event in year:
            versions[event.stream] = versions.get(event.stream, 0) + 1
            await connection.execute(SQL["fill"], *_row(event, versions[event.stream]), holders, timeout=LONG)
        await connection.execute(SQL["with_keys"], timeout=LONG)
        await connection.execute(SQL["segments"], timeout=LONG)
    await pool.execute("vacuum (analyze) ledger.event", timeout=LONG)
    await pool.execute("checkpoint", timeout=LONG)
    total: int = await Ledger(pool).sealed_position()
    return total


def _row(event: Event, version: int) -> tuple[object, ...]:
    row = new(event)
    return event.stream, version, row.type, row.occurred_at, row.actor, row.data
