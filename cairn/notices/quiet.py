"""Quiet hours: from when to when on a clock nothing is sent."""

import re
from datetime import datetime, time, timedelta
from typing import NamedTuple

from cairn.i18n import message

HOURS = re.compile(r"(\d\d?):(\d\d)\s*(?:-|–|至|~)\s*(\d\d?):(\d\d)")
WRITTEN = message("Quiet hours are written 20:00-08:00.")
"""What is said of hours that cannot be read."""


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


def read_quiet(written: str) -> Quiet:
    """Quiet hours as people write them. Raises ValueError."""
    found = HOURS.fullmatch(written.strip())
    if found is None:
        raise ValueError(written)
    begins, begins_minute, ends, ends_minute = (int(each) for each in found.groups())
    return Quiet(time(begins, begins_minute), time(ends, ends_minute))
