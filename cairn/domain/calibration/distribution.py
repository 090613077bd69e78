"""How the grades of a unit are spread, against guidance or a quota, and how lenient each manager was."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from cairn.domain.evaluation.moving import coefficient_of
from cairn.domain.event import Fact
from cairn.domain.exact import HUNDRED, Exact, exact
from cairn.domain.policy import EvaluationRules, GradeShare, Policy
from cairn.domain.scoring import mean
from cairn.domain.sheet.events import ResultIssued


class ShareFound(Fact):
    """One share of the distribution: how many people have one of its `grades`, and how many may at `most` and have to
    at `least`, None where it does not say."""

    grades: tuple[str, ...]
    people: int
    most: int | None
    least: int | None

    @property
    def fits(self) -> bool:
        return (self.most is None or self.people <= self.most) and (
            self.least is None or self.people >= self.least
        )


class Rated(NamedTuple):
    """A result with whose rating it is: the manager's id."""

    result: ResultIssued
    manager: str | None


class Leniency(Fact):
    """How a manager rated beside the whole unit: the mean points of so many people, and the mean coefficient of their
    grades before and after people moved them. `manager` is None for the whole unit."""

    manager: str | None
    people: int
    points: Exact | None
    before: Exact | None
    after: Exact | None


def grades_of(results: Iterable[ResultIssued], policy: Policy) -> dict[str, int]:
    """How many have each grade of the policy, best first."""
    found = dict.fromkeys((band.grade for band in policy.grades), 0)
    for result in results:
        if result.grade is not None:
            found[result.grade] += 1
    return found


def shares(grades: Mapping[str, int], rules: EvaluationRules) -> list[ShareFound]:
    """Every share of the distribution with what is found. Nobody loses a grade to the rounding: at most is rounded up,
    at least down."""
    people = sum(grades.values())
    return [_share(share, grades, people) for share in rules.distribution]


def _share(share: GradeShare, grades: Mapping[str, int], people: int) -> ShareFound:
    def of(percent: Decimal | None) -> Fraction | None:
        return None if percent is None else people * exact(percent) / HUNDRED

    most, least = of(share.most), of(share.least)
    return ShareFound(
        grades=share.grades,
        people=sum(grades.get(grade, 0) for grade in share.grades),
        most=None if most is None else ceil(most),
        least=None if least is None else floor(least),
    )


def leniency(rated: Iterable[Rated], policy: Policy) -> list[Leniency]:
    """The whole unit first, then each manager by id."""
    every = [each for each in rated if each.result.points is not None]
    managers = sorted({each.manager for each in every if each.manager is not None})
    of_each = [_leniency(who, [each for each in every if each.manager == who], policy) for who in managers]
    return [_leniency(None, every, policy), *of_each]


def _leniency(manager: str | None, rated: list[Rated], policy: Policy) -> Leniency:
    results = [each.result for each in rated]
    return Leniency(
        manager=manager,
        people=len(results),
        points=mean(each.points for each in results if each.points is not None),
        before=_worth((each.computed_grade for each in results), policy),
        after=_worth((each.grade for each in results), policy),
    )


def _worth(grades: Iterable[str | None], policy: Policy) -> Fraction | None:
    worths = (coefficient_of(grade, policy) for grade in grades)
    return mean(exact(worth) for worth in worths if worth is not None)
