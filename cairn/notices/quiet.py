"""Quiet hours: from when to when on a clock nothing is sent."""

import re
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cairn.i18n import Message, message

HOURS = re.compile(r"(\d\d?):(\d\d)\s*(?:-|–|至|~)\s*(\d\d?):(\d\d)")


class Quiet(NamedTuple):
    """From when to when on a clock nothing is sent; over midnight where it ends before it begins."""

    begins: time
    ends: time

    def until(self, now: datetime) -> datetime | None:
        """When the quiet hours that `now` (on the wall clock of its zone) lies in end; None outside of them."""
        clock = now.time()
        if self.begins <= self.ends:
            if not self.begins <= clock < self.ends:
                return None
        elif self.ends <= clock < self.begins:
            return None
        end = now.replace(hour=self.ends.hour, minute=self.ends.minute, second=0, microsecond=0)
        return end if clock < self.ends else end + timedelta(days=1)


def read_quiet(written: str) -> Quiet | Message:
    """Quiet hours as people write them, or what is wrong with them."""
    found = HOURS.fullmatch(written.strip())
    try:
        begins, begins_minute, ends, ends_minute = map(int, found.groups() if found else ())
        return Quiet(time(begins, begins_minute), time(ends, ends_minute))
    except ValueError:
        return message("Quiet hours are written 20:00-08:00.")


def read_zone(name: str) -> ZoneInfo | Message:
    """The time zone of that name (IANA), or that there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return message("{zone} is no time zone.", zone=name)
