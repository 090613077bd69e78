"""The working calendar: which days count, and the moment a day opens for the people who work it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from cairn.domain.policy import WorkingCalendar

ONE_DAY = timedelta(days=1)
SEARCHED = timedelta(days=2)
"""Before a skipped local time, so long ago the zone's clock still had its offset of before."""


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
    return at_local_time(day, time(calendar.opens), calendar)


def end_of_day(day: date, calendar: WorkingCalendar) -> datetime:
    """The aware moment a day is over in the calendar's time zone: what is due on it may come until then (RULES K3)."""
    return at_local_time(day + ONE_DAY, time(0), calendar)


def at_local_time(day: date, clock: time, calendar: WorkingCalendar) -> datetime:
    """The aware moment of a day's local time in the calendar's time zone (RULES K4).

    With the offset alone, since Python never finds a moment in a zone's gap or fold equal to the same one that was
    stored (PEP 495).
    """
    there = in_zone(datetime.combine(day, clock), ZoneInfo(calendar.timezone))
    return there.replace(tzinfo=timezone(there.utcoffset() or timedelta()), fold=0)


def first_working_day(day: date, calendar: WorkingCalendar) -> date:
    """The day itself where it is worked, else the next one that is."""
    return day if is_working_day(day, calendar) else add_working_days(day, 1, calendar)


def same_time_later(moment: datetime, n: int, calendar: WorkingCalendar) -> datetime:
    """The same local time `n` working days after a moment: with one, "within 24 hours" (RULES K1).

    A moment on a day off counts as the first of the next working day: what is seen on a Sunday is due on Tuesday 00:00.
    """
    local = moment.astimezone(ZoneInfo(calendar.timezone))
    day, clock = local.date(), local.time()
    if not is_working_day(day, calendar):
        day, clock = add_working_days(day, 1, calendar), time(0)
    return at_local_time(add_working_days(day, n, calendar), clock, calendar)


def in_zone(local: datetime, zone: tzinfo) -> datetime:
    """The moment of a local time: of two equal ones the first, of a skipped one the next that exists (RULES K4)."""
    first = local.replace(tzinfo=zone, fold=0)
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local:
        return first
    before, after = first.astimezone(UTC) - SEARCHED, first.astimezone(UTC)
    shown = before.astimezone(zone).utcoffset()
    while after - before > timedelta(microseconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == shown:
            before = middle
        else:
            after = middle
    return after.astimezone(zone)


def _days(a: date, b: date, step: timedelta) -> Iterator[date]:
    while a != b:
        a += step
        yield a
