"""A manager's team: everybody who reports to them, how far they are, and who waits for whom."""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from cairn.application.clock import zone_of
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.stages import STAGES
from cairn.domain.people import Person
from cairn.i18n import marked
from cairn_portal.reading.current import cycle_or_current, cycles_of
from cairn_portal.reading.team import Course, read_team
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web import showing
from cairn_portal.web.goals import Card, cards
from cairn_portal.web.rendering import page
from projections.models import team as team_model
from projections.models.dashboard import CycleRow

router = APIRouter(include_in_schema=False)
SLOW = ("waiting", "late")
"""Tones of a bar that falls behind."""


class Figure(NamedTuple):
    """One figure of somebody: the words, and how they are toned; empty where there is nothing to say."""

    words: str
    tone: str = "off"


class Glance(NamedTuple):
    """One of a team at a glance, in the order of the table's heads."""

    who: str
    name: str
    level: int
    figures: Sequence[Figure]


class Member(NamedTuple):
    """One of a team: their goals, and how many are in each stage (words, tone, count)."""

    person: Person
    cards: list[Card]
    stages: list[tuple[str, str, int]]
    behind: int


class Asked(NamedTuple):
    """Whose team a page is about (`of` as it was named, else one's own), in which cycle and by whose clock, None where
    there is no cycle; everybody below, or only who reports directly."""

    manager: str
    of: str | None
    everybody: bool
    cycle: Cycle | None
    cycles: Sequence[CycleRow]
    at: PageReader
    named: str


async def asked_team(
    visit: ByVisitor, cycle: str | None = None, of: str | None = None, everybody: bool = False
) -> Asked:
    """The team that an address names."""
    records, manager = visit.portal.records, of or visit.person.id
    found = await cycle_or_current(records, cycle, visit.person.id)
    at = visit.reader.in_zone(zone_of(found)) if found else visit.reader
    named = f"{of} {(await records.names()).get(of, '')}" if of else ""
    return Asked(manager, of, everybody, found, await cycles_of(records, visit.person.id), at, named)


AskedTeam = Annotated[Asked, Depends(asked_team)]


def team_page(request: Request, template: str, visit: Visit, asked: Asked, **shown: Any) -> Response:
    """A page about a team."""
    return page(
        request, template, visit, reader=asked.at, cycle=asked.cycle, cycles=asked.cycles, manager=asked.named,
        of=asked.of, everybody=asked.everybody, **shown,
    )  # fmt: skip


@router.get("/team")
async def team(request: Request, visit: ByVisitor, asked: AskedTeam) -> Response:
    records, at, read = visit.portal.records, asked.at, None
    if asked.cycle is not None:
        read = await read_team(
            records,
            visit.person,
            asked.manager,
            asked.cycle,
            everybody=asked.everybody,
            with_goals=not asked.everybody,
        )
    people, members = await records.everybody(), []
    for who, own in read.goals.items() if read else ():
        shown = cards(at, own)
        counts = [
            (at.say(f"stage:{row.name}"), showing.tone(row.name), count)
            for row in STAGES
            if (count := sum(goal.stage == row.name for goal in own.goals))
        ]
        slow = 0 if own.over else sum(_is_slow(card) for card in shown)
        members.append(Member(people[who], shown, counts, slow))
    glances = [_glance(at, each, read.courses.get(each.id)) for each in read.members] if read else []
    return team_page(request, "team.html", visit, asked, members=members, glances=glances)


def _glance(at: PageReader, member: team_model.Member, course: Course | None) -> Glance:
    goals = (
        at.say("{goals}, {open} not approved", goals=member.goals, open=member.unapproved)
        if member.unapproved
        else str(member.goals)
    )
    told = [
        at.say(sentence, count=count)
        for sentence, count in (
            (marked("{count} to be told"), member.untold),
            (marked("{count} breaches"), member.breaches),
            (marked("{count} agreed actions open"), member.actions),
        )
        if count
    ]
    figures = (
        Figure(goals, "waiting" if member.unapproved else "off"),
        _course(at, course),
        Figure(str(member.late), "late") if member.late else Figure(""),
        Figure(at.moment(member.heard)) if member.heard else Figure(at.say("never yet"), "waiting"),
        Figure(
            at.say("separator:list").join(told), "late" if member.breaches else "waiting" if told else "off"
        ),
        Figure(str(member.coaching) if member.coaching else "", "adjusting"),
        _of_which_late(at, member.owed, member.owed_late),
        _of_which_late(at, member.turns, member.turns_late),
    )
    return Glance(member.id, member.name, member.level, figures)


def _course(at: PageReader, course: Course | None) -> Figure:
    """How many goals keep pace; colour is never alone."""
    if course is None or not (course.on_course or course.behind):
        return Figure("")
    said = [at.say("{count} on course", count=course.on_course)] if course.on_course else []
    said += [at.say("{count} behind", count=course.behind)] if course.behind else []
    return Figure(at.say("separator:list").join(said), "late" if course.behind else "running")


def _of_which_late(at: PageReader, count: int, late: int) -> Figure:
    if not count:
        return Figure("")
    said = at.say("{count}, {late} late", count=count, late=late) if late else str(count)
    return Figure(said, "late" if late else "waiting")


def _is_slow(card: Card) -> bool:
    """Whether a goal falls behind its time, or takes too much of a limit."""
    return card.progress is not None and card.progress.bar is not None and card.progress.bar.tone in SLOW
