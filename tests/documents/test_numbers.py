"""Numbers as people type them: read exactly, or refused with what was probably meant."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cairn.documents.amounts import Money, read_money
from cairn.documents.cells import Cell
from cairn.documents.mistakes import Mistake
from cairn.documents.numbers import MOST_DIGITS, plain, read_number, read_whole
from cairn.documents.percentages import read_measured, read_percentage

HALF_TO_FULL = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def _number(sign: int, digits: int, places: int) -> Decimal:
    return Decimal((sign, tuple(map(int, str(digits))), -places))


NUMBERS: st.SearchStrategy[Decimal] = st.integers(0, MOST_DIGITS).flatmap(
    lambda places: st.builds(_number, st.integers(0, 1), st.integers(0, 10**MOST_DIGITS - 1), st.just(places))
)


def why(found: object) -> str:
    assert isinstance(found, Mistake), found
    return found.message.id


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("50,5", "50.5"),
        ("20,5", "20.5"),
        ("1.234,5", "1234.5"),
        ("110,5", "110.5"),
        ("1 234,5", "1234.5"),
        ("12,34", "12.34"),
        ("0,125", "0.125"),
        (",5", "0.5"),
        ("-7,25", "-7.25"),
        ("５０，５", "50.5"),
    ],
)
def test_a_decimal_comma_is_refused_with_what_was_meant(typed: str, meant: str) -> None:
    """Doors, "decimal comma": `revise --target 50,5` became 505."""
    refused = read_number(typed)
    assert why(refused) == "number:decimal-comma"
    assert isinstance(refused, Mistake)
    assert f"did you mean {meant}?" in refused.text("en") and f"是不是 {meant}？" in refused.text("zh")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1,234", "1234"),
        ("1,234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("1 234 567.5", "1234567.5"),
        ("1\u202f234", "1234"),
        ("1'234.5", "1234.5"),
        ("１，２３４．５", "1234.5"),
        (" －５ ", "-5"),
        ("−5", "-5"),
        ("1e5", "100000"),
        ("1.5E-3", "0.0015"),
        ("-0", "0"),
        ("007", "7"),
    ],
)
def test_separators_full_width_signs_and_exponents_are_understood(typed: str, number: str) -> None:
    assert str(read_number(typed)) == number


@pytest.mark.parametrize(
    ("typed", "id"),
    [
        ("1" * 36, "number:too-long"),
        ("1" * 47, "number:too-long"),
        ("1e400", "number:too-long"),
        ("1e999999999999999999999", "number:too-long"),
        ("1e-31", "number:too-long"),
        ("9" * 5000, "number:too-long"),
        ("NaN", "number:not-finite"),
        ("-Infinity", "number:not-finite"),
        ("1.234.567", "number:dots"),
        ("95%", "number:percent"),
        ("(1,234)", "number:negative"),
        ("5-", "number:negative"),
        ("10万", "number:unit"),
        ("12,34,567", "number:unreadable"),
        ("1,23", "number:decimal-comma"),
        ("1_000", "number:unreadable"),
        ("10²", "number:unreadable"),
        ("٣", "number:unreadable"),
        ("", "cell:empty"),
        ("=A1+B1", "cell:formula"),
    ],
)
def test_what_is_no_number_is_refused_for_its_own_reason(typed: str, id: str) -> None:
    """Doors, "targets file": 36 digits; and their siblings."""
    assert why(read_number(typed)) == id


def test_thirty_digits_are_kept_to_the_last() -> None:
    assert plain(read_number("123456789012345678901234567.891")) == "123456789012345678901234567.891"  # type: ignore[arg-type]


def test_a_float_is_taken_where_its_decimal_is_sure_and_refused_where_it_was_computed() -> None:
    """Doors, "SQLite": amounts stored as REAL."""
    assert read_number(12.1) == Decimal("12.1")
    assert why(read_number(0.1 + 0.2)) == "number:binary"
    assert why(read_number(float("nan"))) == "number:not-finite"


def test_values_of_a_database_are_read_like_text() -> None:
    assert read_number(Decimal("1E+5")) == Decimal(100000)
    assert str(read_number(Decimal("1E+5"))) == "100000"
    assert why(read_number(10**5000)) == "number:too-long"
    assert why(read_number(True)) == "number:unreadable"


def test_whole_numbers_know_their_bounds() -> None:
    assert read_whole("5.0") == 5
    assert why(read_whole("5.5")) == "number:not-whole"
    assert why(read_whole("0", least=1)) == "number:too-small"
    assert why(read_whole("13", most=12)) == "number:too-large"


@pytest.mark.parametrize("typed", ["95%", "95 %", "95％", "95", "９５ ％"])
def test_a_percentage_is_its_number_with_or_without_the_sign(typed: str) -> None:
    assert read_percentage(typed) == 95


def test_a_percentage_says_what_is_wrong_with_it() -> None:
    assert why(read_percentage("95,5%")) == "number:decimal-comma"
    assert why(read_percentage("9‰")) == "percent:per-mille"
    assert why(read_percentage("%")) == "number:unreadable"


def test_a_cell_shown_as_percent_is_ninety_five_of_a_percent_kpi_and_refused_of_any_other() -> None:
    """Doors, "Excel": a cell shown as 95 % (0.95 with a percent format) as target or reading of a % KPI."""
    shown = Cell("95%", Decimal("0.95"))
    assert read_measured(shown, "%") == read_measured(shown, "％ ") == 95
    assert why(read_measured(shown, "件")) == "number:percent"
    assert why(read_measured("9‰", "％")) == "percent:per-mille"


def test_a_unit_behind_the_number_is_taken_where_it_is_the_right_one() -> None:
    assert read_measured("120 万元", "万元") == 120
    assert why(read_measured("120 元", "万元")) == "number:unit"


@pytest.mark.parametrize(
    ("typed", "money"),
    [
        ("¥100,000", Money(Decimal(100000), "CNY", "¥")),
        ("10万元", Money(Decimal(100000), "CNY", "万元")),
        ("1.5亿", Money(Decimal(150000000), "", "亿")),
        ("USD 1,200.50", Money(Decimal("1200.50"), "USD", "USD")),
        ("-¥5", Money(Decimal(-5), "CNY", "¥")),
        ("1,200元整", Money(Decimal(1200), "CNY", "元")),
        ("100 元 CNY", Money(Decimal(100), "CNY", "元 CNY")),
        ("42", Money(Decimal(42))),
    ],
)
def test_money_comes_with_its_currency_and_unit(typed: str, money: Money) -> None:
    assert read_money(typed) == money


def test_money_that_cannot_be_read_says_why() -> None:
    assert why(read_money("¥5 USD")) == "money:currencies"
    assert why(read_money("50,5元")) == "number:decimal-comma"
    assert why(read_money("9" * 29 + "万")) == "number:too-long"
    assert why(read_money("five")) == "number:unreadable"


@given(NUMBERS)
def test_a_number_that_cairn_writes_is_read_back_as_itself(number: Decimal) -> None:
    found = read_number(plain(number))
    assert found == number
    assert isinstance(found, Decimal) and found.as_tuple().exponent == number.as_tuple().exponent


@given(NUMBERS)
def test_full_width_is_the_same_number(number: Decimal) -> None:
    assert read_number(plain(number).translate(HALF_TO_FULL)) == read_number(plain(number))


@given(
    st.integers(-(10**12), 10**12),
    st.text("0123456789", min_size=1, max_size=9).filter(lambda t: len(t) != 3),
)
def test_a_decimal_comma_is_never_taken_for_thousands(whole: int, places: str) -> None:
    assert why(read_number(f"{whole},{places}")) == "number:decimal-comma"


@given(NUMBERS)
def test_thousands_separators_change_nothing(number: Decimal) -> None:
    assert read_number(f"{number:,f}") == number


@given(st.text() | st.text("0123456789.,-+eE %¥元万() '", max_size=12) | st.floats() | st.integers())
def test_reading_a_number_never_raises(typed: str | float) -> None:
    for found in (read_number(typed), read_percentage(typed), read_money(typed), read_whole(typed)):
        assert isinstance(found, Decimal | Money | int) or found.text("zh") != found.message.id
