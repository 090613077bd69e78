"""Goal sheets as a whole: whether they are, commands on all goals of one, HR's decisions about it (RULES L5)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from pydantic import ValidationError

from cairn.application import access
from cairn.application.fields import check_writable
from cairn.application.goals import Goals, read_command
from cairn.application.repository import (
    TRIES,
    first_answer,
    fold_cycle,
    fold_goal,
    fold_person,
    fold_sheet,
    to_appends,
)
from cairn.domain.cycle.state import Cycle
from cairn.domain.evaluation.versions import with_incident
from cairn.domain.event import Event
from cairn.domain.goal.decide import decide as decide_goal
from cairn.domain.goal.state import Goal
from cairn.domain.goal.wholeness import Lacks, SheetCommand, goals_for, lacks
from cairn.domain.identity import check_key, identify
from cairn.domain.invalid import invalid_command
from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day
from cairn.domain.sheet.commands import AnySheetAction
from cairn.domain.sheet.decide import SheetContext, decide
from cairn.domain.sheet.events import AnySheetEvent, IncidentRecorded, IncidentWithdrawn, SheetEvent
from cairn.domain.sheet.state import Sheet, evolve
from cairn.domain.streams import cycle_of
from cairn.domain.voting import quorum_of
from cairn.ledger import AppendConflict


def read_sheet_command(kind: type[AnySheetAction], fields: Mapping[str, Any]) -> AnySheetAction:
    """A command on a sheet itself. Refuses wrong fields, and texts that no log can hold, with what is wrong."""
    for field, value in fields.items():
        if isinstance(value, str):
            check_writable(value, field, kind.name)
    try:
        return kind.model_validate(fields)
    except ValidationError as wrong:
        raise invalid_command(kind.name, wrong) from None


class SheetState(NamedTuple):
    """A sheet as the log stands, with its goals, its cycle and policy, and what it lacks."""

    sheet: Sheet
    goals: Mapping[str, Goal]
    cycle: Cycle
    policy: Policy
    lacks: Lacks


class Refused(NamedTuple):
    """A goal that refuses its part of a command on the whole sheet."""

    goal: str
    refusal: Refusal


class Sheets:
    """Reads sheets with their goals, and records what is decided about a sheet itself."""

    def __init__(self, goals: Goals) -> None:
        self.goals, self.ledger, self.policies = goals, goals.ledger, goals.policies

    async def load(self, name: str) -> SheetState:
        """A sheet with its goals. Refuses one that is not there."""
        streams = await self.ledger.read_streams([name, f"cycle-{cycle_of(name)}"])
        sheet = fold_sheet(name, streams[name])
        if sheet.version == 0:
            raise Refusal("sheet.unknown", field="sheet", sheet=name)
        cycle = fold_cycle(sheet.cycle, streams[f"cycle-{sheet.cycle}"])
        rows = await self.ledger.read_streams(list(sheet.placements))
        goals = {goal: fold_goal(goal, rows[goal]) for goal in sheet.placements}
        policy = await self.policies.version(cycle.policy)
        return SheetState(
            sheet, goals, cycle, policy, lacks(sheet, goals, policy.dimensions_of(sheet.family))
        )

    async def check(
        self, state: SheetState, name: SheetCommand, by: str, fields: Mapping[str, Any], at: datetime
    ) -> tuple[list[str], list[Refused]]:
        """(the goals that a command on the whole sheet is for, those that would refuse it).

        Each is decided as if those before it were done already, and nothing is recorded: so that all of them get the
        command or none does.
        """
        wanted, refused = goals_for(name, state.sheet, state.goals), []
        sheet = state.sheet
        for goal in wanted:
            command = read_command(name, goal, by, at, dict(fields), "check")
            try:
                found, context = await self.goals.around(command)
                access.require(command, found, context)
                for event in decide_goal(command, found, context.model_copy(update={"sheet": sheet})):
                    sheet = (
                        evolve(sheet, cast(AnySheetEvent, event)) if isinstance(event, SheetEvent) else sheet
                    )
            except Refusal as refusal:
                refused.append(Refused(goal, refusal))
        return wanted, refused

    async def handle(self, command: AnySheetAction, key: str) -> Sequence[str]:
        """Records a decision about a sheet once, however often it is given under this `key`; returns the events by
        name. The dates of its goals follow from it when they next come up."""
        check_key(key)
        identity = identify(command, command.sheet, key)
        for _ in range(TRIES):
            person = f"person-{command.by}"
            streams = await self.ledger.read_streams([command.sheet, person])
            rows = streams[command.sheet]
            state = await self.load(command.sheet)
            calendar = state.policy.calendar
            if earlier := first_answer(identity, rows, calendar.timezone):
                return [row.type for row in earlier]
            history, today = fold_person(streams[person]), local_day(command.at, calendar)
            people = {history.id: history.on(today)} if history else {}
            access.require_for_sheet(command, state.sheet, people, calendar)
            events = await self._decided(command, state, today)
            if not events:
                return []
            try:
                await self.ledger.append(to_appends(events, {command.sheet: len(rows)}, identity))
                return [event.type for event in events]
            except AppendConflict:
                continue
        raise Refusal("command.stale", stream=command.sheet)

    async def _decided(self, command: AnySheetAction, state: SheetState, today: date) -> Sequence[Event]:
        """The events of a command; of an incident with what it does to scores."""
        schedule = state.cycle.schedule
        if schedule is None:
            raise Refusal("cycle.unknown", cycle=state.cycle.id)
        committee, quorum = await self._committee(command.at, state)
        terms = await self.policies.terms(state.cycle)
        context = SheetContext(today, terms.policy, schedule, committee, quorum)
        events = decide(command, state.sheet, context)
        for happened in events:
            if isinstance(happened, IncidentRecorded | IncidentWithdrawn):
                rows = await self.ledger.read_streams(list(state.sheet.weighings))
                goals = {goal: fold_goal(goal, each) for goal, each in rows.items()}
                return with_incident(happened, state.sheet, goals, schedule, terms)
        return events

    async def _committee(self, at: datetime, state: SheetState) -> tuple[frozenset[str], int]:
        """(who may agree for the committee, how many of them have to)."""
        seats = await self.goals.seats.on(local_day(at, state.policy.calendar))
        members = seats.committee - {state.sheet.holder}
        voters = members | seats.executives - {state.sheet.holder}
        return voters, quorum_of(state.policy.committee, len(members or voters))
