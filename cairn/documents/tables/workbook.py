"""Excel workbooks, cell by cell: what a person sees there, with all its digits, and why a cell cannot be used."""

import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cairn.documents.cells import BLANK, Cell, as_text, quoted, trimmed
from cairn.documents.mistakes import Mistake, mistake
from cairn.documents.numbers import plain, shifted
from cairn.i18n import message

if TYPE_CHECKING:  # openpyxl takes a third of a second to load: only those who read a workbook pay
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

EXCELS_DIGITS = 15
"""Excel computes in binary and shows at most fifteen digits: what lies beyond is noise."""
ZERO_FILLED = re.compile(r"0{2,}")
ESCAPED = re.compile(r"_x005F_(?=x[0-9A-Fa-f]{4}_)")
"""An underscore that Excel would take for the beginning of a sign's code."""
NOT_SHOWN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
"""Parts of a number format that are no signs of its number: literal text, colours, padding."""


@dataclass(frozen=True)
class Sheet:
    """The rows of one sheet, from its first; `others` are the visible sheets with content that were not read."""

    name: str
    rows: list[tuple[int, list[Cell]]]
    others: tuple[str, ...]


def read_sheet(raw: bytes, name: str | None) -> Sheet | Mistake:
    """The sheet of this name, else the first visible one that holds anything."""
    book = _opened(raw)
    if isinstance(book, Mistake):
        return book
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if name is not None and name not in sheets:
        return mistake("table:no-sheet", sheet=quoted(name), known=tuple(sheets))
    filled = [
        title for title, sheet in sheets.items() if sheet.sheet_state == "visible" and _has_content(sheet)
    ]
    chosen = name or next(iter(filled or sheets), None)
    if chosen is None:
        return mistake("table:empty")
    others = () if name else tuple(title for title in filled if title != chosen)
    return Sheet(chosen, list(_rows(sheets[chosen], _counts_from_1904(book))), others)


def sheet_names(raw: bytes) -> list[str]:
    """The names of a workbook's sheets; none where it cannot be read."""
    book = _opened(raw)
    return [] if isinstance(book, Mistake) else [sheet.title for sheet in book.worksheets]


def _opened(raw: bytes) -> "Workbook | Mistake":
    """The workbook with its formulas as formulas."""
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_workbook(io.BytesIO(raw), data_only=False)
    except Exception:  # a damaged file fails anywhere in zip, XML or openpyxl, with whatever that raises
        return mistake("table:no-workbook")


def _counts_from_1904(book: "Workbook") -> bool:
    return book.epoch.year == 1904


def _has_content(sheet: "Worksheet") -> bool:
    return any(cell.value is not None for row in sheet.iter_rows() for cell in row)


def _rows(sheet: "Worksheet", from_1904: bool) -> Iterator[tuple[int, list[Cell]]]:
    merged = _merged(sheet)
    for number, row in enumerate(sheet.iter_rows(), 1):
        yield number, [_cell(cell, merged, from_1904) for cell in row]


def _cell(cell: Any, merged: set[str], from_1904: bool) -> Cell:
    value, kind = cell.value, cell.data_type
    if value is None:
        covered = merged and cell.coordinate in merged
        return Cell("", fault=message("cell:merged")) if covered else BLANK
    if kind == "f":
        written = str(getattr(value, "text", None) or value)
        return Cell(written, fault=message("cell:formula", written=quoted(written)))
    if kind == "e":
        return Cell(str(value), fault=message("cell:error", written=quoted(str(value))))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number_cell(value, str(cell.number_format), from_1904)
    if isinstance(value, date | bool):
        return Cell(as_text(value), value)
    return Cell(trimmed(ESCAPED.sub("_", str(value))))


def _number_cell(value: int | float, format: str, from_1904: bool) -> Cell:
    number = _exact(value)
    if not number.is_finite():
        return Cell(str(value))
    text = plain(number)
    shown = NOT_SHOWN.sub("", format.partition(";")[0])
    if "%" in shown:
        text = f"{plain(shifted(number, 2))}%"
    elif ZERO_FILLED.fullmatch(shown) and number >= 0 and number == number.to_integral_value():
        text = text.zfill(len(shown))
    return Cell(text, number, None, from_1904)


def _exact(value: int | float) -> Decimal:
    """The digits that Excel shows when a cell is wide enough."""
    number = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.{EXCELS_DIGITS}g}")
    return shifted(number, 0) if number.is_finite() and abs(number.adjusted()) < 400 else number


def _merged(sheet: "Worksheet") -> set[str]:
    """The cells that are covered by a merged one with a value: they are not simply empty."""
    return {
        sheet.cell(row, column).coordinate
        for area in sheet.merged_cells.ranges
        if sheet.cell(area.min_row, area.min_col).value is not None
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }
