"""What auditors read: any stream replayed, scores explained, random approvals, who did what, whether scores hold."""

from datetime import UTC
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from cairn.application.clock import zone_of
from cairn.domain.streams import IN_CYCLE, cycle_of, kind_of
from cairn_portal.api.reads import bound_of, moment_of
from cairn_portal.presenting.as_json import plain_value
from cairn_portal.presenting.explained import steps_of
from cairn_portal.presenting.sums import as_facts
from cairn_portal.reading.auditing import MOST, Wanted, acts_of, new_seed, sample_of, verification_of
from cairn_portal.reading.explaining import GoalExplained, explain, explained_facts
from cairn_portal.reading.replays import story_of
from cairn_portal.signing_in.portal import ByVisitor, Visit
from projections.models.administration import ActKind

router = APIRouter()
AsOf = Annotated[str | None, Query(description="a position, a day or a moment; a day means its end")]
Clock = Annotated[Literal["occurred", "recorded"], Query(description="the clock of a day or moment")]
Day = Annotated[str | None, Query(description="a day or a moment, UTC where it says nothing else")]


def _answer(visit: Visit, value: Any) -> Response:
    return JSONResponse(plain_value(value, visit.reader.language))


@router.get(
    "/streams/{stream}",
    tags=["audit"],
    operation_id="stream_history",
    response_model=dict[str, Any],
    summary="any stream, event by event",
)
async def stream(visit: ByVisitor, stream: str, as_of: AsOf = None, clock: Clock = "occurred") -> Response:
    records = visit.portal.records
    zone = zone_of(await records.cycle(cycle_of(stream))) if kind_of(stream) in IN_CYCLE else None
    found = await story_of(records, visit.person.id, stream, bound_of(as_of, clock, ZoneInfo(zone or "UTC")))
    return _answer(
        visit, {"stream": stream, "events": found.events, "state": found.state, "weight": found.weight}
    )


@router.get(
    "/scores/{of}/{period}", tags=["audit"], operation_id="score_explained", response_model=dict[str, Any],
    summary="a score of a goal or a sheet, or a sheet's result, down to what it was made of",
)  # fmt: skip
async def score(visit: ByVisitor, of: str, period: str) -> Response:
    records = visit.portal.records
    found = await explain(records, visit.person.id, of, period)
    if isinstance(found, GoalExplained):
        return _answer(visit, explained_facts(visit.reader, found, await records.names()))
    steps = [each._asdict() for each in steps_of(visit.reader, found.score, found.policy)]
    sums = as_facts(found.sums(visit.reader))
    return _answer(visit, {"of": of, "period": period, "score": found.score, "sums": sums, "steps": steps})


@router.get(
    "/audit/acts",
    tags=["audit"],
    operation_id="audit_acts",
    response_model=dict[str, Any],
    summary="who imported, set, ran, changed",
)
async def acts(
    visit: ByVisitor,
    kind: ActKind | None = None,
    by: str | None = None,
    since: Day = None,
    before: Day = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> Response:
    wanted = Wanted(kind, by, moment_of(since, "since", UTC), moment_of(before, "before", UTC))
    found = await acts_of(visit.portal.records, visit.person, wanted, limit)
    return _answer(visit, {"items": found.acts, "next": found.after})


@router.get(
    "/audit/sample",
    tags=["audit"],
    operation_id="audit_sample",
    response_model=dict[str, Any],
    summary="random approvals with their evidence",
)
async def sample(
    visit: ByVisitor,
    cycle: str,
    n: Annotated[int, Query(ge=1, le=100)] = 10,
    seed: Annotated[
        str | None, Query(max_length=40, description="of an earlier sample, to draw it again")
    ] = None,
    upto: Annotated[int | None, Query(ge=0, description="the position of an earlier sample")] = None,
) -> Response:
    found = await sample_of(visit.portal.records, visit.person, cycle, n, seed or new_seed(), upto)
    return _answer(visit, found)


@router.get(
    "/audit/verification", tags=["audit"], operation_id="audit_verification", response_model=dict[str, Any],
    summary="when a cycle's scores were computed again, and what came of it",
)  # fmt: skip
async def verification(visit: ByVisitor, cycle: str) -> Response:
    found = await verification_of(visit.portal.records, visit.person, cycle)
    return _answer(visit, {"runs": found.runs, "events_since": found.since})
