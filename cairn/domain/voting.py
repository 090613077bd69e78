"""How a body of several people decides: ballots, a quorum and a majority (RULES L12)."""

from collections.abc import Collection
from typing import Literal

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
