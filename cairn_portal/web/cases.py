"""Cases on pages: those that concern somebody, and one with its story, whose turn it is, and a form for each command
that is theirs to give. One page for every kind."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cairn.application.cases import KINDS, kind_named
from cairn.application.clock import zone_of
from cairn.application.offers import Offer
from cairn.domain.identity import digest
from cairn.domain.refusal import Refusal
from cairn.domain.streams import case_name, kind_of
from cairn.i18n import refusal_message, term
from cairn_portal.asking import Done
from cairn_portal.presenting.cases import told
from cairn_portal.presenting.story import event_name
from cairn_portal.reading.case_beginnings import OF_UNITS
from cairn_portal.reading.cases import CaseRead, begun_by, cases_of, foresee_case, read_case, unknown_case
from cairn_portal.reading.current import cycle_or_current
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web import showing
from cairn_portal.web.appraising import answers_apart, give_apart
from cairn_portal.web.case_fields import about_words, awaited_words, holder_words, known_of
from cairn_portal.web.case_kinds import BEGUN_BY_PEOPLE, may_begin
from cairn_portal.web.case_panels import panel_of
from cairn_portal.web.case_readers import said_readers_of
from cairn_portal.web.files import brought_files, given_with, limits_of, naming, shown_files
from cairn_portal.web.forms import Form, fields_of, is_typed, taking_files, wrong_field
from cairn_portal.web.rendering import go_to, page
from cairn_portal.web.showing import titled
from cairn_portal.web.typed import read_form, whole
from cairn_portal.web.uploads import form_with_files, plain_form
from projections.models import dashboard as dashboards

router = APIRouter(include_in_schema=False)
SAVES = {"submit": "report", "comment": "comment"}
"""Commands whose words are saved as a draft while they are typed, and on which side of a review."""


class Line(NamedTuple):
    """One event of a story in words."""

    happened: str
    who: str
    what: str
    details: Sequence[str]


class Asked(NamedTuple):
    """A command as it came from a form, with what stood in its way."""

    name: str
    fields: Mapping[str, Any]
    key: str
    refusal: Refusal


@router.get("/cases")
async def cases(request: Request, visit: ByVisitor, kind: str = "", cycle: str = "") -> Response:
    records = visit.portal.records
    found = await cycle_or_current(records, cycle or None)
    at = visit.reader.in_zone(zone_of(found)) if found else visit.reader
    listed = await cases_of(records, visit.person, found, kind if kind in KINDS else None) if found else None
    rates = [
        each
        for each in await records.application.appraisals.tasks(visit.person.id)
        if found and each.appraisal.split("-")[1] == found.id and kind in ("", "appraisal")
    ]
    turns = [(each, showing.clock(at, each.until, listed.now)) for each in listed.turns] if listed else []
    return page(
        request, "cases.html", visit, reader=at, cycle=found, kind=kind, kinds=list(KINDS),
        begun=await may_begin(visit), turns=turns, rates=rates, others=listed.others if listed else [],
        names=await records.names(),
        holder=holder_words, about=about_words, cycles=await dashboards.cycles(records.pool),
        query=urlencode({"kind": kind, "cycle": found.id if found else ""}),
    )  # fmt: skip


@router.get("/cases/new/{kind}")
async def new(
    request: Request,
    visit: ByVisitor,
    kind: str,
    about: str = "",
    goal: str = "",
    period: str = "",
    key: str = "",
) -> Response:
    """How to begin a case of a kind: about whom, then the forms of the commands that begin one."""
    if kind not in BEGUN_BY_PEOPLE:
        raise Refusal("case.name", field="kind", case=kind, known=sorted(KINDS))
    records = visit.portal.records
    cycle, names = await cycle_or_current(records, None), await records.names()
    if cycle is None:
        raise Refusal("cycle.unknown", field="cycle", cycle="–")
    holder = _holder(kind, about.strip(), names)
    known = holder in names or holder == "company"
    if not known or (kind == "review" and not period):
        said = (
            visit.reader.say("There is nobody like {who}; check the id.", who=about)
            if about and not known
            else ""
        )
        periods = (
            [each.key for each in cycle.schedule.periods if each.kind != "year"] if cycle.schedule else []
        )
        return page(
            request, "case_new.html", visit, kind=kind, about=about, problem=said, goal=goal, periods=periods,
            names=names, units=kind in OF_UNITS,
        )  # fmt: skip
    key = key or str(uuid4())
    number = period if kind == "review" else digest(key, kind, holder)[:8]
    name = case_name(kind, cycle.id, holder, number)
    read, _ = await begun_by(records, visit.person.id, name)
    if read is None:
        return RedirectResponse(f"/cases/{name}", 303)
    return await _case_page(request, visit, read, given={"goal": goal} if goal else {})


def _holder(kind: str, about: str, names: Mapping[str, str]) -> str:
    """The holder of a case: a person, or the department that is asked or calibrated."""
    if kind in OF_UNITS and about != "company" and f"department.{about}" in names:
        return f"department.{about}"
    return about.split(" ")[0]


@router.get("/cases/{name}")
async def case(request: Request, visit: ByVisitor, name: str, seen: int | None = None) -> Response:
    read = await read_case(visit.portal.records, visit.person.id, name)
    return await _case_page(request, visit, read, seen=seen)


@router.post("/cases/{name}/{command}")
async def give(request: Request, visit: ByVisitor, name: str, command: str, saving: str = "") -> Response:
    """Gives a case a command of a form, or begins it by one; answers with its page, and why it was not done."""
    records, form = visit.portal.records, await form_with_files(request)
    existing = await records.ledger.version_of(name)
    found = (
        await read_case(records, visit.person.id, name)
        if existing
        else (await begun_by(records, visit.person.id, name))[0]
    )
    row = kind_named(name).commands.get(command)
    if found is None or row is None:
        raise unknown_case(name)
    if isinstance(form, Refusal):
        return await _case_page(request, visit, found, Asked(command, {}, str(uuid4()), form))
    typed, zone = [(key, str(value)) for key, value in form.multi_items()], zone_of(found.cycle)
    fields = read_form(row, typed, zone)
    told_by = dict(typed)
    version = told_by.get("at_version", "")
    key = told_by.get("key") or str(uuid4())
    offered = any(each.name == command for each in found.offers)
    try:
        brought = await brought_files(visit, name, row, form, offered=offered)
        fields = naming(fields, brought)
        if answers_apart(found, command, fields):
            done = await give_apart(visit, found, command, fields, key)
        else:
            done = await given_with(
                visit, brought,
                lambda: foresee_case(records, visit.person.id, name, command, fields, whole(version)),
                lambda: visit.portal.commands.case(
                    name, command, visit.person.id, fields, f"{key}:{name}", at_version=whole(version)
                ),
            )  # fmt: skip
    except Refusal as refusal:
        return await _case_page(request, visit, found, Asked(command, fields, key, refusal))
    await _readable(visit, done, name)
    if not existing:
        return go_to(request, f"/cases/{name}")
    read = await read_case(records, visit.person.id, name)
    return await _case_page(request, visit, read, done=_done_words(visit.reader, read, done))


@router.post("/cases/{name}/{command}/save")
async def save(request: Request, visit: ByVisitor, name: str, command: str) -> Response:
    """Saves what somebody has typed so far as their draft, which nobody else reads."""
    records, form = visit.portal.records, await plain_form(request)
    typed = [(key, str(value)) for key, value in form.multi_items()]
    read = await read_case(records, visit.person.id, name)
    row = read.kind.commands["draft"]
    fields = read_form(row, typed, zone_of(read.cycle))
    if "side" in row.model_fields:
        fields["side"] = SAVES.get(command, "report")
    at, said, base = visit.reader.in_zone(zone_of(read.cycle)), "", None
    if fields.get("texts") or fields.get("marks"):
        try:
            if answers_apart(read, "draft", fields):
                await give_apart(visit, read, "draft", fields, str(uuid4()))
            else:
                done = await visit.portal.commands.case(name, "draft", visit.person.id, fields)
                base = done.status.version if done.status and "base" in row.model_fields else None
        except Refusal as refusal:
            said = refusal_message(refusal).text(at.language)
    return page(
        request, "case_saved.html", visit, 422 if said else 200, problem=said, dom=_dom(command), base=base,
        at_moment=at.moment(await records.clock.now(read.cycle)),
    )  # fmt: skip


async def _readable(visit: Visit, done: Done, name: str) -> None:
    if done.position is not None:
        models = ("result", "case") if kind_of(name) == "result" else (kind_of(name), "case")
        await visit.portal.commands.readable(done.position, *models)


def _done_words(at: PageReader, read: CaseRead, done: Done) -> str:
    """What a command came to in the case; what it told the sheet behind it is not said."""
    own = {each.__name__ for each in read.kind.events}
    said = at.say("separator:clause").join(event_name(at, each) for each in done.events if each in own)
    return said or at.say("nothing to do (it is so already)")


async def _case_page(
    request: Request, visit: Visit, read: CaseRead, asked: Asked | None = None, *, done: str = "",
    seen: int | None = None, given: Mapping[str, Any] | None = None,
) -> Response:  # fmt: skip
    records, at = visit.portal.records, visit.reader.in_zone(zone_of(read.cycle))
    names, is_new = await records.names(), read.case.version == 0
    readers = said_readers_of(at, read, names)
    who = visit.person.id
    forms = [_form(at, read, offer, who, asked, given or {}, readers) for offer in _offers(read)]
    status, problem = read.status, ""
    if asked is not None and not any(form.problem for form in forms):  # its form is there no more
        problem = refusal_message(asked.refusal).text(at.language)
    return page(
        request, "case.html", visit, 422 if asked else 200, reader=at, read=read, kind=read.kind.name, is_new=is_new,
        problem=problem,
        title=titled(at.say(term("kind", read.kind.name))), holder=holder_words(at, read.case.holder, names),
        stage="" if is_new else at.say(term("stage", f"{read.kind.name}.{read.case.stage}")),
        awaited=[awaited_words(at, each, names) for each in status.awaited], mine=who in status.awaited,
        due=status.next_deadline and (
            at.say(term("phase", f"{read.kind.name}.{status.next_deadline.phase}")),
            at.moment(status.next_deadline.at), showing.clock(at, status.next_deadline.at, read.now)),
        story=_story(at, read, names), forms=_ordered(read, forms, mine=who in status.awaited), done=done,
        panel=await panel_of(at, visit, read, names), changed=_changed(read, who, seen, names),
        person=visit.person, files=await shown_files(at, visit, read.case.id, f"/cases/{read.case.id}"),
    )  # fmt: skip


def _offers(read: CaseRead) -> list[Offer]:
    """What a page asks for by a form; drafts are saved by themselves while somebody types."""
    apart = ("submit", "decline", "delegate") if read.rater else ()
    found = [each for each in read.offers if each.name != "draft" and is_typed(each.command)]
    known = {each.name for each in found}
    return [
        *(Offer(name, read.kind.commands[name], {}) for name in apart if name not in known),
        *found,
    ]


def _dom(command: str) -> str:
    return f"form-{command.replace('_', '-')}"


def _form(
    at: PageReader, read: CaseRead, offer: Offer, who: str, asked: Asked | None, given: Mapping[str, Any],
    readers: str,
) -> Form:  # fmt: skip
    name, kind = read.case.id, read.kind
    mine = asked if asked is not None and asked.name == offer.name else None
    known = known_of(at, read, offer.name, who)
    fields = fields_of(at, kind.name, offer, known, mine.fields if mine else given)
    rules = read.context.policy.attachments
    fields = taking_files(fields, rules, limits_of(at, rules))
    fixed = {key: value for key, value in known.fixed.items() if key in offer.command.model_fields}
    saves = (
        "draft" in kind.commands
        and {"texts", "marks"} & set(offer.command.model_fields)
        and offer.name in SAVES
    )
    wrong = wrong_field(fields, mine.refusal.field) if mine else None
    return Form(
        dom=_dom(offer.name),
        name=offer.name,
        label=titled(at.say(term("command", f"{kind.name}.{offer.name}"))),
        address=f"/cases/{name}/{offer.name}",
        fields=fields,
        fixed=fixed,
        key=mine.key if mine else str(uuid4()),
        version=None if "draft" in kind.commands or not read.case.version else read.case.version,
        readers=readers if any(each.sort in ("text", "parts", "rows") for each in fields) else "",
        problem=refusal_message(mine.refusal).text(at.language) if mine else "",
        wrong=wrong,
        open=mine is not None or bool(saves),
        saves=f"/cases/{name}/{offer.name}/save" if saves else "",
    )


def _ordered(read: CaseRead, forms: Sequence[Form], *, mine: bool) -> list[Form]:
    """Forms in the order of their rows, those that move the case on first where it is somebody's turn."""
    leads = {name for name, row in read.kind.commands.items() if row.row.leads_to or name in SAVES}
    return sorted(forms, key=lambda form: form.name not in leads) if mine else list(forms)


def _story(at: PageReader, read: CaseRead, names: Mapping[str, str]) -> list[Line]:
    return [
        Line(
            happened=at.moment(each.row.occurred_at),
            who=at.say("system") if each.row.actor == "system" else awaited_words(at, each.row.actor, names),
            what=event_name(at, each.row.type),
            details=told(at, read.kind.name, each.said) if each.said is not None else (),
        )
        for each in read.story
    ]


def _changed(read: CaseRead, who: str, seen: int | None, names: Mapping[str, str]) -> str:
    """Who has done something since a page was opened, whose forms stay as they are while somebody types."""
    if seen is None:
        return ""
    later = [
        each.row.actor
        for each in read.story
        if each.row.version > seen and each.row.actor != who and not each.row.type.endswith("Drafted")
    ]
    return f"{later[-1]} {names.get(later[-1], '')}".strip() if later else ""
