"""Notices that could not be delivered by mail or chat: told in the status, and tried again; chat tried out."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Annotated, Any

import typer
from rich.text import Text

from cairn.i18n import marked, message
from cairn.notices.channels import channels_of
from cairn.notices.chat import hand_over
from cairn.notices.outbox import IN_DOUBT, Undelivered
from cairn_portal.cli.problem import REFUSED, Problem
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
CHAT_GIVEN_UP = marked(
    "{count} chat {count:plural,message,messages} for {people} {people:plural,reader,readers} ({named}) could not be "
    "delivered. Once the service or CAIRN_CHAT_FILE is mended, `cairn chat retry` sends what is still true."
)
CHAT_STILL_TRIED = marked(
    "{count} chat {count:plural,message,messages} for {people} {people:plural,reader,readers} ({named}) cannot be "
    "delivered yet: the service cannot be reached, or does not take the address. It is tried again by itself; `cairn "
    "chat try {first}` tries now."
)
CHAT_IN_DOUBT = marked(
    "{count} chat {count:plural,message,messages} for {people} {people:plural,reader,readers} ({named}) may have been "
    "delivered or not: the service did not answer in time, or the worker ended meanwhile, and it is not sent twice by "
    "itself. `cairn chat retry` sends again what is still true."
)
TAKEN = marked("✓ The service took the message.")
NOT_TAKEN = marked("The service did not take the message.")
NOT_ANSWERED = marked("The service did not answer in time: the message may have arrived or not.")
Whom = Annotated[
    str | None, typer.Argument(metavar="[PERSON]", help="a person's id; without it, of everybody")
]


def mail_notes(at: Terminal, undelivered: Sequence[Undelivered]) -> list[str]:
    """One note for each reason, with whom it concerns and what to do."""
    return [
        at.say(
            GIVEN_UP if state == "failed" else STILL_TRIED,
            **_facts(found),
            why=why.partition(":")[0],
            code=why.partition(":")[2],
        )
        for state, why, found in _by_reason(undelivered)
    ]


def chat_notes(at: Terminal, undelivered: Sequence[Undelivered]) -> list[str]:
    """The same of chat, where nobody tells why a message was not taken."""
    notes = []
    for state, why, found in _by_reason(undelivered):
        ended = CHAT_IN_DOUBT if why == IN_DOUBT else CHAT_GIVEN_UP
        sentence = ended if state == "failed" else CHAT_STILL_TRIED
        notes.append(at.say(sentence, **_facts(found), first=found[0].person))
    return notes


def _by_reason(undelivered: Sequence[Undelivered]) -> Iterator[tuple[str, str, list[Undelivered]]]:
    for (state, why), of_reason in groupby(undelivered, key=lambda each: (each.state, each.why)):
        yield state, why, list(of_reason)


def _facts(found: Sequence[Undelivered]) -> dict[str, Any]:
    """How many messages for how many readers, with the first of them."""
    return {
        "count": sum(each.mails for each in found),
        "people": len(found),
        "named": [each.person for each in found[:NAMED]],
    }


async def retry(at: Terminal, person: Whom = None) -> None:
    async with session(at) as s:
        mails = await s.application.outbox.retry(person)
    said = at.say("✓ {mails} {mails:plural,mail is,mails are} tried again.", mails=mails)
    at.answer({"mails": mails}, Text(said))


Reader = Annotated[str, typer.Argument(metavar="PERSON|role:ROLE", help="whom the message is for")]


async def retry_chat(at: Terminal, person: Whom = None) -> None:
    async with session(at) as s:
        messages = await s.application.chat_outbox.retry(person)
    said = at.say("✓ {messages} {messages:plural,message is,messages are} tried again.", messages=messages)
    at.answer({"messages": messages}, Text(said))


async def try_chat(at: Terminal, reader: Reader) -> int:
    """Sends one message now, whatever the hour, to see whether it arrives."""
    channels = channels_of(at.settings)
    if channels is None:
        raise Problem(message("Chat is not set up: state its file in CAIRN_CHAT_FILE."))
    if reader.startswith("role:"):
        channel = channels.of_role(reader)
    else:
        async with session(at) as s:
            person = await s.records.person(reader)
        channel = channels.of_person(person)
    if channel is None:
        raise Problem(message("CAIRN_CHAT_FILE has no channel for {reader}.", reader=reader))
    title = message("Cairn: a message to try this channel").text(channel.language)
    outcome = await hand_over(channel.address, title, channels.portal or title)
    said = {"taken": TAKEN, "refused": NOT_TAKEN, "in_doubt": NOT_ANSWERED}[outcome]
    at.answer({"taken": outcome == "taken", "in_doubt": outcome == "in_doubt"}, Text(at.say(said)))
    return 0 if outcome == "taken" else REFUSED
