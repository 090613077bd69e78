"""A table whose columns nobody knows beforehand: every named column, every row."""

from dataclasses import dataclass
from pathlib import Path

from cairn.documents.mistakes import Mistake, Place, Remark, mistake, remark
from cairn.documents.tables.grid import Grid, GridRow, read_grid
from cairn.documents.tables.layout import body, header_by_shape


@dataclass(frozen=True)
class Table:
    """A header and rows of as many cells, told what was passed over. With mistakes nothing of it may be used."""

    source: str
    header: tuple[str, ...] = ()
    rows: tuple[GridRow, ...] = ()
    remarks: tuple[Remark, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def read_table(
    path: Path, sheet: str | None = None, encoding: str | None = None, all_rows: bool = False
) -> Table:
    """The table of a file. Columns without a name (what pandas writes first) are passed over; a name that is there
    twice is a mistake, and so is every row that is longer than the header. Totals, notes and the template's
    instructions are passed over too, but with `all_rows`."""
    grid = read_grid(path, sheet, encoding)
    if grid.mistakes:
        return Table(grid.source, remarks=grid.remarks, mistakes=grid.mistakes)
    if not grid.rows:
        return Table(grid.source, mistakes=(mistake("table:empty").at(Place(grid.source)),))
    return _below(grid, header_by_shape(grid.rows), all_rows)


def _below(grid: Grid, start: int, all_rows: bool) -> Table:
    below = body(grid, start, all_rows)
    names = [cell.text for cell in grid.rows[start].cells]
    named = [n for n, name in enumerate(names) if name]
    place = Place(grid.source, grid.rows[start].number)
    twice = {
        name: mistake("table:column-twice", column=name).at(place) for name in names if names.count(name) > 1
    }
    twice.pop("", None)
    if not named:
        return Table(grid.source, mistakes=(mistake("table:empty").at(place),))
    remarks = [*grid.remarks, *below.remarks]
    if any(row.cells[n].text for row in below.rows for n in range(len(row.cells)) if not names[n]):
        remarks.append(remark("table:unnamed").at(place))
    return Table(
        grid.source,
        tuple(names[n] for n in named),
        tuple(GridRow(row.number, tuple(row.cells[n] for n in named)) for row in below.rows),
        tuple(remarks),
        (*twice.values(), *below.mistakes),
    )
