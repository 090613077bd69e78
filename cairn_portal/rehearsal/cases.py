"""Cases in a rehearsal: feedback, coaching, requests, promises and stage reviews, on the year's clock, with the
commands that a script gives them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple, cast

from activities.inputs import CaseOutcome, CaseStart, Refused
from activities.starting import begin_case
from cairn.application import Application
from cairn.application.cases import KINDS, kind_named, read_case_command
from cairn.application.dated_roster import DatedRoster
from cairn.application.handovers import Tables
from cairn.application.stored_events import to_events
from cairn.domain.appraisal.events import UNNAMED
from cairn.domain.case.kind import status
from cairn.domain.case.status import CaseStatus
from cairn.domain.handover.commands import AmountRow, PotRow
from cairn.domain.handover.events import HandoverMade
from cairn.domain.identity import Identity
from cairn.domain.person_history import acting_for
from cairn.domain.refusal import Refusal
from cairn.domain.review.state import Review
from cairn.domain.streams import cycle_of, department_of, holder_of, kind_of
from cairn_portal.gateway import CommandGateway
from cairn_portal.rehearsal.clock import RehearsalClock
from cairn_portal.rehearsal.queries import OpenedReview, ScriptedCommand, opened_reviews
from cairn_portal.rehearsal.years_end import YearsEnd

OPENED = [kind.opened_by.__name__ for kind in KINDS.values()]
"""The events that begin a case, of every kind."""
SEALED_WITHIN = 60.0
"""Seconds until a case that is recorded has its place in the sealed log."""


class CasesInRehearsal:
    """The cases of one cycle: which there are, whose clock is where, and what a script says to them."""

    def __init__(
        self, cycle: str, hr: str, application: Application, gateway: CommandGateway, clock: RehearsalClock
    ) -> None:
        self.cycle, self.hr = cycle, hr
        self.application, self.gateway, self.clock = application, gateway, clock
        self.years_end = YearsEnd(cycle, application)
        self.running: set[str] = set()
        self._reviews: list[str] = []
        self._read = 0

    async def learn(self, *, resumed: bool = False) -> None:
        """Takes up what was begun since the last time: the cycle opens reviews by itself. A rehearsal that goes on
        learns from the server where the clocks are."""
        ledger = self.application.ledger
        sealed = await ledger.wait_types_sealed(OPENED, SEALED_WITHIN)
        async for page in ledger.pages_of(OPENED, after=self._read, upto=sealed):
            for row in page:
                if cycle_of(row.stream) == self.cycle:
                    self.running.add(row.stream)
                    if kind_of(row.stream) == "review" and row.stream not in self._reviews:
                        self._reviews.append(row.stream)
        self._read = sealed
        if resumed:
            for name in [name for name in self.running if not (await self._status(name)).over]:
                await self.clock.begun(name)
                await self.clock.refresh(name)

    async def reviews(self) -> list[OpenedReview]:
        """Every review of the cycle as it stands now."""
        found = await self.application.cases.states(self._reviews)
        return opened_reviews(cast(Review, case) for case in found.values())

    async def due_before(self, instant: datetime) -> list[str]:
        """The open cases in which something is due up to an instant."""
        due = []
        for name in sorted(self.running):
            now = await self._status(name, instant)
            if now.over:
                self._ended(name)
            elif now.next_deadline is not None and now.next_deadline.at <= instant:
                due.append(name)
        return due

    async def advance(self, name: str, instant: datetime) -> None:
        """Moves a case that is open to an instant."""
        await self.clock.begun(name)
        await self.clock.advance(name, instant)

    async def give(self, each: ScriptedCommand, by: str, command: str, instant: datetime) -> CaseOutcome:
        """One command, at an instant. Where the case is not there yet, its workflow is begun with the command, by a
        clock that shows the instant."""
        name = each.case or ""
        if (kind_of(name), each.name) == ("handover", "make"):
            each = await self._as_previewed(each, by, command, instant)
        if name in self.running:
            await self.advance(name, instant)
        left = await self.years_end.beside(each, by, instant)
        if isinstance(left, CaseOutcome):
            return left
        each = left
        if name in self.running:
            offset = self.clock.clock_offset.total_seconds()
            outcome = await self.gateway.case(name, each.name, by, each.fields, command, offset)
        elif (await self.application.ledger.versions([name])).get(name, 0):
            outcome = await self._give_to_ended(name, each, by, command, instant)
        else:
            offset = (instant - datetime.now(UTC)).total_seconds()
            outcome = await self.gateway.case(name, each.name, by, each.fields, command, offset)
        await self._keep_clock(name, outcome, instant)
        return outcome

    async def _as_previewed(
        self, each: ScriptedCommand, by: str, command: str, instant: datetime
    ) -> ScriptedCommand:
        """A hand-over of what the preview shows at the instant, as somebody makes it who has looked at it; where a run
        that was cut off has made it already, of what that one looked at: a command that is repeated asks for the same.
        """
        if made := await self._made(each.case or "", command):
            return each.model_copy(update={"fields": {**each.fields, "digest": made.digest}})
        rows = {name: each.fields.get(name, {}) for name in ("amounts", "pots")}
        tables = Tables(
            {who: AmountRow.model_validate(row) for who, row in rows["amounts"].items()},
            {unit: PotRow.model_validate(row) for unit, row in rows["pots"].items()},
        )
        plan = await self.application.handovers.preview(self.cycle, tables, by, instant)
        return each.model_copy(update={"fields": {**each.fields, "digest": plan.digest}})

    async def _made(self, handover: str, command: str) -> HandoverMade | None:
        """What this command made of a hand-over already."""
        rows = await self.application.ledger.read_stream(handover)
        identity = Identity(handover, command, "", "")
        own = to_events([row for row in rows if row.correlation == identity.id])
        return next((event for event in own if isinstance(event, HandoverMade)), None)

    async def _give_to_ended(
        self, name: str, each: ScriptedCommand, by: str, command: str, instant: datetime
    ) -> CaseOutcome:
        """A command to a case whose workflow has ended: one begun with it would take the cycle's clock from the log
        before it records anything, which is that of the year's first day. The command is recorded as of the instant,
        and a workflow begun where something is awaited again."""
        try:
            asked = read_case_command(each.name, name, by, instant, each.fields)
            answer = await self.application.cases.handle(asked, command)
        except Refusal as refusal:
            return CaseOutcome(refused=Refused.of(refusal))
        if not answer.status.over:
            start = CaseStart(case=name, clock_offset=answer.status.clock_offset)
            await begin_case(self.gateway.client, self.gateway.task_queue, start, anew=True)
        return CaseOutcome(events=answer.events, replayed=answer.replayed, status=answer.status)

    async def _keep_clock(self, name: str, outcome: CaseOutcome, instant: datetime) -> None:
        """Takes note of a case that ended, or moves one that was begun to the instant."""
        if outcome.status is None:
            return
        if outcome.status.over:
            self._ended(name)
        elif name not in self.running:
            self.running.add(name)
            await self.clock.advance(name, instant)
        if kind_of(name) == "review" and name not in self._reviews:
            self._reviews.append(name)

    async def givers(self, role: str, commands: Sequence[ScriptedCommand], day: date) -> list[str]:
        """The ids of those who give an act's commands, in their order."""
        names = [each.case or "" for each in commands]
        openers = await self.application.cases.states(names) if role == "opener" else {}
        people = await self.people(day)
        return [
            people.rater(each.rater, holder_of(name), each.fields.get("role", ""))
            if each.rater
            else openers[name].opened_by
            if name in openers
            else people.person(role, holder_of(name))
            for name, each in zip(names, commands, strict=True)
        ]

    async def people(self, day: date) -> "CasePeople":
        """Who acts on a day."""
        return CasePeople(await self.application.people.dated(), day, self.hr)

    async def _status(self, name: str, at: datetime | None = None) -> CaseStatus:
        case, context = await self.application.cases.load(name, at)
        return status(kind_named(name), case, context)

    def _ended(self, name: str) -> None:
        self.running.discard(name)
        self.clock.forget(name)


