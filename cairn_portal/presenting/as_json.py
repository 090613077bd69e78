"""Answers for programs: JSON whose decimals are plain digits, as many as were stored, and exact numbers what they are
in events: `98.5`, or `859095/9000` where they have no end."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pydantic import BaseModel
from pydantic_core import from_json, to_json

from cairn.documents.numbers import plain
from cairn.domain.exact import written
from cairn.domain.private_text import Unreadable
from cairn.i18n import Language, Message

LONGEST = 400
"""Places beyond which a number is shown with its exponent after all: nobody reads so many zeros."""


def as_json(value: object, language: Language = "en") -> str:
    """A value as one indented JSON document. Decimals become texts such as "100000.0", never "1.0E+5"; messages become
    sentences in the language."""
    return to_json(_plain(value, language), indent=2).decode()


def plain_value(value: object, language: Language = "en") -> Any:
    """The same as a value of lists, dicts, texts and numbers that any encoder of JSON takes."""
    return from_json(to_json(_plain(value, language)))


def _plain(value: Any, language: Language) -> Any:
    match value:
        case Unreadable():
            return value.marked
        case Message():
            return value.text(language)
        case Decimal():
            short = value.is_finite() and abs(value.adjusted()) <= LONGEST
            return plain(value) if short else str(value)
        case Fraction():
            return written(value)
        case BaseModel():
            return _plain(value.model_dump(), language)
        case Mapping():
            return {name: _plain(each, language) for name, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(each, language) for each in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {each.name: _plain(getattr(value, each.name), language) for each in fields(value)}
    return value
