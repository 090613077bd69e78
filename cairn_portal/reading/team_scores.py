"""What a manager's people came to in a cycle, period by period and in its result, as somebody may read it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cairn.application import access
from cairn.domain.cycle.state import Cycle
from cairn.domain.people import Person
from cairn.domain.policy import Policy
from cairn_portal.presenting.words import by_period
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import is_kept_from, of_holder
from projections.models import goal as goals_model
from projections.models import score as scores_model


class Scored(NamedTuple):
    """One of a manager's people, so many levels below, who may lead others: the last score of each period by its key,
    and the result."""

    person: Person
    level: int
    leads: bool
    scores: Mapping[str, scores_model.SheetScore]
    result: scores_model.Result | None


class TeamScores(NamedTuple):
    """Those of a manager's people who have a sheet in the cycle, as the lines run; `further` ones are counted alone.
    `periods` are those in which any was scored, `grades` how many results of all of them have each grade of the policy,
    best first."""

    people: Sequence[Scored]
    further: int
    periods: Sequence[str]
    grades: Mapping[str, int]
    policy: Policy


MOST = 200
"""People whose scores are read at once: a map of more is not looked at, and each manager below has one of their own."""


async def read_team_scores(
    records: Records, reader: Person, manager: str, cycle: Cycle, *, everybody: bool = False
) -> TeamScores:
    """Who reports to a manager, or everybody below, with what each came to. Refuses a reader who is not to see how they
    are doing; whoever's scores the reader may not read is not there (RULES L12)."""
    people, today = await records.everybody(), await records.clock.today(cycle)
    access.require_knows_team(access.require_present(reader.id, people, today), manager, people)
    view = await records.viewer(reader.id, cycle)
    policy = await records.application.policies.version(cycle.policy)
    below = [
        (level, each)
        for level, each in _below(manager, people, everybody=everybody)
        if view.may("scores", of_holder(each.id, people))
    ]
    sheets = await goals_model.sheets(records.pool, cycle=cycle.id, holders=[each.id for _, each in below])
    with_sheet = {sheet.holder for sheet in sheets}
    found = [(level, each) for level, each in below if each.id in with_sheet]
    shown = {each.id for _, each in found[:MOST]}
    scores = await _scores(records, [sheet.sheet for sheet in sheets if sheet.holder in shown])
    results = {
        result.holder: result
        for result in await scores_model.results_of(records.pool, [sheet.sheet for sheet in sheets])
        if not is_kept_from(reader.id, result, policy)
    }
    leading = {each.manager for each in people.values()}
    graded = Counter(each.grade for each in results.values() if each.grade is not None)
    return TeamScores(
        people=[
            Scored(each, level, each.id in leading, scores.get(each.id, {}), results.get(each.id))
            for level, each in found[:MOST]
        ],
        further=max(len(found) - MOST, 0),
        periods=sorted({period for each in scores.values() for period in each}, key=by_period),
        grades={band.grade: graded[band.grade] for band in policy.grades} if graded else {},
        policy=policy,
    )


async def _scores(
    records: Records, sheets: Sequence[str]
) -> Mapping[str | None, Mapping[str, scores_model.SheetScore]]:
    """The last score of each period, by holder and period."""
    found = dict[str | None, dict[str, scores_model.SheetScore]]()
    for score in await scores_model.sheet_scores_of(records.pool, sheets):
        found.setdefault(score.holder, {})[score.period] = score
    return found


def _below(manager: str, people: Mapping[str, Person], *, everybody: bool) -> list[tuple[int, Person]]:
    """Who reports to a manager, each followed by who reports to them where everybody is asked for."""
    reports = dict[str, list[Person]]()
    for each in sorted(people.values(), key=lambda person: person.id, reverse=True):
        reports.setdefault(each.manager or "", []).append(each)
    found, seen = list[tuple[int, Person]](), {manager}
    waiting = [(1, each) for each in reports.get(manager, ())]
    while waiting:
        level, each = waiting.pop()
        if each.id in seen:
            continue
        seen.add(each.id)
        found.append((level, each))
        if everybody:
            waiting += [(level + 1, under) for under in reports.get(each.id, ())]
    return found
