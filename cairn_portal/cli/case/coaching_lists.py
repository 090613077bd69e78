"""Coaching plans as people look them up: one with its story, those of a cycle, what the company still owes."""

from typing import Annotated

import typer
from rich.text import Text

from cairn.application.clock import zone_of
from cairn.i18n import term
from cairn_portal.cli.case.coaching import PlanName
from cairn_portal.cli.case.commanding import cycle_named, require_case
from cairn_portal.cli.case.showing import show_case
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import CycleOption
from cairn_portal.cli.session import session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.cases import plan_stage
from cairn_portal.presenting.words import NOTHING, day, grid
from projections.models import coaching as coaching_model


async def show(at: Terminal, name: PlanName, reader: As = None) -> None:
    async with session(at) as s:
        await require_case(s, "coaching", name, reader)
        await show_case(s, name, reader)


async def listed(
    at: Terminal,
    cycle: CycleOption = None,
    about: Annotated[str | None, typer.Option(metavar="ID", help="the person it is about")] = None,
    mentor: Annotated[str | None, typer.Option(metavar="ID", help="who helps")] = None,
    reader: As = None,
) -> None:
    async with session(at) as s:
        of = await cycle_named(s, cycle)
        view = await viewer(s, reader, of)
        plans = await coaching_model.plans(s.pool, of.id, about=about, mentor=mentor)
        found = [each for each in plans if view.knows(each.holder, each.opened_by, each.mentor)]
    table = grid(
        at.say("plan"), at.say("about"), at.say("mentor"), at.say("stage"), at.say("checkpoints met"),
        at.say("missed"), at.say("help given"), at.say("next checkpoint"), at.say("ends"),
    )  # fmt: skip
    for each in found:
        ends = day(each.ends)
        table.add_row(
            each.name,
            f"{each.holder} {each.holder_name or ''}",
            f"{each.mentor} {each.mentor_name or ''}" if each.mentor else NOTHING,
            plan_stage(at, each.stage, each.outcome),
            f"{each.met}/{each.checkpoints}",
            Text(str(each.missed), style="red" if each.missed else ""),
            Text(f"{each.given}/{each.promised}", style="red" if each.overdue else ""),
            day(each.next),
            at.say("{ends} (extended)", ends=ends) if each.extended else ends,
        )
    at.answer(list(found), table if found else Text(at.say("No coaching plan fits.")))


async def owed(at: Terminal, cycle: CycleOption = None) -> None:
    async with session(at) as s:
        of = await cycle_named(s, cycle)
        found = await coaching_model.owed(s.pool, of.id)
    local = at.in_zone(zone_of(of))
    table = grid(
        at.say("plan"), at.say("about"), at.say("number"), at.say("kind"), at.say("manager"), at.say("mentor"),
        at.say("until"), at.say("overdue since"),
    )  # fmt: skip
    for each in found:
        overdue = local.moment(each.overdue_at) if each.overdue_at else NOTHING
        table.add_row(
            each.name,
            f"{each.holder} {each.holder_name or ''}",
            str(each.number),
            at.say(term("choice", f"coaching.{each.kind}")),
            each.manager or NOTHING,
            each.mentor or NOTHING,
            day(each.until),
            Text(overdue, style="red" if each.overdue_at else ""),
        )
    nothing = Text(at.say("✓ Nothing that was promised in a coaching plan is owed."), style="green")
    at.answer(list(found), table if found else nothing)
