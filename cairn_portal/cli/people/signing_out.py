"""Taking back whatever sessions somebody has in the portal."""

from typing import Annotated

import typer
from rich.text import Text

from cairn_portal.cli.session import session
from cairn_portal.cli.terminal import Terminal

Whom = Annotated[str, typer.Argument(metavar="PERSON", help="a person's id")]


async def sign_out(at: Terminal, person: Whom) -> None:
    async with session(at) as s:
        found = await s.person(person)
        await s.application.sign_outs.end(found.id)
    said = at.say("✓ {person} is signed out of the portal everywhere.", person=f"{found.id} {found.name}")
    at.answer({"person": found.id}, Text(said))
