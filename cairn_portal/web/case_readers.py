"""Who will read what is written in a case, said before it is typed."""

from collections.abc import Mapping

from cairn.domain.appraisal.state import Appraisal
from cairn.domain.review.state import Review
from cairn.domain.rights import HR
from cairn.i18n import term
from cairn_portal.presenting.reviews import said_readers
from cairn_portal.reading.cases import CaseRead
from cairn_portal.signing_in.reader import PageReader


def said_readers_of(at: PageReader, read: CaseRead, names: Mapping[str, str]) -> str:
    """The sentence; of everything else than reviews and appraisals it is what `require_may_read_case` asks."""
    match read.case:
        case Review() as review:
            return at.say(said_readers(at, review))
        case Appraisal() as appraisal if read.rater is not None:
            return at.say(
                "Marks of this role are shown as a mean alone, and to nobody while fewer than {least} people answered. "
                "Nobody is told whether you did.",
                least=appraisal.threshold,
            )
        case Appraisal():
            return at.say("Read by the employee, their line and HR, once everybody's answer is there.")
    parties = dict.fromkeys(
        (*read.kind.parties(read.case, read.context), read.view.person.id if read.view.person else "")
    )
    said = [
        at.say(term("awaited", who)) if who == HR else f"{who} {names.get(who, '')}".strip()
        for who in parties
        if who and who != "system"
    ]
    rules = read.view.among.rules.comments if read.view.among else ()
    others = [at.say(term("reader", each)) for each in ("line", *rules) if each not in ("holder", "manager")]
    return at.say("Read by: {who}.", who=at.say("separator:list").join(dict.fromkeys((*said, *others))))
