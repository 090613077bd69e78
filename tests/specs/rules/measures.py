"""The examples of N1 and M1–M7."""

from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

from cairn.domain import curves
from cairn.domain.computed import AlignedGoal, children, subordinates_on_goal
from cairn.domain.exact import exact, rounded, written
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.evidence import lacking
from cairn.domain.measure import Capability, KeyTask, Kpi, Measure
from cairn.domain.policy import (
    AllOrNothingCurve,
    BandsCurve,
    DeductionCurve,
    LinearCurve,
    PiecesCurve,
    RatioCurve,
    Scale,
)
from cairn.domain.reading import Row, Source, aggregate
from cairn.domain.scoring import Score
from tests.specs.company import (
    LEARNING,
    LIN,
    OF_DEPARTMENT,
    RELEASE,
    REVENUE,
    VISITS,
    WANG,
    ZHAO,
    D,
    active,
    draft,
    drafted,
    fact,
    on,
    plan,
)
from tests.specs.given import given, please
from tests.specs.rules import Example
from tests.specs.rules.cases import (
    NEW_YEAR,
    adjusted,
    checked,
    curve_checked,
    drawn,
    kpi,
    points,
    running,
    scored,
)

RATIO, BANDS = (
    RatioCurve(kind="ratio"),
    BandsCurve.model_validate({"kind": "bands", "bands": [{"attainment": 80, "points": 70}]}),
)
DEDUCTION, ALL = DeductionCurve(kind="deduction"), AllOrNothingCurve(kind="all_or_nothing")
PATENTS = kpi(2, scored_in=["year"])

N1 = (
    Example("N1", "859,095 ÷ 9,000, to two places", "95.46", lambda: rounded(Fraction(859095, 9000), 2)),
    Example("N1", "−0.005, to two places: away from zero", "-0.01", lambda: rounded(exact("-0.005"), 2)),
    Example("N1", "the first one as a score keeps it", "95.455", lambda: written(Fraction(859095, 9000))),
    Example("N1", "1,000 ÷ 3 as a score keeps it", "1000/3", lambda: written(Fraction(1000, 3))),
    Example("N1", "three thirds of a hundred", "100.00", lambda: sum([Fraction(100, 3)] * 3)),
)


def drafted_with(**facts: Any) -> str:
    measure = kpi(**facts)
    sheet = draft()[0].model_copy(update={"placements": ()})
    command = please(
        ask.DraftGoal,
        LIN,
        "01-03",
        REVENUE,
        key="k",
        title="t",
        dimension="duties",
        measure=measure,
        weight=10,
    )
    return str(len(given(sheet).when(command).events))


def ratio_with_full_width_unit() -> Any:
    unit = kpi(95, unit="％", aggregation="ratio").unit
    rows = [Row(metric="m", subject="s", on=date(2026, 1, 5), value=D(94), base=D(100))]
    return aggregate(rows, "ratio", unit)


M1 = (
    Example("M1", "lower, baseline 100; a target of 105", "refused: measure.order",
            lambda: checked(kpi(105, direction="lower", baseline=100))),
    Example("M1", "higher, baseline 100; a target of 90", "refused: measure.order",
            lambda: checked(kpi(90, baseline=100))),
    Example("M1", "lower, baseline 85 and target 85", "refused: measure.baseline",
            lambda: checked(kpi(85, direction="lower", baseline=85))),
    Example("M1", "lower, baseline 100, running; target 85 adjusted to 105", "refused: measure.baseline",
            lambda: adjusted(kpi(85, direction="lower", aggregation="mean", baseline=100), "04-01", {"target": 105})),
    Example("M1", "a draft with threshold 200, target 100, stretch 50", "refused: measure.order",
            lambda: drafted_with(threshold=200, target=100, stretch=50)),
    Example("M1", "a threshold of 120 beside a target of 100, which became 200", "refused: measure.order",
            lambda: checked(kpi(200, threshold=120, threshold_beside=100))),
    Example("M1", "a threshold on a ratio curve", "refused: measure.useless",
            lambda: checked(kpi(100, threshold=80), RATIO)),
    Example("M1", "a stretch on bands", "refused: measure.useless", lambda: checked(kpi(100, stretch=120), BANDS)),
    Example("M1", "a threshold on a deduction", "refused: measure.useless",
            lambda: checked(kpi(0, threshold=2, direction="lower"), DEDUCTION)),
    Example("M1", "a threshold on all-or-nothing", "refused: measure.useless",
            lambda: checked(kpi(100, threshold=80), ALL)),
    Example("M1", "a linear curve with `cap` 90 under its target of 100", "refused: curve.fall",
            lambda: curve_checked(LinearCurve(kind="linear", stretch=D(90), cap=D(90)))),
    Example("M1", "a linear curve with `below` 70 above its threshold of 60", "refused: curve.fall",
            lambda: curve_checked(LinearCurve(kind="linear", below=D(70)))),
    Example("M1", "a rate whose unit is written `％`: 94 of 100", "94", ratio_with_full_width_unit),
    Example("M1", "weight 50; the measure replaced by the same with unit `\"万元 \"` and half the target",
            "refused: sheet.space",
            lambda: drawn(kpi(1200, unit="万元"), {"measure": kpi(600, unit="万元 ")})),
    Example("M1", "1,200 a year from a baseline of 960; 1,080 on 15 July leaves 80 a month, as the baseline has",
            "refused: measure.baseline", lambda: adjusted(kpi(1200, baseline=960), "07-15", {"target": 1080})),
)  # fmt: skip

