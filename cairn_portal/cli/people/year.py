"""Who joined, moved, was away or left in a cycle, with the sheets and results that came of it."""

from collections.abc import Iterator

from rich.console import RenderableType

from cairn.domain.cycle.state import Cycle
from cairn.domain.launch.spells import Spell, spells_of
from cairn.domain.person_history import PersonHistory
from cairn.domain.schedule import Schedule
from cairn.domain.sheet.state import Sheet
from cairn_portal.cli.session import Session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.story import days
from cairn_portal.presenting.words import NOTHING, grid, number


async def moved_people(s: Session, cycle: Cycle) -> RenderableType | None:
    """A line for everybody whose year was not the whole one in one place; None where nobody's was."""
    if cycle.schedule is None:
        return None
    roster, dates = await s.application.people.dated(), cycle.schedule
    lines = {
        id: told for id, history in roster.histories.items() if (told := list(_lines(s.at, history, dates)))
    }
    if not lines:
        return None
    sheets = await s.cycles.sheets_of(cycle.id, lines)
    table = grid(s.at.say("person"), s.at.say("what happened"), s.at.say("goal sheets"), s.at.say("result"))
    for id, told in sorted(lines.items()):
        name = f"{id} {roster.histories[id].on(dates.ends).name}"
        of = sheets.get(id, [])
        table.add_row(name, "\n".join(told), "\n".join(each.id for each in of), "\n".join(map(_result, of)))
    return table


def _lines(at: Terminal, history: PersonHistory, dates: Schedule) -> Iterator[str]:
    spells = spells_of(history, dates.starts, dates.ends)
    for place, spell in enumerate(spells):
        if place == 0 and spell.since > dates.starts:
            yield at.say("joined on {since:day}", since=spell.since)
        elif place:
            yield _change(at, spells[place - 1], spell)
        for leave in spell.absences:
            yield at.say("long leave {days}", days=days(at, leave.first, leave.last))
        if spell.cause == "left" and spell.last:
            yield at.say("left, last day {last:day}", last=spell.last)


def _change(at: Terminal, before: Spell, after: Spell) -> str:
    return at.say(
        "from {before} to {after} on {since:day}", before=before.family, after=after.family, since=after.since
    )


def _result(sheet: Sheet) -> str:
    issued = sheet.result
    if issued is None or issued.rounded is None:
        return NOTHING
    return f"{number(issued.rounded)} {issued.grade or ''}".strip()
