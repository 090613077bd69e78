"""Moments: a day, a time of day and an offset, as ISO 8601 writes them (`2026-01-31T16:30:00Z`)."""

from datetime import date, datetime, timedelta, timezone, tzinfo

from cairn.documents.cells import Given, cell_of, half_width, quoted
from cairn.documents.clock_times import read_clock_time
from cairn.documents.dates import TIME_BEHIND, Order, read_date
from cairn.documents.mistakes import Mistake, mistake
from cairn.domain.calendar import in_zone


def read_moment(given: Given, zone: tzinfo | None = None, order: Order | None = None) -> datetime | Mistake:
    """An aware moment, in the offset it was written with.

    Without an offset it is a local time of `zone`, and refused where no zone is given. A day alone is no moment.
    """
    cell = cell_of(given)
    if isinstance(cell, Mistake):
        return cell
    if isinstance(cell.value, datetime):
        return _located(cell.value, zone, cell.text)
    text = half_width(cell.text)
    behind = TIME_BEHIND.search(text)
    day = read_date(text[: behind.start()] if behind else text, order) if cell.value is None else cell.value
    if isinstance(day, Mistake):
        return day
    clock = read_clock_time(behind[1]) if behind else None
    if not isinstance(day, date) or behind is None:
        return mistake("moment:no-time", written=quoted(cell.text))
    if clock is None:
        return mistake("date:no-such-time", written=quoted(cell.text), time=quoted(behind[1]))
    return _located(datetime.combine(day, clock.time, clock.offset), zone, cell.text)


def start_of_day(day: date, zone: tzinfo) -> datetime:
    """The first moment of a local day."""
    return in_zone(datetime.combine(day, datetime.min.time()), zone)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The last microsecond of a local day (K3): what is said of a day holds to its end."""
    return start_of_day(day + timedelta(1), zone) - timedelta(microseconds=1)


def _located(moment: datetime, zone: tzinfo | None, written: str) -> datetime | Mistake:
    if moment.tzinfo is not None:
        return moment
    if zone is None:
        return mistake("moment:no-offset", written=quoted(written))
    found = in_zone(moment, zone)
    # With its offset alone: Python never finds a moment in a zone's fold equal to the same one elsewhere (PEP 495).
    return found.replace(tzinfo=timezone(found.utcoffset() or timedelta()), fold=0)
