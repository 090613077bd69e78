"""What can be read: goals, progress, history, inbox, cycles, results, each as far as the caller may."""

from datetime import datetime, tzinfo
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from cairn.application import access
from cairn.application.clock import zone_of
from cairn.documents.dates import read_date
from cairn.documents.mistakes import Mistake
from cairn.documents.moments import end_of_day, read_moment
from cairn.domain.goal.stages import Stage
from cairn.domain.refusal import Refusal
from cairn_portal.api import answers
from cairn_portal.presenting.as_json import plain_value
from cairn_portal.reading.cycles import read_cycle
from cairn_portal.reading.goals import MOST, goals_page, read_goal, unknown_goal
from cairn_portal.reading.history import Bound, history_of
from cairn_portal.reading.inbox import inbox_of
from cairn_portal.reading.notices import ToldPage, told_to
from cairn_portal.reading.results import readable_results
from cairn_portal.signing_in.portal import ByVisitor, Visit
from projections.models import dashboard as dashboards
from projections.models.progress import ProgressLine

router = APIRouter()
WaitFor = Annotated[
    int | None, Query(ge=0, description="a position of an earlier answer: what is read is not older")
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="items at most")]
After = Annotated[str, Query(description="`next` of the page before")]


async def _ready(visit: Visit, position: int | None, *models: str) -> None:
    if position is not None and not await visit.portal.commands.readable(position, *models):
        raise Refusal("reading.behind", field="wait_for", position=position)


def _answer(visit: Visit, value: Any, version: int | None = None) -> Response:
    headers = {} if version is None else {"ETag": f'"{version}"'}
    return JSONResponse(plain_value(value, visit.reader.language), headers=headers)


@router.get("/me", tags=["people"], response_model=answers.Me, operation_id="me", summary="who I am here")
async def me(visit: ByVisitor) -> Response:
    return _answer(visit, visit.person)


@router.get(
    "/inbox",
    tags=["inbox"],
    response_model=answers.Inbox,
    operation_id="inbox",
    summary="all that waits for me, most urgent first",
)
async def inbox(visit: ByVisitor, cycle: str | None = None, wait_for: WaitFor = None) -> Response:
    await _ready(visit, wait_for, "inbox")
    found = await inbox_of(visit.portal.records, visit.person, cycle)
    return _answer(visit, {"tasks": found.tasks, "turns": found.turns, "now": found.nows})


@router.get(
    "/notices",
    tags=["inbox"],
    response_model=ToldPage,
    operation_id="notices",
    summary="what I was told, the latest first",
)
async def notices(
    visit: ByVisitor,
    cycle: str | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="`next` of the page before")] = None,
    limit: Limit = 50,
    wait_for: WaitFor = None,
) -> Response:
    await _ready(visit, wait_for, "notice")
    return _answer(
        visit, await told_to(visit.portal.records, visit.person, cycle=cycle, before=before, limit=limit)
    )


@router.get(
    "/goals",
    tags=["goals"],
    response_model=answers.GoalPage,
    operation_id="goals_list",
    summary="goals of a cycle, page by page",
)
async def goals(
    visit: ByVisitor,
    cycle: str,
    owner: str | None = None,
    stage: Stage | None = None,
    department: str | None = None,
    after: After = "",
    limit: Limit = 50,
    wait_for: WaitFor = None,
) -> Response:
    await _ready(visit, wait_for, "goal")
    found = await goals_page(
        visit.portal.records, visit.person.id, cycle=cycle, owner=owner, stage=stage, department=department,
        after=after, limit=limit,
    )  # fmt: skip
    return _answer(visit, {"items": found.goals, "next": found.after})


@router.get(
    "/goals/{goal}",
    tags=["goals"],
    response_model=answers.OneGoal,
    operation_id="goal",
    summary="one goal with all about it",
)
async def goal(visit: ByVisitor, goal: str, wait_for: WaitFor = None) -> Response:
    await _ready(visit, wait_for, "goal", "inbox")
    read = await read_goal(visit.portal.records, visit.person.id, goal)
    told = {
        "goal": read.row,
        "version": read.version,
        "sheet": read.sheet,
        "awaited": read.tasks,
        "progress": read.progress,
        "scores": read.scores,
        "now": read.now,
    }
    return _answer(visit, told, read.version)


