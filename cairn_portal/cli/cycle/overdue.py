"""What is late in a cycle: who waits for whom, since when, and who knows of it."""

from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.clock import zone_of
from cairn.i18n import message
from cairn_portal.cli.cycle.waiting import waits_of
from cairn_portal.cli.goal.progress import the_cycle
from cairn_portal.cli.problem import Problem
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.reasons import lack_said
from cairn_portal.presenting.words import NOTHING, grid, task_name
from projections.models import coverage
from projections.models import goal as goals_model
from projections.models import overdue as overdues


async def overdue(
    at: Terminal,
    name: Annotated[
        str | None, typer.Argument(metavar="[CYCLE]", help="by default the one that runs now")
    ] = None,
    department: Annotated[str | None, typer.Option(metavar="ID", help="department")] = None,
) -> None:
    async with session(at) as s:
        cycle = await the_cycle(s, name)
        now, policy = await s.clock.now(cycle), await s.policies.version(cycle.policy)
        late = await overdues.overdue(s.pool, cycle.id, now, policy, department=department)
        waits = await waits_of(s, late)
        if department is not None and not late:
            await _require_goals(s, cycle.id, department)
        names = await s.names()
        await s.titles()
    at = at.in_zone(zone_of(cycle))
    moment = at.moment(now)
    nothing = Text(
        at.say("✓ Nothing is late in cycle {cycle} ({now}).", cycle=cycle.id, now=moment), style="green"
    )
    title = at.say("Late in cycle {cycle} ({now}): {count}", cycle=cycle.id, now=moment, count=len(late))
    facts_for_programs = {"cycle": cycle.id, "now": now, "late": late, "waits": list(waits.values())}
    table = _table(at, late, waits, names, title) if late else nothing
    at.answer(facts_for_programs, table, *([_going_on(at)] if waits else []))


def _going_on(at: Terminal) -> Text:
    said = at.say(
        "To go on without what does not come: "
        "`cairn goal score-without GOAL --period PERIOD --reason '…' --by HR`"
    )
    return Text(said, style="dim")


async def _require_goals(s: Session, cycle: str, department: str) -> None:
    """Nothing is late in a department that is not there either: say so instead."""
    if not await goals_model.goals(s.pool, cycle=cycle, department=department, limit=1):
        raise Problem(
            message(
                "No goal of cycle {cycle} belongs to a department {department}.",
                cycle=cycle,
                department=department,
            )
        )


def _table(
    at: Terminal,
    late: list[overdues.Late],
    waits: Mapping[tuple[str, str], coverage.Waits],
    names: dict[str, str],
    title: str,
) -> RenderableType:
    right = (at.say("days late"),)
    table = grid(
        at.say("to do"),
        at.say("goal"),
        at.say("title"),
        at.say("owner"),
        at.say("waited for"),
        at.say("due since"),
        *right,
        at.say("last notice"),
        title=title,
        right=right,
    )
    for each in late:
        table.add_row(
            at.say("score {period}", period=each.period) if each.act == "score" else task_name(at, each.act),
            each.goal,
            at.title(each.title),
            _name(at, each.owner, names),
            _awaited(at, each, waits, names),
            at.moment(each.due),
            Text(str(each.days_late), style="red"),
            _last_notice(at, each, names),
        )
    return table


def _awaited(
    at: Terminal,
    late: overdues.Late,
    waits: Mapping[tuple[str, str], coverage.Waits],
    names: dict[str, str],
) -> str:
    """Who is waited for, or which feed."""
    waiting = waits.get((late.goal, late.period or ""))
    return lack_said(at, waiting.lack) if waiting else _name(at, late.awaited, names)


def _name(at: Terminal, who: str | None, names: dict[str, str]) -> str:
    match who:
        case None:
            return NOTHING
        case "role:hr":
            return "HR"
        case "role:committee":
            return at.say("the committee")
        case _:
            return f"{who} {names.get(who, '')}".strip()


def _last_notice(at: Terminal, late: overdues.Late, names: dict[str, str]) -> str:
    """The last reminder or escalation: when, and to whom."""
    if not late.notices:
        return NOTHING
    last = late.notices[0]
    people = tuple(_name(at, who, names) for who in last.recipients)
    if last.escalated:
        return at.say("escalated {when} to {people}", when=at.moment(last.at), people=people)
    return at.say("reminded {when}: {people}", when=at.moment(last.at), people=people)
