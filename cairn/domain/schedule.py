"""The dates of a cycle, worked out once at launch and stored with it."""

import calendar as gregorian
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from cairn.domain.calendar import opening
from cairn.domain.event import Fact
from cairn.domain.policy import PeriodKind, Policy, WorkingCalendar
from cairn.domain.refusal import Refusal

MONTHS: dict[PeriodKind, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
LETTER: dict[PeriodKind, str] = {"month": "M", "quarter": "Q", "half_year": "H", "year": "Y"}


class Period(Fact):
    """A stretch of the cycle with a score of its own; both days are inside. Keys: M01…M12, Q1…Q4, H1, H2, Y."""

    key: str
    kind: PeriodKind
    starts: date
    ends: date
    scored_at: AwareDatetime

    @property
    def days(self) -> int:
        return (self.ends - self.starts).days + 1

    def holds(self, day: date) -> bool:
        return self.starts <= day <= self.ends


class Schedule(Fact):
    """Every date a cycle's workflows wait for, as absolute times."""

    starts: date
    ends: date
    calendar: WorkingCalendar
    drafts_due: AwareDatetime
    approvals_due: AwareDatetime
    execution_starts: AwareDatetime
    periods: tuple[Period, ...]
    review_opens: AwareDatetime
    scores_due: AwareDatetime
    results_due: AwareDatetime
    closes: AwareDatetime

    def period(self, key: str) -> Period | None:
        return next((period for period in self.periods if period.key == key), None)

    @property
    def year(self) -> Period:
        return next(period for period in self.periods if period.kind == "year")

    def of_kind(self, kind: PeriodKind) -> list[Period]:
        return [period for period in self.periods if period.kind == kind]


def local_day(moment: datetime, calendar: WorkingCalendar) -> date:
    """The calendar day of a moment where the policy is at home: 16:30 UTC is the next day in Shanghai."""
    return moment.astimezone(ZoneInfo(calendar.timezone)).date()


def months_later(day: date, months: int) -> date:
    """The same day some months on, the month's last day where it has no such day (30 Nov + 3 → 28 Feb)."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, gregorian.monthrange(year, month)[1]))


def make_schedule(starts: date, ends: date, policy: Policy) -> Schedule:
    """The schedule of a cycle from `starts` to `ends` (both inside) under a policy's deadlines. Refuses a cycle that
    ends before it starts."""
    if ends <= starts:
        raise Refusal("cycle.dates", field="ends", starts=starts, ends=ends)
    rules, days = policy.deadlines, policy.calendar

    def after(day: date, number: int) -> AwareDatetime:
        return opening(day + timedelta(days=number), days)

    return Schedule(
        starts=starts,
        ends=ends,
        calendar=days,
        drafts_due=after(starts, rules.drafts_due),
        approvals_due=after(starts, rules.approvals_due),
        execution_starts=after(starts, rules.execution_starts),
        periods=tuple(_periods(starts, ends, policy)),
        review_opens=after(ends, rules.review_opens),
        scores_due=after(ends, rules.scores_due),
        results_due=after(ends, rules.results_due),
        closes=after(ends, rules.closes),
    )


def _periods(starts: date, ends: date, policy: Policy) -> list[Period]:
    periods = []
    for kind, months in MONTHS.items():
        number, first = 0, starts
        while first <= ends:
            number += 1
            following = months_later(starts, months * number)
            last = ends if kind == "year" else min(ends, following - timedelta(days=1))
            periods.append(_period(kind, number, first, last, policy))
            first = last + timedelta(days=1)
    return periods


def _period(kind: PeriodKind, number: int, starts: date, ends: date, policy: Policy) -> Period:
    key = {"month": f"M{number:02d}", "year": "Y"}.get(kind, f"{LETTER[kind]}{number}")
    rules = policy.deadlines
    wait = rules.scores_due if kind == "year" else rules.period_scores_after
    scored_at = opening(ends + timedelta(days=wait), policy.calendar)
    return Period(key=key, kind=kind, starts=starts, ends=ends, scored_at=scored_at)
