"""A cycle's whole year on a test clock: launch, then from instant to instant, everybody doing what the script says.

Everything a rehearsal knows is in its own ledger and its own Temporal, so one that was killed goes on where it was:
commands carry ids made from the script, and an instant that was finished is not repeated.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import Client

from activities.inputs import Refused
from cairn.application import Application
from cairn.application.repository import to_appends
from cairn.domain.calendar import opening
from cairn.domain.cycle.events import RehearsalAdvanced
from cairn.domain.event import SYSTEM, Fact
from cairn.domain.goal.status import deadlines_of
from cairn.domain.identity import by_system
from cairn.domain.launch.plan import LaunchPlan
from cairn.domain.people import Roster
from cairn.domain.streams import cycle_of, kind_of, sheet_of
from cairn.policies import parse
from cairn.settings import Settings
from cairn_portal.gateway import CommandGateway
from cairn_portal.rehearsal.acts import OnProgress, RefusedCommand, ScriptedActs, for_each
from cairn_portal.rehearsal.clock import RehearsalClock
from cairn_portal.rehearsal.participants import Participants
from cairn_portal.rehearsal.queries import open_script_tables, target_rows
from cairn_portal.rehearsal.roster import read_script_roster
from cairn_portal.rehearsal.script import RehearsalScript
from projections.models import case as case_model

ACTS_BEGIN = timedelta(hours=1)
"""Acts of a day happen an hour after opening, when that morning's deadlines have passed."""
PATIENCE = timedelta(minutes=2)
"""How long a worker may take to answer a command."""
SEALED_WITHIN = 120.0
"""Seconds until policy, roster and targets have their place in the sealed log."""


class Report(Fact):
    """What a rehearsal did, in this run and before: counts from the log. `instants` are the moments of the year it
    went through, `seconds` the time this run took."""

    cycle: str
    sheets: int
    goals: int
    people: int
    instants: int
    commands: int
    refused: tuple[RefusedCommand, ...]
    seconds: float
    resumed: bool