SALES = kpi(480, 600, 720)


def moved(target: Any, actual: Any, period: str = "Y") -> Any:
    """Before anything ended: a draft that is revised to another target."""
    revised = please(ask.ReviseGoal, LIN, "01-03", measure=SALES.model_copy(update={"target": D(target)}))
    after = given(draft(measure=SALES)).having(revised).goal().measure
    return points(after, actual, period)  # type: ignore[arg-type]


def by_month(target: int) -> Any:
    """The same target given month by month, before any has ended."""
    return adjusted(SALES, "01-10", {"targets": {f"M{number:02d}": target for number in range(1, 13)}})


def of_template(actual: Any, *, by_quarter: bool = False) -> Any:
    """The template's 600 with 300 proposed for one person, at once or as quarters."""
    stated = {"threshold_beside": 600, "stretch_beside": 600, "whole_cycle": True}
    quarters = {f"Q{number}": 75 for number in range(1, 5)} if by_quarter else {}
    proposed = {"target": None if by_quarter else D(300), "targets": quarters}
    return points(kpi(480, 600, 720).model_validate({**dict(SALES), **stated, **proposed}), actual)


def slower(actual: Any) -> Any:
    """Lower is better: from 100 to 85 with a stretch of 80, revised to 90."""
    days = kpi(85, baseline=100, stretch=80, direction="lower", aggregation="mean")
    command = please(ask.ReviseGoal, LIN, "01-03", measure=days.model_copy(update={"target": D(90)}))
    after = given(draft(measure=days)).having(command).goal().measure
    return points(after, actual)  # type: ignore[arg-type]


def impossible() -> Any:
    satisfaction = kpi(4, "4.5", "4.8", aggregation="mean", possible=[1, 5])
    return adjusted(satisfaction, "04-01", {"target": "4.7"})


M2 = (
    *(Example("M2", f"480/600/720, the target now 540: {actual}", comes, partial(moved, 540, actual))
      for actual, comes in (("431.99", "0"), ("432", "60"), ("486", "80"), ("540", "100"), ("594", "110"),
                            ("700", "120"))),
    *(Example("M2", f"the same template, a person's target of 300: {actual}", comes, partial(of_template, actual))
      for actual, comes in (("200", "0"), ("240", "60"), ("330", "110"), ("360", "120"))),
    *(Example("M2", f"the same as four quarters of 75: {actual}", comes,
              partial(of_template, actual, by_quarter=True))
      for actual, comes in (("200", "0"), ("240", "60"), ("330", "110"), ("360", "120"))),
    Example("M2", "480/600/720, adjusted to twelve months of 45: 432, 431.99; 36 in March", "60, 0, 60",
            lambda: [points(by_month(45), "432"), points(by_month(45), "431.99"), points(by_month(45), 36, "M03")]),
    *(Example("M2", f"lower, from 100 to 85 with stretch 80, the target now 90: {actual}", comes,
              partial(slower, actual))
      for actual, comes in (("95", "50"), ("88", "112"), ("86", "120"))),
    Example("M2", "4/4.5/4.8 of at most 5, the target now 4.7: the stretch would be 5.013",
            "refused: measure.impossible", impossible),
    Example("M2", "threshold 60 of a target of 100, revised to 505: an attainment of 35.3 %", "0",
            lambda: points(kpi(505, threshold=60, threshold_beside=100), "178.265")),
)  # fmt: skip

