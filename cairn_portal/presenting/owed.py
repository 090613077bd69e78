"""What the company owed somebody, in a line each: it stands beside a goal and its score and changes neither."""

from collections.abc import Mapping

from cairn.domain.case.context import is_place
from cairn.domain.streams import department_of
from cairn.i18n import term
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.words import value
from projections.models.promise import Debt

Words = Mapping[tuple[str, int | None], str]
"""What was promised or asked for, by case and number in it."""


def owed_line(at: Reader, debt: Debt, words: Words, names: Mapping[str, str]) -> str:
    """One line, such as "resource “test bench”, promised by E003 until 2026-03-20: came 79 days late".

    `words` are those that the reader may read; `names` are people's and departments', by id.
    """
    said = words.get((debt.name, debt.number))
    what = "" if said is None else f" “{value(at, said)}”"
    by = debtor(at, debt.owed_by, names)
    match debt.kind:
        case "promise" | "coaching":
            kind = at.say(term("choice", f"{debt.kind}.{debt.of}"))
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
    became = [outcome(at, debt)]
    if debt.outcome in ("missed", "not_held"):
        became.append(at.say(term("choice", f"coaching.{debt.outcome}")))
    if debt.replaced:
        became.append(at.say("another one took its place"))
    return at.say("{what}: {outcome}", what=said, outcome=at.say("separator:clause").join(became))


def outcome(at: Reader, debt: Debt) -> str:
    """What became of it: in time, late, still to come, never."""
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
    """Whoever owes it: a person, a department, HR or the company."""
    if who == "company":
        return at.say("the company")
    if is_place(who):
        return at.say(term("awaited", who))
    id, name = department_of(who) or who, names.get(who, "")
    return id if name in ("", id) else f"{id} {name}"
