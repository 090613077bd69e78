"""Why a score is another one: than before, or than somebody else's, step by step (ADR 0022)."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.clock import zone_of
from cairn.application.differences import ScoredStory, Version, between_people, course
from cairn.domain.cycle.state import Cycle
from cairn.domain.difference.inputs import RESULT
from cairn.domain.difference.steps import Cause, Course, Difference, Step
from cairn.domain.event import SYSTEM
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.events import ResultIssued
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import sheet_of
from cairn.i18n import message, term
from cairn_portal.cli.cycle.explaining import sheet_named
from cairn_portal.cli.goal.commanding import goal_id, is_goal
from cairn_portal.cli.goal.replay import bound_of
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import CycleOption
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, grid, number
from cairn_portal.reading.results import owners
from cairn_portal.reading.viewing import Viewer, of_goal

PLACES = 6
"""Steps are exact; so many places are shown of those without an end."""


async def difference(
    at: Terminal,
    who: Annotated[
        str,
        typer.Argument(
            metavar="PERSON|GOAL", help="a person, a department, company, a sheet's id, or a goal's"
        ),
    ],
    cycle: CycleOption = None,
    period: Annotated[
        str | None, typer.Option(help="the score of a period in place of the result; of a goal by default Y")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar='VERSION|DATE|"recorded:DATE"',
            help="from this version, or the one that counted then; by default the one before the last",
        ),
    ] = None,
    upto: Annotated[
        str | None,
        typer.Option("--to", metavar='VERSION|DATE|"recorded:DATE"', help="to this one; by default the last"),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="PERSON", help="beside somebody else's, in the same cycle"),
    ] = None,
    reader: As = None,
) -> None:
    if against is not None and (since is not None or upto is not None):
        raise Problem(message("Give --against, or --from and --to, not both."), USAGE)
    async with session(at) as s:
        goal = goal_id(who) if await is_goal(s, who) else None
        if goal is not None and against is not None:
            raise Problem(message("--against compares people and departments, not goals."), USAGE)
        sheet = await sheet_named(s, sheet_of(goal) if goal else who, cycle)
        of = period or (RESULT if goal is None else "Y")
        the = await s.cycle(sheet.cycle)
        view = await viewer(s, reader, the)
        await _require_scores(s, view, sheet, goal)
        story = await s.application.differences.story(sheet.id)
        names = await s.names() | {SYSTEM: at.say("system")}
        at = at.in_zone(zone_of(the))
        if against is not None:
            other = await sheet_named(s, against, sheet.cycle)
            await _require_scores(s, view, other, None)
            _require_shown(view, story, of)
            theirs = await s.application.differences.story(other.id)
            _require_shown(view, theirs, of)
            found = between_people(story, theirs, of)
            titles = _titles(theirs) | _titles(story)
            told = {"sheet": sheet.id, "against": other.id, "of": of, "difference": found}
            head = at.say("{sheet} beside {other}, {of}", sheet=sheet.id, other=other.id, of=_of(at, of))
            at.answer(told, Text(head, style="bold"), *_of_two(at, found, titles, names))
            return
        versions = _versions(view, story, of, goal)
        first, last = _bounds(at, story, versions, the, (since, upto), goal)
        way = course(story, versions[first : last + 1], goal)
    told = {"sheet": sheet.id, "goal": goal, "of": of, "from": versions[first].number, "to": versions[last].number,
            "moved": way.moved, "links": way.links}  # fmt: skip
    head = at.say(
        "{name}, {of}: version {first} to {last}",
        name=goal or sheet.id,
        of=_of(at, of),
        first=versions[first].number,
        last=versions[last].number,
    )
    at.answer(told, Text(head, style="bold"), *_of_course(at, way, _titles(story), names))


async def _require_scores(s: Session, view: Viewer, sheet: Sheet, goal: str | None) -> None:
    """Refuses a reader who may not read the scores."""
    if goal is None:
        view.require("scores", (await owners(s.records))(sheet.holder))
        return
    view.require("scores", of_goal((await s.goals.load(goal))[0]))


def _versions(view: Viewer, story: ScoredStory, of: str, goal: str | None) -> list[Version]:
    """The versions that a reader may know: of their own result, where it goes by steps, those that were shown to them.
    Refuses where there is none."""
    versions = story.versions(of, goal)
    if view.person is not None and view.person.id == story.sheet.holder:
        versions = [each for each in versions if _is_open(story, each)]
    if not versions:
        raise Refusal("difference.not-scored", of=goal or story.name, period=of)
    return versions


def _require_shown(view: Viewer, story: ScoredStory, of: str) -> None:
    """Refuses whoever would learn their own result before it is shown to them."""
    last = story.versions(of)[-1:]
    if last and _versions(view, story, of, None)[-1:] != last:
        raise Refusal("difference.not-scored", of=story.name, period=of)


def _is_open(story: ScoredStory, version: Version) -> bool:
    if not isinstance(version, ResultIssued) or version.told:
        return True
    return version.number in story.shown


def _bounds(
    at: Terminal,
    story: ScoredStory,
    versions: Sequence[Version],
    cycle: Cycle,
    typed: tuple[str | None, str | None],
    goal: str | None,
) -> tuple[int, int]:
    """Places of the first and the last version that are asked for."""
    since, upto = typed
    last = len(versions) - 1 if upto is None else _place(at, story, versions, cycle, upto, "--to", goal)
    if since is None:
        return max(last - 1, 0), last
    first = _place(at, story, versions, cycle, since, "--from", goal)
    if first > last:
        raise Problem(message("--from comes after --to."), USAGE)
    return first, last


def _place(
    at: Terminal,
    story: ScoredStory,
    versions: Sequence[Version],
    cycle: Cycle,
    typed: str,
    option: str,
    goal: str | None,
) -> int:
    """The place of a version by its number, or of the last one by a day's end or a moment."""
    if typed.strip().isdecimal() and len(typed.strip()) < 5:
        wanted = int(typed)
        found = [place for place, each in enumerate(versions) if each.number == wanted]
    else:
        bound = bound_of(typed, ZoneInfo(zone_of(cycle) or "UTC"))
        found = [
            place
            for place, each in enumerate(versions)
            if (bound.occurred is None or each.at <= bound.occurred)
            and (bound.recorded is None or story.recorded_at(each, goal) <= bound.recorded)
        ]
    if not found:
        raise Refusal(
            "difference.no-version", field=option, typed=typed, first=versions[0].number, last=versions[-1].number
        )  # fmt: skip
    return found[-1]