M3 = (
    Example(
        "M3",
        "threshold and target 98: 97",
        "0",
        lambda: points(kpi(98, threshold=98, aggregation="mean"), 97),
    ),
    Example("M3", "the same: 98", "100", lambda: points(kpi(98, threshold=98, aggregation="mean"), 98)),
)

ERRORS = kpi(0, direction="lower", threshold=2)
LOSS = kpi(-100)
FIVE_OFF = DeductionCurve(kind="deduction", per_step=D(5), step_of="value")
STOCK = kpi(direction="range", lower=240, upper=420, aggregation="last")
PERCENT_OFF = RatioCurve(kind="ratio")

M4 = (
    *(Example("M4", f"higher, target −100: {actual}", comes, partial(points, LOSS, actual))
      for actual, comes in ((-150, "50"), (-100, "100"), (-50, "120"))),
    Example("M4", "lower, target 0 from a baseline of 10: 1", "90",
            lambda: points(kpi(0, direction="lower", baseline=10), 1)),
    *(Example("M4", f"lower, target 0, threshold 2: {actual}", comes, partial(points, ERRORS, actual))
      for actual, comes in ((0, "100"), (1, "80"), (2, "60"), (3, "0"))),
    Example("M4", "the same in one month: the 2 are tolerated in each, 1", "80", lambda: points(ERRORS, 1, "M03")),
    Example("M4", "lower, target 0 and nothing else: 0, 1", "100, 0",
            lambda: [points(kpi(0, direction="lower"), actual) for actual in (0, 1)]),
    Example("M4", "threshold 99, target 100, no stretch: 100.5", "100.5",
            lambda: points(kpi(100, threshold=99, aggregation="mean"), "100.5")),
    Example("M4", "five points off for each error (`step_of: value`): 1 error", "95",
            lambda: points(kpi(0, direction="lower"), 1, curve=FIVE_OFF)),
    Example("M4", "a range of 240–420: 462 is 10 % above it", "90", lambda: points(STOCK, 462, curve=PERCENT_OFF)),
    Example("M4", "a range of 0–5: −1, 5", "0, 100",
            lambda: [points(kpi(direction="range", lower=0, upper=5, aggregation="last"), a) for a in (-1, 5)]),
)  # fmt: skip

TO_FIVE, ONE_TO_FIVE = Scale(least=D(0), to=D(5), full=D(5)), Scale(least=D(1), to=D(5), full=D(5))
OPEN_SCALE = Scale(to=None)
JUMP = PiecesCurve.model_validate(
    {"kind": "pieces", "pieces": [
        {"attainment": 0, "points": 0, "per_percent": "0.5"}, {"attainment": 50, "points": 50, "per_percent": 1},
    ]}
)  # fmt: skip


def accepted(number: int, scale: Scale, criteria: int = 2) -> Any:
    done = [
        fact(did.CriterionAccepted, WANG, goal=RELEASE, criterion=n + 1, evidence="x") for n in range(number)
    ]
    task = KeyTask(criteria=tuple(f"c{n}" for n in range(criteria)))
    return scored(given(active(RELEASE, measure=task), done, policy=plan(scale=scale)), "Y", RELEASE).points


def rating(points: Any, **facts: Any) -> Any:
    """A manager's rating of a capability goal, as it is given in December."""
    measure = Capability(outcomes=("trained",), **facts)
    world = given(active(LEARNING, measure=measure), policy=plan(scale=TO_FIVE))
    command = please(
        ask.AssessGoal, WANG, on("2026-12-30").replace(month=12), LEARNING, points=points, period="M11"
    )
    world = world.having(command)
    return scored(world, "M11", LEARNING).points


