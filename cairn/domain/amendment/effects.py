"""What another version of the policy changes for whom: the deadlines that move, of how many goals and people."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from cairn.domain.cycle.events import DeadlineMove
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.status import deadlines_of as deadlines_of_cycle
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.state import Goal
from cairn.domain.goal.status import deadlines_of
from cairn.domain.terms import Terms


class Moved(NamedTuple):
    """A deadline of somebody's goal, and when it is due before and after."""

    name: str
    period: str | None
    before: datetime | None
    after: datetime | None
    goal: str
    owner: str


def moved_deadlines(goal: Goal, context: GoalContext, after: Terms) -> Iterator[Moved]:
    """The deadlines of a goal that are elsewhere under other terms."""
    was = {(each.phase, each.period): each.at for each in deadlines_of(goal, context)}
    now = {(each.phase, each.period): each.at for each in deadlines_of(goal, context.under(after))}
    for key in {**was, **now}:
        if was.get(key) != now.get(key):
            yield Moved(*key, was.get(key), now.get(key), goal.id, goal.owner or goal.sheet)


def summed_up(moved: Iterable[Moved]) -> tuple[DeadlineMove, ...]:
    """The same moves of many goals as one each, the earliest first."""
    together: dict[tuple[str, str | None, datetime | None, datetime | None], list[Moved]] = defaultdict(list)
    for each in moved:
        together[each.name, each.period, each.before, each.after].append(each)
    moves = [
        DeadlineMove(
            name=name, period=period, before=before, after=after, goals=len({each.goal for each in of}),
            people=len({each.owner for each in of}),
        )
        for (name, period, before, after), of in together.items()
    ]  # fmt: skip
    return tuple(sorted(moves, key=_first))


def moves_of_cycle(cycle: Cycle, before: Terms, after: Terms) -> tuple[DeadlineMove, ...]:
    """The deadlines of the cycle itself that are elsewhere under other terms."""
    was, now = (
        {
            (each.stage or each.phase, each.period): each.at
            for each in deadlines_of_cycle(
                cycle.model_copy(update={"schedule": terms.schedule}), terms.policy
            )
        }
        for terms in (before, after)
    )
    moves = [
        DeadlineMove(name=name, period=period, before=at, after=now.get((name, period)))
        for (name, period), at in was.items()
        if now.get((name, period)) != at
    ]
    return tuple(sorted(moves, key=_first))


def _first(move: DeadlineMove) -> tuple[str, str, str]:
    at = move.before or move.after
    return (at.isoformat() if at else "", move.name, move.period or "")
