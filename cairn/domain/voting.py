"""How the performance committee votes: who may, how many have to, and what the votes decide (RULES L12)."""

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from pydantic import AwareDatetime

from cairn.domain.event import Fact
from cairn.domain.policy import Committee
from cairn.domain.private_text import PrivateText

Vote = Literal["for", "against"]


class Ballot(Fact):
    """How a member of the committee voted, with a comment, and when."""

    by: str
    vote: Vote
    comment: PrivateText = ""
    at: AwareDatetime


class Electorate(NamedTuple):
    """The members whose number makes the quorum, and all who may vote: the company's management votes with the
    committee, and is it where nobody else is."""

    members: frozenset[str]
    voters: frozenset[str]


class Tally(NamedTuple):
    """The votes that count, how many could vote and how many have to, and what is decided: None while nothing is."""

    ballots: tuple[Ballot, ...]
    members: int
    quorum: int
    outcome: Vote | None


def electorate(owner: str, committee: frozenset[str], executives: frozenset[str], by: str) -> Electorate:
    """Who decides about what is somebody's: nobody on a matter of their own. Whoever votes now (`by`) has the right."""
    members = committee - {owner}
    voters = members | executives - {owner}
    return Electorate(members or voters, voters | {by})


def tally(given: Mapping[str, Ballot], ballot: Ballot, among: Electorate, rules: Committee) -> Tally:
    """The votes with one more. The last one of each counts."""
    ballots = tuple(each for who, each in {**given, ballot.by: ballot}.items() if who in among.voters)
    quorum = quorum_of(rules, len(among.members))
    outcome = outcome_of([each.vote for each in ballots], len(among.voters), quorum, rules)
    return Tally(ballots, len(among.members), quorum, outcome)


def is_repeated(given: Mapping[str, Ballot], ballot: Ballot) -> bool:
    """Whether somebody votes as they did."""
    before = given.get(ballot.by)
    return before is not None and (before.vote, before.comment) == (ballot.vote, ballot.comment)


def quorum_of(rules: Committee, members: int) -> int:
    """How many have to vote, at least one."""
    match rules.quorum:
        case "half":
            return max(1, (members + 1) // 2)
        case "all":
            return max(1, members)
        case number:
            return max(1, min(number, members))


def outcome_of(votes: Collection[Vote], voters: int, quorum: int, rules: Committee) -> Vote | None:
    """What the votes decide, None while they do not. Where there are not enough for it, and not more against it, it
    stays open until everybody has voted; then it is not adopted."""
    cast, agreed = len(votes), sum(vote == "for" for vote in votes)
    if cast < quorum:
        return None
    if _is_adopted(agreed, cast, rules):
        return "for"
    hopeless = rules.majority == "unanimous" or cast - agreed > agreed
    return "against" if hopeless or cast >= voters else None


def _is_adopted(agreed: int, cast: int, rules: Committee) -> bool:
    match rules.majority:
        case "simple":
            return 2 * agreed > cast
        case "two_thirds":
            return 3 * agreed >= 2 * cast
        case "unanimous":
            return agreed == cast
