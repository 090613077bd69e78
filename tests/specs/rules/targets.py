"""The examples of T1–T6."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from cairn.domain.cycle.events import TargetRow
from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.launch.plan import Planner, by_holder
from cairn.domain.measure import Kpi
from cairn.domain.people import Roster
from cairn.domain.policy import AllOrNothingCurve
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Schedule, make_schedule
from tests.specs.company import (
    HUA,
    LIN,
    PEOPLE,
    REVENUE,
    WANG,
    D,
    active,
    draft,
    fact,
    on,
    plan,
    reading,
)
from tests.specs.given import given, please
from tests.specs.rules import Example
from tests.specs.rules.cases import (
    DATES,
    TEN,
    THIRTEEN,
    adjusted,
    checked,
    kpi,
    points,
    running,
    scored,
    targets,
)

MONTHS = tuple(f"M{number:02d}" for number in range(1, 13))
QUARTERS = ("Q1", "Q2", "Q3", "Q4")


def met_each_month(joined: date) -> list[Any]:
    """The months' targets together, the year's, and the points of a year in which each month's was met."""
    months = [each for each in targets(YEARLY, *MONTHS, since=joined) if each is not None]
    once = points(YEARLY, sum(months), since=joined, curve=AllOrNothingCurve(kind="all_or_nothing"))
    return [sum(months), *targets(YEARLY, "Y", since=joined), once]


YEARLY = kpi(1200, whole_cycle=True)
LONG_YEAR = make_schedule(date(2026, 1, 1), date(2027, 1, 6), plan())

T1 = (
    Example("T1", "ten months from 1 March, 1,000: the first and last month, the quarters, the half-years",
            "100, 100, 300, 300, 300, 100, 600, 400",
            lambda: targets(kpi(1000), "M01", "M10", *QUARTERS, "H1", "H2", since=TEN.starts, dates=TEN)),
    Example("T1", "thirteen months, 1,300: the half-years", "600, 600, 100",
            lambda: targets(kpi(1300), "H1", "H2", "H3", dates=THIRTEEN)),
    Example("T1", "a year of 371 days, 1,200: the twelfth month, the thirteenth of 6 days", "98.4127, 19.0476",
            lambda: targets(kpi(1200), "M12", "M13", dates=LONG_YEAR)),
    Example("T1", "twelve monthly targets of 100, joined 16 July: July, the year", "51.6129, 551.6129",
            lambda: targets(kpi(targets=dict.fromkeys(MONTHS, 100), whole_cycle=True), "M07", "Y",
                            since=date(2026, 7, 16))),
    Example("T1", "a template's 1,200, joined 1 March: the months together, the year; 1,000 under all-or-nothing",
            "1000, 1000, 100", lambda: met_each_month(date(2026, 3, 1))),
)  # fmt: skip

JOINED, FROM_JULY = date(2026, 3, 16), date(2026, 7, 1)

T2 = (
    Example("T2", "a template's 1,200, joined 16 March: March, April, the first quarter, the year",
            "51.6129, 100, 51.6129, 951.6129",
            lambda: targets(kpi(1200, whole_cycle=True), "M03", "M04", "Q1", "Y", since=JOINED)),
    Example("T2", "a goal written for 1 July with 600: July, the third quarter, the year", "100, 300, 600",
            lambda: targets(kpi(600), "M07", "Q3", "Y", since=FROM_JULY)),
    Example("T2", "the same goal, 80 a month: July, the year", "80, 80",
            lambda: [points(kpi(600), 80, "M07", since=FROM_JULY), points(kpi(600), 480, since=FROM_JULY)]),
)  # fmt: skip


def changed(measure: Kpi, day: str, target: Any, *periods: str) -> Any:
    """Targets of periods after the year's target was changed on a day."""
    return targets(adjusted(measure, day, {"target": target}), *periods)


