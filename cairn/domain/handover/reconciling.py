"""Payroll's own sums beside what was handed over."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from cairn.domain.handover.commands import PayrollSum
from cairn.domain.handover.events import SumDiffering, SumKind
from cairn.domain.handover.state import Handover

Key = tuple[str, str]


def handed_over(handover: Handover) -> dict[Key, Decimal]:
    """What stands, by person and element."""
    return {
        (person, element): entry.amount
        for person, elements in handover.standing.items()
        for element, entry in elements.items()
    }


def differing(ours: Mapping[Key, Decimal], sums: Iterable[PayrollSum]) -> list[SumDiffering]:
    """Every sum of `ours` that payroll has otherwise, by the rows of its table; several of one person and element are
    added up. What comes to nothing need not be there."""
    theirs, rows = dict[Key, Decimal](), dict[Key, int]()
    for each in sums:
        key = (each.person, each.element)
        theirs[key] = theirs.get(key, Decimal(0)) + each.amount
        if each.row is not None:
            rows.setdefault(key, each.row)
    found = []
    for key in sorted({*ours, *theirs}, key=lambda each: (rows.get(each, 0), each)):
        here, there = ours.get(key), theirs.get(key)
        if (here or 0) == (there or 0):
            continue
        kind: SumKind = "missing" if there is None else "unknown" if here is None else "other"
        person, element = key
        found.append(
            SumDiffering(
                kind=kind, person=person, element=element, ours=here, theirs=there, row=rows.get(key)
            )
        )
    return found
