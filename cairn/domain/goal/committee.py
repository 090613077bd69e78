"""How the performance committee decides about a goal or an adjustment: members vote, a quorum and a majority decide,
and the decision is recorded with its minutes (RULES L12)."""

from typing import NamedTuple

from cairn.domain.event import Event
from cairn.domain.goal.commands import GoalAction
from cairn.domain.goal.context import GoalContext, Seats
from cairn.domain.goal.events import CommitteeDecided, CommitteeVoted
from cairn.domain.goal.places import held_at
from cairn.domain.goal.state import Goal
from cairn.domain.voting import Ballot, Vote, electorate, is_repeated, tally

SEPARATOR = "\n"


class Voting(NamedTuple):
    """What a vote leads to: its events, and the decision where there is one now, with the comments of its side."""

    events: list[Event]
    outcome: Vote | None = None
    comments: str = ""


def cast(
    command: GoalAction, goal: Goal, context: GoalContext, vote: Vote, comment: str, adjustment: str | None = None
) -> Voting:  # fmt: skip
    """A member's vote. The last one of each counts; the same again does nothing."""
    ballot = Ballot(by=command.by, vote=vote, comment=comment, at=command.at)
    if is_repeated(goal.ballots, ballot):
        return Voting([])
    seats, held = context.seats or Seats(), held_at(goal, context, command.at)
    among = electorate(held.owner, seats.committee, seats.executives, command.by)
    found = tally(goal.ballots, ballot, among, context.policy.committee)
    if found.outcome is None:
        voted = CommitteeVoted(
            goal=goal.id, adjustment=adjustment, vote=vote, comment=comment, by=command.by, at=command.at
        )
        return Voting([voted])
    minutes = CommitteeDecided(
        goal=goal.id,
        adjustment=adjustment,
        outcome=found.outcome,
        ballots=found.ballots,
        members=found.members,
        quorum=found.quorum,
        majority=context.policy.committee.majority,
        by=command.by,
        at=command.at,
    )
    said = [each.comment for each in found.ballots if each.vote == found.outcome and each.comment]
    return Voting([minutes], found.outcome, SEPARATOR.join(said))
