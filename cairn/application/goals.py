"""Commands on goals: read goal, sheet, cycle and people in one round trip, decide, append, answer the standing."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from cairn.application import access
from cairn.application.dated_roster import roster_at
from cairn.application.fields import check_writable, read_fields
from cairn.application.policies import Policies
from cairn.application.repository import (
    NO_EVIDENCE,
    first_answer,
    fold_cycle,
    fold_goal,
    fold_person,
    fold_sheet,
    goal_context,
    overtaken,
    retried,
    to_appends,
)
from cairn.application.seats import SeatHolders
from cairn.application.stored_events import UnreadableEvent, to_events
from cairn.domain.evaluation.versions import scored_for_the_sheet, with_sheet
from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal.commands import (
    COMMANDS,
    AlignGoal,
    AnyGoalCommand,
    ApproveGoal,
    ChangeManager,
    ConfirmAdjustment,
    DeclineAdjustment,
    DecomposeGoal,
    DraftGoal,
    FollowHolder,
    KeepDeadline,
    RecordInterview,
    RequestAdjustment,
    ReturnGoal,
    SupersedeGoal,
)
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.decide import decide
from cairn.domain.goal.events import PlaceEvent
from cairn.domain.goal.places import held_at
from cairn.domain.goal.stages import Stage
from cairn.domain.goal.state import Goal
from cairn.domain.goal.state import evolve as evolve_goal
from cairn.domain.goal.status import GoalStatus, status
from cairn.domain.identity import SYSTEM_KEYS, Identity, identify
from cairn.domain.invalid import invalid_command
from cairn.domain.launch.spells import days_of_sheet
from cairn.domain.people import Department, DepartmentNamed, Person
from cairn.domain.person_history import PersonHistory, acting_for, delegated_to, people_on
from cairn.domain.reading import Evidence
from cairn.domain.refusal import Refusal
from cairn.domain.rights import HR, by_committee
from cairn.domain.schedule import local_day
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as evolve_sheet
from cairn.domain.streams import cycle_of, holder_of, sheet_of
from cairn.ledger import Ledger, StoredEvent

LONGEST_NAME = 400
"""Characters of a stream's name, of a person's id, of a key: two ids, a number and what stands between them."""
WAITING: tuple[Stage, ...] = ("submitted", "adjusting", "in_review")
"""Stages in which somebody other than the owner is waited for."""


class Answer(BaseModel):
    """What a command did: the events it appended (by name) and where the goal stands now."""

    model_config = ConfigDict(frozen=True)

    events: tuple[str, ...] = ()
    replayed: bool = False
    status: GoalStatus


class Goals:
    """The write path of goals. One instance serves a whole process."""

    def __init__(self, ledger: Ledger, policies: Policies | None = None) -> None:
        self.ledger = ledger
        self.policies = policies or Policies(ledger)
        self.seats = SeatHolders(ledger)

    async def handle(
        self,
        command: AnyGoalCommand,
        key: str,
        *,
        evidence: Evidence = NO_EVIDENCE,
        run: str | None = None,
        at_version: int | None = None,
    ) -> Answer:
        """Decides a command against the log as it stands and appends its events once, however often it is called.

        Who loses a race reads again and decides again. Raises Refusal where the rules say no, and where the goal has
        another command under this `key` (RULES C1). `run` is the workflow's run that asks. Whoever looked at the goal
        `at_version` is told what happened since instead.
        """
        identity = identify(command, command.goal, key)
        return await retried(command.goal, lambda: self._try(command, identity, evidence, run, at_version))

    async def _try(
        self,
        command: AnyGoalCommand,
        identity: Identity,
        evidence: Evidence,
        run: str | None,
        at_version: int | None = None,
    ) -> Answer:
        command, goal, context, rows, histories = await self._around(command, evidence)
        earlier = tuple(row.type for row in first_answer(identity, rows, context.policy.calendar.timezone))
        if earlier:
            return Answer(events=earlier, replayed=True, status=status(goal, context, command.at))
        holder = access.require(command, goal, context)
        late = overtaken(goal.id, rows, at_version, command.overtaken_by)
        try:
            decided = await self._with_sheet(goal, context, decide(command, goal, context))
        except Refusal as refusal:
            raise late or refusal from None
        events = [_for_holder(event, holder) for event in decided]
        if events and late:
            raise late
        if events:
            versions = {goal.id: goal.version, context.sheet.id: context.sheet.version}
            before, (goal, context) = goal, self._after(goal, context, events)
            appended = self.ledger.append(to_appends(events, versions, identity, run))
            if goal.stage in WAITING and (goal.stage, goal.manager) != (before.stage, before.manager):
                # who answers next is looked up while the commit is waited for
                acting = self._with_acting(goal, context, command.at, histories)
                _, context = await asyncio.gather(appended, acting)
            else:
                await appended
        return Answer(events=tuple(event.type for event in events), status=status(goal, context, command.at))

    async def _with_sheet(self, goal: Goal, context: GoalContext, events: list[Event]) -> list[Event]:
        """The events with what a score of the goal does to its sheet at once (RULES W2, Y3)."""
        if scored_for_the_sheet(events, context) is None:
            return events
        names = [name for name in context.sheet.weighings if name != goal.id]
        streams = await self.ledger.read_streams(names)
        try:
            others = {name: fold_goal(name, streams[name]) for name in names}
        except UnreadableEvent:  # the sheet's score waits for that goal (RULES D4), this goal's does not
            return events
        return with_sheet(events, goal, context, others)

    async def foresee(self, command: AnyGoalCommand) -> list[Event]:
        """The events a command would lead to as the log stands now; nothing is recorded. Refuses what `handle` would,
        but for keys that are used."""
        command, goal, context, _, _ = await self._around(command, NO_EVIDENCE)
        access.require(command, goal, context)
        return decide(command, goal, context)

    async def _with_named(self, command: AnyGoalCommand, goal: Goal, context: GoalContext) -> GoalContext:
        """The context with whom and what a command names, or has to tell, besides its own people."""
        day = local_day(command.at, context.policy.calendar)
        match command:
            case KeepDeadline() if command.phase in ("approvals_due", "judgement_due"):
                return _with_people(context, await self._line_of(held_at(goal, context, command.at), day))
            case ChangeManager():
                return _with_people(context, await self._line_above(command.manager, command.effective))
            case RecordInterview():
                return _with_people(context, await self._known(command.participants, day))
            case DecomposeGoal():
                return await self._with_departments(context, {part.department for part in command.parts}, day)
            case _:
                return context

    def _after(self, goal: Goal, context: GoalContext, events: Any) -> tuple[Goal, GoalContext]:
        sheet = context.sheet
        for event in events:
            if event.stream == goal.id:
                goal = evolve_goal(goal, event)
            elif event.stream == sheet.id:
                sheet = evolve_sheet(sheet, event)
        return goal, context.model_copy(update={"sheet": sheet})

    async def status(self, goal: str, at: datetime) -> GoalStatus:
        """Where a goal stands in the log now; `at` is the present by the goal's cycle."""
        found, context, _, histories = await self._read(goal, SYSTEM, NO_EVIDENCE, at)
        if _asks_who_stands_in(found, SYSTEM):
            context = await self._with_acting(found, context, at, histories)
        if found.pending is not None:
            context = context.model_copy(
                update={"seats": await self.seats.on(local_day(at, context.policy.calendar))}
            )
        return status(found, context, at)

    async def load(self, goal: str) -> tuple[Goal, GoalContext]:
        """A goal and what is around it, as the log stands now."""
        found, context, _, _ = await self._read(goal, SYSTEM, NO_EVIDENCE, None)
        return found, context

    async def with_sheets(self, names: Iterable[str]) -> dict[str, tuple[Goal, Sheet]]:
        """Goals and the sheets they stand in, as the log stands now, by the goals' ids: however many, one question."""
        sheet_by_goal = {name: sheet_of(name) for name in names}
        if not sheet_by_goal:
            return {}
        sheets = set(sheet_by_goal.values())
        streams = await self.ledger.read_streams([*sheet_by_goal, *sheets])
        folded = {name: fold_sheet(name, streams[name]) for name in sheets}
        return {
            goal: (fold_goal(goal, streams[goal]), folded[sheet]) for goal, sheet in sheet_by_goal.items()
        }

    async def around(
        self, command: AnyGoalCommand, evidence: Evidence = NO_EVIDENCE
    ) -> tuple[Goal, GoalContext]:
        """The goal of a command and all that its decision looks at, as the log stands now."""
        _, goal, context, _, _ = await self._around(command, evidence)
        return goal, context

    async def _around(
        self, command: AnyGoalCommand, evidence: Evidence
    ) -> tuple[AnyGoalCommand, Goal, GoalContext, list[StoredEvent], dict[str, PersonHistory]]:
        """The command with what it leaves to the log, its goal, all that its decision looks at, the rows of both
        streams and the histories of its people."""
        goal, context, rows, histories = await self._read(command.goal, command.by, evidence, command.at)
        if isinstance(command, FollowHolder):
            day = local_day(command.at, context.policy.calendar)
            command = _with_days(command, context, histories.get(holder_of(context.sheet.id)), day)
        if _asks_who_stands_in(goal, command.by):
            context = await self._with_acting(goal, context, command.at, histories)
        context = await self._with_named(command, goal, context)
        context = await self._with_seats(command, goal, context)
        return command, goal, await self._with_others(command, goal, context), rows, histories

    async def _read(
        self, name: str, by: str, evidence: Evidence, at: datetime | None
    ) -> tuple[Goal, GoalContext, list[StoredEvent], dict[str, PersonHistory]]:
        """The goal, its context with the people of the day (without `at`: of the cycle's present), and their
        histories."""
        sheet, cycle_id = sheet_of(name), cycle_of(name)
        cycle_stream = f"cycle-{cycle_id}"
        holder = holder_of(sheet)
        persons = {f"person-{who}" for who in (by, holder) if who != SYSTEM}
        department = f"department-{holder.removeprefix('department.')}"
        streams = await self.ledger.read_streams([name, sheet, cycle_stream, department, *sorted(persons)])
        cycle = fold_cycle(cycle_id, streams[cycle_stream])
        if cycle.version == 0:
            raise Refusal("cycle.unknown", field="goal", cycle=cycle_id)
        goal = fold_goal(name, streams[name])
        terms = await self.policies.terms(cycle)
        histories = _histories({person: streams[person] for person in persons})
        now = at or datetime.now(UTC) + timedelta(seconds=cycle.clock_offset)
        context = goal_context(
            cycle,
            terms,
            fold_sheet(sheet, streams[sheet]),
            people=people_on(histories, local_day(now, terms.policy.calendar)),
            evidence=evidence,
            head=head_of(streams[department]),
        )
        return goal, context, [*streams[name], *streams[sheet]], histories

    async def _with_seats(self, command: AnyGoalCommand, goal: Goal, context: GoalContext) -> GoalContext:
        """With whoever holds the company's roles, where HR or the committee has a part in the decision."""
        asked = isinstance(command, RequestAdjustment | ConfirmAdjustment | DeclineAdjustment)
        voted = isinstance(command, ApproveGoal | ReturnGoal) and by_committee(
            held_at(goal, context, command.at)
        )
        if not (asked or voted or goal.pending is not None):
            return context
        seats = await self.seats.on(local_day(command.at, context.policy.calendar))
        return context.model_copy(update={"seats": seats})

    async def _with_others(self, command: AnyGoalCommand, goal: Goal, context: GoalContext) -> GoalContext:
        """With the other goals that a decision looks at: those of the sheet before another one is drafted there, the
        one in whose favour a goal ends, those that an adjustment would add."""
        match command:
            case AlignGoal():
                return context.model_copy(update={"others": await self._above(command.parent)})
            case DraftGoal():
                names = list(context.sheet.placements)
            case SupersedeGoal():
                names = [command.replacement]
            case RequestAdjustment():
                names = list(command.changes.added)
            case ConfirmAdjustment() | DeclineAdjustment() if goal.pending is not None:
                names = list(goal.pending.changes.added)
            case _:
                names = []
        if not names:
            return context
        streams = await self.ledger.read_streams(names)
        return context.model_copy(
            update={"others": {name: fold_goal(name, rows) for name, rows in streams.items()}}
        )

    async def _above(self, name: str | None) -> dict[str, Goal]:
        """A goal and all that it serves, however far up, by id."""
        found: dict[str, Goal] = {}
        while name and name.startswith("goal-") and name not in found:
            found[name] = fold_goal(name, await self.ledger.read_stream(name))
            name = found[name].parent
        return found

    async def _line_of(self, goal: Goal, day: date) -> dict[str, Person]:
        return await self._known([name for name in (goal.owner, goal.manager) if name], day)

    async def _known(self, names: Iterable[str], day: date) -> dict[str, Person]:
        """Those of these people whom the log knows, by id, as of a day."""
        return people_on(
            _histories(await self.ledger.read_streams([f"person-{name}" for name in names])), day
        )

    async def _with_departments(self, context: GoalContext, named: Iterable[str], day: date) -> GoalContext:
        """The context with the departments that are named; with all there are where one of them is not known."""
        streams = await self.ledger.read_streams([f"department-{name}" for name in sorted(named)])
        known = [department for rows in streams.values() if (department := department_of(rows))]
        if len(known) < len(streams):
            everybody = await roster_at(self.ledger, await self.ledger.sealed_position(), day)
            known += list(everybody.departments)
        return context.model_copy(update={"departments": {each.id: each.name for each in known}})

    async def _with_acting(
        self, goal: Goal, context: GoalContext, at: datetime, known: Mapping[str, PersonHistory]
    ) -> GoalContext:
        """The context with whoever stands in that day for the holders of the goal's places (RULES K5): for the owner of
        a person's goal or the company's only a delegate they named. Histories that are `known` are not read again."""
        held, day = held_at(goal, context, at), local_day(at, context.policy.calendar)
        acting: dict[str, str] = {}
        if held.tier != "department" and held.owner:
            histories = await self._stand_ins(held.owner, day, known)
            delegate = delegated_to(held.owner, day, histories)
            acting |= {held.owner: delegate} if delegate else {}
        holder = held.owner if held.tier == "department" else held.manager
        if holder and held.tier != "strategic":
            histories = await self._stand_ins(holder, day, known)
            if held.tier == "department" and holder in histories and not histories[holder].is_here(day):
                # a head who is gone leaves the place vacant (RULES L2)
                return context.model_copy(update={"head": ""})
            found = acting_for(holder, day, histories, "" if holder == held.owner else held.owner) or HR
            acting |= {holder: found} if found != holder else {}
        return context.model_copy(update={"acting": acting}) if acting else context

    async def _stand_ins(
        self, holder: str, day: date, known: Mapping[str, PersonHistory]
    ) -> dict[str, PersonHistory]:
        """The histories that say who acts for somebody: theirs, and as far as it takes those of delegates and of the
        line above."""
        found: dict[str, PersonHistory] = {}
        names = {holder}
        while names:
            unread = [f"person-{name}" for name in sorted(names - known.keys())]
            read = _histories(await self.ledger.read_streams(unread)) if unread else {}
            read |= {name: known[name] for name in names & known.keys()}
            found |= read
            absent = [each for each in read.values() if not each.is_at_work(day) or each.delegate_on(day)]
            further = {
                name for each in absent for name in (each.delegate_on(day), each.on(day).manager) if name
            }
            names = further - set(found)
        return found

    async def _line_above(self, name: str | None, day: date) -> dict[str, Person]:
        """Somebody and everybody above them in the reporting lines of a day, by id."""
        found: dict[str, Person] = {}
        while name and name not in found:
            known = people_on(_histories(await self.ledger.read_streams([f"person-{name}"])), day)
            found |= known
            name = known[name].manager if name in known else None
        return found


