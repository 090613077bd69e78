"""Numbers and names as rules compare them: no number without end, no name that only looks the same."""

import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, BeforeValidator

MOST_DIGITS = 30
"""Digits of a number written out in full, before and after the point together."""


def normalised(written: object) -> object:
    """A text in one form (NFKC) without blanks around it (RULES M1): `％` is `%`, `"万元 "` is `万元`."""
    return unicodedata.normalize("NFKC", written).strip() if isinstance(written, str) else written


Normalised = Annotated[str, BeforeValidator(normalised)]
"""A unit, key or id."""


def is_bounded(number: Decimal) -> bool:
    """Whether a number is finite and needs at most 30 digits when it is written out."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        return False
    return number == 0 or max(number.adjusted() + 1, 0) + max(-exponent, 0) <= MOST_DIGITS


def unbounded(value: object, path: str = "") -> Iterator[str]:
    """The paths of numbers that are too long, in a model and whatever it holds."""
    match value:
        case Decimal():
            if not is_bounded(value):
                yield path
        case Fraction():
            if max(abs(value.numerator), value.denominator) >= 10**MOST_DIGITS:
                yield path
        case BaseModel():
            for name in type(value).model_fields:
                yield from unbounded(getattr(value, name), f"{path}.{name}".lstrip("."))
        case Mapping():
            for name, each in value.items():
                yield from unbounded(each, f"{path}.{name}".lstrip("."))
        case tuple() | list():
            for number, each in enumerate(value):
                yield from unbounded(each, f"{path}.{number}".lstrip("."))
