"""What stood behind a score of an appraisal: its roles with their weights and what each came to (RULES E1).

Roles alone, never a rater: of each the mean that was released.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from cairn.domain.appraisal.events import AnyAppraisalEvent, AppraisalScored
from cairn.domain.appraisal.scoring import of_behaviours
from cairn.domain.appraisal.state import Appraisal, evolve
from cairn.domain.case.events import AnyCaseEvent
from cairn.domain.policy import Evaluator
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score


class RolePart(NamedTuple):
    """A role with its weight and its score; not applicable where it was not released, or did not rate this."""

    role: Evaluator
    weight: Decimal
    score: Score


def roles_behind(
    name: str, events: Iterable[AnyAppraisalEvent | AnyCaseEvent], number: int, goal: str | None
) -> list[RolePart]:
    """The roles behind the `number`-th score of an appraisal, by its events: of a rated goal, or (None) of the
    behaviours together."""
    case = Appraisal(id=name)
    for event in events:
        case = evolve(case, event)
        if isinstance(event, AppraisalScored) and event.number == number:
            return [RolePart(role, weight, _score(case, role, goal)) for role, weight in case.weights.items()]
    return []


def _score(case: Appraisal, role: Evaluator, goal: str | None) -> Score:
    released = case.releases.get(role, ())
    found = None
    if released and goal is None:
        found = of_behaviours(released[-1], {each.key for each in case.items if each.kind == "behaviour"})
    elif released:
        found = released[-1].means.get(goal or "")
    if found is not None:
        return found
    return MISSING if role == "self" and role in case.without else NOT_APPLICABLE
