"""The pictures of docs/benchmarks.md: every ratio against its bar, and what growth of the log does."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib

from bench.figure import Figure

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "cairn"  # the same figures make the same file
GOOD, MISSED, BAR = "#2f7d4f", "#b3372f", "#555555"
GROWN = (
    "append-one",
    "append-batch-500-new-streams-of-2",
    "rebuild-goal",
    "read-sealed",
    "lag-p50",
    "as-of-p99",
)


def draw(figures: Sequence[Figure], folder: Path) -> list[str]:
    """Writes the plots as SVG and returns their names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for name, plot in (("bars", _bars), ("growth", _growth)):
        if plot(figures, folder / f"{name}.svg"):
            names.append(name)
    return names


def _bars(figures: Sequence[Figure], file: Path) -> bool:
    """How far each row is from its bar: 1 is the bar, right of it is met."""
    from matplotlib import pyplot

    barred = [figure for figure in figures if figure.bar]
    if not barred:
        return False
    picture, axes = pyplot.subplots(figsize=(9, 0.32 * len(barred) + 1))
    shares = [_share(figure) for figure in barred]
    colours = [GOOD if figure.met else MISSED for figure in barred]
    labels = [" · ".join(filter(None, (figure.what, figure.beside, figure.size))) for figure in barred]
    axes.barh(labels, shares, color=colours)
    axes.margins(y=0.01)
    axes.axvline(1, color=BAR, linewidth=1)
    axes.set_xscale("log")
    axes.invert_yaxis()
    axes.tick_params(labelsize=7)
    axes.set_xlabel("times the bar (1 = just met)", fontsize=8)
    picture.savefig(file, bbox_inches="tight", metadata={"Date": None})
    pyplot.close(picture)
    return True


def _share(figure: Figure) -> float:
    assert figure.bar is not None
    value = figure.ratio if figure.bar.of == "ratio" else figure.ours
    share = (value or 0.0) / figure.bar.reach
    return share if figure.bar.at_least else 1 / max(share, 1e-6)


def _growth(figures: Sequence[Figure], file: Path) -> bool:
    """Each row against the size of the log, relative to the smallest log it was measured with."""
    from matplotlib import pyplot

    picture, axes = pyplot.subplots(figsize=(7, 3.5))
    drawn = False
    for row in GROWN:
        found = [f for f in figures if f.row == row and f.events and f.size != "slow disk"]
        line = sorted((f.events or 0, f.ours, f"{f.what} ({f.unit})") for f in found)
        if len(line) > 1:
            axes.plot(
                [at for at, _, _ in line], [ours / line[0][1] for _, ours, _ in line], "o-", label=line[0][2]
            )
            drawn = True
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("events in the log", fontsize=8)
    axes.set_ylabel("relative to the smallest log", fontsize=8)
    if drawn:
        axes.legend(fontsize=7)
        picture.savefig(file, bbox_inches="tight", metadata={"Date": None})
    pyplot.close(picture)
    return drawn
