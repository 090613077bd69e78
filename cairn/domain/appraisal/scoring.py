"""What raters' answers come to (RULES E1): a role's score is the plain mean of its answers, roles that do not apply
leave the weights. Everything is exact; nothing is rounded here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cairn.domain.appraisal.events import Item, RoleReleased
from cairn.domain.exact import exact
from cairn.domain.policy import Evaluator, Missing
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score, mean, weighted

Marks = Mapping[str, Fraction]
"""Points by item."""


class Appraised(NamedTuple):
    """What the raters' roles come to, in points: each rated goal by its stream, and the behaviours together (None where
    no role rated any). `counted` are the weights of the roles that counted, `inputs` the releases it was made from."""

    goals: Mapping[str, Fraction]
    behaviours: Fraction | None
    counted: Mapping[Evaluator, Decimal]
    inputs: Sequence[RoleReleased]


def weighed(roles: Iterable[tuple[Decimal, Score | None]], missing: Missing = "reweight") -> Fraction | None:
    """The mean of (weight, score) pairs of roles, in which a role without a score gives its weight to the others; None
    where none has one. Self 90 (10), manager 80 (70), customers none (20) → 81.25."""
    parts = ((exact(weight), NOT_APPLICABLE if score is None else score) for weight, score in roles)
    found: Score = weighted(parts, missing)
    return found if isinstance(found, Fraction) else None


def role_means(answers: Sequence[tuple[Fraction, Marks]]) -> dict[str, Fraction]:
    """The mean of each item over (days, marks) of a role's answers: plain where all have the same days. An item that
    not everybody answered is left out: beside the others it would give single answers away."""
    if not answers:
        return {}
    common = set.intersection(*(set(marks) for _, marks in answers))
    whole = sum((days for days, _ in answers), Fraction(0))
    if whole == 0:
        return {}
    return {
        key: sum((days * marks[key] for days, marks in answers), Fraction(0)) / whole
        for key in sorted(common)
    }


def with_more(before: RoleReleased | None, fresh: Sequence[Marks]) -> dict[str, Fraction]:
    """The means of a role after more answers, from those released before and the new ones alone."""
    means = role_means([(Fraction(1), marks) for marks in fresh])
    if before is None:
        return means
    was, number = before.answers, len(fresh)
    return {
        key: (before.means[key] * was + means[key] * number) / (was + number)
        for key in sorted(means.keys() & before.means.keys())
    }


def appraised(
    weights: Mapping[Evaluator, Decimal],
    items: Sequence[Item],
    releases: Mapping[Evaluator, RoleReleased],
    omitted: Collection[Evaluator] = (),
    missing: Missing = "reweight",
) -> Appraised:
    """The rated goals and the behaviours by the last release of each role, in points of the policy's scale.

    A role's score of the behaviours is the mean of its behaviours' means. An item that a role did not rate leaves that
    role out of the item's weights, and of no other's. What the employee `omitted` themselves follows the policy's
    `missing`; what others did leaves the weights (RULES U2).
    """

    def scores(found: Mapping[Evaluator, Fraction | None]) -> Fraction | None:
        of_roles: list[tuple[Decimal, Score | None]] = []
        for role, weight in weights.items():
            score: Score | None = found.get(role)
            if score is None and role == "self" and role in omitted:
                score = MISSING
            of_roles.append((weight, score))
        return weighed(of_roles, missing)

    goals: dict[str, Fraction] = {}
    for key in (item.key for item in items if item.kind == "goal"):
        points = scores({role: release.means.get(key) for role, release in releases.items()})
        if points is not None:
            goals[key] = points
    keys = {item.key for item in items if item.kind == "behaviour"}
    behaviours = scores({role: of_behaviours(release, keys) for role, release in releases.items()})
    counted = {role: weight for role, weight in weights.items() if role in releases}
    return Appraised(goals, behaviours if keys else None, counted, tuple(releases[role] for role in counted))


def of_behaviours(release: RoleReleased, keys: Collection[str]) -> Fraction | None:
    """A role's score of the behaviours with these keys: the mean of their means; None where it rated none."""
    return mean(points for key, points in sorted(release.means.items()) if key in keys)
