"""Kinds of cases that people begin by a form; the others come with a cycle's dates, or from tables."""

from collections.abc import Sequence

from cairn.application.cases import KINDS
from cairn_portal.reading.case_beginnings import begun_somewhere
from cairn_portal.reading.current import cycle_or_current
from cairn_portal.signing_in.portal import Visit
from cairn_portal.web.forms import is_typed

BEGUN_BY_PEOPLE = tuple(
    name
    for name, kind in KINDS.items()
    if any("none" in each.row.stages and is_typed(each) for each in kind.commands.values())
)


async def may_begin(visit: Visit, kinds: Sequence[str] = BEGUN_BY_PEOPLE) -> Sequence[str]:
    """Those of these that whoever is signed in may begin in the cycle that runs; none while they look as somebody."""
    if not kinds:
        return ()
    records = visit.portal.records
    cycle = await cycle_or_current(records, None)
    if cycle is None or visit.viewing is not None:
        return ()
    return await begun_somewhere(records, visit.person, cycle, kinds)
