"""Feeds at the command line: look at one, run it once, have it run by itself."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from activities.schedules import TemporalSchedules
from cairn.application.feeds import FeedRun, check_feed, known_metrics, planned, yesterday
from cairn.domain.reading import Row
from cairn.feeds.feed import Feed, load_feed
from cairn.feeds.readings import Metric
from cairn_portal.cli.mistakes import show_remarks
from cairn_portal.cli.options import By
from cairn_portal.cli.problem import Problem
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import day
from cairn_portal.presenting.mistakes import mistake_facts
from cairn_portal.presenting.words import facts, grid, number
from projections.models import coverage

File = Annotated[Path, typer.Argument(metavar="FILE", help="the feed's YAML")]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="folder its paths start from",
    ),
]
Upto = Annotated[
    str | None,
    typer.Option(
        metavar="YYYY-MM-DD",
        help="up to and with this day; by default yesterday",
    ),
]

MOST_NAMED = 30
"""Readings or subjects that are named at the terminal."""


def _base(file: Path, data: Path | None) -> Path:
    return (data or (file.parent.parent if file.parent.name == "feeds" else file.parent)).absolute()


def _upto(given: str | None, found: Feed) -> date:
    return day(given, "--upto") or yesterday(found, datetime.now(UTC))


async def check(at: Terminal, file: File, data: Data = None, upto: Upto = None) -> int:
    found = load_feed(file)
    last = _upto(upto, found)
    rows, remarks = await check_feed(found, upto=last, base=_base(file, data), metrics=await _metrics(at))
    show_remarks(at, remarks)
    metrics: dict[str, list[Row]] = {}
    for row in rows:
        metrics.setdefault(row.metric, []).append(row)
    said = at.say(
        "✓ {found}: {rows:number} {rows:plural,reading,readings} up to {last}",
        found=found.name,
        rows=len(rows),
        last=last,
    )
    at.answer(
        {
            "feed": found.name,
            "upto": last,
            "rows": len(rows),
            "metrics": {k: len(v) for k, v in metrics.items()},
            "remarks": [mistake_facts(at, each) for each in remarks],
        },
        Text(said, style="green"),
        _by_metric(at, metrics),
    )
    return 0


async def _metrics(at: Terminal) -> dict[str, Metric]:
    """What adopted policies say of metrics; nothing where the servers do not run, since a check does without."""
    try:
        async with session(at) as s:
            return await known_metrics(s.application.policies)
    except Problem:
        return {}


def _by_metric(at: Terminal, metrics: dict[str, list[Row]]) -> RenderableType:
    table = grid(
        at.say("metric"),
        at.say("readings"),
        at.say("subjects"),
        at.say("from"),
        at.say("to"),
        at.say("example"),
        right=(at.say("readings"), at.say("subjects")),
    )
    for name, each in sorted(metrics.items()):
        days = sorted(row.on for row in each)
        one = each[0]
        base = f" / {number(one.base)}" if one.base is not None else ""
        table.add_row(
            name,
            number(len(each)),
            str(len({row.subject for row in each})),
            str(days[0]),
            str(days[-1]),
            f"{one.subject} {one.on} {number(one.value)}{base}",
        )
    return table


async def run(
    at: Terminal,
    file: File,
    by: By = None,
    data: Data = None,
    upto: Upto = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="YYYY-MM-DD",
            help="read the days from this one on again, and record what differs",
        ),
    ] = None,
) -> int:
    found = load_feed(file)
    first, last = day(since, "--from"), _upto(upto, found)
    async with session(at) as s:
        with at.progress() as bars:
            task = bars.add_task(found.name, total=None)
            outcome = await s.application.feeds.run(
                found,
                upto=last,
                by=require_actor(by),
                at=datetime.now(UTC),
                base=_base(file, data),
                since=first,
            )
            bars.update(task, total=1, completed=1)
        if outcome.version:
            await s.seen(found.stream, outcome.version, "reading", "progress", "goal")
        uncovered = await coverage.uncovered(s.pool, found.name)
    _show_run(at, found, outcome, uncovered)
    return 0


def _show_run(at: Terminal, found: Feed, outcome: FeedRun, uncovered: Sequence[coverage.Uncovered]) -> None:
    lines = [Text(_recorded(at, found, outcome), style="green")]
    if outcome.complete_through:
        lines.append(Text(at.say("  complete through {through}", through=outcome.complete_through)))
    if outcome.gone:
        gone = at.say(
            "! {gone} {gone:plural,reading is,readings are} gone from the source; "
            "what was recorded stands until corrected:",
            gone=number(len(outcome.gone)),
        )
        lines += _named(at, gone, [f"{row.metric} {row.subject} {row.on}" for row in outcome.gone])
    if outcome.unknown:
        unknown = at.say(
            "! {unknown} {unknown:plural,subject is,subjects are} not in the roster; such readings count for nobody:",
            unknown=number(len(outcome.unknown)),
        )
        lines += _named(at, unknown, [_with_probable(at, each, outcome) for each in outcome.unknown])
    if uncovered:
        lines += _named(
            at, _uncovered(at, uncovered), [f"{each.metric} {each.subject}" for each in uncovered]
        )
    at.answer({"feed": found.name, **outcome.__dict__, "uncovered": uncovered}, *lines)


def _recorded(at: Terminal, found: Feed, outcome: FeedRun) -> str:
    if not outcome.rows:
        return at.say(
            "✓ {found}: nothing new; known up to {watermark}", found=found.name, watermark=outcome.watermark
        )
    return at.say(
        "✓ {found}: {rows} {rows:plural,reading,readings} recorded ({corrected} of them corrections), "
        "known up to {upto}",
        found=found.name,
        rows=number(outcome.rows),
        corrected=number(outcome.corrected),
        upto=outcome.watermark,
    )


def _with_probable(at: Terminal, unknown: str, outcome: FeedRun) -> str:
    meant = outcome.probably.get(unknown)
    return at.say("{unknown} (probably {meant})", unknown=unknown, meant=meant) if meant else unknown


def _uncovered(at: Terminal, uncovered: Sequence[coverage.Uncovered]) -> str:
    return at.say(
        "! {count} {count:plural,subject is,subjects are} covered by no feed in these metrics; "
        "without readings they are missing:",
        count=number(len(uncovered)),
    )


async def status(at: Terminal) -> int:
    """What every feed stated last, and whom none covers."""
    async with session(at) as s:
        found = await coverage.feeds(s.pool)
        without = {each.said.feed: await coverage.uncovered(s.pool, each.said.feed) for each in found}
    right = (at.say("not covered"),)
    table = grid(
        at.say("feed"), at.say("complete through"), at.say("metrics"), *right, at.say("stated"), right=right
    )
    for each in found:
        table.add_row(
            each.said.feed,
            str(each.said.through),
            ", ".join(each.metrics),
            number(len(without[each.said.feed])),
            at.moment(each.said.at),
        )
    lines: list[RenderableType] = [table if found else Text(at.say("No feed has run yet."))]
    every = list(dict.fromkeys(one for each in without.values() for one in each))
    if every:
        lines += _named(at, _uncovered(at, every), [f"{each.metric} {each.subject}" for each in every])
    at.answer([{**each.model_dump(), "uncovered": without[each.said.feed]} for each in found], *lines)
    return 0


def _named(at: Terminal, heading: str, names: Sequence[str]) -> list[Text]:
    """A heading and the names below it; of very many the first."""
    more = len(names) - MOST_NAMED
    rest = [at.say("… and {more} more: see them with --json", more=more)] if more > 0 else []
    return [Text(heading, style="yellow"), *(Text(f"  {each}") for each in [*names[:MOST_NAMED], *rest])]


async def schedule(
    at: Terminal,
    file: File,
    by: By = None,
    data: Data = None,
    remove: Annotated[bool, typer.Option("--remove", help="stop it")] = False,
) -> int:
    found, now = load_feed(file), datetime.now(UTC)
    async with session(at) as s:
        schedules = TemporalSchedules(await s.client(), at.settings.task_queue)
        feeds = s.application.feeds
        if remove:
            await feeds.unschedule(found, schedules, require_actor(by), now)
            return _removed(at, found)
        plan = planned(found, file.absolute(), _base(file, data), require_actor(by), now)
        upcoming = await feeds.schedule(plan, schedules)
    at.answer(
        {"schedule": found.stream, "cron": found.schedule, "timezone": found.timezone, "next": upcoming},
        Text(at.say("✓ {found} is scheduled", found=found.name), style="green"),
        facts(
            (at.say("when"), f"{found.schedule} ({found.timezone})"),
            (at.say("next run"), at.in_zone(found.timezone).moment(upcoming)),
        ),
    )
    return 0


def _removed(at: Terminal, found: Feed) -> int:
    at.answer(
        {"schedule": found.stream, "removed": True},
        Text(at.say("✓ {found} runs no more by itself", found=found.name)),
    )
    return 0
