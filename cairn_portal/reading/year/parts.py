"""The parts of a cycle's year, in their order."""

from collections.abc import AsyncIterator

from cairn.domain.cycle.state import Cycle
from cairn_portal.reading.viewing import Viewer
from cairn_portal.reading.year.carried import carried
from cairn_portal.reading.year.coached import coached
from cairn_portal.reading.year.decided import decided
from cairn_portal.reading.year.obstacles import obstacles
from cairn_portal.reading.year.owed import broken_promises
from cairn_portal.reading.year.part import Part, Year
from cairn_portal.reading.year.reviewed import reviewed
from cairn_portal.reading.year.told import feedback_told

PARTS = (carried, reviewed, obstacles, coached, feedback_told, broken_promises, decided)


async def parts_of(year: Year, cycle: Cycle, view: Viewer) -> AsyncIterator[Part]:
    """Each part in which there is something to tell to whoever reads."""
    for part in PARTS:
        found = await part(year, cycle, view)
        if found is not None:
            yield found
