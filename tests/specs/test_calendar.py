"""The working calendar's laws, and the Spring Festival of 2026 as the example everybody can check."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cairn.domain.calendar import (
    add_working_days,
    end_of_day,
    is_working_day,
    opening,
    working_days_between,
)
from cairn.domain.policy import WorkingCalendar

SPRING = WorkingCalendar(
    holidays=tuple(date(2026, 2, day) for day in range(15, 24)),
    worked=(date(2026, 2, 14), date(2026, 2, 28)),
)

DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))
NUMBERS = st.integers(-60, 60)


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    """Any calendar that leaves at least one day of the week to work."""
    near = st.lists(st.dates(date(2025, 1, 1), date(2026, 12, 31)), max_size=40)
    return WorkingCalendar(
        weekend=tuple(draw(st.lists(st.integers(1, 7), max_size=6, unique=True))),
        holidays=tuple(draw(near)),
        worked=tuple(draw(near)),
    )


def test_a_saturday_is_worked_when_the_calendar_says_so() -> None:
    assert is_working_day(date(2026, 2, 14), SPRING)
    assert not is_working_day(date(2026, 2, 7), SPRING)


def test_a_holiday_on_a_weekday_is_not_worked() -> None:
    assert not is_working_day(date(2026, 2, 16), SPRING)


def test_three_working_days_over_the_spring_festival_take_twelve_days() -> None:
    assert add_working_days(date(2026, 2, 13), 3, SPRING) == date(2026, 2, 25)


def test_a_reminder_three_working_days_before_a_sunday_comes_on_the_wednesday() -> None:
    assert add_working_days(date(2026, 3, 15), -3, SPRING) == date(2026, 3, 11)


def test_a_day_opens_at_nine_in_shanghai() -> None:
    assert opening(date(2026, 1, 5), SPRING) == datetime(2026, 1, 5, 1, tzinfo=UTC)


def test_the_opening_follows_summer_time_where_the_zone_has_it() -> None:
    berlin = WorkingCalendar(timezone="Europe/Berlin", opens=9)
    assert opening(date(2026, 3, 28), berlin).astimezone(UTC).hour == 8
    assert opening(date(2026, 3, 30), berlin).astimezone(UTC).hour == 7


@pytest.mark.parametrize(
    ("zone", "opens", "day", "moment"),
    [
        ("Europe/Berlin", 2, date(2026, 3, 29), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Europe/Berlin", 2, date(2026, 10, 25), datetime(2026, 10, 25, 0, tzinfo=UTC)),
        ("America/Santiago", 0, date(2026, 9, 6), datetime(2026, 9, 6, 4, tzinfo=UTC)),
        ("Australia/Lord_Howe", 2, date(2026, 10, 4), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ],
)
def test_k4_a_moment_that_is_skipped_is_the_next_and_of_two_equal_ones_the_first(
    zone: str, opens: int, day: date, moment: datetime
) -> None:
    """And it is the same moment once it has been stored and read again."""
    calendar = WorkingCalendar(timezone=zone, opens=opens)
    assert opening(day, calendar) == moment
    assert opening(day, calendar) == datetime.fromisoformat(opening(day, calendar).isoformat())


def test_k4_a_day_whose_midnight_is_skipped_ends_with_the_next_moment() -> None:
    ends = end_of_day(date(2026, 9, 5), WorkingCalendar(timezone="America/Santiago"))
    assert ends == datetime(2026, 9, 6, 4, tzinfo=UTC) == datetime.fromisoformat(ends.isoformat())


def test_a_calendar_without_any_working_day_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="all seven days"):
        add_working_days(date(2026, 1, 1), 1, WorkingCalendar(weekend=(1, 2, 3, 4, 5, 6, 7)))


@given(DAYS, NUMBERS, calendars())
def test_the_day_reached_is_a_working_day_unless_none_was_asked_for(
    day: date, n: int, calendar: WorkingCalendar
) -> None:
    reached = add_working_days(day, n, calendar)
    assert reached == day if n == 0 else is_working_day(reached, calendar)


@given(DAYS, NUMBERS, calendars())
def test_counting_the_days_between_undoes_adding_them(day: date, n: int, calendar: WorkingCalendar) -> None:
    assert working_days_between(day, add_working_days(day, n, calendar), calendar) == n


@given(DAYS, st.integers(0, 40), st.integers(0, 40), calendars())
def test_adding_twice_is_adding_the_sum(day: date, n: int, m: int, calendar: WorkingCalendar) -> None:
    for sign in (1, -1):
        twice = add_working_days(add_working_days(day, sign * n, calendar), sign * m, calendar)
        assert twice == add_working_days(day, sign * (n + m), calendar)


@given(DAYS, NUMBERS, calendars())
def test_from_a_working_day_adding_and_taking_away_comes_back(
    day: date, n: int, calendar: WorkingCalendar
) -> None:
    day = add_working_days(day, 1, calendar)
    assert add_working_days(add_working_days(day, n, calendar), -n, calendar) == day


@given(DAYS, DAYS, DAYS, calendars())
def test_days_between_add_up_along_the_way(a: date, b: date, c: date, calendar: WorkingCalendar) -> None:
    a, b, c = sorted((a, b, c))
    parts = working_days_between(a, b, calendar) + working_days_between(b, c, calendar)
    assert parts == working_days_between(a, c, calendar)


@given(DAYS, calendars(), st.integers(0, 23))
def test_a_day_opens_on_that_day_in_its_own_zone(day: date, calendar: WorkingCalendar, opens: int) -> None:
    moment = opening(day, calendar.model_copy(update={"opens": opens}))
    assert moment.utcoffset() == timedelta(hours=8)
    local = moment.astimezone(ZoneInfo("Asia/Shanghai"))
    assert (local.date(), local.hour) == (day, opens)
