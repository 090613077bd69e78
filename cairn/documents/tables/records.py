"""A table whose columns mean known fields: headers in Chinese or English, known by many names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cairn.documents.cells import BLANK, Cell, half_width, quoted
from cairn.documents.mistakes import Mistake, Place, Remark, mistake, remark
from cairn.documents.tables.grid import Grid, GridRow, read_grid
from cairn.documents.tables.layout import body, header_by_names
from cairn.documents.words import nearest

ALMOST = 0.8
"""How near an unknown header must be to an optional field's name to be told."""


@dataclass(frozen=True)
class Fields:
    """The fields of a table, each with the headers that mean it (Chinese and English, the one to write first), which
    of them a table must have, and which holds the id of a row's person or thing."""

    names: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    subject: str = "id"

    def name_for(self, one: str, header: Sequence[str]) -> str:
        """A field's name in the language of the file's own header."""
        return self.header(one, "en" if "".join(header).isascii() else "zh")

    def header(self, one: str, language: str) -> str:
        """What to write above a field's column: the first of its headers in a language."""
        english = language == "en"
        return next((name for name in self.names[one] if name.isascii() == english), self.names[one][0])


@dataclass(frozen=True)
class Record:
    """One row by fields. `columns` says what the file calls them; a field without column is not in `cells`."""

    source: str
    number: int
    cells: Mapping[str, Cell]
    columns: Mapping[str, str]
    subject: str = ""

    def __getitem__(self, one: str) -> Cell:
        """The field's cell, blank where the file has no such column."""
        return self.cells.get(one, BLANK)

    def place(self, one: str = "") -> Place:
        """Where the field stands, as the file itself names it."""
        return Place(self.source, self.number, column=self.columns.get(one, one), subject=self.subject)


@dataclass(frozen=True)
class Records:
    """The rows of a file by fields, what was passed over, and what is wrong with the file as a table."""

    source: str
    columns: Mapping[str, str] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    remarks: tuple[Remark, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def read_records(
    path: Path, fields: Fields, sheet: str | None = None, encoding: str | None = None
) -> Records:
    """The records of a file. Columns that mean no field are passed over and told once."""
    return records_of(read_grid(path, sheet, encoding), fields)


def records_of(grid: Grid, fields: Fields) -> Records:
    """The records of rows that were read already."""
    if grid.mistakes:
        return Records(grid.source, remarks=grid.remarks, mistakes=grid.mistakes)
    known = {_plain(name): one for one, names in fields.names.items() for name in names}
    start = header_by_names(grid.rows, lambda text: _plain(text) in known, min(2, len(fields.names)))
    if start is None:
        return Records(grid.source, remarks=grid.remarks, mistakes=(_no_header(grid, fields),))
    found = _columns(grid.rows[start], known, fields, grid.source)
    below = body(grid, start)
    headers = {one: grid.rows[start].cells[n].text for one, n in found.places.items()}
    records = tuple(_record(row, found.places, headers, grid.source, fields.subject) for row in below.rows)
    return Records(
        grid.source,
        headers,
        tuple(record for record in records if any(cell.text or cell.fault for cell in record.cells.values())),
        (*grid.remarks, *found.remarks, *below.remarks),
        (*found.mistakes, *below.mistakes),
    )


@dataclass
class _Columns:
    places: dict[str, int] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def twin_remarks(records: Sequence[Record], but: str = "id") -> list[Remark]:
    """Each group of records that are alike in all but one field, their id, once, at the last of them."""
    groups: dict[tuple[tuple[str, str], ...], list[Record]] = {}
    for record in records:
        rest = ((one, cell.text) for one, cell in record.cells.items() if one != but)
        groups.setdefault(tuple(rest), []).append(record)
    twins = (group for group in groups.values() if len(group) > 1)
    return [
        remark("table:twins", ids=tuple(quoted(each.subject) for each in group)).at(group[-1].place())
        for group in twins
    ]


def _columns(header: GridRow, known: Mapping[str, str], fields: Fields, source: str) -> _Columns:
    """Which column is which field; of several names for one field the first in its list is taken."""
    found, place = _Columns(), Place(source, header.number)
    texts = [cell.text for cell in header.cells]
    means: dict[str, list[int]] = {}
    for n, text in enumerate(texts):
        if one := known.get(_plain(text)):
            means.setdefault(one, []).append(n)
    for one, places in means.items():
        ranks = [_plain(name) for name in fields.names[one]]
        best, *others = sorted(places, key=lambda n: ranks.index(_plain(texts[n])))
        found.places[one] = best
        for other in others:
            told = {"column": texts[best], "other": texts[other]}
            if _plain(texts[other]) == _plain(texts[best]):
                found.mistakes.append(mistake("table:column-twice", column=texts[other]).at(place))
            else:
                found.remarks.append(remark("table:column-other", **told).at(place))
    unknown = [text for text in texts if text and _plain(text) not in known]
    _tell_missing(found, unknown, texts, fields, place)
    if unknown:
        found.remarks.append(remark("table:columns-passed-over", columns=tuple(unknown)).at(place))
    return found


def _tell_missing(
    found: _Columns, unknown: Sequence[str], header: Sequence[str], fields: Fields, place: Place
) -> None:
    """Required columns that are not there, and what is probably another one misspelt."""
    for one in (one for one in fields.names if one not in found.places):
        required = one in fields.required
        names = [_plain(name) for name in fields.names[one]]
        close = (text for text in unknown if nearest(_plain(text), names, 0.6 if required else ALMOST))
        near, name = next(close, None), fields.name_for(one, header)
        if required and near:
            found.mistakes.append(mistake("table:column-near", column=name, near=near).at(place))
        elif required:
            found.mistakes.append(
                mistake("table:column-missing", column=name, there=tuple(filter(None, header))).at(place)
            )
        elif near:
            found.remarks.append(remark("table:column-almost", column=name, near=near).at(place))


def _record(
    row: GridRow, places: Mapping[str, int], headers: Mapping[str, str], source: str, subject: str
) -> Record:
    cells = {one: row.cells[n] for one, n in places.items()}
    who = cells[subject].text if subject in cells and not cells[subject].fault else ""
    return Record(source, row.number, cells, headers, who)


def _no_header(grid: Grid, fields: Fields) -> Mistake:
    if not grid.rows:
        return mistake("table:empty").at(Place(grid.source))
    known = (
        dict.fromkeys((fields.name_for(one, "编号"), fields.name_for(one, "id"))) for one in fields.required
    )
    needed = tuple(" / ".join(names) for names in known)
    return mistake("table:no-header", needed=needed).at(Place(grid.source, grid.rows[0].number))


def _plain(header: str) -> str:
    """A header without what people add to it: case, blanks, a star for required, a note in brackets."""
    return re.sub(r"\(.*?\)|[\s_*\-]", "", half_width(header).casefold())
