"""Scores computed again on record: who had it done, when, up to where in the log, and what came of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from cairn.application.audit import OnProgress, Outcome, ScoreAudit
from cairn.application.repository import record_alone
from cairn.application.stored_events import to_events
from cairn.domain.operating import ScoresVerified, verification_name
from cairn.ledger import Ledger


class Verifications:
    """Has every score of a cycle computed again, and remembers it. One instance serves a whole process."""

    def __init__(self, ledger: Ledger, audit: ScoreAudit) -> None:
        self.ledger, self.audit = ledger, audit

    async def run(self, cycle: str, by: str, at: datetime, progress: OnProgress) -> Outcome:
        """Computes all of it again and records what came of it; each run is one of its own."""
        upto = await self.ledger.sealed_position()
        outcome = await self.audit.cycle(cycle, progress, at)
        done = ScoresVerified(
            cycle=cycle,
            upto=upto,
            goals=outcome.goals,
            sheets=outcome.sheets,
            results=outcome.results,
            appraisals=outcome.appraisals,
            differing=len({(each.of, each.version) for each in outcome.differences}),
            missing=len(outcome.missing),
            unread=len(outcome.unread),
            by=by,
            at=at,
        )
        await record_alone(self.ledger, done, f"verified:{uuid4()}")
        return outcome

    async def of(self, cycle: str) -> Sequence[ScoresVerified]:
        """Every run of a cycle that was recorded, in order."""
        rows = await self.ledger.read_stream(verification_name(cycle))
        return [each for each in to_events(rows) if isinstance(each, ScoresVerified)]
