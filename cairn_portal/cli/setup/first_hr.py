"""The first person of all: whoever runs the servers names them, and they import everybody else."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from cairn.documents.ids import read_id, reserved
from cairn.documents.labels import read_label
from cairn.documents.mistakes import Mistake, Place
from cairn.domain.people import Person
from cairn_portal.cli.session import session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import OptionInvalid


async def named(
    at: Terminal,
    person: Annotated[str, typer.Argument(metavar="ID", help="the person's id, as the roster will have it")],
    name: Annotated[str, typer.Option(help="the person's name")],
) -> None:
    first = _first(person, name)
    async with session(at) as s:
        recorded = await s.application.people.name_first_hr(first, datetime.now(UTC))
        assert recorded.last is not None
        await s.seen(*recorded.last, "person")
    said = at.say(
        "✓ {id} is HR now, and imports everybody else. On the pages: sign in as {id} and follow the five steps.",
        id=first.id,
    )
    at.answer({"person": first.id, "roles": ["hr"]}, Text(said, style="green"))


def _first(person: str, name: str) -> Person:
    """Somebody of whom nothing else is known yet: the roster says it. Raises OptionInvalid."""
    id, called = read_id(person), read_label(name)
    if not isinstance(id, Mistake):
        id = reserved(id) or id
    if isinstance(id, Mistake):
        raise OptionInvalid([id.at(Place("ID"))], "ID")
    if isinstance(called, Mistake):
        raise OptionInvalid([called.at(Place("--name"))], "--name")
    return Person(id=id, name=called, department="", family="", hired=datetime.now(UTC).date())
