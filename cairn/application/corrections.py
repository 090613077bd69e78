"""Corrections by hand: a clerical error is proposed to be mended, with all that follows from it (RULES T6, Y3)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from cairn.application import access
from cairn.application.repository import TRIES, first_answer, fold_sheet, to_appends
from cairn.application.scored_sheets import ScoredSheet, ScoredSheets
from cairn.application.stored_events import to_events
from cairn.domain.evaluation.correcting import Case, Mended, Slip, mended, right_facts
from cairn.domain.evaluation.versions import next_restatement
from cairn.domain.event import Event
from cairn.domain.goal.state import Goal
from cairn.domain.identity import Identity, check_key, digest
from cairn.domain.reading import Evidence
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Period
from cairn.domain.sheet.events import Correction, RestatementDecided, RestatementProposed, SheetCause
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import sheet_of
from cairn.ledger import AppendConflict, Ledger, StoredEvent

EvidenceOf = Callable[[Goal, Sheet, Period], Awaitable[Evidence]]
"""What is known now of what a goal is measured by in a period."""
Rows = Sequence[StoredEvent]


class Asked(NamedTuple):
    """A clerical error that HR wants mended: of a goal, or of the weights of its sheet."""

    goal: str
    correction: Correction
    reason: str
    by: str
    at: datetime


class Corrections:
    """Works out and proposes them. One instance serves a whole process."""

    def __init__(self, ledger: Ledger, sheets: ScoredSheets) -> None:
        self.ledger, self.sheets = ledger, sheets

    async def propose(self, asked: Asked, key: str, evidence: EvidenceOf) -> tuple[RestatementProposed, bool]:
        """Records a correction by hand once: the proposal, and, where nothing it changes is settled, its taking effect.
        Returns the proposal, and whether it took effect."""
        check_key(key)
        stream = sheet_of(asked.goal)
        content = (asked.goal, asked.correction.model_dump_json(), asked.reason)
        identity = Identity(stream, key, "correct", digest("correct", asked.by, *content))
        for _ in range(TRIES):
            rows = await self.ledger.read_stream(stream)
            if earlier := first_answer(identity, rows):
                said = to_events(earlier)
                first = next(each for each in said if isinstance(each, RestatementProposed))
                return first, any(isinstance(each, RestatementDecided) for each in said)
            found, around, case = await self._foreseen(asked, stream, rows, evidence)
            events: list[Event] = [found.proposed]
            if not found.settled:
                events += [*found.facts, *found.versions, _at_once(found.proposed)]
            known = {stream: around.sheet.version, asked.goal: case.goals[asked.goal].version}
            try:
                await self.ledger.append(to_appends(events, known, identity))
            except AppendConflict:
                continue
            return found.proposed, not found.settled
        raise Refusal("command.stale", stream=stream)

    async def foresee(self, asked: Asked, evidence: EvidenceOf) -> Mended:
        """What a correction would come to; nothing is recorded. Refuses what `propose` would."""
        stream = sheet_of(asked.goal)
        found, _, _ = await self._foreseen(asked, stream, await self.ledger.read_stream(stream), evidence)
        return found

    async def _foreseen(
        self, asked: Asked, stream: str, rows: Rows, evidence: EvidenceOf
    ) -> tuple[Mended, ScoredSheet, Case]:
        around = await self.sheets.around(fold_sheet(stream, rows), asked.by, asked.at)
        calendar = around.schedule.calendar
        access.require_to_propose(asked.by, around.holder, around.people, asked.at, calendar)
        case = await self.sheets.case(around)
        if asked.goal not in case.goals:
            raise Refusal("goal.unknown", field="goal", goal=asked.goal)
        restatement = next_restatement(around.sheet)
        slip = Slip(asked.goal, asked.correction, restatement, asked.reason, asked.by, asked.at)
        return await self.mended(slip, case, "corrected", evidence), around, case

    async def mended(self, slip: Slip, case: Case, cause: SheetCause, evidence: EvidenceOf) -> Mended:
        """What a correction comes to by the log as it stands."""
        facts = right_facts(slip, case)
        now = case.after(facts)
        goal = now.goals[slip.goal]
        scored = [each for each in case.schedule.periods if each.key in goal.scores]
        known = {each.key: await evidence(goal, now.sheet, each) for each in scored}
        return mended(slip, case, facts, known, cause)


def _at_once(proposed: RestatementProposed) -> RestatementDecided:
    """What changes nothing that is settled takes effect as it is proposed (RULES Y3)."""
    return RestatementDecided(
        sheet=proposed.sheet, restatement=proposed.restatement, accepted=True, heard="", reason=proposed.reason,
        by=proposed.by, at=proposed.at,
    )  # fmt: skip
