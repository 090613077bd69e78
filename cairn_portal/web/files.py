"""Files that forms bring along as evidence, and their download by who may read them."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from cairn.attachments import AttachmentMissing, AttachmentStore, AttachmentsUnusable
from cairn.domain.attachment import MEGABYTE
from cairn.domain.policy import AttachmentRules
from cairn.domain.private_text import unreadable
from cairn.domain.refusal import Refusal
from cairn_portal.asking import Done
from cairn_portal.presenting.words import file_size, words
from cairn_portal.reading.files import (
    Attached,
    Brought,
    described_files,
    files_of,
    put_away,
    readable_files,
    rules_of,
)
from cairn_portal.signing_in.portal import ByVisitor, Visit
from cairn_portal.signing_in.reader import PageReader

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)
NAME = "files"
"""What files are called in a form."""


class ShownFile(NamedTuple):
    """One file as pages list it."""

    address: str
    name: str
    size: str
    by: str
    at: str


async def brought_files(
    visit: Visit, stream: str, command: type[BaseModel], form: FormData, *, offered: bool
) -> list[Brought]:
    """The files of a command's form, as it names them; none is kept yet. Refuses what the policy does not take. Those
    of somebody who may not give the command are not looked at: it is refused for that."""
    if NAME not in command.model_fields or not offered:
        return []
    chosen = [
        each for each in form.getlist(NAME) if isinstance(each, UploadFile) and (each.filename or each.size)
    ]
    if not chosen:
        return []
    rules = await rules_of(visit.portal.records, stream)
    for each in chosen:  # before it is read into memory
        if (each.size or 0) > rules.largest * MEGABYTE:
            raise Refusal("attachment.large", field=NAME, name=_name(each), largest=rules.largest)
    if len(chosen) > rules.most:
        raise Refusal("attachment.many", field=NAME, most=rules.most, files=len(chosen))
    return await described_files(rules, [(_name(each), await each.read()) for each in chosen])


def naming(fields: Mapping[str, Any], brought: Sequence[Brought]) -> dict[str, Any]:
    """The fields of a command with the files that it names."""
    return {**fields, NAME: [each.file.model_dump() for each in brought]} if brought else dict(fields)


async def given_with(
    visit: Visit,
    brought: Sequence[Brought],
    foresee: Callable[[], Awaitable[object]],
    give: Callable[[], Awaitable[Done]],
) -> Done:
    """Gives a command with its files: they are kept once it is foreseen to be done, and before it is. Of one that is
    foreseen to be refused nothing is kept, unless it is done all the same: asked again under its key, or because
    something changed meanwhile. Raises Refusal."""
    if not brought:
        return await give()
    foreseen = True
    try:
        await foresee()
    except Refusal:
        foreseen = False
    else:
        await _keep(visit, brought)
    done = await give()
    if not foreseen:
        await _keep(visit, brought)
    return done


async def _keep(visit: Visit, brought: Sequence[Brought]) -> None:
    try:
        await put_away(_store(visit), brought)
    except AttachmentsUnusable as unusable:
        log.error("files cannot be kept: %s", unusable)
        raise Refusal("attachment.unusable", field=NAME) from unusable


def limits_of(at: PageReader, rules: AttachmentRules) -> str:
    """What may be attached, in words."""
    if not rules.most:
        return at.say("The policy takes no files.")
    return at.say(
        "At most {most} {most:plural,file,files}, each of {largest} MB at most: {kinds}. Whoever reads comments here "
        "may get them.",
        most=rules.most, largest=rules.largest, kinds=rules.kinds,
    )  # fmt: skip


async def shown_files(at: PageReader, visit: Visit, stream: str, page: str) -> list[ShownFile]:
    """The files of a goal or a case, those that may be read; `page` is the path of its page."""
    records = visit.portal.records
    found: Sequence[Attached] = await readable_files(records, stream, visit.person.id)
    names = await records.names() if found else {}
    return [
        ShownFile(
            f"{page}/files/{each.file.sha256}", words(at, each.file.name), file_size(each.file.size),
            f"{each.by} {names.get(each.by, '')}".strip(), at.moment(each.at),
        )
        for each in found
    ]  # fmt: skip


@router.get("/goals/{stream}/files/{sha256}")
@router.get("/cases/{stream}/files/{sha256}")
async def fetched(request: Request, visit: ByVisitor, stream: str, sha256: str) -> Response:
    """One file, to be kept and never shown: whatever is in it runs in no page of ours."""
    try:
        found = await files_of(visit.portal.records, stream, visit.person.id)
    except Refusal:
        found = []
    file = next((each.file for each in found if each.file.sha256 == sha256), None)
    if file is None:
        raise HTTPException(404)
    try:
        content = await _store(visit).get(sha256)
    except AttachmentMissing:
        raise HTTPException(410) from None
    except AttachmentsUnusable as unusable:
        log.error("a file cannot be read: %s", unusable)
        raise HTTPException(503) from None
    called = sha256[:12] if unreadable(file.name) else file.name.replace("/", "_").replace("\\", "_")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(called, safe='')}"}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _name(file: UploadFile) -> str:
    """What a file is called; some browsers say where it lay too."""
    return (file.filename or "").replace("\\", "/").rpartition("/")[2].strip()


def _store(visit: Visit) -> AttachmentStore:
    return _opened(visit.portal.settings.attachments, visit.portal.settings.home)


@lru_cache(maxsize=4)
def _opened(address: str | None, home: Path) -> AttachmentStore:
    """One client for the process: its connections, and a bucket's credentials, are used again."""
    return AttachmentStore.open(address, home)
