"""What if a year had run under another policy: every result computed again under it. Nothing is written."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TypeVar

from cairn.application.audit import Readings, evidence_now
from cairn.application.cycles import Cycles
from cairn.application.dated_roster import dated_roster_at
from cairn.application.differences import Differences, ScoredStory
from cairn.domain import curves
from cairn.domain.difference.another_policy import require_applicable, under
from cairn.domain.difference.comparison import Compared, Comparison, Side
from cairn.domain.difference.computing import Computed, Computing
from cairn.domain.difference.inputs import RESULT, Counted, Inputs
from cairn.domain.difference.steps import difference
from cairn.domain.evaluation.moving import coefficient_of
from cairn.domain.evaluation.reports import Reports
from cairn.domain.evaluation.scores import Beside, UnitResult
from cairn.domain.goal.events import GoalScored
from cairn.domain.goal.state import Goal
from cairn.domain.policy import Policy
from cairn.domain.reading import Evidence, Source
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Period
from cairn.domain.sheet.events import EarlierPart, ResultIssued, SubordinatePart
from cairn.domain.streams import sheet_of

CHUNK = 40
OnProgress = Callable[[int, int], None]
Part = TypeVar("Part", SubordinatePart, EarlierPart)


class WhatIf:
    """Compares results of a cycle with what another policy makes of the same year. Reads the log only."""

    def __init__(self, cycles: Cycles, differences: Differences) -> None:
        self.ledger, self.cycles, self.differences = cycles.ledger, cycles, differences

    async def compare(self, cycle: str, policy: Policy, on_progress: OnProgress) -> Comparison:
        """Every sheet's last result beside what it would be. Refuses a cycle without results, and a policy under which
        the year could not have been scored."""
        readings = await self.differences.audit.readings()
        stories: dict[str, ScoredStory] = {}
        names = await self.cycles.sheets(cycle)
        for start in range(0, len(names), CHUNK):
            stories |= await self.differences.stories(names[start : start + CHUNK], readings)
        scored = {name: story for name, story in stories.items() if story.versions(RESULT)}
        if not scored:
            raise Refusal("what-if.no-results", field="cycle", cycle=cycle)
        year = {name: story.inputs(story.versions(RESULT)[-1]) for name, story in scored.items()}
        require_applicable(policy, year)
        another = _AnotherYear(scored, year, policy, readings, await self._units(scored, policy))
        results = []
        for number, name in enumerate(scored, 1):
            results.append(another.compared(name))
            on_progress(number, len(scored))
        own = [grade.grade for each in year.values() for grade in each.policy.grades]
        order = tuple(dict.fromkeys((*(band.grade for band in policy.grades), *own)))
        return Comparison(cycle=cycle, policy=policy.version, order=order, results=tuple(results))

    async def _units(self, stories: Mapping[str, ScoredStory], policy: Policy) -> dict[str, list[str]]:
        """The sheets of the units whose results would multiply each person's."""
        if not policy.multipliers:
            return {}
        roster = await dated_roster_at(self.ledger, await self.ledger.sealed_position())
        sheets = {name: story.sheet for name, story in stories.items()}
        schedule = next(iter(stories.values())).schedule
        reports = Reports.of(sheets.values(), roster.histories, schedule)
        return {
            name: [unit.sheet for unit in reports.units(sheet, sheets, policy)]
            for name, sheet in sheets.items()
        }


