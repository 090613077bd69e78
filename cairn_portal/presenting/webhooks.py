"""Webhooks as people and programs read them: where each leads, how far it is told, and what stands in its way."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from cairn.application import Application
from cairn.application.webhooks import Trouble, Webhook, registered
from cairn.i18n import Message, message
from cairn.ledger import subscriptions
from cairn_portal.presenting.reader import Reader


class Standing(NamedTuple):
    """A webhook, told of everything up to `position`; `waiting` events are not yet (counted to 1,000 of a type).
    `signed` is whether the secret is kept that its messages are signed with."""

    hook: Webhook
    position: int
    waiting: int
    trouble: Trouble | None
    signed: bool

    @property
    def is_well(self) -> bool:
        """Whether it is told, as far as is known."""
        return self.hook.given_up is None and self.trouble is None and self.signed


async def webhooks_of(application: Application) -> list[Standing]:
    """Every webhook and how it stands, by name."""
    hooks = await registered(application.ledger)
    told = {each.name: each for each in await subscriptions(application.pool)}
    troubles, signed = await application.webhooks.troubles(), await application.webhooks.signed()
    found = []
    for name, hook in sorted(hooks.items()):
        following = told.get(hook.subscription)
        position, waiting = (following.position, following.waiting) if following else (hook.after, 0)
        found.append(Standing(hook, position, waiting, troubles.get(name), name in signed))
    return found


def word_of_standing(each: Standing) -> Message:
    """How it stands, in words."""
    if (over := each.hook.given_up) is not None:
        return message(
            "given up: {why:webhook_trouble}; `cairn webhook resume {name}` goes on",
            why=over.why,
            name=each.hook.name,
        )
    if not each.signed:
        return message(
            "told nothing: its secret is not kept here any more; `cairn webhook add {name} {url}` makes it another one",
            name=each.hook.name,
            url=each.hook.url,
        )
    if (trouble := each.trouble) is not None:
        return message(
            "takes nothing since {since}: {why:webhook_trouble}; tried again by itself",
            since=trouble.failing_since,
            why=trouble.why,
        )
    return message("{waiting} {waiting:plural,event waits,events wait}", waiting=each.waiting)


def webhook_notes(at: Reader, found: Sequence[Standing]) -> list[str]:
    """One note for each that is told nothing, with why and what to do."""
    return [
        at.say(
            "Webhook {name} ({url}): {standing}", name=each.hook.name, url=each.hook.url,
            standing=word_of_standing(each),
        )
        for each in found
        if not each.is_well
    ]  # fmt: skip


def webhook_facts(at: Reader, each: Standing) -> dict[str, Any]:
    """The same for programs."""
    hook, trouble = each.hook, each.trouble
    return {
        "webhook": hook.name,
        "url": hook.url,
        "kinds": list(hook.kinds),
        "by": hook.by,
        "at": hook.at,
        "position": each.position,
        "waiting": each.waiting,
        "given_up": hook.given_up and {"why": hook.given_up.why, "position": hook.given_up.position},
        "trouble": trouble
        and {
            "why": trouble.why,
            "status": trouble.status,
            "tries": trouble.tries,
            "since": trouble.failing_since,
        },
        "standing": at.say(word_of_standing(each)),
    }
