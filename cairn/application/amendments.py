"""Changing a policy in mid-cycle: the preview of what it changes for whom, the votes, the taking effect."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from cairn.application import access
from cairn.application.clock import zone_of
from cairn.application.cycles import Cycles
from cairn.application.repository import (
    TRIES,
    first_answer,
    fold_cycle,
    fold_goal,
    fold_person,
    fold_sheet,
    goal_context,
    to_appends,
)
from cairn.application.seats import SeatHolders
from cairn.domain.amendment.decide import amended, digest_of, enact, propose, vote
from cairn.domain.amendment.effects import Moved, moved_deadlines, moves_of_cycle, summed_up
from cairn.domain.cycle.commands import AmendPolicy, AnyAmendmentCommand, EnactAmendment, VoteOnAmendment
from cairn.domain.cycle.events import CycleEvent, DeadlineMove, PolicyChange
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.status import CycleStatus
from cairn.domain.identity import identify
from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day
from cairn.domain.terms import Terms
from cairn.ledger import AppendConflict

CHUNK = 40
Progress = Callable[[int, int], Awaitable[None]]


class Preview(NamedTuple):
    """What another version of a cycle's policy would change: field by field, the dates of the cycle that move, and
    those of goals (`moves`, summed up, and `of_goals` one by one)."""

    before: str
    after: str
    digest: str
    changes: Sequence[PolicyChange]
    moves: Sequence[DeadlineMove]
    of_goals: Sequence[Moved]


class Amendments:
    """The write path of a policy's changes in mid-cycle. One instance serves a whole process."""

    def __init__(self, cycles: Cycles, seats: SeatHolders) -> None:
        self.cycles, self.ledger, self.policies, self.seats = cycles, cycles.ledger, cycles.policies, seats

    async def preview(
        self, cycle_id: str, after: Policy, at: datetime, progress: Progress | None = None
    ) -> Preview:
        """What a version of the policy would change, were it in force from `at` on. Refuses what may not change."""
        cycle = await self.cycles.load(cycle_id)
        if cycle.schedule is None:
            raise Refusal("cycle.unknown", field="cycle", cycle=cycle_id)
        terms = await self.policies.terms(cycle)
        changes, then = amended(terms, after, at)
        assert then.schedule is not None
        moved = await self._moved(cycle, terms, then, progress)
        return Preview(
            before=terms.policy.version,
            after=after.version,
            digest=digest_of(terms.policy.version, changes, then.schedule),
            changes=changes,
            moves=(*moves_of_cycle(cycle, terms, then), *summed_up(moved)),
            of_goals=moved,
        )

    async def _moved(self, cycle: Cycle, terms: Terms, then: Terms, progress: Progress | None) -> list[Moved]:
        """The deadlines of all goals of the cycle that would be elsewhere."""
        names, moved = await self.cycles.sheets(cycle.id), list[Moved]()
        for start in range(0, len(names), CHUNK):
            rows = await self.ledger.read_streams(names[start : start + CHUNK])
            sheets = [fold_sheet(name, found) for name, found in rows.items()]
            goals = await self.ledger.read_streams([goal for sheet in sheets for goal in sheet.weighings])
            for sheet in sheets:
                context = goal_context(cycle, terms, sheet)
                for name in sheet.weighings:
                    moved += moved_deadlines(fold_goal(name, goals[name]), context, then)
            if progress is not None:
                await progress(min(start + CHUNK, len(names)), len(names))
        return moved

    async def handle(
        self, command: AnyAmendmentCommand, key: str, progress: Progress | None = None
    ) -> CycleStatus:
        """Decides a command about a change of the policy and appends its events once. Refused where the cycle has
        another command under this `key` (RULES C1)."""
        identity = identify(command, f"cycle-{command.cycle}", key)
        for _ in range(TRIES):
            streams = await self.ledger.read_streams([identity.stream, f"person-{command.by}"])
            rows, person = streams[identity.stream], fold_person(streams[f"person-{command.by}"])
            cycle = fold_cycle(command.cycle, rows)
            if cycle.schedule is None:
                raise Refusal("cycle.unknown", field="cycle", cycle=command.cycle)
            if first_answer(identity, rows, zone_of(cycle)):
                break
            day = local_day(command.at, cycle.schedule.calendar)
            people = {command.by: person.on(day)} if person else {}
            access.require_for_cycle(command, cycle, people, cycle.schedule.calendar)
            events = await self._decide(command, cycle, progress)
            if not events:
                break
            try:
                await self.ledger.append(to_appends(events, {identity.stream: cycle.version}, identity))
                break
            except AppendConflict:
                continue
        else:
            raise Refusal("command.stale", stream=identity.stream)
        return await self.cycles.status(command.cycle)

    async def _decide(
        self, command: AnyAmendmentCommand, cycle: Cycle, progress: Progress | None
    ) -> list[CycleEvent]:
        terms = await self.policies.terms(cycle)
        match command:
            case AmendPolicy():
                after = await self.policies.version(command.policy)
                seen = await self.preview(cycle.id, after, command.at, progress)
                return propose(command, cycle, terms, after, seen.moves)
            case VoteOnAmendment():
                seats = await self.seats.on(local_day(command.at, terms.policy.calendar))
                return vote(command, cycle, terms, seats)
            case EnactAmendment():
                reference = cycle.amendment.proposed.after if cycle.amendment else cycle.policy
                return enact(command, cycle, terms, await self.policies.version(reference))
