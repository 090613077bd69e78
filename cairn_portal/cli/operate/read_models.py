"""The read models: how far they are, rebuilding them beside the live ones, parked streams."""

from typing import Annotated

import typer
from rich.text import Text

from cairn_portal.cli.group import Group
from cairn_portal.cli.options import By
from cairn_portal.cli.problem import REFUSED, USAGE, Problem
from cairn_portal.cli.session import acting, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import grid, moment, number, span
from projections.engine import catch_up, parking
from projections.engine.catalog import folding, folding_model
from projections.engine.comparing import TableDifference
from projections.engine.rebuild import differences, rebuild

Model = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="查询模型，缺省全部 · a read model; by default all")
]

projections = Group("查询模型：状态、重建、搁置的流 · read models: status, rebuild, parked streams")


@projections.told("status", "每个查询模型的位置和落后 · how far each is")
async def status(at: Terminal) -> int:
    async with session(at) as s:
        models = await catch_up.status(s.pool)
    right = (at.say("位置", "position"), at.say("落后事件", "events behind"), at.say("搁置", "parked"))
    table = grid(
        at.say("查询模型", "read model"),
        right[0],
        right[1],
        at.say("落后时间", "behind by"),
        right[2],
        right=right,
    )
    for model in models:
        behind = span(at, model.lag_seconds) if model.lag_events else "–"
        table.add_row(model.name, number(model.cursor), number(model.lag_events), behind, str(model.parked))
    at.answer(models, table)
    return REFUSED if any(model.parked for model in models) else 0


@projections.told("rebuild", "从日志重建并与现有的比较后换上 · rebuild from the log, compare, swap in")
async def rebuilt(
    at: Terminal,
    name: Model = None,
    compare_only: Annotated[
        bool, typer.Option("--compare-only", help="只比较，不换上 · compare only, swap nothing")
    ] = False,
) -> int:
    """Exit code 1 where the live one differed from the log: the rebuilt one is right."""
    chosen = [_known(name)] if name else list(folding())
    found: dict[str, list[TableDifference]] = {}
    async with session(at) as s:
        with at.progress() as bars:
            for each in chosen:
                task = bars.add_task(each, total=None)

                def show(done: int, of: int, task: int = task) -> None:
                    bars.update(task, completed=done, total=of)  # type: ignore[arg-type]

                work = differences if compare_only else rebuild
                try:
                    found[each] = await work(s.pool, each, show)
                except RuntimeError:
                    raise Problem(
                        f"{each} 正在被另一进程重建，请稍后再试。",
                        f"{each} is being rebuilt already; try again later.",
                    ) from None
                bars.update(task, total=1, completed=1)
    return _tell(at, found, compare_only)


def _known(name: str) -> str:
    try:
        return folding_model(name).name
    except LookupError:
        known = ", ".join(folding())
        raise Problem(
            f"没有名为 {name} 且有自己的表的查询模型，有的是：{known}。",
            f"There is no read model {name} with tables of its own; there are {known}.",
            USAGE,
        ) from None


def _tell(at: Terminal, found: dict[str, list[TableDifference]], compare_only: bool) -> int:
    right = (at.say("行", "rows"), at.say("只在现有", "only live"), at.say("只在重建", "only rebuilt"))
    table = grid("", at.say("查询模型", "read model"), at.say("表", "table"), *right, right=right)
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
        said = at.say("✓ 与日志一致", "✓ Equal to the log")
    elif compare_only:
        said = at.say(
            "✗ 与日志不一致：请运行 cairn projections rebuild",
            "✗ Not equal to the log: run `cairn projections rebuild`",
        )
    else:
        said = at.say(
            "! 原来的与日志不一致，已换上重建的",
            "! What was there differed from the log; the rebuilt one is in its place",
        )
    at.answer(found, table, Text(said, style="green" if equal else "yellow"))
    return 0 if equal else REFUSED


@projections.told("parked", "搁置的流：哪个事件、什么原因 · parked streams: which event, why")
async def parked(at: Terminal, name: Model = None) -> int:
    async with session(at) as s:
        found = await parking.parked(s.pool, _known(name) if name else None)
    table = grid(
        at.say("查询模型", "read model"),
        at.say("流", "stream"),
        at.say("位置", "position"),
        at.say("事件", "event"),
        at.say("原因", "why"),
        at.say("其后等待", "waiting behind"),
        at.say("自", "since"),
    )
    for each in found:
        table.add_row(
            each.projection,
            each.stream,
            str(each.position),
            each.type,
            each.reason,
            str(each.behind),
            moment(each.parked_at),
        )
    nothing = Text(at.say("✓ 没有搁置的流。", "✓ Nothing is parked."), style="green")
    at.answer(found, table if found else nothing)
    return REFUSED if found else 0


Stream = Annotated[str, typer.Argument(metavar="STREAM", help="流 · the stream")]
Named = Annotated[str, typer.Argument(metavar="NAME", help="查询模型 · the read model")]


@projections.told("retry", "重试一个搁置的流 · try a parked stream again")
async def retry(at: Terminal, name: Named, stream: Stream) -> int:
    async with session(at) as s:
        try:
            free = await parking.retry(s.pool, _known(name), stream)
        except LookupError:
            raise _not_parked(stream) from None
    return _freed(at, stream, free)


@projections.told(
    "skip", "跳过搁置的事件，须写原因，会记录是谁决定 · leave the event out, with a reason that is kept"
)
async def skip(
    at: Terminal,
    name: Named,
    stream: Stream,
    reason: Annotated[str, typer.Option(help="原因 · why")],
    by: By = None,
) -> int:
    async with session(at) as s:
        await s.person(acting(by))
        try:
            free = await parking.skip(s.pool, _known(name), stream, reason=reason, by=acting(by))
        except LookupError:
            raise _not_parked(stream) from None
        except ValueError:
            raise Problem(
                "跳过须写原因：--reason。", "Leaving an event out needs a reason: --reason.", USAGE
            ) from None
    return _freed(at, stream, free)


def _not_parked(stream: str) -> Problem:
    return Problem(f"流 {stream} 没有被搁置。", f"{stream} is not parked.")


def _freed(at: Terminal, stream: str, free: bool) -> int:
    said = (
        at.say(f"✓ {stream} 已恢复", f"✓ {stream} goes on")
        if free
        else at.say(f"✗ {stream} 仍被搁置", f"✗ {stream} is still parked")
    )
    at.answer({"stream": stream, "free": free}, Text(said, style="green" if free else "red"))
    return 0 if free else REFUSED
