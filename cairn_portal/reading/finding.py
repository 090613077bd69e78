"""Finding people and goals by a part of their id or name, as far as somebody may read them."""

from datetime import UTC, datetime

from cairn.domain.people import Person
from cairn_portal.reading.current import cycle_or_current
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import of_goal
from projections.models import goal as goals_model

MOST = 8


async def find_people(records: Records, typed: str, most: int = MOST) -> list[Person]:
    """Whoever is here and has the text in id, name or title; those whose id or name begins with it first."""
    wanted, today = typed.casefold(), datetime.now(UTC).date()
    found = [
        each
        for each in (await records.everybody()).values()
        if each.here_on(today) and wanted in f"{each.id} {each.name} {each.title}".casefold()
    ]
    found.sort(
        key=lambda each: (not (each.id.casefold().startswith(wanted) or each.name.startswith(typed)), each.id)
    )
    return found[:most]


async def find_goals(
    records: Records, person: Person, typed: str, most: int = MOST
) -> list[goals_model.GoalRow]:
    """Goals of the cycle that runs whose id or title has the text, of those somebody may read; their own first."""
    cycle = await cycle_or_current(records, None)
    if cycle is None:
        return []
    view = await records.viewer(person.id, cycle)
    found = [
        row
        for row in await goals_model.alike(records.pool, cycle.id, typed, person.id, 20 * most)
        if view.may("goals", of_goal(row))
    ]
    return found[:most]
