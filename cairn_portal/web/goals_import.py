"""Goals in a table on a page: handed in, shown goal by goal, then drafted and revised, all or none."""

from collections.abc import Sequence
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from cairn.application import access
from cairn.application.drafts import DraftStep
from cairn.documents.mistakes import Mistake
from cairn.domain.cycle.state import Cycle
from cairn.domain.refusal import Refusal
from cairn.goal_tables.reading import GoalsInvalid
from cairn.i18n import refusal_message
from cairn_portal.presenting.drafting import outcome_of
from cairn_portal.presenting.words import percent
from cairn_portal.reading.goal_tables import GoalsForeseen, foresee_goals
from cairn_portal.reading.rosters import as_text
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.rendering import page
from cairn_portal.web.uploads import MOST, bounded_form, file_of, name_of, text_of

router = APIRouter(include_in_schema=False)
MOST_ROWS = 200
"""So many rows are shown."""


class Row(NamedTuple):
    """One goal of the table: what becomes of it, or became of it."""

    number: str
    holder: str
    goal: str
    weight: str
    outcome: str
    tone: str


@router.get("/cycles/{cycle}/goals/import")
async def blank(request: Request, visit: ByVisitor, cycle: str) -> Response:
    access.require_prepares(visit.person)
    return _shown(request, visit, await visit.portal.records.cycle(cycle))


@router.post("/cycles/{cycle}/goals/import")
async def given(request: Request, visit: ByVisitor, cycle: str) -> Response:
    """Shows what a table would do; does it where that was agreed to and is still the same."""
    access.require_prepares(visit.person)
    records, at = visit.portal.records, visit.reader
    the = await records.cycle(cycle)
    form = await bounded_form(request)
    if form is None:
        said = at.say("This is too large: {most} MB at most.", most=MOST // 1024 // 1024)
        return _shown(request, visit, the, 413, unread=[said])
    file, text, unread = await _handed(at, form)
    if unread:
        return _shown(request, visit, the, 422, unread=unread)
    try:
        found = await foresee_goals(records, the, file, text, visit.person.id)
    except GoalsInvalid as invalid:
        return _shown(request, visit, the, 422, wrong=_wrong(at, invalid.mistakes), file=file)
    agreed = text_of(form, "seen")
    if agreed != found.seen or found.refused:
        changed = at.say("Others have changed these goals meanwhile: look at it again.") if agreed else ""
        unread = [changed] if changed else []
        status = 409 if changed else 422 if found.refused else 200
        return _shown(
            request,
            visit,
            the,
            status,
            unread=unread,
            found=found,
            rows=_rows(at, found.steps),
            file=file,
            text=text,
        )
    refused = await visit.portal.commands.drafts(found.todo, visit.person.id)
    return _shown(request, visit, the, rows=_rows(at, found.steps, refused), done=True, file=file)


async def _handed(at: PageReader, form: FormData) -> tuple[str, str, list[str]]:
    """The table as text with its file's name, and why it cannot be read."""
    raw = await file_of(form, "table_file")
    if not raw.strip():
        text = text_of(form, "table")
        return text_of(form, "file"), text, [] if text.strip() else [at.say("Choose a file.")]
    name = name_of(form, "table_file")
    read = await run_in_threadpool(as_text, raw, name=name)
    if isinstance(read, str):
        return name, read, []
    return name, "", [each.text(at.language) for each in read]


def _wrong(at: PageReader, mistakes: Sequence[Mistake]) -> list[tuple[str, str, str]]:
    """Every mistake with its row and column."""
    return [
        (str(each.place.row or ""), each.place.column, at.say(each.message))
        for each in sorted(mistakes, key=lambda each: each.place.row)[:MOST_ROWS]
    ]


def _rows(at: PageReader, steps: Sequence[DraftStep], refused: dict[str, Refusal] | None = None) -> list[Row]:
    return [
        Row(
            number=str(step.origin.row or "") if step.origin else "",
            holder=step.holder,
            goal=f"{step.goal_key} {step.title}",
            weight=percent(step.weight),
            **_outcome(at, step, refused),
        )
        for step in steps[:MOST_ROWS]
    ]


def _outcome(at: PageReader, step: DraftStep, refused: dict[str, Refusal] | None) -> dict[str, str]:
    done = refused is not None
    if refused and step.goal in refused:
        return {"outcome": refusal_message(refused[step.goal]).text(at.language), "tone": "late"}
    tone = {"same": "off", "refused": "late"}.get(step.act, "running" if done else "waiting")
    return {"outcome": outcome_of(at, step, done=done), "tone": tone}


def _shown(
    request: Request, visit: Visit, cycle: Cycle, status: int = 200, *, unread: Sequence[str] = (),
    wrong: Sequence[tuple[str, str, str]] = (), found: GoalsForeseen | None = None, rows: Sequence[Row] = (),
    done: bool = False, file: str = "", text: str = "",
) -> Response:  # fmt: skip
    at = visit.reader
    return page(
        request, "goals_import.html", visit, status, cycle=cycle, unread=unread, wrong=wrong, found=found, rows=rows,
        done=done, file=file, text=text, remarks=[at.say(each.message) for each in found.remarks] if found else [],
    )  # fmt: skip