EVENLY = kpi(1200)
UNEVEN = kpi(targets={"Q1": 100, "Q2": 200, "Q3": 300, "Q4": 600})
LEVEL = {"aggregation": "mean"}
BUDGET = kpi(direction="range", lower=950, upper=1050)


def bounds_after(*periods: str) -> Any:
    """The upper ends after the range became 950–1,110 on 15 July."""
    wider = kpi(direction="range", lower=950, upper=1110)
    after = adjusted(BUDGET, "07-15", {"measure": wider})
    from cairn.domain.targets import bounds_in

    found = [bounds_in(after, span, DATES, DATES.starts) for key in periods if (span := DATES.period(key))]
    return [each.upper for each in found if each]


T3 = (
    Example("T3", "1,200 evenly, 1,080 on 15 July: June, July, December, the year", "100, 80, 80, 1080",
            lambda: changed(EVENLY, "07-15", 1080, "M06", "M07", "M12", "Y")),
    Example("T3", "the same on 15 August: July, August, the third quarter, the year", "100, 76, 252, 1080",
            lambda: changed(EVENLY, "08-15", 1080, "M07", "M08", "Q3", "Y")),
    Example("T3", "quarters 100/200/300/600, 1,080 on 15 July: the quarters", "100, 200, 260, 520",
            lambda: changed(UNEVEN, "07-15", 1080, *QUARTERS)),
    Example("T3", "the same on 15 August: July, August, September, the fourth quarter", "100, 85, 85, 510",
            lambda: changed(UNEVEN, "08-15", 1080, "M07", "M08", "M09", "Q4")),
    Example("T3", "a mean of 95, 97 on 15 July: June, July, the year", "95, 97, 96",
            lambda: changed(kpi(95, aggregation="mean"), "07-15", 97, "M06", "M07", "Y")),
    Example("T3", "the same as `last`: the year", "97",
            lambda: changed(kpi(95, aggregation="last"), "07-15", 97, "Y")),
    Example("T3", "1,200, 500 on 15 July: the ended months hold 600 already", "refused: adjustment.nothing-left",
            lambda: changed(EVENLY, "07-15", 500, "Y")),
    Example("T3", "lower is better, 1,200, 600 on 15 July: nothing more is allowed: July, the year", "0, 600",
            lambda: changed(kpi(1200, direction="lower"), "07-15", 600, "M07", "Y")),
    Example("T3", "a range of 950–1,050, its upper end 1,110 on 15 July: June, July, the year", "87.5, 97.5, 1110",
            lambda: bounds_after("M06", "M07", "Y")),
)  # fmt: skip


def launched_with(*rows: tuple[str, str, Any], family: str = "sales") -> dict[str, Any]:
    """What a launch plans for Lin's revenue with these proposed targets: the KPI, and what is wrong with it."""
    lin = PEOPLE[LIN].model_copy(update={"family": family})
    people = Roster(people=(lin, PEOPLE[WANG]), departments=())
    proposed = by_holder(
        TargetRow(holder=who, goal="revenue", period=period, target=D(n)) for who, period, n in rows
    )
    found = Planner("2026", "2026", DATES, plan(), people, proposed).plan()
    [sheet] = [sheet for sheet in found.sheets if sheet.holder == LIN]
    return {"kpi": sheet.goals[0].measure, "missing": [each.facts.get("problem") for each in sheet.missing]}


def proposed_refused(*rows: tuple[str, str, Any]) -> str:
    for problem in launched_with(*rows)["missing"]:
        raise Refusal(str(problem))
    return "accepted"


QUOTAS = [(LIN, f"Q{number}", amount) for number, amount in ((1, 90), (2, 120), (3, 150), (4, 240))]

