"""A value that a model wants as a number or a day, read from whatever it was written as."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

from cairn.documents.dates import read_date
from cairn.documents.mistakes import Mistake
from cairn.documents.numbers import read_number
from cairn.documents.shape import alternatives, value_at

QUOTIENT = re.compile(r"-?\d+/\d+")
"""An exact number as events hold it where it has no end."""


def read_value(value: object, annotation: object) -> object | Mistake:
    """The number or day that a text or number stands for, where the annotation wants one; else the value as it is,
    for the schema to judge."""
    kind = value_at(annotation)
    if kind is None or isinstance(value, bool) or not isinstance(value, str | int | float | Decimal | date):
        return value
    if kind is date:
        return read_date(value)
    if isinstance(value, date) or (Fraction in alternatives(annotation) and QUOTIENT.fullmatch(str(value))):
        return value
    number = read_number(value)
    if kind is int and isinstance(number, Decimal) and number == number.to_integral_value():
        return int(number)
    return number
