"""SQL over files: exact, and what cannot be exact says so."""

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cairn.documents.mistakes import Mistake
from cairn.documents.numbers import plain
from cairn.documents.queries import Database, keep, open_tables, select, teach_decimals


def opened(folder: Path, **files: str) -> Database:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    found = open_tables({name: folder / f"{name}.csv" for name in files})
    assert isinstance(found, Database), found
    return found


@pytest.fixture
def orders(tmp_path: Path) -> Iterator[Database]:
    database = opened(tmp_path, orders='who,amount\na,0.1\na,0.2\nb,"1,234.5"\nc,"50,5"\nd,\n')
    yield database
    database.close()


def test_sums_are_exact(orders: Database) -> None:
    assert select(orders, "select dsum(amount) as s from orders where who in ('a', 'b', 'd')") == [
        {"s": "1234.8"}
    ]
    assert select(orders, "select dsum(amount) as s from orders where who = 'd'") == [{"s": None}]


def test_a_sum_that_cannot_go_on_gives_its_own_reason(orders: Database) -> None:
    refused = select(orders, "select dsum(amount) from orders")
    assert isinstance(refused, Mistake) and "'50,5' has a decimal comma: did you mean 50.5?" in refused.text(
        "en"
    )
    missing = select(orders, "select missing from orders")
    assert isinstance(missing, Mistake) and "no such column: missing" in missing.text("zh")


def test_real_amounts_are_exact_where_they_can_be_else_a_sentence() -> None:
    """Doors, "SQLite": amounts stored as REAL; `dsum` failed opaquely."""
    with sqlite3.connect(":memory:") as database:
        refusals = teach_decimals(database)
        database.execute("create table t (amount real)")
        database.executemany("insert into t values (?)", [(12.1,), (0.2,), (1000000000000.05,)])
        assert database.execute("select dsum(amount) from t").fetchone() == ("1000000000012.35",)
        with pytest.raises(sqlite3.OperationalError):
            database.execute("select dsum(amount + 0.1 + 0.2) from t").fetchone()
    told = refusals.taken()
    assert told is not None and told.message.id == "number:binary" and refusals.taken() is None


def test_steps_are_kept_for_later_queries(orders: Database) -> None:
    assert keep(orders, "big", "select * from orders where who = :who", {"who": "a"}) is None
    assert select(orders, "select count(*) as n from big") == [{"n": 2}]
    failed = keep(orders, "bad", "select * from nowhere", {})
    assert isinstance(failed, Mistake) and "nowhere" in failed.text("en")


def test_a_query_cannot_write(orders: Database) -> None:
    assert isinstance(select(orders, "delete from orders"), Mistake)
    assert isinstance(select(orders, "select 1\0"), Mistake)
    assert select(orders, "select count(*) as n from orders") == [{"n": 5}]


def test_whatever_is_wrong_with_the_files_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,X\n1,2\n")
    (tmp_path / "b.csv").write_text("x,y\n1,2,3\n")
    found = open_tables({"a": tmp_path / "a.csv", "b c": tmp_path / "b.csv", "gone": tmp_path / "gone.csv"})
    assert isinstance(found, list)
    assert [one.message.id for one in found] == [
        "table:columns-alike",
        "table:ragged",
        "query:table-name",
        "table:not-there",
    ]


def test_rows_of_a_system_are_all_there_and_what_was_passed_over_is_known(tmp_path: Path) -> None:
    database = opened(tmp_path, products=",name,n\n0,Total,1\n1,合计,2\n")
    assert select(database, "select name from products") == [{"name": "Total"}, {"name": "合计"}]
    assert [one.message.id for one in database.remarks] == ["table:unnamed"]


@given(st.lists(st.decimals(-(10**12), 10**12, places=6), min_size=1))
def test_a_sum_has_all_its_digits(amounts: list[Decimal]) -> None:
    with sqlite3.connect(":memory:") as database:
        teach_decimals(database)
        values = ", ".join(f"('{plain(amount)}')" for amount in amounts)
        found = database.execute(f"select dsum(column1) from (values {values})").fetchone()[0]
    assert Decimal(found) == sum(amounts, Decimal(0))
