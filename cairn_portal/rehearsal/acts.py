"""Doing what a rehearsal's script says of a day: feeds, moves of people, commands to every goal and case an act
selects."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from time import monotonic

import asyncpg
from temporalio.client import Client

from activities.inputs import STARTER, GoalOutcome
from activities.rescoring import NAME as RESCORING
from cairn.application import Application, moves
from cairn.application.moves import Moves
from cairn.application.person_commands import read_person_command
from cairn.documents.queries import Database
from cairn.domain.event import Fact
from cairn.domain.goal.events import CommitteeVoted
from cairn.domain.goal.places import held_at
from cairn.domain.launch.plan import LaunchPlan
from cairn.domain.streams import holder_of, kind_of, sheet_of
from cairn.i18n import refusal_message
from cairn.ledger import subscriptions
from cairn_portal.gateway import CommandGateway
from cairn_portal.rehearsal.cases import CasesInRehearsal
from cairn_portal.rehearsal.clock import RehearsalClock
from cairn_portal.rehearsal.feeding import collect_feeds
from cairn_portal.rehearsal.participants import Participants
from cairn_portal.rehearsal.queries import (
    ScriptedCommand,
    added_goals,
    planned_goals,
    scripted_commands,
    select_rows,
)
from cairn_portal.rehearsal.script import CASE_COMMANDS, OTHER_COMMANDS, RehearsalScript, ScriptedAct
from cairn_portal.rehearsal.years_end import KINDS as AT_YEARS_END

SPOKEN = {"change_manager": "manager", "come_back": "return"}
"""Commands about people whose names in a script are others than on the command line, where they would be a goal's."""
DAY_OF = {
    "join": "hired", "leave": "last_day", "move": "effective", "manager": "effective", "away": "first",
    "return": "effective", "delegate": "first",
}  # fmt: skip
"""The day of each command that is the act's own where the row does not say it."""
STANDS_STILL = 300.0
"""Seconds that a follower of the log may need for one stretch of it: however many there are, a slow machine gets on."""
VOTED = CommitteeVoted.__name__
"""The committee has not decided yet: another member votes."""
AT_ONCE = 24
"""Goals that are dealt with at the same time."""
OnProgress = Callable[[str, int, int], None]
"""Told what is being done, how many of it are done, and of how many."""


class RefusedCommand(Fact):
    """A scripted command the rules refused; it is told, not hidden. `line` is its act's in the script, `goal` whatever
    it was given to."""

    line: int
    act: str
    goal: str
    code: str
    sentence: str


