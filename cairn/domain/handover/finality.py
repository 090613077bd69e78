"""Which results are final, and why the others are not (RULES Y3, L8)."""

from datetime import datetime
from typing import Literal

from cairn.domain.evaluation.steps import has_steps
from cairn.domain.evaluation.versions import is_result_settled
from cairn.domain.policy import Policy
from cairn.domain.result.state import Result
from cairn.domain.sheet.state import Sheet

WhyNot = Literal[
    "no_result",
    "not_shown",
    "unsigned",
    "appeal",
    "appeal_window",
    "not_settled",
    "restatement",
    "unit",
    "pot",
    "no_row",
    "no_pot",
]
"""Why somebody's result is not handed over."""


def why_not_final(sheet: Sheet, result: Result | None, policy: Policy, at: datetime) -> WhyNot | None:
    """Why a sheet's last version is not final, None where it is: it was signed or the time for that is over, and so is
    the time for an appeal; without steps it is settled by time. What a restatement may still change waits for it."""
    version = sheet.result
    if version is None:
        return "no_result"
    if sheet.restatements:
        return "restatement"
    if not has_steps(sheet, version, policy):
        return None if is_result_settled(sheet, policy, at) else "not_settled"
    if result is None or result.number != version.number or sheet.shown != version.number:
        return "not_shown"
    match result.stage:
        case "closed":
            return None
        case "appealed":
            return "appeal"
        case "signed" | "unsigned" | "told" if result.appeal_by is not None:
            return "appeal_window"
        case "signed" | "unsigned":
            return None
        case "told":
            return None if is_result_settled(sheet, policy, at) else "not_settled"
        case _:
            return "unsigned"
