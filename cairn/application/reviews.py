"""Opening the stage reviews of a period that has ended, for all of a cycle's sheets at once."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from cairn.application.cycles import Cycles
from cairn.application.dated_roster import dated_roster_at
from cairn.application.repository import fold_sheet, to_appends
from cairn.domain.identity import Identity, by_system
from cairn.domain.refusal import Refusal
from cairn.domain.review.events import ReviewAsked
from cairn.domain.review.opening import Opening, reviews_of
from cairn.domain.sheet.state import Sheet
from cairn.ledger import AppendConflict, Ledger

CHUNK = 40
"""Sheets that are read at once."""
BATCH = 120
"""Reviews in one append."""
Progress = Callable[[int, int], Awaitable[None]]


class Reviews:
    """What a cycle does for its stage reviews."""

    def __init__(self, ledger: Ledger, cycles: Cycles) -> None:
        self.ledger, self.cycles = ledger, cycles

    async def open_period(self, cycle_id: str, period: str, at: datetime, progress: Progress) -> Opening:
        """Opens the reviews of a period, a batch at a time; again after a crash it doubles nothing. `at` is the
        cycle's present."""
        cycle = await self.cycles.load(cycle_id)
        span = cycle.schedule.period(period) if cycle.schedule else None
        if cycle.schedule is None or span is None:
            raise Refusal("cycle.unknown", field="cycle", cycle=cycle_id)
        policy = await self.cycles.policies.version(cycle.policy)
        roster = await dated_roster_at(self.ledger, await self.ledger.sealed_position())
        sheets = await self._sheets(cycle_id, progress)
        found = reviews_of(sheets, span, cycle.schedule, policy, roster.histories, at)
        opening = by_system(f"cycle-{cycle_id}", f"reviews:{period}")
        for start in range(0, len(found.reviews), BATCH):
            await self._open(found.reviews[start : start + BATCH], opening)
            await progress(min(start + BATCH, len(found.reviews)), len(found.reviews))
        return found

    async def _sheets(self, cycle_id: str, progress: Progress) -> list[Sheet]:
        names, sheets = await self.cycles.sheets(cycle_id), []
        for start in range(0, len(names), CHUNK):
            chunk = names[start : start + CHUNK]
            rows = await self.ledger.read_streams(chunk)
            sheets += [fold_sheet(name, rows[name]) for name in chunk]
            await progress(len(sheets), len(names))
        return sheets

    async def _open(self, reviews: Sequence[ReviewAsked], opening: Identity) -> None:
        """One append for the whole batch; only where a part of it is there already, review by review."""
        try:
            await self.ledger.append(to_appends(reviews, {}, opening))
        except AppendConflict:
            if len(reviews) > 1:
                for review in reviews:
                    await self._open([review], opening)
