"""When a role's score is there, and what it tells: of unnamed roles never fewer answers than the threshold, and never
fewer than that between two releases."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from cairn.domain.appraisal.context import BoxedAnswer
from cairn.domain.appraisal.events import (
    UNNAMED,
    AppraisalScored,
    CollectedRole,
    RoleReleased,
    SealedAnswer,
)
from cairn.domain.appraisal.rules import points_of
from cairn.domain.appraisal.scoring import Marks, appraised, role_means, with_more
from cairn.domain.appraisal.state import Appraisal
from cairn.domain.event import SYSTEM
from cairn.domain.policy import Evaluator, Missing


class Taken(NamedTuple):
    """What was taken in of an unnamed role: its answers, sealed, and the release that they make."""

    collected: CollectedRole
    release: RoleReleased


def take_in(role: Evaluator, boxed: Sequence[BoxedAnswer], case: Appraisal, at: datetime) -> Taken | None:
    """All new answers of an unnamed role at once; None where they are fewer than the threshold: then nothing of them is
    told, not even how many."""
    known = {each.ballot for each in case.collected.get(role, ())}
    fresh = sorted((each for each in boxed if each.ballot not in known), key=lambda each: each.ballot)
    if len(fresh) < case.threshold:
        return None
    before = case.releases.get(role, ())[-1:]
    marks = [_points(each.asked, each.marks, case) for each in fresh]
    release = RoleReleased(
        case=case.id,
        role=role,
        number=len(case.releases.get(role, ())) + 1,
        answers=len(fresh) + (before[0].answers if before else 0),
        means=with_more(before[0] if before else None, marks),
        by=SYSTEM,
        at=at,
    )
    sealed = tuple(SealedAnswer(ballot=each.ballot, sealed=each.sealed) for each in fresh)
    return Taken(CollectedRole(role=role, answers=sealed), release)


def release_named(case: Appraisal, at: datetime) -> list[RoleReleased]:
    """The score of each named role of which nobody owes an answer any more and that is not out yet; the manager's by
    the days of their segments."""
    owing = {role for role, _ in case.owed()}
    found: list[RoleReleased] = []
    for role in case.weights:
        given = case.answers.get(role, {})
        if role in UNNAMED or role in owing or role in case.releases or not given:
            continue
        days = {each.manager: Fraction(each.days) for each in case.managers} if role == "manager" else {}
        marks = [
            (days.get(who, Fraction(1)), _points(each.asked, each.marks, case)) for who, each in given.items()
        ]
        found.append(
            RoleReleased(
                case=case.id,
                role=role,
                number=1,
                answers=len(marks),
                means=role_means(marks),
                by=SYSTEM,
                at=at,
            )
        )
    return found


def scored(case: Appraisal, missing: Missing, at: datetime) -> list[AppraisalScored]:
    """What the released roles come to, once nobody owes an answer; none where it is as it was."""
    if case.owed() or not case.collections:
        return []
    last = {role: releases[-1] for role, releases in case.releases.items() if releases}
    found = appraised(case.weights, case.items, last, case.without, missing)
    number = case.scored.number + 1 if case.scored else 1
    now = AppraisalScored(
        case=case.id,
        number=number,
        goals=dict(found.goals),
        behaviours=found.behaviours,
        counted=dict(found.counted),
        by=SYSTEM,
        at=at,
    )
    before = case.scored
    same = before is not None and (before.goals, before.behaviours, before.counted) == (
        now.goals,
        now.behaviours,
        now.counted,
    )
    return [] if same else [now]


def _points(asked: int, marks: Mapping[str, str], case: Appraisal) -> Marks:
    items = case.questions[asked - 1] if 0 < asked <= len(case.questions) else case.items
    return points_of(marks, items, case.marks)
