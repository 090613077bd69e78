"""A cycle's whole year on a test clock: launch, then from instant to instant, everybody doing what the script says.

Everything a rehearsal knows is in its own ledger and its own Temporal, so one that was killed goes on where it was:
commands carry ids made from the script, and an instant that was finished is not played again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from temporalio.client import Client

from activities.inputs import Refused
from cairn.application import Application
from cairn.application.people import import_roster, roster_at
from cairn.application.policies import adopt_policy
from cairn.application.repository import to_appends
from cairn.application.targets import propose_targets
from cairn.domain.calendar import opening
from cairn.domain.cycle.events import RehearsalAdvanced
from cairn.domain.event import SYSTEM, Fact
from cairn.domain.goal.status import deadlines_of
from cairn.domain.launch.plan import LaunchPlan
from cairn.domain.policy import Policy
from cairn.i18n import refusal_message
from cairn.policies import parse
from cairn.settings import Settings
from cairn_portal.gateway import CommandGateway
from cairn_portal.moves import Moves, goals_by_owner
from cairn_portal.rehearsal.cast import Cast, leave
from cairn_portal.rehearsal.clock import RehearsalClock
from cairn_portal.rehearsal.feeding import collect_feeds
from cairn_portal.rehearsal.roster import read_cycle_roster
from cairn_portal.rehearsal.script import (
    Act,
    Asked,
    CycleFile,
    asked,
    open_plan_tables,
    planned_goals,
    select_rows,
    target_rows,
)

AT_ONCE = 24
ACTS_BEGIN = timedelta(hours=1)
"""Acts of a day happen an hour after opening, when that morning's deadlines have passed."""

OnProgress = Callable[[str, int, int], None]


class RefusedAct(Fact):
    """A scripted command the rules refused; it is told, not hidden."""

    line: int
    act: str
    goal: str
    code: str
    sentence: str


class Report(Fact):
    """What a rehearsal did, in this run and before: counts from the log."""

    cycle: str
    sheets: int
    goals: int
    people: int
    instants: int
    commands: int
    refused: tuple[RefusedAct, ...]
    seconds: float
    resumed: bool


