"""Promises, and the promise ledger: what the company owes somebody, and whether it came."""

from functools import partial
from typing import Annotated
from uuid import uuid4

import typer
from rich.text import Text

from cairn.domain.promise.events import PromiseKind
from cairn.i18n import term
from cairn_portal.cli.case.commanding import cycle_named, give_case, give_to_case, new_case, require_case
from cairn_portal.cli.case.owing import beside_scores, owed_lines
from cairn_portal.cli.case.owing import owed as owed_to
from cairn_portal.cli.case.showing import show_case
from cairn_portal.cli.goal.commanding import goal_id, goal_row, is_goal
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import By, CommandId, CycleOption
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import iso_day
from cairn_portal.presenting.owed import debtor
from cairn_portal.presenting.words import NOTHING, day, grid
from cairn_portal.reading.viewing import of_goal, of_holder
from projections.models import person as people_model
from projections.models import promise as promise_model
from projections.models import score as scores_model

Name = Annotated[str, typer.Argument(metavar="PROMISE", help="its id, as `cairn promise list` shows it")]


_give = partial(give_to_case, "promise")


async def make(
    at: Terminal,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="the id of the person it is owed to")],
    what: Annotated[str, typer.Option(help="what is promised")],
    due: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="until the end of which day")],
    by: By = None,
    kind: Annotated[PromiseKind, typer.Option(help="what it is")] = "resource",
    promised_by: Annotated[
        str | None,
        typer.Option(metavar="ID", help="who owes it: a person or `department.<id>`; by default --by"),
    ] = None,
    goal: Annotated[str | None, typer.Option(metavar="GOAL", help="the goal it is for")] = None,
    note: Annotated[str, typer.Option(help="where it was agreed, say")] = "",
    cycle: CycleOption = None,
    command_id: CommandId = None,
) -> int:
    key = command_id or str(uuid4())
    async with session(at) as s:
        of = await s.cycle((await goal_row(s, goal)).cycle) if goal else await cycle_named(s, cycle)
        fields = {
            "what": what,
            "due": iso_day(due, "--due"),
            "kind": kind,
            "promised_by": promised_by,
            "goal": goal_id(goal) if goal else None,
            "note": note,
        }
        return await give_case(
            s, new_case("promise", of.id, person, key), "make", require_actor(by), fields, key
        )


async def keep(
    at: Terminal,
    name: Name,
    shown: Annotated[str, typer.Option(help="what shows it")],
    on: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="the day it was kept, by default today")
    ] = None,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    return await _give(at, name, "keep", by, command_id, shown=shown, on=iso_day(on, "--on"))


async def contest(
    at: Terminal, name: Name, missing: Annotated[str, typer.Option("--what", help="what is still missing")],
    by: By = None, command_id: CommandId = None,
) -> int:  # fmt: skip
    return await _give(at, name, "contest", by, command_id, missing=missing)


async def release(
    at: Terminal, name: Name, reason: Annotated[str, typer.Option(help="why")] = "", by: By = None,
    command_id: CommandId = None,
) -> int:  # fmt: skip
    return await _give(at, name, "release", by, command_id, reason=reason)


async def show(at: Terminal, name: Name, reader: As = None) -> None:
    async with session(at) as s:
        await require_case(s, "promise", name, reader)
        await show_case(s, name, reader)


async def listed(
    at: Terminal,
    cycle: CycleOption = None,
    to: Annotated[str | None, typer.Option(metavar="ID", help="the person it is owed to")] = None,
    debtor_id: Annotated[
        str | None, typer.Option("--from", metavar="ID", help="who owes it: a person or `department.<id>`")
    ] = None,
    goal: Annotated[str | None, typer.Option(metavar="GOAL", help="the goal it is for")] = None,
) -> None:
    async with session(at) as s:
        of = await cycle_named(s, cycle)
        found = await promise_model.promises(
            s.pool, of.id, to=to, by=debtor_id, goal=goal_id(goal) if goal else None
        )
        names = await s.names()
        names |= {f"department.{each.id}": each.name for each in await people_model.departments(s.pool)}
    table = grid(
        at.say("promise"), at.say("kind"), at.say("owed to"), at.say("from"), at.say("goal"), at.say("due"),
        at.say("kept"), at.say("stage"),
    )  # fmt: skip
    for each in found:
        kept = day(each.kept)
        if each.days_late:
            kept = at.say("{day} ({days} {days:plural,day,days} late)", day=kept, days=each.days_late)
        late = each.overdue_at is not None or bool(each.days_late)
        table.add_row(
            each.name,
            at.say(term("choice", f"promise.{each.kind}")),
            f"{each.holder} {each.holder_name or ''}",
            debtor(at, each.promised_by, names),
            each.goal or NOTHING,
            day(each.due),
            Text(kept, style="red" if late else ""),
            at.say(term("stage", f"promise.{each.stage}")),
        )
    at.answer(list(found), table if found else Text(at.say("No promise fits.")))


async def owed(
    at: Terminal,
    of: Annotated[str, typer.Argument(metavar="PERSON|GOAL", help="the id of a person or a goal")],
    cycle: CycleOption = None,
    reader: As = None,
) -> None:
    async with session(at) as s:
        if await is_goal(s, of):
            found = await goal_row(s, goal_id(of))
            the, about = await s.cycle(found.cycle), of_goal(found)
            debts = await owed_to(s, the, goal=found.goal)
            scores = await scores_model.goal_scores(s.pool, goal=found.goal)
        else:
            person = await s.person(of)
            the, about = await cycle_named(s, cycle), of_holder(person.id, {person.id: person})
            debts, scores = await owed_to(s, the, to=person.id), []
        view = await viewer(s, reader, the)
        view.require("scores", about)
        words = view.may("comments", about)
        lines = (
            await beside_scores(s, debts, scores, words=words)
            if scores
            else await owed_lines(s, debts, words=words)
        )
    at.answer(list(debts), *(lines or [Text(at.say("Nothing was owed."))]))
