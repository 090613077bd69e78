"""Who reported to whom, by days (RULES Y2)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from cairn.domain.calendar import ONE_DAY
from cairn.domain.person_history import PersonHistory


def reporting_days(
    histories: Mapping[str, PersonHistory], starts: date, ends: date
) -> dict[tuple[str, str], int]:
    """(manager, subordinate) → the days between `starts` and `ends`, both inside, on which the one reported to the
    other; pairs without a day are left out.

    A day counts while both are employed; a long leave of either interrupts nothing. What is decided for a later day
    counts from that day, so a transfer in December brings no year's subordinates along.
    """
    days: dict[tuple[str, str], int] = defaultdict(int)
    for subordinate, history in histories.items():
        turns = history.turns(starts, ends)
        for since, following in zip(turns, [*turns[1:], ends + ONE_DAY], strict=True):
            manager = history.on(since).manager
            if manager is not None and manager != subordinate:
                days[manager, subordinate] += _together(
                    history, histories.get(manager), since, following - ONE_DAY
                )
    return {pair: number for pair, number in days.items() if number}


def _together(one: PersonHistory, other: PersonHistory | None, first: date, last: date) -> int:
    """The days between two, both inside, on which both are here; somebody unknown is taken to be."""
    found = 0
    for stay in one.stays:
        begins, ends = max(first, stay.first), min(last, stay.last or last)
        if ends < begins:
            continue
        found += (
            (ends - begins).days + 1
            if other is None
            else sum(each.inside(begins, ends) for each in other.stays)
        )
    return found
