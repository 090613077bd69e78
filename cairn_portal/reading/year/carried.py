"""Who carries each part of the divided goals, since when, and which gap was closed."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from rich.text import Text

from cairn.application.clock import zone_of
from cairn.application.stored_events import to_event
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.events import GoalAligned, GoalDecomposed
from cairn.domain.streams import cycle_of
from cairn.i18n import message
from cairn_portal.presenting.words import NOTHING, day, grid
from cairn_portal.reading.viewing import Viewer, of_goal
from cairn_portal.reading.year.part import Part, Year, YearReader, named
from projections.models import cascade as cascades
from projections.models import goal as goals_model


class Carried(NamedTuple):
    """A part of a divided goal: who carries it and since when. `mended` says that nobody did when it was divided."""

    part: cascades.PartCoverage
    since: datetime | None
    mended: bool


async def carried(s: Year, cycle: Cycle, view: Viewer) -> Part | None:
    goals = {each.goal: each for each in await goals_model.goals(s.pool, cycle=cycle.id)}
    parts = [
        each
        for each in await cascades.coverage(s.pool, cycle.id)
        if each.goal in goals and view.may("goals", of_goal(goals[each.goal]))
    ]
    if not parts:
        return None
    divided, aligned = await _alignments(s, cycle.id)
    found = [_carried(part, divided, aligned) for part in parts]
    at, names = s.at.in_zone(zone_of(cycle)), await s.names()
    table = grid(
        at.say("strategic goal"), at.say("part"), at.say("department"), at.say("carried by"), at.say("since")
    )
    titles = {each.goal: each.title for each in goals.values() if view.may("goals", of_goal(each))}
    for each in found:
        by = at.say("separator:list").join(titles.get(goal, goal) for goal in each.part.aligned)
        table.add_row(
            each.part.title,
            each.part.part_title,
            named(each.part.department, names.get(f"department.{each.part.department}")),
            by or Text(at.say("nobody: a gap"), style="red"),
            _since(at, each),
        )
    mended = sum(each.mended for each in found)
    gaps = sum(not each.part.covered for each in found)
    if mended or gaps:
        line = at.say(
            "{mended} {mended:plural,gap,gaps} closed, {gaps} still open.", mended=mended, gaps=gaps
        )
    else:
        line = at.say("Every part was carried from the beginning.")
    rows = [{**each.part.model_dump(), "since": each.since, "mended": each.mended} for each in found]
    return Part("parts", message("From strategy to person: who carries each part"), [table, Text(line)], rows)


async def _alignments(s: Year, cycle: str) -> tuple[dict[str, datetime], dict[tuple[str, str], datetime]]:
    """When each goal was divided first; and when goals came to serve another, by child and parent, where that was said
    later than at their drafting."""
    divided: dict[str, datetime] = {}
    aligned: dict[tuple[str, str], datetime] = {}
    types, upto = [GoalDecomposed.__name__, GoalAligned.__name__], await s.ledger.sealed_position()
    async for page in s.ledger.pages_of(types, upto=upto):
        for row in page:
            if cycle_of(row.stream) != cycle:
                continue
            event = to_event(row)
            if isinstance(event, GoalDecomposed):
                divided.setdefault(row.stream, event.at)
            elif isinstance(event, GoalAligned):
                aligned.setdefault((row.stream, event.parent), event.at)
    return divided, aligned


def _carried(
    part: cascades.PartCoverage,
    divided: Mapping[str, datetime],
    aligned: Mapping[tuple[str, str], datetime],
) -> Carried:
    at = divided.get(part.goal)
    later = [aligned.get((child, part.goal)) for child in part.aligned]
    first = min((each for each in later if each is not None), default=None)
    mended = bool(later) and None not in later and first is not None and at is not None and first > at
    return Carried(part, first if mended else at, mended)


def _since(at: YearReader, each: Carried) -> Text:
    if not each.part.covered or each.since is None:
        return Text(NOTHING)
    said = day(at.local_day(each.since))
    return Text(at.say("{day}: the gap was closed", day=said), style="green") if each.mended else Text(said)