def _asks_who_stands_in(goal: Goal, by: str) -> bool:
    """Whether a stand-in may matter: where a place is waited for, and where neither party gives the command."""
    return goal.stage in WAITING or goal.tier == "department" or by not in (goal.owner, goal.manager, SYSTEM)


def _for_holder(event: Event, holder: str | None) -> Event:
    """The event, which says for whom it was done where somebody's stand-in did it."""
    if holder is None or not isinstance(event, PlaceEvent):
        return event
    return event.model_copy(update={"acting_for": holder})


def with_evidence(context: GoalContext, evidence: Evidence) -> GoalContext:
    """The same with what is known of the goal's metric."""
    return context.model_copy(update={"evidence": evidence})


def _with_people(context: GoalContext, more: dict[str, Person]) -> GoalContext:
    return context.model_copy(update={"people": {**context.people, **more}})


def head_of(rows: list[StoredEvent]) -> str | None:
    """A department's head, empty while it has none, None where there is no such department."""
    department = department_of(rows)
    return None if department is None else department.head or ""


def department_of(rows: Sequence[StoredEvent]) -> Department | None:
    """A department as it was last named, None where there is none of that name. Raises UnreadableEvent."""
    named = [event for event in to_events(rows[-1:]) if isinstance(event, DepartmentNamed)]
    return named[0].department if named else None


