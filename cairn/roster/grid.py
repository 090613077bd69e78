"""A table as people keep it, cell by cell: what cannot be taken at its word is marked, not guessed."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import openpyxl
from openpyxl.cell import MergedCell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from cairn.policies.problems import RosterInvalid, RowProblem
from cairn.policies.sentences import words
from cairn.tables import shown

ENCODINGS = ("utf-8-sig", "gb18030")
DELIMITERS = ",;\t"
EXCEL = (".xlsx", ".xlsm")


@dataclass(frozen=True)
class Cell:
    """A cell's text; `fault` is the code of the sentence that says why the text cannot be used."""

    text: str
    fault: str = ""


@dataclass(frozen=True)
class GridRow:
    """One row; `number` counts as a spreadsheet does, from 1."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def blank(self) -> bool:
        return not any(cell.text for cell in self.cells)


def read_grid(path: Path, sheet: str | None = None) -> list[GridRow]:
    """The rows of a CSV file (UTF-8 or GB18030) or of a sheet (by default the first) that are not blank.

    Raises RosterInvalid when there is nothing to read rows from.
    """
    if path.suffix.lower() in EXCEL:
        rows = _excel_rows(_open_book(path), path, sheet)
    elif path.suffix.lower() == ".xls":
        raise refused(path, "old_excel")
    else:
        rows = _csv_rows(path)
    return [row for row in rows if not row.blank]


def sheet_names(path: Path) -> list[str]:
    """The sheets of an Excel file; none for other files."""
    return [sheet.title for sheet in _open_book(path).worksheets] if path.suffix.lower() in EXCEL else []


def refused(path: Path, code: str, row: int = 0, **facts: object) -> RosterInvalid:
    """The whole file is refused, in the words of the code."""
    return RosterInvalid([RowProblem(row, "", words(code, **facts), table=path.name)], path.name)


def _csv_rows(path: Path) -> Iterator[GridRow]:
    text = _decoded(path)
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    number = 0
    try:
        for number, cells in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1
        ):
            yield GridRow(number, tuple(_csv_cell(cell.strip()) for cell in cells))
    except csv.Error as error:
        raise refused(path, "broken_csv", number + 1, reason=error) from None


def _csv_cell(text: str) -> Cell:
    return Cell(text, "formula" if text.startswith("=") else "")


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise refused(path, "unreadable", reason=error.strerror or error) from None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refused(path, "encoding")


def _open_book(path: Path) -> openpyxl.Workbook:
    """The workbook with its formulas as formulas."""
    try:
        return openpyxl.load_workbook(path, data_only=False)
    except FileNotFoundError as error:
        raise refused(path, "unreadable", reason=error.strerror) from None
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
        raise refused(path, "no_excel", reason=str(error).splitlines()[0][:80]) from None


def _excel_rows(book: openpyxl.Workbook, path: Path, sheet: str | None) -> Iterator[GridRow]:
    sheets = {one.title: one for one in book.worksheets}
    chosen = sheets.get(sheet) if sheet else next(iter(sheets.values()), None)
    if chosen is None:
        raise refused(path, "no_sheet", sheet=sheet, known=tuple(sheets))
    origins = _origins(chosen)
    for number, row in enumerate(chosen.iter_rows(), 1):
        yield GridRow(number, tuple(_excel_cell(cell, origins) for cell in row))


def _excel_cell(cell: object, origins: dict[str, str]) -> Cell:
    if isinstance(cell, MergedCell):
        return Cell("", "merged" if origins.get(cell.coordinate) else "")
    kind, value = getattr(cell, "data_type", ""), getattr(cell, "value", None)
    if kind == "f":
        return Cell(str(getattr(value, "text", value)), "formula")
    return Cell(shown(value), "cell_error" if kind == "e" else "")


def _origins(sheet: Worksheet) -> dict[str, str]:
    """For every merged cell the text its range shows: a cell merged into a value is not simply empty."""
    return {
        cell.coordinate: shown(sheet.cell(area.min_row, area.min_col).value)
        for area in sheet.merged_cells.ranges
        for row in sheet.iter_rows(area.min_row, area.max_row, area.min_col, area.max_col)
        for cell in row
    }
