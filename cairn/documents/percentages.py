"""Percentages: 95 means 95 %, whether `95`, `95%`, `95 ％` or an Excel cell that shows 95 %."""

from decimal import Decimal

from cairn.documents.cells import Cell, Given, cell_of, half_width, quoted
from cairn.documents.mistakes import Mistake, mistake
from cairn.documents.numbers import read_number

PERCENT = "%"


def read_percentage(given: Given) -> Decimal | Mistake:
    """The number before the sign, all its digits kept; a bare number is one of percent."""
    cell = cell_of(given)
    if isinstance(cell, Mistake):
        return cell
    text = half_width(cell.text)
    if not text.endswith(PERCENT):
        return mistake("percent:per-mille", written=quoted(cell.text)) if "‰" in text else read_number(cell)
    number = text.removesuffix(PERCENT).rstrip()
    return read_number(number) if number else mistake("number:unreadable", written=quoted(cell.text))


def read_measured(given: Given, unit: str) -> Decimal | Mistake:
    """A target or a value of something measured in `unit`, which may stand behind the number.

    For a unit other than `%` a percentage is refused: nobody can tell whether 95 or 0.95 is meant.
    """
    if half_width(unit) == PERCENT:
        return read_percentage(given)
    cell = cell_of(given)
    if isinstance(cell, Mistake):
        return cell
    text, known = half_width(cell.text), half_width(unit)
    if known and text.endswith(known) and text != known:
        return read_number(Cell(text.removesuffix(known).rstrip()))
    return read_number(cell)
