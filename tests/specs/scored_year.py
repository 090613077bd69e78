"""A scored year of the specifications as data: what a result was computed from, with whatever a case changes."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cairn.domain.difference.inputs import RESULT, Counted, Inputs, PeriodInputs
from cairn.domain.evaluation.scores import Beside
from cairn.domain.goal.events import CheckedIn
from cairn.domain.goal.state import Goal, Report
from cairn.domain.measure import Kpi
from cairn.domain.policy import Policy
from cairn.domain.reading import Evidence
from cairn.domain.sheet.events import IncidentRecorded, SubordinatePart
from cairn.domain.sheet.state import Sheet, Weighing
from tests.specs.company import (
    HUA,
    LEARNING,
    LIN,
    REVENUE,
    SCHEDULE,
    SHEET,
    VISITS,
    WANG,
    YEAR_ENDS,
    D,
    fact,
    in_force,
    on,
    opened,
    plan,
    reading,
)
from tests.specs.given import given

PERIODS = ("M01", "M02", "Y")


def scored_year(
    of: str = RESULT,
    policy: Policy | None = None,
    weights: Sequence[int] = (60, 20, 20),
    target: int = 1200,
    sales: Mapping[str, int] | None = None,
    visits: int | None = 240,
    judged: int | None = 80,
    penalties: int = 0,
    below: Sequence[int] = (),
    last: date | None = None,
    periods: Sequence[str] = PERIODS,
    measure: Kpi | None = None,
    beside: Beside | None = None,
    goal: str | None = None,
) -> Inputs:
    """Lin's year: revenue by readings (`sales` by day), visits as reported on 10 January, learning as judged; so many
    `penalties` of minus two points; `below` are results of subordinates; `last` is the sheet's last day."""
    rules = policy or plan()
    world = given(opened(), in_force(REVENUE, VISITS, LEARNING))
    kpi = measure or Kpi(unit="万元", target=D(target), metric="sales", subject=LIN)
    goals = {name: _goal(world.goal(name), last) for name in (REVENUE, VISITS, LEARNING)}
    goals[REVENUE] = goals[REVENUE].model_copy(update={"measure": kpi})
    if visits is not None:
        said = fact(CheckedIn, LIN, on("01-10"), VISITS, value=D(visits), on=date(2026, 1, 10), note="")
        told = (Report(number=1, said=said, confirmed_by=WANG),)
        goals[VISITS] = goals[VISITS].model_copy(update={"reports": told})
    if judged is not None:
        given_points = {period: {WANG: D(judged)} for period in PERIODS}
        goals[LEARNING] = goals[LEARNING].model_copy(update={"assessments": given_points})
    rows = {"01-15": 100, "02-15": 90, "06-15": 800} if sales is None else sales
    sheet = _sheet(world.sheet(), weights, penalties, last)

    def counted(name: str) -> Counted:
        readings = tuple(reading(day, str(value)) for day, value in sorted(rows.items()))
        known = Evidence(readings=readings, complete_through=YEAR_ENDS, covered=True)
        return Counted(goals[name], goals[name], known if name == REVENUE else Evidence(), rules)

    wanted = periods if of == RESULT else (of,)
    names = goals if goal is None else [goal]
    inside = {
        period: PeriodInputs(sheet, {name: counted(name) for name in names}, rules) for period in wanted
    }
    return Inputs(of, sheet, inside, rules, SCHEDULE, beside or _beside(below), goal)


def _goal(goal: Goal, last: date | None) -> Goal:
    return goal.model_copy(update={"last_day": last})


def _beside(below: Sequence[int]) -> Beside:
    parts = [
        SubordinatePart.model_validate(
            {"sheet": f"sheet-2026-s{number}-1", "version": 1, "result": D(points)}
        )
        for number, points in enumerate(below)
    ]
    return Beside(subordinates=tuple(parts), leads=bool(parts))


def _sheet(sheet: Sheet, weights: Sequence[int], penalties: int, last: date | None) -> Sheet:
    weighings = {
        goal: (Weighing(at=on("01-01", 8), weight=Decimal(weight)),)
        for goal, weight in zip((REVENUE, VISITS, LEARNING), weights, strict=True)
        if weight
    }
    incidents: dict[int, Any] = {
        number: IncidentRecorded.model_validate(
            {
                "sheet": SHEET, "incident": number, "kind": "penalty", "on": "2026-01-20", "period": "Y", "times": 1,
                "reason": "as the minutes say", "by": HUA, "at": on("01-21"),
            }
        )
        for number in range(1, penalties + 1)
    }  # fmt: skip
    return sheet.model_copy(update={"weighings": weighings, "incidents": incidents, "last_day": last})
