"""The examples of U1, Y1, Y2 and E2."""

from datetime import date
from typing import Any

from cairn.domain.evaluation.gates import Reached, allowed
from cairn.domain.evaluation.order import Extras, factor, finished, parts_of_incidents
from cairn.domain.evaluation.reports import department_of, earlier_part
from cairn.domain.evaluation.scores import Beside, UnitResult, issue_result, score_sheet
from cairn.domain.event import SYSTEM
from cairn.domain.exact import exact
from cairn.domain.goal import events as did
from cairn.domain.measure import KeyTask
from cairn.domain.person_history import Change, as_stated
from cairn.domain.policy import Least, Policy, ScoringRules
from cairn.domain.result_rules import Multiplier
from cairn.domain.scoring import (
    MISSING,
    NOT_APPLICABLE,
    Score,
    by_days,
    mixed,
    pays_after,
    weighted,
)
from cairn.domain.sheet.events import (
    IncidentRecorded,
    ResultIssued,
    SheetLastDaySet,
    SheetScored,
    SubordinatePart,
)
from cairn.domain.sheet.state import Sheet, evolve
from tests.specs.company import (
    LIN,
    PEOPLE,
    RELEASE,
    REVENUE,
    SHEET,
    VISITS,
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


KINDS = {
    "merit": {"title": {"zh": "立功", "en": "Merit"}, "points": 1, "counts_in": ["month", "year"]},
    "fault": {"title": {"zh": "过失", "en": "Fault"}, "points": -2, "counts_in": ["month", "year"]},
    "discipline": {"title": {"zh": "处分", "en": "Disciplinary measure"}},
}
NAMED = {"zh": "门", "en": "Gate"}
GATES = {
    "disciplined": {"title": NAMED, "incident": "discipline", "at_most": "B"},
    "weak_goal": {"title": NAMED, "lowest": "goal", "below": 60, "at_most": "B"},
    "failed_goal": {"title": NAMED, "lowest": "goal", "below": 1, "at_most": "D", "only": True},
}


def with_rules(**facts: Any) -> Any:
    """The policy of the specifications with incidents, gates and whatever else is said."""
    return Policy.model_validate(plan().model_dump() | {"incidents": KINDS} | facts)


def added(mix: Any, policy: Any = None, **extras: Any) -> Any:
    """The outcome of a mix under a policy; `incidents` are times by kind, `lowest` a goal's beside a better one."""
    of = policy or with_rules()
    happened = extras.pop("incidents", {})
    incidents = parts_of_incidents(happened.items(), of.incidents)
    goals = tuple(exact(each) for each in (extras.pop("lowest", 100), 110))
    reached = Reached(incidents=frozenset(happened), goals=goals)
    return finished(exact(mix), of, Extras(incidents=incidents, reached=reached, **extras))


TENFOLD = with_rules(
    incidents={**KINDS, "penalty": {"title": NAMED, "points": -10}, "prize": {"title": NAMED, "points": 3}}
)
CAPPED = with_rules(caps={"year": {"gains": 5, "losses": 10}})
EQUAL_PARTS = with_rules(result={"goals": 1, "self": 1, "feedback": 1})
BEHAVIOURS = with_rules(result={"goals": 80, "behaviours": 20})
GATED = with_rules(gates=GATES)


def bounded_by(mix: Any, **extras: Any) -> Any:
    found = added(mix, GATED, **extras)
    return found.points, found.grade


def left_to_calibration(**extras: Any) -> str:
    """The grades that calibration may choose among."""
    return " ".join(band.grade for band in allowed(added(100, GATED, **extras).bounds, GATED.grades))


def month_of(**facts: Any) -> Any:
    """Lin's January with a goal of weight 60 at 92 points and one of 40 at 92, and what happened in it."""
    policy, happened = with_rules(**facts.pop("rules", {})), facts.pop("happened", {})
    weights = [(REVENUE, "duties", 60), (VISITS, "duties", 40)]
    placements = [
        {"goal": goal, "dimension": dimension, "weight": weight} for goal, dimension, weight in weights
    ]
    recorded = [
        IncidentRecorded(
            sheet=SHEET, incident=number, kind=kind, on=date(2026, 1, 9), period="M01", times=times, reason="r",
            by=WANG, at=on("01-10"),
        )
        for number, (kind, times) in enumerate(happened.items(), start=1)
    ]  # fmt: skip
    made = [score(goal, "M01", points=D(facts.get("points", 92))) for goal in (REVENUE, VISITS)]
    there = [
        each.model_copy(update={"key": each.goal}) if isinstance(each, did.GoalDrafted) else each
        for each in in_force(REVENUE, VISITS)
    ]
    world = given(opened(placements=placements), there, made, recorded)
    goals = {goal: world.goal(goal) for goal in (REVENUE, VISITS)}
    [event] = score_sheet(world.sheet(), goals, "M01", schedule(), policy, AT)
    return event


VETO = {"injury": {"title": NAMED, "of": "goal", "goal": "goal-2026-lin-1", "incident": "injury", "sets": 0}}
FATAL = {"fatal": {"title": NAMED, "of": "month", "incident": "fatal", "sets": 0}}
INJURY = {
    **KINDS,
    "injury": {"title": NAMED, "counts_in": ["month"]},
    "fatal": {"title": NAMED, "counts_in": ["month"]},
}
FLAT = {
    "title": NAMED,
    "of": "points",
    "result": "department",
    "pieces": [{"points": 0, "factor": 0, "per_point": "0.01"}, {"points": 85, "factor": 1}],
}
COMPANY = {
    "title": NAMED,
    "of": "pay",
    "result": "company",
    "most": "1.6",
    "pieces": [
        {"points": 80, "factor": "0.8", "per_point": "0.01"},
        {"points": 100, "factor": 1, "per_point": "0.03"},
    ],
}


def veto_on_an_earlier_sheet() -> Any:
    """Sales to 15 March with a disciplinary measure, R&D after that, both at 100 points or more."""
    happened = IncidentRecorded(
        sheet=SHEET,
        incident=1,
        kind="discipline",
        on=date(2026, 3, 1),
        period="Y",
        reason="r",
        by=WANG,
        at=on("03-02"),
    )
    first = evolve(in_sales(), happened)
    first = evolve(first, issued(first, GATED))
    next_one = {"kind": "person", "holder": "lin", "department": "rnd", "family": "rnd"}
    world = given(opened("sheet-2026-lin-2", since=date(2026, 3, 16), placements=(), **next_one))
    second = sheet_with(world.sheet("sheet-2026-lin-2"), Q2=100, Q3=100, Q4=100, H1=100, H2=100, Y=100)
    part = earlier_part(first, schedule())
    return issued(second, GATED, (part,) if part else ()).grade


def unit_of_who_moved() -> list[str]:
    """Lin moves from sales to R&D on 1 July: whose result multiplies hers, to the year's end and up to 30 June."""
    moved = as_stated(PEOPLE[LIN]).model_copy(
        update={"changes": (Change(since=date(2026, 7, 1), fields={"department": "rnd"}),)}
    )
    sheet = given(opened()).sheet()
    ended = sheet.model_copy(update={"last_day": date(2026, 6, 30)})
    return [department_of(each, moved, schedule()) for each in (sheet, ended)]


def factors(rule: Any, *results: Any) -> list[Any]:
    return [factor(Multiplier.model_validate(rule), exact(each)) for each in results]


def multiplied(of: str, unit: Any) -> Any:
    """A person's year at 90 beside a department at so many points, or one whose result is not there yet."""
    policy = with_rules(multipliers={"unit": FLAT | {"of": of}})
    sheet = sheet_with(given(opened()).sheet(), M01=90, Y=90)
    result_of_unit = None if unit is None else exact(unit)
    beside = Beside(
        units=(UnitResult("department.sales", "sheet-2026-department.sales-1", 7, result_of_unit),)
    )
    [event] = issue_result(sheet, beside, schedule(), policy, AT)
    return event.points, event.grade


E2 = (
    Example("E2", "95.2, 3 gained, 10 lost, times 1.05", "92.61",
            lambda: added("95.2", TENFOLD, incidents={"prize": 1, "penalty": 1}, factors=(exact("1.05"),)).rounded),
    Example("E2", "118 and 10 gained, on a scale to 120", "120", lambda: added(118, incidents={"merit": 10}).points),
    Example("E2", "90, seven merits of 1 capped at 5, seven faults of 2 capped at 10", "85",
            lambda: added(90, CAPPED, incidents={"merit": 7, "fault": 7}).points),
    Example("E2", "goals 90 and behaviours 60 as 20 % of the result, two faults of 2", "80",
            lambda: added(90, BEHAVIOURS, ratings={"behaviours": exact(60)}, incidents={"fault": 2}).points),
    Example("E2", "94.995 exactly: rounded before the grade", "A", lambda: added("94.995").grade),
    Example("E2", "goals 90, self rating 100, feedback 80 as equal parts; the feedback missing", "90, 95",
            lambda: [added(90, EQUAL_PARTS, ratings=ratings).points for ratings in (
                {"self": exact(100), "feedback": exact(80)}, {"self": exact(100)})]),
    Example("E2", "100 points and a disciplinary measure, which caps at B", "100, B",
            lambda: bounded_by(100, incidents={"discipline": 1})),
    Example("E2", "100 points, the lowest goal exactly at 60; at 59.999", "100, A, 100, B",
            lambda: [each for lowest in ("60", "59.999") for each in bounded_by(100, lowest=lowest)]),
    Example("E2", "45 points and no goal under 1: D is given in no other case", "45, B", lambda: bounded_by(45)),
    Example("E2", "what calibration may choose among: no goal under 60, one at 50, one at 0", "S A B, B, D",
            lambda: [left_to_calibration(lowest=each) for each in (100, 50, 0)]),
    Example("E2", "January at 92, eight merits in it capped at 5", "97",
            lambda: month_of(happened={"merit": 8}, rules={"caps": {"month": {"gains": 5, "losses": 10}}}).points),
    Example("E2", "January at 92, an injury that sets the goal of weight 60 to 0: the goal, the month", "0, 36.8",
            lambda: [(found := month_of(happened={"injury": 1}, rules={
                "incidents": INJURY, "gates": VETO})).parts[0].points, found.points]),
    Example("E2", "January at 92 and a merit, and what sets the month to 0", "0",
            lambda: month_of(happened={"fatal": 1, "merit": 1}, rules={"incidents": INJURY, "gates": FATAL}).points),
    Example("E2", "January graded, at 96 with a fatal error that caps at B", "96, B",
            lambda: [(found := month_of(points=96, happened={"fatal": 1}, rules={
                "incidents": INJURY, "graded": ["month", "year"],
                "gates": {"fatal": {"title": NAMED, "of": "month", "incident": "fatal", "at_most": "B"}}})).points,
                found.grade]),
    Example("E2", "100 points and a disciplinary measure on the sheet of another family earlier in the year", "B",
            veto_on_an_earlier_sheet),
    Example("E2", "a unit's factor: its points ÷ 100, 1 from 85: at 82, 84.999, 85, 91", "0.82, 0.84999, 1, 1",
            lambda: factors(FLAT, 82, "84.999", 85, 91)),
    Example("E2", "nothing under 80, a hundredth a point to 100, then 3, 1.6 at most: at 79.99, 80, 104, 130",
            "0, 0.8, 1.12, 1.6", lambda: factors(COMPANY, "79.99", 80, 104, 130)),
    Example("E2", "moved from sales to R&D on 1 July: the unit of the year, and of a sheet that ended on 30 June",
            "department.rnd, department.sales", unit_of_who_moved),
    Example("E2", "90 points and a unit at 82 that multiplies points; pay; one without a result yet",
            "73.8, D, 90, B, 90, B",
            lambda: [each for of, unit in (("points", 82), ("pay", 82), ("points", None))
                     for each in multiplied(of, unit)]),
)  # fmt: skip

RESULTS = (U1, Y1, Y2, E2)
