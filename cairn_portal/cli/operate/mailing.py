"""Mail that could not be delivered: told in the status, and tried again."""

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated

import typer
from rich.text import Text

from cairn.i18n import marked
from cairn.notices.outbox import Undelivered
from cairn_portal.cli.session import session
from cairn_portal.cli.terminal import Terminal

NAMED = 5
"""So many people are named in a note; of more it is said how many there are."""
GIVEN_UP = marked(
    "{count} {count:plural,mail,mails} to {people} {people:plural,person,people} ({named}) could not be delivered: "
    "{why:mail_trouble}. Once that is mended, `cairn mail retry` sends what is still true."
)
STILL_TRIED = marked(
    "{count} {count:plural,mail,mails} to {people} {people:plural,person,people} ({named}) cannot be delivered yet: "
    "{why:mail_trouble}. It is tried again by itself."
)
Whom = Annotated[
    str | None, typer.Argument(metavar="[PERSON]", help="a person's id; without it, of everybody")
]


def mail_notes(at: Terminal, undelivered: Sequence[Undelivered]) -> list[str]:
    """One note for each reason, with whom it concerns and what to do."""
    notes = []
    for (state, why), of_reason in groupby(undelivered, key=lambda each: (each.state, each.why)):
        found = list(of_reason)
        facts = {
            "count": sum(each.mails for each in found),
            "people": len(found),
            "named": [each.person for each in found[:NAMED]],
            "why": why.partition(":")[0],
            "code": why.partition(":")[2],
        }
        notes.append(at.say(GIVEN_UP if state == "failed" else STILL_TRIED, **facts))
    return notes


async def retry(at: Terminal, person: Whom = None) -> None:
    async with session(at) as s:
        mails = await s.application.outbox.retry(person)
    said = at.say("✓ {mails} {mails:plural,mail is,mails are} tried again.", mails=mails)
    at.answer({"mails": mails}, Text(said))
