"""Excel files to take along: the roster, targets, goals and results, or templates to fill in."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from cairn.application import access
from cairn_portal.reading.workbooks import goals_file, results_file, roster_file, targets_file
from cairn_portal.signing_in.portal import ByVisitor

router = APIRouter(include_in_schema=False)
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/start/people/roster.xlsx")
async def roster(visit: ByVisitor, empty: bool = False) -> Response:
    access.require_prepares(visit.person)
    found = await roster_file(visit.portal.records, visit.reader.language, empty=empty)
    return _file("roster", found, empty=empty)


@router.get("/cycles/{cycle}/targets.xlsx")
async def targets(visit: ByVisitor, cycle: str, empty: bool = False) -> Response:
    access.require_prepares(visit.person)
    found = await targets_file(visit.portal.records, cycle, visit.reader.language, empty=empty)
    return _file(f"targets-{cycle}", found, empty=empty)


@router.get("/cycles/{cycle}/goals.xlsx")
async def goals(visit: ByVisitor, cycle: str, empty: bool = False) -> Response:
    records = visit.portal.records
    the = await records.cycle(cycle)
    found = await goals_file(records, visit.person.id, the, visit.reader.language, empty=empty)
    return _file(f"goals-{the.id}", found, empty=empty)


@router.get("/cycles/{cycle}/results.xlsx")
async def results(visit: ByVisitor, cycle: str) -> Response:
    records = visit.portal.records
    the = await records.cycle(cycle)
    found = await results_file(records, visit.person.id, the, visit.reader.language)
    return _file(f"results-{the.id}", found)


def _file(name: str, octets: bytes, *, empty: bool = False) -> Response:
    called = quote(f"{name}-template.xlsx" if empty else f"{name}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{called}"}
    return Response(octets, media_type=EXCEL, headers=headers)
