"""How a sentence is made from its template and arguments: what each spec of a placeholder means.

- `{sum:number}` grouped, two places at most; `{share:percent}` one place and the sign;
- `{on:day}` 2026-01-31; `{at:moment}` 2026-01-31 09:00 on the clock of the value's own zone;
- `{n:plural,goal,goals}` the first word where n is 1, else the second (Chinese has no use for it);
- `{stage:stage}`, any other name of two letters or more: the term `stage:<value>`, said with the same arguments;
- anything else is Python's own, as in `{seconds:.1f}`.

A list of values is joined as the language lists things, a Message is said in the same language, nothing is "–".
What cannot be filled or written so is shown as it is: a reader gets the rest of the sentence, never an error.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from string import Formatter
from typing import Any, Protocol, runtime_checkable

from cairn.i18n.catalogues import Language, sentence
from cairn.i18n.values import VALUES

NOTHING = "–"
CODE = re.compile(r"[a-z][a-z_]+:(\S+)")
TERM = re.compile(r"[a-z][a-z_]+")
PLAIN = (str, int, float, Decimal, Fraction, date, type(None))
"""What says nothing by itself, most of what is said: to find that out by `Sayable` takes longer than to say it."""
ENUMERATED: dict[Language, str] = {"zh": "、", "en": ", "}


@runtime_checkable
class Sayable(Protocol):
    """Whatever can be said in a language, alone or within a sentence: a message, a name in both languages."""

    def text(self, language: Language, /) -> str: ...


def spoken(id: str, arguments: Mapping[str, Any], language: Language) -> str:
    """The sentence of an id with its placeholders filled; of a code without an entry, the name in it."""
    template = sentence(language, id)
    if template == id and (code := CODE.fullmatch(id)):
        return code[1]
    return _filled(template, arguments, language)


def _filled(template: str, arguments: Mapping[str, Any], language: Language) -> str:
    return "".join(
        literal if name is None else literal + _placed(name, spec or "", arguments, language)
        for literal, name, spec in _parsed(template)
    )


@cache
def _parsed(template: str) -> tuple[tuple[str, str | None, str | None], ...]:
    try:
        return tuple((literal, name, spec) for literal, name, spec, _ in Formatter().parse(template))
    except ValueError:  # a lone brace: no template, but text
        return ((template, None, None),)


def _placed(name: str, spec: str, arguments: Mapping[str, Any], language: Language) -> str:
    if name not in arguments:
        return "{" + name + "}"
    return _written(arguments[name], spec, arguments, language)


def _written(value: Any, spec: str, arguments: Mapping[str, Any], language: Language) -> str:
    if not isinstance(value, PLAIN) and isinstance(value, Sayable):
        return value.text(language)
    if isinstance(value, list | tuple):
        return ENUMERATED[language].join(_written(each, spec, arguments, language) for each in value)
    if value is None:
        return NOTHING
    if spec.startswith("plural,"):
        return spec.split(",")[1 if str(value) == "1" else 2]
    try:
        if spec in VALUES:
            return VALUES[spec](value)
        if TERM.fullmatch(spec):
            return _term(spec, str(value), arguments, language)
        return format(value, spec)
    except (ValueError, TypeError, ArithmeticError):
        return str(value)


def _term(kind: str, value: str, arguments: Mapping[str, Any], language: Language) -> str:
    """A term's words, said with the arguments of its sentence; a value that is in no vocabulary, as it is."""
    id = f"{kind}:{value}"
    template = sentence(language, id)
    return value if template == id else _filled(template, arguments, language)