T4 = (
    Example("T4", "quarters of 90, 120, 150, 240 for a family scored monthly: January, June, the half-year, the year",
            "30, 40, 210, 600", lambda: targets(launched_with(*QUOTAS)["kpi"], "M01", "M06", "H1", "Y")),
    Example("T4", "the same numbers as a mean: January, the first half-year, the year", "90, 105, 150",
            lambda: targets(kpi(targets={k: n for _, k, n in QUOTAS}, **LEVEL), "M01", "H1", "Y")),
    Example("T4", "the same as `last`: the first half-year, the year", "120, 240",
            lambda: targets(kpi(targets={k: n for _, k, n in QUOTAS}, aggregation="last"), "H1", "Y")),
    Example("T4", "twelve months of 30 and a first quarter of 90: they agree", "accepted",
            lambda: checked(kpi(targets={**dict.fromkeys(MONTHS, 30), "Q1": 90}))),
    Example("T4", "twelve months of 30 and a first quarter of 100", "refused: measure.disagree",
            lambda: checked(kpi(targets={**dict.fromkeys(MONTHS, 30), "Q1": 100}))),
    Example("T4", "months and a year that differ, proposed for one goal", "refused: measure.disagree",
            lambda: proposed_refused(*((LIN, key, 100) for key in MONTHS), (LIN, "Y", 1300))),
)  # fmt: skip

T5 = (
    Example(
        "T5",
        "a range of 950–1,050 a year: 83.33 in a month, 1,000 in the year",
        "100, 100",
        lambda: [points(BUDGET, "83.33", "M05"), points(BUDGET, 1000)],
    ),
    Example(
        "T5",
        "the same: 96.25, which is 10 % above a month's 87.5",
        "90",
        lambda: points(BUDGET, "96.25", "M05"),
    ),
)


def asked_on(day: str, changes: dict[str, Any]) -> Any:
    return adjusted(kpi(1200), day, changes)


def approved_late() -> did.GoalScored:
    """Approved on 10 February: January's target is the approved one all the same."""
    approval = fact(did.GoalApproved, WANG, on("02-10"))
    begun = [
        *draft(measure=kpi(1200, metric="sales", subject=LIN)),
        fact(did.GoalSubmitted, LIN, on("01-05")),
    ]
    revised = fact(
        did.GoalRevised, LIN, on("02-01"), title="t", measure=kpi(960, metric="sales", subject=LIN)
    )
    world = given(begun, revised, approval, fact(did.GoalActivated, SYSTEM, on("02-10")))
    return scored(world.with_readings(reading("01-10", "80")), "M01")


def replaced_with_ended() -> Any:
    new = kpi(unit="分", aggregation="mean", targets={"M01": 4, "M05": 4})
    return adjusted(kpi(1200), "04-15", {"measure": new})


T6 = (
    Example("T6", "January's target changed on 3 February, before it is scored", "refused: adjustment.period-over",
            lambda: asked_on("02-03", {"targets": {"M01": 75}})),
    Example("T6", "February's on the same day: January, February, the year", "100, 75, 1175",
            lambda: targets(asked_on("02-03", {"targets": {"M02": 75}}), "M01", "M02", "Y")),
    Example("T6", "the third quarter 240 on 15 August, when July is over: July, August, September", "100, 70, 70",
            lambda: targets(asked_on("08-15", {"targets": {"Q3": 240}}), "M07", "M08", "M09")),
    Example("T6", "another metric on 15 April with a target for January", "refused: adjustment.period-over",
            replaced_with_ended),
    Example("T6", "drafted with 1,200, revised to 960 in February, approved on the 10th: January's target, 80 of it",
            "80, 100", lambda: [approved_late().target, approved_late().points]),
    Example("T6", "the mark of that score", "approved_later", lambda: approved_late().marks[0].code),
)  # fmt: skip

TARGETS: tuple[tuple[Example, ...], ...] = (T1, T2, T3, T4, T5, T6)
Compute = Callable[[], Any]
__all__ = ["HUA", "REVENUE", "TARGETS", "Fraction", "Schedule", "active", "ask", "please", "running"]
