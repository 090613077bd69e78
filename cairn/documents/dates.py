"""Days as people write them. What begins with the year has one reading; `01.11.2026` may be two days.

Which of the two is meant is stated (`order`), or the whole column allows only one reading, or it is refused with
both. A date that does not exist and a format that is not known are told apart.
"""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

from cairn.documents.cells import Cell, Given, cell_of, half_width, quoted
from cairn.documents.clock_times import ClockTime, read_clock_time
from cairn.documents.mistakes import Mistake, mistake

Order = Literal["ymd", "dmy", "mdy"]
"""In which order year, month and day are written."""
FIRST_YEAR, LAST_YEAR = 1900, 2199
SERIALS = range(10_000, 100_000)
"""Excel's days from 1927 to 2173 (1904 system: four years later); a smaller number is no date that anybody means."""
EPOCH, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)

CHINESE = re.compile(r"(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?[日号號]?", re.ASCII)
YEAR_FIRST = re.compile(r"(\d{4}) ?[-/.] ?(\d{1,2}) ?[-/.] ?(\d{1,2})", re.ASCII)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
YEAR_LAST = re.compile(r"(\d{1,2}) ?([-/.]) ?(\d{1,2}) ?\2 ?(\d{4})", re.ASCII)
SHORT_YEAR = re.compile(r"\d{1,2} ?([-/.]) ?(?:\d{1,2}|[A-Za-z]{3,9}) ?\1 ?\d{2}", re.ASCII)
DAY_NAMED = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4})", re.ASCII)
NAMED_DAY = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})", re.ASCII)
SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)
TIME_BEHIND = re.compile(r"(?<=[\d日号號])(?:[T ] ?)(\d{1,2}:.*)")
MONTHS = {name.casefold(): n for n, name in enumerate(calendar.month_name) if n} | {
    name.casefold(): n for n, name in enumerate(calendar.month_abbr) if n
}


class Written(NamedTuple):
    """A date as it stands there: what is at the first, second and third place, in which order if that is sure."""

    text: str
    numbers: tuple[int, int, int]
    order: Order | None
    clock: ClockTime | None


@dataclass(frozen=True)
class DateColumn:
    """A column of dates: a date for each cell, None where it is blank or refused; mistakes with their index.

    What the whole column suffers from (no order fits, or two do) is told once, at the first cell it concerns.
    """

    dates: tuple[date | None, ...]
    mistakes: tuple[tuple[int, Mistake], ...]


def read_date(given: Given, order: Order | None = None, zone: tzinfo | None = None) -> date | Mistake:
    """One day. A time of day behind it is passed over; one with an offset is the day it falls on in `zone`."""
    written = _written(given)
    return written if isinstance(written, Mistake) else _one(written, order, zone)


def read_dates(cells: Sequence[Given], order: Order | None = None, zone: tzinfo | None = None) -> DateColumn:
    """A whole column: where some cells have only one reading, the others are read in the same order."""
    written = [_written(cell) for cell in cells]
    first = {} if order else _first_of_each_order(written)
    if len(first) == 1:
        order = next(iter(first))
    torn = [] if order else [n for n, one in enumerate(written) if _is_torn(one)]
    found = [one if isinstance(one, Mistake) else _one(one, order, zone) for one in written]
    told = [(n, one) for n, one in enumerate(found) if isinstance(one, Mistake) and n not in set(torn)]
    told = [(n, one) for n, one in told if one.message.id != "cell:empty"]
    if len(first) > 1:
        told.append(_two_orders(written, first))
    elif torn:
        told.append((torn[0], _ambiguous(written[torn[0]], len(torn))))
    dates = tuple(None if isinstance(one, Mistake) else one for one in found)
    return DateColumn(dates, tuple(sorted(told, key=lambda one: one[0])))


def read_order(written: str) -> Order | Mistake:
    """A stated format as an order: `dmy`, `DD.MM.YYYY`, `%m/%d/%Y`, `日/月/年`."""
    letters = re.sub(r"[^ymd]", "", written.casefold().translate(str.maketrans("年月日", "ymd")))
    order = re.sub(r"(.)\1+", r"\1", letters)
    match order:
        case "ymd" | "dmy" | "mdy":
            return order
    return mistake("date:order", written=quoted(written))


def _written(given: Given) -> Written | Mistake:
    """What is written, before it is known whether there is such a day."""
    cell = cell_of(given)
    if isinstance(cell, Mistake):
        return cell
    if isinstance(cell.value, date):
        clock = ClockTime(cell.value.time(), cell.value.tzinfo) if isinstance(cell.value, datetime) else None
        return Written(quoted(cell.text), (cell.value.year, cell.value.month, cell.value.day), "ymd", clock)
    text = half_width(cell.text)
    if not text:
        return mistake("cell:empty")
    if len(text) > 100 or isinstance(cell.value, bool):
        return mistake("date:unknown", written=quoted(cell.text))
    clock = None
    if behind := TIME_BEHIND.search(text):
        clock = read_clock_time(behind[1])
        if clock is None:
            return mistake("date:no-such-time", written=quoted(cell.text), time=quoted(behind[1]))
        text = text[: behind.start()].strip()
    return _parts(text, cell, clock)


