"""Readings from CSV and Excel files, row by row or by a query over several of them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

from cairn.documents.cells import Given
from cairn.documents.mistakes import Mistake, Place, Remark, mistake
from cairn.documents.queries import open_tables, select
from cairn.documents.tables import read_table
from cairn.feeds.feed import NEEDED, PARTS, FilesSource, TablesSource
from cairn.feeds.invalid import FeedUnreadable
from cairn.feeds.readings import Raw

QUERY = "query"


def records(
    source: FilesSource, base: Path, parameters: Mapping[str, str], remarks: list[Remark]
) -> Iterator[Raw]:
    """Every row of every file that the source's path or pattern names, files in the order of their names. What was
    passed over in them is added to `remarks`."""
    names: dict[str, str] = {part: source.columns.get(part, part) for part in PARTS}
    constants: dict[str, Given] = dict(source.constants.items())
    needed = [names[part] for part in NEEDED if part not in source.constants]
    for path in _paths(filled_in(base, source.path, parameters)):
        table = read_table(path, source.sheet, source.encoding)
        if table.mistakes:
            raise FeedUnreadable(table.mistakes)
        remarks += table.remarks
        check_columns(path.name, table.header, needed)
        places = {part: table.header.index(name) for part, name in names.items() if name in table.header}
        for row in table.rows:
            cells: dict[str, Given] = {part: row.cells[n] for part, n in places.items()}
            yield Raw(path.name, row.number, {**cells, **constants}, names)


def query_records(
    source: TablesSource,
    base: Path,
    parameters: Mapping[str, str],
    days: tuple[date, date],
    remarks: list[Remark],
) -> Iterator[Raw]:
    """The result of the source's query over its files; `:from` and `:upto` are `days` as text."""
    paths = {name: filled_in(base, file, parameters) for name, file in source.tables.items()}
    opened = open_tables(paths, dict.fromkeys(paths, source.encoding) if source.encoding else None)
    if isinstance(opened, list):
        raise FeedUnreadable(opened)
    with closing(opened) as database:
        remarks += database.remarks
        bound = {**parameters, "from": days[0].isoformat(), "upto": days[1].isoformat()}
        found = select(database, source.query, bound)
    if isinstance(found, Mistake):
        raise FeedUnreadable([found.at(Place(QUERY))])
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
        raise FeedUnreadable([mistake("feed:no-file", pattern=str(pattern))])
    return paths


def check_columns(table: str, has: Iterable[str], needs: Iterable[str]) -> None:
    """Refuses a table that lacks columns, naming those it has."""
    there = tuple(has)
    missing = [name for name in needs if name not in there]
    told = [mistake("table:column-missing", column=name, there=there).at(Place(table)) for name in missing]
    if told:
        raise FeedUnreadable(told)
