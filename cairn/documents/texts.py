"""Free text: kept as people wrote it, within a limit and without signs that no log can hold."""

import unicodedata

from cairn.documents.cells import Given, cell_of, quoted, trimmed
from cairn.documents.mistakes import Mistake, mistake

LONGEST = 10_000
LINE_ENDS = str.maketrans({"\r": "\n", "\u2028": "\n", "\u2029": "\n"})
WORD_JOINERS = "\u200b\u200c\u200d\u200e\u200f\ufeff"
"""Signs that some scripts and emoji need inside a text."""


def read_text(given: Given, most: int = LONGEST) -> str | Mistake:
    """Text of at most `most` characters, trimmed, its line ends made equal. NUL and control signs are refused."""
    if isinstance(given, str):
        text = trimmed(given)
    else:
        cell = cell_of(given)
        if isinstance(cell, Mistake):
            return cell
        text = cell.text
    text = text.replace("\r\n", "\n").translate(LINE_ENDS)
    if not text:
        return mistake("cell:empty")
    if len(text) > most:
        return mistake("text:too-long", written=quoted(text), most=most, length=len(text))
    if signs := invisible_in(text, allowed="\n\t" + WORD_JOINERS):
        return mistake("text:invisible", written=quoted(text), signs=signs)
    return text


def invisible_in(text: str, allowed: str) -> tuple[str, ...]:
    """The control and format signs and lone surrogates of a text, but for the allowed ones, as `U+0000`."""
    found = (
        sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Cs") and sign not in allowed
    )
    return tuple(dict.fromkeys(f"U+{ord(sign):04X}" for sign in found))
