"""A year's results as they were and as another policy would have made them, side by side."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from cairn.domain.difference.steps import Difference
from cairn.domain.event import Fact
from cairn.domain.exact import Exact
from cairn.domain.sheet.events import Holder

NONE = ""
"""The grade of whoever has none."""


class Side(Fact):
    """A result: exact points, the rounded ones, the grade that follows from them and what it is worth."""

    points: Exact | None
    rounded: Decimal | None
    grade: str | None
    coefficient: Decimal | None


class Compared(Fact):
    """Somebody's result before and after. `counts` is False of sheets that another sheet of the year took in, and of
    those of departments and the company; `by_people` says that a calibration or an appeal had moved the grade, which
    the other policy does not know; `by_grades` that the other policy grades the same points otherwise. `difference` has
    the steps where the points are not the same."""

    sheet: str
    holder: str
    kind: Holder
    family: str | None
    counts: bool
    by_people: bool
    by_grades: bool
    before: Side
    after: Side
    difference: Difference | None

    @property
    def moves(self) -> bool:
        """Whether the grade is another one."""
        return self.before.grade != self.after.grade

    @property
    def cost(self) -> Decimal:
        """What the coefficient rises by."""
        return (self.after.coefficient or Decimal(0)) - (self.before.coefficient or Decimal(0))


class Sum(Fact):
    """All results of people on one side: how many have each grade (`""`: none), and the sum of their coefficients."""

    grades: dict[str, int]
    coefficients: Decimal

    @classmethod
    def of(cls, sides: Iterable[Side]) -> "Sum":
        every = list(sides)
        grades = Counter(each.grade or NONE for each in every)
        worth = sum((each.coefficient or Decimal(0) for each in every), Decimal(0))
        return cls(grades=dict(grades), coefficients=worth)


class Comparison(Fact):
    """A cycle's results under their own policy and under another one. `order` are the grades of both, best first."""

    cycle: str
    policy: str
    order: tuple[str, ...]
    results: tuple[Compared, ...]

    @property
    def people(self) -> list[Compared]:
        """The results that count: one of each person."""
        return [each for each in self.results if each.counts]

    @property
    def before(self) -> Sum:
        return Sum.of(each.before for each in self.people)

    @property
    def after(self) -> Sum:
        return Sum.of(each.after for each in self.people)

    def seen(self, holders: Iterable[str]) -> "Comparison":
        """The same of some holders alone."""
        known = frozenset(holders)
        return self.model_copy(
            update={"results": tuple(each for each in self.results if each.holder in known)}
        )
