"""A refusal: what may not be done now, in which field, and the facts of the case. Its sentence is made by the reader's
side (`cairn.i18n.refusals`): here are codes and values alone."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from cairn.domain.exact import written

FactValue = str | tuple[str, ...] | None
"""A fact of a refusal as it travels and is stored: text, several texts, or nothing."""


class Refusal(Exception):
    """Raised by deciders. `code` is stable for programs, `field` is where the command is wrong, where there is one.

    `facts` fill the sentence's placeholders: codes (`stage="draft"`) and values, written as JSON can hold them.
    """

    def __init__(self, code: str, *, field: str | None = None, **facts: object) -> None:
        self.code = code
        self.field = field
        self.facts: dict[str, FactValue] = {name: fact_value(value) for name, value in facts.items()}
        super().__init__(told(code, self.facts))


def fact_value(value: object) -> FactValue:
    """A value as a fact: numbers exactly, days and moments by ISO 8601, lists as tuples, in their order."""
    match value:
        case None:
            return None
        case list() | tuple():
            return tuple(map(str, value))
        case Decimal():
            return format(value, "f")
        case Fraction():
            return written(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)


def told(code: str, facts: Mapping[str, FactValue]) -> str:
    """A refusal for logs: `goal.unknown (goal=goal-1)`."""
    listed = ", ".join(f"{name}={value}" for name, value in facts.items())
    return f"{code} ({listed})" if listed else code
