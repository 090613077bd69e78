"""A file as rows of cells, whatever kind of file it is: judged by what it holds, not by what it is called."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cairn.documents.cells import Cell, text_cell
from cairn.documents.decoding import decode, read_content
from cairn.documents.mistakes import Mistake, Place, Remark, mistake, remark
from cairn.documents.tables import workbook
from cairn.documents.tables.splitting import split

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
EXCEL = (".xlsx", ".xlsm")


class GridRow(NamedTuple):
    """One row; `number` counts as a spreadsheet does, from 1."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def filled(self) -> list[Cell]:
        """The cells that hold anything."""
        return [cell for cell in self.cells if cell.text or cell.fault]

    @property
    def is_blank(self) -> bool:
        return not any(cell.text or cell.fault for cell in self.cells)


@dataclass(frozen=True)
class Grid:
    """The rows of a file that hold anything. With mistakes there are no rows: the file cannot be read."""

    source: str
    rows: tuple[GridRow, ...] = ()
    is_workbook: bool = False
    remarks: tuple[Remark, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def read_grid(path: Path, sheet: str | None = None, encoding: str | None = None) -> Grid:
    """The rows of a CSV, TSV or other text file, or of a sheet of an Excel workbook.

    `sheet` names the sheet (else the first with content is read, and the others are told); `encoding` states that
    of a text file (`gb18030`, `big5`, `cp1252` …).
    """
    raw = read_content(path)
    if isinstance(raw, Mistake):
        return _refused(path.name, raw)
    if raw.startswith(OLE):
        return _refused(path.name, mistake("table:old-excel"))
    if raw.startswith(ZIP) or path.suffix.lower() in EXCEL:
        return _from_workbook(path.name, raw, sheet)
    return _from_text(path.name, raw, encoding)


def sheet_names(path: Path) -> list[str]:
    """The sheets of an Excel file; none for other files."""
    raw = read_content(path)
    return workbook.sheet_names(raw) if isinstance(raw, bytes) and raw.startswith(ZIP) else []


def _refused(source: str, *mistakes: Mistake) -> Grid:
    return Grid(source, mistakes=tuple(one.at(Place(source)) for one in mistakes))


def _from_workbook(source: str, raw: bytes, sheet: str | None) -> Grid:
    found = workbook.read_sheet(raw, sheet)
    if isinstance(found, Mistake):
        return _refused(source, found)
    told = []
    if found.others:
        told.append(remark("table:other-sheets", sheet=found.name, others=found.others).at(Place(source)))
    rows = (GridRow(number, tuple(cells)) for number, cells in found.rows)
    return Grid(source, tuple(row for row in rows if not row.is_blank), True, tuple(told))


def _from_text(source: str, raw: bytes, encoding: str | None) -> Grid:
    decoded = decode(raw, encoding)
    if isinstance(decoded, Mistake):
        return _refused(source, decoded)
    if decoded.text.lstrip()[:15].casefold().startswith(("<!doctype", "<html", "<table", "<?xml")):
        return _refused(source, mistake("table:markup"))
    rows = split(decoded.text)
    if isinstance(rows, Mistake):
        return _refused(source, rows)
    made = _Cells()
    grid = [GridRow(number, tuple([made[text] for text in cells])) for number, cells in rows]
    return Grid(source, tuple(row for row in grid if not row.is_blank))


class _Cells(dict[str, Cell]):
    """One cell for each different text of a file: most texts of a large table stand there many times."""

    def __missing__(self, text: str) -> Cell:
        cell = text_cell(text)
        self[text] = made = Cell(text.strip(), fault=cell.message) if isinstance(cell, Mistake) else cell
        return made
