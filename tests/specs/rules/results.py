"""The examples of U1, Y1, Y2 and E2."""

from datetime import date
from typing import Any

from cairn.domain.evaluation.order import Extras, finished
from cairn.domain.evaluation.reports import earlier_part
from cairn.domain.evaluation.scores import Beside, issue_result, score_sheet
from cairn.domain.event import SYSTEM
from cairn.domain.exact import exact
from cairn.domain.goal import events as did
from cairn.domain.measure import KeyTask
from cairn.domain.policy import Least, ScoringRules
from cairn.domain.scoring import (
    MISSING,
    NOT_APPLICABLE,
    Score,
    by_days,
    mixed,
    pays_after,
    weighted,
)
from cairn.domain.sheet.events import ResultIssued, SheetLastDaySet, SheetScored, SubordinatePart
from cairn.domain.sheet.state import Sheet, evolve
from tests.specs.company import (
    RELEASE,
    REVENUE,
    SHEET,
    WANG,
    D,
    drafted,
    fact,
    in_force,
    on,
    opened,
    plan,
    schedule,
    score,
)
from tests.specs.given import given
from tests.specs.rules import Example
from tests.specs.rules.cases import TEN, scored

AT = on("2027-01-17")
ZERO = plan(scoring=ScoringRules(missing="zero"))


def sheet_of_two(accepted: int) -> Any:
    """A goal of weight 90 at 100 points beside a key task of weight 10 with two criteria, at the year's end."""
    weights = [(REVENUE, "duties", 90), (RELEASE, "duties", 10)]
    placements = [
        {"goal": goal, "dimension": dimension, "weight": weight} for goal, dimension, weight in weights
    ]
    done = [
        fact(did.CriterionAccepted, WANG, goal=RELEASE, criterion=n + 1, evidence="x")
        for n in range(accepted)
    ]
    task = drafted(RELEASE, measure=KeyTask(criteria=("a", "b")))
    approved = fact(did.GoalApproved, WANG, goal=RELEASE)
    world = given(opened(placements=placements), in_force(), score(), task, approved, done)
    world = given(world.events, scored(world, "Y", RELEASE))
    goals = {goal: world.goal(goal) for goal in (REVENUE, RELEASE)}
    [event] = score_sheet(world.sheet(), goals, "Y", schedule(), plan(), AT)
    return event.points


def perspectives(last: Score = NOT_APPLICABLE) -> Score:
    """Weight 20 with two measures, 120 and one that drops out, beside 100 (60), 80 (10) and 90 (10)."""
    first = weighted([(exact(50), exact(120)), (exact(50), last)], "reweight")
    rest = ((60, 100), (10, 80), (10, 90))
    return weighted([(exact(20), first), *((exact(w), exact(p)) for w, p in rest)], "reweight")


def result(policy: Any, family: str = "sales", since: date = date(2026, 1, 1), below: Any = (), leads: bool = True,
           dates: Any = None, **points: Any) -> Any:  # fmt: skip
    """The year's points of a sheet with these scores of periods; None is a score that is missing."""
    sheet = given(opened(family=family, since=since)).sheet()
    for period, value in points.items():
        known = None if value is None else D(value)
        facts = {"sheet": SHEET, "period": period, "points": known, "rounded": known, "parts": ()}
        sheet = evolve(
            sheet, SheetScored.model_validate({**facts, "policy": "plan@1", "by": SYSTEM, "at": AT})
        )
    parts = [
        SubordinatePart(sheet=f"sheet-2026-{n}-1", version=1, result=exact(each))
        for n, each in enumerate(below)
    ]
    [event] = issue_result(sheet, Beside(parts, leads), dates or schedule(), policy, AT)
    return event.points


ONE_MONTH: dict[str, Any] = {"M01": 90, **{f"M{n:02d}": None for n in range(2, 13)}, "Y": 80}

U1 = (
    Example("U1", "a key task of weight 10 beside 90 at 100: 0, 1, 2 of 2 accepted at the year's end", "90, 95, 100",
            lambda: [sheet_of_two(number) for number in (0, 1, 2)]),
    Example("U1", "a perspective of weight 20 at 120, one measure not applicable, beside 100 (60), 80 (10), 90 (10)",
            "101", perspectives),
    Example("U1", "40/60, January 90, no other month known, the year 80: reweighted, as zero", "84, 51",
            lambda: [result(policy, **ONE_MONTH) for policy in (plan(), ZERO)]),
    Example("U1", "the same, months as zero and parts reweighted (`missing_on: {period: zero}`)", "51",
            lambda: result(plan(scoring=ScoringRules(missing_on={"period": "zero"})), **ONE_MONTH)),
    Example("U1", "70 % year at 90, 30 % subordinates under `zero`: nobody reports, nobody has a result", "90, 63",
            lambda: [result(ZERO, "management", leads=leads, Y=90) for leads in (False, True)]),
    Example("U1", "100 and something not applicable; 100 and something missing, under `zero`", "100, 50",
            lambda: [weighted([(exact(1), exact(100)), (exact(1), other)], "zero")
                     for other in (NOT_APPLICABLE, MISSING)]),
)  # fmt: skip