M5 = (
    Example("M5", "a scale of 0–5: 1 of 2 criteria accepted", "2.5", lambda: accepted(1, TO_FIVE)),
    Example("M5", "a scale of 1–5: nothing done", "1", lambda: accepted(0, ONE_TO_FIVE)),
    Example("M5", "pieces 0 % → 0 and half a point a percent, 50 % → 50: 50 %", "50",
            lambda: curves.points(JUMP, exact(50))),
    Example("M5", "the same just below 50 %", "25.000", lambda: curves.points(JUMP, exact("49.9999"))),
    Example("M5", "a ratio curve to 120 on a scale of 0–5", "refused: curve.outside",
            lambda: curve_checked(RATIO, TO_FIVE)),
    Example("M5", "a ratio curve with `full` 5 and `cap` 5 on it: 80 %", "4",
            lambda: curves.points(RatioCurve(kind="ratio", full=D(5), cap=D(5)), exact(80))),
    Example("M5", "`to: none`, `cap: none`: 3.5 times the target", "350",
            lambda: points(kpi(100), 350, curve=RatioCurve.model_validate({"kind": "ratio", "cap": "none"}))),
    Example("M5", "`cap: none` on a scale to 120", "refused: curve.uncapped",
            lambda: curve_checked(RatioCurve(kind="ratio", cap=None))),
    Example("M5", "ratings 0, 2, 3, 4, 5: a 4", "4", lambda: rating(4, possible=(0, 2, 3, 4, 5))),
    Example("M5", "ratings 0, 2, 3, 4, 5: a 1", "refused: assess.possible",
            lambda: rating(1, possible=(0, 2, 3, 4, 5))),
    Example("M5", "a 6 on a scale of 0–5", "refused: assess.scale", lambda: rating(6)),
    Example("M5", "a 4 of 5 through bands (80 % → 70 points)", "70", lambda: rating(4, curve="bands")),
)  # fmt: skip


def mean_of(*attainments: int) -> Score:
    goals = {f"g{n}": AlignedGoal("top", exact(each)) for n, each in enumerate(attainments)}
    return children("top", {"top": AlignedGoal(None, computed=True), **goals})


def two_deep() -> Score:
    goals = {
        "top": AlignedGoal(None, computed=True),
        "mid": AlignedGoal("top", computed=True, weight=exact(3)),
        "a": AlignedGoal("mid", exact(50)),
        "b": AlignedGoal("mid", exact(100)),
        "c": AlignedGoal("top", exact(15), weight=exact(1)),
    }
    return children("top", goals)


ROLLED = Kpi.model_validate({"computed": "children"})
TEAM = Kpi.model_validate({"computed": {"subordinates_on_goal": 85}, "target": 85})


def of_goal(number: int, attainment: Any, weight: Any = None) -> Source:
    """A goal that serves another, with its attainment (None: it has none) and its weight there."""
    facts = {"value": attainment, "weight": weight, "version": 9}
    return Source.model_validate({"stream": f"goal-2026-lin-{number}", **facts})


def of_person(who: str, days: int, points: Any) -> Source:
    return Source(stream=f"sheet-2026-{who}-1", version=9, value=exact(points), days=days)


def rolled_up(*sources: Source, awaited: tuple[str, ...] = (), period: str = "Y") -> did.GoalScored:
    """A department's goal that is computed from those that serve it."""
    world = given(active(OF_DEPARTMENT, measure=ROLLED))
    return scored(world.with_evidence(sources=sources, awaited=awaited), period, OF_DEPARTMENT)


def reached() -> list[Any]:
    """The share of a manager's subordinates who reach 85, and what that is of a target of 85 %."""
    results = (of_person("qi", 365, 100), of_person("lu", 181, 60), of_person("ma", 92, 120))
    found = scored(running(TEAM).with_evidence(sources=results))
    return [found.actual, found.attainment]


def in_march() -> str:
    return "scored" if scored(running(TEAM), "M03").applies else "not applicable"


def aligned(parent: Measure, beneath: str | None = None) -> str:
    """Lin's second goal asks to serve the first, of the same tier, which serves another one."""
    world = given(active(measure=parent, parent=beneath), drafted(VISITS))
    command = please(ask.AlignGoal, LIN, "01-08", VISITS, parent=REVENUE, parent_weight=3)
    [event] = world.when(command).events
    assert isinstance(event, did.GoalAligned)
    return f"aligned, weight {event.parent_weight}"


def told(measure: Kpi) -> Any:
    command = please(ask.CheckIn, LIN, "02-08", value=5)
    return running(measure).when(command).events


def of_department() -> str:
    """A department's draft takes the measure of a person's goal."""
    command = please(ask.ReviseGoal, ZHAO, "01-03", OF_DEPARTMENT, measure=TEAM)
    return str(len(given(draft(OF_DEPARTMENT), head=ZHAO).when(command).events))


def awaits(*awaited: str, waived: bool = False) -> str:
    """What the score of a computed goal waits for on the day it is due."""
    goal = given(active(OF_DEPARTMENT, measure=ROLLED)).with_evidence(sources=(), awaited=awaited)
    found = goal.goal(OF_DEPARTMENT)
    if waived:
        found = found.model_copy(update={"waived": {"Y": "they never come"}})
    lack = lacking(found, "Y", goal.context(OF_DEPARTMENT))
    return f"{lack.reason}: {', '.join(lack.feeds)}" if lack else "nothing"


