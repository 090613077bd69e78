"""Targets proposed for a cycle: before its launch as they are, after it as what has to be asked of each goal."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from pydantic import AwareDatetime, Field

from cairn.application.dated_roster import roster_at
from cairn.application.goals import Goals, read_command
from cairn.application.people import hr_instead_of
from cairn.application.policies import Policies
from cairn.application.repository import to_appends
from cairn.application.stored_events import to_events
from cairn.domain.cycle.events import TargetRow, TargetsProposed, TargetsWithdrawn
from cairn.domain.cycle.proposing import Place, Standing, in_chunks, place_of, standing_targets
from cairn.domain.event import Event, Fact
from cairn.domain.exact import Exact
from cairn.domain.goal.events import AdjustmentRequested
from cairn.domain.goal.origin import Origin
from cairn.domain.goal.retargeting import retarget, standing
from cairn.domain.goal.stages import Stage
from cairn.domain.identity import by_system
from cairn.domain.refusal import FactValue, Refusal
from cairn.ledger import AppendConflict, Ledger, StoredEvent
from cairn.targets.checking import CheckedTargets, LaunchedGoals, check_targets
from cairn.targets.reading import WrittenTargets

ROWS = 1000
"""Targets in one event."""
Holding = tuple[str, str]
"""Holder and goal key."""


class Proposal(NamedTuple):
    """What was proposed: `new` rows are new or changed; the cycle's stream of targets now has `version` events."""

    rows: int
    new: int
    stream: str
    version: int


class Withdrawal(NamedTuple):
    """What was withdrawn, as it had been proposed; the cycle's stream of targets now has `version` events."""

    rows: tuple[TargetRow, ...]
    stream: str
    version: int


class ProposedTarget(Fact):
    """A target as it stands, with its origin: the file (or other source) it came from, who proposed it, and when."""

    holder: str
    goal: str
    period: str
    target: Decimal
    row: int | None = None
    source: str
    by: str
    at: AwareDatetime


class TargetStep(Fact):
    """What is to be done for one goal of a launched cycle: its targets as they are (`was`) and as they are proposed,
    and the command that asks for them with its fields. `draws` is what an adjustment would take of the flexible space;
    `code` and `facts` are those of the refusal."""

    holder: str
    key: str
    goal: str
    stage: Stage
    was: dict[str, Exact | None]
    targets: dict[str, Decimal]
    act: Literal["same", "revise", "adjust", "refused"] = "same"
    fields: dict[str, Any] = Field(default_factory=dict)
    draws: Decimal | None = None
    code: str = ""
    facts: dict[str, FactValue] = Field(default_factory=dict)


