"""Targets such as quotas: every bad row at once, and all or none. After a launch they are asked for goal by goal."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cairn.targets.reading import YEAR, TargetsInvalid, read_targets
from cairn_portal.cli.goal.origin import source_words
from cairn_portal.cli.mistakes import show_mistakes, show_remarks
from cairn_portal.cli.options import By, CycleArg, Encoding, Yes
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.setup.retargeting import retarget
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.mistakes import mistake_facts
from cairn_portal.presenting.words import grid, number

TargetsFile = Annotated[Path, typer.Argument(help="table of targets")]


async def import_targets(
    at: Terminal,
    file: TargetsFile,
    cycle: Annotated[str, typer.Option(help="the cycle's id")],
    by: By = None,
    sheet: Annotated[str | None, typer.Option(help="the workbook's sheet")] = None,
    encoding: Encoding = None,
    reason: Annotated[str, typer.Option(help="why running goals change, once the cycle is launched")] = "",
    yes: Yes = False,
    partly: Annotated[
        bool, typer.Option("--partly", help="do the other rows where some are refused (launched cycles)")
    ] = False,
) -> int:
    written = read_targets(file, sheet, encoding)
    async with session(at) as s:
        known = await s.cycles.load(cycle.removeprefix("cycle-"))
        try:
            if known.schedule is not None:
                return await retarget(s, written, known, require_actor(by), reason, yes, partly)
            found = await s.application.targets.check(written)
        except TargetsInvalid as invalid:
            return _show_mistakes(at, invalid)
        show_remarks(at, found.remarks)
        proposal = await s.application.targets.propose(
            cycle, found.rows, written.source, require_actor(by), datetime.now(UTC)
        )
        if proposal.version:
            await s.seen(proposal.stream, proposal.version)
    new, rows = proposal.new, len(found.rows)
    said = at.say(
        "✓ {rows} {rows:plural,row,rows}, {new} of them new or changed; to count when cycle {cycle} is launched",
        rows=rows, new=new, cycle=cycle,
    )  # fmt: skip
    remarks = [mistake_facts(at, each) for each in found.remarks]
    at.answer({"cycle": cycle, "rows": rows, "new": new, "remarks": remarks}, Text(said, style="green"))
    return 0


def _show_mistakes(at: Terminal, invalid: TargetsInvalid) -> int:
    facts = {"source": invalid.source, "count": len(invalid.mistakes)}
    heading = at.say("✗ {source} has {count} {count:plural,mistake,mistakes}; nothing was imported", **facts)
    return show_mistakes(at, invalid, heading, ("--encoding",))


async def withdraw_targets(
    at: Terminal,
    cycle: CycleArg,
    holder: Annotated[
        str, typer.Argument(metavar="HOLDER", help="a person's id, department.<id> or company")
    ],
    goal: Annotated[str, typer.Argument(metavar="KEY", help="the goal's key")],
    period: Annotated[
        str | None,
        typer.Option(metavar="M01…Y", help="of this period alone; of all of the goal's unless set"),
    ] = None,
    by: By = None,
) -> None:
    async with session(at) as s:
        targets, actor = s.application.targets, require_actor(by)
        places = [
            (each.holder, each.goal, each.period)
            for each in await targets.proposed(cycle)
            if (each.holder, each.goal) == (holder, goal) and period in (None, each.period)
        ]
        # Where there is none, the refusal names what was asked for.
        asked = places or [(holder, goal, period or YEAR)]
        done = await targets.withdraw(cycle, asked, actor, datetime.now(UTC))
        await s.seen(done.stream, done.version)
    said = at.say(
        "✓ {n} {n:plural,target is,targets are} withdrawn; the goal begins with the policy's own when cycle {cycle} is "
        "launched",
        n=len(done.rows), cycle=cycle,
    )  # fmt: skip
    at.answer({"cycle": cycle, "withdrawn": list(done.rows)}, Text(said, style="green"))


async def list_targets(at: Terminal, cycle: CycleArg) -> None:
    async with session(at) as s:
        found = await s.application.targets.proposed(cycle)
        names = await s.names()
        local = at.in_zone((await s.records.zones()).get(cycle))
    table = grid(
        at.say("holder"),
        at.say("goal"),
        at.say("period"),
        at.say("target"),
        at.say("source"),
        at.say("set by"),
        at.say("time"),
        right=(at.say("target"),),
    )
    for each in found:
        holder = f"{each.holder} {names.get(each.holder, '')}".strip()
        by = f"{each.by} {names.get(each.by, '')}".strip()
        table.add_row(
            holder,
            each.goal,
            each.period,
            number(each.target),
            source_words(at, each),
            by,
            local.moment(each.at),
        )
    nothing = Text(
        at.say(
            "No targets are set for cycle {cycle} yet: cairn targets import FILE --cycle {cycle} --by ID",
            cycle=cycle,
        )
    )
    at.answer(found, table if found else nothing)
