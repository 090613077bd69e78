"""Feeds at the command line: look at one, run it once, have it run by itself."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from activities.inputs import CollectFeedInput
from cairn.application.feeds import FeedRun, run_feed
from cairn.domain.reading import Row
from cairn.feeds.feed import Feed, load_feed
from cairn.feeds.sources import collect
from cairn_portal.cli.group import Group
from cairn_portal.cli.options import By
from cairn_portal.cli.problem import REFUSED, Problem
from cairn_portal.cli.session import acting, session
from cairn_portal.cli.setup.policy_and_roster import require_hr
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import facts, grid, moment, number
from workflows.feed import FeedWorkflow

File = Annotated[Path, typer.Argument(metavar="FILE", help="数据源 YAML · the feed's YAML")]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="相对路径从哪个文件夹算起，缺省为 YAML 所在（feeds/ 则为其上级） · folder its paths start from",
    ),
]
Upto = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="到哪一天（含），缺省昨天 · up to and with this day; by default yesterday",
    ),
]
SAMPLE = 8

feed = Group("数据源：检查、运行、定时 · feeds of readings: check, run, schedule")


def _base(file: Path, data: Path | None) -> Path:
    return (data or (file.parent.parent if file.parent.name == "feeds" else file.parent)).absolute()


def _upto(given: datetime | None, found: Feed) -> date:
    return given.date() if given else datetime.now(ZoneInfo(found.timezone)).date() - timedelta(days=1)


@feed.told(
    "check", "检查数据源并看看能读到什么，不记录 · check a feed and see what it gives; records nothing"
)
async def check(at: Terminal, file: File, data: Data = None, upto: Upto = None) -> int:
    found = load_feed(file)
    last = _upto(upto, found)
    rows = await asyncio.to_thread(collect, found, after=found.watermark, upto=last, base=_base(file, data))
    metrics: dict[str, list[Row]] = {}
    for row in rows:
        metrics.setdefault(row.metric, []).append(row)
    table = grid(
        at.say("指标", "metric"),
        at.say("数据", "readings"),
        at.say("对象", "subjects"),
        at.say("自", "from"),
        at.say("至", "to"),
        at.say("例", "example"),
        right=(at.say("数据", "readings"), at.say("对象", "subjects")),
    )
    for name, each in sorted(metrics.items()):
        days = sorted(row.on for row in each)
        one = each[0]
        table.add_row(
            name,
            number(len(each)),
            str(len({row.subject for row in each})),
            str(days[0]),
            str(days[-1]),
            f"{one.subject} {one.on} {number(one.value)}"
            + (f" / {number(one.base)}" if one.base is not None else ""),
        )
    said = at.say(
        f"✓ {found.name}：到 {last} 共 {number(len(rows))} 条数据",
        f"✓ {found.name}: {number(len(rows))} readings up to {last}",
    )
    at.answer(
        {
            "feed": found.name,
            "upto": last,
            "rows": len(rows),
            "metrics": {k: len(v) for k, v in metrics.items()},
        },
        Text(said, style="green"),
        table,
    )
    return 0


@feed.told("run", "采集一次，重复运行不会重复记录 · collect once; again records nothing twice")
async def run(at: Terminal, file: File, by: By = None, data: Data = None, upto: Upto = None) -> int:
    found = load_feed(file)
    last = _upto(upto, found)
    async with session(at) as s:
        await require_hr(s, acting(by), at.say("采集数据", "collect readings"))
        with at.progress() as bars:
            task = bars.add_task(found.name, total=None)
            outcome = await run_feed(
                s.ledger, found, upto=last, by=acting(by), at=datetime.now(UTC), base=_base(file, data)
            )
            bars.update(task, total=1, completed=1)
        if outcome.events:
            await s.seen(found.stream, len(await s.ledger.read_stream(found.stream)), "reading", "progress")
    _tell(at, found, outcome)
    return 0


def _tell(at: Terminal, found: Feed, outcome: FeedRun) -> None:
    if not outcome.rows:
        said = at.say(
            f"✓ {found.name} 没有新数据，已到 {outcome.watermark}",
            f"✓ {found.name}: nothing new; known up to {outcome.watermark}",
        )
    else:
        rows, corrected, upto = number(outcome.rows), number(outcome.corrected), outcome.watermark
        said = at.say(
            f"✓ {found.name} 记录了 {rows} 条（其中更正 {corrected} 条），已到 {upto}",
            f"✓ {found.name}: {rows} readings recorded ({corrected} of them corrections), known up to {upto}",
        )
    lines = [Text(said, style="green")]
    if outcome.gone:
        gone = number(len(outcome.gone))
        lines.append(
            Text(
                at.say(
                    f"! {gone} 条数据在源中已不存在，仍按原值计算，直到更正。",
                    f"! {gone} readings are gone from the source; they stand until corrected.",
                ),
                style="yellow",
            )
        )
    at.answer({"feed": found.name, **outcome.__dict__}, *lines)


@feed.told("schedule", "定时采集（按 YAML 里的 schedule） · collect by itself, as its YAML says")
async def schedule(
    at: Terminal,
    file: File,
    by: By = None,
    data: Data = None,
    remove: Annotated[bool, typer.Option("--remove", help="取消定时 · stop it")] = False,
) -> int:
    found = load_feed(file)
    async with session(at) as s:
        await require_hr(s, acting(by), at.say("设置定时采集", "schedule a feed"))
        client = await s.client()
        if remove:
            return await _removed(at, client, found)
        upcoming = await _scheduled(
            at, client, found, _planned(at, found, file, _base(file, data), acting(by))
        )
    at.answer(
        {"schedule": found.stream, "cron": found.cron, "timezone": found.timezone, "next": upcoming},
        Text(at.say(f"✓ {found.name} 已定时", f"✓ {found.name} is scheduled"), style="green"),
        facts(
            (at.say("时刻", "when"), f"{found.cron}（{found.timezone}）"),
            (at.say("下次", "next"), moment(upcoming, found.timezone)),
        ),
    )
    return 0


def _planned(at: Terminal, found: Feed, file: Path, base: Path, by: str) -> Schedule:
    ask = CollectFeedInput(path=str(file.absolute()), base=str(base), by=by)
    action = ScheduleActionStartWorkflow(
        FeedWorkflow.run, ask, id=found.stream, task_queue=at.settings.task_queue
    )
    return Schedule(
        action=action,
        spec=ScheduleSpec(cron_expressions=[found.cron], time_zone_name=found.timezone),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ONE),
    )


async def _scheduled(at: Terminal, client: Client, found: Feed, planned: Schedule) -> datetime | None:
    """Made, or changed where it is there already. Gives when it runs next."""
    try:
        handle = await client.create_schedule(found.stream, planned)
    except ScheduleAlreadyRunningError:
        handle = client.get_schedule_handle(found.stream)

        def changed(_: ScheduleUpdateInput) -> ScheduleUpdate:
            return ScheduleUpdate(schedule=planned)

        await handle.update(changed)
    times = (await handle.describe()).info.next_action_times
    return times[0] if times else None


async def _removed(at: Terminal, client: Client, found: Feed) -> int:
    try:
        await client.get_schedule_handle(found.stream).delete()
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        raise Problem(f"{found.name} 没有定时。", f"{found.name} is not scheduled.", REFUSED) from None
    at.answer(
        {"schedule": found.stream, "removed": True},
        Text(at.say(f"✓ {found.name} 已取消定时", f"✓ {found.name} runs no more by itself")),
    )
    return 0
