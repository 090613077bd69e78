"""Days and moments as people write them: one reading, or both are told."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cairn.documents.cells import Cell
from cairn.documents.dates import DateColumn, Order, read_date, read_dates, read_order
from cairn.documents.mistakes import Mistake
from cairn.documents.moments import end_of_day, read_moment

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
DAY = date(2026, 1, 31)
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


def why(found: object) -> str:
    assert isinstance(found, Mistake), found
    return found.message.id


def told(column: DateColumn) -> list[tuple[int, str]]:
    return [(n, one.message.id) for n, one in column.mistakes]


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-31",
        "2026/1/31",
        "2026.1.31",
        "2026年1月31日",
        "２０２６年１月３１日",
        "20260131",
        "31.01.2026",
        "1/31/2026",
        "31 Jan 2026",
        "January 31, 2026",
        "2026-01-31 00:00:00.000",
        "2026-01-31T08:30",
        "1/31/2026 12:00:00 AM",
        "46053",
        Decimal(46053),
        46053,
        DAY,
        datetime(2026, 1, 31, 8, 30),
    ],
)
def test_a_day_is_the_same_however_it_is_written(written: str | date) -> None:
    """Doors, "dates": `12/25/2018`, `31.12.2015`, `…00:00:00.000`, Excel serial days."""
    assert read_date(written) == DAY


@pytest.mark.parametrize(
    ("written", "id"),
    [
        ("01.11.2026", "date:ambiguous"),
        ("2026-02-30", "date:no-such-day"),
        ("31.02.2026", "date:no-such-day"),
        ("2026-13-01", "date:no-such-month"),
        ("morgen", "date:unknown"),
        ("1/2/26", "date:short-year"),
        ("31-Jan-26", "date:short-year"),
        ("0206-01-01", "date:year"),
        ("2026-01-31 25:00", "date:no-such-time"),
        ("2026-01-31T16:30:00Z", "date:offset"),
        ("12", "date:unknown"),
        ("", "cell:empty"),
    ],
)
def test_the_true_reason_is_given(written: str, id: str) -> None:
    """Doors, "dates": `01.11.2026` "is no date that exists"."""
    assert why(read_date(written)) == id


def test_an_ambiguous_date_is_told_with_both_readings() -> None:
    refused = read_date("01.11.2026")
    assert isinstance(refused, Mistake)
    assert "2026-11-01" in refused.text("en") and "2026-01-11" in refused.text("en")


def test_two_equal_readings_are_one() -> None:
    assert read_date("05.05.2026") == date(2026, 5, 5)


def test_a_whole_column_is_read_where_it_allows_one_order() -> None:
    """Doors, "dates": read where the whole column allows one reading."""
    column = read_dates(["01/02/2018", "12/25/2018", "", "2018-03-01"])
    assert column == DateColumn((date(2018, 1, 2), date(2018, 12, 25), None, date(2018, 3, 1)), ())
    assert read_dates(["01.02.2015", "31.12.2015"]).dates == (date(2015, 2, 1), date(2015, 12, 31))


def test_a_column_that_allows_two_orders_is_told_once() -> None:
    column = read_dates(["01/02/2018", "03/04/2018", "bad", "05/05/2018"])
    assert told(column) == [(0, "date:ambiguous-column"), (2, "date:unknown")]
    assert column.dates == (None, None, None, date(2018, 5, 5))


def test_a_column_of_two_orders_is_told_once_with_both_witnesses() -> None:
    column = read_dates(["01/02/2018", "12/25/2018", "31/12/2018"])
    assert told(column) == [(2, "date:two-orders")]
    assert "12/25/2018" in column.mistakes[0][1].text("zh") and "31/12/2018" in column.mistakes[0][1].text(
        "zh"
    )


def test_a_stated_order_settles_it() -> None:
    """Doors, "dates": … or with a stated format."""
    assert read_date("01.11.2026", "dmy") == date(2026, 11, 1)
    assert read_dates(["01/02/2018", "03/04/2018"], "mdy").dates == (date(2018, 1, 2), date(2018, 3, 4))
    assert why(read_date("12/25/2018", "dmy")) == "date:no-such-month"


@pytest.mark.parametrize(
    ("stated", "order"),
    [("dmy", "dmy"), ("DD.MM.YYYY", "dmy"), ("%m/%d/%Y", "mdy"), ("年/月/日", "ymd"), ("MM/DD/YYYY", "mdy")],
)
def test_a_format_may_be_stated_in_many_ways(stated: str, order: Order) -> None:
    assert read_order(stated) == order


def test_a_stated_format_that_is_none_is_told() -> None:
    assert why(read_order("European")) == "date:order"


def test_serial_days_of_the_1904_system_are_not_four_years_off() -> None:
    """Doors, "dates": workbooks of the 1904 system were four years off."""
    assert read_date(Cell("44591", Decimal(44591), days_from_1904=True)) == DAY


def test_a_day_with_an_offset_is_the_local_day() -> None:
    """D1: 2026-01-31 16:30 UTC is 1 February in Shanghai."""
    assert read_date("2026-01-31 16:30Z", zone=SHANGHAI) == date(2026, 2, 1)
    assert read_date(datetime(2026, 1, 31, 16, 30, tzinfo=UTC), zone=SHANGHAI) == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("written", "offset"),
    [("2026-01-31T16:30:00Z", 0), ("2026-01-31 16:30:00+08:00", 8), ("2026-01-31T16:30:00.000-0500", -5)],
)
def test_a_moment_has_its_offset(written: str, offset: int) -> None:
    found = read_moment(written)
    assert found == datetime(2026, 1, 31, 16, 30, tzinfo=timezone(timedelta(hours=offset)))


def test_a_moment_without_offset_needs_a_zone_and_a_day_is_no_moment() -> None:
    assert why(read_moment("2026-01-31 16:30")) == "moment:no-offset"
    assert why(read_moment("2026-01-31")) == "moment:no-time"
    assert read_moment("2026-01-31 16:30", SHANGHAI) == datetime(2026, 1, 31, 8, 30, tzinfo=UTC)
    assert read_moment(datetime(2026, 1, 31, 16, 30), SHANGHAI) == datetime(2026, 1, 31, 8, 30, tzinfo=UTC)


def test_a_skipped_moment_is_the_next_and_of_two_equal_ones_the_first_counts() -> None:
    """K4: gaps and folds."""
    assert read_moment("2026-03-29 02:30", BERLIN) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert read_moment("2026-10-25 02:30", BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_day_lasts_to_its_end() -> None:
    """K3."""
    assert end_of_day(DAY, SHANGHAI) == datetime(2026, 1, 31, 15, 59, 59, 999999, tzinfo=UTC)


@given(DAYS)
def test_every_day_is_read_back_from_every_sure_form(day: date) -> None:
    forms = [
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
    ]
    assert {read_date(form) for form in forms} == {day}


@given(DAYS)
def test_a_day_written_year_last_is_read_as_itself_or_not_at_all(day: date) -> None:
    found = read_date(f"{day:%d.%m.%Y}")
    assert found == day if isinstance(found, date) else why(found) == "date:ambiguous"


@given(st.lists(DAYS), st.sampled_from(["%d.%m.%Y", "%m/%d/%Y"]))
def test_a_column_of_one_order_is_never_misread(days: list[date], form: str) -> None:
    column = read_dates([day.strftime(form) for day in days])
    assert all(found in (None, day) for found, day in zip(column.dates, days, strict=True))
    assert len(column.mistakes) <= 1


@given(st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_a_moment_in_iso_form_is_read_back(local: datetime, minutes: int) -> None:
    moment = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read_moment(moment.isoformat()) == read_moment(moment.isoformat(" ")) == moment


@given(st.text() | st.text("0123456789./-年月日T: Zz+", max_size=24) | st.floats() | st.datetimes())
def test_reading_a_date_never_raises(written: str | float | datetime) -> None:
    assert isinstance(read_date(written), date | Mistake)
    assert isinstance(read_date(written, "dmy", SHANGHAI), date | Mistake)
    assert isinstance(read_moment(written, BERLIN), datetime | Mistake)
    assert isinstance(read_order(str(written)), str | Mistake)
    read_dates([written, "01/02/2018"])
