"""What went on through a cycle's year beside goals and scores, as whoever reads may know of it: `cairn cycle year`."""

from collections.abc import Sequence
from typing import NamedTuple

from fastapi import APIRouter, Request
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text
from starlette.responses import Response

from cairn.application.clock import zone_of
from cairn_portal.presenting.tables import Grid
from cairn_portal.reading.year.part import Part, Year
from cairn_portal.reading.year.parts import parts_of
from cairn_portal.signing_in.portal import ByVisitor
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.rendering import page
from cairn_portal.web.showing import titled

router = APIRouter(include_in_schema=False)
TONES = {"red": "late", "yellow": "waiting", "green": "done"}
"""Colours of the terminal as tones of a page; the word beside says the same."""


class Cell(NamedTuple):
    """What stands in a cell, line by line, and how it is toned."""

    lines: Sequence[str]
    tone: str = ""


class Shown(NamedTuple):
    """A table (`head` may be empty, columns in `right` hold numbers), or a paragraph."""

    head: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    right: frozenset[int] = frozenset()
    said: str = ""


class Told(NamedTuple):
    """One part of the year."""

    key: str
    heading: str
    shown: Sequence[Shown]


@router.get("/cycles/{cycle}/year")
async def year(request: Request, visit: ByVisitor, cycle: str) -> Response:
    records = visit.portal.records
    found = await records.cycle(cycle)
    at, view = visit.reader.in_zone(zone_of(found)), await records.viewer(visit.person.id, found)
    parts = [_told(at, part) async for part in parts_of(Year(at, records), found, view)]
    return page(request, "year.html", visit, reader=at, cycle=found, parts=parts)


def _told(at: PageReader, part: Part) -> Told:
    return Told(part.key, titled(at.say(part.heading)), [_shown(each) for each in part.shown])


def _shown(each: RenderableType) -> Shown:
    match each:
        case Grid():
            rows = [[_cell(cell) for cell in row] for row in each.rows]
            right = frozenset(n for n, name in enumerate(each.headers) if name in each.right)
            return Shown([titled(name) for name in each.headers], rows, right)
        case Table():
            columns = [list(column.cells) for column in each.columns]
            return Shown(rows=[[_cell(cell) for cell in row] for row in zip(*columns, strict=True)])
        case _:
            return Shown(said=_plain(each).strip())


def _cell(cell: RenderableType) -> Cell:
    style = str(cell.style) if isinstance(cell, Text) else ""
    return Cell(_plain(cell).splitlines(), TONES.get(style, ""))


def _plain(cell: RenderableType) -> str:
    return cell.plain if isinstance(cell, Text) else str(cell)
