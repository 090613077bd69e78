"""What the company owed somebody, in a line each: it stands beside a goal and its score and changes neither."""

from collections.abc import Mapping

from cairn.domain.streams import department_of
from cairn.i18n import term
from cairn_portal.presenting.reader import Reader
from projections.models.promise import Debt


def owed_line(at: Reader, debt: Debt, words: Mapping[str, str], names: Mapping[str, str]) -> str:
    """One line, such as "resource “test bench”, promised by E003 until 2026-03-20: came 79 days late".

    `words` are what was promised or asked for, by case, as far as the reader may read it; `names` are people's and
    departments', by id.
    """
    what = f" “{words[debt.name]}”" if debt.name in words else ""
    by = debtor(at, debt.owed_by, names)
    match debt.kind:
        case "promise":
            kind = at.say(term("choice", f"promise.{debt.of}"))
            said = at.say("{what}, promised by {by} until {due:day}", what=kind + what, by=by, due=debt.due)
        case "request":
            help_asked = at.say("help from another department")
            said = at.say(
                "{what}, promised by {by} until {due:day}", what=help_asked + what, by=by, due=debt.due
            )
        case "feedback":
            said = at.say("feedback by {by}, due on {due:day}", by=by, due=debt.due)
        case "data":
            said = at.say("data of {period}, which ended on {due:day}", period=debt.period, due=debt.due)
    return at.say("{what}: {outcome}", what=said, outcome=_outcome(at, debt))


def _outcome(at: Reader, debt: Debt) -> str:
    if debt.came is None and not debt.open:
        return at.say("never came")
    if debt.came is None:
        if not debt.days_late and not debt.breached:
            return at.say("still to come")
        return at.say("{days} {days:plural,day,days} late, and not there yet", days=debt.days_late or 0)
    if debt.days_late:
        return at.say("came {days} {days:plural,day,days} late", days=debt.days_late)
    return at.say("came late that day") if debt.breached else at.say("came in time")


def debtor(at: Reader, who: str, names: Mapping[str, str]) -> str:
    """Whoever owes it: a person, a department or the company."""
    if who == "company":
        return at.say("the company")
    id, name = department_of(who) or who, names.get(who, "")
    return id if name in ("", id) else f"{id} {name}"
