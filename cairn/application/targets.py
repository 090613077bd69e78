"""Targets proposed for a cycle before its launch: proposing them, and listing them with their origin."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from pydantic import AwareDatetime

from cairn.application.dated_roster import roster_at
from cairn.application.people import hr_instead_of
from cairn.application.policies import Policies
from cairn.application.repository import to_appends, to_events
from cairn.domain.cycle.events import TargetRow, TargetsProposed
from cairn.domain.event import Fact
from cairn.domain.identity import by_system
from cairn.domain.refusal import Refusal
from cairn.ledger import AppendConflict, Ledger, StoredEvent
from cairn.targets.checking import CheckedTargets, check_targets
from cairn.targets.reading import WrittenTargets

ROWS = 1000
"""Targets in one event."""
Place = tuple[str, str, str]
"""Holder, goal key and period."""


class Proposal(NamedTuple):
    """What was proposed: `new` rows are new or changed; the cycle's stream of targets now has `version` events."""

    rows: int
    new: int
    stream: str
    version: int


class ProposedTarget(Fact):
    """A target as it stands, with its origin: the file (or other source) it came from, who proposed it, and when."""

    holder: str
    goal: str
    period: str
    target: Decimal
    source: str
    by: str
    at: AwareDatetime


class Targets:
    """The targets of cycles not launched yet."""

    def __init__(self, ledger: Ledger, policies: Policies | None = None) -> None:
        self.ledger = ledger
        self.policies = policies or Policies(ledger)

    async def propose(
        self, cycle: str, targets: Sequence[TargetRow], source: str, by: str, at: datetime
    ) -> Proposal:
        """Records the targets that differ from what was proposed before. `source` names where they come from. Only
        HR may (before there is a roster, anybody)."""
        if instead := await hr_instead_of(self.ledger, by, at):
            raise Refusal("targets.not-hr", field="by", by=by, who=instead)
        stream = f"targets-{cycle}"
        rows = await self.ledger.read_stream(stream)
        known, version = _standing(rows), len(rows)
        new = [row for row in targets if (was := known.get(_place(row))) is None or was.target != row.target]
        events = [
            TargetsProposed(cycle=cycle, rows=tuple(new[start : start + ROWS]), source=source, by=by, at=at)
            for start in range(0, len(new), ROWS)
        ]
        try:
            if events:
                identity = by_system(stream, f"targets:{version}")
                await self.ledger.append(to_appends(events, {stream: version}, identity))
        except AppendConflict:
            raise Refusal("command.stale", stream=stream) from None
        return Proposal(len(targets), len(new), stream, version + len(events))

    async def proposed(self, cycle: str) -> list[ProposedTarget]:
        """The targets of a cycle as they stand, by holder, goal and period: of each the one proposed last."""
        found = _standing(await self.ledger.read_stream(f"targets-{cycle}"))
        return [found[place] for place in sorted(found)]

    async def check(self, written: WrittenTargets) -> CheckedTargets:
        """The targets of a table, checked against the roster as the sealed log has it and the latest adopted policy.
        Raises TargetsInvalid with every bad row."""
        roster = await roster_at(self.ledger, await self.ledger.sealed_position(), date.max)
        adopted = await self.policies.adopted()
        policy = await self.policies.version(await self.policies.choose(None)) if adopted else None
        return check_targets(written, roster, policy)


def _standing(rows: Iterable[StoredEvent]) -> dict[Place, ProposedTarget]:
    """Of each holder, goal and period the target proposed last."""
    found: dict[Place, ProposedTarget] = {}
    for event in to_events(rows):
        if isinstance(event, TargetsProposed):
            origin = {"source": event.source, "by": event.by, "at": event.at}
            targets = (ProposedTarget.model_validate({**dict(row), **origin}) for row in event.rows)
            found |= {_place(target): target for target in targets}
    return found


def _place(row: TargetRow | ProposedTarget) -> Place:
    return row.holder, row.goal, row.period