class Targets:
    """The targets of cycles: proposed before the launch, asked for goal by goal after it."""

    def __init__(self, ledger: Ledger, policies: Policies | None = None) -> None:
        self.ledger = ledger
        self.policies = policies or Policies(ledger)
        self.goals = Goals(ledger, self.policies)

    async def propose(
        self, cycle: str, targets: Sequence[TargetRow], source: str, by: str, at: datetime
    ) -> Proposal:
        """Records the targets that differ from what was proposed before. `source` names where they come from. Only
        HR may (before there is a roster, anybody)."""
        rows = await self._before_launch(cycle, by, at)
        known = standing_targets(to_events(rows))
        new = [
            row
            for row in targets
            if (was := known.get(place_of(row))) is None or was.row.target != row.target
        ]
        events = [
            TargetsProposed(cycle=cycle, rows=part, source=source, by=by, at=at)
            for part in in_chunks(new, ROWS)
        ]
        stream = f"targets-{cycle}"
        return Proposal(len(targets), len(new), stream, await self._append(stream, rows, events))

    async def withdraw(self, cycle: str, places: Iterable[Place], by: str, at: datetime) -> Withdrawal:
        """Records that targets which were proposed count no more: all of them, or none where one of them does not
        stand. Only HR may."""
        rows = await self._before_launch(cycle, by, at)
        known = standing_targets(to_events(rows))
        gone: list[TargetRow] = []
        for place in dict.fromkeys(places):
            if place not in known:
                holder, goal, period = place
                facts = {"cycle": cycle, "holder": holder, "goal": goal, "period": period}
                raise Refusal("targets.not-proposed", field="targets", **facts)
            gone.append(known[place].row)
        events = [TargetsWithdrawn(cycle=cycle, rows=part, by=by, at=at) for part in in_chunks(gone, ROWS)]
        stream = f"targets-{cycle}"
        return Withdrawal(tuple(gone), stream, await self._append(stream, rows, events))

    async def _before_launch(self, cycle: str, by: str, at: datetime) -> list[StoredEvent]:
        """What there is of a cycle's targets. Refuses everybody but HR, and a cycle that is launched."""
        await self._require_hr(by, at)
        if await self.ledger.read_stream(f"cycle-{cycle}", upto=1):
            raise Refusal("targets.launched", field="cycle", cycle=cycle)
        return await self.ledger.read_stream(f"targets-{cycle}")

    async def _append(self, stream: str, rows: Sequence[StoredEvent], events: Sequence[Event]) -> int:
        """Records the events after those that were read; the version then."""
        version = len(rows)
        try:
            if events:
                identity = by_system(stream, f"targets:{version}")
                await self.ledger.append(to_appends(events, {stream: version}, identity))
        except AppendConflict:
            raise Refusal("command.stale", stream=stream) from None
        return version + len(events)

    async def proposed(self, cycle: str) -> list[ProposedTarget]:
        """The targets of a cycle as they stand, by holder, goal and period: of each the one proposed last."""
        found = standing_targets(to_events(await self.ledger.read_stream(f"targets-{cycle}")))
        return [_proposed(found[place]) for place in sorted(found)]

    async def _require_hr(self, by: str, at: datetime) -> None:
        if instead := await hr_instead_of(self.ledger, by, at):
            raise Refusal("targets.not-hr", field="by", by=by, who=instead)

    async def foresee(
        self, rows: Sequence[TargetRow], goals: Mapping[Holding, str], reason: str, by: str, at: datetime,
        source: str = "",
    ) -> list[TargetStep]:  # fmt: skip
        """What it takes that goals of a launched cycle have these targets, goal by goal, as the log stands now; nothing
        is recorded. `goals` says which goal a holder has under a key, `source` names the table. Only HR may."""
        await self._require_hr(by, at)
        proposed: dict[Holding, dict[str, Decimal]] = {}
        origins: dict[Holding, Origin] = {}
        for row in rows:
            origins.setdefault((row.holder, row.goal), Origin(file=source, row=row.row))
            proposed.setdefault((row.holder, row.goal), {})[row.period] = row.target
        return [
            await self._step(holding, goals[holding], targets, origins[holding], reason, by, at)
            for holding, targets in proposed.items()
        ]

    async def _step(
        self, holding: Holding, name: str, targets: Mapping[str, Decimal], origin: Origin, reason: str, by: str,
        at: datetime,
    ) -> TargetStep:  # fmt: skip
        goal, context = await self.goals.load(name)
        was = {key: standing(goal, key, context) for key in targets}
        step = TargetStep(
            holder=holding[0], key=holding[1], goal=name, stage=goal.stage, was=was, targets=dict(targets)
        )
        try:
            asked = retarget(goal, targets, context, reason)
            if asked is None:
                return step
            fields = dict(asked.fields)
            if asked.name == "revise" and origin.file:
                fields["origin"] = origin.model_dump(mode="json")
            command = read_command(asked.name, name, by, at, fields, f"foreseen:{name}")
            events = await self.goals.foresee(command)
        except Refusal as refusal:
            why = {"code": refusal.code, "facts": refusal.facts}
            return step.model_copy(update={"act": "refused", **why})
        draws = next((each.draws for each in events if isinstance(each, AdjustmentRequested)), None)
        return step.model_copy(update={"act": asked.name, "fields": fields, "draws": draws})

    async def check(self, written: WrittenTargets, launched: LaunchedGoals | None = None) -> CheckedTargets:
        """The targets of a table, checked against the roster as the sealed log has it and the latest adopted policy, or
        the goals of a launched cycle. Raises TargetsInvalid with every bad row."""
        roster = await roster_at(self.ledger, await self.ledger.sealed_position(), date.max)
        adopted = await self.policies.adopted()
        policy = await self.policies.version(await self.policies.choose(None)) if adopted else None
        return check_targets(written, roster, policy, launched)


def _proposed(each: Standing) -> ProposedTarget:
    origin = {"source": each.by.source, "by": each.by.by, "at": each.by.at}
    return ProposedTarget.model_validate({**dict(each.row), **origin})
