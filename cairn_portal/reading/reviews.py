"""What one reader sees of a stage review: texts, their own drafts, earlier rounds, and what they may not see yet."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cairn.application import access
from cairn.application.access import Shown
from cairn.domain.review.events import Side
from cairn.domain.review.reading import drafts_seen, sees
from cairn.domain.review.state import SIDES, Draft, Return, Review, Written
from cairn_portal.reading.viewing import Viewer

WORDLESS = frozenset(
    {"ReviewReopened", "ReviewWidened", "ReviewWentOn", "ReviewOverdue", "CaseReminded", "CaseEscalated"}
)
"""Events whose facts are for everybody who knows of the review; the others hold what was written."""


class Seen(NamedTuple):
    """What one reader sees of a review: texts and own drafts by side, earlier rounds, what was returned. `hidden` are
    sides with texts that are not open to them."""

    texts: Mapping[Side, Mapping[str, Written]]
    drafts: Mapping[Side, Mapping[str, Draft]]
    rounds: Sequence[Any]
    returns: Sequence[Return]
    hidden: Sequence[Side]


def seen_by(review: Review, who: str | None, is_reader: bool) -> Seen:
    """What somebody sees of a review (`cairn.domain.review.reading`)."""
    open_sides = [side for side in SIDES if sees(side, review, who, is_reader)]
    return Seen(
        texts={side: review.texts(side) for side in open_sides},
        drafts={side: found for side in SIDES if (found := drafts_seen(side, review, who))},
        rounds=[each for each in review.rounds if each.side in open_sides],
        returns=review.returns if "report" in open_sides else (),
        hidden=[side for side in SIDES if side not in open_sides and review.texts(side)],
    )


def seen(review: Review, view: Viewer, of: Shown) -> Seen:
    """The same for whoever is named. Refuses somebody who is not to know of the review."""
    if view.person is None or view.among is None:
        return seen_by(review, None, True)
    access.require_knows_review(view.person, review, of, view.among)
    return seen_by(review, view.person.id, access.reads_review(view.person, review, of, view.among))
