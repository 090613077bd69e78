"""Shows the figures: a table on the terminal, docs/benchmarks.md, and the figures as JSON beside the plots."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figure import Bar, Figure

DOCS = Path(__file__).parents[1] / "docs"
STORED = DOCS / "benchmarks" / "figures.json"
HEAD = ("work", "size", "beside", "floor", "ours", "ratio", "bar", "met")


def show(figures: Sequence[Figure], facts: dict[str, str], console: Console) -> None:
    """The table and the machine."""
    table = Table(title="Cairn, beside its floors in the same run")
    for name in HEAD:
        table.add_column(name, justify="right" if name in ("floor", "ours", "ratio") else "left")
    for figure in figures:
        colour = {True: "green", False: "red", None: ""}[figure.met]
        table.add_row(*cells(figure), style=colour)
    console.print(table)
    for name, value in facts.items():
        console.print(f"{name}: {value}", style="dim")


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
    return f"{value:,.1f} {unit}" if value < 100 else f"{value:,.0f} {unit}"


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
        "[table]": _table(figures),
        "[plots]": "\n\n".join(f"![{name}](benchmarks/{name}.svg)" for name in plots),
        "[notes]": _notes(figures),
    }
    for mark, text in parts.items():
        words = words.replace(mark, text)
    (DOCS / "benchmarks.md").write_text(words, encoding="utf-8")


def verdict(figures: Sequence[Figure]) -> str:
    """How many bars are met, in one sentence."""
    barred = [figure for figure in figures if figure.bar]
    missed = [
        f"{figure.what}, {figure.beside or 'alone'} ({figure.size}: {cells(figure)[5 if figure.ratio else 4]})"
        for figure in barred
        if not figure.met
    ]
    met = f"{len(barred) - len(missed)} of {len(barred)} bars are met."
    return met + (f" Missed: {'; '.join(missed)}." if missed else "")


def _table(figures: Sequence[Figure]) -> str:
    lines = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    lines += [f"| {' | '.join(cells(figure))} |" for figure in figures]
    return "\n".join(lines)


def _notes(figures: Sequence[Figure]) -> str:
    return "\n".join(f"* {figure.what}, {figure.size}: {figure.note}" for figure in figures if figure.note)
