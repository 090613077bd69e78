"""Who sees what of an appraisal. Of unnamed raters nobody sees a single answer, whoever asks."""

from collections.abc import Mapping

from cairn.domain.appraisal.events import UNNAMED, RoleReleased
from cairn.domain.appraisal.state import Answer, Appraisal
from cairn.domain.policy import Evaluator


def releases_seen(case: Appraisal) -> list[RoleReleased]:
    """The last release of each role, once nobody owes an answer any more: nobody judges by what others said."""
    if case.scored is None:
        return []
    return [releases[-1] for role in case.weights if (releases := case.releases.get(role, ()))]


def named_answers_seen(
    case: Appraisal, who: str | None, is_party: bool
) -> Mapping[Evaluator, Mapping[str, Answer]]:
    """The single answers of named raters: of each their own, and all of them to the parties once the whole is there."""
    found: dict[Evaluator, Mapping[str, Answer]] = {}
    for role, answers in case.answers.items():
        if role in UNNAMED:
            continue
        seen = {
            rater: answer
            for rater, answer in answers.items()
            if rater == who or (is_party and case.scored is not None)
        }
        if seen:
            found[role] = seen
    return found