M6 = (
    Example("M6", "children at 0, 0, 0, 50", "12.5", lambda: mean_of(0, 0, 0, 50)),
    Example("M6", "children at 0, 50", "25", lambda: mean_of(0, 50)),
    Example("M6", "children at 0, 0, 50", "16.667", lambda: mean_of(0, 0, 50)),
    Example("M6", "a child of weight 3 that is the mean of 50 and 100, another of weight 1 at 15", "60", two_deep),
    Example("M6", "no children", "not applicable", lambda: mean_of()),
    Example("M6", "subordinates at 100 (365 days), 60 (181) and 120 (92): those who reach 85", "71.63",
            lambda: subordinates_on_goal([(365, exact(100)), (181, exact(60)), (92, exact(120))], exact(85))),
    Example("M6", "`computed: children`, `serves_weight` 3 at 100 %, 1 at 20 %: value, target, points", "80, 100, 80",
            lambda: [(each := rolled_up(of_goal(1, 100, 3), of_goal(2, 20, 1))).actual, each.target, each.points]),
    Example("M6", "the same with one that has no weight: all count alike", "60",
            lambda: rolled_up(of_goal(1, 100, 3), of_goal(2, 20)).points),
    Example("M6", "children at 0, 0, 0, 50 in March", "12.5",
            lambda: rolled_up(*(of_goal(n, 50 * (n == 4)) for n in (1, 2, 3, 4)), period="M03").points),
    Example("M6", "one at 50, one without a value", "50", lambda: rolled_up(of_goal(1, 50), of_goal(2, None)).points),
    Example("M6", "a child is not scored yet, the year is due: it waits for", "children: goal-2026-lin-2",
            lambda: awaits("goal-2026-lin-2")),
    Example("M6", "the same when HR goes on without", "nothing", lambda: awaits("goal-2026-lin-2", waived=True)),
    Example("M6", "`{subordinates_on_goal: 85}`, target 85, the subordinates above: value, attainment", "71.63, 84.27",
            reached),
    Example("M6", "the same in March", "not applicable", in_march),
    Example("M6", "a goal serves one of its own tier that is read from a feed", "refused: goal.parent",
            lambda: aligned(kpi(1200))),
    Example("M6", "…that is computed from its children", "aligned, weight 3", lambda: aligned(ROLLED)),
    Example("M6", "…and itself serves the one that asks", "refused: goal.own-parent", lambda: aligned(ROLLED, VISITS)),
    Example("M6", "a value typed for a computed KPI", "refused: check-in.computed", lambda: told(ROLLED)),
    Example("M6", "a computed KPI with a metric", "refused: measure.computed",
            lambda: checked(ROLLED.model_copy(update={"metric": "sales"}))),
    Example("M6", "a computed KPI of which less is better", "refused: measure.computed",
            lambda: checked(ROLLED.model_copy(update={"direction": "lower"}))),
    Example("M6", "the share of a department's subordinates", "refused: measure.computed-nobody", of_department),
    Example("M6", "a measure in percent replaced by one that is computed, with the same target: draws", "5",
            lambda: drawn(kpi(100, unit="%", aggregation="mean"), {"measure": ROLLED})),
)  # fmt: skip


def task_in(period: str, accepted_criteria: int, due: date | None = date(2026, 3, 31)) -> Any:
    done = [
        fact(did.CriterionAccepted, WANG, goal=RELEASE, criterion=n + 1, evidence="x")
        for n in range(accepted_criteria)
    ]
    world = given(active(RELEASE, measure=KeyTask(criteria=("a", "b"), due=due)), done)
    found = scored(world, period, RELEASE)
    return found.points if found.applies else "not applicable"


M7 = (
    Example("M7", "two patents a year, `scored_in: [year]`: March", "not applicable",
            lambda: "not applicable" if not scored(running(PATENTS), "M03").applies else "scored"),
    Example("M7", "a key task due on 31 March, 1 of 2 accepted: February, March, the year", "not applicable, 50, 50",
            lambda: [task_in("M02", 1), task_in("M03", 1), task_in("Y", 1)]),
    Example("M7", "the same with both accepted early: February", "100", lambda: task_in("M02", 2)),
    Example("M7", "without a due day, none accepted: November, the year", "not applicable, 0",
            lambda: [task_in("M11", 0, None), task_in("Y", 0, None)]),
)  # fmt: skip

MEASURES = (N1, M1, M2, M3, M4, M5, M6, M7)
__all__ = ["MEASURES", "NEW_YEAR"]
