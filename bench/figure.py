"""What a benchmark gives: a figure of ours, its floor in the same run, and the bar it has to reach."""

from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True, slots=True)
class Bar:
    """What has to be reached. `of` says what is compared: the ratio ours / floor, or our figure itself."""

    reach: float
    at_least: bool = True
    of: Literal["ratio", "figure"] = "ratio"

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {self.reach:,g}" + (" ×" if self.of == "ratio" else "")

    def met_by(self, value: float) -> bool:
        return value >= self.reach if self.at_least else value <= self.reach


@dataclass(frozen=True, slots=True)
class Figure:
    """One row. `ours`, `floor` and `ratio` are medians over the rounds, the ratio of the pairs of each round.

    `size` is what the row was measured with ("10⁵ events", "slow disk"); `events` counts what the log held then, None
    where it does not matter; `note` is what the reader has to know.
    """

    row: str
    what: str
    size: str
    unit: str
    ours: float
    floor: float | None = None
    beside: str = ""
    ratio: float | None = None
    bar: Bar | None = None
    events: int | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the bar is reached; None where there is none."""
        if self.bar is None:
            return None
        value = self.ratio if self.bar.of == "ratio" else self.ours
        return value is not None and self.bar.met_by(value)


def against(
    ours: list[float], floor: list[float], *, row: str, what: str, size: str, unit: str, beside: str,
    bar: Bar | None = None, events: int | None = None, note: str = "",
) -> Figure:  # fmt: skip
    """A row from rounds that alternated: neighbours in time are compared, so a busy minute hits both sides."""
    ratios = [mine / theirs for mine, theirs in zip(ours, floor, strict=True)]
    return Figure(
        row, what, size, unit, median(ours), median(floor), beside, median(ratios), bar, events, note
    )


def quantile(values: list[float], share: float) -> float:
    """The value below which that share of them lies."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def named(events: int) -> str:
    """100000 → "10⁵ events"."""
    power = len(str(events)) - 1
    if events != 10**power:
        return f"{events:,} events"
    return f"10{str(power).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))} events"
