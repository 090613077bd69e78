"""What an appraisal's page gives apart from its workflow: unnamed raters answer to the application alone (ADR 0017)."""

from collections.abc import Mapping
from typing import Any, cast

from cairn.domain.appraisal.events import UNNAMED
from cairn.domain.policy import Evaluator
from cairn_portal.asking import Done
from cairn_portal.reading.cases import CaseRead
from cairn_portal.signing_in.portal import Visit

NOMINATE = "nominate"


def answers_apart(read: CaseRead, command: str, fields: Mapping[str, Any]) -> bool:
    """Whether a command is given apart: an unnamed rater's, or one that names raters."""
    if read.kind.name != "appraisal":
        return False
    named = fields.get("role") not in (None, *UNNAMED)
    return command == NOMINATE or (read.rater is not None and not named)


async def give_apart(visit: Visit, read: CaseRead, command: str, fields: Mapping[str, Any], key: str) -> Done:
    """Gives it; raises Refusal."""
    appraisals, who, name = visit.portal.records.application.appraisals, visit.person.id, read.case.id
    match command:
        case "nominate":
            role = cast(Evaluator, fields.get("role"))
            raters = await appraisals.tokens(name, role, list(fields.get("raters") or ()), who)
            given = {**fields, "raters": raters}
            return await visit.portal.commands.case(name, command, who, given, f"{key}:{name}")
        case "decline":
            await appraisals.decline(name, who, str(fields.get("reason") or ""))
        case "delegate":
            await appraisals.delegate(name, who, str(fields.get("to") or ""), str(fields.get("reason") or ""))
        case _:
            await appraisals.answer(name, who, dict(fields.get("marks") or {}), given=command == "submit")
    return Done(EVENTS.get(command, ()), None, False, None)


EVENTS: Mapping[str, tuple[str, ...]] = {
    "submit": ("AnswerGiven",),
    "draft": ("AnswerDrafted",),
    "decline": ("RaterDeclined",),
    "delegate": ("RaterDelegated",),
}
"""What each comes to, in the words of the log; the log hears of answers when all are taken in."""
