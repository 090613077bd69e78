"""Exact numbers (RULES N1): decimals come in, rationals are computed with, and one rounding goes out.

In events an exact number is a text: `98.5` where it has an end, `859095/9000` where it has none.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer
from pydantic_core import PydanticKnownError

DIGITS = 1000
"""Digits before and after the point that are computed with: a slip of a key hangs nobody's year."""
LARGEST = Fraction(10**DIGITS)
LONGEST = 3_900
"""Digits of a numerator or denominator that are stored."""
FINE = 10**60
ZERO, ONE, HUNDRED = Fraction(0), Fraction(1), Fraction(100)


def exact(value: object) -> Fraction:
    """A number as a rational: an int, a Decimal, a Fraction, or one of them as text. Raises ValueError for anything
    else. What is 10**1000 and more counts as that, what is below 10**-1000 is cut off."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, str) and "/" in value:
        above, _, below = value.partition("/")
        return Fraction(int(above), int(below))
    try:
        number = Decimal(str(value).strip()) if not isinstance(value, Decimal) else value
    except ArithmeticError:
        raise ValueError(f"{value} is no number") from None
    if not number.is_finite():
        raise ValueError(f"{value} is no number")
    if number and number.adjusted() >= DIGITS:
        return LARGEST if number > 0 else -LARGEST
    if number.adjusted() < -DIGITS:
        return ZERO
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -DIGITS:
        return Fraction(int(Fraction(number) * 10**DIGITS), 10**DIGITS)
    return Fraction(number)


def maybe_exact(value: Decimal | Fraction | None) -> Fraction | None:
    """The same, nothing where nothing is given."""
    return None if value is None else exact(value)


def written(value: Fraction) -> str:
    """An exact number as events hold it: as a decimal where it ends, else as `p/q`."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    return format(Decimal(f"{value.numerator * 10**places // value.denominator}E-{places}"), "f")


def _storable(value: object) -> Fraction:
    """A number short enough to store: one with thousands of digits is kept to sixty places."""
    try:
        number = exact(value)
    except (ValueError, ZeroDivisionError):
        raise PydanticKnownError("decimal_parsing") from None
    if max(abs(number.numerator), number.denominator) < 10**LONGEST:
        return number
    return max(-LARGEST, min(LARGEST, Fraction(round(number * FINE), FINE)))


Exact = Annotated[Fraction, BeforeValidator(_storable), PlainSerializer(written, return_type=str)]
"""A field that holds an exact number."""


def rounded(value: Fraction, places: int) -> Decimal:
    """The one rounding: half up, away from zero, to so many places (859,095 ÷ 9,000 → 95.46)."""
    scaled = abs(value) * 10**places + Fraction(1, 2)
    whole = scaled.numerator // scaled.denominator
    return Decimal(f"{'-' if value < 0 and whole else ''}{whole}E-{places}")
