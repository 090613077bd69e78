"""The roster on a page: handed in, every bad row corrected where it is shown, what would change, imported."""

import re
from datetime import date
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from cairn.application import access
from cairn.documents.dates import Order, read_date
from cairn.documents.mistakes import Mistake
from cairn.domain.launch.consequences import Consequences
from cairn.domain.refusal import Refusal
from cairn.i18n import refusal_message
from cairn.roster.columns import PEOPLE
from cairn.roster.reading import RosterInvalid, RosterRead, Stated
from cairn_portal.asking import RosterForeseen
from cairn_portal.reading.rosters import BadTable, Tables, as_text, bad_tables, corrected, read_here
from cairn_portal.reading.setting_up import setting_up
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.rendering import page
from cairn_portal.web.uploads import MOST, bounded_form, file_of, name_of, text_of

router = APIRouter(include_in_schema=False)
ORDERS: dict[str, Order] = {"ymd": "ymd", "dmy": "dmy", "mdy": "mdy"}
ENCODINGS = ("utf-8", "gb18030", "big5", "cp1252")
CELL = re.compile(r"cell\.([a-z]+)\.(\d{1,7})\.(\d{1,3})")
MOST_ROWS, NAMED = 100, 30
"""So many bad rows are shown at once, and so many names of who is new, moved or gone."""


class Handed(NamedTuple):
    """What a form brought: the tables as text, how they are to be read, with which day leaves who is not in them, what
    was agreed to."""

    tables: Tables
    dates: str
    match_zeros: bool
    seen: str
    leave: bool = False
    last_day: str = ""

    @property
    def stated(self) -> Stated:
        return Stated(order=ORDERS.get(self.dates), match_zeros=self.match_zeros)


EMPTY = Handed(Tables(""), "", False, "")


@router.get("/start/people")
async def people(request: Request, visit: ByVisitor) -> Response:
    access.require_prepares(visit.person)
    return await _shown(request, visit, EMPTY)


