"""Excel workbooks that Cairn hands out: what they say is read again as it is, and nothing in them is a formula."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from cairn.documents.tables.workbook import EXCELS_DIGITS

if TYPE_CHECKING:  # openpyxl takes a third of a second to load: only those who write a workbook pay
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

Written = str | Decimal | int | date | None
"""What a cell may hold; None and empty text leave it empty."""
COMPUTED = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so is computed by a spreadsheet into which it is typed or pasted: it is marked as text."""
ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What Excel takes for a sign's code within a text."""
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Signs that XML cannot hold."""
CHOICES = "choices"
"""The hidden sheet with what may be chosen."""
LAST = 10_000
"""Drop-downs and formats reach down to this row, where the rows are fewer."""


@dataclass(frozen=True)
class Column:
    """A column: what stands above it, what its cells hold, and what may be chosen, where that is a closed list.
    `strict` says that nothing else may be typed."""

    header: str
    kind: Literal["text", "number", "day"] = "text"
    choices: tuple[str, ...] = ()
    strict: bool = True
    width: int = 16


@dataclass(frozen=True)
class SheetOut:
    """One sheet: its name, its columns and its rows, each of as many cells."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Written]] = ()


def write_workbook(sheets: Sequence[SheetOut]) -> bytes:
    """The workbook as a file's octets."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = "Cairn"
    first = book.active
    assert first is not None
    book.remove(first)
    for sheet in sheets:
        _fill(book.create_sheet(sheet.name), sheet)
    _offer(book, sheets)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: "Worksheet", sheet: SheetOut) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for n, column in enumerate(sheet.columns, 1):
        head = page.cell(1, n)
        _write(head, column.header)
        head.font = Font(bold=True)
        letter = get_column_letter(n)
        page.column_dimensions[letter].width = column.width
        page.column_dimensions[letter].number_format = _format(column.kind)
    for number, row in enumerate(sheet.rows, 2):
        for n, (column, value) in enumerate(zip(sheet.columns, row, strict=True), 1):
            cell = page.cell(number, n)
            _write(cell, value)
            if isinstance(value, str) and "\n" in value:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            if not isinstance(value, Decimal | int):
                cell.number_format = _format(column.kind)
    page.freeze_panes = "A2"


def _format(kind: str) -> str:
    return {"text": "@", "number": "General", "day": "yyyy-mm-dd"}[kind]


def _write(cell: "Cell | MergedCell", value: Written) -> None:
    """Text as text, whatever it begins with; a number that Excel would round, as text too."""
    if value is None or value == "":
        return
    if isinstance(value, date) or (isinstance(value, Decimal | int) and _is_kept(Decimal(value))):
        cell.value = value
    else:
        text = ESCAPE.sub("_x005F_", UNWRITABLE.sub("\ufffd", str(value)))
        cell.value = text
        cell.data_type = "s"  # openpyxl takes what begins with = for a formula
        if text.startswith(COMPUTED):
            cell.quotePrefix = True


def _is_kept(number: Decimal) -> bool:
    digits = number.normalize().as_tuple().digits
    return number.is_finite() and len(digits) <= EXCELS_DIGITS and abs(number.adjusted()) < 20


def _offer(book: "Workbook", sheets: Sequence[SheetOut]) -> None:
    """Drop-downs; their lists lie in a hidden sheet, where they may be long and hold commas."""
    from openpyxl.utils import get_column_letter, quote_sheetname
    from openpyxl.worksheet.datavalidation import DataValidation

    offered = [
        (sheet, n, each) for sheet in sheets for n, each in enumerate(sheet.columns, 1) if each.choices
    ]
    if not offered:
        return
    lists: Any = book.create_sheet(CHOICES)
    lists.sheet_state = "hidden"
    for place, (sheet, n, column) in enumerate(offered, 1):
        for row, choice in enumerate(column.choices, 1):
            _write(lists.cell(row, place), choice)
        of = get_column_letter(place)
        listed = f"{quote_sheetname(CHOICES)}!${of}$1:${of}${len(column.choices)}"
        rule = DataValidation(
            type="list", formula1=listed, allow_blank=True, showErrorMessage=column.strict,
            errorStyle="stop",
        )  # fmt: skip
        letter = get_column_letter(n)
        rule.add(f"{letter}2:{letter}{max(LAST, len(sheet.rows) + 1)}")
        book[sheet.name].add_data_validation(rule)
