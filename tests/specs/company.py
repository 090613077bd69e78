"""The small company of the specifications: its people, plan, sheet, and the events of a goal from draft to close."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from cairn.domain.cycle.events import CycleLaunched
from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal import events as did
from cairn.domain.measure import Capability, KeyTask, Kpi, Measure
from cairn.domain.people import Person
from cairn.domain.policy import (
    AllOrNothingCurve,
    BandsCurve,
    Deadlines,
    DeductionCurve,
    Family,
    GradeBand,
    LinearCurve,
    Name,
    Policy,
    RatioCurve,
    TemplateGoal,
)
from cairn.domain.reading import Reading
from cairn.domain.schedule import Schedule, make_schedule
from cairn.domain.sheet.events import Placement, SheetOpened
from cairn.domain.streams import sheet_of

D = Decimal
SHANGHAI = ZoneInfo("Asia/Shanghai")
YEAR_STARTS, YEAR_ENDS = date(2026, 1, 1), date(2026, 12, 31)
LIN, WANG, ZHAO, HUA, HE, CHEN, LI, QIAN, GONE = (
    "lin",
    "wang",
    "zhao",
    "hua",
    "he",
    "chen",
    "li",
    "qian",
    "gone",
)
SHEET, DEPARTMENT_SHEET, COMPANY_SHEET = (
    "sheet-2026-lin-1",
    "sheet-2026-department.sales-1",
    "sheet-2026-company-1",
)
REVENUE, VISITS, RELEASE, LEARNING, CALLS = (f"goal-2026-lin-{number}" for number in (1, 2, 3, 4, 5))
OF_DEPARTMENT, OF_COMPANY = "goal-2026-department.sales-1", "goal-2026-company-1"


def on(day: str, hour: int = 10) -> datetime:
    """A moment of 2026 in Shanghai: `on("03-15")` is ten in the morning of 15 March."""
    return datetime.combine(date.fromisoformat(day if len(day) > 5 else f"2026-{day}"), time(hour), SHANGHAI)


def template(key: str, weight: int, **facts: Any) -> TemplateGoal:
    """A template goal; a KPI of the job duties unless `facts` say otherwise."""
    usual = {"key": key, "kind": "kpi", "title": Name(zh=key, en=key), "weight": weight, "target": 100}
    return TemplateGoal.model_validate(usual | facts)


def plan(**facts: Any) -> Policy:
    """The policy of the specifications: sales are scored monthly, R&D by quarter and half-year, 15 points of space."""
    duties = template("revenue", 80, target=1200, metric="sales", serves="new_customers")
    learning = template("learning", 20, kind="capability", dimension="capability", target=None)
    both = (duties, learning)
    families = {
        "sales": Family(
            name=Name(zh="销售", en="Sales"), periods={"month": D(40), "year": D(60)}, template=both
        ),
        "rnd": Family(
            name=Name(zh="研发", en="R&D"),
            periods={"quarter": D(30), "half_year": D(20), "year": D(50)},
            template=both,
        ),
        "management": Family(
            name=Name(zh="管理", en="Management"), periods={"year": D(70)}, subordinates=D(30), template=both
        ),
    }
    usual: dict[str, Any] = {
        "name": "plan",
        "title": Name(zh="制度", en="Plan"),
        "version": "plan@1",
        "families": families,
        "curves": {
            "standard": LinearCurve(kind="linear"),
            "ratio": RatioCurve(kind="ratio"),
            "bands": BandsCurve.model_validate(
                {
                    "kind": "bands",
                    "bands": [{"attainment": 80, "points": 70}, {"attainment": 100, "points": 100}],
                }
            ),
            "all": AllOrNothingCurve(kind="all_or_nothing"),
            "deduction": DeductionCurve(kind="deduction"),
        },
        "grades": [
            GradeBand(grade=grade, points=D(points), coefficient=D(coefficient))
            for grade, points, coefficient in (("S", 110, "1.5"), ("A", 95, "1.2"), ("B", 80, 1), ("D", 0, 0))
        ],
        "deadlines": Deadlines(),
        "department_template": [template("new_customers", 100, serves="growth")],
        "strategic": [template("growth", 100)],
    }
    return Policy.model_validate(usual | facts)


PLAN = plan()
SCHEDULE = make_schedule(YEAR_STARTS, YEAR_ENDS, PLAN)


def person(id: str, manager: str | None = None, **facts: Any) -> Person:
    usual = {"id": id, "name": id.title(), "department": "sales", "family": "sales", "manager": manager}
    return Person.model_validate({**usual, "hired": date(2020, 1, 1), **facts})


PEOPLE = {
    each.id: each
    for each in (
        person(LIN, WANG),
        person(WANG, ZHAO),
        person(ZHAO, LI, roles=("committee",)),
        person(HUA, LI, roles=("hr",)),
        person(HE, LI, roles=("hr",)),
        person(CHEN, LI, roles=("committee",)),
        person(LI, roles=("executive",)),
        person(QIAN, WANG),
        person(GONE, WANG, left=date(2025, 12, 31), roles=("hr", "committee")),
    )
}
"""Lin reports to Wang, who reports to Zhao; Hua and He are HR, Chen and Zhao sit on the committee, Li leads."""

MEASURES: dict[str, Measure] = {
    REVENUE: Kpi(unit="万元", target=D(1200), metric="sales", subject=LIN),
    VISITS: Kpi(unit="次", target=D(240)),
    RELEASE: KeyTask(criteria=("live before Q3", "three user tests passed"), due=date(2026, 6, 30)),
    LEARNING: Capability(outcomes=("training finished",)),
    CALLS: Kpi(target=D(100), aggregation="mean", form="call"),
    OF_DEPARTMENT: Kpi(target=D(30)),
    OF_COMPANY: Kpi(unit="%", target=D(20), aggregation="last"),
}
WEIGHTS = {REVENUE: 50, VISITS: 20, RELEASE: 10, LEARNING: 20, OF_DEPARTMENT: 100, OF_COMPANY: 100}
SHEETS: dict[str, dict[str, Any]] = {
    SHEET: {"kind": "person", "holder": LIN, "department": "sales", "family": "sales"},
    DEPARTMENT_SHEET: {
        "kind": "department",
        "holder": "department.sales",
        "department": "sales",
        "family": None,
    },
    COMPANY_SHEET: {"kind": "company", "holder": "company", "department": None, "family": None},
}
OWNERS = {SHEET: (LIN, WANG), DEPARTMENT_SHEET: (ZHAO, None), COMPANY_SHEET: (LI, None)}


def schedule(policy: Policy = PLAN) -> Schedule:
    return SCHEDULE if policy is PLAN else make_schedule(YEAR_STARTS, YEAR_ENDS, policy)


def launched(policy: Policy = PLAN) -> CycleLaunched:
    """The cycle 2026, launched by Hua on New Year's Day."""
    return CycleLaunched(
        cycle="2026", title="2026", policy="plan@1", schedule=schedule(policy), plan="digest", roster=1, sheets=1,
        goals=1, left_out=(), by=HUA, at=on("01-01", 8),
    )  # fmt: skip


