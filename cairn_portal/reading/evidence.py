"""What an appeal is decided on: the sheet and its goals as they stood when the result was given."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from cairn.application.repository import fold_goal, fold_sheet
from cairn.domain.goal.state import Goal
from cairn.domain.result.events import ResultShown
from cairn.domain.result.state import Result
from cairn.domain.sheet.state import Sheet
from cairn_portal.reading.cases import CaseRead
from cairn_portal.reading.records import Records


class FrozenEvidence(NamedTuple):
    """The sheet and its goals as of the position at which version `number` was shown to the person, at a moment."""

    number: int
    position: int
    at: datetime
    sheet: Sheet
    goals: Sequence[Goal]


async def frozen_evidence(records: Records, read: CaseRead, result: Result) -> FrozenEvidence | None:
    """Of the version that was appealed last; None where nobody appealed, or where that is not sealed yet."""
    if not result.appeals:
        return None
    number = result.appeals[-1].number
    given = [each for each in read.story if isinstance(each.said, ResultShown) and each.said.number == number]
    proofs = await records.ledger.proofs(result.id) if given else {}
    proof = proofs.get(given[-1].row.version) if given else None
    if proof is None or proof.position is None:
        return None
    position = proof.position
    sheet = fold_sheet(result.sheet, await records.ledger.as_of(result.sheet, position=position))
    goals = [fold_goal(name, await records.ledger.as_of(name, position=position)) for name in sheet.weighings]
    return FrozenEvidence(number, position, given[-1].row.occurred_at, sheet, goals)
