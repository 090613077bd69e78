"""The read models: how far they are, rebuilding them beside the live ones, parked streams."""

from typing import Annotated

import typer
from rich.text import Text

from cairn.i18n import message
from cairn_portal.cli.problem import REFUSED, USAGE, Problem
from cairn_portal.cli.session import session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import grid, number, span
from projections.engine import catch_up
from projections.engine.catalog import folding, folding_model
from projections.engine.comparing import TableDifference
from projections.engine.rebuild import SwapGaveUp, differences, rebuild

Model = Annotated[str | None, typer.Argument(metavar="[NAME]", help="a read model; by default all")]


async def status(at: Terminal) -> int:
    async with session(at) as s:
        models = await catch_up.status(s.pool)
    right = (at.say("position"), at.say("events behind"), at.say("parked"))
    table = grid(
        at.say("read model"),
        right[0],
        right[1],
        at.say("behind by"),
        right[2],
        right=right,
    )
    for model in models:
        behind = span(at, model.lag_seconds) if model.lag_events else "–"
        table.add_row(model.name, number(model.cursor), number(model.lag_events), behind, str(model.parked))
    at.answer(models, table)
    return REFUSED if any(model.parked for model in models) else 0


async def rebuilt(
    at: Terminal,
    name: Model = None,
    compare_only: Annotated[bool, typer.Option("--compare-only", help="compare only, swap nothing")] = False,
) -> int:
    """Exit code 1 where the live one differed from the log: the rebuilt one is right."""
    chosen = [known_model(name)] if name else list(folding())
    found: dict[str, list[TableDifference]] = {}
    async with session(at) as s, s.folding() as pool:
        with at.progress() as bars:
            for each in chosen:
                task = bars.add_task(each, total=None)

                def show(done: int, of: int, task: int = task) -> None:
                    bars.update(task, completed=done, total=of)  # type: ignore[arg-type]

                work = differences if compare_only else rebuild
                try:
                    found[each] = await work(pool, each, show)
                except SwapGaveUp:
                    raise Problem(
                        message(
                            "Somebody reads {each} all the time, so the rebuilt one could not take its place; nothing "
                            "was changed. Try again later.",
                            each=each,
                        )
                    ) from None
                except RuntimeError:
                    raise Problem(
                        message("{each} is being rebuilt already; try again later.", each=each)
                    ) from None
                bars.update(task, total=1, completed=1)
    return _show(at, found, compare_only)


def known_model(name: str) -> str:
    try:
        return folding_model(name).name
    except LookupError:
        known = ", ".join(folding())
        raise Problem(
            message(
                "There is no read model {name} with tables of its own; there are {known}.",
                name=name,
                known=known,
            ),
            USAGE,
        ) from None


def _show(at: Terminal, found: dict[str, list[TableDifference]], compare_only: bool) -> int:
    right = (at.say("rows"), at.say("only live"), at.say("only rebuilt"))
    table = grid("", at.say("read model"), at.say("table"), *right, right=right)
    for name, tables in found.items():
        for each in tables:
            sign = Text("✓", style="green") if each.equal else Text("≠", style="red")
            table.add_row(
                sign,
                name,
                each.table,
                number(each.rebuilt),
                number(each.only_live),
                number(each.only_rebuilt),
            )
    equal = all(each.equal for tables in found.values() for each in tables)
    if equal:
        said = at.say("✓ Equal to the log")
    elif compare_only:
        said = at.say("✗ Not equal to the log: run `cairn projections rebuild`")
    else:
        said = at.say("! What was there differed from the log; the rebuilt one is in its place")
    at.answer(found, table, Text(said, style="green" if equal else "yellow"))
    return 0 if equal else REFUSED
