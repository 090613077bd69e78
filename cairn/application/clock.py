"""What time it is for a cycle: the clock on the wall, or the instant that its rehearsal has reached."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cairn.application.stored_events import to_events
from cairn.domain.cycle.events import RehearsalAdvanced
from cairn.domain.cycle.stages import cycle_stage_row
from cairn.domain.cycle.state import Cycle
from cairn.domain.schedule import local_day
from cairn.ledger import Ledger


def zone_of(cycle: Cycle) -> str | None:
    """The time zone (IANA) a cycle's dates are in: its policy's; None before its launch."""
    return cycle.schedule.calendar.timezone if cycle.schedule else None


def is_past(cycle: Cycle, now: datetime) -> bool:
    """Whether a cycle's last day is over, or HR has ended it before."""
    if cycle.schedule is None:
        return False
    return cycle_stage_row(cycle.stage).over or local_day(now, cycle.schedule.calendar) > cycle.schedule.ends


class CycleClock:
    """The present of any cycle in one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    async def now(self, cycle: Cycle) -> datetime:
        """The present moment, in UTC unless a rehearsal says it in its own zone."""
        marks = to_events(await self.ledger.read_stream(f"rehearsal-{cycle.id}"))
        if marks and isinstance(marks[-1], RehearsalAdvanced):
            return marks[-1].instant
        return datetime.now(UTC) + timedelta(seconds=cycle.clock_offset)

    async def today(self, cycle: Cycle) -> date:
        """The present day in the cycle's own time zone, not after its last day."""
        now = await self.now(cycle)
        if cycle.schedule is None:
            return now.date()
        zone = ZoneInfo(cycle.schedule.calendar.timezone)
        return min(now.astimezone(zone).date(), cycle.schedule.ends)
