"""The dates of a cycle, worked out once at launch and stored with it."""

import calendar as gregorian
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from cairn.domain.calendar import ONE_DAY, opening
from cairn.domain.event import Fact
from cairn.domain.policy import PeriodKind, Policy, WorkingCalendar
from cairn.domain.refusal import Refusal

MONTHS: dict[PeriodKind, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
LETTER: dict[PeriodKind, str] = {"month": "M", "quarter": "Q", "half_year": "H", "year": "Y"}


class Span(Fact):
    """A stretch of the cycle; both days are inside. Keys: M01…M12, Q1…Q4, H1, H2, Y."""

    key: str
    kind: PeriodKind
    starts: date
    ends: date

    @property
    def days(self) -> int:
        return (self.ends - self.starts).days + 1

    def holds(self, day: date) -> bool:
        return self.starts <= day <= self.ends


class Period(Span):
    """A stretch of the cycle with a score of its own."""

    scored_at: AwareDatetime


class Days(Fact):
    """Days of a business calendar in a row, both inside; without `last` there is no end yet."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def inside(self, first: date, last: date) -> int:
        """How many of them lie between two days, both inside."""
        ends = last if self.last is None else min(last, self.last)
        return max((ends - max(first, self.first)).days + 1, 0)


class Timeline(Fact):
    """The days of a cycle and the periods they are divided into. Months are counted from the first day (RULES T1)."""

    starts: date
    ends: date
    periods: tuple[Span, ...]

    def period(self, key: str) -> Span | None:
        return next((period for period in self.periods if period.key == key), None)

    @property
    def year(self) -> Span:
        return next(period for period in self.periods if period.kind == "year")

    def of_kind(self, kind: PeriodKind) -> Sequence[Span]:
        return [period for period in self.periods if period.kind == kind]

    def months_between(self, first: date, last: date) -> Fraction:
        """How many of the cycle's months lie between two days, both inside: a cut month counts as its days over the
        full month's days. Nothing where `last` comes before `first`."""
        return _counted(self.starts, max(first, self.starts), min(last, self.ends))

    def months_of(self, period: Span, since: date) -> Fraction:
        """How many months of a period lie on or after a day and count (see `without`)."""
        return self.months_between(max(period.starts, since), period.ends)

    def days_of(self, period: Span, since: date) -> int:
        """How many days of a period lie on or after a day and count."""
        return Days(first=since).inside(period.starts, period.ends)

    def without(self, gaps: "Sequence[Days]") -> "Timeline":
        """The same days, of which those in the gaps do not count: somebody was away, or a goal had ended (RULES L7)."""
        if not gaps:
            return self
        return CutTimeline(starts=self.starts, ends=self.ends, periods=self.periods, gaps=tuple(gaps))

    @property
    def whole(self) -> "Timeline":
        """The days with nothing left out."""
        return self


class CutTimeline(Timeline):
    """A timeline with gaps, which do not overlap: what lies in them is nothing of a period."""

    gaps: tuple[Days, ...]

    def months_of(self, period: Span, since: date) -> Fraction:
        first = max(period.starts, since)
        missed = (
            self.months_between(max(first, gap.first), min(period.ends, gap.last or self.ends))
            for gap in self.gaps
        )
        return super().months_of(period, since) - sum(missed, Fraction(0))

    def days_of(self, period: Span, since: date) -> int:
        first = max(period.starts, since)
        return super().days_of(period, since) - sum(gap.inside(first, period.ends) for gap in self.gaps)

    @property
    def whole(self) -> Timeline:
        return Timeline(starts=self.starts, ends=self.ends, periods=self.periods)


class Schedule(Timeline):
    """Every date a cycle's workflows wait for, as absolute times."""

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

    def of_kind(self, kind: PeriodKind) -> Sequence[Period]:
        return [period for period in self.periods if period.kind == kind]


def gaps_of(last: date | None, absences: Sequence[Days]) -> tuple[Days, ...]:
    """The days that do not count: absences, and all that follows a last day. They do not overlap."""
    if last is None:
        return tuple(absences)
    before = (each for each in absences if each.first <= last)
    cut = (Days(first=each.first, last=min(each.last or last, last)) for each in before)
    return (*cut, Days(first=last + ONE_DAY))


@lru_cache(maxsize=4096)
def _counted(starts: date, first: date, last: date) -> Fraction:
    months, number, begins = Fraction(0), 0, starts
    while begins <= last:
        number += 1
        following = months_later(starts, number)
        inside = (min(last, following - ONE_DAY) - max(first, begins)).days + 1
        months += Fraction(max(inside, 0), (following - begins).days)
        begins = following
    return months


def local_day(moment: datetime, calendar: WorkingCalendar) -> date:
    """The calendar day of a moment where the policy is at home: 16:30 UTC is the next day in Shanghai."""
    return moment.astimezone(ZoneInfo(calendar.timezone)).date()


def local_moment(moment: datetime, calendar: WorkingCalendar) -> datetime:
    """A moment on the clock of where the policy is at home: as people are told it."""
    return moment.astimezone(ZoneInfo(calendar.timezone))


def day_of(moment: datetime | None, calendar: WorkingCalendar) -> date | None:
    """The calendar day of a moment, None where there is none."""
    return local_day(moment, calendar) if moment else None


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
