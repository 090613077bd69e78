"""What people put around their rows: titles, totals, notes, examples of the template. Recognised, and told once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cairn.documents.cells import BLANK, Cell, half_width, quoted
from cairn.documents.mistakes import Mistake, Place, Remark, mistake, remark
from cairn.documents.tables.grid import Grid, GridRow

HEADER_WITHIN = 10
"""A title may stand above the header, but not more rows than this."""
SAMPLE = 30

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
    widest = max((len(row.filled) for row in rows[:SAMPLE]), default=0)
    wide = (n for n, row in enumerate(rows[:HEADER_WITHIN]) if len(row.filled) >= max(2, 0.6 * widest))
    return next(wide, 0)


def header_by_names(rows: tuple[GridRow, ...], is_known: Callable[[str], bool], least: int) -> int | None:
    """The row, among the first ten, that has most of the known names; None where none has `least` of them."""
    known = [len({cell.text for cell in row.cells if is_known(cell.text)}) for row in rows[:HEADER_WITHIN]]
    best = max(known, default=0)
    return known.index(best) if best >= max(least, 1) else None


def body(grid: Grid, header: int) -> Body:
    """The rows of data: padded or cut to the header's width; what is none of them is passed over and told."""
    width = _width(grid.rows[header])
    kept: list[GridRow] = []
    passed: dict[str, list[GridRow]] = {}
    mistakes: list[Mistake] = []
    for row in grid.rows[header + 1 :]:
        kind = _kind(row, grid.rows[header])
        if kind == "table:example":
            mistakes.append(mistake(kind, text=quoted(row.filled[0].text)).at(Place(grid.source, row.number)))
        elif kind:
            passed.setdefault(kind, []).append(row)
        else:
            kept.append(row)
    wide = [row for row in kept if any(cell.text for cell in row.cells[width:])]
    if grid.is_workbook and wide:  # no delimiter can have slipped: something stands beside the table
        passed["table:beside"] = wide
    elif wide:
        mistakes += [_ragged(row, width, grid.source) for row in wide]
    fitting = tuple(GridRow(row.number, _fitted(row.cells, width)) for row in kept)
    return Body(fitting, tuple(_told(passed, grid.source)), tuple(mistakes))


def _kind(row: GridRow, header: GridRow) -> str:
    """What a row is if it is none of data, as the id of what is told about it."""
    texts = [_squeezed(cell.text) for cell in row.filled]
    if texts == [_squeezed(cell.text) for cell in header.filled]:
        return "table:header-again"
    if TOTAL.fullmatch(texts[0]):
        return "table:totals"
    if len(texts) <= 2 < len(header.filled) and NOTE.fullmatch(texts[0]):
        return "table:notes"
    if 2 * sum(FORMAT.fullmatch(text) is not None for text in texts) > len(texts):
        return "table:instructions"
    return "table:example" if EXAMPLE.fullmatch(texts[0]) else ""


def _squeezed(text: str) -> str:
    """`合 计` and `Grand Total` without blanks and case."""
    return half_width(text[:60]).replace(" ", "").casefold()


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
