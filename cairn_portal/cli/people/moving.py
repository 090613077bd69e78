"""People through the year at the command line: join, leave, move, manager, away, return, delegate.

Each says what follows from it: with --dry-run nothing is done, else it is done and the same is told.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.text import Text

from cairn.application.moves import Moves, RefusedMove
from cairn.application.person_commands import read_person_command
from cairn.domain.launch.consequences import Consequences
from cairn.domain.moves import AnyPersonCommand
from cairn.i18n import message, refusal_message
from cairn_portal.cli.options import By, CommandId
from cairn_portal.cli.people.showing import consequences
from cairn_portal.cli.problem import REFUSED, USAGE, Problem
from cairn_portal.cli.session import Session, require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import iso_day

PersonArg = Annotated[str, typer.Argument(metavar="PERSON", help="the person's id")]
Why = Annotated[str, typer.Option("--reason", help="why")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would follow, do nothing")]
From = Annotated[
    str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="from which day on (required)")
]
To = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="the last day")]
Manager = Annotated[str | None, typer.Option("--manager", metavar="ID", help="the manager's id")]
DepartmentId = Annotated[str | None, typer.Option("--department", metavar="ID", help="the department's id")]
FamilyKey = Annotated[str | None, typer.Option("--family", metavar="KEY", help="the job family's key")]
JobTitle = Annotated[str | None, typer.Option("--title", help="the job title")]


async def join(
    at: Terminal,
    person: PersonArg,
    name: Annotated[str, typer.Option(help="the person's name")],
    department: Annotated[str, typer.Option(metavar="ID", help="the department's id")],
    family: Annotated[str, typer.Option(metavar="KEY", help="the job family's key")],
    since: From = None,
    manager: Manager = None,
    title: JobTitle = None,
    email: Annotated[str, typer.Option(help="the person's address")] = "",
    by: By = None,
    reason: Why = "",
    dry_run: DryRun = False,
    command_id: CommandId = None,
) -> int:
    fields = {
        "name": name, "department": department, "family": family, "manager": manager, "title": title or "",
        "email": email, "hired": _needed(since, "--from"), "reason": reason,
    }  # fmt: skip
    return await _one(at, "join", person, require_actor(by), fields, dry_run, command_id)


async def leave(
    at: Terminal,
    person: PersonArg,
    last_day: Annotated[
        str | None, typer.Option("--last-day", metavar="YYYY-MM-DD", help="the last day they are here")
    ] = None,
    stays: Annotated[bool, typer.Option("--stays", help="take a day of leaving back")] = False,
    by: By = None,
    reason: Why = "",
    dry_run: DryRun = False,
    command_id: CommandId = None,
) -> int:
    if stays == (last_day is not None):
        raise Problem(message("Say --last-day YYYY-MM-DD, or --stays to take it back."), USAGE)
    fields = {"last_day": iso_day(last_day, "--last-day"), "reason": reason}
    return await _one(at, "leave", person, require_actor(by), fields, dry_run, command_id)


async def move(
    at: Terminal,
    person: PersonArg,
    since: From = None,
    department: DepartmentId = None,
    family: FamilyKey = None,
    title: JobTitle = None,
    manager: Manager = None,
    by: By = None,
    reason: Why = "",
    dry_run: DryRun = False,
    command_id: CommandId = None,
) -> int:
    given = {"department": department, "family": family, "title": title, "manager": manager}
    if not any(given.values()):
        raise Problem(message("Say what changes: --department, --family, --title or --manager."), USAGE)
    fields = {**given, "effective": _needed(since, "--from"), "reason": reason}
    return await _one(at, "move", person, require_actor(by), fields, dry_run, command_id)


async def manager(
    at: Terminal,
    person: PersonArg,
    manager: Manager = None,
    since: From = None,
    by: By = None,
    reason: Why = "",
    dry_run: DryRun = False,
    command_id: CommandId = None,
) -> int:
    if not manager:
        raise Problem(message("Say who: --manager ID."), USAGE)
    fields = {"manager": manager, "effective": _needed(since, "--from"), "reason": reason}
    return await _one(at, "manager", person, require_actor(by), fields, dry_run, command_id)


async def away(
    at: Terminal,
    person: PersonArg,
    since: From = None,
    to: To = None,
    by: By = None,
    reason: Why = "",
    dry_run: DryRun = False,
    command_id: CommandId = None,
) -> int:
    fields = {"first": _needed(since, "--from"), "last": iso_day(to, "--to"), "reason": reason}
    return await _one(at, "away", person, require_actor(by), fields, dry_run, command_id)


async def come_back(
    at: Terminal,
    person: PersonArg,
    on: Annotated[
        str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="the first day back (required)")
    ] = None,
    by: By = None,
    reason: Why = "",
    dry_run: DryRun = False,
    command_id: CommandId = None,
) -> int:
    fields = {"effective": _needed(on, "--on"), "reason": reason}
    return await _one(at, "return", person, require_actor(by), fields, dry_run, command_id)


async def delegate(
    at: Terminal,
    person: PersonArg,
    to_whom: Annotated[
        str | None, typer.Option("--delegate", metavar="ID", help="who does the tasks")
    ] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="end it: the tasks are their own again")] = False,
    since: From = None,
    to: To = None,
    by: By = None,
    reason: Why = "",
    dry_run: DryRun = False,
    command_id: CommandId = None,
) -> int:
    if nobody == bool(to_whom):
        raise Problem(message("Say --delegate ID, or --nobody to end it."), USAGE)
    days = {"first": _needed(since, "--from"), "last": iso_day(to, "--to")}
    fields = {"to": to_whom, **days, "reason": reason}
    return await _one(at, "delegate", person, require_actor(by), fields, dry_run, command_id)


def _needed(written: str | None, option: str) -> str:
    found = iso_day(written, option)
    if found is None:
        raise Problem(message("Say the day: {option} YYYY-MM-DD.", option=option), USAGE)
    return found


async def _one(
    at: Terminal,
    name: str,
    person: str,
    by: str,
    fields: Mapping[str, Any],
    dry_run: bool,
    command_id: str | None,
) -> int:
    async with session(at) as s:
        now, today = await present(s)
        given = {key: each for key, each in fields.items() if each is not None or key in ("last_day", "to")}
        command = read_person_command(name, person, by, now, given)
        if dry_run:
            follows = await moves(s).preview([command], today)
            _show(at, follows, await s.names(), Text(at.say("What would follow"), style="bold"))
            return 0
        return await carry_out(s, [command], today, command_id or str(uuid4()))


def moves(s: Session) -> Moves:
    """The use cases of this session."""
    return s.records.moves()


async def present(s: Session) -> tuple[datetime, date]:
    """The present moment and day: of the cycle launched last that is not closed, else of the clock on the wall."""
    return await s.records.present()


async def carry_out(s: Session, commands: Sequence[AnyPersonCommand], today: date, key: str) -> int:
    """Does it and tells what followed. Exit code 1 where a goal or a cycle refused its part."""
    at = s.at
    follows, refused = await moves(s).carry_out(commands, today, key, await s.gateway())
    for person in dict.fromkeys(command.person for command in commands):
        rows = await s.ledger.read_stream(f"person-{person}")
        if rows:
            await s.seen(f"person-{person}", len(rows), "person", "goal")
    done = Text(at.say("✓ Recorded"), style="green")
    _show(at, follows, await s.names(), done, refused, key)
    return REFUSED if refused else 0


def _show(
    at: Terminal,
    follows: Sequence[Consequences],
    names: Mapping[str, str],
    heading: Text,
    refused: Sequence[RefusedMove] = (),
    key: str | None = None,
) -> None:
    told = [
        Text(
            at.say(
                "! {stream}: {why}", stream=each.stream, why=refusal_message(each.refused).text(at.language)
            ),
            style="yellow",
        )
        for each in refused
    ]
    facts = {
        "consequences": list(follows),
        "refused": [{"stream": each.stream, "code": each.refused.code} for each in refused],
        **({"command_id": key} if key else {}),
    }
    at.answer(facts, heading, *consequences(at, follows, names), *told)
