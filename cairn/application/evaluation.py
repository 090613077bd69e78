"""What a cycle does for all its sheets at once: period scores, the year's results, and who is still open."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from cairn.application.cycles import Cycles
from cairn.application.dated_roster import dated_roster_at
from cairn.application.ratings import NO_RATERS, Ratings
from cairn.application.repository import TRIES, fold_goal, fold_person, fold_sheet, goal_context, to_appends
from cairn.application.stored_events import UnreadableEvent, readable
from cairn.domain.cycle.state import Cycle
from cairn.domain.evaluation.reports import Reports, counted, days_above, department_of, result_with
from cairn.domain.evaluation.scores import Beside, is_unit, score_sheet
from cairn.domain.event import Event
from cairn.domain.goal.events import GoalCancelled
from cairn.domain.goal.replacing import last_day
from cairn.domain.goal.state import Goal
from cairn.domain.goal.status import deadlines_of, unscored
from cairn.domain.identity import by_system
from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Schedule, local_day
from cairn.domain.sheet.state import Sheet, evolve
from cairn.domain.streams import sheet_names
from cairn.domain.terms import Terms
from cairn.ledger import AppendConflict, Ledger

CHUNK = 40
Progress = Callable[[int, int], Awaitable[None]]


class _Read(NamedTuple):
    """A sheet with all goals that are or were on it, and which of these streams cannot be read: what depends on them
    waits (RULES D4)."""

    sheet: Sheet
    goals: dict[str, Goal]
    unreadable: list[str]


class Scored(NamedTuple):
    """How many sheets have a score or a result, and the goals (or sheets that cannot be read) that the others wait
    for."""

    sheets: int
    waiting: Sequence[str]


class Evaluation:
    """Scores and results of one cycle's sheets."""

    def __init__(self, ledger: Ledger, cycles: Cycles) -> None:
        self.ledger, self.cycles, self.ratings = ledger, cycles, Ratings(ledger, cycles)

    async def score_period(self, cycle_id: str, period: str, at: datetime, progress: Progress) -> Scored:
        """Issues the score of a period of every sheet whose goals all have theirs. What comes later follows with the
        goals' own scores (RULES W2)."""
        cycle, terms = await self._cycle(cycle_id)
        found = cycle.schedule.period(period) if cycle.schedule else None
        policy = terms.on(found.ends) if found else terms.policy
        sheets = await self.cycles.sheets(cycle_id)
        scored, waiting = 0, []
        for start in range(0, len(sheets), CHUNK):
            for sheet, goals, unreadable in await self._read(sheets[start : start + CHUNK]):
                waits = [
                    name for name, goal in goals.items() if _waits(goal, sheet, cycle, terms, period, at)
                ]
                waits += unreadable
                waiting += waits
                if not waits and cycle.schedule is not None:
                    scored += await self._score(sheet, goals, period, cycle.schedule, policy, at)
            await progress(min(start + CHUNK, len(sheets)), len(sheets))
        return Scored(scored, waiting)

    async def _score(
        self,
        sheet: Sheet,
        goals: Mapping[str, Goal],
        period: str,
        schedule: Schedule,
        policy: Policy,
        at: datetime,
    ) -> int:
        if period in sheet.scores:
            return 1
        events = score_sheet(sheet, goals, period, schedule, policy, at)
        await self._append(sheet, events, f"score:{period}")
        return len(events)

    async def _append(self, sheet: Sheet, events: Sequence[Event], key: str) -> None:
        if events:
            await self.ledger.append(to_appends(events, {sheet.id: sheet.version}, by_system(sheet.id, key)))

    async def issue_results(self, cycle_id: str, at: datetime, progress: Progress) -> Scored:
        """Issues the year's result of every sheet whose goals are all scored, those who lead nobody first, so that a
        manager's can count the subordinates'.

        A result that is there is issued again, as its next version, where a subordinate's has come since; a settled one
        becomes a proposed restatement (RULES Y3)."""
        cycle, terms = await self._cycle(cycle_id)
        policy = terms.on(cycle.schedule.ends) if cycle.schedule else terms.policy
        reports, waiting = await self._reports(cycle_id)
        names = reports.in_order()
        done: dict[str, Sheet] = {}
        issued = 0
        for number, name in enumerate(names):
            [(sheet, goals, unreadable)] = await self._read([name])
            waits = [*(goal.id for goal in goals.values() if not goal.done), *unreadable]
            of_raters = NO_RATERS if waits else await self.ratings.of_result(sheet, policy)
            waits += [of_raters.waits_for] if of_raters.waits_for else []
            waiting += waits
            if not waits and cycle.schedule is not None:
                beside = reports.beside(sheet, done, cycle.schedule, policy)
                beside = replace(beside, ratings=of_raters.parts)
                sheet = await self._issue(sheet, goals, beside, cycle.schedule, policy, at)
                issued += 1
            if sheet.result is not None:
                done[name] = sheet
            if number % CHUNK == 0:
                await progress(number, len(names))
        return Scored(issued, waiting)

    async def _issue(
        self,
        sheet: Sheet,
        goals: Mapping[str, Goal],
        beside: Beside,
        schedule: Schedule,
        policy: Policy,
        at: datetime,
    ) -> Sheet:
        """The sheet with the year's score and the result that counts now, recorded where they are new."""
        scored = [] if "Y" in sheet.scores else score_sheet(sheet, goals, "Y", schedule, policy, at)
        after = evolve(sheet, scored[0]) if scored else sheet
        issued = result_with(after, beside, schedule, policy, at)
        events: list[Event] = [*scored, *issued]
        await self._append(sheet, events, f"result:{sheet.version}")
        return evolve(after, issued[0]) if issued else after

    async def issue_above(self, name: str, at: datetime) -> int:
        """Has the last result of a sheet counted in those of the managers its holder reported to, and of the holder's
        later sheets: as their next versions, or as proposed restatements where they are settled (RULES Y2, Y3). Those
        whose result is not there yet are left to the cycle. Returns how many changed."""
        sheet = fold_sheet(name, await self.ledger.read_stream(name))
        cycle, terms = await self._cycle(sheet.cycle)
        if sheet.kind != "person":
            return await self._issue_in_unit(sheet, cycle, terms, at)
        history = fold_person(await self.ledger.read_stream(f"person-{sheet.holder}"))
        if sheet.result is None or history is None or cycle.schedule is None:
            return 0
        policy = terms.on(cycle.schedule.ends)
        days = {**days_above(sheet, history, cycle.schedule), sheet.holder: 0}
        changed, unreadable = 0, None
        for who, number in days.items():
            try:
                uppers = await self._sheets_of(sheet.cycle, who)
            except UnreadableEvent as error:  # the others first
                unreadable = error
                continue
            for upper in uppers:
                if who != sheet.holder or upper.since > sheet.since:
                    changed += await self._count_in(upper, sheet, number, cycle.schedule, policy, at)
        if unreadable is not None:
            raise unreadable
        return changed

    async def _issue_in_unit(self, unit: Sheet, cycle: Cycle, terms: Terms, at: datetime) -> int:
        """Has the last result of a department, or of the company, multiply the results of its people (RULES E2)."""
        schedule = cycle.schedule
        if unit.result is None or schedule is None:
            return 0
        policy = terms.on(schedule.ends)
        if not any(is_unit(unit.holder, each.result) for each in policy.multipliers.values()):
            return 0
        roster = await dated_roster_at(self.ledger, await self.ledger.sealed_position())
        names, changed = await self.cycles.sheets(cycle.id), 0
        for start in range(0, len(names), CHUNK):
            found, _ = readable(await self.ledger.read_streams(names[start : start + CHUNK]), fold_sheet)
            for sheet in found.values():
                history = roster.histories.get(sheet.holder)
                if sheet.result is None or sheet.kind != "person" or history is None:
                    continue
                if unit.holder in ("company", department_of(sheet, history, schedule)):
                    changed += await self._count_in(sheet, unit, 0, schedule, policy, at)
        return changed

    async def _count_in(
        self, upper: Sheet, sheet: Sheet, days: int, schedule: Schedule, policy: Policy, at: datetime
    ) -> int:
        """Has a sheet's last result counted in another one's, whatever else happens to that one meanwhile."""
        for _ in range(TRIES):
            beside = counted(upper, sheet, days, schedule)
            events = result_with(upper, beside, schedule, policy, at, sheet.id)
            try:
                await self._append(upper, events, f"above:{sheet.id}:{sheet.version}")
                return len(events)
            except AppendConflict:
                upper = fold_sheet(upper.id, await self.ledger.read_stream(upper.id))
        raise Refusal("command.stale", stream=upper.id)

    async def _sheets_of(self, cycle: str, holder: str) -> list[Sheet]:
        """Somebody's sheets in a cycle that have a result."""
        names = sheet_names(cycle, holder)
        rows = await self.ledger.read_streams(names)
        sheets = (fold_sheet(name, rows[name]) for name in names)
        return [sheet for sheet in sheets if sheet.result is not None]

    async def _reports(self, cycle_id: str) -> tuple[Reports, list[str]]:
        """Who reported to whom on how many days of each sheet; and the sheets that cannot be read."""
        cycle = await self.cycles.load(cycle_id)
        roster = await dated_roster_at(self.ledger, await self.ledger.sealed_position())
        sheets: list[Sheet] = []
        unreadable: list[str] = []
        names = await self.cycles.sheets(cycle_id)
        for start in range(0, len(names), CHUNK):
            found, lost = readable(await self.ledger.read_streams(names[start : start + CHUNK]), fold_sheet)
            sheets += found.values()
            unreadable += lost
        return Reports.of(sheets, roster.histories, cycle.schedule), unreadable

    async def open_goals(self, cycle_id: str) -> tuple[list[str], int]:
        """(goals not over yet, and streams that cannot be read; number of goals still on a sheet)."""
        sheets = await self.cycles.sheets(cycle_id)
        waiting, number = [], 0
        for start in range(0, len(sheets), CHUNK):
            for sheet, goals, unreadable in await self._read(sheets[start : start + CHUNK]):
                number += len(sheet.placements)
                waiting += [*unreadable, *(name for name, goal in goals.items() if not goal.over)]
        return waiting, number

    async def abandon(self, cycle_id: str, by: str, reason: str, at: datetime, progress: Progress) -> int:
        """Ends every goal of an abandoned cycle that is not over; again it ends nothing twice. Returns their number."""
        cycle, sheets = await self.cycles.load(cycle_id), await self.cycles.sheets(cycle_id)
        today = local_day(at, cycle.schedule.calendar) if cycle.schedule else at.date()
        ended = 0
        for start in range(0, len(sheets), CHUNK):
            for _, goals, _ in await self._read(sheets[start : start + CHUNK]):
                for goal in (each for each in goals.values() if not each.over):
                    ended += await self._end(goal, by, reason, at, today)
            await progress(min(start + CHUNK, len(sheets)), len(sheets))
        return ended

    async def _end(self, goal: Goal, by: str, reason: str, at: datetime, today: date) -> int:
        """Ends one goal, whatever else happens to it meanwhile."""
        for _ in range(TRIES):
            last = last_day(goal, today)
            gone = GoalCancelled(goal=goal.id, cause="abandoned", reason=reason, last=last, by=by, at=at)
            try:
                appends = to_appends([gone], {goal.id: goal.version}, by_system(goal.id, "abandon"))
                await self.ledger.append(appends)
                return 1
            except AppendConflict:
                goal = fold_goal(goal.id, await self.ledger.read_stream(goal.id))
                if goal.over:
                    return 0
        raise Refusal("command.stale", stream=goal.id)

    async def _cycle(self, cycle_id: str) -> tuple[Cycle, Terms]:
        cycle = await self.cycles.load(cycle_id)
        return cycle, await self.cycles.policies.terms(cycle)

    async def _read(self, names: Sequence[str]) -> list[_Read]:
        """Sheets with all goals that are or were on them: what was dropped counts for its part (RULES W1)."""
        sheets, lost = readable(await self.ledger.read_streams(names), fold_sheet)
        streams = await self.ledger.read_streams(
            [goal for each in sheets.values() for goal in each.weighings]
        )
        read = {name: _Read(Sheet(id=name), {}, [name]) for name in lost}
        for name, sheet in sheets.items():
            read[name] = _Read(sheet, *readable({goal: streams[goal] for goal in sheet.weighings}, fold_goal))
        return [read[name] for name in names]


def _waits(goal: Goal, sheet: Sheet, cycle: Cycle, terms: Terms, period: str, at: datetime) -> bool:
    context = goal_context(cycle, terms, sheet)
    due = (*deadlines_of(goal, context), *unscored(goal, context, at))
    return any(each.period == period for each in due)