class _AnotherYear:
    """Results under another policy, each computed once, those that it counts first."""

    def __init__(
        self,
        stories: Mapping[str, ScoredStory],
        year: Mapping[str, Inputs],
        policy: Policy,
        readings: Readings,
        units: Mapping[str, list[str]],
    ) -> None:
        self._stories, self._year, self._policy, self._units = stories, year, policy, units
        self._computing = Computing(next(iter(year.values())).schedule)
        self._plain = {
            name: under(each, policy, self._evidence(name, readings)) for name, each in year.items()
        }
        self._latest = dict[str, date]()
        for each in (story.sheet for story in stories.values()):
            self._latest[each.holder] = max(each.since, self._latest.get(each.holder, each.since))
        self._counted: dict[tuple[str, str], Counted | None] = {}
        self._whole: dict[str, tuple[Inputs, Computed] | None] = {}

    def _evidence(self, sheet: str, readings: Readings) -> Callable[[Goal, Period], Evidence]:
        """What is known by now of a goal's metric in a period that nobody scored."""
        story, upto = self._stories[sheet], readings.last

        def known(goal: Goal, period: Period) -> Evidence:
            return evidence_now(goal, period.key, story.schedule, story.sheet, readings, upto)

        return known

    def compared(self, sheet: str) -> Compared:
        """A result before and after, with the steps between."""
        story, recorded = self._stories[sheet], self._stories[sheet].versions(RESULT)[-1]
        whole = self._result(sheet)
        if not isinstance(recorded, ResultIssued) or whole is None:
            raise Refusal("what-if.no-results", field="cycle", cycle=story.cycle.id)
        inputs, after = whole
        worth = coefficient_of(recorded.computed_grade, story.policy(recorded.policy))
        moved = recorded.points != after.points
        return Compared(
            sheet=sheet,
            holder=story.sheet.holder,
            kind=story.sheet.kind,
            family=story.sheet.family,
            counts=story.sheet.kind == "person" and not self._is_taken_in(sheet),
            by_grades=after.grade != self._grade_before(sheet, after),
            by_people=recorded.grade != recorded.computed_grade,
            before=Side(
                points=recorded.points,
                rounded=recorded.rounded,
                grade=recorded.computed_grade,
                coefficient=worth,
            ),
            after=Side(
                points=after.points, rounded=after.rounded, grade=after.grade, coefficient=after.coefficient
            ),
            difference=difference(self._year[sheet], inputs, self._computing) if moved else None,
        )

    def _grade_before(self, sheet: str, after: Computed) -> str | None:
        """The grade of points by the grades and gates under which the result was computed."""
        own = self._year[sheet].policy
        gates = {"gates": own.gates, "grades": own.grades, "graded": own.graded}
        inputs, _ = self._whole[sheet] or (self._year[sheet], after)
        return self._computing.computed(replace(inputs, policy=inputs.policy.model_copy(update=gates))).grade

    def _is_taken_in(self, sheet: str) -> bool:
        """Whether a later sheet of the same person takes its result into the year's."""
        mine = self._stories[sheet].sheet
        return self._latest[mine.holder] > mine.since

    def _result(self, sheet: str) -> tuple[Inputs, Computed] | None:
        """What a result would be computed from, and what it would be; None of a sheet without one, and of one that is
        being computed: what counts itself counts as it was."""
        if sheet not in self._plain:
            return None
        if sheet not in self._whole:
            self._whole[sheet] = None
            inputs = self._inputs(sheet)
            self._whole[sheet] = inputs, self._computing.computed(inputs)
        return self._whole[sheet]

    def _inputs(self, sheet: str) -> Inputs:
        plain = self._plain[sheet]
        periods = {
            period: replace(
                each,
                goals={goal: self._linked(goal, period) or counted for goal, counted in each.goals.items()},
            )
            for period, each in plain.periods.items()
        }
        return replace(plain, periods=periods, beside=self._beside(sheet, plain.beside))

    def _linked(self, goal: str, period: str) -> Counted | None:
        """A goal with what it counts of other goals and results as it would be."""
        if (goal, period) not in self._counted:
            plain = self._plain.get(sheet_of(goal))
            there = plain.periods.get(period) if plain else None
            counted = there.goals.get(goal) if there else None
            self._counted[goal, period] = counted  # whatever counts itself counts as it was
            if counted is not None and counted.evidence.sources:
                sources = tuple(self._source(each, period) for each in counted.evidence.sources)
                if sources != counted.evidence.sources:
                    evidence = counted.evidence.model_copy(update={"sources": sources})
                    self._counted[goal, period] = replace(counted, evidence=evidence)
        return self._counted[goal, period]

    def _source(self, source: Source, period: str) -> Source:
        if source.stream.startswith("sheet-"):
            points = self._points(source.stream)
            known = self._result(source.stream) is not None
            return (
                source.model_copy(update={"value": points, "applies": points is not None})
                if known
                else source
            )
        counted = self._linked(source.stream, period)
        if counted is None:
            return source
        score: GoalScored = self._computing.goal_score(counted, period)
        value = score.attainment
        if value is None and score.points is not None:
            value = curves.rated(self._policy.scale, score.points)
        return source.model_copy(update={"value": value, "applies": score.applies})

    def _points(self, sheet: str) -> Fraction | None:
        """A sheet's own points as they would be."""
        whole = self._result(sheet)
        event = whole[1].event if whole else None
        return event.of_sheet if isinstance(event, ResultIssued) else None

    def _beside(self, sheet: str, beside: Beside) -> Beside:
        """What a result counts of others, as theirs would be; what is not there counts as it was."""
        below = [self._part(each) for each in beside.subordinates]
        earlier = [self._part(each) for each in beside.earlier]
        units = {each.sheet: each for each in beside.units}
        for name in self._units.get(sheet, ()):
            if name not in units and name in self._stories:
                units[name] = UnitResult(self._stories[name].sheet.holder, name, 0, None)
        return replace(
            beside,
            subordinates=[each for each in below if each is not None],
            earlier=[each for each in earlier if each is not None],
            units=[self._unit(each) for each in units.values()],
        )

    def _part(self, part: Part) -> Part | None:
        if self._result(part.sheet) is None:
            return part
        points = self._points(part.sheet)
        return None if points is None else part.model_copy(update={"result": points})

    def _unit(self, unit: UnitResult) -> UnitResult:
        whole = self._result(unit.sheet)
        return unit if whole is None else unit._replace(result=whole[1].points)
