"""Who reads a stage review, in words."""

from cairn.domain.review.state import Review
from cairn.i18n import Message, message, term
from cairn_portal.presenting.reader import Reader


def said_readers(at: Reader, review: Review) -> Message:
    """Who will read what is handed in, and from when on: said before anybody writes."""
    named = [at.say(term("reader", each)) for each in review.readers]
    who = at.say("separator:list").join((*named, *review.people))
    if review.shared:
        return message("Read by: {who}. A draft is read by its writer alone.", who=who)
    if review.share == "together":
        return message(
            "Will be read by {who}, once report and comment are both handed in. A draft is read by its writer alone.",
            who=who,
        )
    return message(
        "Will be read by {who}, once it is handed in. A draft is read by its writer alone.", who=who
    )
