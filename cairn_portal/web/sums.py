"""Weighted means as tables on pages, of a score and of a result's case alike."""

from collections.abc import Sequence
from typing import NamedTuple

from cairn_portal.presenting.sums import Sum
from cairn_portal.presenting.words import NOTHING, number
from cairn_portal.presenting.working import PLACES
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.moments import score_address


class SumRow(NamedTuple):
    """A part of a sum, as it is shown; an empty address leads nowhere."""

    what: str
    address: str
    weight: str
    counted: str
    points: str
    contribution: str
    note: str


class SumShown(NamedTuple):
    """A weighted mean, as it is shown."""

    title: str
    weighed_by: str
    rows: Sequence[SumRow]
    total: str
    note: str


def sum_shown(at: PageReader, found: Sum) -> SumShown:
    """A sum with its numbers written to six places, each part leading to the score it is."""
    rows = [
        SumRow(
            what=at.title(row.what),
            address=score_address(*row.cites) if row.cites else "",
            weight=row.weight,
            counted=NOTHING if row.counted is None else f"{number(row.counted, PLACES)}%",
            points=number(row.points, PLACES),
            contribution=number(row.contribution, PLACES),
            note=row.note,
        )
        for row in found.rows
    ]
    return SumShown(found.title, found.weighed_by, rows, number(found.total, PLACES), found.note)
