"""What people report themselves: look at it, confirm it, take it back; and going on without what feeds do not bring."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.repository import fold_goal
from cairn.domain.cycle.state import Cycle
from cairn.domain.exact import rounded
from cairn.domain.goal.state import Goal, Report
from cairn.domain.measure import Kpi
from cairn.domain.reading import Row, aggregate
from cairn.i18n import message
from cairn_portal.cli.goal.adjusting import Reason
from cairn_portal.cli.goal.commanding import chosen_goals, give_command, goal_id, require_in_log
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import By, CommandId, Everything, GoalArg, Goals, Yes
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import Session, require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import iso_day
from cairn_portal.presenting.words import NOTHING, grid, number, words
from cairn_portal.reading.viewing import of_goal

PLACES = 6
Numbers = Annotated[
    list[int] | None, typer.Option("--number", min=1, help="a check-in's number; may be given several times")
]
Upto = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="those of days up to this one")]


async def listed(at: Terminal, name: GoalArg, reader: As = None) -> None:
    async with session(at) as s:
        goal = await _goal(s, name)
        view, of = await viewer(s, reader, await s.cycle(goal.cycle)), of_goal(goal)
        view.require("goals", of)
        goal, names = view.in_words(goal, of), await s.names()
    facts = [_facts(each) for each in goal.reports]
    nothing = Text(at.say("Nothing was reported yet."))
    at.answer({"goal": goal.id, "check_ins": facts}, _table(at, goal, names) if facts else nothing)


async def _goal(s: Session, name: str) -> Goal:
    wanted = goal_id(name)
    await require_in_log(s, [wanted])
    return fold_goal(wanted, await s.ledger.read_stream(wanted))


def _facts(report: Report) -> dict[str, Any]:
    said = report.said
    return {
        "number": report.number,
        "on": said.on,
        "value": said.value,
        "base": said.base,
        "note": said.note,
        "by": said.by,
        "confirmed_by": report.confirmed_by,
    }


def _table(at: Terminal, goal: Goal, names: dict[str, str]) -> RenderableType:
    right = (at.say("number"), at.say("value"))
    table = grid(
        at.say("number"),
        at.say("day"),
        at.say("value"),
        at.say("note"),
        at.say("reported by"),
        at.say("confirmed by"),
        right=right,
    )
    for each in goal.reports:
        said = each.said
        base = f" / {number(said.base)}" if said.base is not None else ""
        waits = Text(at.say("not yet"), style="yellow") if each.waits else Text(NOTHING)
        by = Text(f"{each.confirmed_by} {names.get(each.confirmed_by, '')}") if each.confirmed_by else waits
        table.add_row(
            str(each.number),
            str(said.on),
            f"{number(said.value)}{base}" if said.value is not None else NOTHING,
            words(at, said.note),
            f"{said.by} {names.get(said.by, '')}",
            by,
        )
    return table


class ToldApart(NamedTuple):
    """What an owner reported of the whole cycle: what counts, and what it would be with what is not confirmed yet."""

    confirmed: Decimal | None
    with_unconfirmed: Decimal | None
    unconfirmed: int


async def told_apart(s: Session, cycle: Cycle, name: str) -> ToldApart | None:
    """What was confirmed of a goal and what was not (RULES D6); None where all that is known counts."""
    goal = await _goal(s, name)
    waiting = sum(each.waits for each in goal.reports)
    trusted = (await s.policies.version(cycle.policy)).check_ins == "trusted"
    kpi = goal.measure
    if not waiting or trusted or not isinstance(kpi, Kpi) or kpi.metric is not None:
        return None
    confirmed = [each for each in goal.reports if each.confirmed_by is not None]
    return ToldApart(_amount(kpi, confirmed), _amount(kpi, goal.reports), waiting)


def _amount(kpi: Kpi, reports: Sequence[Report]) -> Decimal | None:
    """What reports come to, of each day the last one."""
    told = {
        each.said.on: Row(
            metric="check_in", subject="", on=each.said.on, value=each.said.value, base=each.said.base
        )
        for each in reports
        if each.said.value is not None
    }
    found = aggregate(list(told.values()), kpi.aggregation, kpi.unit)
    return None if found is None else rounded(found, PLACES)


def reported_lines(at: Terminal, found: ToldApart | None) -> list[RenderableType]:
    """The same in words, none where there is nothing to tell apart."""
    if found is None:
        return []
    said = at.say(
        "! Confirmed so far: {confirmed}. With {unconfirmed} {unconfirmed:plural,report,reports} that the manager has "
        "not confirmed, it is {all}.",
        confirmed=number(found.confirmed),
        unconfirmed=found.unconfirmed,
        all=number(found.with_unconfirmed),
    )
    return [Text(said, style="yellow")]


async def confirm(
    at: Terminal,
    goals: Goals = None,
    numbers: Numbers = None,
    upto: Upto = None,
    everything: Everything = False,
    by: By = None,
    yes: Yes = False,
    command_id: CommandId = None,
) -> int:
    if numbers and (everything or len(goals or ()) > 1):
        raise Problem(message("--number is of one goal: name that goal alone."), USAGE)
    actor = require_actor(by)
    wanted = await chosen_goals(at, goals, everything, "confirm_check_ins", actor, yes)
    fields = {"check_ins": list(numbers or ()), "upto": iso_day(upto, "--upto")}
    return await give_command(at, wanted, "confirm_check_ins", actor, fields, command_id=command_id)


async def withdraw(
    at: Terminal,
    name: GoalArg,
    which: Annotated[int, typer.Option("--number", min=1, help="the check-in's number")],
    reason: Annotated[str, typer.Option(help="why; needed once it is confirmed")] = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    fields = {"check_in": which, "reason": reason}
    return await give_command(
        at, [name], "withdraw_check_in", require_actor(by), fields, command_id=command_id
    )


async def score_without(
    at: Terminal,
    goals: Goals = None,
    period: Annotated[str, typer.Option(help="the period, such as M01 or Y")] = "",
    reason: Reason = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    if not period or not reason.strip():
        raise Problem(message("Say which period and why: --period M01 --reason '…'."), USAGE)
    fields = {"period": period, "reason": reason}
    return await give_command(
        at, goals or [], "score_without", require_actor(by), fields, command_id=command_id
    )
