"""Tables of people as somebody hands them in on a page: kept as text, read, and every bad row as cells to correct.

Nothing is kept between two requests: the page carries the text. It is written in one form (commas, a row a line), so
that a row's number is the same whenever it is read.
"""

import asyncio
import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cairn.documents.cells import text_formula
from cairn.documents.mistakes import Mistake, Place, mistake
from cairn.documents.tables import Fields, Grid, read_grid, records_of
from cairn.domain.policy import Policy
from cairn.i18n import Message
from cairn.roster.columns import DEPARTMENTS, PEOPLE
from cairn.roster.known import Known
from cairn.roster.reading import RosterInvalid, RosterRead, Stated, read_roster
from cairn_portal.reading.records import Records

LARGEST = 50 * 1024 * 1024
"""Octets that a workbook may unpack to."""
FILES = {"people": "roster.csv", "departments": "departments.csv"}
FIELDS: dict[str, Fields] = {"people": PEOPLE, "departments": DEPARTMENTS}


class Tables(NamedTuple):
    """What was handed in, as text; without a table of departments they come from the people's rows."""

    people: str
    departments: str = ""


class BadCell(NamedTuple):
    """A cell of a bad row: `column` counts from 0, `said` is what is wrong with it."""

    column: int
    header: str
    text: str
    said: tuple[Message, ...]


class BadRow(NamedTuple):
    """A row with all its cells; `said` is what is wrong with it as a whole. `number` counts from 1."""

    number: int
    cells: tuple[BadCell, ...]
    said: tuple[Message, ...]


class BadTable(NamedTuple):
    """What is wrong with one of the tables: as a whole, and row by row."""

    name: str
    said: tuple[Message, ...]
    rows: tuple[BadRow, ...]

    @property
    def has_header(self) -> bool:
        """Whether its bad rows can be shown by their columns."""
        return any(cell.header for row in self.rows for cell in row.cells)

    @property
    def messages(self) -> tuple[Message, ...]:
        """All that is wrong with it, wherever that stands."""
        of_rows = (
            each for row in self.rows for each in (*row.said, *(m for cell in row.cells for m in cell.said))
        )
        return (*self.said, *of_rows)


def as_text(raw: bytes, encoding: str | None = None, *, name: str = "") -> str | tuple[Mistake, ...]:
    """A file of rows as text: CSV, TSV or a workbook's first sheet, or why it cannot be read. `name` is what whoever
    hands it in calls the file."""
    if raw.startswith(b"PK\x03\x04") and not _unpacks_small(raw):
        return (mistake("table:no-workbook").at(Place(source=name)),)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        path.write_bytes(raw)
        grid = read_grid(path, encoding=encoding)
    if grid.mistakes:
        return tuple(replace(each, place=replace(each.place, source=name)) for each in grid.mistakes)
    headers = dict(enumerate(cell.text for cell in grid.rows[0].cells)) if grid.rows else {}
    lost = [
        Mistake(cell.fault).at(Place(source=name, row=row.number, column=headers.get(n, "")))
        for row in grid.rows
        for n, cell in enumerate(row.cells)
        if grid.is_workbook and cell.fault and not cell.text
    ]
    return tuple(lost) or _written(grid)


def _unpacks_small(raw: bytes) -> bool:
    try:
        return sum(each.file_size for each in zipfile.ZipFile(io.BytesIO(raw)).infolist()) <= LARGEST
    except zipfile.BadZipFile:
        return False


def _written(grid: Grid) -> str:
    """The rows as text, each in the line of its number; what is text in a cell stays text."""
    rows = {
        row.number: [cell.text if cell.fault else text_formula(cell.text) for cell in row.cells]
        for row in grid.rows
    }
    return _lines(rows.get(number, []) for number in range(1, max(rows, default=0) + 1))


