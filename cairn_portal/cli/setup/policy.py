"""The policy at the command line: check a file, adopt a version of it, list what was adopted."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cairn.policies import PolicyInvalid, load, read_text
from cairn_portal.cli.mistakes import show_mistakes
from cairn_portal.cli.options import By
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.policies import main_settings
from cairn_portal.presenting.words import facts, grid


async def check(at: Terminal, file: Annotated[Path, typer.Argument(help="the policy's YAML")]) -> int:
    try:
        found = load(file)
    except PolicyInvalid as invalid:
        return show_policy_mistakes(at, invalid)
    at.answer(
        {"name": found.name, "version": found.version, "problems": []},
        Text(at.say("✓ {file} is all right", file=file.name), style="green"),
        facts(*main_settings(at, found)),
    )
    return 0


def show_policy_mistakes(at: Terminal, invalid: PolicyInvalid) -> int:
    facts = {"source": invalid.source, "count": len(invalid.mistakes)}
    return show_mistakes(
        at, invalid, at.say("✗ {source} has {count} {count:plural,mistake,mistakes}", **facts)
    )


async def adopt(
    at: Terminal,
    file: Annotated[Path, typer.Argument(help="the policy's YAML")],
    by: By = None,
) -> int:
    try:
        text = read_text(file)
        async with session(at) as s:
            adoption = await s.application.policies.adopt(
                text, file.name, require_actor(by), datetime.now(UTC)
            )
            await s.seen(adoption.stream, adoption.version)
    except PolicyInvalid as invalid:
        return show_policy_mistakes(at, invalid)
    reference = adoption.reference
    said = (
        at.say("✓ Adopted {reference}", reference=reference)
        if adoption.new
        else at.say("✓ {reference} was adopted before; nothing changed", reference=reference)
    )
    at.answer({"policy": reference, "new": adoption.new}, Text(said, style="green"))
    return 0


async def listed(at: Terminal) -> None:
    async with session(at) as s:
        versions = await s.application.policies.adopted()
    table = grid(at.say("policy"), at.say("adopted"), at.say("adopted by"))
    for each in versions:
        table.add_row(f"{each.name}@{each.version}", at.moment(each.at), each.by)
    nothing = Text(at.say("No policy yet: cairn policy adopt FILE --by ID"))
    at.answer(
        [{"policy": f"{each.name}@{each.version}", "at": each.at, "by": each.by} for each in versions],
        table if versions else nothing,
    )
