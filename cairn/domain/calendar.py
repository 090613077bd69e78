"""The working calendar: which days count, and the moment a day opens for the people who work it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from cairn.domain.policy import WorkingCalendar

ONE_DAY = timedelta(days=1)


def is_working_day(day: date, calendar: WorkingCalendar) -> bool:
    """Whether people work on that day: a day of 调休 is worked, whatever the weekend and the holidays say."""
    if day in calendar.worked:
        return True
    return day.isoweekday() not in calendar.weekend and day not in calendar.holidays


def add_working_days(day: date, n: int, calendar: WorkingCalendar) -> date:
    """The n-th working day after `day` (before it when n is negative); `day` itself when n is 0.

    Raises ValueError when the calendar's weekend takes all seven days: no such day would ever come.
    """
    if n and len(set(calendar.weekend)) == 7:
        raise ValueError("the calendar's weekend takes all seven days: there is no working day to count")
    step = ONE_DAY if n > 0 else -ONE_DAY
    left = abs(n)
    while left:
        day += step
        left -= is_working_day(day, calendar)
    return day


def working_days_between(a: date, b: date, calendar: WorkingCalendar) -> int:
    """How many working days lead from `a` to `b`: `b` counts, `a` does not; negative when `b` comes first.

    It undoes `add_working_days`: between `day` and the n-th working day from it there are n.
    """
    step, sign = (ONE_DAY, 1) if b >= a else (-ONE_DAY, -1)
    return sign * sum(is_working_day(day, calendar) for day in _days(a, b, step))


def opening(day: date, calendar: WorkingCalendar) -> datetime:
    """The aware moment the day opens: `calendar.opens` o'clock in the calendar's time zone."""
    return _located(day, time(calendar.opens), calendar)


def end_of_day(day: date, calendar: WorkingCalendar) -> datetime:
    """The aware moment a day is over in the calendar's time zone: what is due on it may come until then (RULES K3)."""
    return _located(day + ONE_DAY, time(0), calendar)


def _located(day: date, clock: time, calendar: WorkingCalendar) -> datetime:
    """A local moment with its offset: one that daylight saving skips is the next that exists, of two equal ones the
    first (RULES K4).

    With the offset alone, since Python never finds a moment in a zone's gap or fold equal to the same one that was
    stored (PEP 495).
    """
    zone = ZoneInfo(calendar.timezone)
    there = datetime.combine(day, clock, zone).astimezone(UTC).astimezone(zone)
    return there.replace(tzinfo=timezone(there.utcoffset() or timedelta()), fold=0)


def _days(a: date, b: date, step: timedelta) -> Iterator[date]:
    while a != b:
        a += step
        yield a
