"""What people put around their rows: titles, totals, notes, examples of the template. Recognised, and told once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cairn.documents.cells import BLANK, Cell, half_width, quoted
from cairn.documents.mistakes import Mistake, Place, Remark, mistake, remark
from cairn.documents.tables.grid import Grid, GridRow
from cairn.i18n import marked

HEADER_WITHIN = 10
"""A title may stand above the header, but not more rows than this."""
SAMPLE = 30
EXAMPLE_ROW = marked("table:example")

TOTAL = re.compile(
    r"(合计|总计|小计|共计|总和|汇总|sum|(grand|sub)?-?totals?)[:：]?[\d.,]*[人行条项]?|共[\d,]+[人行条项]"
)
EXAMPLE = re.compile(
    r"[(\[【<]?(示例|样例|范例|例|例如|模板|example|sample|e\.g\.)[\d:：)\]】>].*|(示例|样例|范例|example|sample|e\.g\.)"
)
FORMAT = re.compile(
    r"[(\[【<]?(必填|选填|可选|文本|日期|数字|数值|整数|required|optional|mandatory|text|string|date|number|integer"
    r"|[ymd]{2,4}[-/.][ymd]{1,4}[-/.][ymd]{1,4})项?[)\]】>]?"
    r"|(例如|如|例|请填写?|填写|格式|示例|e\.g\.|such as|format|fill).+"
)
NOTE = re.compile(
    r"(制表|审核|填表|批准|打印|导出|注|备注|说明|数据来源|preparedby|printed|exported|notes?|source)\w*[:：].*"
)


@dataclass(frozen=True)
class Body:
    """The rows below a header that are rows of the table."""

    rows: tuple[GridRow, ...]
    remarks: tuple[Remark, ...]
    mistakes: tuple[Mistake, ...]


def header_by_shape(rows: tuple[GridRow, ...]) -> int:
    """Which row is the header of a table of unknown columns: the first one about as wide as the table."""
    widths = [sum(bool(cell.text) for cell in row.cells) for row in rows[:SAMPLE]]
    wide = (n for n, width in enumerate(widths[:HEADER_WITHIN]) if width >= max(2, 0.6 * max(widths)))
    return next(wide, 0)


def header_by_names(rows: tuple[GridRow, ...], is_known: Callable[[str], bool], least: int) -> int | None:
    """The row, among the first ten, that has most of the known names; None where none has `least` of them."""
    known = [len({cell.text for cell in row.cells if is_known(cell.text)}) for row in rows[:HEADER_WITHIN]]
    best = max(known, default=0)
    return known.index(best) if best >= max(least, 1) else None


def body(grid: Grid, header: int, all_rows: bool = False) -> Body:
    """The rows of data: padded or cut to the header's width; what is none of them is passed over and told.

    With `all_rows` none is passed over: rows of a system's export that look like totals may well be data.
    """
    width = _width(grid.rows[header])
    kept: list[GridRow] = []
    passed: dict[str, list[GridRow]] = {}
    mistakes: list[Mistake] = []
    for row in grid.rows[header + 1 :]:
        kind = "" if all_rows else _kind(row, grid.rows[header])
        if kind == EXAMPLE_ROW:
            mistakes.append(mistake(kind, text=quoted(row.filled[0].text)).at(Place(grid.source, row.number)))
        elif kind:
            passed.setdefault(kind, []).append(row)
        else:
            kept.append(row)
    wide = [row for row in kept if any(cell.text for cell in row.cells[width:])]
    if grid.is_workbook and wide:  # no delimiter can have slipped: something stands beside the table
        passed[marked("table:beside")] = wide
    elif wide:
        mistakes += [_ragged(row, width, grid.source) for row in wide]
    fitting = tuple(GridRow(row.number, _fitted(row.cells, width)) for row in kept)
    return Body(fitting, tuple(_told(passed, grid.source)), tuple(mistakes))


def _kind(row: GridRow, header: GridRow) -> str:
    """What a row is if it is none of data, as the id of what is told about it; its first cell gives it away."""
    cell = next(cell for cell in row.cells if cell.text or cell.fault)
    first = _squeezed(cell.text)
    if first[:1].isdigit():
        return ""
    if TOTAL.fullmatch(first):
        return marked("table:totals")
    if NOTE.fullmatch(first) and len(row.filled) <= 2 < len(header.filled):
        return marked("table:notes")
    if EXAMPLE.fullmatch(first):
        return EXAMPLE_ROW
    if FORMAT.fullmatch(first) and _mostly_instructions(row):
        return marked("table:instructions")
    again = cell.text == header.filled[0].text and [c.text for c in row.filled] == [
        c.text for c in header.filled
    ]
    return marked("table:header-again") if again else ""


def _mostly_instructions(row: GridRow) -> bool:
    found = [FORMAT.fullmatch(_squeezed(cell.text)) is not None for cell in row.filled]
    return 2 * sum(found) > len(found)


def _squeezed(text: str) -> str:
    """`合 计` and `Grand Total` without blanks and case."""
    short = text[:60]
    return (short if short.isascii() else half_width(short)).replace(" ", "").casefold()


def _told(passed: Mapping[str, list[GridRow]], source: str) -> list[Remark]:
    """Each kind once, with the numbers of its rows."""
    return [
        remark(id, rows=tuple(str(row.number) for row in rows), text=quoted(rows[0].filled[0].text)).at(
            Place(source, rows[0].number)
        )
        for id, rows in passed.items()
    ]


def _ragged(row: GridRow, width: int, source: str) -> Mistake:
    found = max(n for n, cell in enumerate(row.cells, 1) if cell.text)
    return mistake("table:ragged", found=str(found), expected=str(width)).at(Place(source, row.number))


def _width(header: GridRow) -> int:
    return max((n for n, cell in enumerate(header.cells, 1) if cell.text or cell.fault), default=0)


def _fitted(cells: tuple[Cell, ...], width: int) -> tuple[Cell, ...]:
    return cells[:width] if len(cells) >= width else (*cells, *[BLANK] * (width - len(cells)))
