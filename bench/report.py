"""Shows the figures: a table on the terminal, docs/benchmarks.md, and the figures as JSON beside the plots."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figure import Bar, Figure
from bench.growth import SLOWEST, Grown, grown

DOCS = Path(__file__).parents[1] / "docs"
STORED = DOCS / "benchmarks" / "figures.json"
COST = "cost-"
HEAD = ("work", "size", "beside", "floor", "ours", "ratio", "bar", "met")


def show(figures: Sequence[Figure], facts: dict[str, str], console: Console) -> None:
    """The tables and the machine."""
    table = Table(title="Cairn, beside its floors in the same run")
    for name in HEAD:
        table.add_column(name, justify="right" if name in ("floor", "ours", "ratio") else "left")
    for figure in _rows(figures):
        colour = {True: "green", False: "red", None: ""}[figure.met]
        table.add_row(*cells(figure), style=colour)
    console.print(table)
    others = {"Growth of the log": _grown_lines(figures), "An append, step by step": _cost_lines(figures)}
    for title, lines in others.items():
        if len(lines) > 1:
            extra = Table(*lines[0], title=title)
            for line in lines[1:]:
                extra.add_row(*line)
            console.print(extra)
    for name, value in facts.items():
        console.print(f"{name}: {value}", style="dim")


def _rows(figures: Sequence[Figure]) -> list[Figure]:
    """The rows of the first table: all but the steps of an append, which have a table of their own."""
    return [figure for figure in figures if not figure.row.startswith(COST)]


def cells(figure: Figure) -> tuple[str, ...]:
    """A row of the table, in the order of HEAD."""
    return (
        figure.what,
        figure.size,
        figure.beside or "–",
        "–" if figure.floor is None else amount(figure.floor, figure.unit),
        amount(figure.ours, figure.unit),
        "–" if figure.ratio is None else f"{figure.ratio:.2f} ×",
        "–" if figure.bar is None else _bar(figure),
        {True: "yes", False: "NO", None: "–"}[figure.met],
    )


def _bar(figure: Figure) -> str:
    return str(figure.bar) + ("" if figure.bar and figure.bar.of == "ratio" else f" {figure.unit}")


def amount(value: float, unit: str) -> str:
    """12345.6 → "12,346 events/s", 1.234 → "1.2 ms"."""
    return f"{value:,.1f} {unit}" if abs(value) < 100 else f"{value:,.0f} {unit}"


def store(figures: Sequence[Figure], facts: dict[str, str]) -> tuple[list[Figure], dict[str, str]]:
    """Keeps the figures; those of rows that were not measured this time stay. Returns all that are known now."""
    known, _ = stored()
    fresh = {(figure.row, figure.size): figure for figure in figures}
    merged = [fresh.pop((old.row, old.size), old) for old in known]
    merged += [figure for figure in figures if (figure.row, figure.size) in fresh]
    STORED.parent.mkdir(parents=True, exist_ok=True)
    kept = {"facts": facts, "figures": [asdict(figure) for figure in merged]}
    STORED.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return merged, facts


def stored() -> tuple[list[Figure], dict[str, str]]:
    """What earlier runs have kept; nothing where there was none."""
    if not STORED.exists():
        return [], {}
    kept = json.loads(STORED.read_text("utf-8"))
    figures = [Figure(**{**row, "bar": Bar(**row["bar"]) if row["bar"] else None}) for row in kept["figures"]]
    return figures, kept["facts"]


def write(figures: Sequence[Figure], facts: dict[str, str], plots: Sequence[str]) -> None:
    """docs/benchmarks.md: the words of bench/words.md around this run's tables and plots."""
    words = Path(__file__).with_name("words.md").read_text("utf-8")
    parts = {
        "[machine]": "\n".join(f"* {name}: {value}" for name, value in facts.items()),
        "[verdict]": verdict(figures),
        "[table]": _markdown([HEAD, *map(cells, _rows(figures))]),
        "[growth]": _markdown(_grown_lines(figures)),
        "[cost]": _markdown(_cost_lines(figures)),
        "[plots]": "\n\n".join(f"![{name}](benchmarks/{name}.svg)" for name in plots),
        "[notes]": _notes(figures),
    }
    for mark, text in parts.items():
        words = words.replace(mark, text)
    (DOCS / "benchmarks.md").write_text(words, encoding="utf-8")


def missed(figures: Sequence[Figure]) -> list[str]:
    """What does not reach its bar, or does not hold while the log grows, in words."""
    short = [
        f"{figure.what}, {figure.beside or 'alone'} ({figure.size}: {cells(figure)[5 if figure.ratio else 4]})"
        for figure in figures
        if figure.met is False
    ]
    return short + [
        f"{line.figures[0].what} while the log grows ({line.ratio:.2f} ×)"
        for line in grown(figures)
        if not line.flat
    ]


def verdict(figures: Sequence[Figure]) -> str:
    """How many bars are met, in one sentence."""
    short, bars = missed(figures), sum(figure.bar is not None for figure in figures) + len(grown(figures))
    met = f"{bars - len(short)} of {bars} bars are met."
    return met + (f" Missed: {'; '.join(short)}." if short else "")


def _grown_lines(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    lines = grown(figures)
    sizes = sorted({figure.events or 0 for line in lines for figure in line.figures})
    names = {figure.events: figure.size for line in lines for figure in line.figures}
    flat = f"flat (≥ {SLOWEST:g} ×, times ≤ {1 / SLOWEST:.2f} ×)"
    head = ("work", *(names[size] for size in sizes), "largest ÷ smallest", flat)
    return [head, *(_grown_line(line, sizes) for line in lines)]


def _grown_line(line: Grown, sizes: Sequence[int]) -> tuple[str, ...]:
    found = {figure.events: amount(figure.ours, figure.unit) for figure in line.figures}
    at_sizes = (found.get(size, "–") for size in sizes)
    return (line.figures[0].what, *at_sizes, f"{line.ratio:.2f} ×", "yes" if line.flat else "NO")


def _cost_lines(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    costs = [figure for figure in figures if figure.row.startswith(COST)]
    sizes = list(dict.fromkeys(figure.size for figure in costs))
    found = {(figure.what, figure.size): amount(figure.ours, figure.unit) for figure in costs}
    parts = dict.fromkeys(figure.what for figure in costs)
    return [("step", *sizes), *((part, *(found.get((part, size), "–") for size in sizes)) for part in parts)]


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    head, *rest = lines
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rest))


def _notes(figures: Sequence[Figure]) -> str:
    return "\n".join(f"* {figure.what}, {figure.size}: {figure.note}" for figure in figures if figure.note)
