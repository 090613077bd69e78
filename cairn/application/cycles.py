"""Commands on cycles, the preview, the launch in batches, and what a cycle scores and closes for all its sheets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterable, Sequence
from datetime import date, datetime

from cairn.application import access
from cairn.application.clock import zone_of
from cairn.application.dated_roster import DatedRoster, dated_roster_at
from cairn.application.policies import Policies
from cairn.application.repository import (
    first_answer,
    fold_cycle,
    fold_person,
    fold_sheet,
    retried,
    to_appends,
)
from cairn.application.stored_events import to_event
from cairn.domain.cycle.commands import AddSheets, AnyCycleCommand, LaunchCycle
from cairn.domain.cycle.decide import decide
from cairn.domain.cycle.events import LaunchFailure, TargetRow
from cairn.domain.cycle.proposing import standing_targets
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.status import CycleDeadline, CycleStatus, status
from cairn.domain.event import Event
from cairn.domain.identity import SYSTEM_KEYS, Identity, by_system, identify
from cairn.domain.launch.checking import check_departments, check_same_terms
from cairn.domain.launch.decide import add_sheets, launch
from cairn.domain.launch.lateness import shifted
from cairn.domain.launch.plan import (
    LaunchPlan,
    OpenedSheet,
    Planner,
    SheetPlan,
    by_holder,
    opening_events,
)
from cairn.domain.people import Person
from cairn.domain.policy import Policy, WorkingCalendar
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Schedule, local_day, make_schedule
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import holder_of, sheet_name
from cairn.ledger import AppendConflict, Ledger, StoredEvent

BATCH = 120
"""Sheets in one append of a launch: some 600 goals."""
LANES = 2
"""Batches of a launch on their way at once: while one is being recorded, the next is decided."""

Progress = Callable[[int, int], Awaitable[None]]


class Cycles:
    """The write path of cycles. One instance serves a whole process."""

    def __init__(self, ledger: Ledger, policies: Policies | None = None) -> None:
        self.ledger = ledger
        self.policies = policies or Policies(ledger)
        self._planned: tuple[object, LaunchPlan] | None = None

    async def load(self, cycle: str) -> Cycle:
        return fold_cycle(cycle, await self.ledger.read_stream(f"cycle-{cycle}"))

    async def status(self, cycle: str, later: Iterable[CycleDeadline] = ()) -> CycleStatus:
        """Where a cycle stands; `later` are deadlines that could not be done, with when they are tried again."""
        found = await self.load(cycle)
        if found.version == 0:
            raise Refusal("cycle.unknown", field="cycle", cycle=cycle)
        return status(found, await self.policies.version(found.policy), later)

    async def preview(
        self, cycle: str, title: str, starts: date, ends: date, policy: str, language: str = "zh",
        at_position: int | None = None, shift: date | None = None,
    ) -> tuple[LaunchPlan, int]:  # fmt: skip
        """The plan a launch would carry out now, and the log's position it was made from.

        With `shift`, the day of a late launch, what has passed of goal setting by then comes after it. Refuses a
        policy with goals for departments that nobody is in."""
        rules = await self.policies.version(policy)
        upto = at_position if at_position is not None else await self.ledger.sealed_position()
        if rules.department_templates:
            check_departments(rules, (await dated_roster_at(self.ledger, upto)).on(starts), starts)
        schedule = _schedule(starts, ends, rules, shift)
        return await self._plan(cycle, title, schedule, policy, language, upto)

    async def _plan(
        self, cycle: str, title: str, schedule: Schedule, policy: str, language: str, upto: int
    ) -> tuple[LaunchPlan, int]:
        """The latest plan is kept: at a sealed position roster, targets and policy never change again."""
        made_from = (cycle, title, schedule, policy, language, upto)
        if self._planned is None or self._planned[0] != made_from:
            rules = await self.policies.version(policy)
            people = await dated_roster_at(self.ledger, upto)
            targets = by_holder(await self._targets(cycle, upto))
            planner = Planner(
                cycle, title, schedule, rules, people.on(schedule.starts), targets, language,
                histories=people.histories, unreadable=people.unreadable_people,
            )  # fmt: skip
            self._planned = made_from, planner.plan()
        return self._planned[1], upto

    async def missing(
        self, cycle_id: str, people: Collection[str], today: date, known: DatedRoster | None = None
    ) -> tuple[LaunchPlan, int]:
        """The plan of the sheets that are missing in a launched cycle, of these people or (empty) of everybody, and the
        log's position it was made from. `known` are the people it is made for, by default as the log has them."""
        cycle, upto = await self.load(cycle_id), await self.ledger.sealed_position()
        dates = cycle.schedule
        if dates is None:
            raise Refusal("cycle.unknown", field="cycle", cycle=cycle_id)
        roster = known or await dated_roster_at(self.ledger, upto)
        rules = await self.policies.version(cycle.policy)
        targets = by_holder(await self._targets(cycle_id, upto))
        planner = Planner(
            cycle_id, cycle.title, dates, rules, roster.on(dates.starts), targets, cycle.language,
            histories=roster.histories, unreadable=roster.unreadable_people,
        )  # fmt: skip
        names = await self.sheets(cycle_id)
        there = {
            holder: [_opened(sheet) for sheet in of]
            for holder, of in (await self.sheets_of(cycle_id, people or roster.histories)).items()
        }
        return planner.additions(there, map(holder_of, names), today, people), upto

    async def sheets_of(self, cycle_id: str, people: Iterable[str]) -> dict[str, list[Sheet]]:
        """Person → their sheets in a cycle, in order; whoever has none is left out."""
        found: dict[str, list[Sheet]] = {}
        wanted, number = list(people), 1
        while wanted:
            names = {sheet_name(cycle_id, person, number): person for person in wanted}
            rows = await self.ledger.read_streams(list(names))
            wanted = [person for name, person in names.items() if rows[name]]
            for name, person in names.items():
                if rows[name]:
                    found.setdefault(person, []).append(fold_sheet(name, rows[name]))
            number += 1
        return found

    async def add_sheets(self, command: AddSheets, key: str) -> CycleStatus:
        """Opens the sheets of a preview of what is missing (see `missing`), each with its goals, in one append a
        batch."""
        identity = identify(command, f"cycle-{command.cycle}", key)
        await retried(identity.stream, lambda: self._add(command, identity))
        return await self.status(command.cycle)

    async def _add(self, command: AddSheets, identity: Identity) -> None:
        cycle, people, rows = await self._read(command.cycle, command.by, command.at)
        if first_answer(identity, rows, zone_of(cycle)):
            return
        calendar = cycle.schedule.calendar if cycle.schedule else WorkingCalendar()
        access.require_for_cycle(command, cycle, people, calendar)
        plan, position = await self.missing(command.cycle, command.people, local_day(command.at, calendar))
        added = add_sheets(command, cycle, plan, position)
        opened = [
            event for sheet in plan.sheets for event in opening_events(sheet, plan, command.by, command.at)
        ]
        if added:
            versions = {identity.stream: cycle.version}
            await self.ledger.append(to_appends([*added, *opened], versions, identity))

    async def _targets(self, cycle: str, upto: int) -> list[TargetRow]:
        rows = await self.ledger.as_of(f"targets-{cycle}", position=upto)
        return [each.row for each in standing_targets(map(to_event, rows)).values()]

    async def launch(
        self, command: LaunchCycle, title: str, starts: date, ends: date, policy: str, language: str = "zh",
        *, key: str | None = None, shift: date | None = None,
    ) -> CycleStatus:  # fmt: skip
        """Records the launch of the plan that was seen; the sheets follow in `launch_sheets`.

        Refused where the cycle has another command under this `key` (None: the plan is the key).
        """
        identity = identify(command, f"cycle-{command.cycle}", key or f"{SYSTEM_KEYS}launch:{command.seen}")
        await retried(
            identity.stream,
            lambda: self._launch(command, identity, title, starts, ends, policy, language, shift),
        )
        return await self.status(command.cycle)

    async def _launch(
        self, command: LaunchCycle, identity: Identity, title: str, starts: date, ends: date, policy: str,
        language: str, shift: date | None,
    ) -> None:  # fmt: skip
        cycle, people, rows = await self._read(command.cycle, command.by, command.at)
        if first_answer(identity, rows, zone_of(cycle)):
            return
        if cycle.version:
            plan, roster = await self._plan_of(cycle), cycle.roster
        else:
            plan, roster = await self.preview(
                command.cycle, title, starts, ends, policy, language, shift=shift
            )
        access.require_for_cycle(command, cycle, people, plan.schedule.calendar)
        again = _schedule(starts, ends, await self.policies.version(policy), shift) if shift else None
        check_same_terms(cycle, title, starts, ends, policy, again)
        events = launch(command, cycle, plan, roster)
        if events:
            await self.ledger.append(to_appends(events, {identity.stream: cycle.version}, identity))

    async def launched_plan(self, cycle: str) -> LaunchPlan:
        """The plan a cycle was launched from."""
        return await self._plan_of(await self.load(cycle))

    async def _plan_of(self, cycle: Cycle) -> LaunchPlan:
        """The plan of a launched cycle, made again from what it was made from."""
        schedule = cycle.launch_schedule
        if schedule is None:
            raise Refusal("cycle.unknown", field="cycle", cycle=cycle.id)
        plan, _ = await self._plan(
            cycle.id, cycle.title, schedule, cycle.launch_policy, cycle.language, cycle.roster
        )
        return plan

    async def launch_sheets(self, cycle_id: str, progress: Progress) -> list[LaunchFailure]:
        """Appends every sheet of the launched plan, a batch at a time; again after a crash it doubles nothing."""
        cycle = await self.load(cycle_id)
        plan = await self._plan_of(cycle)
        by, at = await self._launcher(cycle_id)
        batches = [plan.sheets[start : start + BATCH] for start in range(0, len(plan.sheets), BATCH)]
        failures: list[LaunchFailure] = []
        waiting, done = iter(batches), 0

        async def lane() -> None:
            nonlocal done
            for batch in waiting:
                failures.extend(await self._open(batch, plan, by, at))
                done += len(batch)
                await progress(done, len(plan.sheets))

        await _all([lane() for _ in range(LANES)])
        return sorted(failures, key=lambda failure: failure.sheet)

    async def _launcher(self, cycle: str) -> tuple[str, datetime]:
        first = (await self.ledger.read_stream(f"cycle-{cycle}", upto=1))[0]
        return first.actor, first.occurred_at

    async def _open(
        self, sheets: Sequence[SheetPlan], plan: LaunchPlan, by: str, at: datetime
    ) -> list[LaunchFailure]:
        """One append for the whole batch; only where it conflicts, sheet by sheet, so that one loser fails alone.

        A batch of which an earlier try recorded a part conflicts as well: sheet by sheet, what is recorded stays.
        """
        opening = by_system(f"cycle-{plan.cycle}", "launch")
        events: list[Event] = [event for sheet in sheets for event in opening_events(sheet, plan, by, at)]
        try:
            await self.ledger.append(to_appends(events, {}, opening))
        except AppendConflict as lost:
            if len(sheets) > 1:
                return [failure for sheet in sheets for failure in await self._open([sheet], plan, by, at)]
            if not await self._is_opened(sheets[0].sheet, opening):
                facts = {"streams": lost.streams}
                return [LaunchFailure(sheet=sheets[0].sheet, code="exists", facts=facts)]
        return []

    async def _is_opened(self, sheet: str, opening: Identity) -> bool:
        """Whether this very launch opened the sheet before: by an earlier build, say, that wrote it otherwise."""
        rows = await self.ledger.read_stream(sheet, upto=1)
        return bool(rows) and rows[0].correlation == opening.id

    async def handle(self, command: AnyCycleCommand, key: str) -> CycleStatus:
        """Decides a command on a launched cycle and appends its events once. Refused where the cycle has another
        command under this `key` (RULES C1)."""
        identity = identify(command, f"cycle-{command.cycle}", key)
        await retried(identity.stream, lambda: self._try(command, identity))
        return await self.status(command.cycle)

    async def _try(self, command: AnyCycleCommand, identity: Identity) -> None:
        cycle, people, rows = await self._read(command.cycle, command.by, command.at)
        if first_answer(identity, rows, zone_of(cycle)):
            return
        calendar = cycle.schedule.calendar if cycle.schedule else WorkingCalendar()
        access.require_for_cycle(command, cycle, people, calendar)
        events = decide(command, cycle)
        if events:
            await self.ledger.append(to_appends(events, {identity.stream: cycle.version}, identity))

    async def _read(
        self, name: str, by: str, at: datetime
    ) -> tuple[Cycle, dict[str, Person], list[StoredEvent]]:
        """The cycle, whoever gives the command as of its day, and the cycle's rows."""
        streams = await self.ledger.read_streams([f"cycle-{name}", f"person-{by}"])
        person, rows = fold_person(streams[f"person-{by}"]), streams[f"cycle-{name}"]
        cycle = fold_cycle(name, rows)
        day = local_day(at, cycle.schedule.calendar) if cycle.schedule else at.date()
        return cycle, {by: person.on(day)} if person else {}, rows

    async def sheets(self, cycle_id: str) -> list[str]:
        """Every sheet of a cycle, in the order of its launch plan, then those that were added."""
        return [sheet async for sheet in self._sheets(cycle_id)]

    async def _sheets(self, cycle_id: str) -> AsyncIterator[str]:
        cycle = await self.load(cycle_id)
        for sheet in (await self._plan_of(cycle)).sheets:
            yield sheet.sheet
        for name in cycle.added:
            yield name


def _opened(sheet: Sheet) -> OpenedSheet:
    number = int(sheet.id.rpartition("-")[2])
    return OpenedSheet(
        sheet=sheet.id, number=number, family=sheet.family, since=sheet.since, last=sheet.last_day
    )


def _schedule(starts: date, ends: date, rules: Policy, shift: date | None) -> Schedule:
    schedule = make_schedule(starts, ends, rules)
    return schedule if shift is None else shifted(schedule, rules, shift)


async def _all(lanes: Sequence[Coroutine[None, None, None]]) -> None:
    """Waits for all of them; the first error ends the others."""
    tasks = [asyncio.ensure_future(lane) for lane in lanes]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
