"""What growth of the log does: every row that was measured with several sizes, the largest beside the smallest."""

from collections.abc import Sequence
from typing import NamedTuple

from bench.figure import Figure

SLOWEST = 0.7
"""A log a hundred times as long may cost this much of a rate, or make a time longer by its inverse; more is growth."""


class Grown(NamedTuple):
    """One row over sizes. `ratio` is the largest log's figure by the smallest one's; `flat` says whether it held."""

    figures: tuple[Figure, ...]
    ratio: float
    flat: bool


def grown(figures: Sequence[Figure]) -> list[Grown]:
    """The rows there are for more than one size of the log, sizes ascending; each figure of ours once."""
    lines: dict[tuple[str, str], dict[int, Figure]] = {}
    for figure in figures:
        if figure.events and "slow" not in figure.size:
            lines.setdefault((figure.what, figure.unit), {}).setdefault(figure.events, figure)
    found = []
    for (_, unit), sizes in lines.items():
        if len(sizes) > 1:
            line = tuple(sizes[events] for events in sorted(sizes))
            ratio = line[-1].ours / line[0].ours
            found.append(Grown(line, ratio, ratio <= 1 / SLOWEST if unit == "ms" else ratio >= SLOWEST))
    return found
