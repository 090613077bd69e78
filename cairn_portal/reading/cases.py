"""Cases as somebody may read them: one with its story and what they may do in it, and those that concern them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from cairn.application import access
from cairn.application.cases import KINDS, kind_named, read_case_command
from cairn.application.offers import Offer, offered_in_case
from cairn.application.stored_events import to_events
from cairn.domain.appraisal.state import Appraisal
from cairn.domain.case.context import CaseContext
from cairn.domain.case.kind import CaseKind, status
from cairn.domain.case.state import Case
from cairn.domain.case.status import CaseStatus
from cairn.domain.cycle.state import Cycle
from cairn.domain.event import Event
from cairn.domain.people import Person, places_of, reports_to
from cairn.domain.refusal import Refusal
from cairn.domain.review.state import Review
from cairn.ledger import StoredEvent
from cairn_portal.reading.records import Records
from cairn_portal.reading.reviews import WORDLESS
from cairn_portal.reading.viewing import Viewer, require_may_read_case, shown
from projections.models import case as case_model
from projections.models import person as people_model

MOST = 60
"""Cases in a list at most, the newest first."""


class Happened(NamedTuple):
    """One event of a case; `said` is the event with its words where the reader may read them."""

    row: StoredEvent
    said: Event | None


class CaseRead(NamedTuple):
    """A case as somebody may read it. `rater` is the unnamed role in which they rate, which they alone are told."""

    kind: CaseKind[Any]
    case: Case
    context: CaseContext
    cycle: Cycle
    now: datetime
    status: CaseStatus
    story: Sequence[Happened]
    offers: Sequence[Offer]
    view: Viewer
    rater: str | None = None


def unknown_case(name: str) -> Refusal:
    """That there is no such case, said alike of one that is not there and of one that is not to be read."""
    return Refusal("case.unknown", field="case", kind=kind_named(name).name, case=name)


async def read_case(records: Records, who: str, name: str) -> CaseRead:
    """One case. What somebody may not read is to them as if it were not there."""
    kind = kind_named(name)
    case, context = await records.application.cases.load(name)
    cycle = await records.cycle(case.cycle)
    context = replace(context, at=await records.clock.now(cycle))
    view = await records.viewer(who, cycle)
    rater = await _rates_unnamed(records, case, who)
    if rater is None:
        try:
            _require_reader(view, case, context, who)
        except Refusal:
            raise unknown_case(name) from None
    rows = [] if isinstance(case, Appraisal) else await records.ledger.read_stream(name)
    told = [
        Happened(row, event if _is_told(case, row.type) else None)
        for row, event in zip(rows, to_events(rows), strict=True)
    ]
    return CaseRead(
        kind=kind,
        case=case,
        context=context,
        cycle=cycle,
        now=context.at,
        status=status(kind, case, context),
        story=told,
        offers=offered_in_case(kind, case, context, who),
        view=view,
        rater=rater,
    )


async def _rates_unnamed(records: Records, case: Case, who: str) -> str | None:
    if not isinstance(case, Appraisal):
        return None
    return await records.application.appraisals.role_of(case.id, who)


def _require_reader(view: Viewer, case: Case, context: CaseContext, who: str) -> None:
    match case:
        case Review():
            person = context.person(case.holder)
            department = person.department if person else None
            of = shown("individual", case.holder, context.manager_of(case.holder), department)
            assert view.person is not None and view.among is not None
            access.require_knows_review(view.person, case, of, view.among)
        case Appraisal():
            access.require_knows_appraisal(who, context.person(who), case, context)
        case _:
            require_may_read_case(view, case, context)


def _is_told(case: Case, event: str) -> bool:
    """Whether an event's facts are for everybody who knows of the case: what was written in a review is shown beside
    its questions, to whom it is open."""
    return not isinstance(case, Review) or event in WORDLESS


async def begun_by(records: Records, who: str, name: str) -> tuple[CaseRead | None, Cycle]:
    """How somebody may begin a case that is not there yet; None where one of that name is."""
    kind, cycle = kind_named(name), await records.cycle(name.split("-")[1])
    if await records.ledger.version_of(name):
        return None, cycle
    case, context = await records.application.cases.planned(name)
    context = replace(context, at=await records.clock.now(cycle))
    view = await records.viewer(who, cycle)
    return CaseRead(
        kind, case, context, cycle, context.at, status(kind, case, context), (),
        offered_in_case(kind, case, context, who), view,
    ), cycle  # fmt: skip


async def foresee_case(
    records: Records, who: str, name: str, command: str, fields: Mapping[str, Any], at_version: int | None
) -> None:
    """Refuses what a command would be refused for as the log stands now; nothing is recorded."""
    await records.require_as_seen(name, at_version)
    at = await records.now_of(name)
    await records.application.cases.foresee(read_case_command(command, name, who, at, dict(fields)))


class Listed(NamedTuple):
    """Cases that concern somebody in a cycle: those in which it is their turn, and all others they may read."""

    turns: list[case_model.Turn]
    others: list[case_model.CaseRow]
    now: datetime


async def cases_of(records: Records, person: Person, cycle: Cycle, kind: str | None = None) -> Listed:
    """What concerns somebody: about them or their people, begun or owed by them, or theirs to do now. Of one kind,
    whoever sees whole cycles has all that they may read."""
    now = await records.clock.now(cycle)
    people = await records.everybody()
    below = [who for who in people if who != person.id and reports_to(who, person.id, people)]
    headed = [
        f"department.{each.id}"
        for each in await people_model.departments(records.pool)
        if each.head == person.id
    ]
    wanted = [person.id, *places_of(person.roles)]
    turns = await case_model.turns(records.pool, now, cycle=cycle.id, of=wanted)
    found = await case_model.cases(
        records.pool, cycle.id, by=person.id, most=2 * MOST, kind=kind,
        holders=None if kind and access.sees_cycles(person) else [person.id, *below, *headed],
    )  # fmt: skip
    mine = {each.name for each in turns}
    rest = [each for each in found if each.name not in mine]
    readable = await _readable(records, person, cycle, [each.name for each in rest])
    return Listed(
        [each for each in turns if kind in (None, each.kind) and each.kind in KINDS],
        [each for each in rest if each.name in readable][:MOST],
        now,
    )


async def cases_about(records: Records, person: Person, cycle: Cycle, whom: str) -> list[case_model.CaseRow]:
    """Cases about another, or begun or owed by them, that somebody may read; the newest first."""
    found = await case_model.cases(records.pool, cycle.id, holders=[whom], by=whom, most=2 * MOST)
    readable = await _readable(records, person, cycle, [each.name for each in found])
    return [each for each in found if each.name in readable][:MOST]


async def _readable(records: Records, person: Person, cycle: Cycle, names: Sequence[str]) -> set[str]:
    if not names:
        return set()
    view, found = await records.viewer(person.id, cycle), set()
    _, context = await records.application.cases.load(names[0])
    for name, case in (await records.application.cases.states(names)).items():
        try:
            _require_reader(view, case, context, person.id)
        except Refusal:
            continue
        found.add(name)
    return found
