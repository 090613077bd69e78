"""`python -m bench` (or `make bench`): measures every row, shows the table, writes docs/benchmarks.md."""

import asyncio
import importlib.util
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import feeding, goals, lag, machine, pages, reading, report
from bench.figure import Figure, named
from bench.seeding import seed
from bench.stand import Stand, connected
from cairn.collector import spare_the_collector

BASE = 100_000
ROWS = ("append", "slow", "cost", "lag", "rebuild", "as-of", "feeds", "goals", "pages")
ONCE = {"feeds", "goals", "pages"}
"""Rows that have a database of their own."""
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
console = Console(width=170) if not sys.stdout.isatty() else Console()


@app.command()
def main(
    scale: Annotated[
        str, typer.Option(help="Sizes of the log in multiples of 100,000 events: 1,10,100")
    ] = "1",
    rows: Annotated[str, typer.Option(help=f"Which rows: {','.join(ROWS)}")] = ",".join(ROWS),
    slow_disk: Annotated[bool, typer.Option(help="Measure appends with commits 1.5 ms slower, too")] = True,
    rounds: Annotated[int, typer.Option(help="Rounds in which ours and floor take turns")] = 5,
    appends: Annotated[int, typer.Option(help="Single appends in a round")] = 3200,
    per_second: Annotated[
        float, typer.Option(help="Load while lag is measured; 0 = as fast as it can")
    ] = 500,
    seconds: Annotated[float, typer.Option(help="How long lag is measured")] = 15,
    employees: Annotated[
        int, typer.Option(help="People in a launched cycle; they have two goals each")
    ] = 500,
    pages_of: Annotated[int, typer.Option(help="Goals in the cycle whose pages are opened")] = 100_000,
    base: Annotated[int, typer.Option(help="Events in the log at scale 1; smaller to try things out")] = BASE,
    write: Annotated[bool, typer.Option(help="Write docs/benchmarks.md and its plots")] = True,
) -> None:
    """Measures Cairn beside its floors. Exits with 1 where a bar is missed."""
    sizes = [base * int(part) for part in scale.split(",")]
    wanted = {part for part in rows.split(",") if slow_disk or part != "slow"}
    unknown = wanted - set(ROWS)
    if unknown:
        raise typer.BadParameter(f"there is no row {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    if write and not _installed("matplotlib"):
        raise typer.BadParameter("docs/benchmarks.md has plots, and matplotlib is missing: `make bench` installs it, "
                                 "or leave the page alone with --no-write")  # fmt: skip
    if wanted & {"append", "slow"} and not _installed("eventsourcing"):
        told = "The rows beside eventsourcing are left out, it is missing; `make bench` installs it."
        console.print(told, style="yellow")

    spare_the_collector()  # as Cairn's workers do; the floors and the peer gain by it like Cairn

    async def run() -> tuple[list[Figure], dict[str, str]]:
        this = asyncio.current_task()
        assert this is not None
        asyncio.get_running_loop().add_signal_handler(
            signal.SIGTERM, this.cancel
        )  # the servers stop then, too
        with tempfile.TemporaryDirectory(prefix="cairn-bench-", ignore_cleanup_errors=True) as folder:
            stand = Stand(Path(folder))
            await stand.start()
            try:
                facts = await machine.facts(stand)
                figures: list[Figure] = []
                for size in sizes:
                    once = wanted - ONCE - (set() if size == sizes[0] else {"slow", "cost"})
                    if once:
                        figures += await _with_log(stand, size, once, rounds, appends, per_second, seconds)
                        _keep(figures, facts, write)
                if "feeds" in wanted:
                    console.print("readings …", style="dim")
                    figures += await feeding.measure(stand, rounds=rounds)
                if "goals" in wanted:
                    console.print("workflows …", style="dim")
                    figures += await goals.measure(stand, employees=employees, rounds=rounds, commands=200)
                if "pages" in wanted:
                    console.print("pages …", style="dim")
                    figures += await pages.measure(stand, goals=pages_of, seconds=seconds)
                _keep(figures, facts, write)
                return figures, facts
            finally:
                stand.stop()

    figures, facts = asyncio.run(run())
    report.show(figures, facts, console)
    if write:
        from bench import plots  # its library is needed here alone

        everything, facts = report.store(figures, facts)
        report.write(everything, facts, plots.draw(everything, report.STORED.parent))
    console.print(report.verdict(figures))
    raise typer.Exit(bool(report.missed(figures)))


def _keep(figures: list[Figure], facts: dict[str, str], write: bool) -> None:
    """What an hour has measured is not lost where the next row fails."""
    if write:
        report.store(figures, facts)


async def _with_log(
    stand: Stand, size: int, wanted: set[str], rounds: int, appends: int, per_second: float, seconds: float
) -> list[Figure]:
    """The rows that need a log of this size, the ones that only read first: they find it as it was filled."""
    from bench import appending, cost  # the peer's library may be missing

    figures: list[Figure] = []
    async with stand.database("bench_log") as dsn:
        console.print(f"filling a log with {named(size)} …", style="dim")
        async with connected(dsn, 2) as pool:
            events = await seed(pool, size)
        small = size < 10 * BASE
        if "as-of" in wanted:
            console.print("single goals, pages …", style="dim")
            figures += _sized(await reading.pages_and_goals(dsn, events, rounds=rounds), size)
        if "rebuild" in wanted:
            console.print("rebuilds …", style="dim")
            models = reading.MODELS if small else reading.MODELS[:2]
            figures += _sized(
                await reading.rebuilds(dsn, events, models, rounds=rounds if small else 1), size
            )
        if "lag" in wanted:
            console.print("lag …", style="dim")
            lags = await lag.measure(dsn, events, per_second=per_second, seconds=seconds, whole=small)
            figures += _sized(lags, size)
        if wanted & {"append", "slow", "cost"}:
            console.print("appends …", style="dim")
            async with connected(dsn, 2) as pool:
                await appending.prepare(pool, filled=True)
        if "append" in wanted:
            figures += await appending.measure(stand, dsn, size, rounds=rounds, times=appends)
        if "cost" in wanted:
            figures += await cost.measure(dsn, rounds=rounds)
        if "slow" in wanted:
            figures += await appending.measure(stand, dsn, size, rounds=rounds, times=appends, slow=True)
    return figures


def _installed(library: str) -> bool:
    return importlib.util.find_spec(library) is not None


def _sized(figures: list[Figure], size: int) -> list[Figure]:
    return [replace(figure, size=named(size), events=size) for figure in figures]


if __name__ == "__main__":
    app()
