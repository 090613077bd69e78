"""Coaching plans as person and mentor live them: read, answer, record what took place and what shows it."""

from typing import Annotated

import typer

from cairn.domain.coaching.events import SupportOutcome
from cairn_portal.cli.case.coaching import Number, PlanName, give_plan
from cairn_portal.cli.goal.attaching import Files, attached
from cairn_portal.cli.options import By, CommandId
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import iso_day

Words = Annotated[str, typer.Option(help="what to say to it")]
Note = Annotated[str, typer.Option(help="what is to be known of it")]
On = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="on which day; by default today")]


async def confirm(at: Terminal, name: PlanName, by: By = None, command_id: CommandId = None) -> int:
    return await give_plan(at, name, "confirm", by, {}, command_id)


async def agree(
    at: Terminal, name: PlanName, by: By = None, words: Words = "", command_id: CommandId = None
) -> int:
    return await give_plan(at, name, "agree", by, {"words": words}, command_id)


async def object_to(
    at: Terminal, name: PlanName, words: Words, by: By = None, command_id: CommandId = None
) -> int:
    return await give_plan(at, name, "object", by, {"words": words}, command_id)


async def comment(
    at: Terminal, name: PlanName, words: Words, by: By = None, command_id: CommandId = None
) -> int:
    return await give_plan(at, name, "comment", by, {"words": words}, command_id)


async def state(
    at: Terminal, name: PlanName, words: Words, by: By = None, command_id: CommandId = None
) -> int:
    return await give_plan(at, name, "state", by, {"words": words}, command_id)


async def report(
    at: Terminal,
    name: PlanName,
    number: Number,
    evidence: Annotated[str, typer.Option(help="what shows it, or where it lies")],
    by: By = None,
    note: Note = "",
    files: Files = None,
    command_id: CommandId = None,
) -> int:
    put = await attached(at, name, files)
    fields = {"checkpoint": number, "evidence": evidence, "note": note, "files": put}
    return await give_plan(at, name, "report", by, fields, command_id)


async def record(
    at: Terminal,
    name: PlanName,
    number: Annotated[
        int, typer.Argument(metavar="NUMBER", help="the number of the training or session that was promised")
    ],
    by: By = None,
    outcome: Annotated[SupportOutcome, typer.Option(help="what became of it")] = "held",
    on: On = None,
    note: Note = "",
    files: Files = None,
    command_id: CommandId = None,
) -> int:
    put, day = await attached(at, name, files), iso_day(on, "--on")
    fields = {"support": number, "outcome": outcome, "on": day, "note": note, "files": put}
    return await give_plan(at, name, "record", by, fields, command_id)


async def hold_session(
    at: Terminal,
    name: PlanName,
    what: Annotated[str, typer.Option(help="what it was about")],
    by: By = None,
    on: On = None,
    note: Note = "",
    files: Files = None,
    command_id: CommandId = None,
) -> int:
    put = await attached(at, name, files)
    fields = {"what": what, "on": iso_day(on, "--on"), "note": note, "files": put}
    return await give_plan(at, name, "session", by, fields, command_id)
