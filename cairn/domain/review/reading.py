"""Who sees what of a stage review. A draft is its writer's alone, whoever asks and whatever their role."""

from collections.abc import Mapping

from cairn.domain.review.events import Side
from cairn.domain.review.state import Draft, Review


def is_open(side: Side, review: Review) -> bool:
    """Whether what is handed in on a side is there for its readers: where both are to be shared together, once both
    were handed in."""
    return review.shared or (review.share == "at_once" and bool(review.texts(side)))


def sees(side: Side, review: Review, who: str | None, is_reader: bool) -> bool:
    """Whether somebody sees what is handed in on a side: its writers always, its readers once it is open. Nobody named
    sees what is open; `is_reader` says whether the review names them as reader."""
    if who is not None and who in review.writers(side):
        return True
    return is_open(side, review) and (who is None or is_reader)


def drafts_seen(side: Side, review: Review, who: str | None) -> Mapping[str, Draft]:
    """The drafts somebody sees: their own, and those alone."""
    return review.drafts_of(side, who) if who is not None else {}
