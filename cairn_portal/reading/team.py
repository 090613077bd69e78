"""A manager's people as somebody may see them: progress, what is late, feedback, coaching, what they are owed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from cairn.application import access
from cairn.domain.cycle.state import Cycle
from cairn.domain.people import Person
from cairn_portal.reading.goals import OwnGoals, goals_of_people
from cairn_portal.reading.progress import lines_of
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import of_holder
from projections.models import progress as progress_model
from projections.models import team as team_model
from projections.models.progress import ProgressLine


class Course(BaseModel):
    """Of somebody's running goals: how many are as far as their period, behind it, and not known to be either."""

    model_config = ConfigDict(frozen=True)

    on_course: int
    behind: int
    unknown: int


class TeamRead(NamedTuple):
    """A manager's people in a cycle at its present; `courses` are those whose progress the reader may see, `goals`
    those of each member, where they were asked for."""

    now: datetime
    members: Sequence[team_model.Member]
    courses: Mapping[str, Course]
    goals: Mapping[str, OwnGoals]


async def read_team(
    records: Records, reader: Person, manager: str, cycle: Cycle, *, everybody: bool = False, with_goals: bool = False
) -> TeamRead:  # fmt: skip
    """Who reports to a manager, or everybody below. Refuses a reader who is not to see how they are doing."""
    now, today = await records.clock.now(cycle), await records.clock.today(cycle)
    people = await records.everybody()
    access.require_knows_team(access.require_present(reader.id, people, today), manager, people)
    levels = team_model.ALL_LEVELS if everybody else 1
    members = await team_model.team(records.pool, cycle.id, manager, today, now, levels=levels)
    view = await records.viewer(reader.id, cycle)
    readable = {each.id for each in members if view.may("scores", of_holder(each.id, people))}
    lines = await lines_of(records, cycle, [each.id for each in members], today, every_period=False)
    goals: Mapping[str, OwnGoals] = {}
    if with_goals:
        # Whoever joined between the two questions comes with the next one.
        known = [people[each.id] for each in members if each.id in people]
        goals = await goals_of_people(records, reader.id, known, cycle, lines)
    return TeamRead(now, members, _courses(lines, readable), goals)


def _courses(lines: Sequence[ProgressLine], readable: Collection[str]) -> dict[str, Course]:
    """How far each person's running goals are."""
    found: dict[str, list[bool | None]] = {}
    for line in lines:
        if line.owner in readable and line.current is not None:
            found.setdefault(line.owner, []).append(progress_model.on_course(line))
    return {
        who: Course(on_course=said.count(True), behind=said.count(False), unknown=said.count(None))
        for who, said in found.items()
    }
