"""Requests to another department: ask, answer, promise, deliver, confirm."""

from functools import partial
from typing import Annotated
from uuid import uuid4

import typer
from rich.text import Text

from cairn.domain.streams import DEPARTMENT
from cairn.i18n import term
from cairn_portal.cli.case.commanding import cycle_named, give_case, give_to_case, new_case, require_case
from cairn_portal.cli.case.showing import show_case
from cairn_portal.cli.goal.commanding import goal_id, goal_row
from cairn_portal.cli.goal.viewing import As
from cairn_portal.cli.options import By, CommandId, CycleOption, DiagnosisNumber
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import iso_day
from cairn_portal.presenting.words import NOTHING, day, grid
from projections.models import request as request_model

Name = Annotated[str, typer.Argument(metavar="REQUEST", help="its id, as `cairn request list` shows it")]
Reason = Annotated[str, typer.Option(help="why")]


_give = partial(give_to_case, "request")


async def ask(
    at: Terminal,
    department: Annotated[str, typer.Argument(metavar="DEPARTMENT", help="the department that is asked")],
    goal: Annotated[str, typer.Option(metavar="GOAL", help="the goal it is for")],
    need: Annotated[str, typer.Option(help="what is needed")],
    needed_by: Annotated[
        str, typer.Option(metavar="YYYY-MM-DD", help="until the end of which day it is needed")
    ],
    reason: Reason,
    by: By = None,
    diagnosis: DiagnosisNumber = None,
    command_id: CommandId = None,
) -> int:
    key = command_id or str(uuid4())
    async with session(at) as s:
        found = await goal_row(s, goal)
        case = new_case("request", found.cycle, DEPARTMENT + department.removeprefix(DEPARTMENT), key)
        fields = {
            "goal": found.goal,
            "need": need,
            "needed_by": iso_day(needed_by, "--needed-by"),
            "reason": reason,
            "diagnosis": diagnosis,
        }
        return await give_case(s, case, "open", require_actor(by), fields, key)


async def accept(
    at: Terminal,
    name: Name,
    promised: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="the day it is promised for, by default the one asked for"),
    ] = None,
    note: Annotated[str, typer.Option(help="a word on it")] = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    return await _give(
        at, name, "accept", by, command_id, promised=iso_day(promised, "--promised"), note=note
    )


async def agree(at: Terminal, name: Name, by: By = None, command_id: CommandId = None) -> int:
    return await _give(at, name, "agree", by, command_id)


async def ask_back(
    at: Terminal, name: Name, question: Annotated[str, typer.Option(help="what has to be known first")],
    by: By = None, command_id: CommandId = None,
) -> int:  # fmt: skip
    return await _give(at, name, "ask_back", by, command_id, question=question)


async def reply(
    at: Terminal,
    name: Name,
    words: Annotated[str, typer.Option(help="what to say to it")],
    needed_by: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="another day that would do as well")
    ] = None,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    return await _give(
        at, name, "reply", by, command_id, words=words, needed_by=iso_day(needed_by, "--needed-by")
    )


async def decline(
    at: Terminal, name: Name, reason: Reason, by: By = None, command_id: CommandId = None
) -> int:
    return await _give(at, name, "decline", by, command_id, reason=reason)


async def deliver(
    at: Terminal,
    name: Name,
    what: Annotated[str, typer.Option(help="what is there now")],
    on: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="the day it came, by default today")
    ] = None,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    return await _give(at, name, "deliver", by, command_id, what=what, on=iso_day(on, "--on"))


async def confirm(
    at: Terminal, name: Name, note: Annotated[str, typer.Option(help="a word on it")] = "", by: By = None,
    command_id: CommandId = None,
) -> int:  # fmt: skip
    return await _give(at, name, "confirm", by, command_id, note=note)


async def missing(
    at: Terminal, name: Name, what: Annotated[str, typer.Option("--what", help="what is still missing")],
    by: By = None, command_id: CommandId = None,
) -> int:  # fmt: skip
    return await _give(at, name, "missing", by, command_id, missing=what)


async def withdraw(
    at: Terminal, name: Name, reason: Reason, by: By = None, command_id: CommandId = None
) -> int:
    return await _give(at, name, "withdraw", by, command_id, reason=reason)


async def show(at: Terminal, name: Name, reader: As = None) -> None:
    async with session(at) as s:
        await require_case(s, "request", name, reader)
        await show_case(s, name, reader)


async def listed(
    at: Terminal,
    cycle: CycleOption = None,
    department: Annotated[str | None, typer.Option(metavar="ID", help="the department that is asked")] = None,
    asker: Annotated[str | None, typer.Option("--from", metavar="ID", help="whoever asked")] = None,
    goal: Annotated[str | None, typer.Option(metavar="GOAL", help="the goal it is for")] = None,
) -> None:
    async with session(at) as s:
        of = await cycle_named(s, cycle)
        to = department.removeprefix(DEPARTMENT) if department else None
        found = await request_model.requests(
            s.pool, of.id, department=to, by=asker, goal=goal_id(goal) if goal else None
        )
    table = grid(
        at.say("request"), at.say("department"), at.say("from"), at.say("goal"), at.say("needed by"),
        at.say("promised for"), at.say("delivered"), at.say("stage"),
    )  # fmt: skip
    for each in found:
        came = day(each.delivered)
        if each.days_late:
            came = at.say("{day} ({days} {days:plural,day,days} late)", day=came, days=each.days_late)
        late = each.overdue_at is not None or bool(each.days_late)
        table.add_row(
            each.name,
            f"{each.department} {each.department_name or ''}",
            f"{each.opened_by} {each.opener_name or ''}",
            each.goal,
            day(each.needed_by),
            day(each.promised) if each.promised else NOTHING,
            Text(came, style="red" if late else ""),
            at.say(term("stage", f"request.{each.stage}")),
        )
    at.answer(list(found), table if found else Text(at.say("No request fits.")))
