"""Targets before a launch on a page: handed in or typed, every bad row corrected where it is shown, then proposed."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from cairn.application import access
from cairn.domain.cycle.proposing import Place
from cairn.domain.refusal import Refusal
from cairn.i18n import refusal_message
from cairn.targets.reading import PERIODS_IN_FULL, TARGETS, TargetsInvalid
from cairn_portal.presenting.words import number
from cairn_portal.reading.rosters import BadTable, as_text, bad_table, corrected
from cairn_portal.reading.target_tables import FIELDS, TargetsForeseen, foresee_targets, typed_rows
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.people_step import cells_of
from cairn_portal.web.rendering import page
from cairn_portal.web.uploads import MOST, bounded_form, file_of, plain_form, text_of

router = APIRouter(include_in_schema=False)
HERE = "/start/targets"
ROWS = 5
"""So many empty rows there are to type into."""
MOST_ROWS = 200
"""So many rows are shown."""
CYCLE = re.compile(r"[A-Za-z0-9_.]{1,40}")


class Handed(NamedTuple):
    """What a form brought: the table as text, its file's name, and what was agreed to."""

    file: str = ""
    text: str = ""
    seen: str = ""


class Line(NamedTuple):
    """One target for the eye; `was` is the one proposed before, `place` what a form calls the target."""

    holder: str
    goal: str
    period: str
    target: str
    was: str = ""
    source: str = ""
    by: str = ""
    place: str = ""


@router.get(HERE)
async def targets(request: Request, visit: ByVisitor, cycle: str = "") -> Response:
    access.require_prepares(visit.person)
    return await _shown(request, visit, _cycle(cycle), Handed())


