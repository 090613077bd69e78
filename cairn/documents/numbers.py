"""Numbers as people write them, exactly: never a binary float, never a decimal comma taken for thousands.

A comma, blank or apostrophe separates thousands only where it stands before every group of three digits. So `1,234`
is 1234: in Chinese and English nobody writes decimals with a comma, and a file of decimal commas soon has a
`12,5`, for which all of it is refused. `0,125` and `50,5` are refused with the number that was probably meant.
"""

import math
import re
from collections.abc import Iterable
from decimal import Context, Decimal, Inexact

from cairn.documents.cells import Cell, Given, cell_of, half_width, quoted
from cairn.documents.mistakes import Mistake, mistake

MOST_DIGITS = 30
"""Digits of a number that is written out in full, before and after the point together."""
LONGEST = 100
ADDING = Context(prec=200, traps=[Inexact])
"""Sums have all their digits, or fail."""
EXACT_IN_BINARY = 15
"""A decimal of so many digits survives in a binary float; one of more may be the noise of a computation."""

DIGITS = r"(?:\d+\.?\d*|\.\d+)"
PLAIN = re.compile(rf"[+-]?{DIGITS}(?:[eE][+-]?\d+)?", re.ASCII)
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}([, '’])\d{3}(?:\1\d{3})*(?:\.\d+)?", re.ASCII)
SEPARATORS = re.compile(r"[, '’]")

NOT_FINITE = re.compile(r"[+-]?(?:s?nan|inf|infinity|∞)", re.IGNORECASE)
DECIMAL_COMMA = re.compile(r"([+-]?)(\d{1,3}(?:[. '’]\d{3})+|\d*),(\d+)", re.ASCII)
DOTS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3}){2,}", re.ASCII)
PER_CENT = re.compile(r"(.*[^ ]) ?%")
NEGATIVE = re.compile(r"\((.+)\)|(.+)-")
WITH_UNIT = re.compile(rf"([+-]?(?:[1-9]\d{{0,2}}(?:,\d{{3}})+(?:\.\d+)?|{DIGITS})) ?(\D+)", re.ASCII)


def read_number(given: Given) -> Decimal | Mistake:
    """An exact decimal, with the places that were written and without exponent.

    Takes full-width digits and signs, unambiguous thousands separators and exponents; a float only where its
    digits are surely those that were meant. At most 30 digits.
    """
    cell = cell_of(given)
    return cell if isinstance(cell, Mistake) else _number(cell)


def read_whole(given: Given, least: int | None = None, most: int | None = None) -> int | Mistake:
    """A whole number between `least` and `most`; `5.0` is 5."""
    number = read_number(given)
    if isinstance(number, Mistake):
        return number
    if number != number.to_integral_value():
        return mistake("number:not-whole", written=plain(number))
    if least is not None and number < least:
        return mistake("number:too-small", written=plain(number), least=str(least))
    if most is not None and number > most:
        return mistake("number:too-large", written=plain(number), most=str(most))
    return int(number)


def plain(number: Decimal) -> str:
    """A number in plain digits, as many as it has; `read_number` reads it back as itself."""
    return format(number, "f")


def exact_sum(numbers: Iterable[Decimal]) -> Decimal:
    """The sum with all its digits, whatever the precision of the context."""
    total = Decimal(0)
    for number in numbers:
        total = ADDING.add(total, number)
    return total


def shifted(number: Decimal, places: int) -> Decimal:
    """The number times ten to the power of `places`, with all its digits and without exponent."""
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    return _written_out(Decimal((sign, digits, exponent + places)))


def _number(cell: Cell) -> Decimal | Mistake:
    if isinstance(cell.value, float):
        return _of_float(cell.value)
    if isinstance(cell.value, bool):
        return mistake("number:unreadable", written=cell.text)
    if cell.value is not None and not isinstance(cell.value, int | Decimal):
        return mistake("number:is-a-date", written=cell.text)
    written, text = quoted(cell.text), half_width(cell.text)
    if not text:
        return mistake("cell:empty")
    if len(text) > LONGEST:
        return mistake("number:too-long", written=written, most=MOST_DIGITS)
    number = _read(text)
    return _why(text, written) if number is None else _within_limits(number, written)


def _read(text: str) -> Decimal | None:
    """The number that plain text is, whatever its size; None where it is none."""
    if GROUPED.fullmatch(text):
        return Decimal(SEPARATORS.sub("", text))
    if not PLAIN.fullmatch(text):
        return None
    mantissa, _, exponent = text.lower().partition("e")
    power = exponent.lstrip("+-").lstrip("0") or "0"
    # Beyond four digits of exponent a number is refused whatever it is; Decimal itself gives up at eighteen.
    bounded = power if len(power) <= 4 else "9999"
    return Decimal(f"{mantissa}e{'-' if exponent.startswith('-') else ''}{bounded}")


def _within_limits(number: Decimal, written: str) -> Decimal | Mistake:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    if max(number.adjusted() + 1, 0) + max(-exponent, 0) > MOST_DIGITS:
        return mistake("number:too-long", written=written, most=MOST_DIGITS)
    return _written_out(number)


def _written_out(number: Decimal) -> Decimal:
    """The same number without exponent, and without the sign of a negative zero."""
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    number = number.copy_abs() if number == 0 else number
    return Decimal(format(number, "f")) if exponent > 0 else number


def _of_float(value: float) -> Decimal | Mistake:
    """A float that a decimal of fifteen digits fully says was that decimal; any other one was computed."""
    if not math.isfinite(value):
        return mistake("number:not-finite", written=repr(value))
    short = format(value, f".{EXACT_IN_BINARY}g")
    if float(short) != value:
        return mistake("number:binary", written=repr(value))
    return _within_limits(Decimal(short), repr(value))


def _why(text: str, written: str) -> Mistake:
    """Why a text is no number, with what was probably meant where that can be told."""
    if NOT_FINITE.fullmatch(text):
        return mistake("number:not-finite", written=written)
    if meant := _percent_meant(text):
        return mistake("number:percent", written=written, meant=meant)
    if DECIMAL_COMMA.fullmatch(text):
        return mistake("number:decimal-comma", written=written, meant=_without_commas(text))
    if DOTS.fullmatch(text):
        return mistake("number:dots", written=written, meant=_without_commas(text))
    if (found := NEGATIVE.fullmatch(text)) and _read(inner := (found[1] or found[2]).strip()):
        return mistake("number:negative", written=written, meant=f"-{inner.lstrip('+-')}")
    if (found := WITH_UNIT.fullmatch(text)) and (found[2][0].isalpha() or found[2][0] in "$€£¥°"):
        return mistake("number:unit", written=written, number=found[1], unit=quoted(found[2]))
    return mistake("number:unreadable", written=written)


def _percent_meant(text: str) -> str | None:
    """`95` of `95 %`."""
    found = PER_CENT.fullmatch(text)
    return found[1] if found and _read(found[1]) is not None else None


def _without_commas(text: str) -> str:
    """`1.234,5` as 1234.5, `1.234.567` as 1234567."""
    whole, _, places = text.partition(",")
    whole = re.sub(r"[. '’]", "", whole)
    return (f"{whole}." if whole.lstrip("+-") else f"{whole}0.") + places if places else whole
