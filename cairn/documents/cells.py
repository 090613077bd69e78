"""What a parser is given: text that somebody typed, a value of Excel or of a database, or a cell of a table."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from cairn.documents.mistakes import Mistake, mistake
from cairn.i18n import Message

Value = Decimal | int | float | bool | date | datetime | None

SHOWN = 40
"""Characters of a text that a sentence quotes at most."""
LARGEST_INTEGER = 10**40
HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x2212: "-", 0xFE63: "-", 0xFFE5: "¥", 0xFFE1: "£", 0xFFE0: "¢",
}  # fmt: skip
"""Full-width forms, the minus sign and full-width currency: NFKC would also turn `10²` into 102."""
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
BLANKS = re.compile(r"[\s\u200b\ufeff\u2060]+")
TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
"""What Excel users write to keep leading zeros in a CSV: a text, not a computation; a quote in it stands twice."""


class Cell(NamedTuple):
    """One cell. `text` is what a person sees, trimmed, with all digits: `95.12%` where Excel shows 95 %.

    `value` is Excel's own, where it is no text; `fault` says why the cell holds nothing usable (a formula, an
    error, merged with others); `days_from_1904` that the workbook counts its days from 1904.
    """

    text: str
    value: Value = None
    fault: Message | None = None
    days_from_1904: bool = False


Given = str | Value | Cell
BLANK = Cell("")


def cell_of(given: Given) -> Cell | Mistake:
    """What was given, as a cell with trimmed text; a Mistake where it holds nothing that can be read."""
    if isinstance(given, Cell):
        return Mistake(given.fault) if given.fault else given
    if given is None:
        return BLANK
    if isinstance(given, str):
        return text_cell(given)
    return Cell(as_text(given), given)


def text_cell(text: str) -> Cell | Mistake:
    """Text from a file or a command line: trimmed, `="007"` taken for the text 007, other formulas refused."""
    text = trimmed(text)
    if text.startswith("="):
        if found := TEXT_FORMULA.fullmatch(text):
            return Cell(trimmed(found[1].replace('""', '"')))
        return mistake("cell:formula", written=quoted(text))
    return Cell(text)


def text_formula(text: str) -> str:
    """A text as a CSV may hold it whatever it begins with; `text_cell` reads it back."""
    return '="{}"'.format(text.replace('"', '""')) if text.startswith("=") else text


def as_text(value: Value) -> str:
    """A value as text: numbers with all their digits, days in ISO form."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() if abs(value) > LARGEST_INTEGER:  # str() refuses thousands of digits
            return format(Decimal(LARGEST_INTEGER if value > 0 else -LARGEST_INTEGER), "e")
        case float():
            return repr(value)
        case datetime():
            bare = value.tzinfo is None and value.time() == value.time().min
            return value.date().isoformat() if bare else value.isoformat(sep=" ")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def trimmed(text: str) -> str:
    """The text without blanks around it, those that nobody sees included."""
    stripped = text.strip()
    while not stripped.isascii() and (stripped[0] in INVISIBLE or stripped[-1] in INVISIBLE):
        stripped = stripped.strip(INVISIBLE).strip()
    return stripped


def half_width(text: str) -> str:
    """Digits, letters and signs in their plain form, blanks of any kind as one plain blank."""
    return BLANKS.sub(" ", text.translate(HALF_WIDTH)).strip()


def quoted(text: str) -> str:
    """A text short and plain enough to stand in a sentence: what is invisible is written as its code."""
    short = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return "".join(_visible(sign) for sign in short)


def _visible(sign: str) -> str:
    return f"<U+{ord(sign):04X}>" if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn") else sign
