"""What HR prepares before a cycle: the policy and the people, checked with every mistake, then recorded."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from cairn.application import access
from cairn.documents.dates import FIRST_YEAR, LAST_YEAR, Order
from cairn.policies import parse
from cairn.roster.reading import RosterRead, Stated
from cairn_portal.presenting.as_json import plain_value
from cairn_portal.presenting.mistakes import mistake_facts
from cairn_portal.reading.rosters import Tables, read_here
from cairn_portal.signing_in.portal import ByVisitor, Visit

router = APIRouter()
LONGEST = 4 * 1024 * 1024
EARLIEST, LATEST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
Text = Annotated[str, Field(max_length=LONGEST)]


class PolicyText(BaseModel):
    """A policy as YAML; `source` names it in mistakes."""

    model_config = ConfigDict(extra="forbid")
    text: Text
    source: Annotated[str, Field(max_length=100)] = "policy.yaml"


class RosterTables(BaseModel):
    """The roster as CSV with a header in Chinese or English, and the departments where they have a table of their own.
    `dates` is the order of day, month and year, `match_zeros` agrees to match ids past leading zeros. Who is not in it
    leaves with `last_day`; without one they stay as they are."""

    model_config = ConfigDict(extra="forbid")
    people: Text
    departments: Text = ""
    dates: Order | None = None
    match_zeros: bool = False
    last_day: Annotated[date | None, Field(ge=EARLIEST, le=LATEST)] = None


class SeenRoster(RosterTables):
    """The same, with the digest that its check answered."""

    seen: str


@router.get(
    "/policies",
    tags=["policies"],
    operation_id="policies_list",
    response_model=dict[str, Any],
    summary="versions that were adopted",
)
async def policies(visit: ByVisitor) -> Response:
    access.require_sees_cycles(visit.person)
    found = await visit.portal.records.application.policies.adopted()
    items = [{"policy": f"{each.name}@{each.version}", "at": each.at, "by": each.by} for each in found]
    return JSONResponse(plain_value({"items": items, "next": None}))


@router.post(
    "/policies/check",
    tags=["policies"],
    operation_id="policies_check",
    response_model=dict[str, Any],
    summary="every mistake of a policy",
)
async def check(visit: ByVisitor, given: PolicyText) -> Response:
    access.require_prepares(visit.person)
    found = await run_in_threadpool(parse, given.text, given.source)
    return JSONResponse({"policy": f"{found.name}@{found.version}"})


@router.post(
    "/policies",
    tags=["policies"],
    operation_id="policies_adopt",
    response_model=dict[str, Any],
    summary="adopt a version",
)
async def adopt(visit: ByVisitor, given: PolicyText) -> Response:
    access.require_prepares(visit.person)
    done = await visit.portal.commands.adopt(given.text, given.source, visit.person.id)
    return JSONResponse({"policy": done.reference, "new": done.new})


@router.post(
    "/roster/check",
    tags=["people"],
    operation_id="roster_check",
    response_model=dict[str, Any],
    summary="what an import would change",
)
async def check_roster(visit: ByVisitor, given: RosterTables) -> Response:
    access.require_prepares(visit.person)
    found = await _read(visit, given)
    foreseen = await visit.portal.commands.foresee_roster(found, visit.person.id, given.last_day)
    told = {
        "changes": {name: value for name, value in foreseen.changes._asdict().items() if name != "events"},
        "consequences": foreseen.follows,
        "remarks": [mistake_facts(visit.reader, each) for each in found.remarks],
        "seen": foreseen.seen,
    }
    return JSONResponse(plain_value(told, visit.reader.language))


@router.post(
    "/roster",
    tags=["people"],
    operation_id="roster_import",
    response_model=dict[str, Any],
    summary="import a roster that was checked",
)
async def import_roster(visit: ByVisitor, given: SeenRoster) -> Response:
    access.require_prepares(visit.person)
    found = await _read(visit, given)
    done = await visit.portal.commands.import_roster(found, visit.person.id, given.seen, given.last_day)
    refused = [{"stream": each.stream, "code": each.refused.code} for each in done.refused]
    return JSONResponse({"events": done.recorded.changes, "refused": refused})


async def _read(visit: Visit, given: RosterTables) -> RosterRead:
    """The roster of the tables. Raises RosterInvalid."""
    stated = Stated(order=given.dates, match_zeros=given.match_zeros)
    tables = Tables(given.people, given.departments)
    return await read_here(visit.portal.records, tables, stated, visit.person.id)
