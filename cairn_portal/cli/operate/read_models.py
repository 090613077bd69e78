"""The read models: how far they are, rebuilding them beside the live ones, parked streams."""

from typing import Annotated

import typer
from rich.text import Text

from cairn.i18n import message
from cairn_portal.cli.options import By
from cairn_portal.cli.problem import REFUSED, USAGE, Problem
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import grid, number, span
from projections.engine import catch_up, parking
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
    chosen = [_known(name)] if name else list(folding())
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


def _known(name: str) -> str:
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


async def parked(at: Terminal, name: Model = None) -> int:
    async with session(at) as s:
        found = await parking.parked(s.pool, _known(name) if name else None)
    table = grid(
        at.say("read model"),
        at.say("stream"),
        at.say("position"),
        at.say("event"),
        at.say("why"),
        at.say("waiting behind"),
        at.say("since"),
    )
    for each in found:
        table.add_row(
            each.projection,
            each.stream,
            str(each.position),
            each.type,
            each.reason,
            str(each.behind),
            at.moment(each.parked_at),
        )
    nothing = Text(at.say("✓ Nothing is parked."), style="green")
    at.answer(found, table if found else nothing)
    return REFUSED if found else 0


Stream = Annotated[str, typer.Argument(metavar="STREAM", help="the stream")]
Named = Annotated[str, typer.Argument(metavar="NAME", help="the read model")]


async def retry(at: Terminal, name: Named, stream: Stream) -> int:
    async with session(at) as s, s.folding() as pool:
        try:
            free = await parking.retry(pool, _known(name), stream)
        except LookupError:
            raise _not_parked(stream) from None
    return _freed(at, stream, free)


async def skip(
    at: Terminal,
    name: Named,
    stream: Stream,
    reason: Annotated[str, typer.Option(help="why")],
    by: By = None,
) -> int:
    async with session(at) as s, s.folding() as pool:
        await s.person(require_actor(by))
        try:
            free = await parking.skip(
                pool, _known(name), stream, reason=reason, by=require_actor(by), ledger=s.ledger
            )
        except LookupError:
            raise _not_parked(stream) from None
        except ValueError:
            raise Problem(message("Leaving an event out needs a reason: --reason."), USAGE) from None
    return _freed(at, stream, free)


def _not_parked(stream: str) -> Problem:
    return Problem(message("{stream} is not parked.", stream=stream))


def _freed(at: Terminal, stream: str, free: bool) -> int:
    said = (
        at.say("✓ {stream} goes on", stream=stream)
        if free
        else at.say("✗ {stream} is still parked", stream=stream)
    )
    at.answer({"stream": stream, "free": free}, Text(said, style="green" if free else "red"))
    return 0 if free else REFUSED
