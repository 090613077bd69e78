"""The present moment of a company: by its cycle's own clock, in its own zone."""

from datetime import UTC, date, datetime

import asyncpg
import pytest

from cairn.application import Application
from cairn.domain.cycle.events import PolicyAdopted
from cairn.domain.people import PersonChanged, Roster
from cairn.privacy import require_wrapping_keys
from cairn.settings import Settings
from cairn_portal.reading.records import Records
from projections.engine.catch_up import catch_up
from tests.projections.given import joined, later, launched, record
from tests.workflows.company import POLICY


@pytest.mark.parametrize(
    ("on_the_wall", "day"),
    [("2026-11-27T20:45", date(2026, 11, 28)), ("2026-11-27T15:59", date(2026, 11, 27))],
)
async def test_what_a_roster_changes_is_effective_on_the_local_day(
    pool: asyncpg.Pool, on_the_wall: str, day: date
) -> None:
    """In Shanghai, eight hours ahead, it is tomorrow already."""
    there = datetime.fromisoformat(on_the_wall).replace(tzinfo=UTC)
    offset = (there - datetime.now(UTC)).total_seconds()
    adopted = PolicyAdopted(name="small", version="1", text=POLICY, by="hua", at=later(0))
    cycle = launched().model_copy(update={"clock_offset": offset})
    lin = joined("lin")
    await record(pool, adopted, cycle, lin, joined("hua", roles=("hr",)))
    await catch_up(pool)
    records = Records(Application(pool, require_wrapping_keys(Settings())))
    now, today = await records.present()
    assert (today, now.date()) == (day, day)
    moved = lin.details.model_copy(update={"department": "service"})
    hr = joined("hua", roles=("hr",)).details
    found = await records.application.people.differences(
        Roster(people=(moved, hr), departments=()), "hua", now
    )
    assert [event.effective for event in found.events if isinstance(event, PersonChanged)] == [day]