RND_TEN: dict[str, Any] = {"Q1": 100, "Q2": 100, "Q3": 100, "Q4": 40, "H1": 90, "H2": 90, "Y": 100}
JOINER: dict[str, Any] = {"M07": 60, **{f"M{n:02d}": 90 for n in range(8, 13)}, "Y": 80}


def mix_of_quarters() -> Score:
    parts = [(exact(3), exact(100)), (exact(3), exact(100)), (exact(3), exact(100)), (exact(1), exact(40))]
    return mixed({"quarter": D(100)}, {"quarter": parts}, NOT_APPLICABLE, ScoringRules())


Y1 = (
    Example("Y1", "a ten-month cycle: quarters of 3, 3, 3 and 1 months at 100, 100, 100 and 40", "94", mix_of_quarters),
    Example("Y1", "the same in R&D (30/20/50), half-years at 90, the year at 100", "96.2",
            lambda: result(plan(), "rnd", TEN.starts, dates=TEN, **RND_TEN)),
    Example("Y1", "joined 16 July: that month 60, the other five 90, the year 80 (40/60)", "82.8772",
            lambda: result(plan(), since=date(2026, 7, 16), **JOINER)),
    Example("Y1", "a kind of weight 0 was paid 40 and 30 in advance, the year gives 96, or 60", "26, 0",
            lambda: [pays_after(exact(year), [exact(40), exact(30)]) for year in (96, 60)]),
)  # fmt: skip

Y2 = (
    Example("Y2", "A all year 100, B to 30 June (181 days) 60, C from 1 October (92 days) 120", "91.5361",
            lambda: by_days([(365, exact(100)), (181, exact(60)), (92, exact(120))])),
)  # fmt: skip


def sheet_with(sheet: Sheet, **points: Any) -> Sheet:
    """A sheet with these scores of periods."""
    for period, value in points.items():
        facts = {"sheet": sheet.id, "period": period, "points": D(value), "rounded": D(value), "parts": ()}
        sheet = evolve(
            sheet, SheetScored.model_validate({**facts, "policy": "plan@1", "by": SYSTEM, "at": AT})
        )
    return sheet


def issued(sheet: Sheet, policy: Any, earlier: Any = ()) -> ResultIssued:
    [event] = issue_result(sheet, Beside(leads=False, earlier=earlier), schedule(), policy, AT)
    return event


def in_sales(cause: str = "family") -> Sheet:
    """Sales to 15 March at 110 points."""
    last = SheetLastDaySet.model_validate(
        {"sheet": SHEET, "last": date(2026, 3, 15), "cause": cause, "by": SYSTEM, "at": AT}
    )
    return sheet_with(given(opened(), last).sheet(), M01=110, M02=110, M03=110, Y=110)


def year_of_two_families(policy: Any) -> ResultIssued:
    """Sales to 15 March 110, R&D from the 16th on 80."""
    first = in_sales()
    first = evolve(first, issued(first, policy))
    next_one = {"kind": "person", "holder": "lin", "department": "rnd", "family": "rnd"}
    world = given(opened("sheet-2026-lin-2", since=date(2026, 3, 16), placements=(), **next_one))
    second = sheet_with(world.sheet("sheet-2026-lin-2"), Q1=80, Q2=80, Q3=80, Q4=80, H1=80, H2=80, Y=80)
    part = earlier_part(first, schedule())
    return issued(second, policy, (part,) if part else ())


NINETY = plan(minimum=Least(days=90))
L7 = (
    Example("L7", "sales to 15 March 110, R&D after that 80: the year, the sheet alone", "86.2097, 80",
            lambda: [(found := year_of_two_families(plan())).points, found.of_sheet]),
    Example("L7", "the same under `minimum: {days: 90}`: 74 days have no result and no weight", "80",
            lambda: year_of_two_families(NINETY).points),
    Example("L7", "somebody who left on 15 March under `minimum: {months: 2}`, `{months: 3}`, `leavers: none`",
            "110, none, none",
            lambda: [issued(in_sales("left"), policy).points for policy in (
                plan(minimum=Least(months=2)), plan(minimum=Least(months=3)), plan(leavers="none"))]),
)  # fmt: skip


def added(mix: Any, **extras: Any) -> Any:
    return finished(exact(mix), plan(), Extras(**extras))


E2 = (
    Example("E2", "95.2, 3 gained, 10 lost, times 1.05", "92.61",
            lambda: added("95.2", gains=(exact(3),), losses=(exact(10),), multipliers=(exact("1.05"),)).rounded),
    Example("E2", "118 and 10 gained, on a scale to 120", "120", lambda: added(118, gains=(exact(10),)).points),
    Example("E2", "90, gains of 8 and 9 capped at 10, losses of 20 capped at 5", "95",
            lambda: added(90, gains=(exact(8), exact(9)), losses=(exact(20),), most_gained=D(10),
                          most_lost=D(5)).points),
    Example("E2", "goals 90 and behaviours 60 as 20 % of the result, 4 lost", "80",
            lambda: added(90, behaviours=exact(60), behaviours_part=D(20), losses=(exact(4),)).points),
    Example("E2", "94.995 exactly: rounded before the grade", "A", lambda: added("94.995").grade),
)  # fmt: skip

RESULTS = (U1, Y1, Y2, E2)
