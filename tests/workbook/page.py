"""One worksheet: titles, inputs, formulas, and where each of them stands by name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | date | None

NOTHING = "–"
"""Stands where something has no points: no number, so no formula counts it."""


def _font(**facts: Any) -> Font:
    return Font(name="Calibri", **{"size": 11, **facts})


_TITLE, _HEAD, _QUIET = _font(bold=True, size=14), _font(bold=True), _font(color="666666", size=10)
_PLAIN, _BLUE = _font(), _font(color="1F4E9E")
_YELLOW, _GREY, _GREEN = (PatternFill("solid", fgColor=color) for color in ("FFF7DC", "E8EDF3", "E2F0DF"))
_THIN = Border(bottom=Side(style="thin", color="B8C0CC"))
DAY, NUMBER, POINTS = "yyyy-mm-dd", "#,##0.00##", "#,##0.0000"
HEAD_HEIGHT = 48
"""A table's head: three lines."""


def absolute(row: int, column: int) -> str:
    """`$C$5`."""
    return f"${get_column_letter(column)}${row}"


@dataclass(repr=False)
class Page:
    """A worksheet that is written from the top down. `inputs` and `results` say in which cell a name stands: inputs are
    what a person may change, results what is compared with Cairn."""

    sheet: Worksheet
    inputs: dict[str, str] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)
    row: int = 1

    def at(self, name: str) -> str:
        """Where a name stands, for formulas of this worksheet."""
        return self.inputs.get(name) or self.results[name]

    def from_elsewhere(self, name: str) -> str:
        """Where a name stands, for formulas of other worksheets."""
        return f"'{self.sheet.title}'!{self.at(name)}"

    def title(self, zh: str, en: str, *notes: str) -> None:
        self._text(1, f"{zh} · {en}", _TITLE)
        for note in notes:
            self.row += 1
            self._text(1, note, _QUIET)
        self.row += 2

    def heading(self, zh: str, en: str) -> None:
        self.row += 1
        self._text(1, f"{zh} · {en}", _HEAD)
        self.row += 1

    def columns(self, *names: str) -> None:
        """A table's head, `中文 English` in each cell."""
        for column, name in enumerate(names, 1):
            cell = self.sheet.cell(self.row, column, name)
            cell.font, cell.fill, cell.border = _HEAD, _GREY, _THIN
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        self.sheet.row_dimensions[self.row].height = HEAD_HEIGHT
        self.row += 1

    def put(
        self,
        column: int,
        value: Value,
        *,
        given: str = "",
        found: str = "",
        as_: str = "",
        strong: bool = False,
    ) -> str:
        """A cell of the row that is written: an input by the name `given`, a result by the name `found`, or neither."""
        cell = self.sheet.cell(self.row, column, value)
        where = absolute(self.row, column)
        is_text = isinstance(value, str) and not value.startswith("=")
        cell.font, cell.alignment = _PLAIN, Alignment(horizontal="left" if is_text else "right")
        cell.number_format = as_ or (DAY if isinstance(value, date) else "General")
        if given:
            self.inputs[given] = where
            cell.font, cell.fill = _BLUE, _YELLOW
        if found:
            self.results[found] = where
        if strong:
            cell.font, cell.fill = _HEAD, _GREEN
        return where

    def given(self, name: str, zh: str, en: str, value: Value, unit: str = "") -> str:
        """A row with one input."""
        return self._row(zh, en, value, unit, given=name)

    def found(
        self,
        name: str,
        zh: str,
        en: str,
        formula: Value,
        unit: str = "",
        as_: str = POINTS,
        strong: bool = False,
    ) -> str:
        """A row with one result."""
        return self._row(zh, en, formula, unit, found=name, as_=as_, strong=strong)

    def _row(self, zh: str, en: str, value: Value, unit: str, **facts: Any) -> str:
        self._text(1, zh)
        self._text(2, en)
        where = self.put(3, value, **facts)
        self._text(4, unit, _QUIET)
        self.row += 1
        return where

    def _text(self, column: int, text: str, font: Font = _PLAIN) -> None:
        cell = self.sheet.cell(self.row, column, text or None)
        cell.font = font

    def widths(self, *widths: float) -> None:
        """The columns' widths; the page is printed one page wide."""
        self.sheet.page_setup.orientation = "landscape"
        self.sheet.page_setup.fitToHeight = 0
        self.sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        for column, width in enumerate(widths, 1):
            self.sheet.column_dimensions[get_column_letter(column)].width = width


def column_letter(column: int) -> str:
    """`$C`, of a cell in the same row."""
    return f"${get_column_letter(column)}"


def column_of(cells: Sequence[str]) -> str:
    """The range from the first to the last of cells that stand one under another."""
    return f"{cells[0]}:{cells[-1]}"
