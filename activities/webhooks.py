"""Tells webhooks what happens: each follows the log by itself; a receiver that is away is waited for."""

import asyncio
import logging
from datetime import UTC, datetime

import asyncpg

from cairn.application import Application
from cairn.application.webhooks import FOLLOWING, Webhook, registered
from cairn.domain.operating import WEBHOOKS
from cairn.ledger import (
    PASSING,
    Connection,
    Page,
    PositionMoved,
    StoredEvent,
    Subscription,
    stop_if_cancelled,
    subscriptions,
)
from cairn.webhooks.sending import NotTaken, Sender
from projections.engine.following import keep_lead, lead

NAME = "webhooks"
POLL = 0.5
PAUSE = 30.0
"""Seconds until one is followed again that nothing foresaw the trouble of."""
PAGE = 50
AGAIN = (5.0, 30.0, 120.0, 600.0, 1_800.0, 3_600.0, 3 * 3_600.0)
"""Seconds until a receiver that took nothing, and does not say when, is asked again, the last one over and over."""
GIVEN_UP = 3 * 86_400.0
"""Seconds after which one that takes nothing is given up."""

log = logging.getLogger(__name__)


class WebhookTeller:
    """One of a ledger's workers leads. What is sent twice, after a crash or to catch up, has the id it had.

    `folding` is the address of the login that keeps read models, whose session holds the lead."""

    def __init__(self, application: Application, folding: str, sender: Sender) -> None:
        self.ledger, self.webhooks, self.pool = application.ledger, application.webhooks, application.pool
        self.folding, self.sender = folding, sender
        self._followers: dict[str, tuple[int, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Tells until cancelled, whatever happens to servers meanwhile."""
        await lead(self.folding, NAME, self._lead, POLL)

    async def _lead(self, connection: Connection) -> None:
        known = -1
        try:
            while True:
                version = await self.ledger.version_of(WEBHOOKS)
                if version != known or any(task.done() for _, task in self._followers.values()):
                    hooks = await registered(self.ledger)
                    await self._follow_those(hooks)
                    await self._forget_others(hooks)
                    known = version
                await asyncio.sleep(POLL)
                await keep_lead(connection)
        finally:
            await self._follow_those({})

    async def _follow_those(self, hooks: dict[str, Webhook]) -> None:
        """A follower for each that is to be told; one that was changed, or ended though it is to be told, begins anew
        where it stands."""
        wanted = {name: hook for name, hook in hooks.items() if hook.given_up is None}
        for name, (changed, task) in list(self._followers.items()):
            if task.done() or name not in wanted or wanted[name].changed != changed:
                del self._followers[name]
                task.cancel()
                await asyncio.wait([task])
        for name, hook in wanted.items():
            if name not in self._followers:
                self._followers[name] = hook.changed, asyncio.create_task(self._follow(hook))

    async def _forget_others(self, hooks: dict[str, Webhook]) -> None:
        """Ends the subscriptions of those that were removed, which nobody follows any more."""
        kept = {hook.subscription for hook in hooks.values()}
        for each in await subscriptions(self.pool):
            if each.name.startswith(FOLLOWING) and each.name not in kept:
                await self.ledger.end_following(each.name)

    async def _follow(self, hook: Webhook) -> None:
        """Tells one of them, until it is given up."""
        following: Subscription | None = None
        while True:
            try:
                if following is None:
                    await self.ledger.begin_following(hook.subscription, hook.types, hook.after)
                    following = self.ledger.subscribe(hook.subscription, hook.types, hook.kinds)
                if await self._tell(hook, following):
                    return
            except (PositionMoved, asyncpg.PostgresError, *PASSING) as error:
                stop_if_cancelled(error)
                log.warning("%s could not be told: %s; trying again", hook.subscription, error)
                await asyncio.sleep(POLL)
            except Exception as error:  # whatever one of them causes, it goes on, and so do the others
                stop_if_cancelled(error)
                log.exception("%s could not be told; trying again", hook.subscription)
                await asyncio.sleep(PAUSE)

    async def _tell(self, hook: Webhook, following: Subscription) -> bool:
        """Tells one of a page of events, each for itself: what was taken is not sent again for the sake of what was
        not. True once it is given up."""
        await self._wait_until_due(hook)
        page = await following.next(PAGE)
        if not page.events:
            await asyncio.sleep(POLL)
            return False

        async def send(row: StoredEvent) -> None:
            await self._send(hook, row)

        after = page.after
        for row in page.events:
            position = row.position or after
            try:
                await following.take(Page(after, position, [row]), send, transient=(Exception,))
            except NotTaken as not_taken:
                return await self._failed(hook, not_taken, position)
            if after == page.after:
                await self.webhooks.well(hook.name)
            after = position
        await following.take(Page(after, page.upto, []), send)
        return False

    async def _send(self, hook: Webhook, row: StoredEvent) -> None:
        secret = await self.webhooks.secret(hook.name)
        if secret is None:
            raise NotTaken("unreadable")
        await self.sender.send(hook.url, [secret], row)

    async def _wait_until_due(self, hook: Webhook) -> None:
        trouble = (await self.webhooks.troubles()).get(hook.name)
        if trouble is not None and trouble.due_in > 0:
            await asyncio.sleep(trouble.due_in)

    async def _failed(self, hook: Webhook, not_taken: NotTaken, position: int) -> bool:
        """Notes that it did not take what stands at a position; True where it is given up."""
        trouble = (await self.webhooks.troubles()).get(hook.name)
        tries = trouble.tries if trouble else 0
        again_in = not_taken.again_in or AGAIN[min(tries, len(AGAIN) - 1)]
        since = await self.webhooks.failed(hook.name, again_in, not_taken.why, not_taken.status)
        log.warning("%s took nothing: %s; again in %.0f s", hook.subscription, not_taken, again_in)
        if since is None:  # removed a moment ago: nobody else makes it wait
            await asyncio.sleep(again_in)
            return False
        if since < GIVEN_UP and not_taken.why != "gone":
            return False
        await self.webhooks.give_up(hook.name, position, not_taken.why, not_taken.status, datetime.now(UTC))
        return True
