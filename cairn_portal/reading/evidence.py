"""What an appeal is decided on: the sheet and its goals as they stood at the appeal's own position of the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from cairn.application.repository import fold_goal, fold_sheet
from cairn.domain.goal.state import Goal
from cairn.domain.result.state import Result
from cairn.domain.sheet.state import Sheet
from cairn_portal.reading.records import Records


class FrozenEvidence(NamedTuple):
    """The sheet and its goals as of the position at which version `number` was appealed against, at a moment; `appeal`
    is that appeal's number in the case."""

    appeal: int
    number: int
    position: int
    at: datetime
    sheet: Sheet
    goals: Sequence[Goal]


async def frozen_evidence(records: Records, result: Result) -> FrozenEvidence | None:
    """What the last appeal is or was decided on; None where nobody appealed."""
    if not result.appeals:
        return None
    appeal, ledger = result.appeals[-1], records.ledger
    sheet = fold_sheet(result.sheet, await ledger.as_of(result.sheet, position=appeal.position))
    goals = [fold_goal(name, await ledger.as_of(name, position=appeal.position)) for name in sheet.weighings]
    return FrozenEvidence(appeal.id, appeal.number, appeal.position, appeal.at, sheet, goals)
