"""A manager's people as somebody may see them: progress, what is late, feedback, coaching, what they are owed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from cairn.application import access
from cairn.domain.cycle.state import Cycle
from cairn.domain.people import Person
from cairn_portal.reading.progress import kinds_of
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import of_holder
from projections.models import person as people_model
from projections.models import progress as progress_model
from projections.models import team as team_model


class Course(BaseModel):
    """Of somebody's running goals: how many are as far as their period, behind it, and not known to be either."""

    model_config = ConfigDict(frozen=True)

    on_course: int
    behind: int
    unknown: int


class TeamRead(NamedTuple):
    """A manager's people in a cycle at its present; `courses` are those whose progress the reader may see."""

    now: datetime
    members: Sequence[team_model.Member]
    courses: Mapping[str, Course]


async def read_team(
    records: Records, reader: Person, manager: str, cycle: Cycle, *, everybody: bool = False
) -> TeamRead:
    """Who reports to a manager, or everybody below. Refuses a reader who is not to see how they are doing."""
    now, today = await records.clock.now(cycle), await records.clock.today(cycle)
    people = {each.id: each for each in await people_model.people(records.pool, with_leavers=True)}
    access.require_knows_team(access.require_present(reader.id, people, today), manager, people)
    levels = team_model.ALL_LEVELS if everybody else 1
    members = await team_model.team(records.pool, cycle.id, manager, today, now, levels=levels)
    view = await records.viewer(reader.id, cycle)
    readable = [each.id for each in members if view.may("scores", of_holder(each.id, people))]
    return TeamRead(now, members, await _courses(records, cycle, readable))


async def _courses(records: Records, cycle: Cycle, people: Sequence[str]) -> dict[str, Course]:
    """How far each person's running goals are on the cycle's day."""
    lines = await progress_model.progress_of_people(
        records.pool,
        people,
        await records.clock.today(cycle),
        cycle=cycle.id,
        kinds=await kinds_of(records, cycle),
        every_period=False,
    )
    found: dict[str, list[bool | None]] = {}
    for line in lines:
        if line.current is not None:
            found.setdefault(line.owner, []).append(progress_model.on_course(line))
    return {
        who: Course(on_course=said.count(True), behind=said.count(False), unknown=said.count(None))
        for who, said in found.items()
    }
