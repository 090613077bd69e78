"""Sources as systems and people keep them: read where one reading is sure, else refused in words."""

import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cairn.domain.reading import Row
from cairn.feeds.feed import Feed, FilesSource, SqlSource
from cairn.feeds.invalid import FeedRowsInvalid, FeedUnreadable
from cairn.feeds.readings import Metric
from cairn.feeds.sources import Collected, collect

AFTER, UPTO = date(2025, 12, 31), date(2026, 12, 31)
HEADER = "metric,subject,on,value,base"


def source(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8", **more: Any) -> Feed:
    (folder / "rows.csv").write_bytes("".join(f"{row}\n" for row in (header, *rows)).encode(encoding))
    stated = more.pop("source", {})
    return Feed(name="erp", source=FilesSource(kind="csv", path="rows.csv", **stated), **more)


def collected(feed: Feed, folder: Path, **known: Metric) -> Collected:
    return collect(feed, after=AFTER, upto=UPTO, base=folder, metrics=known)


def refused(feed: Feed, folder: Path, **known: Metric) -> list[str]:
    with pytest.raises((FeedRowsInvalid, FeedUnreadable)) as caught:
        collected(feed, folder, **known)
    return caught.value.text("en").splitlines()


def test_a_row_of_a_ratio_needs_its_base_and_one_of_nothing_is_refused(tmp_path: Path) -> None:
    """RULES D2."""
    feed = source(tmp_path, "yield,E1,2026-01-05,98,", "yield,E1,2026-01-06,98,0", "yield,E1,2026-01-07,0,0")
    assert refused(feed, tmp_path, **{"yield": Metric("%", is_ratio=True)}) == [
        "rows.csv, row 2, column base: the metric yield is a ratio and this row has no base: fill it in",
        "rows.csv, row 3, column base: the base is 0 and the value 98: check this row",
    ]


def test_several_rows_of_a_day_are_added_up_where_the_feed_says_so(tmp_path: Path) -> None:
    """Doors, feeds: two rows of a day (transactions): `combine: sum` a day, declared."""
    rows = ["sales,E1,2026-01-05,0.1,1", "sales,E1,2026-01-05,0.2,2", "sales,E2,2026-01-05,5,"]
    found = collected(source(tmp_path, *rows, combine="sum"), tmp_path).rows
    assert found == [
        Row(metric="sales", subject="E1", on=date(2026, 1, 5), value=Decimal("0.3"), base=Decimal(3)),
        Row(metric="sales", subject="E2", on=date(2026, 1, 5), value=Decimal(5)),
    ]
    (told,) = refused(source(tmp_path, *rows), tmp_path)
    assert "write `combine: sum` in the feed" in told


def test_a_cell_shown_as_95_percent_is_95_of_a_percent_metric_and_refused_of_any_other(
    tmp_path: Path,
) -> None:
    """Doors, Excel: a cell shown as 95 % as reading of a % KPI."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["metric", "subject", "on", "value"], ["satisfaction", "E1", date(2026, 1, 5), 0.95]):
        sheet.append(row)
    sheet["D2"].number_format = "0%"
    book.save(tmp_path / "rows.xlsx")
    feed = Feed(name="crm", source=FilesSource(kind="xlsx", path="rows.xlsx"))
    (row_read,) = collected(feed, tmp_path, satisfaction=Metric("%")).rows
    assert row_read.value == 95
    (told,) = refused(feed, tmp_path, satisfaction=Metric("分"))
    assert "'95%' is a percentage where a plain number is needed" in told


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("01.11.2026", date(2026, 11, 1)),
        ("46053", date(2026, 1, 31)),
        ("2026-01-31T16:30:00Z", date(2026, 2, 1)),
        ("2026-01-31 00:00:00.000", date(2026, 1, 31)),
    ],
)
def test_days_are_local_days_in_whatever_form_is_sure(tmp_path: Path, written: str, day: date) -> None:
    """Doors, dates: Excel serial days in feeds, `01.11.2026`; RULES D1."""
    feed = source(tmp_path, f"m,a,{written},1,", "m,b,25.12.2026,1,")
    assert collected(feed, tmp_path).rows[0].on == day


def test_an_ambiguous_day_is_told_and_read_with_a_stated_order(tmp_path: Path) -> None:
    """Doors, dates: `01.11.2026` gets the true reason."""
    (told,) = refused(source(tmp_path, "m,a,01.11.2026,1,"), tmp_path)
    assert "'01.11.2026' may be 2026-11-01 or 2026-01-11" in told
    feed = source(tmp_path, "m,a,01.11.2026,1,", dates="mdy")
    assert collected(feed, tmp_path).rows[0].on == date(2026, 1, 11)


def test_what_pandas_and_people_put_around_a_table_is_passed_over_and_told(tmp_path: Path) -> None:
    """Doors, roster, feeds, mapping: an unnamed first column; totals."""
    feed = source(tmp_path, "0,m,a,2026-01-05,1,", "合计,,,,1,", header=f",{HEADER}")
    found = collected(feed, tmp_path)
    assert len(found.rows) == 1
    told = " ".join(one.text("en") for one in found.remarks)
    assert "columns without a name were not read" in told and "is a row of totals" in told


def test_an_encoding_that_is_not_sure_is_asked_for_and_may_be_stated(tmp_path: Path) -> None:
    """Doors, encodings: cp1252 is asked for, never guessed."""
    row = "métrique,Zoë,2026-01-05,1,"
    assert (
        "the encoding of the file is not certain"
        in refused(source(tmp_path, row, encoding="cp1252"), tmp_path)[0]
    )
    stated = source(tmp_path, row, encoding="cp1252", source={"encoding": "cp1252"})
    assert collected(stated, tmp_path).rows[0].subject == "Zoë"


def test_one_reader_takes_semicolons_in_utf_16(tmp_path: Path) -> None:
    """Doors, delimiters: UTF-16 and semicolons."""
    feed = source(tmp_path, "m;a;2026-01-05;1,234.5;", header=HEADER.replace(",", ";"), encoding="utf-16")
    assert collected(feed, tmp_path).rows[0].value == Decimal("1234.5")


def test_real_amounts_of_sqlite_are_exact_where_they_can_be_else_a_sentence(tmp_path: Path) -> None:
    """Doors, SQLite: amounts stored as REAL."""
    with sqlite3.connect(tmp_path / "erp.db") as database:
        database.execute("create table orders (amount real)")
        database.execute("insert into orders values (12.1), (0.2)")
    query = "select 'm' as metric, 'a' as subject, '2026-01-05' as \"on\", dsum(amount) as value from orders"
    feed = Feed(name="erp", source=SqlSource(kind="sql", url="sqlite:///erp.db", query=query))
    assert collected(feed, tmp_path).rows[0].value == Decimal("12.3")
    with sqlite3.connect(tmp_path / "erp.db") as database:
        database.execute("insert into orders values (0.1 + 0.2)")
    (told,) = refused(feed, tmp_path)
    assert "dsum cannot go on in the query: 0.30000000000000004 was computed in binary" in told


def test_a_decimal_comma_is_refused_with_what_was_meant(tmp_path: Path) -> None:
    """Doors, decimal comma."""
    (told,) = refused(source(tmp_path, 'm,a,2026-01-05,"1.234,5",'), tmp_path)
    assert "did you mean 1234.5?" in told


def test_a_value_without_end_is_refused(tmp_path: Path) -> None:
    """Engine, numbers."""
    told = refused(source(tmp_path, "m,a,2026-01-05,1e400,", f"m,b,2026-01-05,{'9' * 47},"), tmp_path)
    assert len(told) == 2 and all("is too long" in one for one in told)
