"""Text of rows and cells (CSV, TSV, semicolons, bars): the delimiter is the one that makes a table of it."""

import csv
import io
from collections import Counter
from itertools import islice

from cairn.documents.mistakes import Mistake, Place, mistake

DELIMITERS = ",;\t|"
SAMPLE = 30
"""Rows by which the delimiter is found; a title above the header does no harm."""

Rows = list[tuple[int, list[str]]]


def split(text: str) -> Rows | Mistake:
    """The rows with their numbers, counted as a spreadsheet does: a cell of two lines is in one row."""
    if "\0" in text:
        return mistake("table:nul").at(Place(row=text.count("\n", 0, text.index("\0")) + 1))
    text, stated = _without_directive(text)
    rows: Rows = []
    try:
        for number, cells in enumerate(_reader(text, stated or find_delimiter(text)), 1):
            rows.append((number, cells))
    except csv.Error:
        return mistake("table:quotes").at(Place(row=len(rows) + 1))
    return rows


def find_delimiter(text: str) -> str:
    """The delimiter by which most rows have the same number of cells, at least two; of equals the most cells."""
    return max(DELIMITERS, key=lambda delimiter: _regularity(text, delimiter))


def _regularity(text: str, delimiter: str) -> tuple[int, int]:
    widths: Counter[int] = Counter()
    try:
        for cells in islice(_reader(text, delimiter), SAMPLE):
            widths[len(cells)] += any(cell.strip() for cell in cells)
    except csv.Error:
        pass
    return max(((number, width) for width, number in widths.items() if width > 1 and number), default=(0, 0))


def _reader(text: str, delimiter: str):  # type: ignore[no-untyped-def]
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _without_directive(text: str) -> tuple[str, str]:
    """Excel's `sep=;` on the first line, which is no row, and the delimiter it states."""
    first, _, rest = text.partition("\n")
    directive = first.strip('\r\ufeff"')
    if directive.casefold().startswith("sep=") and len(directive) == 5:
        return rest, directive[4]
    return text, ""
