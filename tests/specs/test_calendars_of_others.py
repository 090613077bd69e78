"""K2: the working calendar counts as two packages do that others wrote: chinesecalendar for China, with its make-up
days, and workalendar for countries with other weekends and holidays."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import chinese_calendar
import pytest
from chinese_calendar.constants import holidays, workdays
from workalendar.asia import Israel, Japan
from workalendar.core import Calendar
from workalendar.europe import France, Germany, UnitedKingdom
from workalendar.usa import UnitedStates

from cairn.domain.calendar import ONE_DAY, add_working_days, is_working_day
from cairn.domain.policy import WorkingCalendar
from cairn.policies import parse

POLICY = Path(__file__).parents[2] / "examples" / "company" / "policy.yaml"
KNOWN = range(min(holidays).year, max(holidays).year + 1)
"""The years that chinesecalendar knows: those whose holidays have been announced."""
COUNTS = (1, 2, 3, 5, 10, 21, -1, -3, -7)
COUNTRIES: tuple[type[Calendar], ...] = (
    Germany, France, UnitedKingdom, UnitedStates, Japan, Israel,
)  # fmt: skip


def days_of(year: int) -> list[date]:
    return [
        date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    ]


def official(*years: int) -> WorkingCalendar:
    """Our calendar, given China's official days of some years as a policy gives them."""
    return WorkingCalendar(
        holidays=tuple(sorted(day for day in holidays if day.year in years)),
        worked=tuple(sorted(day for day in workdays if day.year in years)),
    )


@cache
def worked_in_china(year: int) -> tuple[date, ...]:
    """The days that chinesecalendar says are worked in a year and the ones beside it, where it knows them."""
    first, last = max(year - 1, KNOWN[0]), min(year + 1, KNOWN[-1])
    return tuple(chinese_calendar.get_workdays(date(first, 1, 1), date(last, 12, 31)))


@pytest.mark.parametrize("year", KNOWN)
def test_K2_china_each_day_is_worked_or_free_as_announced(year: int) -> None:
    calendar = official(year)
    differ = [
        day for day in days_of(year) if is_working_day(day, calendar) != chinese_calendar.is_workday(day)
    ]
    assert differ == []


@pytest.mark.parametrize("year", KNOWN)
def test_K2_china_so_many_working_days_after_any_day_of_a_year(year: int) -> None:
    calendar, days = official(year - 1, year, year + 1), worked_in_china(year)
    compared = 0
    for day in days_of(year):
        after = [each for each in days if each > day]
        before = [each for each in reversed(days) if each < day]
        for n in COUNTS:
            there = after if n > 0 else before
            if len(there) >= abs(n):  # what leads out of the years it knows it cannot say
                compared += 1
                assert add_working_days(day, n, calendar) == there[abs(n) - 1], (day, n)
    assert compared > 3000


def test_K2_the_example_policys_calendar_is_the_official_one_of_2026() -> None:
    """The policy's own holidays and make-up days, as its file has them."""
    calendar = parse(POLICY.read_text("utf-8")).calendar
    assert 2026 in KNOWN
    assert [
        day for day in days_of(2026) if is_working_day(day, calendar) != chinese_calendar.is_workday(day)
    ] == []


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country.__name__)
def test_K2_elsewhere_so_many_working_days_after_any_day_of_three_years(country: type[Calendar]) -> None:
    """Other weekends, and holidays that are moved when they fall on one."""
    theirs = country()
    ours = WorkingCalendar(
        weekend=tuple(day + 1 for day in theirs.WEEKEND_DAYS),
        holidays=tuple(sorted({day for year in range(2024, 2029) for day, _ in theirs.holidays(year)})),
    )
    for year in (2025, 2026, 2027):
        for day in days_of(year):
            assert is_working_day(day, ours) == theirs.is_working_day(day), day
            for n in COUNTS:
                assert add_working_days(day, n, ours) == theirs.add_working_days(day, n), (day, n)


def test_K2_the_spring_festival_by_hand() -> None:
    """Friday 13 February 2026 + 2 is Tuesday 24th, by our calendar and by chinesecalendar's days."""
    friday = date(2026, 2, 13)
    assert add_working_days(friday, 2, official(2026)) == date(2026, 2, 24)
    days = [friday + n * ONE_DAY for n in range(1, 12)]
    assert [day for day in days if chinese_calendar.is_workday(day)] == [date(2026, 2, 14), date(2026, 2, 24)]
