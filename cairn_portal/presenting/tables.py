"""Tables at a terminal: what is copied from them, such as ids, is never broken over lines."""

import re
from collections.abc import Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from cairn.domain.streams import CASES, IN_CYCLE

READABLE = 6
"""Fewer cells than these make no column of words."""
GAP = 3
"""Cells between two columns: a column's padding on both sides and the line's."""
WHOLE = re.compile(
    rf"(?:{'|'.join(sorted(IN_CYCLE | CASES | {'person', 'department', 'policy', 'feed'}))})-\S+"
    r"|[A-Za-z0-9._@/+-]*\d[A-Za-z0-9._@/+-]*"
)
"""What stays in one piece: a stream's name, whatever it holds, and anything else with a digit in it."""


class Grid:
    """A table that is laid out when it is known how wide the terminal is. Columns of words give way first; where not
    even the ids have room beside each other, each row is written as a list of its cells."""

    def __init__(self, headers: Sequence[str], title: str | None = None, right: Sequence[str] = ()) -> None:
        self.headers, self.title, self.right = tuple(headers), title, tuple(right)
        self.rows: list[tuple[RenderableType, ...]] = []
        self.sections: set[int] = set()

    def add_row(self, *cells: RenderableType | None) -> None:
        """Another row; cells that are None or left out at its end are empty."""
        missing = [""] * (len(self.headers) - len(cells))
        self.rows.append((*("" if cell is None else cell for cell in cells), *missing))

    def add_section(self) -> None:
        """A line after the rows so far."""
        self.sections.add(len(self.rows))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        widths = fitted(*self._needs(console), self._room(options)) or self._needs(console)[0]
        return Measurement.get(console, options, self._table(widths))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        widths = fitted(*self._needs(console), self._room(options))
        if widths is None:
            yield from self._listed(max(self._needs(console)[0]), options.max_width)
        else:
            yield self._table(widths)

    def _room(self, options: ConsoleOptions) -> int:
        """Cells for the columns' content: lines and padding are not theirs."""
        return options.max_width - GAP * (len(self.headers) - 1) - 2

    def _needs(self, console: Console) -> tuple[list[int], list[int]]:
        """Of each column the least and the most it can use."""
        least, most = [], []
        for header, *cells in zip(self.headers, *self.rows, strict=True):
            texts = [header, *(_plain(console, cell) for cell in cells)]
            whole = [cell_len(found) for text in texts[1:] for found in WHOLE.findall(text)]
            longest = max(cell_len(line) for text in texts for line in text.splitlines() or [""])
            most.append(longest)
            least.append(max([min(longest, READABLE), *whole]))
        return least, most

    def _table(self, widths: Sequence[int]) -> Table:
        table = Table(
            title=self.title,
            title_justify="left",
            title_style="bold",
            box=box.SIMPLE_HEAD,
            header_style="bold",
            pad_edge=False,
        )
        for header, width in zip(self.headers, widths, strict=True):
            justify = "right" if header in self.right else "left"
            table.add_column(header, justify=justify, overflow="fold", width=width)  # type: ignore[arg-type]
        for n, cells in enumerate(self.rows, 1):
            table.add_row(*cells, end_section=n in self.sections)
        return table

    def _listed(self, needed: int, width: int) -> RenderResult:
        """Every row as names and values, with a line between rows; side by side where the values have room for it."""
        name = READABLE * 2
        if self.title:
            yield Text(self.title, style="bold")
        for cells in self.rows:
            row = Table.grid(padding=(0, 2))
            if needed > width - name - 2:
                for header, cell in zip(self.headers, cells, strict=True):
                    row.add_row(Text(header, style="dim"))
                    row.add_row(cell)
            else:
                row.add_column(style="dim", overflow="fold", max_width=name)
                row.add_column(overflow="fold")
                for header, cell in zip(self.headers, cells, strict=True):
                    row.add_row(header, cell)
            yield row
            yield Text("")


def fitted(least: Sequence[int], most: Sequence[int], room: int) -> list[int] | None:
    """The widths of columns in so much room: each has what it needs, the widest give way first. None where there is no
    room for what each needs at least."""
    if sum(least) > room:
        return None
    level = max(most, default=0)
    while sum(widths := [max(low, min(high, level)) for low, high in zip(least, most, strict=True)]) > room:
        level -= 1
    left = room - sum(widths)
    for n, high in enumerate(most):
        more = min(left, 1) if level < high and widths[n] == level else 0
        widths[n], left = widths[n] + more, left - more
    return widths


def _plain(console: Console, cell: RenderableType) -> str:
    if isinstance(cell, str):
        return console.render_str(cell).plain
    return cell.plain if isinstance(cell, Text) else ""
