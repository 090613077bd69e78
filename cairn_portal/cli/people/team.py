"""A manager's people at a glance: sheets, progress, what is late, feedback, coaching, what they are owed."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.clock import zone_of
from cairn.i18n import marked
from cairn_portal.cli.case.commanding import cycle_named
from cairn_portal.cli.options import By, CycleOption
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, grid
from cairn_portal.reading.team import Course, read_team
from projections.models import team as team_model

Of = Annotated[str | None, typer.Argument(metavar="[PERSON]", help="whose people; by default one's own")]
Everybody = Annotated[bool, typer.Option("--all", help="everybody below, not only who reports directly")]


async def team(
    at: Terminal, who: Of = None, by: By = None, everybody: Everybody = False, cycle: CycleOption = None
) -> None:
    async with session(at) as s:
        reader = await s.person(require_actor(by))
        manager = await s.person(who or reader.id)
        of = await cycle_named(s, cycle)
        found = await read_team(s.records, reader, manager.id, of, everybody=everybody)
    members, courses = found.members, found.courses
    local = at.in_zone(zone_of(of))
    title = at.say("The people of {person} in cycle {cycle}", person=manager.name, cycle=of.id)
    nothing = Text(at.say("Nobody reports to {person}.", person=manager.name))
    at.answer(
        {
            "cycle": of.id,
            "manager": manager.id,
            "now": found.now,
            "members": [{**each.model_dump(), "course": courses.get(each.id)} for each in members],
        },
        _table(local, members, courses, title) if members else nothing,
    )
    if members and not everybody:
        at.remark("With everybody below them: cairn team {person} --all", person=manager.id)


def _table(
    at: Terminal, members: Sequence[team_model.Member], courses: Mapping[str, Course], title: str
) -> RenderableType:
    table = grid(
        at.say("person"),
        at.say("goals"),
        at.say("progress"),
        at.say("overdue"),
        at.say("last heard of"),
        at.say("feedback"),
        at.say("coaching"),
        at.say("owed"),
        at.say("their turn"),
        title=title,
    )
    for each in members:
        table.add_row(
            f"{'  ' * (each.level - 1)}{each.id} {each.name}",
            _goals(at, each),
            _course(at, courses.get(each.id)),
            _late(each.late),
            at.moment(each.heard) if each.heard else Text(NOTHING, style="yellow"),
            _feedback(at, each),
            str(each.coaching) if each.coaching else NOTHING,
            _of_which_late(at, each.owed, each.owed_late),
            _of_which_late(at, each.turns, each.turns_late),
        )
    return table


def _goals(at: Terminal, member: team_model.Member) -> str:
    if not member.unapproved:
        return str(member.goals)
    return at.say("{goals}, {open} not approved", goals=member.goals, open=member.unapproved)


def _course(at: Terminal, course: Course | None) -> Text:
    if course is None:
        return Text(NOTHING)
    said = Text(at.say("{count} on course", count=course.on_course))
    if course.behind:
        said.append(at.say("separator:list") + at.say("{count} behind", count=course.behind), style="red")
    return said


def _feedback(at: Terminal, member: team_model.Member) -> Text:
    said = [
        at.say(sentence, count=count)
        for sentence, count in (
            (marked("{count} to be told"), member.untold),
            (marked("{count} breaches"), member.breaches),
            (marked("{count} agreed actions open"), member.actions),
        )
        if count
    ]
    return Text(at.say("separator:list").join(said) or NOTHING, style="red" if member.breaches else "")


def _of_which_late(at: Terminal, count: int, late: int) -> Text:
    if not count:
        return Text(NOTHING)
    said = at.say("{count}, {late} late", count=count, late=late) if late else str(count)
    return Text(said, style="red" if late else "")


def _late(count: int) -> Text:
    return Text(str(count) if count else NOTHING, style="red" if count else "")
