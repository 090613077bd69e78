"""Files that people hand in, at the command line: all that is wrong with one, and what was passed over."""

from collections.abc import Iterable, Sequence

from rich.text import Text

from cairn.documents.mistakes import DocumentInvalid, Remark
from cairn.i18n import marked
from cairn_portal.cli.problem import REFUSED
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.mistakes import mistake_facts
from cairn_portal.presenting.words import grid

REMEDIES = {
    "id:zeros": marked("To match ids past leading zeros, add --match-zeros."),
    "table:encoding": marked("To state the encoding, add --encoding, such as --encoding gb18030."),
    "date:ambiguous": marked("To state the order of dates, add --dates, such as --dates dmy."),
    "date:ambiguous-column": marked("To state the order of dates, add --dates, such as --dates dmy."),
}
"""Options that help against a mistake, where a command has them."""


def show_mistakes(at: Terminal, invalid: DocumentInvalid, heading: str, options: Sequence[str] = ()) -> int:
    """Every mistake with its place; `options` are those of the command that may help. Returns the exit code."""
    table = grid(at.say("where"), at.say("problem"))
    for each in invalid.mistakes:
        table.add_row(at.say(each.place.message or invalid.source), at.say(each.message))
    ids = dict.fromkeys(REMEDIES[each.message.id] for each in invalid.mistakes if each.message.id in REMEDIES)
    remedies = [Text(at.say(id), style="dim") for id in ids if any(option in id for option in options)]
    problems = [mistake_facts(at, each) for each in invalid.mistakes]
    at.answer(
        {"source": invalid.source, "problems": problems}, Text(heading, style="bold red"), table, *remedies
    )
    return REFUSED


def show_remarks(at: Terminal, remarks: Iterable[Remark]) -> None:
    """What was passed over in a file, or looks wrong in it, for people to see; programs find it in the answer."""
    if not at.as_json:
        for each in remarks:
            at.err.print(Text(f"! {each.text(at.language)}", style="yellow"))