@router.post("/start/people")
async def given(request: Request, visit: ByVisitor) -> Response:
    """Checks the tables, corrected as typed; imports them where that was agreed to."""
    access.require_prepares(visit.person)
    at = visit.reader
    form = await bounded_form(request)
    if form is None:
        said = at.say("This is too large: {most} MB at most.", most=MOST // 1024 // 1024)
        return await _shown(request, visit, EMPTY, 413, unread=[said])
    handed, unread = await _handed(at, form)
    if unread or not handed.tables.people.strip():
        unread = unread or [at.say("Choose a file, or paste the table.")]
        return await _shown(request, visit, handed, 422, unread=unread)
    try:
        found = await read_here(visit.portal.records, handed.tables, handed.stated, visit.person.id)
    except RosterInvalid as invalid:
        bad = await run_in_threadpool(bad_tables, handed.tables, invalid)
        return await _shown(request, visit, handed, 422, bad=bad)
    last = read_date(handed.last_day) if handed.leave else None
    wrong = at.say(last.message) if isinstance(last, Mistake) else ""
    last = None if isinstance(last, Mistake) else last
    foreseen = await _foreseen(visit, found, last)
    if last and isinstance(foreseen, str):
        wrong, foreseen = foreseen, await _foreseen(visit, found, None)
    if isinstance(foreseen, str):
        return await _shown(request, visit, handed, 422, unread=[foreseen])
    if wrong:
        return await _shown(request, visit, handed, 422, read=found, foreseen=foreseen, wrong_day=wrong)
    if handed.seen:
        return await _imported(request, visit, handed, found, last)
    return await _shown(request, visit, handed, read=found, foreseen=foreseen, last=last)


async def _foreseen(visit: Visit, read: RosterRead, last: date | None) -> RosterForeseen | str:
    """What an import would change, or why it would be refused."""
    try:
        return await visit.portal.commands.foresee_roster(read, visit.person.id, last)
    except Refusal as refusal:
        return refusal_message(refusal).text(visit.reader.language)


async def _imported(
    request: Request, visit: Visit, handed: Handed, read: RosterRead, last: date | None
) -> Response:
    at, commands = visit.reader, visit.portal.commands
    try:
        done = await commands.import_roster(read, visit.person.id, handed.seen, last)
    except Refusal as refusal:
        said = refusal_message(refusal).text(at.language)
        foreseen = await _foreseen(visit, read, last)
        if isinstance(foreseen, str):
            return await _shown(request, visit, handed, 409, unread=[foreseen])
        return await _shown(
            request, visit, handed, 409, read=read, foreseen=foreseen, unread=[said], last=last
        )
    left = [
        at.say("! {stream}: {why}", stream=each.stream, why=refusal_message(each.refused).text(at.language))
        for each in done.refused
    ]
    return await _shown(request, visit, EMPTY, done=done.recorded.changes, left=left)


async def _handed(at: PageReader, form: FormData) -> tuple[Handed, list[str]]:
    """What a form brought, and why a file of it cannot be read. A file stands for the text beside it."""
    texts, unread = {}, []
    encoding = text_of(form, "encoding")
    for name in ("people", "departments"):
        file, called = await file_of(form, f"{name}_file"), name_of(form, f"{name}_file")
        raw = file or text_of(form, name).encode()
        stated = encoding if file and encoding in ENCODINGS else None if file else "utf-8"
        text = await run_in_threadpool(as_text, raw, stated, name=called) if raw.strip() else ""
        if isinstance(text, tuple):
            unread += [each.text(at.language) for each in text]
            texts[name] = text_of(form, name)
        else:
            texts[name] = corrected(text, cells_of(form, name)) if text and not file else text
    handed = Handed(
        Tables(texts["people"], texts["departments"]), text_of(form, "dates"), bool(text_of(form, "match_zeros")),
        text_of(form, "seen") if text_of(form, "do") == "import" else "", bool(text_of(form, "leave")),
        text_of(form, "last_day").strip(),
    )  # fmt: skip
    return handed, unread


def cells_of(form: FormData, table: str) -> dict[tuple[int, int], str]:
    """The cells that were typed, by row from 1 and column from 0."""
    found = {}
    for name, value in form.items():
        match = CELL.fullmatch(name)
        if match and match[1] == table and isinstance(value, str):
            found[int(match[2]), int(match[3])] = value
    return found


async def _shown(
    request: Request, visit: Visit, handed: Handed, status: int = 200, *, unread: list[str] | None = None,
    bad: tuple[BadTable, ...] = (), read: RosterRead | None = None, foreseen: RosterForeseen | None = None,
    done: int | None = None, left: list[str] | None = None, wrong_day: str = "", last: date | None = None,
) -> Response:  # fmt: skip
    at = visit.reader
    now = await setting_up(visit.portal.records)
    codes = {message.id for table in bad for message in table.messages}
    return page(
        request, "roster.html", visit, status, handed=handed, unread=unread or [], bad=bad, read=read,
        foreseen=foreseen, done=done, left=left or [], most=MOST_ROWS, encodings=ENCODINGS,
        orders=_orders(at), columns=_columns(at),
        wrong_day=wrong_day, last=last,
        remarks=[each.message for each in read.remarks] if read else [],
        changes=_changes(at, read, foreseen) if read and foreseen else [],
        follows=[_follows(at, each) for each in foreseen.follows] if foreseen else [],
        asks_dates=bool(handed.dates) or any(code.startswith("date:ambiguous") for code in codes),
        asks_zeros=handed.match_zeros or "id:zeros" in codes,
        here=len(now.people) if now.has_people else 0, policy=now.policies[-1].name if now.policies else "",
    )  # fmt: skip


def _orders(at: PageReader) -> list[tuple[str, str]]:
    return [
        ("", at.say("as they can be told")), ("ymd", at.say("year, month, day")), ("dmy", at.say("day, month, year")),
        ("mdy", at.say("month, day, year")),
    ]  # fmt: skip


def _columns(at: PageReader) -> list[tuple[str, bool]]:
    """The columns of a roster in the reader's language, and whether a table must have them."""
    found = []
    for name, headers in PEOPLE.names.items():
        ours = next((each for each in headers if each.isascii() == (at.language == "en")), headers[0])
        found.append((ours, name in PEOPLE.required))
    return found


def _changes(at: PageReader, read: RosterRead, foreseen: RosterForeseen) -> list[tuple[str, int, str]]:
    """Who is new, moved, changed, leaves or is gone: how many, and their names."""
    names = {each.id: each.name for each in read.roster.people}
    rows = {
        at.say("new"): foreseen.changes.joined,
        at.say("moved"): foreseen.changes.moved,
        at.say("changed"): foreseen.changes.changed,
        at.say("leaving"): foreseen.changes.left,
        at.say("not in the file"): foreseen.changes.gone,
    }
    return [(said, len(ids), _named(at, ids, names)) for said, ids in rows.items() if ids]


def _named(at: PageReader, ids: tuple[str, ...], names: dict[str, str]) -> str:
    told = at.say("separator:list").join(f"{each} {names.get(each, '')}".strip() for each in ids[:NAMED])
    return f"{told} …" if len(ids) > NAMED else told


def _follows(at: PageReader, each: Consequences) -> str:
    return at.say(
        "Cycle {cycle}: {opens} {opens:plural,sheet,sheets} open, {sheets} change, tasks of {passes} pass to others",
        cycle=each.cycle, opens=len(each.opens), sheets=len(each.sheets), passes=len(each.passes),
    )  # fmt: skip
