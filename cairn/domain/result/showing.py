"""Showing a version of a result to the person: the first one, and every later one anew (RULES Y3)."""

from datetime import datetime

from cairn.domain.evaluation.steps import has_steps, waits_for_calibration
from cairn.domain.event import SYSTEM, Event
from cairn.domain.policy import Policy, Step
from cairn.domain.result.dates import working_days_after
from cairn.domain.result.events import ResultShown
from cairn.domain.result.state import Result
from cairn.domain.sheet.events import VersionShown
from cairn.domain.sheet.state import Sheet


def shown(result: Result, sheet: Sheet, policy: Policy, at: datetime) -> list[Event]:
    """The events of showing a sheet's last version; none where it was shown, waits for a calibration or the decision
    of an appeal, or is shown without steps. A newer version asks for the signature anew, and its windows begin anew."""
    version, rules = sheet.result, policy.evaluation
    if version is None or not has_steps(sheet, version, policy) or sheet.shown == version.number:
        return []
    if waits_for_calibration(sheet) or result.open_appeal is not None:
        return []

    def until(step: Step, days: int) -> datetime | None:
        return working_days_after(at, days, policy.calendar) if rules.has(step) else None

    moved = version.moved if rules.ratings == "both" else None
    return [
        ResultShown(
            case=result.id,
            number=version.number,
            cause=version.cause,
            rounded=version.rounded,
            grade=version.grade,
            computed=moved.computed if moved else None,
            acknowledge_by=until("acknowledgement", rules.acknowledgement),
            interview_by=until("interview", rules.interview),
            appeal_by=until("appeal", rules.appeal),
            by=SYSTEM,
            at=at,
        ),
        VersionShown(sheet=sheet.id, number=version.number, by=SYSTEM, at=at),
    ]