class Rehearsal:
    """One rehearsal against servers that are up, with a worker running."""

    def __init__(
        self, settings: Settings, script: RehearsalScript, data: Path, application: Application, client: Client,
        on_progress: OnProgress,
    ) -> None:  # fmt: skip
        self.script, self.data, self.application, self.client = script, data, application, client
        self.on_progress = on_progress
        self.ledger, self.cycles = application.ledger, application.cycles
        self.gateway = CommandGateway(client, settings.task_queue, PATIENCE)
        self.resumed = False
        self.next_due: dict[str, datetime | None] = {}
        self._seen: dict[str, tuple[int, int, str]] = {}

    @property
    def cycle(self) -> str:
        return self.script.cycle.id

    @property
    def goals(self) -> list[str]:
        """Every goal of the cycle, those of sheets that were added too."""
        return [goal.goal for goal in self.acts.planned]

    async def run(self) -> Report:
        """The whole year. Raises what is wrong with the script's own files before anything is launched."""
        began = asyncio.get_running_loop().time()
        roster = await self.prepare()
        plan = await self.launch()
        self.acts = ScriptedActs(
            self.script, self.data, self.tables, self.application, self.client, self.gateway, self.clock,
            Participants(roster, self.script.hr), plan, self.on_progress,
        )  # fmt: skip
        await self.acts.learn_added()
        await self.wait_for_workflows()
        instants = await self.instants()
        for number, instant in enumerate(instants):
            await self.go_to(instant, number, len(instants))
        people = len((await self.application.people.dated()).histories)
        return Report(
            cycle=self.cycle, sheets=len(plan.sheets) + len(self.acts.added), goals=len(self.goals), people=people,
            instants=len(instants), commands=self.acts.commands, refused=tuple(self.acts.refused),
            seconds=asyncio.get_running_loop().time() - began, resumed=self.resumed,
        )  # fmt: skip

    async def prepare(self) -> Roster:
        """Policy, roster and targets into the log, as of the cycle's first morning; the roster as it is then."""
        script, application = self.script, self.application
        text = (script.folder / script.policy).read_text(encoding="utf-8")
        policy = parse(text, source=script.policy)
        self.calendar = policy.calendar
        self.tables = open_script_tables(script, self.data)
        morning = opening(script.cycle.starts, self.calendar)
        if not await self._take_up():
            self._set_clock((morning - datetime.now(UTC)).total_seconds())
        adoption = await application.policies.adopt(text, script.policy, script.hr, morning)
        self.reference = adoption.reference
        roster = read_script_roster(script, self.data, policy)
        if self.resumed:
            return await application.people.roster(script.cycle.starts)
        await application.people.import_roster(roster, script.hr, morning)
        await self._sealed(roster)
        rows = target_rows(script, self.tables)
        proposal = await application.targets.propose(self.cycle, rows, script.path.name, script.hr, morning)
        if proposal.version:
            await self.ledger.wait_sealed(proposal.stream, proposal.version, SEALED_WITHIN)
        return roster

    async def _take_up(self) -> bool:
        """Goes on with a cycle that was launched before, by the clock of that launch; False if there is none."""
        known = await self.cycles.load(self.cycle)
        self.resumed = known.version > 0
        if self.resumed:
            self._set_clock(known.clock_offset)
        return self.resumed

    def _set_clock(self, clock_offset: float) -> None:
        self.clock_offset, self.clock = clock_offset, RehearsalClock(self.client, clock_offset)

    async def _sealed(self, roster: Roster) -> None:
        """Waits until the roster has its place in the sealed log, also where an earlier run had recorded it."""
        last = f"person-{roster.people[-1].id}"
        await self.ledger.wait_sealed(last, len(await self.ledger.read_stream(last)), SEALED_WITHIN)

    async def launch(self) -> LaunchPlan:
        """Launches what the preview shows, through the cycle's workflow, or finds it launched."""
        if not self.resumed:
            dates, language = self.script.cycle, self.script.language
            plan, _ = await self.cycles.preview(
                self.cycle, dates.title, dates.starts, dates.ends, self.reference, language
            )
            fields = {
                "title": dates.title, "starts": dates.starts.isoformat(), "ends": dates.ends.isoformat(),
                "policy": self.reference, "seen": plan.digest, "language": language,
                "clock_offset": self.clock_offset,
            }  # fmt: skip
            command = f"launch-{plan.digest}"
            outcome = await self.gateway.cycle(self.cycle, "launch", self.script.hr, fields, command)
            # A launch that an ended run had asked for may come first; it is the same one by an earlier clock.
            if outcome.refused and not await self._take_up():
                raise RehearsalStopped(outcome.refused)
        return await self.cycles.launched_plan(self.cycle)

    async def wait_for_workflows(self) -> None:
        """Waits until every goal has its workflow and learns how far each one's clock is."""
        await wait_for_goals(self.client, self.cycle, len(self.goals), self.on_progress)
        if self.resumed:
            await for_each(self.goals, self.clock.refresh, self.on_progress, "clocks")
            await self.clock.refresh(f"cycle-{self.cycle}")
            await self.acts.cases.learn(resumed=True)

    async def instants(self) -> list[datetime]:
        """The script's days in order, and the end: when the cycle closes by itself."""
        schedule = (await self.cycles.load(self.cycle)).schedule
        assert schedule is not None
        days = [opening(day, self.calendar) + ACTS_BEGIN for day in self.script.days()]
        after = [schedule.results_due + timedelta(hours=2), schedule.closes + timedelta(days=1, hours=2)]
        return sorted({*days, *after})

    async def go_to(self, instant: datetime, number: int, of: int) -> None:
        """Moves everybody who has something due to an instant, then does what the script says of its day."""
        stream = f"rehearsal-{self.cycle}"
        done = await self.ledger.read_stream(stream)
        if len(done) > number:
            return
        self.on_progress(f"{instant:%Y-%m-%d}", number, of)
        await self.advance(instant)
        for index, act in enumerate(self.script.on(instant.date())):
            await self.acts.perform(act, f"{self.cycle}:{instant:%Y-%m-%d}:{index}", instant)
        mark = RehearsalAdvanced(cycle=self.cycle, instant=instant, by=SYSTEM, at=instant)
        await self.ledger.append(
            to_appends([mark], {stream: len(done)}, by_system(stream, instant.isoformat()))
        )
        self.on_progress(f"{instant:%Y-%m-%d}", number + 1, of)

    async def advance(self, instant: datetime) -> None:
        """Goals with a deadline before the instant first, and the windows of results that were shown; then the cycle,
        which scores the sheets that goals are on, opens reviews, and closes once results are done; then cases."""
        due, cases = await self._due_before(instant), self.acts.cases

        async def forward(goal: str) -> None:
            await self.clock.advance(goal, instant)

        async def forward_case(case: str) -> None:
            await cases.advance(case, instant)

        await for_each(due, forward, self.on_progress, f"{instant:%Y-%m-%d}")
        await for_each(await self._results(), forward, self.on_progress)
        await self.clock.advance(f"cycle-{self.cycle}", instant)
        await cases.learn()
        cases_due = await cases.due_before(instant)
        await for_each(cases_due, forward_case, self.on_progress)
        if any(kind_of(name) == "appraisal" for name in cases_due):
            await self.acts.taken_in()

    async def _results(self) -> list[str]:
        """The results that were shown and still wait for something."""
        names = await case_model.open_names(self.application.pool)
        return [name for name in names if (kind_of(name), cycle_of(name)) == ("result", self.cycle)]

    async def _due_before(self, instant: datetime) -> list[str]:
        """The goals with a deadline up to an instant, in order."""
        await self._look_at_grown()
        return [name for name in self.goals if (due := self.next_due[name]) and due <= instant]

    async def _look_at_grown(self) -> None:
        """Learns the next deadline of every goal that has changed: it follows from goal, sheet and the cycle's policy
        alone."""
        policy = (await self.cycles.load(self.cycle)).policy
        versions = await self.ledger.versions([*self.goals, *{sheet_of(name) for name in self.goals}])
        of = {name: (versions[name], versions[sheet_of(name)], policy) for name in self.goals}

        async def look(goal: str) -> None:
            found, context = await self.application.goals.load(goal)
            ahead = deadlines_of(found, context)
            self.next_due[goal] = ahead[0].at if ahead else None

        grown = [name for name in self.goals if self._seen.get(name) != of[name]]
        await for_each(grown, look, self.on_progress)
        self._seen = of


async def wait_for_goals(client: Client, cycle: str, goals: int, on_progress: OnProgress) -> None:
    """Waits until each of a cycle's goals has its workflow, beside the cycle's own."""
    while True:
        count = (await client.count_workflows(f'CairnCycle = "{cycle}"')).count
        on_progress("workflows", min(count, goals), goals)
        if count > goals:
            return
        await asyncio.sleep(0.3)


class RehearsalStopped(Exception):
    """The launch was refused; nothing else was done."""

    def __init__(self, refused: Refused) -> None:
        self.refused = refused
        super().__init__(str(refused))
