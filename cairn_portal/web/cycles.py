"""Cycles: where each stands, and a launch from its preview."""

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import uuid4

from fastapi import APIRouter, Request
from starlette.responses import Response

from cairn.application import access
from cairn.application.cases import KINDS
from cairn.application.clock import zone_of
from cairn.documents.dates import read_date
from cairn.documents.mistakes import Mistake
from cairn.domain.calibration.unit import COMPANY
from cairn.domain.cycle.status import CycleDeadline
from cairn.domain.goal.stages import STAGES
from cairn.domain.people import Person
from cairn.domain.refusal import Refusal
from cairn.i18n import marked, refusal_message, term
from cairn_portal.presenting import reasons
from cairn_portal.reading.cycles import CycleRead, Preview, preview_launch, read_cycle
from cairn_portal.reading.knowing import may_know_case
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web import showing
from cairn_portal.web.case_fields import awaited_words
from cairn_portal.web.rendering import page
from cairn_portal.web.uploads import plain_form
from cairn_portal.web.urging import can_be_urged, urge_address
from projections.models import calibration as calibration_model
from projections.models import dashboard as dashboards
from projections.models.case import CasesWaiting
from projections.models.inbox import Waiting

router = APIRouter(include_in_schema=False)
MOST = 40
"""So many lines of who waits for whom are shown."""
DAYS = {"starts": marked("first day"), "ends": marked("last day")}
"""What the days of a cycle are called."""
PLANNED = ("title", "starts", "ends", "policy", "seen")
"""What a launch repeats of the preview that was seen."""


@router.get("/cycles")
async def cycles(request: Request, visit: ByVisitor) -> Response:
    access.require_sees_cycles(visit.person)
    found = await dashboards.cycles(visit.portal.records.pool)
    year = datetime.now(UTC).year + 1
    suggested = str(year) if any(each.cycle == str(year - 1) for each in found) else str(year - 1)
    return page(
        request, "cycles.html", visit, cycles=found, launches="hr" in visit.person.roles, suggested=suggested
    )


@router.get("/cycles/new")
async def preview(
    request: Request, visit: ByVisitor, cycle: str = "", title: str = "", starts: str = "", ends: str = "",
    shift: str = "",
) -> Response:  # fmt: skip
    """What a launch would do: this plan, and no other, is what its button launches."""
    access.require_prepares_launch(visit.person)
    at, given = visit.reader, {"cycle": cycle, "title": title, "starts": starts, "ends": ends, "shift": shift}
    mistakes = mistakes_of(at, given)
    if mistakes:
        return page(request, "launch.html", visit, 422, given=given, mistakes=mistakes, preview=None)
    try:
        found = await planned(visit, given)
    except Refusal as refusal:
        said = [("cycle", refusal_message(refusal).text(at.language))]
        return page(request, "launch.html", visit, 422, given=given, mistakes=said, preview=None)
    names = await visit.portal.records.names()
    reader = at.in_zone(found.plan.schedule.calendar.timezone)
    passed = [
        f"{at.say(term('field', each.name))} {reader.moment(each.at)}"
        for each in found.passed
        if each.period is None
    ]
    missing = {
        sheet.sheet: "; ".join(reasons.missing(at, each) for each in sheet.missing)
        for sheet in found.plan.sheets
    }
    return page(
        request, "launch.html", visit, reader=reader, given=given, mistakes=[], preview=found, names=names,
        missing=missing, passed=passed, families=await _families(visit, found.plan.policy),
        left_out=[(each.person, reasons.left_out(at, each)) for each in found.plan.left_out],
        key=str(uuid4()), shift=found.shift.isoformat() if found.shift else "",
    )  # fmt: skip


@router.post("/cycles/{cycle}/launch")
async def launch(request: Request, visit: ByVisitor, cycle: str) -> Response:
    """Launches the plan that was seen; another one than that is refused."""
    form = {name: str(value) for name, value in (await plain_form(request)).items()}
    fields: dict[str, str] = {name: form[name] for name in PLANNED if name in form}
    fields["language"] = form.get("language", visit.reader.language)
    if form.get("shift"):
        fields["shift"] = form["shift"]
    try:
        await visit.portal.commands.cycle(cycle, "launch", visit.person.id, fields, form.get("key") or None)
    except Refusal as refusal:
        said, title = (
            refusal_message(refusal).text(visit.reader.language),
            visit.reader.say("It was not launched"),
        )
        return page(request, "problem_part.html", visit, 422, title=title, sentence=said)
    return Response(status_code=204, headers={"HX-Redirect": f"/cycles/{cycle}"})


@router.get("/cycles/{cycle}")
async def one(request: Request, visit: ByVisitor, cycle: str) -> Response:
    access.require_sees_cycles(visit.person)
    found = await read_cycle(visit.portal.records, cycle)
    at = visit.reader.in_zone(zone_of(found.cycle))
    names = await visit.portal.records.names()
    launch = found.cycle.launch
    return page(
        request, "cycle.html", visit, reader=at, read=found, cycle=found.cycle, board=found.dashboard,
        stages=[
            (at.say(f"stage:{row.name}"), showing.tone(row.name), count)
            for row in STAGES
            if found.dashboard and (count := found.dashboard.stages.get(row.name))
        ],
        waiting=_waits(at, found, names, visit.person), cases=_cases(at, found), told=_told(at, found),
        grades=showing.spread(found.grades),
        quiet=[f"{each.holder} {each.holder_name or ''}".strip() for each in found.quiet.first],
        quiet_more=found.quiet.number - len(found.quiet.first),
        failures=[(each.sheet, reasons.launch_failure(at, each)) for each in (launch.failures if launch else ())],
        boards=await _boards(at, visit, cycle), launching=launch is None,
        ahead=_ahead(at, found.due[0]) if found.due else "", urges=access.urges(visit.person),
    )  # fmt: skip