def opened(sheet: str = SHEET, **facts: Any) -> SheetOpened:
    """A sheet with the goals that the specifications know, weights of 100 %, 15 points of space."""
    placements = [
        Placement(goal=goal, dimension="capability" if goal == LEARNING else "duties", weight=D(weight))
        for goal, weight in WEIGHTS.items()
        if sheet_of(goal) == sheet
    ]
    usual = {"sheet": sheet, "cycle": "2026", "since": YEAR_STARTS, "space": D(15), "placements": placements}
    common = {"policy": "plan@1", "by": HUA, "at": on("01-01", 8)}
    return SheetOpened.model_validate(usual | common | SHEETS.get(sheet, {}) | facts)


def drafted(goal: str = REVENUE, **facts: Any) -> did.GoalDrafted:
    """A goal from the launch. Lin's, managed by Wang, unless the name or `facts` say otherwise."""
    sheet = sheet_of(goal)
    owner, manager = OWNERS[sheet]
    tier = {"person": "individual", "department": "department", "company": "strategic"}[SHEETS[sheet]["kind"]]
    usual = {
        "goal": goal,
        "cycle": "2026",
        "sheet": sheet,
        "tier": tier,
        "owner": owner,
        "manager": manager,
        "department": SHEETS[sheet]["department"],
        "key": "key",
        "dimension": "capability" if goal == LEARNING else "duties",
        "title": "标题",
        "measure": MEASURES.get(goal, Kpi(target=D(10))),
        "since": YEAR_STARTS,
        "policy": "plan@1",
        "by": HUA,
        "at": on("01-01", 8),
    }
    return did.GoalDrafted.model_validate(usual | facts)


