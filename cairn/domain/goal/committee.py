"""How the performance committee decides about a goal or an adjustment: members vote, a quorum and a majority decide,
and the decision is recorded with its minutes (RULES L12)."""

from typing import NamedTuple

from cairn.domain.event import Event
from cairn.domain.goal.commands import GoalAction
from cairn.domain.goal.context import GoalContext, Seats
from cairn.domain.goal.events import CommitteeDecided, CommitteeVoted
from cairn.domain.goal.places import held_at
from cairn.domain.goal.state import Goal
from cairn.domain.voting import Ballot, Vote, outcome_of, quorum_of

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
    given = goal.ballots.get(command.by)
    if given is not None and (given.vote, given.comment) == (vote, comment):
        return Voting([])
    members, voters = _electorate(held_at(goal, context, command.at), context.seats, command.by)
    ballots = {who: each for who, each in {**goal.ballots, command.by: ballot}.items() if who in voters}
    quorum = quorum_of(context.policy.committee, len(members))
    outcome = outcome_of(
        [each.vote for each in ballots.values()], len(voters), quorum, context.policy.committee
    )
    if outcome is None:
        voted = CommitteeVoted(
            goal=goal.id, adjustment=adjustment, vote=vote, comment=comment, by=command.by, at=command.at
        )
        return Voting([voted])
    minutes = CommitteeDecided(
        goal=goal.id,
        adjustment=adjustment,
        outcome=outcome,
        ballots=tuple(ballots.values()),
        members=len(members),
        quorum=quorum,
        majority=context.policy.committee.majority,
        by=command.by,
        at=command.at,
    )
    said = [each.comment for each in ballots.values() if each.vote == outcome and each.comment]
    return Voting([minutes], outcome, SEPARATOR.join(said))


def _electorate(goal: Goal, seats: Seats | None, by: str) -> tuple[frozenset[str], frozenset[str]]:
    """(the members whose number makes the quorum, all who may vote): nobody on a goal of their own. The company's
    management votes with the committee, and is it where nobody else is."""
    known = seats or Seats()
    members = known.committee - {goal.owner}
    voters = members | known.executives - {goal.owner}
    return members or voters, voters | {by}
