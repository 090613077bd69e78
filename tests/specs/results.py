"""Results of the specifications: a sheet with a result of so many points, shown, signed, appealed."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cairn.domain.cycle.events import ResultsIssued
from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.state import evolve as evolve_cycle
from cairn.domain.event import SYSTEM
from cairn.domain.policy import EvaluationRules, GradeBand, Policy, Step
from cairn.domain.result.showing import shown
from cairn.domain.sheet.events import ResultIssued, SheetOpened
from cairn.domain.sheet.state import Sheet, evolve
from tests.specs.casework import Casework
from tests.specs.company import LIN, SHEET, launched, on, opened, plan

GRADES = tuple(
    GradeBand(grade=grade, points=Decimal(points), coefficient=Decimal(worth))
    for grade, points, worth in (
        ("S", 110, "1.5"),
        ("A", 90, "1.2"),
        ("B", 75, "1"),
        ("C", 60, "0.8"),
        ("D", 0, "0"),
    )
)
ALL: tuple[Step, ...] = ("calibration", "interview", "acknowledgement", "appeal")
CASE = "result-2026-lin-1"


def steps(*names: Step, **rules: Any) -> Policy:
    """The plan of the specifications with five grades and these steps."""
    return plan(grades=GRADES, evaluation=EvaluationRules(steps=names or ALL, **rules))


def issued(points: int, grade: str, number: int = 1, sheet: str = SHEET, **facts: Any) -> ResultIssued:
    """A result of so many points."""
    usual: dict[str, Any] = {
        "sheet": sheet, "number": number, "points": Fraction(points), "rounded": Decimal(points), "grade": grade,
        "coefficient": next(each.coefficient for each in GRADES if each.grade == grade), "mix": {}, "periods": (),
        "policy": "plan@1", "told": False, "by": SYSTEM, "at": on("2027-01-18", 9),
    }  # fmt: skip
    return ResultIssued.model_validate(usual | facts)


def with_result(points: int = 80, grade: str = "B", sheet: str = SHEET, **facts: Any) -> Sheet:
    """A sheet with a result."""
    whose: SheetOpened = opened(sheet, **facts)
    return evolve(evolve(Sheet(id=sheet), whose), issued(points, grade, sheet=sheet))


def results_out(policy: Policy) -> Cycle:
    """The cycle once its results are computed."""
    cycle = evolve_cycle(Cycle(id="2026"), launched(policy))
    return evolve_cycle(cycle, ResultsIssued(cycle="2026", sheets=3, by=SYSTEM, at=on("2027-01-18", 9)))


def told(at: str = "2027-01-18", policy: Policy | None = None, sheet: Sheet | None = None) -> Casework:
    """Lin's result of 80 points, a B, once it was shown."""
    rules = policy or steps()
    of = sheet or with_result()
    start = Casework(CASE, policy=rules, sheets={of.id: of}, cycle=results_out(rules), position=700)
    return show(start, at)


def show(work: Casework, at: str) -> Casework:
    """What is shown of the last version on a day."""
    sheet = (work.sheets or {})[f"sheet-{work.case.removeprefix('result-')}"]
    return work.with_events(shown(work.state, sheet, work.policy, on(at, 9)))


def recomputed(work: Casework, version: ResultIssued) -> Casework:
    """The same after a newer version was computed."""
    before = (work.sheets or {})[version.sheet]
    return replace(work, sheets={**(work.sheets or {}), before.id: evolve(before, version)})


__all__ = [
    "ALL",
    "CASE",
    "GRADES",
    "LIN",
    "issued",
    "recomputed",
    "results_out",
    "show",
    "steps",
    "told",
    "with_result",
]
