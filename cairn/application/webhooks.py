"""Webhooks: HR registers who else is told of what happens; each is told from where it began, and can be told again.

That somebody outside is told, and where, is on record as events of one stream. Secrets lie beside the log, wrapped.
"""

import base64
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import asyncpg

from cairn.application.people import hr_instead_of
from cairn.application.repository import record_alone
from cairn.application.stored_events import to_events
from cairn.domain.event import SYSTEM
from cairn.domain.operating import (
    WEBHOOKS,
    WebhookGivenUp,
    WebhookRegistered,
    WebhookRemoved,
    WebhookResumed,
    WhyNotTold,
)
from cairn.domain.refusal import Refusal
from cairn.domain.registry import KINDS
from cairn.domain.streams import IN_CYCLE
from cairn.ledger import Ledger
from cairn.ledger.statements import read_statements
from cairn.privacy import WrappingKeys
from cairn.webhooks.addresses import Allowed, read_url
from cairn.webhooks.signing import PREFIX

_SQL = read_statements(Path(__file__).with_suffix(".sql"))
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
TELLABLE = tuple(sorted(IN_CYCLE - {"appraisal", "feedback"}))
"""Kinds of streams of which others may be told. Not feedback, which concerns two people, nor appraisals: when an
unnamed rater answers would say who they are."""
FOLLOWING = "webhook-"
BYTES = 32
"""Of a secret."""


@dataclass(frozen=True)
class Webhook:
    """One of them: told of these kinds at its address. `begun` and `changed` are the versions of the first and the last
    event about it, `after` is the position after which it is told from the first, or was told again. `given_up` is why
    it is told nothing at present."""

    name: str
    url: str
    kinds: tuple[str, ...]
    by: str
    at: datetime
    begun: int
    changed: int
    after: int
    given_up: WebhookGivenUp | None = None

    @property
    def subscription(self) -> str:
        """How its subscription to the log is called: one that was removed and is registered again has another."""
        return f"{FOLLOWING}{self.name}-{self.begun}"

    @property
    def types(self) -> list[str]:
        """The events that it is told of."""
        return [name for name, kinds in KINDS.items() if set(kinds) & set(self.kinds)]


class Trouble(NamedTuple):
    """A receiver that takes nothing: since when, for which reason, tried so often, next in so many seconds."""

    name: str
    tries: int
    failing_since: datetime
    why: WhyNotTold
    status: int | None
    due_in: float


async def registered(ledger: Ledger) -> dict[str, Webhook]:
    """Every webhook, as the log says, by name."""
    found: dict[str, Webhook] = {}
    for version, event in enumerate(to_events(await ledger.read_stream(WEBHOOKS)), 1):
        match event:
            case WebhookRegistered():
                known = found.get(event.webhook)
                begun, after = (known.begun, known.after) if known else (version, event.after)
                found[event.webhook] = Webhook(
                    event.webhook, event.url, event.kinds, event.by, event.at, begun, version, after
                )
            case WebhookRemoved():
                found.pop(event.webhook, None)
            case WebhookGivenUp() if event.webhook in found:
                found[event.webhook] = replace(found[event.webhook], changed=version, given_up=event)
            case WebhookResumed() if event.webhook in found:
                known = found[event.webhook]
                after = known.after if event.after is None else event.after
                found[event.webhook] = replace(known, changed=version, after=after, given_up=None)
    return found


