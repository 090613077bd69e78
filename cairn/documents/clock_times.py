"""The time of day behind a date."""

import re
from datetime import UTC, time, timedelta, timezone, tzinfo
from typing import NamedTuple

TIME = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)? ?([AaPp][Mm])?"
    r" ?(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?(?::?\d{2})?)?",
    re.ASCII,
)


class ClockTime(NamedTuple):
    """A time of day, and its offset from UTC where one was written."""

    time: time
    offset: tzinfo | None


def read_clock_time(text: str) -> ClockTime | None:
    """`08:30`, `16:30:00.000`, `12:00:00 AM`, each with or without `Z` or an offset; None for what is none."""
    found = TIME.fullmatch(text)
    if found is None:
        return None
    hour = int(found[1])
    if found[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[5].lower() == "pm" else 0)
    microseconds = (found[4] or "").ljust(6, "0")[:6]
    try:
        return ClockTime(time(hour, int(found[2]), int(found[3] or 0), int(microseconds)), _offset(found[6]))
    except ValueError:
        return None


def _offset(written: str | None) -> tzinfo | None:
    if not written or written[0] not in "+-":
        return UTC if written else None
    parts = [int(part) for part in re.findall(r"\d\d", written)]
    hours, minutes, seconds = (*parts, 0, 0)[:3]
    if hours > 14 or minutes > 59 or seconds > 59:
        raise ValueError(written)
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return timezone(-offset if written[0] == "-" else offset)