def _parts(text: str, cell: Cell, clock: ClockTime | None) -> Written | Mistake:
    written = quoted(cell.text)
    for pattern in (CHINESE, YEAR_FIRST, COMPACT):
        if found := pattern.fullmatch(text):
            return Written(written, (int(found[1]), int(found[2]), int(found[3])), "ymd", clock)
    if found := YEAR_LAST.fullmatch(text):
        return Written(written, (int(found[1]), int(found[3]), int(found[4])), None, clock)
    if (found := DAY_NAMED.fullmatch(text)) and (month := MONTHS.get(found[2].casefold())):
        return Written(written, (int(found[3]), month, int(found[1])), "ymd", clock)
    if (found := NAMED_DAY.fullmatch(text)) and (month := MONTHS.get(found[1].casefold())):
        return Written(written, (int(found[3]), month, int(found[2])), "ymd", clock)
    if (found := SERIAL.fullmatch(text)) and int(found[1]) in SERIALS:
        day = (EPOCH_1904 if cell.days_from_1904 else EPOCH) + timedelta(int(found[1]))
        return Written(written, (day.year, day.month, day.day), "ymd", clock)
    return mistake("date:short-year" if SHORT_YEAR.fullmatch(text) else "date:unknown", written=written)


def _one(written: Written, order: Order | None, zone: tzinfo | None) -> date | Mistake:
    readings = _readings(written)
    if written.order or order in ("dmy", "mdy"):
        chosen: Order = written.order or order or "ymd"
        day = readings.get(chosen)
        if day is None:
            return _no_such_day(written, chosen)
    elif _is_torn(written):
        return _ambiguous(written, 1)
    elif not readings:
        return _no_such_day(written, "dmy")
    else:
        day = next(iter(readings.values()))
    return _on_its_day(day, written, zone)


def _on_its_day(day: date, written: Written, zone: tzinfo | None) -> date | Mistake:
    if written.clock is None or written.clock.offset is None:
        return day
    if zone is None:
        return mistake("date:offset", written=written.text)
    moment = datetime.combine(day, written.clock.time, written.clock.offset)
    return moment.astimezone(zone).date()


def _readings(written: Written | Mistake) -> dict[Order, date]:
    """The days that may be meant, by the order that leads there."""
    if isinstance(written, Mistake):
        return {}
    orders: tuple[Order, ...] = (written.order,) if written.order else ("dmy", "mdy")
    return {order: day for order in orders if (day := _day(*_arranged(written, order)))}


def _is_torn(written: Written | Mistake) -> bool:
    return len(set(_readings(written).values())) > 1


def _arranged(written: Written, order: Order) -> tuple[int, int, int]:
    """Year, month and day of what is written, read in this order."""
    one, two, three = written.numbers
    match order:
        case "ymd":
            return one, two, three
        case "dmy":
            return three, two, one
        case "mdy":
            return three, one, two


def _day(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _no_such_day(written: Written, order: Order) -> Mistake:
    """The true reason why there is no such day."""
    year, month, _ = _arranged(written, order)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        limits = {"first": str(FIRST_YEAR), "last": str(LAST_YEAR)}
        return mistake("date:year", written=written.text, year=str(year), **limits)
    if not 1 <= month <= 12:
        return mistake("date:no-such-month", written=written.text, month=str(month))
    days = calendar.monthrange(year, month)[1]
    return mistake("date:no-such-day", written=written.text, month=f"{year}-{month:02}", days=str(days))


def _ambiguous(written: Written | Mistake, number: int) -> Mistake:
    """Both readings of a cell, and how many more of its column are like it."""
    if isinstance(written, Mistake):
        return written
    one, other = (day.isoformat() for day in _readings(written).values())
    if number == 1:
        return mistake("date:ambiguous", written=written.text, one=one, other=other)
    return mistake("date:ambiguous-column", written=written.text, one=one, other=other, number=str(number))


def _first_of_each_order(written: Sequence[Written | Mistake]) -> dict[Order, int]:
    """The orders that some cells can only have, each with the first such cell."""
    found: dict[Order, int] = {}
    for n, one in enumerate(written):
        readings = _readings(one)
        if isinstance(one, Written) and one.order is None and len(readings) == 1:
            found.setdefault(next(iter(readings)), n)
    return found


def _two_orders(written: Sequence[Written | Mistake], first: dict[Order, int]) -> tuple[int, Mistake]:
    texts = {order: one.text for order, n in first.items() if isinstance(one := written[n], Written)}
    told = mistake("date:two-orders", day_first=texts.get("dmy", ""), month_first=texts.get("mdy", ""))
    return max(first.values()), told