@router.get(
    "/goals/{goal}/progress",
    tags=["goals"],
    response_model=ProgressLine,
    operation_id="goal_progress",
    summary="how far it is",
)
async def progress(visit: ByVisitor, goal: str, wait_for: WaitFor = None) -> Response:
    await _ready(visit, wait_for, "progress")
    read = await read_goal(visit.portal.records, visit.person.id, goal)
    if read.progress is None:
        read.view.require("scores", read.of)
    return _answer(visit, read.progress, read.version)


@router.get(
    "/goals/{goal}/history",
    tags=["goals"],
    response_model=dict[str, Any],
    operation_id="goal_history",
    summary="its story, replayed",
)
async def history(
    visit: ByVisitor,
    goal: str,
    as_of: Annotated[
        str | None, Query(description="a position, a day or a moment; a day means its end")
    ] = None,
    clock: Annotated[
        Literal["occurred", "recorded"], Query(description="the clock of a day or moment")
    ] = "occurred",
    wait_for: WaitFor = None,
) -> Response:
    await _ready(visit, wait_for, "history", "goal")
    records = visit.portal.records
    read = await read_goal(records, visit.person.id, goal)
    bound = bound_of(as_of, clock, ZoneInfo(zone_of(read.cycle) or "UTC"))
    told = await history_of(records, read.view, goal, bound)
    if not told.rows:
        raise unknown_goal(goal)
    return _answer(
        visit,
        {
            "goal": goal,
            "as_of": bound._asdict(),
            "events": told.story,
            "state": told.goal,
            "weight": told.weight,
        },
        read.version,
    )


def bound_of(written: str | None, clock: str, zone: tzinfo) -> Bound:
    """Up to where a history is asked for: a position, a day or a moment by one of the clocks."""
    if (
        written is not None
        and written.isascii()
        and written.isdigit()
        and len(written) != 8
        and len(written) < 19
    ):
        return Bound(position=int(written))
    found = moment_of(written, "as_of", zone)
    if found is None:
        return Bound()
    return Bound(recorded=found) if clock == "recorded" else Bound(occurred=found)


def moment_of(written: str | None, field: str, zone: tzinfo) -> datetime | None:
    """A moment, or the end of a day, as it was typed. Refuses what is neither."""
    if written is None:
        return None
    found: datetime | Mistake = read_moment(written, zone)
    if not isinstance(found, Mistake):
        return found
    day = read_date(written)
    if isinstance(day, Mistake):
        raise Refusal("reading.as-of", field=field, given=written[:40])
    return end_of_day(day, zone)


@router.get(
    "/cycles",
    tags=["cycles"],
    response_model=answers.CyclePage,
    operation_id="cycles_list",
    summary="every cycle",
)
async def cycles(visit: ByVisitor) -> Response:
    access.require_sees_cycles(visit.person)
    return _answer(visit, {"items": await dashboards.cycles(visit.portal.records.pool), "next": None})


@router.get(
    "/cycles/{cycle}",
    tags=["cycles"],
    response_model=dict[str, Any],
    operation_id="cycle",
    summary="where it stands, who waits for whom",
)
async def cycle(visit: ByVisitor, cycle: str, wait_for: WaitFor = None) -> Response:
    access.require_sees_cycles(visit.person)
    await _ready(visit, wait_for, "dashboard")
    found = await read_cycle(visit.portal.records, cycle)
    told = {
        "cycle": found.dashboard.cycle if found.dashboard else None,
        "departments": found.dashboard.departments if found.dashboard else (),
        "waiting": found.waiting,
        "due": found.due,
        "now": found.now,
        "written": found.written,
    }
    return _answer(visit, told, found.cycle.version)


@router.get(
    "/cycles/{cycle}/results",
    tags=["cycles"],
    response_model=dict[str, Any],
    operation_id="cycle_results",
    summary="results I may read",
)
async def results(
    visit: ByVisitor, cycle: str, after: After = "", limit: Limit = 50, wait_for: WaitFor = None
) -> Response:
    await _ready(visit, wait_for, "score")
    records = visit.portal.records
    readable = await readable_results(records, visit.person.id, await records.cycle(cycle))
    found = sorted((each for each in readable if each.sheet > after), key=lambda each: each.sheet)
    page = found[:limit]
    return _answer(visit, {"items": page, "next": page[-1].sheet if len(found) > limit else None})
