"""Files of rows as people export them (CSV, Excel), and SQL over several of them with exact decimals."""

import csv
import io
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from cairn.i18n import Language, Message, message

ENCODINGS = ("utf-8-sig", "gb18030")


class TableUnreadable(Exception):
    """A file or a query that gives no rows; `sentence_zh` and `sentence_en` say where and what to do."""

    def __init__(
        self,
        sentence: Message,
    ) -> None:
        self.sentence = sentence
        super().__init__(str(sentence))

    def text(self, language: Language = "zh") -> str:
        return self.sentence.text(language)


@dataclass(frozen=True)
class Line:
    """One row of a file: `number` counts as a spreadsheet does (the header is 1); empty cells are missing."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    header: tuple[str, ...]
    lines: tuple[Line, ...]


def read_table(path: Path, sheet: str | None = None) -> Table:
    """The rows of a CSV file (UTF-8 or GB18030) or of an Excel sheet, every cell as text.

    Raises TableUnreadable, naming file and row, where the file is missing, has no header, has a column twice
    or a row longer than its header. Formulas arrive as written (`=A1+B1`), for the caller to refuse.
    """
    if not path.is_file():
        raise TableUnreadable(message("the file {path} is not there", path=path))
    rows = _excel_rows(path, sheet) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv_rows(path)
    return _table(path, rows)


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(_decoded(path), newline=""), strict=True), 1):
            yield number, cells
    except csv.Error as error:
        raise TableUnreadable(
            message(
                "{path}, row {number}: quotes do not match or the row is malformed ({error})",
                path=path.name,
                number=number + 1,
                error=error,
            )
        ) from None


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableUnreadable(
        message("{path} is neither UTF-8 nor GB18030: save it as CSV UTF-8", path=path.name)
    )


def _excel_rows(path: Path, sheet: str | None) -> Iterator[tuple[int, list[str]]]:
    try:
        book = openpyxl.load_workbook(path, read_only=True)
    except (InvalidFileException, BadZipFile, KeyError, OSError):
        raise TableUnreadable(message("{path} is no readable Excel file", path=path.name)) from None
    with closing(book):
        if sheet is not None and sheet not in book.sheetnames:
            names = ", ".join(book.sheetnames)
            raise TableUnreadable(
                message(
                    "{path} has no sheet {sheet}; it has: {names}", path=path.name, sheet=sheet, names=names
                )
            )
        chosen = book[sheet or book.sheetnames[0]]
        for number, row in enumerate(chosen.iter_rows(values_only=True), 1):
            yield number, [shown(cell) for cell in row]


def shown(cell: object) -> str:
    """A cell as text: dates in ISO form, numbers as people read them, nothing as the empty text."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == cell.time().min else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return format(Decimal(repr(cell)).normalize(), "f")
    return str(cell).strip()


def _table(path: Path, rows: Iterator[tuple[int, list[str]]]) -> Table:
    filled = ((number, cells) for number, cells in rows if any(cell.strip() for cell in cells))
    _, first = next(filled, (1, []))
    while first and not first[-1].strip():
        first.pop()
    header = tuple(name.strip() for name in first)
    if not header:
        raise TableUnreadable(message("{path} is empty: its first row names the columns", path=path.name))
    twice = next((name for n, name in enumerate(header) if name in header[:n] or not name), None)
    if twice is not None:
        raise TableUnreadable(
            message(
                "{path}, row 1: the column name '{twice}' is empty or there twice",
                path=path.name,
                twice=twice,
            )
        )
    return Table(header, tuple(_line(path, number, header, cells) for number, cells in filled))


def _line(path: Path, number: int, header: tuple[str, ...], cells: list[str]) -> Line:
    if any(cell.strip() for cell in cells[len(header) :]):
        raise TableUnreadable(
            message(
                "{path}, row {number}: {cells} values for {header} columns (quote commas)",
                path=path.name,
                number=number,
                cells=len(cells),
                header=len(header),
            )
        )
    named = zip(header, (cell.strip() for cell in cells), strict=False)
    return Line(number, {name: cell for name, cell in named if cell})


class _DecimalSum:
    """`dsum(x)`: the exact sum of numbers kept as text, as text; nothing of nothing, as SQL's own sum."""

    def __init__(self) -> None:
        self.total: Decimal | None = None

    def step(self, value: object) -> None:
        if value is not None:
            self.total = (self.total or Decimal(0)) + _exact(value)

    def finalize(self) -> str | None:
        return None if self.total is None else format(self.total, "f")


def _exact(value: object) -> Decimal:
    if isinstance(value, float):
        raise ValueError("dsum takes text or whole numbers: this value has become a float already")
    return Decimal(str(value))


def teach_decimals(connection: Any) -> None:
    """Adds `dsum` to a SQLite connection: SQLite's own sum() of decimals is a binary float."""
    connection.create_aggregate("dsum", 1, _DecimalSum)


def open_tables(files: Mapping[str, Path]) -> sqlite3.Connection:
    """An SQLite database in memory: a table per file, every column text, empty cells null, `dsum` there.

    The connection may be used in another thread, by one at a time. Raises TableUnreadable.
    """
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.row_factory = sqlite3.Row
    teach_decimals(database)
    for name, path in files.items():
        add_table(database, name, read_table(path))
    return database


def add_table(database: sqlite3.Connection, name: str, table: Table) -> None:
    """Puts a table's rows under `name` into the database, in the order of the file."""
    if not re.fullmatch(r"[A-Za-z_]\w*", name):
        raise TableUnreadable(message("the table name {name} may only have letters, digits and _", name=name))
    columns = ", ".join('"{}" text'.format(column.replace('"', '""')) for column in table.header)
    marks = ", ".join("?" * len(table.header))
    database.execute(f'create table "{name}" ({columns})')
    rows = ([line.cells.get(column) for column in table.header] for line in table.lines)
    database.executemany(f'insert into "{name}" values ({marks})', rows)
    database.commit()


def select(
    database: sqlite3.Connection, query: str, parameters: Mapping[str, object] | None = None
) -> list[dict[str, Any]]:
    """The rows of one read-only query, by column name. Raises TableUnreadable with SQLite's own reason."""
    database.execute("pragma query_only = on")
    try:
        cursor = database.execute(query, dict(parameters or {}))
        return [dict(row) for row in cursor]
    except (sqlite3.Error, sqlite3.Warning, InvalidOperation) as error:
        raise TableUnreadable(message("the query cannot be run: {error}", error=error)) from None
    finally:
        database.execute("pragma query_only = off")
