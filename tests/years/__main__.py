"""`make compare-years BASE=commit`: both example years as a commit scores them and as this tree does."""

import hashlib
import json
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from tests.years import export
from tests.years.differences import CannotRead, Explained, differences, explanations, sorted_out
from tests.years.export import CannotExport, Tables
from tests.years.playing import CannotPlay, Year, checked_out, commit_of, play, with_temporal

ROOT = Path(__file__).parents[2]
WORK = ROOT / ".cairn" / "compare-years"
EXPLAINED = ROOT / "docs" / "explained-differences.toml"
YEARS = ("company", "adventureworks")
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    base: Annotated[str, typer.Argument(metavar="COMMIT", help="The commit to compare this tree with")],
    years: Annotated[str, typer.Option(help="Which examples")] = " ".join(YEARS),
    data: Annotated[Path | None, typer.Option(help="Folder of AdventureWorks' files")] = None,
) -> None:
    """Exits with 1 where any score, result or stage differs that docs/explained-differences.toml does not explain."""
    try:
        explained = explanations(EXPLAINED)
        commit = commit_of(ROOT, base)
        wanted = [_year(name, data) for name in years.replace(",", " ").split()]
        same = _compared(commit, wanted, explained)
    except (CannotPlay, CannotExport, CannotRead) as error:
        typer.echo(f"✗ {error}", err=True)
        raise typer.Exit(2) from error
    raise typer.Exit(0 if same else 1)


def _year(name: str, data: Path | None) -> Year:
    if name not in YEARS:
        raise CannotPlay(f"There is no example year {name!r}; there are {' and '.join(YEARS)}.")
    if name == "company":
        return Year(name)
    if data is None or not data.is_dir():
        raise CannotPlay(f"AdventureWorks' files are not in {data}. Give their folder with DATA=folder.")
    return Year(name, data.resolve())


def _compared(commit: str, years: list[Year], explained: list[Explained]) -> bool:
    """Plays and compares the years; tells what differs. True where nothing does that is not explained."""
    path = with_temporal(WORK / "temporal")
    used: set[Explained] = set()
    same = True
    with ExitStack() as stack:
        tree: Path | None = None
        for year in years:
            kept = _kept(commit, year)
            if not kept.exists():
                tree = tree or stack.enter_context(checked_out(ROOT, commit, WORK / "base"))
                typer.echo(f"{year.name}: playing the year of {commit[:7]}")
                kept.write_text(json.dumps(play(tree, year, WORK / "home", path)), encoding="utf-8")
            before: Tables = json.loads(kept.read_text(encoding="utf-8"))
            typer.echo(f"{year.name}: playing the year of this tree")
            after = play(ROOT, year, WORK / "home", path)
            same &= _told(year, before, after, explained, used)
    for each in explained:
        if each not in used:
            typer.echo(f"Explains nothing here: {each.of} ({each.reason})")
    return same


def _kept(commit: str, year: Year) -> Path:
    """A commit's year is played once: what it ended with is kept by commit, data and what is exported."""
    what = hashlib.sha256(Path(export.__file__).read_bytes() + str(year.data).encode()).hexdigest()
    return WORK / f"{commit}-{year.name}-{what[:8]}.json"


def _told(
    year: Year, before: Tables, after: Tables, explained: list[Explained], used: set[Explained]
) -> bool:
    unexplained, covered = sorted_out(differences(year.name, before, after), explained)
    for reason, found in covered.items():
        if found:
            used.add(reason)
            typer.echo(f"  explained by {reason.reason}: {len(found)}")
            for each in found:
                typer.echo(f"    {each}")
    for each in unexplained:
        typer.echo(f"  ✗ {each}")
    counts = ", ".join(f"{len(rows):,} of {table}" for table, rows in before.items())
    verdict = f"{len(unexplained):,} differ" if unexplained else "no difference"
    typer.echo(f"{year.name}: {verdict} ({counts})")
    return not unexplained


if __name__ == "__main__":
    app()
