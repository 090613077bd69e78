"""The dates of a running cycle under another version of its policy: what has not passed moves, what has stays."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from cairn.domain.calendar import opening
from cairn.domain.policy import IN_ORDER, Policy, WorkingCalendar
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Period, Schedule, local_day

OF_CYCLE = (
    "drafts_due", "approvals_due", "execution_starts", "review_opens", "scores_due", "results_due", "closes",
)  # fmt: skip
"""The dates of a cycle, each once, by the names of the policy's deadlines."""


def amended_schedule(schedule: Schedule, before: Policy, after: Policy, at: datetime) -> Schedule:
    """The schedule with every date that is still ahead as many days later as the policy now gives more; dates that a
    late launch moved keep what it gave them.

    Refuses to move a date that has passed, and dates that would no longer follow each other."""
    dates: dict[str, AwareDatetime] = {}
    for name in OF_CYCLE:
        more = _more(name, before, after)
        if more and getattr(schedule, name) <= at:
            raise _passed(name, getattr(schedule, name), schedule)
        dates[name] = _later(getattr(schedule, name), more, after.calendar)
    moved = schedule.model_copy(
        update={**dates, "calendar": after.calendar, "periods": _periods(schedule, before, after, at)}
    )
    for first, then in IN_ORDER:
        if first in dates and then in dates and not getattr(moved, first) < getattr(moved, then):
            on = getattr(moved, first)
            raise Refusal("amendment.order", field=f"deadlines.{first}", first=first, then=then, on=on.date())
    return moved


def _periods(schedule: Schedule, before: Policy, after: Policy, at: datetime) -> tuple[Period, ...]:
    """The periods, each scored later if it was not due yet; the year is scored when its scores are due."""
    more = _more("period_scores_after", before, after)
    parts = [each for each in schedule.periods if each.kind != "year"]
    if more and parts and all(each.scored_at <= at for each in parts):
        raise _passed("period_scores_after", max(each.scored_at for each in parts), schedule)
    return tuple(
        each
        if each.scored_at <= at
        else each.model_copy(
            update={
                "scored_at": _later(
                    each.scored_at,
                    _more("scores_due", before, after) if each.kind == "year" else more,
                    after.calendar,
                )
            }
        )
        for each in schedule.periods
    )


def _more(name: str, before: Policy, after: Policy) -> int:
    more: int = getattr(after.deadlines, name) - getattr(before.deadlines, name)
    return more


def _later(moment: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    return opening(local_day(moment, calendar) + timedelta(days=days), calendar) if days else moment


def _passed(name: str, on: datetime, schedule: Schedule) -> Refusal:
    field = f"deadlines.{name}"
    return Refusal("amendment.passed", field=field, name=field, on=local_day(on, schedule.calendar))
