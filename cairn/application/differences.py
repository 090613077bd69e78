"""Why a score is another one than before or than somebody else's, from the log as it stood then (ADR 0022)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar, cast

from cairn.application.audit import Readings, ScoreAudit, evidence_of, placed_goals
from cairn.application.cycles import Cycles
from cairn.application.stored_events import UnreadableEvent, to_event
from cairn.domain.cycle.state import Cycle
from cairn.domain.difference.computing import Computing
from cairn.domain.difference.inputs import RESULT, Counted, Inputs, PeriodInputs
from cairn.domain.difference.matching import same_goals, with_goals_named
from cairn.domain.difference.steps import Course, Difference, Link, difference
from cairn.domain.evaluation.scores import Beside
from cairn.domain.event import Event
from cairn.domain.goal.events import GoalScored
from cairn.domain.goal.state import Goal
from cairn.domain.goal.state import evolve as evolve_goal
from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Schedule
from cairn.domain.sheet.events import ResultIssued, SheetScored, VersionShown
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as evolve_sheet
from cairn.domain.streams import cycle_of, sheet_of
from cairn.ledger import Ledger, StoredEvent

BY_PEOPLE = ("calibrated", "uncalibrated", "appealed")
"""Causes of versions whose grade people moved: their points are those of the version before."""
Version = GoalScored | SheetScored | ResultIssued
State = TypeVar("State")


class _Story(NamedTuple):
    """A stream with its events and the states between them: `states[n]` is after the nth event."""

    rows: Sequence[StoredEvent]
    events: Sequence[Event]
    states: Sequence[Any]

    @classmethod
    def of(cls, start: State, rows: Sequence[StoredEvent], evolve: Any) -> "_Story":
        """Raises UnreadableEvent for the first event that makes no sense."""
        events, states = [], [start]
        for row in rows:
            event = to_event(row)
            try:
                states.append(evolve(states[-1], event))
            except Exception as error:
                raise UnreadableEvent.by(row, error) from error
            events.append(event)
        return cls(rows, events, states)

    def versions(self, type_: type[Event]) -> list[tuple[int, Any]]:
        """(the stream's version, the event) of each event of a type, in order."""
        return [(number, each) for number, each in enumerate(self.events, 1) if isinstance(each, type_)]


class ScoredStory:
    """A sheet with its goals from their first event on, and every version of its scores with what it came from."""

    def __init__(
        self,
        name: str,
        sheet: _Story,
        goals: Mapping[str, _Story],
        cycle: Cycle,
        schedule: Schedule,
        readings: Readings,
        policies: Mapping[str, Policy],
    ) -> None:
        self.name, self.cycle, self.schedule = name, cycle, schedule
        self._sheet, self._goals, self._readings, self._policies = sheet, goals, readings, policies

    @property
    def sheet(self) -> Sheet:
        """The sheet as it is now."""
        return cast(Sheet, self._sheet.states[-1])

    @property
    def shown(self) -> frozenset[int]:
        """The numbers of the results that were shown to the person."""
        return frozenset(each.number for _, each in self._sheet.versions(VersionShown))

    @property
    def goals(self) -> dict[str, Goal]:
        """The goals that are or were on it, as they are now."""
        return {name: story.states[-1] for name, story in self._goals.items()}

    def policy(self, reference: str) -> Policy:
        """A policy version that one of the scores cites."""
        return self._policies[reference]

    def versions(self, of: str, goal: str | None = None) -> list[Version]:
        """All versions of the year's result (`of` RESULT) or of a period's score, or of a goal's score, in order."""
        if goal is not None:
            found = self._goals[goal].versions(GoalScored) if goal in self._goals else []
            return [each for _, each in found if each.period == of]
        if of == RESULT:
            return [each for _, each in self._sheet.versions(ResultIssued)]
        return [each for _, each in self._sheet.versions(SheetScored) if each.period == of]

    def recorded_at(self, version: Version, goal: str | None = None) -> datetime:
        """When the log took a version in."""
        story = self._sheet if goal is None else self._goals[goal]
        place = next(place for place, each in enumerate(story.events) if each == version)
        return story.rows[place].recorded_at

    def inputs(self, version: Version, goal: str | None = None) -> Inputs:
        """What a version was computed from. Of a grade that people moved: what its points were computed from."""
        if isinstance(version, GoalScored):
            return self._of_goal(goal or version.goal, version)
        if isinstance(version, SheetScored):
            return self._of_period(version)
        return self._of_result(version)

    def _of_goal(self, goal: str, version: GoalScored) -> Inputs:
        story = self._goals[goal]
        number = next(number for number, each in story.versions(GoalScored) if each == version)
        counted = self._counted(story, version, story.states[number])
        policy = self._policies[version.policy]
        period = PeriodInputs(self.sheet, {goal: counted}, policy)
        return Inputs(version.period, self.sheet, {version.period: period}, policy, self.schedule, goal=goal)

    def _of_period(self, version: SheetScored) -> Inputs:
        number = next(number for number, each in self._sheet.versions(SheetScored) if each == version)
        period = self._period(number, version)
        return Inputs(version.period, period.sheet, {version.period: period}, period.policy, self.schedule)

    def _of_result(self, version: ResultIssued) -> Inputs:
        results = self._sheet.versions(ResultIssued)
        place = next(place for place, (_, each) in enumerate(results) if each == version)
        while results[place][1].cause in BY_PEOPLE and place > 0:
            place -= 1
        number, computed = results[place]
        before: Sheet = self._sheet.states[number - 1]
        last = {
            each.period: (at, each) for at, each in self._sheet.versions(SheetScored) if at < number
        }  # of each period the last one
        return Inputs(
            of=RESULT,
            sheet=before,
            periods={key: self._period(*last[key]) for key in before.scores},
            policy=self._policies[computed.policy],
            schedule=self.schedule,
            beside=Beside.of(computed),
        )

    def _period(self, number: int, version: SheetScored) -> PeriodInputs:
        """A period's score: its goals at the versions that it cites, others as recorded before it."""
        before, row = self._sheet.states[number - 1], self._sheet.rows[number - 1]
        cited = {part.goal: part.version for part in version.parts}
        goals = {}
        for name in before.weighings:
            story = self._goals.get(name)
            if story is None:
                continue
            earlier = sum(each.recorded_at < row.recorded_at for each in story.rows)
            weighed: Goal = story.states[cited.get(name, earlier)]
            scored = weighed.scores.get(version.period)
            if scored is not None:
                goals[name] = self._counted(story, scored, weighed)
        return PeriodInputs(before, goals, self._policies[version.policy])

    def _counted(self, story: _Story, scored: GoalScored, weighed: Goal) -> Counted:
        goal: Goal = story.states[scored.inputs.version]
        evidence = evidence_of(goal, scored, self.cycle, self.sheet, self._readings)
        if scored.inputs.sources:
            evidence = evidence.model_copy(update={"sources": scored.inputs.sources})
        policy = self._policies[scored.policy]
        if policy.check_ins != scored.inputs.check_ins:
            policy = policy.model_copy(update={"check_ins": scored.inputs.check_ins})
        return Counted(goal, weighed, evidence, policy)


class Differences:
    """Tells why scores of one ledger moved. Reads the log only, and writes nothing."""

    def __init__(self, ledger: Ledger, cycles: Cycles, audit: ScoreAudit) -> None:
        self.ledger, self.cycles, self.audit = ledger, cycles, audit

    async def story(self, sheet: str, readings: Readings | None = None) -> ScoredStory:
        """A sheet with all that its scores were ever computed from. Refuses one that is not there."""
        return (await self.stories([sheet], readings or await self.audit.readings()))[sheet]

    async def stories(self, sheets: Sequence[str], readings: Readings) -> dict[str, ScoredStory]:
        """Several sheets of one cycle. Refuses one that is not there; raises UnreadableEvent."""
        if not sheets:
            return {}
        cycle = await self.cycles.load(cycle_of(sheets[0]))
        streams = await self.ledger.read_streams(sheets)
        placed = {name: sorted(placed_goals(rows)) for name, rows in streams.items()}
        goals = await self.ledger.read_streams([goal for each in placed.values() for goal in each])
        found = {}
        for name, rows in streams.items():
            if not rows or cycle.schedule is None:
                raise Refusal("sheet.unknown", field="sheet", sheet=name)
            sheet = _Story.of(Sheet(id=name), rows, evolve_sheet)
            of_goals = {
                goal: _Story.of(Goal(id=goal), goals[goal], evolve_goal)
                for goal in placed[name]
                if goals[goal]
            }
            policies = await self._policies([sheet, *of_goals.values()])
            found[name] = ScoredStory(name, sheet, of_goals, cycle, cycle.schedule, readings, policies)
        return found

    async def story_of_goal(self, goal: str) -> ScoredStory:
        """The sheet of a goal."""
        return await self.story(sheet_of(goal))

    async def _policies(self, stories: Iterable[_Story]) -> dict[str, Policy]:
        cited = {
            event.policy
            for story in stories
            for event in story.events
            if isinstance(event, GoalScored | SheetScored | ResultIssued)
        }
        return {reference: await self.cycles.policies.version(reference) for reference in cited}


def course(story: ScoredStory, versions: Sequence[Version], goal: str | None = None) -> Course:
    """Why the last of some versions that follow one another is not the first: version by version, each by its cause."""
    computing = Computing(story.schedule)
    links = []
    for before, after in pairwise(versions):
        found = difference(story.inputs(before, goal), story.inputs(after, goal), computing)
        links.append(
            Link(
                number=after.number,
                cause=after.cause,
                by=after.by,
                at=after.at,
                difference=_as_recorded(found, before, after),
            )
        )
    return Course(links=tuple(links))


def _as_recorded(found: Difference, before: Version, after: Version) -> Difference:
    """A difference with the grades that were recorded: people may have moved them. Refuses scores that do not come out
    as they are recorded."""
    for version, points in ((before, found.before), (after, found.after)):
        if version.points != points:
            raise Refusal("difference.not-as-recorded", of=version.stream, version=version.number)
    grades = (getattr(before, "grade", None), getattr(after, "grade", None))
    return found.model_copy(update={"grade_before": grades[0], "grade_after": grades[1]})


def between_people(mine: ScoredStory, theirs: ScoredStory, of: str) -> Difference:
    """Why somebody's last score of a period, or result, is not somebody else's: from mine to theirs, goals of the same
    key as the same goal. Refuses where one of them has none."""
    versions = [story.versions(of) for story in (mine, theirs)]
    for story, known in zip((mine, theirs), versions, strict=True):
        if not known:
            raise Refusal("difference.not-scored", of=story.name, period=of)
    names = same_goals(mine.goals, theirs.goals)
    start, target = mine.inputs(versions[0][-1]), with_goals_named(theirs.inputs(versions[1][-1]), names)
    return _as_recorded(difference(start, target), versions[0][-1], versions[1][-1])
