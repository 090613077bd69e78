"""SQL over files: each file a table of text in an SQLite database in memory, sums by exact decimals (`dsum`)."""

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from cairn.documents.cells import quoted
from cairn.documents.look_alikes import look_alikes
from cairn.documents.mistakes import Mistake, Place, Remark, mistake
from cairn.documents.numbers import ADDING, plain, read_number
from cairn.documents.tables import Table, read_table
from cairn.i18n import message

MOST_COLUMNS = 2000
"""SQLite's own limit."""


class Database(sqlite3.Connection):
    """An SQLite database that knows `dsum`. `refusals` says why a query could not sum, `remarks` what was passed
    over in the files it was made of."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.row_factory = sqlite3.Row
        self.refusals = teach_decimals(self)
        self.remarks: tuple[Remark, ...] = ()


class Refusals:
    """Why `dsum` could not go on: SQLite itself only says that it failed."""

    def __init__(self) -> None:
        self.last: Mistake | None = None

    def taken(self) -> Mistake | None:
        """The last one, which is then forgotten."""
        last, self.last = self.last, None
        return last


def teach_decimals(connection: Any) -> Refusals:
    """Adds `dsum(x)` to an SQLite connection: the exact sum as text, nothing of nothing, as SQL's own sum.

    It takes text and whole numbers, and REAL values whose decimal is sure (12.1, but not 0.1 + 0.2).
    """
    refusals = Refusals()

    class Sum:
        def __init__(self) -> None:
            self.total: Decimal | None = None

        def step(self, value: object) -> None:
            if value is not None and value != "":
                self.total = ADDING.add(self.total or Decimal(0), _summand(value, refusals))

        def finalize(self) -> str | None:
            return None if self.total is None else plain(self.total)

    connection.create_aggregate("dsum", 1, Sum)
    return refusals


def _summand(value: object, refusals: Refusals) -> Decimal:
    number = read_number(value) if isinstance(value, str | int | float) else mistake("query:no-number")
    if isinstance(number, Mistake):
        refusals.last = number
        raise ValueError
    return number


def open_tables(
    files: Mapping[str, Path], encodings: Mapping[str, str] | None = None
) -> Database | list[Mistake]:
    """A database in memory: a table for each file, every column text, empty cells null; or all that is wrong.

    `encodings` states those of text files by table name. May be used in another thread, by one at a time.
    """
    stated = encodings or {}
    tables = {name: read_table(path, None, stated.get(name), all_rows=True) for name, path in files.items()}
    mistakes = [one for name, table in tables.items() for one in _unusable(name, table)]
    if mistakes:
        return mistakes
    database = sqlite3.connect(":memory:", check_same_thread=False, factory=Database)
    for name, table in tables.items():
        add_table(database, name, table)
    database.remarks = tuple(one for table in tables.values() for one in table.remarks)
    return database


def _unusable(name: str, table: Table) -> list[Mistake]:
    """What is wrong with a file as a table of SQL, which knows no case in names."""
    found = list(table.mistakes)
    if not re.fullmatch(r"[A-Za-z_]\w*", name):
        found.append(mistake("query:table-name", table=quoted(name)))
    alike = look_alikes(dict.fromkeys(table.header), key=str.lower)
    found += [mistake("table:columns-alike", columns=columns).at(Place(table.source)) for columns in alike]
    if len(table.header) > MOST_COLUMNS:
        facts = {"found": str(len(table.header)), "most": str(MOST_COLUMNS)}
        found.append(mistake("query:columns", **facts).at(Place(table.source)))
    return found


def add_table(database: sqlite3.Connection, name: str, table: Table) -> None:
    """Puts a table's rows under `name` into the database, in the order of the file."""
    columns = ", ".join(f"{_identifier(column)} text" for column in table.header)
    marks = ", ".join("?" * len(table.header))
    database.execute(f"create table {_identifier(name)} ({columns})")
    rows = ([cell.text or None for cell in row.cells] for row in table.rows)
    database.executemany(f"insert into {_identifier(name)} values ({marks})", rows)
    database.commit()


def replace_table(
    database: Database, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Puts rows of text under `name` into the database, instead of what it had there; `columns` in their order."""
    database.execute(f"drop table if exists {_identifier(name)}")
    described = ", ".join(f"{_identifier(column)} text" for column in columns)
    database.execute(f"create table {_identifier(name)} ({described})")
    marks = ", ".join("?" * len(columns))
    database.executemany(f"insert into {_identifier(name)} values ({marks})", rows)
    database.commit()


def keep(database: Database, name: str, query: str, parameters: Mapping[str, object]) -> Mistake | None:
    """Keeps the rows of a select as a table for the queries after it; why not, where that fails."""
    try:
        database.execute(f"create table {_identifier(name)} as {query}", dict(parameters))
    except (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError) as error:
        return _failed(database, error)
    return None


def add_view(database: Database, name: str, query: str) -> Mistake | None:
    """Names a select for the queries after it; why not, where that fails."""
    try:
        database.execute(f"create view {_identifier(name)} as {query}")
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        return _failed(database, error)
    return None


def select(
    database: Database, query: str, parameters: Mapping[str, object] | None = None
) -> list[dict[str, Any]] | Mistake:
    """The rows of one query that changes nothing, by column name; or why it gives none."""
    database.execute("pragma query_only = on")
    try:
        return [dict(row) for row in database.execute(query, dict(parameters or {}))]
    except (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError) as error:
        return _failed(database, error)
    finally:
        database.execute("pragma query_only = off")


def _failed(database: Database, error: Exception) -> Mistake:
    """`dsum`'s own reason where it stopped the query, else SQLite's."""
    refused = database.refusals.taken()
    if refused is not None and "user-defined" in str(error):
        return Mistake(message("query:dsum", reason=refused.message), Place())
    return mistake("query:failed", reason=str(error))


def _identifier(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))
