"""What one reader sees of an appraisal; of unnamed raters nobody sees a single answer."""

from typing import Any

from cairn.application import access
from cairn.domain.appraisal.reading import named_answers_seen, releases_seen
from cairn.domain.appraisal.state import Answer, Appraisal
from cairn.domain.case.context import CaseContext
from cairn_portal.reading.records import Records


async def facts_of(
    records: Records, appraisal: Appraisal, context: CaseContext, reader: str | None
) -> dict[str, Any]:
    """What a reader sees: what was released once the whole is there, single answers of named raters then too, and
    their own whenever. Of unnamed raters nobody sees one; they themselves see what is asked."""
    person = context.person(reader)
    asked = (
        reader is not None and await records.application.appraisals.role_of(appraisal.id, reader) is not None
    )
    if reader is not None and not asked:
        access.require_knows_appraisal(reader, person, appraisal, context)
    knows = not asked or access.is_party(person, appraisal, context)
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