class ScriptedActs:
    """Gives the commands of a script's acts. `commands` counts them, `refused` keeps those that were refused."""

    def __init__(
        self, script: RehearsalScript, data: Path, tables: Database, application: Application, client: Client,
        gateway: CommandGateway, clock: RehearsalClock, participants: Participants, plan: LaunchPlan,
        on_progress: OnProgress,
    ) -> None:  # fmt: skip
        self.script, self.data, self.tables, self.application = script, data, tables, application
        self.client, self.gateway, self.clock, self.participants = client, gateway, clock, participants
        self.on_progress = on_progress
        self.cases = CasesInRehearsal(script.cycle.id, script.hr, application, gateway, clock)
        self.planned = planned_goals(plan)
        self.added: set[str] = set()
        self.refused: list[RefusedCommand] = []
        self.commands = 0

    async def perform(self, act: ScriptedAct, command: str, instant: datetime) -> None:
        """One act, at an instant of the cycle's year; `command` begins the ids of its commands."""
        if act.feeds:
            queue = self.gateway.task_queue
            await collect_feeds(self.client, queue, self.script, act, self.data, instant)
            await self._rescored()
            return
        reviews = await self.cases.reviews() if act.act in CASE_COMMANDS else ()
        at_years_end = (act.act or "").partition(" ")[0] in AT_YEARS_END
        more = await self.cases.years_end.tables() if at_years_end else ()
        rows = select_rows(self.script, act, self.tables, self.planned, reviews, more)
        commands = scripted_commands(self.script, act, rows)
        if act.act in OTHER_COMMANDS:
            await self._do(commands, act, command, instant)
            await self._results_shown()
            return
        if act.act in CASE_COMMANDS:
            await self._give_to_cases(commands, act, command, instant)
            if at_years_end:
                await self._results_shown()
            return
        of_people: list[ScriptedCommand] = []
        by_goal: dict[str, list[tuple[ScriptedCommand, str]]] = {}
        for number, each in enumerate(commands):
            if each.goal is None:
                of_people.append(each)
            else:
                by_goal.setdefault(each.goal, []).append((each, f"{command}:{each.goal}:{number}"))
        for each in of_people:
            await self._move(each, act, f"{command}:{each.person}", instant)
        if of_people:
            await self.learn_added()
            roster = await self.application.people.roster(act.on)
            self.participants = Participants(roster, self.script.hr)

        async def to_goal(goal: str) -> None:
            await self._give(goal, by_goal[goal], act, instant)

        await for_each(list(by_goal), to_goal, self.on_progress, act.act)

    async def taken_in(self) -> None:
        """Until what raters said has come into goals and results, and the goals' workflows know: likewise."""
        await self._followed(["AppraisalScored"], RESCORING)
        await self._followed(["GoalRated"], STARTER)

    async def _rescored(self) -> None:
        """Until scores that the feeds concern are computed again: in life nobody waits for it."""
        await self._followed(["ReadingsRecorded"], RESCORING)

    async def _results_shown(self) -> None:
        """Until newer versions of results are shown to those they are about: likewise."""
        await self._followed(["ResultIssued", "VersionCalibrated"], RESCORING)

    async def _followed(self, types: Sequence[str], follower: str) -> None:
        """Until a follower has done all that there is of these types, and all that came of it: when nothing waits and
        nothing has moved once all is sealed. Raises TimeoutError where it stands still."""
        at, end = -1, 0.0
        while True:
            await self.application.ledger.wait_types_sealed(types, STANDS_STILL)
            now, waiting = await _standing(self.application.pool, follower)
            if now == at and not waiting:
                return
            if now != at:
                at, end = now, monotonic() + STANDS_STILL
            if monotonic() >= end:
                raise TimeoutError(f"{follower} stands still at position {now}, for {STANDS_STILL:g} s")
            await asyncio.sleep(0.05)

    async def _give(
        self, name: str, commands: Sequence[tuple[ScriptedCommand, str]], act: ScriptedAct, instant: datetime
    ) -> None:
        """A goal's commands of one act, in order."""
        await self.clock.advance(name, instant)
        for each, command in commands:
            goal, context = await self.application.goals.load(name)
            held = held_at(goal, context, instant)
            by = self.participants.person(act.by or "owner", held, act.on)
            outcome = await self._ask(name, each, by, command)
            voters = (who for who in self.participants.committee(held) if who != by)
            while VOTED in outcome.events and (another := next(voters, None)):
                outcome = await self._ask(name, each, another, f"{command}:{another}")
            if outcome.refused:
                self._keep(act, name, outcome.refused)

    async def _give_to_cases(
        self, commands: Sequence[ScriptedCommand], act: ScriptedAct, command: str, instant: datetime
    ) -> None:
        """An act's commands of cases, those of one case in order."""
        givers = await self.cases.givers(act.by or "owner", commands, act.on)
        by_case: dict[str, list[tuple[ScriptedCommand, str, str]]] = {}
        for number, (each, by) in enumerate(zip(commands, givers, strict=True)):
            name = each.case or ""
            by_case.setdefault(name, []).append((each, by, f"{command}:{name}:{number}"))

        async def to_case(name: str) -> None:
            for each, by, one in by_case[name]:
                self.commands += 1
                outcome = await self.cases.give(each, by, one, instant)
                if outcome.refused:
                    self._keep(act, name, outcome.refused)

        await for_each(list(by_case), to_case, self.on_progress, act.act)

    async def _do(
        self, commands: Sequence[ScriptedCommand], act: ScriptedAct, command: str, instant: datetime
    ) -> None:
        """An act's commands beside goals, people and cases, in order."""
        people = await self.cases.people(act.on)
        for number, each in enumerate(commands):
            of, self.commands = each.of or "", self.commands + 1
            by = people.person(act.by or "owner", _whose(of))
            refused = await self.cases.years_end.do(each, by, f"{command}:{of}:{number}", instant)
            if refused:
                self._keep(act, of, refused)

    async def _ask(self, name: str, each: ScriptedCommand, by: str, command: str) -> GoalOutcome:
        offset = self.clock.clock_offset.total_seconds()
        self.commands += 1
        return await self.gateway.goal(name, each.name, by, each.fields, command, offset)

    async def _move(self, each: ScriptedCommand, act: ScriptedAct, command: str, instant: datetime) -> None:
        async def ready(stream: str) -> None:
            await self.clock.advance(stream, instant)

        name, day = SPOKEN.get(each.name, each.name), act.on.isoformat()
        days = {DAY_OF[name]: day} if name in DAY_OF else {}
        said = {**days, "reason": act.story, **each.fields}
        person = read_person_command(name, each.person or "", self.script.hr, instant, said)
        people = Moves(self.application.people, self.application.cycles)
        follows, refused = await people.carry_out([person], act.on, command, self.gateway, ready)
        self.commands += 1 + sum(len(sheet.goals) for one in follows for sheet in one.sheets)
        for one in refused:
            self._keep(act, one.stream, one.refused)

    async def learn_added(self) -> None:
        """Takes up the goals of sheets that came after the launch, once their workflows are there."""
        application, cycle = self.application, await self.application.cycles.load(self.script.cycle.id)
        new = [name for name in cycle.added if name not in self.added]
        found = await added_goals(application.ledger, new)
        for goal in found:
            await self.clock.begun(goal.goal)
        self.added |= set(new)
        self.planned += found

    def _keep(self, act: ScriptedAct, goal: str, refused: moves.RefusedCommand) -> None:
        sentence = refusal_message(refused).text(self.script.language)
        self.refused.append(
            RefusedCommand(line=act.line, act=act.act or "", goal=goal, code=refused.code, sentence=sentence)
        )


def _whose(of: str) -> str:
    """Whose goal it is, or whose sheet a restatement changes."""
    return holder_of(sheet_of(of) if kind_of(of) == "goal" else f"sheet-{of.rpartition('-R')[0]}")


async def for_each(
    names: Sequence[str],
    work: Callable[[str], Awaitable[object]],
    on_progress: OnProgress,
    label: str | None = None,
) -> None:
    """The same for many, `AT_ONCE` at a time, with progress under a label; the first failure stops the rest."""
    gate, done = asyncio.Semaphore(AT_ONCE), 0

    async def one(name: str) -> None:
        nonlocal done
        async with gate:
            await work(name)
        done += 1
        if label:
            on_progress(label, done, len(names))

    async with asyncio.TaskGroup() as group:
        for name in names:
            group.create_task(one(name))


async def _standing(pool: asyncpg.Pool, follower: str) -> tuple[int, int]:
    """Up to which sealed position a follower of the log has done everything, and how many events wait for it; before it
    has begun at least one does."""
    found = await subscriptions(pool, follower)
    return max((each.position for each in found), default=0), sum(each.waiting for each in found) or not found
