"""Targets before a launch, for HR: what is proposed, a table checked with every mistake, proposed, withdrawn."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from cairn.application import access
from cairn.domain.refusal import Refusal
from cairn_portal.api import answers
from cairn_portal.api.preparing import Text
from cairn_portal.presenting.as_json import plain_value
from cairn_portal.presenting.mistakes import mistake_facts
from cairn_portal.reading.target_tables import TargetsForeseen, foresee_targets
from cairn_portal.signing_in.portal import ByVisitor, Visit

router = APIRouter(prefix="/targets", tags=["targets"])
CycleName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.]{1,40}$")]
Word = Annotated[str, Field(max_length=200)]


class TargetTable(BaseModel):
    """Targets of a cycle that is not launched yet, as CSV with a header in Chinese or English; `source` is what the
    table is called."""

    model_config = ConfigDict(extra="forbid")
    cycle: CycleName
    targets: Text
    source: Annotated[str, Field(max_length=100)] = ""


class SeenTargets(TargetTable):
    """The same, with the digest that its check answered."""

    seen: str


class TargetPlace(BaseModel):
    """One target: whose, of which goal, in which period (`Y` is the year)."""

    model_config = ConfigDict(extra="forbid")
    holder: Word
    goal: Word
    period: Word = "Y"


class Withdrawn(BaseModel):
    """Targets that were proposed and are to count no more."""

    model_config = ConfigDict(extra="forbid")
    cycle: CycleName
    targets: Annotated[list[TargetPlace], Field(min_length=1, max_length=10_000)]


@router.get(
    "", operation_id="targets_list", response_model=answers.TargetPage, summary="what is proposed for a cycle"
)
async def listed(visit: ByVisitor, cycle: Annotated[CycleName, Query()]) -> Response:
    access.require_prepares(visit.person)
    items = await visit.portal.records.application.targets.proposed(cycle)
    return JSONResponse(plain_value({"items": items, "next": None}, visit.reader.language))


@router.post(
    "/check", operation_id="targets_check", response_model=dict[str, Any],
    summary="what a table of targets would change",
)  # fmt: skip
async def check(visit: ByVisitor, given: TargetTable) -> Response:
    found = await _foreseen(visit, given)
    told = {
        "changes": [{**each.row.model_dump(), "was": each.was} for each in found.changes],
        "same": found.same,
        "remarks": [mistake_facts(visit.reader, each) for each in found.remarks],
        "seen": found.seen,
    }
    return JSONResponse(plain_value(told, visit.reader.language))


@router.post(
    "", operation_id="targets_propose", response_model=dict[str, Any],
    summary="propose targets that were checked",
)  # fmt: skip
async def propose(visit: ByVisitor, given: SeenTargets) -> Response:
    found = await _foreseen(visit, given)
    if found.seen != given.seen:
        raise Refusal("targets.seen", field="seen")
    commands = visit.portal.commands
    done = await commands.propose_targets(given.cycle, found.rows, found.source, visit.person.id)
    return JSONResponse({"rows": done.rows, "new": done.new})


@router.post(
    "/withdraw", operation_id="targets_withdraw", response_model=dict[str, Any],
    summary="withdraw targets that were proposed",
)  # fmt: skip
async def withdraw(visit: ByVisitor, given: Withdrawn) -> Response:
    access.require_prepares(visit.person)
    places = [(each.holder, each.goal, each.period) for each in given.targets]
    done = await visit.portal.commands.withdraw_targets(given.cycle, places, visit.person.id)
    return JSONResponse({"withdrawn": len(done.rows)})


async def _foreseen(visit: Visit, given: TargetTable) -> TargetsForeseen:
    """What the table would change. Raises TargetsInvalid."""
    access.require_prepares(visit.person)
    return await foresee_targets(visit.portal.records, given.cycle, given.source, given.targets)
