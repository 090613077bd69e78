"""The words that all parts of a policy share: kinds of period, percentages, limits, names in two languages."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from cairn.domain.event import Fact

PeriodKind = Literal["month", "quarter", "half_year", "year"]
Percent = Annotated[Decimal, Field(ge=0, le=100)]


def _without_limit(value: object) -> object:
    return None if value == "none" else value


Limit = Annotated[Decimal | None, BeforeValidator(_without_limit)]
"""A limit, or `none` for no limit."""


class Name(Fact):
    """A name in the two languages people read."""

    zh: str
    en: str

    def text(self, language: str) -> str:
        return self.en if language == "en" else self.zh
