"""Scores again what late readings and changed results of subordinates change (RULES D5, Y2): it follows the log."""

import asyncio
import logging
from datetime import datetime

import asyncpg

from cairn.application.evaluation import Evaluation
from cairn.application.goals import Goals
from cairn.application.stored_events import to_events
from cairn.domain.event import SYSTEM
from cairn.domain.goal.commands import ScoreAgain
from cairn.domain.identity import SYSTEM_KEYS
from cairn.domain.reading import FeedCompleted, ReadingsRecorded
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.events import ResultIssued
from cairn.ledger import LOST, Connection, StoredEvent, stop_if_cancelled
from projections.engine import catch_up
from projections.engine.following import cursor_of, keep_cursor, keep_lead, leading
from projections.models import reading, score

NAME = "rescoring"
TYPES = ("ReadingsRecorded", "FeedCompleted", "ResultIssued")
PAGE = 200
POLL = 0.25
PATIENCE = 30.0
"""Seconds to wait for the read models that say which scores are concerned; after them it is tried again."""

log = logging.getLogger(__name__)


class Rescorer:
    """One of a ledger's workers leads; whatever it does again has no effect.

    `pool` reads the read models; `folding` is the address of the login that keeps them, and keeps how far this is.
    """

    def __init__(self, goals: Goals, evaluation: Evaluation, pool: asyncpg.Pool, folding: str) -> None:
        self.goals, self.evaluation, self.pool, self.folding = goals, evaluation, pool, folding

    async def run(self) -> None:
        """Follows the sealed log until cancelled. Reconnects when it has to."""
        while True:
            try:
                async with leading(self.folding, NAME) as connection:
                    await self._lead(connection)
            except (asyncpg.PostgresError, TimeoutError, *LOST) as error:
                stop_if_cancelled(error)
                log.warning("scores could not be brought up to date: %s; trying again", error)
                await asyncio.sleep(POLL)

    async def _lead(self, connection: Connection) -> None:
        after = await cursor_of(connection, NAME)
        while True:
            sealed = await self.goals.ledger.sealed_position()
            if sealed == after:
                await asyncio.sleep(POLL)
                await keep_lead(connection)
                continue
            rows = await self.goals.ledger.read_sealed(after=after, upto=sealed, limit=PAGE, types=TYPES)
            for row in rows:
                await self._take(row)
                await keep_lead(connection)
            after = rows[-1].position or sealed if len(rows) == PAGE else sealed
            await keep_cursor(connection, NAME, after)

    async def _take(self, row: StoredEvent) -> None:
        [event] = to_events([row])
        try:
            if isinstance(event, ReadingsRecorded):
                await self._readings(event, row.position or 0)
            elif isinstance(event, FeedCompleted):
                await self._completed(event, row.position or 0)
            elif isinstance(event, ResultIssued):
                await self.evaluation.issue_above(event.sheet, event.at)
        except Refusal as refusal:
            log.error("%s at position %s changes no score: %s", row.type, row.position, refusal)

    async def _readings(self, recorded: ReadingsRecorded, position: int) -> None:
        """Every score whose days these readings lie in, as the readings are now."""
        for name in ("reading", "score"):
            await catch_up.wait_for(self.pool, name, position, PATIENCE)
        keys = [(row.metric, row.subject, row.on) for row in recorded.rows]
        for concerned in await score.scores_of_readings(self.pool, keys, position):
            await self._again(concerned, recorded.at, position)

    async def _completed(self, said: FeedCompleted, position: int) -> None:
        """Every score that went on without what this feed has brought by now, also where that is no row (RULES D3)."""
        metrics = sorted({covers.metric for covers in said.covers})
        if not metrics:
            return
        for name in ("coverage", "reading", "score"):
            await catch_up.wait_for(self.pool, name, position, PATIENCE)
        for concerned in await score.scores_without(self.pool, metrics, said.through, position):
            await self._again(concerned, said.at, position)

    async def _again(self, concerned: score.Concerned, at: datetime, position: int) -> None:
        goal, context = await self.goals.load(concerned.goal)
        period = context.schedule.period(concerned.period) if context.schedule else None
        if period is None:
            return
        evidence = await reading.evidence_of(self.pool, goal, context.sheet, period)
        command = ScoreAgain(
            goal=concerned.goal, period=concerned.period, upto=evidence.upto, by=SYSTEM, at=at
        )
        key = f"{SYSTEM_KEYS}readings:{concerned.period}:{position}"
        await self.goals.handle(command, key, evidence=evidence)