@router.post(HERE)
async def given(request: Request, visit: ByVisitor) -> Response:
    """Checks a table, corrected as typed; proposes its targets where that was agreed to and is still the same."""
    access.require_prepares(visit.person)
    at, form = visit.reader, await bounded_form(request)
    if form is None:
        said = at.say("This is too large: {most} MB at most.", most=MOST // 1024 // 1024)
        return await _shown(request, visit, _cycle(""), Handed(), 413, unread=[said])
    cycle = _cycle(text_of(form, "cycle"))
    handed, unread = await _handed(at, form)
    if unread or not handed.text.strip():
        unread = unread or [at.say("Choose a file, paste the table, or type a row.")]
        return await _shown(request, visit, cycle, handed, 422, unread=unread)
    try:
        found = await foresee_targets(visit.portal.records, cycle, handed.file, handed.text)
    except TargetsInvalid as invalid:
        bad = await run_in_threadpool(bad_table, "targets", handed.text, TARGETS, invalid.mistakes)
        return await _shown(request, visit, cycle, handed, 422, bad=bad)
    if not handed.seen:
        return await _shown(request, visit, cycle, handed, found=found)
    return await _proposed(request, visit, cycle, handed, found)


async def _proposed(
    request: Request, visit: Visit, cycle: str, handed: Handed, found: TargetsForeseen
) -> Response:
    at = visit.reader
    if handed.seen != found.seen:
        said = at.say("Others have proposed targets meanwhile: look at it again.")
        return await _shown(request, visit, cycle, handed, 409, found=found, unread=[said])
    try:
        done = await visit.portal.commands.propose_targets(cycle, found.rows, found.source, visit.person.id)
    except Refusal as refusal:
        said = refusal_message(refusal).text(at.language)
        return await _shown(request, visit, cycle, handed, 409, found=found, unread=[said])
    return await _shown(request, visit, cycle, Handed(), done=done.new)


@router.post(f"{HERE}/withdraw")
async def withdrawn(request: Request, visit: ByVisitor) -> Response:
    """Withdraws the targets that were chosen, all of them or none."""
    access.require_prepares(visit.person)
    at, form = visit.reader, await plain_form(request)
    cycle = _cycle(text_of(form, "cycle"))
    chosen = [place for each in form.getlist("target") if isinstance(each, str) and (place := _place(each))]
    if not chosen:
        said = at.say("Choose the targets that are to be withdrawn.")
        return await _shown(request, visit, cycle, Handed(), 422, left=said)
    try:
        done = await visit.portal.commands.withdraw_targets(cycle, chosen, visit.person.id)
    except Refusal as refusal:
        said = refusal_message(refusal).text(at.language)
        return await _shown(request, visit, cycle, Handed(), 409, left=said)
    return await _shown(request, visit, cycle, Handed(), withdrawn=len(done.rows))


def _place(given: str) -> Place | None:
    """The target that a form means; None for what names none."""
    try:
        found = json.loads(given)
    except ValueError:
        return None
    is_one = isinstance(found, list) and len(found) == 3 and all(isinstance(each, str) for each in found)
    return (found[0], found[1], found[2]) if is_one else None


async def _handed(at: PageReader, form: FormData) -> tuple[Handed, list[str]]:
    """The table as text with its file's name, and why it cannot be read. A file stands for what was pasted, and that
    for the rows that were typed."""
    upload, raw = form.get("table_file"), await file_of(form, "table_file")
    seen = text_of(form, "seen") if text_of(form, "do") == "import" else ""
    if raw.strip():
        name = upload.filename or "" if isinstance(upload, UploadFile) else ""
        read = await run_in_threadpool(as_text, raw)
        if isinstance(read, str):
            return Handed(name, read), []
        return Handed("", text_of(form, "table")), [each.text(at.language) for each in read]
    text = text_of(form, "table")
    if text.strip():
        plain = await run_in_threadpool(as_text, text.encode(), "utf-8")
        if not isinstance(plain, str):
            return Handed("", text), [each.text(at.language) for each in plain]
        return Handed(text_of(form, "file"), corrected(plain, cells_of(form, "targets")), seen), []
    rows = [[text_of(form, f"typed.{n}.{name}").strip() for name in FIELDS] for n in range(ROWS)]
    return Handed("", typed_rows(rows, at.language)), []


def _cycle(given: str) -> str:
    """The cycle that is meant: the one of next year unless another is named. Raises Refusal for what can be none."""
    given = given.strip() or str(datetime.now(UTC).year + 1)
    if not CYCLE.fullmatch(given):
        raise Refusal("cycle.id", field="cycle", cycle=given[:80])
    return given


async def _shown(
    request: Request, visit: Visit, cycle: str, handed: Handed, status: int = 200, *, unread: Sequence[str] = (),
    bad: BadTable | None = None, found: TargetsForeseen | None = None, done: int | None = None,
    withdrawn: int = 0, left: str = "",
) -> Response:  # fmt: skip
    """The page; `unread` says why nothing was imported, `left` why nothing was withdrawn."""
    records, at = visit.portal.records, visit.reader
    proposed, names = await records.application.targets.proposed(cycle), await records.names()
    lines = [
        Line(
            _named(at, each.holder, names), each.goal, each.period, number(each.target), "", each.source,
            _named(at, each.by, names), json.dumps([each.holder, each.goal, each.period], ensure_ascii=False),
        )
        for each in proposed
    ]  # fmt: skip
    changes = [
        Line(
            _named(at, each.row.holder, names), each.row.goal, each.row.period, number(each.row.target),
            number(each.was) if each.was is not None else "–",
        )
        for each in (found.changes if found else ())
    ]  # fmt: skip
    return page(
        request, "targets.html", visit, status, cycle=cycle, handed=handed, unread=unread, bad=bad, found=found,
        done=done, withdrawn=withdrawn, left=left, lines=lines, changes=changes, most=MOST_ROWS, rows=range(ROWS),
        fields=FIELDS,
        headers={name: TARGETS.header(name, at.language) for name in FIELDS}, periods=PERIODS_IN_FULL,
        goals=await _goals(visit), holders=[("company", at.say("the company")), *sorted(names.items())],
        remarks=[at.say(each.message) for each in found.remarks] if found else [],
        launched=bool(await records.ledger.version_of(f"cycle-{cycle}")),
    )  # fmt: skip


def _named(at: PageReader, id: str, names: dict[str, str]) -> str:
    return at.say("the company") if id == "company" else f"{id} {names.get(id, '')}".strip()


async def _goals(visit: Visit) -> list[tuple[str, str]]:
    """The KPIs of the latest policy's templates, with their titles."""
    policies = visit.portal.records.application.policies
    if not await policies.adopted():
        return []
    rules = await policies.version(await policies.choose(None))
    language = visit.reader.language
    found = {
        goal.key: goal.title.text(language)
        for _, goals in rules.goal_lists()
        for goal in goals
        if goal.kind == "kpi"
    }
    return sorted(found.items())