def _lines(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def corrected(text: str, cells: Mapping[tuple[int, int], str]) -> str:
    """The text with other cells, by row from 1 and column from 0; a row without any cell left is taken out."""
    rows = [list(row) for row in csv.reader(io.StringIO(text, newline=""))]
    for (number, column), typed in cells.items():
        if 0 < number <= len(rows):
            row = rows[number - 1]
            row += [""] * (column + 1 - len(row))
            row[column] = typed.strip()
    return _lines(row if any(row) else [] for row in rows)


def read_tables(
    tables: Tables, policy: Policy | None, stated: Stated, known: Known | None = None
) -> RosterRead:
    """The roster that the tables state. Raises RosterInvalid with every mistake in them."""
    with TemporaryDirectory() as folder:
        people, departments = (Path(folder) / FILES[name] for name in ("people", "departments"))
        people.write_text(tables.people, encoding="utf-8")
        if tables.departments:
            departments.write_text(tables.departments, encoding="utf-8")
        table = departments if tables.departments else None
        return read_roster(people, departments=table, policy=policy, stated=stated, known=known)


async def read_here(records: Records, tables: Tables, stated: Stated, by: str) -> RosterRead:
    """The roster of the tables that somebody hands in, for this company: families are those of the policy that was
    adopted last, and who is known already may be named without a row. Raises RosterInvalid, also with what an import
    would be refused for."""
    policies, (now, today) = records.application.policies, await records.present()
    rules = await policies.version(await policies.choose(None)) if await policies.adopted() else None
    known = await records.application.people.known(by, now)
    return await asyncio.to_thread(read_tables, tables, rules, replace(stated, today=today), known)


def bad_tables(tables: Tables, invalid: RosterInvalid) -> tuple[BadTable, ...]:
    """What is wrong with the tables, table by table and row by row, with every cell of a bad row."""
    found = []
    for name, text in tables._asdict().items():
        mistakes = [each for each in invalid.mistakes if _is_of(each, name)]
        if mistakes:
            found.append(bad_table(name, text, FIELDS[name], mistakes))
    return tuple(found)


def _grid(text: str) -> Grid:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        path.write_text(text, encoding="utf-8")
        return read_grid(path, encoding="utf-8")


def _is_of(told: Mistake, name: str) -> bool:
    """Whether a mistake is one of a table; what names none is one of the people's."""
    return (told.place.source == FILES["departments"]) == (name == "departments")


def bad_table(name: str, text: str, fields: Fields, mistakes: Sequence[Mistake]) -> BadTable:
    """What is wrong with a table of these fields, with every cell of a bad row."""
    grid = _grid(text)
    headers = _headers(grid, fields)
    cells = {row.number: [cell.text for cell in row.cells] for row in grid.rows}
    bad: dict[int, list[Mistake]] = {}
    whole = []
    for each in mistakes:
        if each.place.row in cells:
            bad.setdefault(each.place.row, []).append(each)
        else:
            whole.append(each.message)
    rows = [_bad_row(number, cells[number], headers, told) for number, told in sorted(bad.items())]
    return BadTable(name, tuple(whole), tuple(rows))


def _headers(grid: Grid, fields: Fields) -> list[str]:
    """The header as the file writes it; empty where there is none."""
    known = set(records_of(grid, fields).columns.values())
    rows = ([cell.text for cell in row.cells] for row in grid.rows)
    return next((texts for texts in rows if known and known <= set(texts)), [])


def _bad_row(number: int, texts: Sequence[str], headers: Sequence[str], told: Sequence[Mistake]) -> BadRow:
    width = max(len(texts), len(headers))
    cells = []
    for column in range(width):
        header = headers[column] if column < len(headers) else ""
        said = tuple(each.message for each in told if header and each.place.column == header)
        cells.append(BadCell(column, header, texts[column] if column < len(texts) else "", said))
    of_cells = {message for cell in cells for message in map(id, cell.said)}
    return BadRow(number, tuple(cells), tuple(e.message for e in told if id(e.message) not in of_cells))
