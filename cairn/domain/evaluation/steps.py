"""Which results go through the steps of the policy, and which of them wait for a calibration (RULES Y3)."""

from cairn.domain.policy import Policy
from cairn.domain.sheet.events import ResultIssued
from cairn.domain.sheet.state import Sheet


def has_steps(sheet: Sheet, result: ResultIssued | None, policy: Policy) -> bool:
    """Whether a result is shown, signed and appealed by steps: a person's, with points, of their last sheet."""
    if result is None or result.points is None or not policy.evaluation.steps:
        return False
    return sheet.kind == "person" and sheet.end_cause != "family"


def waits_for_calibration(sheet: Sheet) -> bool:
    """Whether a calibration saw an earlier version than the last one, which is therefore calibrated again before it is
    shown. What an appeal decided needs none."""
    result = sheet.result
    if result is None or sheet.calibration is None or result.cause == "appealed":
        return False
    return sheet.calibrated != result.number
