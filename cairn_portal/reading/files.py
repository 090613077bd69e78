"""Files of a goal or a case, as somebody may read them; and what is to be attached, described before it is put away."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from cairn.application import access
from cairn.application.stored_events import to_events
from cairn.attachments import AttachmentStore, described
from cairn.domain.attachment import LONGEST_NAME, Attachment, check_attachments
from cairn.domain.case.context import CaseContext
from cairn.domain.policy import AttachmentRules
from cairn.domain.refusal import Refusal
from cairn.domain.review.reading import sees
from cairn.domain.review.state import Review
from cairn.domain.streams import cycle_of, kind_of
from cairn_portal.reading.goals import unknown_goal
from cairn_portal.reading.knowing import require_knows_case
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import Viewer, of_goal, require_may_read_case, shown
from projections.models import goal as goals_model


class Attached(NamedTuple):
    """A file of a goal or a case: who attached it when, with which event."""

    file: Attachment
    type: str
    by: str
    at: datetime


async def rules_of(records: Records, name: str) -> AttachmentRules:
    """What the policy of a goal's or a case's cycle takes."""
    cycle = await records.cycle(cycle_of(name))
    return (await records.application.policies.version(cycle.policy)).attachments


class Brought(NamedTuple):
    """A file that somebody brings, as a command names it, with its content."""

    file: Attachment
    content: bytes


async def described_files(rules: AttachmentRules, files: Sequence[tuple[str, bytes]]) -> list[Brought]:
    """Files by name and content, as a command names them. Refuses what the policy does not take; none is kept yet."""
    for name, content in files:
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise Refusal("attachment.name", field="files", most=LONGEST_NAME)
        if not content:
            raise Refusal("attachment.empty", field="files", name=name)
    brought = [Brought(await asyncio.to_thread(described, content, name), content) for name, content in files]
    check_attachments([each.file for each in brought], rules)
    return brought


async def put_away(store: AttachmentStore, files: Sequence[Brought]) -> None:
    """Keeps them, by content. Raises AttachmentsUnusable where the store takes nothing."""
    for each in files:
        await store.put(each.file, each.content)


async def files_of(records: Records, name: str, reader: str | None) -> list[Attached]:
    """The files of a goal or a case, oldest first. Refuses who may not read comments on it (RULES L12)."""
    if kind_of(name) == "goal":
        row = await goals_model.goal(records.pool, name)
        if row is None:
            raise unknown_goal(name)
        view = await records.viewer(reader, await records.cycle(row.cycle))
        view.require("comments", of_goal(row))
    else:
        await require_knows_case(records, reader, name)
        case, context = await records.application.cases.load(name)
        view = await records.viewer(reader, await records.cycle(case.cycle))
        if isinstance(case, Review):
            return await _files_of_review(records, case, view, context)
        require_may_read_case(view, case, context)
    return await _attached_to(records, name)


async def readable_files(records: Records, name: str, reader: str) -> list[Attached]:
    """The same, none where they may not read them."""
    try:
        return await files_of(records, name, reader)
    except Refusal:
        return []


async def _files_of_review(
    records: Records, review: Review, view: Viewer, context: CaseContext
) -> list[Attached]:
    """The files of a stage review go with its report: who does not see that yet sees no file of it."""
    if view.person is None or view.among is None:
        return await _attached_to(records, review.id) if sees("report", review, None, True) else []
    person = context.person(review.holder)
    department = person.department if person else None
    of = shown("individual", review.holder, context.manager_of(review.holder), department)
    access.require_knows_review(view.person, review, of, view.among)
    reads = access.reads_review(view.person, review, of, view.among)
    return await _attached_to(records, review.id) if sees("report", review, view.person.id, reads) else []


async def _attached_to(records: Records, name: str) -> list[Attached]:
    rows = await records.ledger.read_stream(name)
    return [
        Attached(file, row.type, row.actor, event.at)
        for row, event in zip(rows, to_events(rows), strict=True)
        for file in getattr(event, "files", ())
    ]