class CasePeople(NamedTuple):
    """Who acts in a case, as the log has them on a day."""

    dated: DatedRoster
    day: date
    hr: str

    def person(self, role: str, holder: str) -> str:
        """The id of whoever is `owner`, `manager` or `hr` for somebody's case; anything else is an id."""
        match role:
            case "owner":
                return self._owner(holder)
            case "manager":
                history = self.dated.histories.get(self._owner(holder))
                manager = history.on(self.day).manager if history else None
                return (acting_for(manager, self.day, self.dated.histories) if manager else None) or self.hr
            case "hr":
                return self.hr if self.hr != holder else self._another_hr()
            case _:
                return role

    def rater(self, person: str, holder: str, role: str) -> str:
        """Whoever answers for a rater on the day: themselves, unless they are away; for oneself and in an unnamed role
        nobody else does."""
        alone = person == holder or role in UNNAMED
        return person if alone else acting_for(person, self.day, self.dated.histories) or person

    def _owner(self, holder: str) -> str:
        department = self.dated.departments.get(department_of(holder) or "")
        return (department.head or self.hr) if department else holder

    def _another_hr(self) -> str:
        others = (
            each for each in self.dated.on(self.day).people if "hr" in each.roles and each.id != self.hr
        )
        return next((each.id for each in others if each.here_on(self.day)), self.hr)
