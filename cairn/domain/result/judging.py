"""What the committee's votes on an appeal decide: what stands, or a better grade; never a worse one (RULES L12)."""

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from cairn.domain.evaluation.moving import is_better
from cairn.domain.policy import Policy
from cairn.domain.result.events import AppealBallot
from cairn.domain.voting import Electorate, Vote, outcome_of, quorum_of

Standing = Literal["stands"]
STANDS: Standing = "stands"


class AppealTally(NamedTuple):
    """The votes that count, how many could vote and how many have to, and what is decided: a grade, that the one of
    now `stands`, or None while nothing is."""

    ballots: tuple[AppealBallot, ...]
    members: int
    quorum: int
    outcome: str | Standing | None


def judged(
    given: Mapping[str, AppealBallot],
    ballot: AppealBallot,
    among: Electorate,
    standing: str | None,
    policy: Policy,
) -> AppealTally:
    """The votes with one more. A vote for a grade is one for every grade below it too: decided is the best grade for
    which there is a majority."""
    ballots = tuple(each for who, each in {**given, ballot.by: ballot}.items() if who in among.voters)
    quorum = quorum_of(policy.committee, len(among.members))
    outcome = _decided(ballots, standing, len(among.voters), quorum, policy)
    return AppealTally(ballots, len(among.members), quorum, outcome)


def _decided(
    ballots: Collection[AppealBallot], standing: str | None, voters: int, quorum: int, policy: Policy
) -> str | Standing | None:
    named = {each.grade for each in ballots}
    for band in policy.grades:
        if band.grade in named:
            outcome = outcome_of(_votes(ballots, band.grade, policy), voters, quorum, policy.committee)
            if outcome != "against":
                return band.grade if outcome == "for" else None
    none_better: list[Vote] = ["against" for _ in ballots]
    if named != {None}:
        return STANDS
    return STANDS if outcome_of(none_better, voters, quorum, policy.committee) == "against" else None


def _votes(ballots: Collection[AppealBallot], grade: str, policy: Policy) -> list[Vote]:
    return ["against" if is_better(grade, each.grade, policy) else "for" for each in ballots]
