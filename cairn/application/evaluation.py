"""What a cycle does for all its sheets at once: period scores, the year's results, and who is still open."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date, datetime

from cairn.application.cycles import Cycles
from cairn.application.goals import TRIES
from cairn.application.people import roster_at
from cairn.application.repository import fold_goal, fold_sheet, goal_context, to_appends
from cairn.domain.cycle.state import Cycle
from cairn.domain.evaluation.scores import issue_result, score_sheet
from cairn.domain.event import Event
from cairn.domain.goal.events import GoalCancelled
from cairn.domain.goal.replacing import last_day
from cairn.domain.goal.state import Goal
from cairn.domain.goal.status import deadlines_of
from cairn.domain.identity import by_system
from cairn.domain.people import Person
from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day
from cairn.domain.sheet.events import SubordinatePart
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import holder_of
from cairn.ledger import AppendConflict, Ledger

CHUNK = 40
Progress = Callable[[int, int], Awaitable[None]]


class NotScoredYet(Exception):
    """Some goals' own timers have not scored the period yet; try again later."""

    def __init__(self, goals: Sequence[str], period: str) -> None:
        self.goals = goals
        super().__init__(f"{len(goals)} goals have no score of {period} yet, {goals[0]} among them")


class Evaluation:
    """Scores and results of one cycle's sheets."""

    def __init__(self, ledger: Ledger, cycles: Cycles) -> None:
        self.ledger, self.cycles = ledger, cycles

    async def score_period(self, cycle_id: str, period: str, at: datetime, progress: Progress) -> int:
        """Issues every sheet's score of a period. Raises NotScoredYet, before anything is written for a sheet whose
        goals are behind; sheets scored already are left as they are. Returns the number of sheets with a score."""
        cycle, policy = await self._cycle(cycle_id)
        sheets = await self.cycles.sheets(cycle_id)
        scored, behind = 0, []
        for start in range(0, len(sheets), CHUNK):
            for sheet, goals in await self._read(sheets[start : start + CHUNK]):
                waits = [name for name, goal in goals.items() if _waits(goal, sheet, cycle, policy, period)]
                behind += waits
                if not waits:
                    scored += await self._score(sheet, goals, period, policy, at)
            await progress(min(start + CHUNK, len(sheets)), len(sheets))
        if behind:
            raise NotScoredYet(behind, period)
        return scored

    async def _score(
        self, sheet: Sheet, goals: dict[str, Goal], period: str, policy: Policy, at: datetime
    ) -> int:
        events = score_sheet(sheet, goals, period, policy, at)
        await self._append(sheet, events, f"score:{period}")
        return 1 if events or period in sheet.scores else 0

    async def _append(self, sheet: Sheet, events: Sequence[Event], key: str) -> None:
        if events:
            await self.ledger.append(to_appends(events, {sheet.id: sheet.version}, by_system(sheet.id, key)))

    async def issue_results(self, cycle_id: str, at: datetime, progress: Progress) -> int:
        """Issues the year's result of every sheet, those who manage nobody first, so that a manager's can count
        the subordinates'. Returns the number of results."""
        cycle, policy = await self._cycle(cycle_id)
        roster = await roster_at(self.ledger, await self.ledger.sealed_position())
        people = roster.by_id()
        results: dict[str, SubordinatePart] = {}
        sheets = sorted(await self.cycles.sheets(cycle_id), key=lambda name: -_depth(holder_of(name), people))
        reports = _reports(people.values())
        for number, name in enumerate(sheets):
            rows = await self.ledger.read_stream(name)
            sheet = fold_sheet(name, rows)
            mine = [results[who] for who in reports[sheet.holder] if who in results]
            if cycle.schedule is not None:
                leads = bool(reports[sheet.holder])
                events = issue_result(sheet, mine, cycle.schedule, policy, at, leads)
                await self._append(sheet, events, "result")
                issued = events[0] if events else sheet.result
                if issued and issued.points is not None and sheet.kind == "person":
                    version = sheet.version + len(events)
                    results[sheet.holder] = SubordinatePart(sheet=name, version=version, result=issued.points)
            if number % CHUNK == 0:
                await progress(number, len(sheets))
        return len(sheets)

    async def open_goals(self, cycle_id: str) -> tuple[list[str], int]:
        """(goals not over yet, number of goals still on a sheet)."""
        sheets = await self.cycles.sheets(cycle_id)
        waiting, number = [], 0
        for start in range(0, len(sheets), CHUNK):
            for _, goals in await self._read(sheets[start : start + CHUNK]):
                number += len(goals)
                waiting += [name for name, goal in goals.items() if not goal.over]
        return waiting, number

    async def abandon(self, cycle_id: str, by: str, reason: str, at: datetime, progress: Progress) -> int:
        """Ends every goal of an abandoned cycle that is not over; again it ends nothing twice. Returns their number."""
        cycle, sheets = await self.cycles.load(cycle_id), await self.cycles.sheets(cycle_id)
        today = local_day(at, cycle.schedule.calendar) if cycle.schedule else at.date()
        ended = 0
        for start in range(0, len(sheets), CHUNK):
            for _, goals in await self._read(sheets[start : start + CHUNK]):
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

    async def _cycle(self, cycle_id: str) -> tuple[Cycle, Policy]:
        cycle = await self.cycles.load(cycle_id)
        return cycle, await self.cycles.policies.version(cycle.policy)

    async def _read(self, names: Sequence[str]) -> list[tuple[Sheet, dict[str, Goal]]]:
        rows = await self.ledger.read_streams(names)
        sheets = [fold_sheet(name, rows[name]) for name in names]
        goals = await self.ledger.read_streams([goal for sheet in sheets for goal in sheet.placements])
        return [
            (sheet, {goal: fold_goal(goal, goals[goal]) for goal in sheet.placements}) for sheet in sheets
        ]


def _waits(goal: Goal, sheet: Sheet, cycle: Cycle, policy: Policy, period: str) -> bool:
    context = goal_context(cycle, policy, sheet)
    return any(due.period == period for due in deadlines_of(goal, context))


def _depth(holder: str, people: dict[str, Person]) -> int:
    depth, person = 0, people.get(holder)
    while person is not None and person.manager is not None and depth < 100:
        depth, person = depth + 1, people.get(person.manager)
    return depth


def _reports(people: Iterable[Person]) -> dict[str, list[str]]:
    reports: dict[str, list[str]] = defaultdict(list)
    for person in people:
        if person.manager:
            reports[person.manager].append(person.id)
    return reports