def in_force(*goals: str, **facts: Any) -> tuple[Event, ...]:
    """Goals as the launch drafted them, approved on 6 January: they count from their first day."""
    return tuple(
        each
        for goal in goals or (REVENUE,)
        for each in (drafted(goal, **facts), fact(did.GoalApproved, WANG, on("01-06"), goal))
    )


Kind = TypeVar("Kind", bound=Event)


def fact(
    kind: type[Kind], by: str = LIN, at: datetime | None = None, goal: str = REVENUE, **fields: Any
) -> Kind:
    """An event of a goal with the least said."""
    return kind.model_validate({"goal": goal, "by": by, "at": at or on("01-02"), **fields})


def draft(goal: str = REVENUE, **facts: Any) -> tuple[Event, ...]:
    """The sheet and one goal of it, as the launch left them."""
    return (opened(sheet_of(goal)), drafted(goal, **facts))


def submitted(goal: str = REVENUE, **facts: Any) -> tuple[Event, ...]:
    return (*draft(goal, **facts), fact(did.GoalSubmitted, goal=goal, at=on("01-05")))


def returned(goal: str = REVENUE, **facts: Any) -> tuple[Event, ...]:
    return (*submitted(goal, **facts), fact(did.GoalReturned, WANG, on("01-06"), goal, comment="?"))


def approved(goal: str = REVENUE, **facts: Any) -> tuple[Event, ...]:
    return (*submitted(goal, **facts), fact(did.GoalApproved, WANG, on("01-06"), goal))


def active(goal: str = REVENUE, **facts: Any) -> tuple[Event, ...]:
    return (*approved(goal, **facts), fact(did.GoalActivated, SYSTEM, on("01-06"), goal))


def adjusting(changes: did.Changes | None = None, goal: str = REVENUE, **facts: Any) -> tuple[Event, ...]:
    """An adjustment that Lin asked for on 1 April; it expires on 15 April at nine."""
    return (*active(goal, **facts), requested(changes, goal=goal))


def requested(changes: did.Changes | None = None, **facts: Any) -> did.AdjustmentRequested:
    usual = {
        "goal": REVENUE,
        "adjustment": "a1",
        "changes": changes or did.Changes(target=D(1320)),
        "reason": "market",
        "draws": D(5),
        "expires_at": on("04-15", 9),
        "policy": "plan@1",
        "by": LIN,
        "at": on("04-01"),
    }
    return did.AdjustmentRequested.model_validate(usual | facts)


def confirmed(role: str, by: str, at: datetime | None = None) -> did.AdjustmentConfirmed:
    return fact(did.AdjustmentConfirmed, by, at or on("04-02"), adjustment="a1", role=role)


def in_review(goal: str = REVENUE, **facts: Any) -> tuple[Event, ...]:
    return (*active(goal, **facts), fact(did.ReviewOpened, SYSTEM, on("2027-01-01"), goal))


def score(goal: str = REVENUE, period: str = "Y", **facts: Any) -> did.GoalScored:
    usual = {
        "period": period, "starts": YEAR_STARTS, "ends": YEAR_ENDS, "actual": D(1200), "target": D(1200),
        "attainment": D(100), "points": D(100), "rounded": D(100),
        "formula": did.Note(code="counted"), "inputs": did.Inputs(version=5), "policy": "plan@1",
    }  # fmt: skip
    return fact(did.GoalScored, SYSTEM, on("2027-01-15"), goal, **usual | facts)


def scored(goal: str = REVENUE, **facts: Any) -> tuple[Event, ...]:
    return (*in_review(goal, **facts), score(goal))


def closed(goal: str = REVENUE) -> tuple[Event, ...]:
    return (*scored(goal), fact(did.GoalClosed, SYSTEM, on("2027-01-30"), goal))


def cancelled(goal: str = REVENUE) -> tuple[Event, ...]:
    return (*active(goal), fact(did.GoalCancelled, HUA, on("05-01"), goal, reason="left", last="2026-04-30"))


def superseded(goal: str = REVENUE) -> tuple[Event, ...]:
    ended = {"reason": "new", "replacement": VISITS, "last": "2026-04-30"}
    return (*active(goal), fact(did.GoalSuperseded, HUA, on("05-01"), goal, **ended))


def reading(day: str, value: str, position: int = 1, metric: str = "sales", subject: str = LIN) -> Reading:
    return Reading(metric=metric, subject=subject, on=on(day).date(), value=D(value), position=position)
