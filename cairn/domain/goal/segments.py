"""Whose judgement of a goal counts for which days of a period: its managers', each for their own segment (RULES Y2)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cairn.domain.exact import exact
from cairn.domain.goal.state import Goal
from cairn.domain.schedule import Span
from cairn.domain.scoring import MISSING, Score, mean


class Judgement(NamedTuple):
    """A manager's segment of a period in days, and the points given for it: by them, or by whoever stands in for those
    who gave none. `judges` are empty where nobody gave any."""

    days: int
    manager: str | None
    judges: tuple[str, ...]
    points: Score


def judgements_of(goal: Goal, period: Span, given: Mapping[str, Decimal]) -> list[Judgement]:
    """Each manager's segment of the period. Who assessed without a segment in it (a committee member, a successor)
    counts for the days of the segments nobody assessed."""
    present: list[tuple[int, str | None]] = []
    for number, segment in enumerate(goal.segments):
        following = goal.segments[number + 1].since if number + 1 < len(goal.segments) else None
        days = _days(max(segment.since, period.starts), following, period)
        if days > 0:
            present.append((days, segment.manager))
    managers = {manager for _, manager in present}
    others = tuple(who for who in given if who not in managers)
    stands = mean(exact(given[who]) for who in others)
    rest: Score = stands if stands is not None else MISSING
    if not present:
        return [Judgement(1, None, others, rest)]
    return [
        Judgement(days, manager, (manager,), exact(given[manager]))
        if manager is not None and manager in given
        else Judgement(days, manager, others, rest)
        for days, manager in present
    ]


def _days(since: date, following: date | None, period: Span) -> int:
    last = min(period.ends, following) if following else period.ends
    return (last - since).days + (0 if following and following <= period.ends else 1)
