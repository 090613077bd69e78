"""Scores again what late readings, changed results of subordinates, of goals that serve another, and raters change
(RULES D5, Y2, M6, E1), and has newer versions of results shown (RULES Y3): it follows the log."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime

import asyncpg

from cairn.application.computing import Sources
from cairn.application.evaluation import Evaluation
from cairn.application.goals import Goals
from cairn.application.results import Results
from cairn.application.stored_events import UnreadableEvent, known_versions, to_event
from cairn.domain.appraisal.events import AppraisalScored
from cairn.domain.event import SYSTEM
from cairn.domain.goal.commands import ScoreAgain
from cairn.domain.goal.events import GoalScored, ScoreCause
from cairn.domain.goal.state import Goal
from cairn.domain.identity import SYSTEM_KEYS
from cairn.domain.reading import Evidence, FeedCompleted, ReadingsRecorded
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Period
from cairn.domain.sheet.events import ResultIssued, VersionCalibrated
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import appraisal_of
from cairn.ledger import Connection, PositionMoved, StoredEvent
from projections.engine import catch_up
from projections.engine.following import keep_lead, lead
from projections.models import cascade, reading, score

NAME = "rescoring"
TYPES = (
    "ReadingsRecorded", "FeedCompleted", "ResultIssued", "VersionCalibrated", "GoalScored", "AppraisalScored",
)  # fmt: skip
PAGE = 200
POLL = 0.25
PATIENCE = 30.0
"""Seconds to wait for the read models that say which scores are concerned; after them it is tried again."""

log = logging.getLogger(__name__)


class Rescorer:
    """One of a ledger's workers leads; whatever it does again has no effect.

    `pool` reads the read models; `folding` is the address of the login that keeps them, whose session holds the lead.
    """

    def __init__(
        self, goals: Goals, evaluation: Evaluation, results: Results, pool: asyncpg.Pool, folding: str
    ) -> None:
        self.goals, self.evaluation, self.results = goals, evaluation, results
        self.pool, self.folding = pool, folding
        self.sources, self.ratings = Sources(goals), evaluation.ratings

    async def run(self) -> None:
        """Follows the sealed log until cancelled. Reconnects when it has to."""
        await lead(self.folding, NAME, self._lead, POLL, (PositionMoved,))

    async def _lead(self, connection: Connection) -> None:
        following = self.goals.ledger.subscribe(NAME, TYPES)

        async def take(row: StoredEvent) -> None:
            await self._take(row)
            await keep_lead(connection)

        await following.position()
        await following.ask_for_known(known_versions())
        while True:
            await following.do_what_is_asked(take)
            page = await following.next(PAGE)
            await following.take(page, take)
            if not page.events:
                await asyncio.sleep(POLL)
                await keep_lead(connection)

    async def _take(self, row: StoredEvent) -> None:
        event = to_event(row)
        try:
            if isinstance(event, ReadingsRecorded):
                await self._readings(event, row.position or 0)
            elif isinstance(event, FeedCompleted):
                await self._completed(event, row.position or 0)
            elif isinstance(event, AppraisalScored):
                await self._rated(event.case, event.at, row.position or 0)
            elif isinstance(event, ResultIssued):
                if event.number == 1:  # it may have been computed while raters said more
                    await self._rated(appraisal_of(event.sheet), event.at, row.position or 0)
                await self.results.show_newer(event.sheet, event.at)
                await self.evaluation.issue_above(event.sheet, event.at)
                for goal in await self.sources.counting_result(event.sheet):
                    await self._count_again(goal, "Y", event.at, row.position or 0, "subordinates")
            elif isinstance(event, VersionCalibrated):
                await self.results.show_newer(event.sheet, event.at)
            elif isinstance(event, GoalScored):
                above = await self.sources.counting_goal(event.goal)
                if above is not None:
                    await self._count_again(above, event.period, event.at, row.position or 0, "children")
        except UnreadableEvent:
            raise
        except Refusal as refusal:
            log.error("%s at position %s changes no score: %s", row.type, row.position, refusal)

    async def _rated(self, appraisal: str, at: datetime, position: int) -> None:
        """What an appraisal came to, in its goals and the result."""
        await self.ratings.take_in(appraisal, at, f"raters:{position}", self._evidence)

    async def _evidence(self, goal: Goal, sheet: Sheet, period: Period) -> Evidence:
        return await reading.evidence_of(self.pool, goal, sheet, period)

    async def _readings(self, recorded: ReadingsRecorded, position: int) -> None:
        """Every score whose days these readings lie in, as the readings are now."""
        for name in ("reading", "score"):
            await catch_up.wait_for(self.pool, name, position, PATIENCE)
        keys = [(row.metric, row.subject, row.on) for row in recorded.rows]
        concerned = await score.scores_of_readings(self.pool, keys, position)
        await self._all_again(concerned, recorded.at, position)

    async def _completed(self, said: FeedCompleted, position: int) -> None:
        """Every score that went on without what this feed has brought by now, also where that is no row (RULES D3)."""
        metrics = sorted({covers.metric for covers in said.covers})
        if not metrics:
            return
        for name in ("coverage", "reading", "score"):
            await catch_up.wait_for(self.pool, name, position, PATIENCE)
        concerned = await score.scores_without(self.pool, metrics, said.through, position)
        await self._all_again(concerned, said.at, position)

    async def _all_again(self, found: Iterable[score.Concerned], at: datetime, position: int) -> None:
        """Each score by itself: a goal that cannot be read, or that refuses, keeps no other one waiting. It is named by
        `cairn status` itself, for its stream waits in the read models too."""
        for concerned in found:
            try:
                await self._again(concerned, at, position)
            except Refusal as refusal:
                log.error("%s of %s is not scored again: %s", concerned.period, concerned.goal, refusal)

    async def _count_again(
        self, name: str, period_key: str, at: datetime, position: int, cause: ScoreCause
    ) -> None:
        """A computed KPI by what it counts now, where it was scored before it."""
        goal, context = await self.goals.load(name)
        period = context.schedule.period(period_key) if context.schedule else None
        if period is None or period_key not in goal.scores:
            return
        await catch_up.wait_for(self.pool, "goal", position, PATIENCE)
        aligned = await cascade.aligned(self.pool, name)
        evidence = await self.sources.evidence(goal, context, period, aligned)
        command = ScoreAgain(goal=name, period=period_key, upto=position, cause=cause, by=SYSTEM, at=at)
        key = f"{SYSTEM_KEYS}counted:{period_key}:{position}"
        await self.goals.handle(command, key, evidence=evidence)

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
