"""Webhooks at the command line: who else is told of what happens, since when, and how they take it."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from cairn.application.webhooks import TELLABLE
from cairn.webhooks.addresses import allowed_of
from cairn_portal.cli.options import By
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.webhooks import webhook_facts, webhooks_of, word_of_standing
from cairn_portal.presenting.words import grid

Name = Annotated[str, typer.Argument(metavar="NAME", help="what it is called: letters, digits, - and _")]
Url = Annotated[str, typer.Argument(metavar="URL", help="where it is told, https://…")]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", help="goal, sheet, cycle, result …; without it, of everything that can be told"),
]
After = Annotated[
    int | None,
    typer.Option("--after", min=0, help="tell it again all that comes after this position of the log"),
]


async def add(at: Terminal, name: Name, url: Url, kind: Kinds = None, by: By = None) -> None:
    async with session(at) as s:
        secret = await s.application.webhooks.register(
            name, url, kind or (), allowed_of(at.settings), require_actor(by), datetime.now(UTC)
        )
    said = at.say("✓ {name} is told from now on. Its messages are signed with this secret:", name=name)
    at.answer({"webhook": name, "secret": secret}, Text(said, style="green"), Text(secret))


async def listed(at: Terminal, by: By = None) -> None:
    async with session(at) as s:
        await s.application.webhooks.require_hr(require_actor(by), datetime.now(UTC))
        found = await webhooks_of(s.application)
    table = grid(
        at.say("webhook"), at.say("address"), at.say("told of"), at.say("position"), at.say("how it stands")
    )
    for each in found:
        table.add_row(
            each.hook.name,
            each.hook.url,
            at.say("everything") if each.hook.kinds == TELLABLE else ", ".join(each.hook.kinds),
            str(each.position),
            at.say(word_of_standing(each)),
        )
    at.answer(
        [webhook_facts(at, each) for each in found],
        table if found else Text(at.say("No webhook is registered.")),
    )


async def remove(at: Terminal, name: Name, by: By = None) -> None:
    async with session(at) as s:
        await s.application.webhooks.remove(name, require_actor(by), datetime.now(UTC))
    at.answer({"webhook": name}, Text(at.say("✓ {name} is told no more.", name=name)))


async def resume(at: Terminal, name: Name, after: After = None, by: By = None) -> None:
    async with session(at) as s:
        await s.application.webhooks.resume(name, after, require_actor(by), datetime.now(UTC))
    at.answer({"webhook": name, "after": after}, Text(at.say("✓ {name} is told again.", name=name)))
