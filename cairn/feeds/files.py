"""Readings from CSV and Excel files, row by row or by a query over several of them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

from cairn.feeds.feed import NEEDED, PARTS, FilesSource, TablesSource
from cairn.feeds.readings import Raw
from cairn.i18n import message
from cairn.tables import TableUnreadable, open_tables, read_table, select

QUERY = "query"


def records(source: FilesSource, base: Path, parameters: Mapping[str, str]) -> Iterator[Raw]:
    """Every row of every file that the source's path or pattern names, files in the order of their names."""
    names: dict[str, str] = {part: source.columns.get(part, part) for part in PARTS}
    constants: dict[str, object] = dict(source.constants.items())
    needed = [names[part] for part in NEEDED if part not in source.constants]
    for path in _paths(filled_in(base, source.path, parameters)):
        table = read_table(path, source.sheet)
        check_columns(path.name, table.header, needed)
        for line in table.lines:
            cells: dict[str, object] = {part: line.cells.get(column) for part, column in names.items()}
            yield Raw(path.name, line.number, {**cells, **constants}, names)


def query_records(
    source: TablesSource, base: Path, parameters: Mapping[str, str], after: date, upto: date
) -> Iterator[Raw]:
    """The result of the source's query over its files; `:from` and `:upto` are days as text."""
    paths = {name: filled_in(base, file, parameters) for name, file in source.tables.items()}
    with closing(open_tables(paths)) as database:
        bound = {**parameters, "from": after.isoformat(), "upto": upto.isoformat()}
        found = select(database, source.query, bound)
    if found:
        check_columns(QUERY, found[0], NEEDED)
    yield from (Raw(QUERY, number, cells, {}) for number, cells in enumerate(found, 1))


def filled_in(base: Path, written: str, parameters: Mapping[str, str]) -> Path:
    """A path of the YAML with its `{name}` filled in, from `base` on unless it is absolute."""
    for name, value in parameters.items():
        written = written.replace("{" + name + "}", value)
    return base / written


def _paths(pattern: Path) -> list[Path]:
    paths = [pattern] if pattern.is_file() else sorted(pattern.parent.glob(pattern.name))
    if not paths:
        raise TableUnreadable(message("no file matches {pattern}", pattern=pattern))
    return paths


def check_columns(table: str, has: Iterable[str], needs: Iterable[str]) -> None:
    """Refuses a table that lacks a column, naming those it has."""
    there = list(has)
    missing = [name for name in needs if name not in there]
    if missing:
        raise TableUnreadable(
            message(
                "{table} has no column {missing}; it has: {there}", table=table, missing=missing, there=there
            )
        )
