"""What the committee has before it beside a goal: how far it carries the strategy, votes so far, and past minutes."""

from collections.abc import Sequence
from typing import NamedTuple

from cairn.application.stored_events import to_events
from cairn.domain.goal.contribution import Contribution, contributions
from cairn.domain.goal.events import CommitteeDecided
from cairn.domain.voting import Ballot
from cairn_portal.reading.goals import GoalRead
from cairn_portal.reading.records import Records
from projections.models import goal as goals_model


class CommitteeRead(NamedTuple):
    """A goal as the committee looks at it; comments are hidden from whoever may not read them. `minutes` are its
    decisions, the last one first."""

    carries: Sequence[Contribution]
    ballots: Sequence[Ballot]
    minutes: Sequence[CommitteeDecided]


async def read_committee(records: Records, read: GoalRead) -> CommitteeRead | None:
    """What the committee looks at; None of a goal that a manager decides about."""
    row = read.row
    if row.tier == "individual" and row.manager is not None:
        return None
    carries: list[Contribution] = []
    if row.tier == "department" and row.parent is not None:
        parent = await goals_model.goal(records.pool, row.parent)
        carries = contributions(read.state, parent.parts if parent else ())
    events = to_events(await records.ledger.read_stream(row.goal))
    minutes = [read.view.in_words(each, read.of) for each in events if isinstance(each, CommitteeDecided)]
    return CommitteeRead(carries, list(read.state.ballots.values()), minutes[::-1])
