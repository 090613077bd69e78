"""What auditors see of the whole: whether scores hold, random approvals with their evidence, who did what when."""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Annotated, NamedTuple, get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from cairn.application import access
from cairn.application.clock import zone_of
from cairn.application.sampling import Evidence, Sample
from cairn.documents.dates import read_date
from cairn.documents.mistakes import Mistake
from cairn.documents.moments import end_of_day, start_of_day
from cairn.domain.event import SYSTEM
from cairn.domain.operating import ScoresVerified
from cairn.i18n import term
from cairn_portal.presenting.story import event_name
from cairn_portal.presenting.words import file_size, number
from cairn_portal.reading.auditing import (
    Wanted,
    acts_of,
    new_seed,
    sample_of,
    titles_of,
    verification_of,
    verify_now,
)
from cairn_portal.reading.current import cycle_or_current
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.moments import Told, history_address, named
from cairn_portal.web.rendering import page
from cairn_portal.web.typed import whole
from projections.models import dashboard as dashboards
from projections.models.administration import Act, ActKind

router = APIRouter(include_in_schema=False)
DRAWN = 10
KINDS: tuple[ActKind, ...] = get_args(ActKind)


class Run(NamedTuple):
    """One time that the scores were computed again."""

    at: str
    who: str
    scores: str
    counts: str
    found: str
    sound: bool
    upto: int


@router.get("/audit")
async def overview(request: Request, visit: ByVisitor, cycle: str = "") -> Response:
    """Whether the scores of a cycle hold, and where to look further."""
    access.require_audits(visit.person)
    return await _overview(request, visit, cycle)


@router.post("/audit/verify")
async def verify(request: Request, visit: ByVisitor, cycle: str) -> Response:
    """Has the scores of a cycle computed again, on record."""
    outcome = await verify_now(visit.portal.records, visit.person, cycle)
    say = visit.reader.say
    done = (
        say("All {scores:number} scores come out the same.", scores=outcome.scores) if outcome.sound else ""
    )
    return await _overview(request, visit, cycle, done=done)


async def _overview(request: Request, visit: Visit, cycle: str, *, done: str = "") -> Response:
    records = visit.portal.records
    found = await cycle_or_current(records, cycle or None)
    at = visit.reader.in_zone(zone_of(found)) if found else visit.reader
    told = await verification_of(records, visit.person, found.id) if found else None
    names = await records.names()
    return page(
        request, "audit.html", visit, reader=at, cycle=found, cycles=await dashboards.cycles(records.pool), done=done,
        runs=[_run(at, each, names) for each in reversed(told.runs)] if told else [],
        since=told.since if told else 0, here="/audit",
    )  # fmt: skip


def _run(at: PageReader, run: ScoresVerified, names: Mapping[str, str]) -> Run:
    counts = at.say(
        "goals {goals:number}, sheets {sheets:number}, results {results:number}",
        goals=run.goals, sheets=run.sheets, results=run.results,
    )  # fmt: skip
    found = at.say(
        "{differing} differ, {missing} missing, {unread} could not be read",
        differing=run.differing, missing=run.missing, unread=run.unread,
    )  # fmt: skip
    return Run(
        at=at.moment(run.at), who=named(run.by, names), scores=number(run.scores), counts=counts,
        found=at.say("all the same") if run.sound else found, sound=run.sound, upto=run.upto,
    )  # fmt: skip


@router.get("/audit/history")
async def find_history(visit: ByVisitor, of: str = "") -> Response:
    """The history of whatever is named: a goal, a sheet, a person, a policy …"""
    access.require_audits(visit.person)
    return RedirectResponse(history_address(of.strip()) if of.strip() else "/audit", 303)


# ---------------------------------------------------------------- random approvals


class Proof(NamedTuple):
    """An event of an approval's story, with its proof."""

    what: str
    who: str
    happened: str
    recorded: str
    position: int | None
    address: str
    leaf: str


class Drawn(NamedTuple):
    """An approval that was drawn, what led to it, and the files that stood by it then."""

    goal: str
    title: str
    owner: str
    approval: Proof
    leading: Sequence[Proof]
    files: Sequence[str]
    policy: str


@router.get("/audit/sample")
async def sample(
    request: Request, visit: ByVisitor, cycle: str = "", seed: Annotated[str, Query(max_length=40)] = "",
    n: str = "", upto: str = "",
) -> Response:  # fmt: skip
    """Ten approvals drawn at random; with the seed and position of an earlier draw the same ones."""
    access.require_audits(visit.person)
    records = visit.portal.records
    found = await cycle_or_current(records, cycle or None)
    cycles = await dashboards.cycles(records.pool)
    if found is None:
        return page(
            request, "audit_sample.html", visit, cycle=None, cycles=cycles, drawn=[], here="/audit/sample"
        )
    at, number_of = visit.reader.in_zone(zone_of(found)), whole(n)
    wanted = DRAWN if number_of is None else min(max(number_of, 1), 100)
    last = whole(upto)
    told = await sample_of(records, visit.person, found.id, wanted, seed.strip() or new_seed(), last)
    again = urlencode({"cycle": found.id, "n": wanted, "seed": told.seed, "upto": told.upto})
    return page(
        request, "audit_sample.html", visit, reader=at, cycle=found, cycles=cycles, n=wanted, told=told, again=again,
        drawn=_drawn(at, told, await records.names(), await titles_of(records, told)), here="/audit/sample",
    )  # fmt: skip