class Rehearsal:
    """One rehearsal against servers that are up, with a worker running."""

    def __init__(
        self, settings: Settings, file: CycleFile, data: Path, application: Application, client: Client,
        on_progress: OnProgress,
    ) -> None:  # fmt: skip
        self.file, self.data, self.client, self.on_progress = file, data, client, on_progress
        self.ledger, self.policies = application.ledger, application.policies
        self.cycles, self.goals = application.cycles, application.goals
        self.gateway = CommandGateway(client, settings.task_queue, timedelta(minutes=2))
        self.pool = application.pool
        self.gate = asyncio.Semaphore(AT_ONCE)
        self.refused: list[RefusedAct] = []
        self.commands = 0
        self.clock_offset = 0.0
        self.resumed = False

    @property
    def cycle(self) -> str:
        return self.file.cycle.id

    async def run(self) -> Report:
        """The whole year. Raises what is wrong with the script's own files before anything is launched."""
        began = asyncio.get_running_loop().time()
        await self.prepare()
        plan = await self.launch()
        await self.begun(plan)
        instants = await self.instants()
        for number, instant in enumerate(instants):
            await self.play(instant, number, len(instants))
        return Report(
            cycle=self.cycle, sheets=len(plan.sheets), goals=plan.goals, people=len(self.roster.people),
            instants=len(instants), commands=self.commands, refused=tuple(self.refused),
            seconds=asyncio.get_running_loop().time() - began, resumed=self.resumed,
        )  # fmt: skip

    async def prepare(self) -> None:
        """Policy, roster and targets into the log, as of the cycle's first morning."""
        text = (self.file.folder / self.file.policy).read_text(encoding="utf-8")
        self.policy: Policy = parse(text, source=self.file.policy)
        self.tables = open_plan_tables(self.file, self.data)
        morning = opening(self.file.cycle.starts, self.policy.calendar)
        known = await self.cycles.load(self.cycle)
        self.resumed = known.version > 0
        self.clock_offset = (
            known.clock_offset if known.version else (morning - datetime.now(UTC)).total_seconds()
        )
        self.reference = await adopt_policy(self.ledger, text, self.file.policy, self.file.hr, morning)
        self.roster = read_cycle_roster(self.file, self.data, self.policy)
        if not self.resumed:
            await import_roster(self.ledger, self.roster, self.file.hr, morning)
            rows = target_rows(self.file, self.tables)
            await propose_targets(self.ledger, self.cycle, rows, self.file.path.name, self.file.hr, morning)
            await self.sealed()
        else:
            self.roster = await roster_at(self.ledger, await self.ledger.sealed_position())
        self.cast = Cast(self.roster, self.file.hr)
        self.clock = RehearsalClock(self.client, self.clock_offset)

    async def sealed(self) -> None:
        """Waits until what was just recorded has its place in the sealed log."""
        last = f"person-{self.roster.people[-1].id}"
        await self.ledger.wait_sealed(last, len(await self.ledger.read_stream(last)), 120)

    async def launch(self) -> LaunchPlan:
        """Launches what the preview shows, through the cycle's workflow, or finds it launched."""
        dates = self.file.cycle
        if not self.resumed:
            plan, _ = await self.cycles.preview(
                self.cycle, dates.title, dates.starts, dates.ends, self.reference, self.file.language
            )
            fields = {
                "title": dates.title, "starts": dates.starts.isoformat(), "ends": dates.ends.isoformat(),
                "policy": self.reference, "seen": plan.digest, "language": self.file.language,
                "clock_offset": self.clock_offset,
            }  # fmt: skip
            outcome = await self.gateway.cycle(
                self.cycle, "launch", self.file.hr, fields, f"launch-{plan.digest}"
            )
            if outcome.refused:
                raise RehearsalStopped(outcome.refused)
        return await self.cycles.launched_plan(self.cycle)

    async def begun(self, plan: LaunchPlan) -> None:
        """Waits until every goal has its workflow and learns how far each one's clock is."""
        self.planned = planned_goals(plan)
        self.owned = goals_by_owner(plan)
        names = [goal.goal for goal in self.planned]
        while True:
            count = (await self.client.count_workflows(f'CairnCycle = "{self.cycle}"')).count
            self.on_progress("workflows", min(count, len(names)), len(names))
            if count > len(names):
                break
            await asyncio.sleep(0.3)
        if self.resumed:
            await self.all(names, self.clock.look, "clocks")
            await self.clock.look(f"cycle-{self.cycle}")

    async def instants(self) -> list[datetime]:
        """The script's days in order, and the end: when the cycle closes by itself."""
        schedule = (await self.cycles.load(self.cycle)).schedule
        assert schedule is not None
        days = [opening(day, self.policy.calendar) + ACTS_BEGIN for day in self.file.days()]
        after = [schedule.results_due + timedelta(hours=2), schedule.closes + timedelta(days=1, hours=2)]
        return sorted({*days, *after})

    async def play(self, instant: datetime, number: int, of: int) -> None:
        """Moves everybody who has something due to an instant, then does what the script says of its day."""
        stream = f"rehearsal-{self.cycle}"
        done = await self.ledger.read_stream(stream)
        if len(done) > number:
            return
        self.on_progress(f"{instant:%Y-%m-%d}", number, of)
        await self.advance(instant)
        for index, act in enumerate(self.file.on(instant.date())):
            await self.act(act, f"{self.cycle}:{instant:%Y-%m-%d}:{index}", instant)
        mark = RehearsalAdvanced(cycle=self.cycle, instant=instant, by=SYSTEM, at=instant)
        await self.ledger.append(to_appends([mark], {stream: len(done)}, instant.isoformat()))
        self.on_progress(f"{instant:%Y-%m-%d}", number + 1, of)

    async def advance(self, instant: datetime) -> None:
        """Goals with a deadline before the instant first, then the cycle, which scores the sheets they are on."""
        due = await self.due_before(instant)
        await self.all(due, lambda goal: self.ready(goal, instant), f"{instant:%Y-%m-%d}")
        await self.clock.advance(f"cycle-{self.cycle}", instant)

    async def due_before(self, instant: datetime) -> list[str]:
        names: list[str] = []

        async def look(goal: str) -> None:
            found, context = await self.goals.load(goal)
            if any(each.at <= instant for each in deadlines_of(found, context)[:1]):
                names.append(goal)

        await self.all([goal.goal for goal in self.planned], look)
        return names

    async def ready(self, goal: str, instant: datetime) -> None:
        await self.clock.advance(goal, instant)

    async def act(self, act: Act, command: str, instant: datetime) -> None:
        """One line of the script: feeds, a move of people, or a command to every goal it selects."""
        if act.feeds:
            await collect_feeds(self.client, self.gateway.task_queue, self.file, self.data, act.on, instant)
            return
        rows = asked(self.file, act, select_rows(self.file, act, self.tables, self.planned))
        if rows and rows[0].person is not None:
            for row in rows:
                await self.move(row, act, f"{command}:{row.person}", instant)
            return
        numbered = [(row, f"{command}:{row.goal}:{number}") for number, row in enumerate(rows)]
        by_goal: dict[str, list[tuple[Asked, str]]] = {}
        for row, row_id in numbered:
            by_goal.setdefault(row.goal or "", []).append((row, row_id))
        await self.all(
            list(by_goal), lambda goal: self.each(goal, by_goal[goal], act, instant), act.act or ""
        )

    async def each(self, name: str, rows: Sequence[tuple[Asked, str]], act: Act, instant: datetime) -> None:
        """A goal's commands of one act, in order."""
        await self.ready(name, instant)
        for row, command in rows:
            goal, _ = await self.goals.load(name)
            by = self.cast.person(act.by or "owner", goal)
            outcome = await self.gateway.goal(name, row.act, by, row.fields, command, self.clock_offset)
            self.commands += 1
            if outcome.refused:
                self.tell(act, name, outcome.refused)

    async def move(self, row: Asked, act: Act, command: str, instant: datetime) -> None:
        async def ready(goal: str) -> None:
            await self.clock.advance(goal, instant)

        moves = Moves(self.ledger, self.gateway, lambda person: self.owned.get(person, []), ready)
        effective = date.fromisoformat(str(row.fields.get("effective", act.on)))
        reason = str(row.fields.get("reason") or act.story)
        person, by = row.person or "", self.file.hr
        if row.act == "leave":
            told = await moves.leave(person, effective, reason, by, instant, command)
            self.cast = Cast(leave(self.roster, person), self.file.hr)
        else:
            manager = str(row.fields["manager"])
            told = await moves.change_manager(person, manager, effective, reason, by, instant, command)
        self.commands += len(self.owned.get(person, []))
        for refused in told:
            self.tell(act, person, refused)

    def tell(self, act: Act, goal: str, refused: Refused) -> None:
        sentence = refusal_message(refused).text(self.file.language)
        self.refused.append(
            RefusedAct(line=act.line, act=act.act or "", goal=goal, code=refused.code, sentence=sentence)
        )

    async def all(
        self, names: Sequence[str], work: Callable[[str], Awaitable[object]], label: str | None = None
    ) -> None:
        """The same for many, some at a time, with progress; the first failure stops the rest."""
        done = 0

        async def one(name: str) -> None:
            nonlocal done
            async with self.gate:
                await work(name)
            done += 1
            if label:
                self.on_progress(label, done, len(names))

        async with asyncio.TaskGroup() as group:
            for name in names:
                group.create_task(one(name))


class RehearsalStopped(Exception):
    """The launch was refused; nothing else was done."""

    def __init__(self, refused: Refused) -> None:
        self.refused = refused
        super().__init__(str(refused))
