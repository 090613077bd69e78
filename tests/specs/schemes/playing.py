"""A year under one of the example policies, by the functions that a cycle uses: what is given comes out as results."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from cairn.application.repository import goal_context
from cairn.domain.cycle.state import Cycle
from cairn.domain.evaluation.paying import Amount, Payer, Payment
from cairn.domain.evaluation.scores import Beside, UnitResult, issue_result, score_sheet
from cairn.domain.event import Event
from cairn.domain.exact import exact
from cairn.domain.goal import events as did
from cairn.domain.goal.scoring import score
from cairn.domain.goal.state import Goal
from cairn.domain.goal.state import evolve as evolve_goal
from cairn.domain.launch.plan import Planner, opening_events
from cairn.domain.people import Department, Person, Roster
from cairn.domain.policy import Policy
from cairn.domain.reading import Evidence, Reading
from cairn.domain.schedule import Days, Schedule, make_schedule
from cairn.domain.sheet import events as sheets
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as evolve_sheet
from cairn.policies import load
from tests.specs.company import D

EXAMPLES = Path(__file__).parents[3] / "examples" / "schemes"
NEW_YEAR, YEARS_END = date(2026, 1, 1), date(2026, 12, 31)


def policy_of(name: str) -> Policy:
    return load(EXAMPLES / f"{name}.yaml")


@dataclass
class Played:
    """One person's sheet under a policy, from its opening to its result."""

    policy: Policy
    schedule: Schedule
    sheet: Sheet
    goals: dict[str, Goal]
    family: str
    readings: list[Reading] = field(default_factory=list)
    beside: Beside = field(default_factory=lambda: Beside(leads=False))

    def key(self, key: str) -> str:
        """The goal with a template's key."""
        return next(name for name, goal in self.goals.items() if goal.key == key)

    def happens(self, *events: Event) -> None:
        for event in events:
            if isinstance(event, sheets.SheetEvent):
                self.sheet = evolve_sheet(self.sheet, cast(sheets.AnySheetEvent, event))
            elif isinstance(event, did.GoalEvent):
                self.goals[event.goal] = evolve_goal(
                    self.goals.get(event.goal, Goal(id=event.goal)), cast(did.AnyGoalEvent, event)
                )

    def rated(self, key: str, period: str, points: Any) -> None:
        """The manager's rating of a goal in a period."""
        goal, at = self.key(key), self.after(period)
        self.happens(did.GoalAssessed(goal=goal, period=period, points=D(points), by="boss", at=at))

    def measured(self, key: str, on: date, value: Any, base: Any = None) -> None:
        """A feed's row of a goal's metric."""
        kpi: Any = self.goals[self.key(key)].measure
        facts = {
            "metric": kpi.metric,
            "subject": kpi.subject,
            "on": on,
            "value": D(value),
            "position": len(self.readings),
        }
        self.readings.append(Reading.model_validate({**facts, "base": None if base is None else D(base)}))

    def happened(self, kind: str, period: str, times: int = 1) -> None:
        """Incidents of a period, recorded on its last day."""
        on = self.period(period).ends
        self.happens(
            sheets.IncidentRecorded(
                sheet=self.sheet.id, incident=self.sheet.recorded + 1, kind=kind, on=on, period=period, times=times,
                reason="as reported", by="hr", at=self.after(period),
            )
        )  # fmt: skip

    def period(self, key: str) -> Any:
        found = self.schedule.period(key)
        assert found is not None, key
        return found

    def after(self, period: str) -> datetime:
        found: datetime = self.period(period).scored_at
        return found

    def scored(self) -> "Played":
        """Every score that is due, then the result, as a cycle does it."""
        kinds = self.policy.kinds_of(self.family)
        for period in sorted(self.schedule.periods, key=lambda each: each.scored_at):
            if period.kind not in kinds or period.ends < self.sheet.since:
                continue
            self.happens(*(self._score(name, period.key) for name in list(self.goals)))
            self.happens(
                *score_sheet(self.sheet, self.goals, period.key, self.schedule, self.policy, period.scored_at)
            )
        self.happens(
            *issue_result(self.sheet, self.beside, self.schedule, self.policy, self.schedule.results_due)
        )
        return self

    def _score(self, name: str, period: str) -> did.GoalScored:
        complete = Evidence(readings=tuple(self.readings), upto=999, complete_through=date(2027, 12, 31))
        cycle = Cycle(id="2026", schedule=self.schedule)
        context = goal_context(cycle, self.policy, self.sheet, evidence=complete)
        return score(self.goals[name], period, context, self.after(period))

    @property
    def result(self) -> sheets.ResultIssued:
        assert self.sheet.result is not None
        return self.sheet.result

    @property
    def payer(self) -> Payer:
        assert self.policy.pay is not None
        return Payer(self.policy, self.policy.pay, self.schedule)

    def paid(self, amount: Any, **facts: Any) -> Payment:
        row = Amount(D(amount), **facts)
        return self.payer.payment([self.sheet], self.goals, row)


def begun(
    scheme: str | Policy,
    family: str,
    starts: date = NEW_YEAR,
    ends: date = YEARS_END,
    *,
    hired: date = date(2020, 1, 1),
    away: tuple[date, date] | None = None,
    targets: Mapping[str, Mapping[str, Any]] | None = None,
    unit: Any = None,
) -> Played:
    """A person's sheet opened as the launch opens it, all its goals approved. `targets` by goal's key and period,
    `unit` the points of their department's result."""
    policy = policy_of(scheme) if isinstance(scheme, str) else scheme
    schedule = make_schedule(starts, ends, policy)
    person = Person(id="who", name="W", department="d", family=family, manager="boss", hired=hired)
    boss = Person(id="boss", name="B", department="d", family="none", hired=date(2019, 1, 1))
    roster = Roster(people=(person, boss), departments=(Department(id="d", name="D", head="boss"),))
    said = {
        ("who", key): {period: D(each) for period, each in of.items()} for key, of in (targets or {}).items()
    }
    plan = Planner("2026", "2026", schedule, policy, roster, said).plan()
    sheet = next(each for each in plan.sheets if each.holder == "who")
    began = datetime.combine(starts, datetime.min.time(), ZoneInfo(policy.calendar.timezone))
    played = Played(policy, schedule, Sheet(id=sheet.sheet), {}, family)
    played.happens(*opening_events(sheet, plan, "hr", began))
    for goal in list(played.goals):
        played.happens(did.GoalApproved(goal=goal, by="boss", at=began + timedelta(hours=1)))
    if away:
        days = (Days(first=away[0], last=away[1]),)
        played.happens(sheets.SheetAbsencesSet(sheet=sheet.sheet, absences=days, by="hr", at=began))
        played.happens(
            *(did.AbsencesSet(goal=g, absences=days, by="hr", at=began) for g in list(played.goals))
        )
    if unit is not None:
        beside = UnitResult("department.d", "sheet-2026-department.d-1", 1, exact(D(unit)))
        played.beside = Beside(leads=False, units=(beside,))
    return played


def months(first: int = 1, last: int = 12) -> list[str]:
    return [f"M{number:02d}" for number in range(first, last + 1)]
