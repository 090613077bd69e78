"""Which cycles people mean who name none."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple


class CycleDays(NamedTuple):
    """A cycle as the calendar has it: its first and last day, both inside, the day it is in its own time zone, and
    whether it is closed or given up."""

    cycle: str
    starts: date
    ends: date
    today: date
    over: bool


def current(cycles: Iterable[CycleDays]) -> Sequence[str]:
    """The open cycles that contain their today; between cycles the one that ended last and is still open, else the next
    one; where all are over, the last of them. By their first days; several only where several are open today."""
    known = sorted(cycles, key=lambda each: (each.starts, each.cycle))
    open_ones = [each for each in known if not each.over]
    now = [each for each in open_ones if each.starts <= each.today <= each.ends]
    if now:
        return [each.cycle for each in now]
    ended = [each for each in open_ones if each.ends < each.today]
    if ended:
        return [max(ended, key=lambda each: each.ends).cycle]
    if open_ones:
        return [open_ones[0].cycle]
    begun = [each for each in known if each.starts <= each.today]
    return [(begun or known)[-1].cycle] if known else []