def _histories(streams: Mapping[str, list[StoredEvent]]) -> dict[str, PersonHistory]:
    folded = (fold_person(rows) for rows in streams.values())
    return {history.id: history for history in folded if history is not None}


def _with_days(
    command: FollowHolder, context: GoalContext, holder: PersonHistory | None, today: date
) -> FollowHolder:
    """The command with the days of the goal's sheet as its holder's history has them; a department's and the company's
    goals have no such days."""
    sheet, schedule = context.sheet, context.schedule
    if holder is None or schedule is None:
        return command.model_copy(update={"last": sheet.last_day, "absences": sheet.absences})
    days = days_of_sheet(holder, sheet.family, sheet.since, schedule, today, context.policy)
    return command.model_copy(update=dict(days))


def read_command(
    name: str, goal: str, by: str, at: datetime, fields: dict[str, Any], command_id: str
) -> AnyGoalCommand:
    """A command by the name people use, with its fields as they arrived. Refuses unknown names and wrong fields,
    each with its name and what is wrong."""
    if name not in COMMANDS:
        raise Refusal("command.unknown", field="name", name=name, known=sorted(COMMANDS))
    for field, text in (("goal", goal), ("by", by), ("command_id", command_id)):
        check_writable(text, field, name, LONGEST_NAME)
    if name == "adjust":
        fields = {"adjustment": command_id, **fields}
    read = read_fields(COMMANDS[name], name, fields)
    try:
        return cast(AnyGoalCommand, COMMANDS[name].model_validate({**read, "goal": goal, "by": by, "at": at}))
    except ValidationError as wrong:
        raise invalid_command(name, wrong) from None


def deadline(
    goal: str, phase: str, due: datetime, period: str | None, at: datetime
) -> tuple[KeepDeadline, str]:
    """The command of a deadline and its key: `(phase, due)` names it, so a timer that fires twice acts once, and no
    person's key is like it."""
    command = KeepDeadline.model_validate(
        {"goal": goal, "phase": phase, "due": due, "period": period, "by": SYSTEM, "at": at}
    )
    return command, f"{SYSTEM_KEYS}{phase}:{period or ''}:{due.astimezone(UTC).isoformat()}"
