"""From what a source gives to rows of readings: each cell checked, every bad one named, none half taken."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from cairn.domain.reading import Row
from cairn.feeds.problems import FeedProblem, FeedRowsInvalid, in_row
from cairn.i18n import Message, message

GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T][0-9:.+Z-]*)?")
LARGEST = 30
"""Digits before or after the point; a number beyond that is a slip."""


@dataclass(frozen=True)
class Raw:
    """One record of a source before it is believed. `names` says what each part is called there."""

    table: str
    row: int
    cells: Mapping[str, object]
    names: Mapping[str, str]

    def column(self, part: str) -> str:
        return self.names.get(part, part)


class BadCell(Exception):
    """A cell that is no such value; the two sentences say why."""

    def __init__(
        self,
        sentence: Message,
    ) -> None:
        self.sentence = sentence
        super().__init__(str(sentence))


def read_rows(records: Iterable[Raw], after: date, upto: date) -> list[Row]:
    """The rows of the days after `after` up to and with `upto`, in the order they came.

    Raises FeedRowsInvalid with every bad cell and every doubled reading of these days, and every bad day.
    """
    problems: list[FeedProblem] = []
    rows: list[Row] = []
    first: dict[tuple[str, str, date], Raw] = {}
    for record in records:
        row = None if _elsewhere(record, after, upto) else _row(record, problems)
        if row is None:
            continue
        before = first.setdefault((row.metric, row.subject, row.on), record)
        if before is not record:
            problems.append(_doubled(record, before, row))
        rows.append(row)
    if problems:
        raise FeedRowsInvalid(problems)
    return rows


def _elsewhere(record: Raw, after: date, upto: date) -> bool:
    """Whether the record is certainly of another day; what has no readable day is judged, not passed over."""
    try:
        return not after < day(record.cells.get("on")) <= upto
    except BadCell:
        return False


def _row(record: Raw, problems: list[FeedProblem]) -> Row | None:
    found: dict[str, object] = {}
    for part, read in (("metric", text), ("subject", text), ("on", day), ("value", number), ("base", number)):
        cell = record.cells.get(part)
        if part == "base" and (cell is None or cell == ""):
            continue
        try:
            found[part] = read(cell)
        except BadCell as bad:
            place = (record.table, record.row, record.column(part))
            problems.append(in_row(*place, bad.sentence))
    return Row.model_validate(found) if set(found) >= {"metric", "subject", "on", "value"} else None


def _doubled(record: Raw, before: Raw, row: Row) -> FeedProblem:
    where = f"{before.table} {before.row}" if before.table != record.table else str(before.row)
    return in_row(
        record.table,
        record.row,
        record.column("on"),
        message(
            "row {where} already has {metric} of {subject} on {on}: sum them to one value a day",
            where=where,
            metric=row.metric,
            subject=row.subject,
            on=row.on,
        ),
    )


def text(cell: object) -> str:
    """A name, as text without blanks around it."""
    words = "" if cell is None else str(cell).strip()
    if not words:
        raise BadCell(message("it is empty: fill it in"))
    if words.startswith("="):
        raise _formula()
    return words


def day(cell: object) -> date:
    """A calendar day: a date, a moment of it, or text such as 2026-01-31, 2026/1/31, 2026年1月31日."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    words = text(cell)
    found = DAY.fullmatch(words)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise BadCell(message("'{words}' is no date: write it as 2026-01-31", words=words))


def number(cell: object) -> Decimal:
    """An exact decimal. A binary float is refused: its digits are not the ones that were meant."""
    if isinstance(cell, float):
        raise BadCell(
            message(
                "{cell} came as a binary float: let the query give text or a decimal (dsum over CSV tables)",
                cell=repr(cell),
            )
        )
    if isinstance(cell, Decimal | int) and not isinstance(cell, bool):
        return _finite(Decimal(cell), str(cell))
    words = text(cell)
    plain = words.replace(",", "") if GROUPED.fullmatch(words) else words
    try:
        return _finite(Decimal(plain), words)
    except InvalidOperation:
        raise _no_number(words) from None


def _finite(value: Decimal, words: str) -> Decimal:
    if not value.is_finite() or abs(value.adjusted()) > LARGEST:
        raise _no_number(words)
    return value


def _no_number(words: str) -> BadCell:
    return BadCell(
        message("'{words}' is no number: write it as 1234.56 (a percentage as 98, not 98%)", words=words)
    )


def _formula() -> BadCell:
    return BadCell(message("it is a formula: paste it as a value"))
