"""The cycle that is shown to whoever names none, decided here alone."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from cairn.domain.cycle.current import CycleDays, current
from cairn.domain.cycle.state import Cycle
from cairn_portal.reading.records import Records
from projections.models import dashboard as dashboards
from projections.models import goal as goals_model


async def current_cycles(records: Records, person: str | None = None) -> Sequence[str]:
    """The cycles that run now, of those in which a person has a sheet where one is given and has any; several only
    where they overlap, none where there is no cycle."""
    known = await cycles_of(records, person)
    if len(known) < 2:
        return [each.cycle for each in known]
    return current([await _days(records, each) for each in known])


async def cycle_or_current(records: Records, name: str | None, person: str | None = None) -> Cycle | None:
    """The cycle named, else the one that runs now (see `current_cycles`), the latest where several do; None without
    any. Refuses a name that is not there."""
    if name is not None:
        return await records.cycle(name)
    found = await current_cycles(records, person)
    return await records.cycle(found[-1]) if found else None


async def cycles_of(records: Records, person: str | None = None) -> list[dashboards.CycleRow]:
    """The cycles somebody has a sheet in, by their first days; all of them where they have none or nobody is given."""
    known = await dashboards.cycles(records.pool)
    if person is None:
        return known
    own = {sheet.cycle for sheet in await goals_model.sheets(records.pool, holders=[person])}
    return [each for each in known if each.cycle in own] or known


async def _days(records: Records, row: dashboards.CycleRow) -> CycleDays:
    now = await records.clock.now(Cycle(id=row.cycle, clock_offset=row.clock_offset))
    today = now.astimezone(ZoneInfo(row.schedule.calendar.timezone)).date()
    return CycleDays(row.cycle, row.starts, row.ends, today, row.over)
