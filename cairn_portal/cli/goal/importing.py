"""Many goals from a table: shown first, then drafted and revised, with one result for each row."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cairn.documents.mistakes import Mistake, Place
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.stages import stage_row
from cairn.domain.streams import holder_of
from cairn.goal_tables.reading import GoalsInvalid, read_goals
from cairn.goal_tables.wanted import OpenCycle, StandingGoal
from cairn.i18n import Message
from cairn_portal.cli.goal.many import do_many
from cairn_portal.cli.mistakes import show_mistakes, show_remarks
from cairn_portal.cli.options import By, Encoding, Partly, Yes
from cairn_portal.cli.session import Session, require_actor, session
from cairn_portal.cli.terminal import Terminal
from projections.models import goal as goals_model

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
        there = await open_cycle(s, the)
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


async def open_cycle(s: Session, cycle: Cycle) -> OpenCycle:
    """What a launched cycle has, as the read models show it."""
    rows = await goals_model.goals(s.pool, cycle=cycle.id)
    sheets: dict[str, str] = {}
    for each in await goals_model.sheets(s.pool, cycle=cycle.id):
        sheets[each.holder] = max(sheets.get(each.holder, ""), each.sheet, key=_number)
    goals: dict[str, list[StandingGoal]] = {}
    numbers: dict[str, int] = {}
    for row in rows:
        holder = holder_of(row.sheet)
        if row.sheet == sheets.get(holder):
            numbers[holder] = max(numbers.get(holder, 0), _last(row.goal))
        if not stage_row(row.stage).over:
            goals.setdefault(holder, []).append(_standing(row))
    return OpenCycle(cycle.id, sheets, goals, numbers, cycle.language)


def _number(sheet: str) -> int:
    return int(sheet.rpartition("-")[2] or 0)


def _last(goal: str) -> int:
    """A goal's number in its sheet."""
    number = goal.rpartition("-")[2].rpartition(".")[2]
    return int(number) if number.isdigit() else 0


def _standing(row: goals_model.GoalRow) -> StandingGoal:
    return StandingGoal(row.goal, row.key, row.title, row.dimension, row.measure, row.parent, row.stage)


def _show_mistakes(at: Terminal, invalid: GoalsInvalid) -> int:
    facts = {"source": invalid.source, "count": len(invalid.mistakes)}
    heading = at.say("✗ {source} has {count} {count:plural,mistake,mistakes}; nothing was imported", **facts)
    return show_mistakes(at, invalid, heading, ("--encoding",))
