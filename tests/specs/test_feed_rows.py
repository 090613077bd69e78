"""From files and databases to readings: exact, whole, and every bad row named."""

import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cairn.domain.reading import Row
from cairn.feeds.feed import Feed, FilesSource, SqlSource, TablesSource
from cairn.feeds.invalid import FeedRowsInvalid, FeedUnreadable
from cairn.feeds.sources import collect

AFTER, UPTO = date(2025, 12, 31), date(2026, 1, 31)
QUERY = (
    "select 'sales' as metric, person as subject, day as \"on\", amount as value from orders "
    "where day > :from and day <= :upto"
)


def of_csv(folder: Path, text: str, encoding: str = "utf-8", **more: object) -> Feed:
    (folder / "rows.csv").write_bytes(text.encode(encoding))
    return Feed(name="erp", source=FilesSource.model_validate({"kind": "csv", "path": "rows.csv", **more}))


def collected(feed: Feed, folder: Path, **more: Any) -> list[Row]:
    return collect(feed, after=AFTER, upto=UPTO, base=folder, **more).rows


def problems(feed: Feed, folder: Path) -> list[str]:
    with pytest.raises(FeedRowsInvalid) as refused:
        collected(feed, folder)
    return refused.value.text("en").splitlines()


def test_a_window_holds_the_days_after_its_beginning_up_to_and_with_its_end(tmp_path: Path) -> None:
    days = ["2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01"]
    feed = of_csv(tmp_path, "metric,subject,on,value\n" + "".join(f"m,a,{day},1\n" for day in days))
    assert [row.on.isoformat() for row in collected(feed, tmp_path)] == ["2026-01-01", "2026-01-31"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_file_may_be_in_any_encoding_excel_writes(tmp_path: Path, encoding: str) -> None:
    feed = of_csv(
        tmp_path,
        "日期,工号,良品,总数\n2026/1/5,E021,98.50,100\n2026年1月6日,E021,97,\n",
        encoding,
        columns={"on": "日期", "subject": "工号", "value": "良品", "base": "总数"},
        constants={"metric": "良品率"},
    )
    first, second = collected(feed, tmp_path)
    assert first == Row(
        metric="良品率", subject="E021", on=date(2026, 1, 5), value=Decimal("98.50"), base=Decimal(100)
    )
    assert (second.on, second.base) == (date(2026, 1, 6), None)


def test_excel_gives_what_people_see(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("数据")
    sheet.append(["metric", "subject", "on", "value"])
    sheet.append(["m", "a", date(2026, 1, 5), 0.1])
    sheet.append(["m", "a", "2026-01-06", 1234])
    book.save(tmp_path / "rows.xlsx")
    feed = Feed(name="erp", source=FilesSource(kind="xlsx", path="rows.xlsx", sheet="数据"))
    assert [row.value for row in collected(feed, tmp_path)] == [Decimal("0.1"), Decimal(1234)]


def test_a_pattern_takes_all_files_that_fit(tmp_path: Path) -> None:
    for day in ("05", "06"):
        (tmp_path / f"rows-{day}.csv").write_text(f"metric,subject,on,value\nm,a,2026-01-{day},1\n")
    feed = Feed(name="erp", source=FilesSource(kind="csv", path="{folder}/rows-*.csv"))
    found = collect(
        feed, after=AFTER, upto=UPTO, base=Path("elsewhere"), parameters={"folder": str(tmp_path)}
    )
    assert len(found.rows) == 2


def test_every_bad_cell_is_named_at_once_with_file_row_and_column(tmp_path: Path) -> None:
    feed = of_csv(
        tmp_path,
        "metric,subject,on,value,base\n"
        "m,a,2026-01-05,1,\n"
        ",a,2026-01-06,98%,1\n"
        "m,a,2026-02-30,1,\n"
        "\n"
        "m,a,2026-01-07,=A1+B1,x\n"
        'm,a,2026-01-08,"1,234.50",NaN\n'
        "m,a,2026-01-05,2,\n",
    )
    assert problems(feed, tmp_path) == [
        "rows.csv, row 3, column metric: it is empty: fill it in",
        "rows.csv, row 3, column value: '98%' is a percentage where a plain number is needed: "
        "if 98 is meant, write 98",
        "rows.csv, row 4, column on: '2026-02-30' does not exist: 2026-02 has 28 days",
        "rows.csv, row 6, column base: 'x' is no number: write it as 1234.56",
        "rows.csv, row 6, column value: it is a formula (=A1+B1): paste it as a value",
        "rows.csv, row 7, column base: 'NaN' is no definite number: write one such as 1234.56",
        "rows.csv, row 8, column on: row 2 already has m of a on 2026-01-05: one value a day counts; "
        "if they are to be added up, write `combine: sum` in the feed",
    ]


def test_what_lies_outside_the_window_is_not_judged(tmp_path: Path) -> None:
    feed = of_csv(tmp_path, "metric,subject,on,value\nm,a,2024-01-05,broken\nm,a,2026-01-05,1\n")
    assert len(collected(feed, tmp_path)) == 1


def test_money_summed_over_tables_is_exact(tmp_path: Path) -> None:
    lines = "".join(f"E005,2026-01-05,{amount}\n" for amount in ["0.1", "0.2", "1000000000000000.05"])
    (tmp_path / "orders.csv").write_text("person,day,amount\n" + lines)
    query = QUERY.replace("amount", "dsum(amount)") + " group by person, day"
    feed = Feed(name="erp", source=TablesSource(kind="tables", tables={"orders": "orders.csv"}, query=query))
    assert [row.value for row in collected(feed, tmp_path)] == [Decimal("1000000000000000.35")]


def test_a_binary_float_is_refused_and_says_how_to_stay_exact(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("person,day,amount\nE005,2026-01-05,0.1\nE005,2026-01-05,0.2\n")
    query = QUERY.replace("amount", "sum(amount)") + " group by person, day"
    feed = Feed(name="erp", source=TablesSource(kind="tables", tables={"orders": "orders.csv"}, query=query))
    assert "0.30000000000000004 was computed in binary" in problems(feed, tmp_path)[0]
    assert "dsum" in problems(feed, tmp_path)[0]


def a_database(folder: Path) -> Feed:
    with sqlite3.connect(folder / "erp.db") as database:
        database.execute("create table orders (person text, day text, amount text)")
        database.execute(
            "insert into orders values ('E005', '2026-01-05', '12.10'), ('E005', '2026-03-05', '1')"
        )
    return Feed(name="erp", source=SqlSource(kind="sql", url="sqlite:///erp.db", query=QUERY))


def test_a_database_is_asked_with_the_windows_days_bound(tmp_path: Path) -> None:
    assert [row.value for row in collected(a_database(tmp_path), tmp_path)] == [Decimal("12.10")]


def test_a_query_cannot_write(tmp_path: Path) -> None:
    feed = a_database(tmp_path)
    source = SqlSource(kind="sql", url="sqlite:///erp.db", query="delete from orders returning 1")
    with pytest.raises(FeedUnreadable, match="readonly"):
        collected(feed.model_copy(update={"source": source}), tmp_path)
    assert len(collected(feed, tmp_path)) == 1


def test_an_address_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = SqlSource(kind="sql", url="sqlite:///${ERP_FILE}", query=QUERY)
    feed = a_database(tmp_path).model_copy(update={"source": source})
    monkeypatch.setenv("CAIRN_FEED_ENV", "ERP_FILE")
    with pytest.raises(FeedUnreadable, match="ERP_FILE, which source"):
        collected(feed, tmp_path)
    monkeypatch.setenv("ERP_FILE", "erp.db")
    assert len(collected(feed, tmp_path)) == 1


@pytest.mark.parametrize(
    ("url", "query", "sentence"),
    [
        ("sqlite:///other.db", QUERY, "other.db is not there"),
        ("sqlite:///erp.db", "select 1 from nowhere", "refuses the query: no such table: nowhere"),
        (
            "sqlite:///erp.db",
            "select person as subject from orders",
            "the column metric is missing",
        ),
        ("no address", QUERY, "no database address"),
        ("oracle://a@b/c", QUERY, "there is no driver for oracle"),
    ],
)
def test_a_source_that_cannot_be_read_says_why(tmp_path: Path, url: str, query: str, sentence: str) -> None:
    feed = a_database(tmp_path).model_copy(update={"source": SqlSource(kind="sql", url=url, query=query)})
    with pytest.raises(FeedUnreadable) as refused:
        collected(feed, tmp_path)
    assert sentence in refused.value.text("en")
    assert not (tmp_path / "other.db").exists()


def test_a_missing_file_or_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(FeedUnreadable, match=r"no file matches .*gone\.csv"):
        collected(Feed(name="erp", source=FilesSource(kind="csv", path="gone.csv")), tmp_path)
    with pytest.raises(
        FeedUnreadable,
        match=r"rows\.csv: the column on is missing: .* which has: metric, subject, day, value",
    ):
        collected(of_csv(tmp_path, "metric,subject,day,value\nm,a,2026-01-05,1\n"), tmp_path)