async def _boards(at: PageReader, visit: Visit, cycle: str) -> list[tuple[str, str]]:
    """The boards of calibrations that are open and may be read, each with its unit."""
    return [
        (each.name, at.say("the company") if each.holder == COMPANY else each.unit_name or each.holder)
        for each in await calibration_model.calibrations(visit.portal.records.pool, cycle)
        if each.stage == "open" and await may_know_case(visit.portal.records, visit.person.id, each.name)
    ]


def _ahead(at: PageReader, due: CycleDeadline) -> str:
    """What comes next in a cycle, and when."""
    named = at.say(f"cycle_stage:{due.stage}") if due.stage else due.period or ""
    phase = f"{at.say(f'cycle_phase:{due.phase}')} {named}".strip()
    return at.say("next: {phase} {at}", phase=phase, at=at.moment(due.at))


async def _families(visit: Visit, policy: str) -> dict[str, str]:
    """The job families of a policy, by name."""
    rules = await visit.portal.records.application.policies.version(policy)
    return {key: each.name.text(visit.reader.language) for key, each in rules.families.items()}


class Waits(NamedTuple):
    """Who is waited for, for what, how much of it, how much of that is late, and until when; `urge` is where they are
    asked to hurry, empty where the reader cannot ask them."""

    who: str
    act: str
    number: int
    overdue: int
    until: str
    clock: showing.Clock | None
    urge: str


def _waits(at: PageReader, found: CycleRead, names: dict[str, str], reader: Person) -> list[Waits]:
    """Who waits for whom, in goals and in cases, the most overdue first."""
    urges = access.urges(reader)
    rows: list[tuple[Waiting | CasesWaiting, str, int, str]] = []
    for task in found.waiting:
        urge = urge_address(found.cycle.id, task.awaited) if urges and can_be_urged(task, reader) else ""
        rows.append((task, at.say(f"task:{task.act}"), task.goals, urge))
    rows += [
        (turn, at.say(term("turn", f"{turn.kind}.{turn.step}")), turn.cases, "")
        for turn in found.cases_waiting
    ]
    rows.sort(key=lambda row: (-row[0].overdue, -row[2], row[0].awaited))
    return [
        Waits(
            who=awaited_words(at, each.awaited, names),
            act=act,
            number=count,
            overdue=each.overdue,
            until=at.moment(each.until),
            clock=showing.clock(at, each.until, found.now),
            urge=urge,
        )
        for each, act, count, urge in rows[:MOST]
    ]


class CasesOf(NamedTuple):
    """The cases of a kind: how many, how many late, and how many in which stage."""

    name: str
    kind: str
    number: int
    overdue: int
    stages: str


def _cases(at: PageReader, found: CycleRead) -> list[CasesOf]:
    of_kind = {name: [each for each in found.cases if each.kind == name] for name in KINDS}
    return [
        CasesOf(
            name=name,
            kind=at.say(term("kind", name)),
            number=sum(each.cases for each in of),
            overdue=sum(each.overdue for each in of),
            stages=" · ".join(f"{at.say(term('stage', f'{name}.{each.stage}'))} {each.cases}" for each in of),
        )
        for name, of in of_kind.items()
        if of
    ]


def _told(at: PageReader, found: CycleRead) -> str:
    """How the clock of feedback was kept; empty while nothing was observed."""
    if not found.kept:
        return ""
    return at.say(
        "{observed} observed, {given} told, {open} to be told, {breached} {breached:plural,breach,breaches}",
        observed=sum(each.observed for each in found.kept),
        given=sum(each.given for each in found.kept),
        open=sum(each.open for each in found.kept),
        breached=sum(each.breached for each in found.kept),
    )


def mistakes_of(at: PageReader, given: dict[str, str]) -> list[tuple[str, str]]:
    """What is wrong with what was typed, by field; the year that a cycle's id names gives its days."""
    name, found = given["cycle"].strip(), []
    if not name or not all(sign.isalnum() or sign in "._" for sign in name):
        found.append(
            ("cycle", at.say("A cycle's id has letters, digits, dots and underscores, such as 2027."))
        )
    year = name if name.isdigit() and len(name) == 4 else None
    for field, otherwise in (("starts", f"{year}-01-01"), ("ends", f"{year}-12-31")):
        if not given[field] and year:
            given[field] = otherwise
        day = read_date(given[field])
        if isinstance(day, Mistake):
            found.append(
                (field, at.say("{what}: {name}", what=at.say(DAYS[field]), name=at.say(day.message)))
            )
    if not found and given["ends"] <= given["starts"]:
        found.append(("ends", at.say("A cycle ends after it starts.")))
    given["title"] = given["title"].strip() or (at.say("{name}", name=name) if name else "")
    return found


async def planned(visit: Visit, given: dict[str, str]) -> Preview:
    """The preview of what was typed, which has no mistakes. Raises Refusal."""
    starts, ends = read_date(given["starts"]), read_date(given["ends"])
    assert not isinstance(starts, Mistake) and not isinstance(ends, Mistake)
    return await preview_launch(
        visit.portal.records, given["cycle"].strip(), given["title"], starts, ends, None, visit.reader.language,
        shifted=bool(given["shift"]),
    )  # fmt: skip
