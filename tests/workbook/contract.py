"""A goal contract of one person in one cycle, as a worksheet has it: what is given, before any formula."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

STARTS, ENDS = date(2026, 1, 1), date(2026, 12, 31)
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
LETTERS = {"quarter": "Q", "half_year": "H"}


@dataclass(frozen=True)
class Goal:
    """One line of the contract. A KPI has numbers, a task the days on which its criteria were accepted (None: never),
    a rating has points by period."""

    key: str
    title: str
    weight: float
    kind: Literal["kpi", "task", "rating"] = "kpi"
    unit: str = ""
    aggregation: Literal["sum", "mean", "last", "ratio"] = "sum"
    lower: bool = False
    proportional: bool = False
    baseline: float | None = None
    threshold: float | None = None
    target: float | None = None
    stretch: float | None = None
    scored_in: tuple[str, ...] = ()
    due: date | None = None
    accepted: tuple[date | None, ...] = ()
    ratings: Mapping[str, float] = field(default_factory=dict)
    approved: date = date(2026, 1, 8)

    @property
    def adds_up(self) -> bool:
        return self.kind == "kpi" and self.aggregation == "sum"


@dataclass(frozen=True)
class Reading:
    """What a system says of a goal on a day; `later` is what it said instead, from the day `on_record` on."""

    day: date
    goal: str
    value: float
    base: float | None = None
    later: float | None = None
    on_record: date | None = None


@dataclass(frozen=True)
class Change:
    """Another target of the year, confirmed twice by a day (RULES T3)."""

    goal: str
    target: float
    on: date


@dataclass(frozen=True)
class Below:
    """A subordinate: who, first and last day under this manager, result."""

    who: str
    first: date
    last: date
    result: float


@dataclass(frozen=True)
class Contract:
    """What one sheet is made of. `version` names periods that were scored before everything was known, and the day of
    that; `until` is the last day where a person's family changes."""

    family: str
    goals: tuple[Goal, ...]
    readings: tuple[Reading, ...] = ()
    since: date = STARTS
    until: date = ENDS
    change: Change | None = None
    first_version: tuple[str, date] | None = None
    below: tuple[Below, ...] = ()


@dataclass(frozen=True)
class Case:
    """One worksheet: its name, what it shows in both languages, and one contract, or two one after another."""

    key: str
    name: str
    zh: str
    en: str
    notes: tuple[str, ...]
    contracts: tuple[Contract, ...]


def key_of(kind: str, number: int) -> str:
    """`M03`, `Q2`, `H1`, `Y`."""
    return "Y" if kind == "year" else f"M{number:02d}" if kind == "month" else f"{LETTERS[kind]}{number}"
