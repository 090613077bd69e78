"""The clock of a calibration, and who is waited for."""

from collections.abc import Iterable
from datetime import datetime

from cairn.domain.calendar import add_working_days, opening
from cairn.domain.calibration.state import Calibration
from cairn.domain.case.context import CaseContext
from cairn.domain.schedule import local_day


def awaited(calibration: Calibration, context: CaseContext) -> tuple[str, ...]:
    """Whoever opened it, while it is open."""
    return (calibration.opened_by,) if calibration.stage == "open" else ()


def deadlines(calibration: Calibration, context: CaseContext) -> Iterable[tuple[str, datetime]]:
    """A reminder before results are to be shown, and that day."""
    ends, opened = calibration.finish_by, calibration.opened_at
    if calibration.stage != "open" or ends is None or opened is None:
        return
    rules = context.policy.evaluation
    day = add_working_days(local_day(ends, context.calendar), -rules.remind, context.calendar)
    reminded = opening(day, context.calendar)
    if rules.remind and opened < reminded:
        yield "finish_remind", reminded
    yield "finish_over", max(ends, opened)
