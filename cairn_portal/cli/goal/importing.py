"""Many goals from a table: shown first, then drafted and revised, with one result for each row."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cairn.documents.mistakes import Mistake, Place
from cairn.goal_tables.reading import GoalsInvalid, read_goals
from cairn.goal_tables.wanted import OpenCycle
from cairn.i18n import Message
from cairn_portal.cli.goal.many import do_many
from cairn_portal.cli.mistakes import show_mistakes, show_remarks
from cairn_portal.cli.options import By, Encoding, Partly, Yes
from cairn_portal.cli.session import Session, require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.reading.goal_tables import open_cycle

GoalsFile = Annotated[Path, typer.Argument(help="table of goals")]


async def imported(
    at: Terminal,
    file: GoalsFile,
    cycle: Annotated[str, typer.Option(help="the cycle's id")],
    by: By = None,
    template: Annotated[
        str, typer.Option(metavar="FAMILY.KEY", help="the policy's template for rows that name none")
    ] = "",
    sheet: Annotated[str | None, typer.Option(help="the workbook's sheet")] = None,
    encoding: Encoding = None,
    yes: Yes = False,
    partly: Partly = False,
) -> int:
    written, who = read_goals(file, sheet, encoding), require_actor(by)
    async with session(at) as s:
        await s.person(who)
        the = await s.cycle(cycle.removeprefix("cycle-"))
        there = await open_cycle(s.pool, the)
        try:
            found = await s.application.drafts.check(written, there, the.policy, template)
        except GoalsInvalid as invalid:
            return _show_mistakes(at, await _with_refusals(s, invalid, there, who, await s.clock.now(the)))
        show_remarks(at, found.remarks)
        now = await s.clock.now(the)
        steps = await s.application.drafts.foresee(found.goals, there, who, now)
        return await do_many(s, the, steps, who, yes=yes, partly=partly)


async def _with_refusals(
    s: Session, invalid: GoalsInvalid, there: OpenCycle, by: str, at: datetime
) -> GoalsInvalid:
    """Also what the rules say to the rows that can be read, so that all of it is mended at once."""
    steps = await s.application.drafts.foresee(invalid.goals, there, by, at)
    refused = [
        Mistake(Message(f"refusal:{step.code}", step.facts)).at(
            Place(invalid.source, row=(step.origin.row if step.origin else None) or 0, subject=step.holder)
        )
        for step in steps
        if step.act == "refused"
    ]
    return GoalsInvalid([*invalid.mistakes, *refused], invalid.source)


def _show_mistakes(at: Terminal, invalid: GoalsInvalid) -> int:
    facts = {"source": invalid.source, "count": len(invalid.mistakes)}
    heading = at.say("✗ {source} has {count} {count:plural,mistake,mistakes}; nothing was imported", **facts)
    return show_mistakes(at, invalid, heading, ("--encoding",))