def _drawn(at: PageReader, told: Sample, names: Mapping[str, str], titles: Mapping[str, str]) -> list[Drawn]:
    return [
        Drawn(
            goal=each.goal,
            title=at.title(titles[each.goal]) if each.goal in titles else "",
            owner=named(each.owner, names),
            approval=_proof(at, each.approval, names),
            leading=[_proof(at, event, names) for event in each.leading],
            files=[
                at.say("file {sha256}, {size}", sha256=file.sha256[:16], size=file_size(file.size))
                for file in each.files
            ],
            policy=each.approval.policy or "",
        )
        for each in told.drawn
    ]


def _proof(at: PageReader, event: Evidence, names: Mapping[str, str]) -> Proof:
    who = at.say("system") if event.actor == SYSTEM else named(event.actor, names)
    if event.acting_for is not None:
        who = at.say("{who} for {other}", who=who, other=named(event.acting_for, names))
    query = f"position={event.position}" if event.position else ""
    return Proof(
        what=event_name(at, event.type), who=who, happened=at.moment(event.occurred_at),
        recorded=at.moment(event.recorded_at), position=event.position,
        address=history_address(event.stream, query), leaf=event.leaf,
    )  # fmt: skip


# ---------------------------------------------------------------- who did what


class Line(NamedTuple):
    """One act in words."""

    what: str
    kind: str
    who: str
    happened: str
    recorded: str
    number: str
    where: Told


class Filter(NamedTuple):
    """What was asked for, as it was typed, and what is wrong with it."""

    kind: str
    by: str
    first: str
    last: str
    problem: str = ""


@router.get("/audit/acts")
async def acts(
    request: Request,
    visit: ByVisitor,
    kind: str = "",
    by: str = "",
    first: str = "",
    last: str = "",
    before: str = "",
) -> Response:
    """Who imported people, set targets, changed policies, ran feeds, by kind, person and days."""
    access.require_audits(visit.person)
    records = visit.portal.records
    cycle = await cycle_or_current(records, None)
    at = visit.reader.in_zone(zone_of(cycle) if cycle else None)
    zone = ZoneInfo(at.zone or "UTC")
    asked = Filter(kind if kind in KINDS else "", by.split(" ")[0], first, last)
    wanted, problem = _wanted(at, asked, before, zone)
    found = await acts_of(records, visit.person, wanted)
    names = await records.names()
    query = {"kind": asked.kind, "by": asked.by, "first": first, "last": last}
    older = urlencode({**query, "before": found.after.astimezone(UTC).isoformat()}) if found.after else ""
    return page(
        request, "audit_acts.html", visit, reader=at, cycle=cycle, kinds=KINDS, asked=asked._replace(problem=problem),
        acts=[_line(at, each, names) for each in found.acts], older=older, names=names, here="/audit/acts",
    )  # fmt: skip


def _wanted(at: PageReader, asked: Filter, before: str, zone: tzinfo) -> tuple[Wanted, str]:
    kind = next((each for each in KINDS if each == asked.kind), None)
    bounds: list[datetime | None] = []
    for typed, moment in ((asked.first, start_of_day), (asked.last, end_of_day)):
        day = read_date(typed) if typed else None
        if isinstance(day, Mistake):
            return Wanted(kind, asked.by or None), at.say(day.message)
        bounds.append(moment(day, zone) if day else None)
    since, until = bounds
    with contextlib.suppress(ValueError):  # an address somebody changed by hand asks for no earlier page
        until = datetime.fromisoformat(before) if before else until
    return Wanted(kind, asked.by or None, since, until), ""


def _line(at: PageReader, act: Act, names: Mapping[str, str]) -> Line:
    """Of a table or a feed its rows are counted, of people the people."""
    if act.rows is not None:
        count = at.say("{n:number} {n:plural,row,rows}", n=act.rows)
    else:
        count = at.say("{n:number} times", n=act.events) if act.events > 1 else ""
    where = Told(act.stream, history_address(act.stream))
    if act.streams > 1:
        where = Told(
            at.say("{first} and {n:number} more", first=act.stream, n=act.streams - 1), where.address
        )
    return Line(
        what=event_name(at, act.type), kind=at.say(term("act", act.kind)),
        who=at.say("system") if act.actor == SYSTEM else named(act.actor, names), happened=at.moment(act.occurred_at),
        recorded=at.moment(act.recorded_at), number=count, where=where,
    )  # fmt: skip