def _of(at: Terminal, of: str) -> str:
    return at.say("the year's result") if of == RESULT else of


def _titles(story: ScoredStory) -> dict[str, str]:
    return {name: goal.title for name, goal in story.goals.items()}


def _of_course(
    at: Terminal, way: Course, titles: Mapping[str, str], names: Mapping[str, str]
) -> Iterator[RenderableType]:
    if not way.links:
        yield Text(at.say("There is one version only: nothing moved."))
        return
    for link in way.links:
        head = at.say(
            "version {n}, {cause}, {when}, {who}",
            n=link.number,
            cause=at.say(f"cause:{link.cause}"),
            when=at.moment(link.at),
            who=names.get(link.by, link.by),
        )
        yield Text(head, style="dim")
        yield from _of_two(at, link.difference, titles, names)
    if len(way.links) > 1 and way.moved is not None:
        yield Text(at.say("all together {moved}, exactly", moved=signed(way.moved)), style="bold")


def _of_two(
    at: Terminal, found: Difference, titles: Mapping[str, str], names: Mapping[str, str]
) -> Iterator[RenderableType]:
    grades = f"  {found.grade_before or NOTHING} → {found.grade_after or NOTHING}"
    points = f"{number(found.rounded_before)} → {number(found.rounded_after)}"
    yield Text(points + (grades if found.grade_before or found.grade_after else ""), style="bold")
    if found.moved is None:
        yield Text(at.say("One of them has no points, so there is no difference."))
        return
    if not found.steps and not found.rounding:
        yield Text(at.say("The points are the same."))
        return
    yield steps_table(at, found, titles, names)


def steps_table(
    at: Terminal, found: Difference, titles: Mapping[str, str], names: Mapping[str, str]
) -> RenderableType:
    """The steps with what they moved, the rounding, and their sum."""
    points = at.say("points")
    table = grid(at.say("step"), at.say("of"), at.say("from → to"), points, right=(points,))
    for step in found.steps:
        table.add_row(*_step(at, step, titles, names), signed(step.moved))
    if found.rounding:
        table.add_row(at.say("rounding"), "", "", signed(found.rounding))
    table.add_section()
    if found.moved is not None:
        table.add_row(
            Text(at.say("together"), style="bold"), "", "", signed(found.moved + (found.rounding or 0))
        )
    return table


def _step(
    at: Terminal, step: Step, titles: Mapping[str, str], names: Mapping[str, str]
) -> tuple[str, str, str]:
    whats = [at.say(term("difference", cause.group)) for cause in step.causes]
    ofs = [each for each in (_whose(cause, titles) for cause in step.causes) if each]
    moves = [each for cause in step.causes for each in _moves(at, cause, titles, names)]
    return "\n".join(whats), "\n".join(ofs), "\n".join(moves)


def _whose(cause: Cause, titles: Mapping[str, str]) -> str:
    title = titles.get(cause.goal, cause.goal) if cause.goal else ""
    return " ".join(each for each in (title, cause.period) if each)


def _moves(at: Terminal, cause: Cause, titles: Mapping[str, str], names: Mapping[str, str]) -> Iterator[str]:
    """What changed within a step, as far as it can be said in numbers."""
    for word, pair in (
        (at.say("target"), cause.target), (at.say("actual"), cause.actual), (at.say("points"), cause.points)
    ):  # fmt: skip
        if pair is not None:
            yield f"{word} {number(pair[0])} → {number(pair[1])}"
    for goal, (before, after) in cause.weights.items():
        yield f"{titles.get(goal, goal)} {number(before)}% → {number(after)}%"
    if cause.by is not None and cause.at is not None:
        yield at.say("{who}, {when}", who=names.get(cause.by, cause.by), when=at.moment(cause.at))


def signed(value: Fraction) -> str:
    """A difference with its sign."""
    return f"+{number(value, PLACES)}" if value > 0 else number(value, PLACES)
