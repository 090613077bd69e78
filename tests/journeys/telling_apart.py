"""Every score of a played year told apart from every other version of it, and from the next person's."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Literal, NamedTuple

from cairn.application import Application
from cairn.application.differences import ScoredStory, between_people, course
from cairn.domain.difference.computing import Computing
from cairn.domain.difference.inputs import RESULT
from cairn.domain.difference.steps import Difference, difference
from cairn.domain.exact import ZERO

Of = Literal["result", "period", "goal"]
"""What has versions: a result of the year, a sheet's score of a period, a goal's."""


class ToldApart(NamedTuple):
    """What was looked at in a year: how many versions there are, how many pairs of versions of the same score, how
    many of these moved, what moved them, how many pairs of people; those versions that did
    not come out as recorded, and those differences to which their steps do not sum, each by name."""

    versions: int
    pairs: Mapping[Of, int]
    moved: int
    groups: frozenset[str]
    people: int
    other: Sequence[str]
    wrong: Sequence[str]


async def told_apart(application: Application, cycle: str, *, beside: int | None = None) -> ToldApart:
    """All scores of a cycle: every version beside every other one of the same score, everybody's result beside
    everybody else's, or (`beside`) that of so many next people."""
    readings = await application.audit.readings()
    names = await application.cycles.sheets(cycle)
    stories = [(await application.differences.stories([name], readings))[name] for name in names]
    versions, moved, other, wrong = 0, 0, list[str](), list[str]()
    pairs, groups = Counter[Of](), set[str]()
    for story in stories:
        computing = Computing(story.schedule)
        for of, goal in _all_scores(story):
            known = story.versions(of, goal)
            inputs = [story.inputs(each, goal) for each in known]
            versions += len(known)
            name = f"{goal or story.name} {of}"
            other += [
                f"{name} {version.number}"
                for version, each in zip(known, inputs, strict=True)
                if computing.computed(each).points != version.points
            ]
            for first, last in combinations(range(len(known)), 2):
                pairs["goal" if goal else "result" if of == RESULT else "period"] += 1
                found = difference(inputs[first], inputs[last], computing)
                moved += bool(found.moved)
                groups |= {cause.group for step in found.steps for cause in step.causes}
                way = course(story, known[first : last + 1], goal)
                sums = [*(each.difference for each in way.links), found]
                if not all(map(_sums, sums)) or way.moved not in (None, found.moved):
                    wrong.append(f"{name} {known[first].number} {known[last].number}")
    people = _pairs_of_people(stories, beside)
    wrong += [
        f"{mine.name} beside {theirs.name}"
        for mine, theirs in people
        if not _sums(between_people(mine, theirs, RESULT))
    ]
    return ToldApart(versions, pairs, moved, frozenset(groups), len(people), other, wrong)


def _pairs_of_people(
    stories: Sequence[ScoredStory], beside: int | None
) -> list[tuple[ScoredStory, ScoredStory]]:
    """Each person beside everybody after them, or `beside` so many, those of one family together."""
    scored = [story for story in stories if story.versions(RESULT) and story.sheet.family]
    ordered = sorted(scored, key=lambda story: story.sheet.family or "")
    upto = len(ordered) if beside is None else beside
    return [
        (one, other) for place, one in enumerate(ordered) for other in ordered[place + 1 : place + 1 + upto]
    ]


def _sums(found: Difference) -> bool:
    if found.moved is None:
        return not found.steps
    return sum((step.moved for step in found.steps), ZERO) == found.moved == _of(found)


def _of(found: Difference) -> Fraction:
    return (found.after or ZERO) - (found.before or ZERO)


def _all_scores(story: ScoredStory) -> list[tuple[str, str | None]]:
    periods = [period.key for period in story.schedule.periods]
    goals = [(period, goal) for period in periods for goal in story.goals]
    return [(RESULT, None), *((period, None) for period in periods), *goals]
