"""Last year's goals as this year's drafts: shown first, then drafted, each with the goal it goes on from."""

from collections.abc import Sequence
from typing import Annotated

import typer

from cairn.domain.cycle.state import Cycle
from cairn.domain.streams import holder_of
from cairn.goal_tables.carrying import Carried, FormerGoal, by_code, carry_over
from cairn.i18n import message
from cairn_portal.cli.goal.many import do_many
from cairn_portal.cli.options import By, Partly, Yes
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import Session, require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.reading.goal_tables import open_cycle
from projections.models import goal as goals_model

NAMED = 6
"""Goals that a note names."""
DROPPED = ("cancelled", "superseded")


async def carried_over(
    at: Terminal,
    source: Annotated[str, typer.Option("--from", metavar="CYCLE", help="the cycle whose goals go on")],
    cycle: Annotated[str, typer.Option(help="the cycle's id")],
    by: By = None,
    holder: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID", help="only theirs; repeat it. HR without it: everybody's; others: their own"
        ),
    ] = None,
    revise: Annotated[
        bool, typer.Option("--revise", help="give drafts of the same key last year's title and targets")
    ] = False,
    yes: Yes = False,
    partly: Partly = False,
) -> int:
    who = require_actor(by)
    async with session(at) as s:
        person = await s.person(who)
        former, the = (
            await s.cycle(source.removeprefix("cycle-")),
            await s.cycle(cycle.removeprefix("cycle-")),
        )
        if former.id == the.id:
            raise Problem(
                message("--from and --cycle are the same cycle: name last year's and this year's."), USAGE
            )
        holders = holder or (None if "hr" in person.roles else [who])
        there = await open_cycle(s.pool, the)
        found = carry_over(await _former(s, former, holders), there, _years(former, the), revise=revise)
        steps = await s.application.drafts.foresee(found.goals, there, who, await s.clock.now(the))
        more = {
            "from": former.id,
            "left_out": [
                {"goal": each.former.goal, "code": each.code, "there": each.there or None}
                for each in found.left_out
            ],
            "unaligned": found.unaligned,
        }
        notes = _notes(at, found, the.id)
        return await do_many(s, the, steps, who, yes=yes, partly=partly, more=more, notes=notes)


def _years(former: Cycle, the: Cycle) -> int:
    if former.schedule is None or the.schedule is None:
        return 0
    return the.schedule.starts.year - former.schedule.starts.year


async def _former(s: Session, cycle: Cycle, holders: list[str] | None) -> list[FormerGoal]:
    """The goals of a cycle that were not dropped, those of these holders (None: of all)."""
    rows = [each for each in await goals_model.goals(s.pool, cycle=cycle.id) if each.stage not in DROPPED]
    keys = {row.goal: (holder_of(row.sheet), row.key) for row in rows}
    return [
        FormerGoal(
            row.goal, row.sheet, holder_of(row.sheet), row.key, row.title, row.dimension, row.measure, row.weight,
            keys.get(row.parent or ""),
        )
        for row in rows
        if holders is None or holder_of(row.sheet) in holders
    ]  # fmt: skip


def _notes(at: Terminal, found: Carried, cycle: str) -> list[str]:
    """What is left out and why, and what serves nothing yet."""
    left = by_code(found.left_out)
    notes = []
    if gone := left.get("no_sheet"):
        goals = _few([each.former.goal for each in gone])
        notes.append(
            at.say(
                "Left out, for their holders have no sheet in {cycle} ({count}): {goals}",
                cycle=cycle, count=len(gone), goals=goals,
            )
        )  # fmt: skip
    if there := left.get("there"):
        goals = _few([each.there for each in there])
        notes.append(
            at.say(
                "Left as they are, their keys exist already ({count}; --revise gives them last year's): {goals}",
                count=len(there), goals=goals,
            )
        )  # fmt: skip
    if alone := found.unaligned:
        notes.append(
            at.say(
                "What they served is not there yet, align them later ({count}): {goals}",
                count=len(alone), goals=_few(alone),
            )
        )  # fmt: skip
    return notes


def _few(goals: Sequence[str]) -> tuple[str, ...]:
    """The first goals by name; `--json` names all."""
    return (*goals[:NAMED], *(["…"] if len(goals) > NAMED else []))
