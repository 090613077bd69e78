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


def may_go_on_at(context: CaseContext) -> datetime | None:
    """From when on HR may go on without results that are not there: they have been waited for as judgements are (RULES
    U2). None before there are dates."""
    if context.schedule is None:
        return None
    due = local_day(context.schedule.results_due, context.calendar)
    day = add_working_days(due, context.policy.judgements.wait, context.calendar)
    return opening(day, context.calendar)


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