class Webhooks:
    """What is done with them. `pool` reads, `writing` writes; `keys` wrap the secrets."""

    def __init__(self, ledger: Ledger, pool: asyncpg.Pool, writing: asyncpg.Pool, keys: WrappingKeys) -> None:
        self.ledger, self._pool, self._writing, self._keys = ledger, pool, writing, keys

    async def register(
        self, name: str, url: str, kinds: Sequence[str], allowed: Allowed, by: str, at: datetime
    ) -> str:
        """Has another system told of what happens from now on, or changes where and of what; the secret that its
        messages are signed with. Only HR may. Raises Refusal, SettingsProblem."""
        await self.require_hr(by, at)
        if not NAME.fullmatch(name):
            raise Refusal("webhook.name", field="name", given=name[:80])
        if wrong := sorted(set(kinds) - set(TELLABLE)):
            raise Refusal("webhook.kind", field="kinds", given=", ".join(wrong)[:80], known=list(TELLABLE))
        read_url(url, allowed)
        chosen = tuple(sorted(set(kinds))) or TELLABLE
        id, secret = uuid4(), secrets.token_bytes(BYTES)
        wrapped_by, wrapped = self._keys.wrap(secret, id, WEBHOOKS)
        await self._writing.execute(_SQL["keep"], name, id, wrapped, wrapped_by)
        after = await self.ledger.sealed_position()
        said = WebhookRegistered(webhook=name, url=url, kinds=chosen, after=after, by=by, at=at)
        await record_alone(self.ledger, said, str(uuid4()))
        await self.well(name)
        kept = await self.secret(name)
        if kept is None:
            raise Refusal("webhook.secret", field="name", webhook=name)
        return PREFIX + base64.b64encode(kept).decode()

    async def remove(self, name: str, by: str, at: datetime) -> None:
        """It is told no more. Only HR may."""
        await self.require_hr(by, at)
        await self.require(name)
        await record_alone(self.ledger, WebhookRemoved(webhook=name, by=by, at=at), str(uuid4()))
        await self._writing.execute(_SQL["remove"], name)

    async def resume(self, name: str, after: int | None, by: str, at: datetime) -> None:
        """It is told again, from where it stood or of all that comes after a position. Only HR may."""
        await self.require_hr(by, at)
        hook = await self.require(name)
        if after is not None and not 0 <= after <= await self.ledger.sealed_position():
            raise Refusal("webhook.position", field="after", given=after)
        await self.well(name)
        if after is not None:
            await self.ledger.follow_from(hook.subscription, after)
        # Recorded last: whoever follows begins anew once it reads this, and looks where it stands; one that nobody
        # has followed yet begins there.
        await record_alone(self.ledger, WebhookResumed(webhook=name, after=after, by=by, at=at), str(uuid4()))

    async def give_up(
        self, name: str, position: int, why: WhyNotTold, status: int | None, at: datetime
    ) -> None:
        """It is told nothing until somebody has it go on."""
        said = WebhookGivenUp(webhook=name, position=position, why=why, status=status, by=SYSTEM, at=at)
        await record_alone(self.ledger, said, str(uuid4()))

    async def require(self, name: str) -> Webhook:
        """One of them. Raises Refusal."""
        hook = (await registered(self.ledger)).get(name)
        if hook is None:
            raise Refusal("webhook.unknown", field="name", webhook=name[:80])
        return hook

    async def secret(self, name: str) -> bytes | None:
        """What its messages are signed with; None where it is kept under a key that is not known here."""
        row = await self._pool.fetchrow(_SQL["secret"], name)
        if row is None:
            return None
        return self._keys.unwrap(row["wrapped"], row["wrapped_by"], row["id"], WEBHOOKS)

    async def signed(self) -> set[str]:
        """The webhooks whose secrets are kept."""
        return {row["name"] for row in await self._pool.fetch(_SQL["signed"])}

    async def troubles(self) -> Mapping[str, Trouble]:
        """Receivers that take nothing at present, by name."""
        rows = await self._writing.fetch(_SQL["troubles"])
        return {row["name"]: Trouble(**row) for row in rows}

    async def failed(self, name: str, again_in: float, why: WhyNotTold, status: int | None) -> float | None:
        """A try that failed; the next one is in so many seconds. Answers for how many seconds it fails by now, None
        where nothing is kept about it: it was removed meanwhile."""
        since: float | None = await self._writing.fetchval(_SQL["failed"], name, again_in, why, status)
        return since

    async def well(self, name: str) -> None:
        """It takes messages (again)."""
        await self._writing.execute(_SQL["well"], name)

    async def require_hr(self, by: str, at: datetime) -> None:
        """Refuses whoever is not HR, with who is."""
        if instead := await hr_instead_of(self.ledger, by, at):
            raise Refusal("webhook.not-hr", field="by", by=by, who=instead)
