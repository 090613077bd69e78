"""A contract's year as it goes: periods scored when due, and again when something comes later."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from cairn.domain.evaluation.scores import Beside, issue_result, score_sheet
from cairn.domain.evaluation.versions import with_sheet
from cairn.domain.event import Event
from cairn.domain.exact import exact
from cairn.domain.goal.events import ScoreCause
from cairn.domain.goal.scoring import score
from cairn.domain.goal.state import Goal
from cairn.domain.reading import Evidence
from cairn.domain.schedule import Period
from cairn.domain.sheet.events import EarlierPart, ResultIssued, SubordinatePart
from cairn.domain.sheet.state import Sheet
from tests.specs.given import World
from tests.specs.workbook.log import Log, at
from tests.workbook.plan import MIXES


@dataclass
class Year:
    """The log of a contract with the scores that come of it, each version in `made`. `earlier` is the same person's
    sheet before."""

    log: Log
    earlier: tuple[EarlierPart, ...] = ()
    made: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        for moment, act in sorted(self._acts(), key=lambda each: each[0]):
            act(moment)

    def _acts(self) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
        for period in self.periods:
            yield self.due(period), partial(self._score, period)
        yield self.log.schedule.results_due, self._issue
        for goal in self.log.contract.goals:
            approved = at(self.log.cell(goal.key, "approved"))
            yield approved, partial(self._again, self.log.goal(goal.key), self.periods, "goal")
        for number, row in enumerate(self.log.contract.readings):
            corrected = self.log.maybe("reading", str(number), "on")
            if corrected is not None:
                on = self.log.cell("reading", str(number), "day")
                held = [period for period in self.periods if period.holds(on)]
                # A minute later: what was there in time is scored in time.
                moment = at(corrected) + timedelta(minutes=1)
                yield moment, partial(self._again, self.log.goal(row.goal), held, "readings")

    @property
    def periods(self) -> list[Period]:
        mix = MIXES[self.log.contract.family]
        return [period for period in self.log.schedule.periods if period.kind in mix]

    def due(self, period: Period) -> datetime:
        """When a period is scored first: where the page says it, on that day."""
        first = self.log.contract.first_version
        return at(self.log.cell("v1.on")) if first and first[0] == period.key else period.scored_at

    def known(self, moment: datetime) -> World:
        """The world as of a moment, with the scores made until then."""
        base = [event for event in self.log.world.events if event.at <= moment]
        events = sorted(
            [*base, *(each for each in self.made if each.at <= moment)], key=lambda event: event.at
        )
        return self.log.world.under(events=tuple(events), evidence=self.evidence(moment))

    def evidence(self, moment: datetime) -> Evidence:
        return self.log.readings(moment.date())

    def goals(self, world: World) -> dict[str, Goal]:
        return {
            name: world.goal(name) for name in map(self.log.goal, (g.key for g in self.log.contract.goals))
        }

    def _score(self, period: Period, moment: datetime) -> None:
        """Every approved goal's first version, then the sheet's."""
        world = self.known(moment)
        for name, goal in self.goals(world).items():
            if goal.approved_at is not None:
                self.made.append(score(goal, period.key, world.context(name), moment))
        world = self.known(moment)
        sheet = world.sheet(self.log.sheet)
        made = score_sheet(sheet, self.goals(world), period.key, self.log.schedule, self.log.policy, moment)
        self.made += made

    def _again(self, name: str, periods: list[Period], cause: ScoreCause, moment: datetime) -> None:
        """The next version of a goal's score of each period that was scored before, and what it does to its sheet."""
        for period in periods:
            if self.due(period) < moment:
                world = self.known(moment)
                goal, context = world.goal(name), world.context(name)
                others = {key: each for key, each in self.goals(world).items() if key != name}
                self.made += with_sheet(
                    [score(goal, period.key, context, moment, cause)], goal, context, others
                )

    def _issue(self, moment: datetime) -> None:
        below = [
            SubordinatePart(sheet=f"sheet-2026-{each.who}-1", version=1, days=self.log.days_below(each),
                            result=exact(self.log.cell("below", each.who, "result")))
            for each in self.log.contract.below
        ]  # fmt: skip
        sheet = self.known(moment).sheet(self.log.sheet)
        beside = Beside(subordinates=below, leads=bool(below), earlier=self.earlier)
        self.made += issue_result(sheet, beside, self.log.schedule, self.log.policy, moment)

    def sheet(self) -> Sheet:
        """The sheet in the end."""
        return self.known(max(event.at for event in self.made)).sheet(self.log.sheet)

    def result(self) -> ResultIssued:
        found = self.sheet().result
        assert found is not None
        return found
