"""What one reader sees of an appraisal; of unnamed raters nobody sees a single answer."""

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from cairn.application import access
from cairn.application.stored_events import to_events
from cairn.domain.appraisal.behind import RolePart, roles_behind
from cairn.domain.appraisal.events import AnyAppraisalEvent
from cairn.domain.appraisal.reading import named_answers_seen, releases_seen
from cairn.domain.appraisal.state import Answer, Appraisal
from cairn.domain.case.context import CaseContext
from cairn.domain.refusal import Refusal
from cairn_portal.reading.records import Records


async def facts_of(
    records: Records, appraisal: Appraisal, context: CaseContext, reader: str | None
) -> dict[str, Any]:
    """What a reader sees: what was released once the whole is there, single answers of named raters then too, and
    their own whenever. Of unnamed raters nobody sees one; they themselves see what is asked."""
    person = context.person(reader)
    knows = await _sees_roles(records, appraisal, context, reader)
    releases = releases_seen(appraisal) if knows else []
    answers = named_answers_seen(
        appraisal, reader, reader is None or access.is_party(person, appraisal, context)
    )
    own = await _own(records, appraisal, reader)
    return {
        "appraisal": appraisal.id,
        "stage": appraisal.stage,
        "version": appraisal.version,
        "weights": appraisal.weights,
        "questions": appraisal.items,
        "threshold": appraisal.threshold,
        "nominate_by": appraisal.nominate_by,
        "answers_by": appraisal.answers_by,
        "late_by": appraisal.late_by,
        "released": [{"role": each.role, "answers": each.answers, "means": each.means} for each in releases],
        "scored": appraisal.scored if knows else None,
        "answers": answers,
        "own": own,
    }


async def _sees_roles(
    records: Records, appraisal: Appraisal, context: CaseContext, reader: str | None
) -> bool:
    """Whether somebody is shown what roles came to: who rates unnamed is not, unless they are a party. Refuses whoever
    is not to know of the appraisal at all."""
    if reader is None:
        return True
    person = context.person(reader)
    if await records.application.appraisals.role_of(appraisal.id, reader) is None:
        access.require_knows_appraisal(reader, person, appraisal, context)
        return True
    return access.is_party(person, appraisal, context)


class Behind(NamedTuple):
    """The roles behind a score of an appraisal; a reader is shown what each came to only where `seen`."""

    roles: Sequence[RolePart]
    seen: bool


async def behind(records: Records, name: str, number: int, goal: str | None, reader: str | None) -> Behind:
    """The roles behind the `number`-th score of an appraisal: of a goal, or (None) of the behaviours."""
    rows = await records.ledger.read_stream(name)
    events = cast("list[AnyAppraisalEvent]", to_events(rows))
    case, context = await records.application.cases.load(name)
    try:
        seen = await _sees_roles(records, cast(Appraisal, case), context, reader)
    except Refusal:
        seen = False
    return Behind(roles_behind(name, events, number, goal), seen)


async def _own(records: Records, appraisal: Appraisal, reader: str | None) -> Answer | None:
    if reader is None:
        return None
    for answers in (*appraisal.drafts.values(), *appraisal.answers.values()):
        if reader in answers:
            return answers[reader]
    mine = await records.application.appraisals.own_answer(appraisal.id, reader)
    if mine is None or appraisal.opened_at is None:
        return None
    return Answer(asked=mine.asked, marks=mine.marks, texts={}, at=appraisal.opened_at)
