"""A manager's team: everybody who reports to them, how far they are, and who waits for whom."""

from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from cairn.application.clock import zone_of
from cairn.domain.goal.stages import STAGES
from cairn.domain.people import Person
from cairn_portal.reading.current import cycle_or_current, cycles_of
from cairn_portal.reading.goals import own_goals
from cairn_portal.signing_in.portal import ByVisitor
from cairn_portal.web import showing
from cairn_portal.web.goals import Card, cards
from cairn_portal.web.rendering import page
from projections.models import person as people_model

router = APIRouter(include_in_schema=False)
SLOW = ("waiting", "late")
"""Tones of a bar that falls behind."""


class Member(NamedTuple):
    """One of a team: their goals, and how many are in each stage (words, tone, count)."""

    person: Person
    cards: list[Card]
    stages: list[tuple[str, str, int]]
    behind: int


@router.get("/team")
async def team(request: Request, visit: ByVisitor, cycle: str | None = None) -> Response:
    records = visit.portal.records
    reports = await people_model.people(records.pool, manager=visit.person.id)
    found = await cycle_or_current(records, cycle, visit.person.id)
    at = visit.reader.in_zone(zone_of(found)) if found else visit.reader
    members = []
    for person in reports:
        if found is None:
            break
        own = await own_goals(records, visit.person.id, person, found)
        shown = cards(at, own)
        counts = [
            (at.say(f"stage:{row.name}"), showing.tone(row.name), count)
            for row in STAGES
            if (count := sum(goal.stage == row.name for goal in own.goals))
        ]
        slow = sum(_is_slow(card) for card in shown)
        members.append(Member(person, shown, counts, slow))
    cycles = await cycles_of(records, visit.person.id)
    return page(request, "team.html", visit, reader=at, cycle=found, cycles=cycles, members=members)


def _is_slow(card: Card) -> bool:
    """Whether a goal falls behind its time, or takes too much of a limit."""
    return card.progress is not None and card.progress.bar is not None and card.progress.bar.tone in SLOW
