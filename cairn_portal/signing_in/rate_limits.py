"""How often a session, a token or an address may ask: counted by this process, told in headers, refused with 429."""

import math
import time
from collections.abc import Mapping
from typing import NamedTuple

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from starlette.requests import Request

from cairn.i18n import Message, message
from cairn.settings import Settings, SettingsProblem

OFF = "off"
STATE = "rate_limit"
"""Where a request keeps what its answer says of the limit, for whoever writes the headers."""


class Standing(NamedTuple):
    """How far a limit is used: `limit` requests in `within` seconds, `left` of them now, all of them again in `after`
    seconds."""

    name: str
    limit: int
    within: int
    left: int
    after: int

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers has it (revision 10)."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.limit};w={self.within}',
            "RateLimit": f'"{self.name}";r={self.left};t={self.after}',
        }


class TooOften(Exception):
    """A session, a token or an address asks more often than it may."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        super().__init__(standing.name)

    @property
    def sentence(self) -> Message:
        """What whoever asked may read."""
        return message(
            "Too many requests: {limit} in {within} seconds are possible here. The next one is in {after} seconds.",
            limit=self.standing.limit,
            within=self.standing.within,
            after=self.standing.after,
        )

    @property
    def headers(self) -> Mapping[str, str]:
        return {**self.standing.headers, "Retry-After": str(self.standing.after)}


class Limits:
    """The limits of one process: where several portals run, each counts what comes to it. Raises SettingsProblem where
    a setting cannot be read.

    A window begins with the first request and ends as a whole: when it does, a bulk of any size is possible, which a
    moving window could tell nobody. Twice as many may pass where two windows meet.
    """

    def __init__(self, settings: Settings) -> None:
        self._counts = FixedWindowRateLimiter(MemoryStorage())
        self._limits = {
            "session": _limit(settings.limit_session, "CAIRN_LIMIT_SESSION"),
            "token": _limit(settings.limit_token, "CAIRN_LIMIT_TOKEN"),
            "sign-in": _limit(settings.limit_sign_in, "CAIRN_LIMIT_SIGN_IN"),
        }

    async def take(self, request: Request, person: str, session: str | None) -> None:
        """Counts a request of somebody who is signed in: a session by itself (`session` is what it alone has), tokens
        by whom they are for, since a machine gets new ones. Raises TooOften."""
        await self._take(request, *_counted(person, session), 1)

    async def take_rows(self, request: Request, person: str, session: str | None, rows: int) -> None:
        """Counts the rows of a request that is counted already, each as a request of its own. One that alone has more
        than the limit takes what there is. Raises TooOften."""
        name, whose = _counted(person, session)
        limit = self._limits[name]
        if limit is not None and (more := min(rows, limit.amount) - 1) > 0:
            await self._take(request, name, whose, more)

    async def take_sign_in(self, request: Request) -> None:
        """Counts a try to sign in, or a token that is refused, by the address it comes from. Raises TooOften."""
        await self._take(request, "sign-in", request.client.host if request.client else "", 1)

    async def _take(self, request: Request, name: str, whose: str, requests: int) -> None:
        limit = self._limits[name]
        if limit is None:
            return
        # Asked before it is counted: what is refused takes nothing from what comes after it.
        taken = await self._counts.test(limit, name, whose, cost=requests) and await self._counts.hit(
            limit, name, whose, cost=requests
        )
        until, left = await self._counts.get_window_stats(limit, name, whose)
        after = max(1, math.ceil(until - time.time()))
        standing = Standing(name, limit.amount, limit.get_expiry(), left, after)
        setattr(request.state, STATE, standing.headers)
        if not taken:
            raise TooOften(standing)


def _counted(person: str, session: str | None) -> tuple[str, str]:
    return ("token", person) if session is None else ("session", session)


def _limit(written: str, setting: str) -> RateLimitItem | None:
    if written.strip().lower() == OFF:
        return None
    try:
        found = parse(written)
    except ValueError:
        found = None
    if found is None or found.amount < 1:
        raise SettingsProblem(
            message(
                "{setting} is {written}: write a number and a time, such as 600/minute or 10/second, or off.",
                setting=setting,
                written=written,
            )
        )
    return found
