"""What a stream had come to after an event: a goal, a sheet, a cycle, a person or a case in words, with links."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import quote

from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.state import Goal
from cairn.domain.person_history import PersonHistory
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import CASES, holder_of, kind_of
from cairn.i18n import term
from cairn_portal.presenting.words import NOTHING, by_period, measure, number, percent
from cairn_portal.reading.replays import Story
from cairn_portal.signing_in.reader import PageReader


class Told(NamedTuple):
    """One thing that can be read, and where it leads; an empty address leads nowhere."""

    words: str
    address: str = ""


Rows = list[tuple[str, Sequence[Told]]]


def history_address(stream: str, query: str = "") -> str:
    """Where the history of a stream is."""
    place = f"/goals/{stream}/history" if kind_of(stream) == "goal" else f"/audit/streams/{quote(stream)}"
    return f"{place}?{query}" if query else place


def score_address(of: str, period: str) -> str:
    """Where a score of a goal, a period's score of a sheet or (`result`) its result is explained."""
    return f"/audit/scores/{of}/{period}"


def named(who: str | None, names: Mapping[str, str]) -> str:
    """Somebody by id and name."""
    return f"{who} {names.get(who, '')}".strip() if who else NOTHING


def rows_of(at: PageReader, story: Story, names: Mapping[str, str]) -> Rows:
    """What the events up to a moment make of a stream; nothing where it is its events alone."""
    match story.state:
        case Goal() as goal:
            return _of_goal(at, goal, story.weight, names)
        case Sheet() as sheet:
            return _of_sheet(at, sheet, names)
        case Cycle() as cycle:
            return _of_cycle(at, cycle)
        case PersonHistory() as person:
            return _of_person(at, person, names)
    return _of_case(at, story, names) if kind_of(story.stream) in CASES else []


def _plain(*rows: tuple[str, str]) -> Rows:
    return [(name, (Told(words),)) for name, words in rows]


def _of_goal(at: PageReader, goal: Goal, weight: Decimal, names: Mapping[str, str]) -> Rows:
    found = _plain(
        (at.say("stage"), at.say(f"stage:{goal.stage}")),
        (at.say("title"), at.title(goal.title) or NOTHING),
        (at.say("measured by"), measure(at, goal.measure.model_dump(mode="json"))),
        (at.say("weight"), percent(weight)),
        (at.say("approver"), named(goal.manager, names) if goal.manager else at.say("the committee")),
    )
    scores = [
        Told(f"{key} {number(goal.scores[key].points)}", score_address(goal.id, key))
        for key in sorted(goal.scores, key=by_period)
    ]
    return [*found, (at.say("scores"), scores or (Told(NOTHING),)), *_plain((at.say("policy"), goal.policy))]


def _of_sheet(at: PageReader, sheet: Sheet, names: Mapping[str, str]) -> Rows:
    goals = [
        Told(f"{goal} {percent(each.weight)}", history_address(goal))
        for goal, each in sheet.placements.items()
    ]
    scores = [
        Told(f"{key} {number(sheet.scores[key].points)}", score_address(sheet.id, key))
        for key in sorted(sheet.scores, key=by_period)
    ]
    result = sheet.result
    shown = f"{number(result.points)} {result.grade or ''}".strip() if result else NOTHING
    return [
        *_plain((at.say("holder"), named(sheet.holder, names)), (at.say("family"), sheet.family or NOTHING)),
        (at.say("goals"), goals or (Told(NOTHING),)),
        *_plain(
            (at.say("weight"), percent(sheet.weight)),
            (at.say("flexible space"), number(sheet.space_left)),
        ),
        (at.say("scores"), scores or (Told(NOTHING),)),
        (at.say("result"), (Told(shown, score_address(sheet.id, "result") if result else ""),)),
    ]


def _of_cycle(at: PageReader, cycle: Cycle) -> Rows:
    return _plain(
        (at.say("stage"), at.say(f"cycle_stage:{cycle.stage}")),
        (at.say("policy"), cycle.policy or NOTHING),
        (at.say("sheets"), number(cycle.sheets)),
        (at.say("goals"), number(cycle.goals)),
        (
            at.say("scored periods"),
            at.say("separator:list").join(sorted(cycle.scored, key=by_period)) or NOTHING,
        ),
    )


def _of_person(at: PageReader, history: PersonHistory, names: Mapping[str, str]) -> Rows:
    person = history.on(max((change.since for change in history.changes), default=history.joined.hired))
    return _plain(
        (at.say("name"), person.name),
        (at.say("department"), named(person.department, {})),
        (at.say("manager"), named(person.manager, names)),
        (at.say("family"), person.family or NOTHING),
        (
            at.say("roles"),
            at.say("separator:list").join(at.say(term("role", each)) for each in person.roles) or NOTHING,
        ),
    )


def _of_case(at: PageReader, story: Story, names: Mapping[str, str]) -> Rows:
    kind = kind_of(story.stream)
    stages = [str(each.after["stage"]) for each in story.events if "stage" in each.after]
    return _plain(
        (at.say("kind"), at.say(term("kind", kind))),
        (at.say("about"), named(holder_of(story.stream), names)),
        (at.say("stage"), at.say(term("stage", f"{kind}.{stages[-1]}")) if stages else NOTHING),
    )
