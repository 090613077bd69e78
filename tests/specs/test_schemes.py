"""What real schemes say, a policy can say (RULES E2, E3): the six schemes of examples/schemes, with their numbers.

The numbers were computed apart from this code; docs/schemes.md tells how each sentence of a scheme is said.
"""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.status import deadlines_of
from cairn.domain.evaluation.gates import allowed
from cairn.domain.evaluation.paying import Amount, Pot
from cairn.domain.evaluation.scores import Beside, UnitResult
from cairn.domain.goal.events import EvidenceWaived, WorkEvaluated
from tests.specs.company import D
from tests.specs.schemes.playing import Played, begun, months, policy_of


def shown(points: Fraction | None) -> str:
    """Exact points to six places, as the schemes' tables have them."""
    return "–" if points is None else f"{float(points):.6f}".rstrip("0").rstrip(".")


def told(played: Played) -> tuple[Any, ...]:
    """(points, rounded, grade by points, grade)."""
    found = played.result
    by_points = found.bounds.by_points if found.bounds else found.grade
    return shown(found.points), found.rounded, by_points, found.grade


# ------------------------------------------------------------------- 3: appraisal rules as published in China


def kaohe(month: Any, year: Any, **facts: Any) -> Played:
    """A year of months (one number, or by month) and a year's rating, all goals rated alike."""
    played = begun("kaohe", "staff", **facts)
    for key in ("duties", "safety"):
        for number, period in enumerate(months(), start=1):
            if played.sheet.since <= played.period(period).ends:
                played.rated(key, period, month(number) if callable(month) else month)
        played.rated(key, "Y", year)
    return played


def c1() -> Played:
    played = kaohe(92, 95, unit=91)
    played.happened("merit", "M07", 8)
    played.happened("merit", "Y", 7)
    played.happened("fault", "Y")
    return played.scored()


def c2() -> Played:
    played = kaohe(lambda month: "89.9" if month == 12 else 90, 90, unit=91)
    played.happened("discipline", "Y")
    return played.scored()


def c3() -> Played:
    away = date(2026, 5, 6), date(2026, 5, 21)
    return kaohe(lambda month: 80 if month <= 7 else 85, 78, unit=82, away=away).scored()


def c4() -> Played:
    played = kaohe(95, 98, unit=91)
    played.happened("veto", "Y")
    return played.scored()


def c5() -> Played:
    played = kaohe(4, 9, unit=82)
    played.happened("merit", "Y")
    played.happened("fault", "Y", 7)
    return played.scored()


KAOHE = {
    "c1": (c1, ("96.45", D("96.45"), "A", "A"), 24000, "28800", D("28800.00")),
    "c2": (c2, ("89.995", D("90.00"), "A", "B"), 24000, "26400", D("26400.00")),
    "c3": (c3, ("80.563636", D("80.56"), "B", "B"), 18000, "15489.517241", D("15489.52")),
    "c4": (c4, ("96.2", D("96.20"), "A", "V"), 30000, "0", D("0.00")),
    "c5": (c5, ("0", D("0.00"), "E", "E"), 18000, "11808", D("11808.00")),
}


@pytest.mark.parametrize("who", KAOHE)
def test_kaohe(who: str) -> None:
    play, expected, base, due, paid = KAOHE[who]
    played = play()
    assert told(played) == expected
    payment = played.paid(base)
    assert (shown(payment.exact), payment.paid) == (due, paid)


def test_kaohe_months_have_incidents_and_caps_of_their_own() -> None:
    played = c1()
    july = played.sheet.scores["M07"]
    assert july.points == 97 and july.added is not None
    assert [shown(each) for each in (july.added.before, july.added.gained, july.added.lost)] == [
        "92",
        "5",
        "0",
    ]
    added = played.result.added
    assert added is not None
    assert [shown(each) for each in (added.before, added.gained, added.lost)] == ["93.45", "5", "2"]


def test_kaohe_an_injury_sets_the_points_for_safety_to_zero_in_its_month_alone() -> None:
    played = kaohe(90, 90)
    played.happened("injury", "M03")
    scores = played.scored().sheet.scores
    assert scores["M03"].points == 72 and scores["M04"].points == 90
    safety = next(part for part in scores["M03"].parts if part.goal == played.key("safety"))
    assert (shown(safety.points), shown(safety.reached), safety.gate) == ("0", "90", "injured")


def test_kaohe_a_month_with_ten_days_of_leave_is_not_assessed() -> None:
    assert "M05" not in [part.period for part in c3().result.periods]


def test_kaohe_who_served_less_than_90_days_has_no_result_and_no_bonus() -> None:
    played = kaohe(90, 90, hired=date(2026, 10, 12)).scored()
    assert (played.result.withheld, played.result.grade) == ("minimum", None)
    assert played.paid(18000).paid == D("0.00")


def test_kaohe_calibration_cannot_give_or_take_the_veto() -> None:
    policy = policy_of("kaohe")
    left = {
        who: [band.grade for band in allowed(play().result.bounds, policy.grades)]
        for who, (play, *_) in KAOHE.items()
    }
    assert left["c4"] == ["V"]
    assert left["c1"] == ["A", "B", "C", "D", "E"] and left["c2"] == ["B", "C", "D", "E"]


# ------------------------------------------------------------------- 1: US federal five-level plan
US_YEAR = date(2025, 10, 1), date(2026, 9, 30)
ELEMENTS = ("first", "second", "third", "fourth", "fifth")


def five_level(*ratings: Any, hired: date = date(2020, 1, 1)) -> Played:
    """Ratings of the critical elements; None is one that could not be rated."""
    policy = policy_of("five-level")
    family = policy.families["employee"]
    template = tuple(
        goal.model_copy(update={"weight": D(100) / len(ratings)}) for goal in family.template[: len(ratings)]
    )
    own = policy.model_copy(
        update={"families": {"employee": family.model_copy(update={"template": template})}}
    )
    played = begun(own, "employee", *US_YEAR, hired=hired)
    for key, rating in zip(ELEMENTS, ratings, strict=False):
        goal = played.key(key)
        if rating is None:
            waived = EvidenceWaived(
                goal=goal, period="Y", reason="no opportunity", by="hr", at=played.after("Y")
            )
            played.happens(waived)
        else:
            played.rated(key, "Y", rating)
    return played.scored()


FIVE = {
    "u1": ((5, 5, 5, 5, 0), ("4", D("4.00"), "Superior", "Unsatisfactory")),
    "u2": ((5, 5, 5, 5, 3), ("4.6", D("4.60"), "Exceptional", "Superior")),
    "u3": ((4, 4, 3, None), ("3.666667", D("3.67"), "Superior", "Superior")),
    "u4": ((5, 5, 5, 5, 2), ("4.4", D("4.40"), "Superior", "Minimally Successful")),
    "u5": ((3, 4, 4, 3), ("3.5", D("3.50"), "Fully Successful", "Fully Successful")),
}


@pytest.mark.parametrize("who", FIVE)
def test_five_level(who: str) -> None:
    ratings, expected = FIVE[who]
    hired = date(2026, 7, 3) if who == "u5" else date(2020, 1, 1)
    assert told(five_level(*ratings, hired=hired)) == expected


def test_five_level_89_days_are_no_rating() -> None:
    played = five_level(4, 4, 4, 4, hired=date(2026, 7, 4))
    assert (played.result.points, played.result.withheld) == (None, "minimum")


def test_five_level_level_1_if_and_only_if_an_element_is_unacceptable_whatever_is_calibrated() -> None:
    grades = policy_of("five-level").grades
    left = {who: [band.grade for band in allowed(five_level(*ratings).result.bounds, grades)]
            for who, (ratings, _) in FIVE.items()}  # fmt: skip
    assert left["u1"] == ["Unsatisfactory"]
    assert "Fully Successful" in left["u3"] and "Unsatisfactory" not in left["u3"]


# ------------------------------------------------------------------- 2: TVöD § 18, a pot shared by points


def performance_pay(
    *marks: Any, away: tuple[date, date] | None = None, hired: date = date(2020, 1, 1)
) -> Played:
    """Marks of the three criteria; None is one that does not apply to the post."""
    played = begun("performance-pay", "employee", away=away, hired=hired)
    for key, mark in zip(("quality", "service", "teamwork"), marks, strict=True):
        if mark is None:
            goal = played.key(key)
            played.happens(
                EvidenceWaived(
                    goal=goal, period="Y", reason="not of this post", by="hr", at=played.after("Y")
                )
            )
        else:
            played.rated(key, "Y", mark)
    return played.scored()


def employees() -> dict[str, Played]:
    return {
        "t1": performance_pay(4, 3, 3),
        "t2": performance_pay(3, 3, 2),
        "t3": performance_pay(2, 2, None, away=(date(2026, 5, 10), date(2026, 7, 9))),
        "t4": performance_pay(2, 1, 2),
        "t5": performance_pay(3, 3, 3, hired=date(2026, 11, 12)),
        "t6": performance_pay(1, 2, 2),
        "t7": performance_pay(3, 3, 3, hired=date(2026, 3, 1)),
        "t8": performance_pay(3, 3, 3),
        "t9": performance_pay(3, 3, 3),
    }


TVOED = {
    "t1": ("3.5", D("3.50"), "far above", "3.5"),
    "t2": ("2.8", D("2.80"), "above", "1.4"),
    "t3": ("2", D("2.00"), "met", "1.833333"),
    "t4": ("1.7", D("1.70"), "not met", "0"),
    "t5": ("–", None, None, "0"),
    "t6": ("1.5", D("1.50"), "not met", "0"),
    "t7": ("3", D("3.00"), "above", "2.5"),
    "t8": ("3", D("3.00"), "above", "3"),
    "t9": ("3", D("3.00"), "above", "3"),
}
UNITS = {
    "A": (("t1", "t2", "t3", "t4", "t5"), Pot(D("186400.00"), D("1900.00"))),
    "B": (("t6",), Pot(D("41250.00"))),
    "C": (("t7",), Pot(D("0.00"))),
    "D": (("t8", "t9"), Pot(D("100000.50"))),
}
PAID = {
    "t1": "1900.00", "t2": "791.51", "t3": "1036.49", "t4": "0.00", "t5": "0.00", "t6": "0.00", "t7": "0.00",
    "t8": "1000.01", "t9": "1000.00",
}  # fmt: skip
LEFT = {"A": "0.00", "B": "825.00", "C": "0.00", "D": "0.00"}


def hours(who: str) -> Amount:
    return Amount(hours=D("0.5") if who == "t2" else D(1))


def test_performance_pay_points_grades_and_pot_points() -> None:
    found = {
        who: (shown(each.result.points), each.result.rounded, each.result.grade,
              shown(each.payer.pot_points([each.sheet], hours(who))))
        for who, each in employees().items()
    }  # fmt: skip
    assert found == TVOED


def test_performance_pay_each_units_pot_comes_out_even_or_names_what_is_left() -> None:
    played = employees()
    paid: dict[str, str] = {}
    left: dict[str, str] = {}
    for unit, (members, pot) in UNITS.items():
        payer = played[members[0]].payer
        points = {who: payer.pot_points([played[who].sheet], hours(who)) for who in members}
        shared = payer.pot(pot, points)
        paid |= {who: str(each) for who, each in shared.paid.items()}
        left[unit] = str(shared.left)
        if unit == "A":
            assert [shown(shared.exact[who]) for who in ("t1", "t2", "t3")] == [
                "1900",
                "791.505155",
                "1036.494845",
            ]
            assert shown(shared.value) == "565.360825"
    assert paid == PAID and left == LEFT


# ------------------------------------------------------------------- 4: call-centre scorecard
MARCH = date(2026, 3, 1), date(2026, 3, 31)
CRITERIA = ("greeting", "listening", "resolution", "empathy", "compliance", "close")


def agent(calls: Any, seconds: Any, answers: Any) -> Played:
    """A month: (marks, errors, fatal) of each call, the mean handling time, the points and base of satisfaction."""
    played = begun("call-centre", "agent", *MARCH)
    for day, (marks, errors, fatal) in enumerate(calls, start=2):
        given = {
            key: None if mark == "–" else D(mark) for key, mark in zip(CRITERIA, marks.split(), strict=True)
        }
        played.happens(
            WorkEvaluated(
                goal=played.key("quality"), evaluation=day - 1, on=date(2026, 3, day), marks=given, errors=errors,
                fatal=fatal, by="boss", at=played.after("M01"),
            )
        )  # fmt: skip
        if fatal:
            played.happened("fatal", "M01")
    played.measured("handling_time", date(2026, 3, 31), seconds)
    if answers is not None:
        played.measured("satisfaction", date(2026, 3, 31), answers, 100)
    return played.scored()


GOOD = "1 1 1 1 1 1"
AGENTS: dict[str, Any] = {
    "q1": (((GOOD, 0, False), ("1 1 1 – 1 0", 0, False), (GOOD, 2, False)), 300, 72,
           ("92.5", "100", "90"), ("93.5", D("93.50"), "A", "A", D("1.1"))),
    "q2": (((GOOD, 0, True), (GOOD, 0, False), (GOOD, 0, False)), 420, 80,
           ("66.666667", "100", "100"), ("80", D("80.00"), "B", "C", D("0.8"))),
    "q3": ((("1 1 1 0 1 1", 5, False), ("1 0 0 0 0 0", 3, False), ("1 0.5 1 1 1 1", 0, False)), 470, None,
           ("51.666667", "0", "–"), ("38.75", D("38.75"), "D", "D", D("0.5"))),
    "q4": (((GOOD, 0, False), ("1 1 1 1 0 1", 0, False), ("1 1 1 0 1 0", 0, False)), 240, "75.98",
           ("85", "100", "94.975"), ("89.995", D("90.00"), "A", "A", D("1.1"))),
    "q5": (((GOOD, 0, False), (GOOD, 1, False)), 462, 100,
           ("–", "60", "120"), ("90", D("90.00"), "A", "A", D("1.1"))),
}  # fmt: skip


@pytest.mark.parametrize("who", AGENTS)
def test_call_centre(who: str) -> None:
    calls, seconds, answers, of_goals, expected = AGENTS[who]
    played = agent(calls, seconds, answers)
    scores = [
        played.goals[played.key(key)].scores["M01"] for key in ("quality", "handling_time", "satisfaction")
    ]
    assert tuple(shown(each.points) for each in scores) == of_goals
    month = played.sheet.scores["M01"]
    by_points = month.bounds.by_points if month.bounds else month.grade
    assert (shown(month.points), month.rounded, by_points, month.grade, month.coefficient) == expected


def test_call_centre_two_calls_are_too_few_and_the_score_says_so() -> None:
    played = agent(*AGENTS["q5"][:3])
    quality = played.goals[played.key("quality")].scores["M01"]
    assert quality.why is not None and not quality.applies
    assert (quality.why.code, quality.why.facts) == ("too_few", {"n": "2", "least": "3"})


# ------------------------------------------------------------------- 5: sales commission
QUARTERS = (("Q1", 1, 3), ("Q2", 4, 6), ("Q3", 7, 9), ("Q4", 10, 12))


def seller(*sold: Any, family: str = "sales", hired: date = date(2020, 1, 1)) -> Played:
    """Sales of each quarter in force, against a quota of 100,000 each."""
    there = QUARTERS[4 - len(sold) :]
    quotas = {"sales": {key: 100_000 for key, _, _ in QUARTERS if not there or key >= there[0][0]}}
    played = begun("commission", family, hired=hired, targets=quotas)
    for (_, _, last), amount in zip(there, sold, strict=True):
        played.measured("sales", date(2026, last, 28), amount)
    return played.scored()


SELLERS: dict[str, Any] = {
    "s1": (lambda: seller(40000, 100000, 130000, 150000), 40000,
           ["20", "100", "145", "185"], ["2000.00", "10000.00", "14500.00", "18500.00"],
           ("107.5", D("107.50")), ("43000.00", "45000.00", "0.00"), "45000.00"),
    "s2": (lambda: seller(45000, 50000, 45000, 140000), 40000,
           ["22.5", "50", "22.5", "165"], ["2250.00", "5000.00", "2250.00", "16500.00"],
           ("70", D("70.00")), ("28000.00", "26000.00", "2000.00"), "28000.00"),
    "s3": (lambda: seller(160000, 160000, 160000, 160000, family="key_accounts"), 40000,
           ["150", "150", "150", "150"], ["15000.00", "15000.00", "15000.00", "15000.00"],
           ("150", D("150.00")), ("60000.00", "60000.00", "0.00"), "60000.00"),
    "s4": (lambda: seller(-20000, 100000, 100000, 100000), 40000,
           ["0", "100", "100", "100"], ["0.00", "10000.00", "10000.00", "10000.00"],
           ("70", D("70.00")), ("28000.00", "30000.00", "0.00"), "30000.00"),
    "s5": (lambda: seller(90000, 110000, "133333.33", hired=date(2026, 4, 1)), 40000,
           ["90", "115", "151.66666"], ["9000.00", "11500.00", "15166.67"],
           ("116.666665", D("116.67")), ("35000.00", "35666.67", "0.00"), "35666.67"),
}  # fmt: skip


@pytest.mark.parametrize("who", SELLERS)
def test_commission(who: str) -> None:
    play, amount, points, advances, result, trued, total = SELLERS[who]
    played = play()
    assert (shown(played.result.points), played.result.rounded) == result and played.result.grade is None
    payment = played.paid(amount)
    assert [shown(each.points) for each in payment.advances] == points
    assert [str(each.paid) for each in payment.advances] == advances
    assert payment.trued is not None
    assert (str(payment.trued.year), str(payment.trued.advanced), str(payment.trued.due)) == trued
    assert str(payment.paid) == total


def test_commission_quarters_have_no_weight_and_are_scored_all_the_same() -> None:
    played = seller(40000, 100000, 130000, 150000)
    cycle = Cycle(id="2026", schedule=played.schedule, stage="execution")
    scored = [due.period for due in deadlines_of(cycle, played.policy) if due.phase == "period"]
    assert scored == ["Q1", "Q2", "Q3", "Q4"] and list(played.result.mix) == ["year"]


# ------------------------------------------------------------------- 6: balanced scorecard
MEASURES = ("return", "cash_flow", "profit", "growth", "customers", "dealers", "environment", "employees")


def manager(attained: str, unit: Any, hired: date = date(2020, 1, 1)) -> Played:
    """Attainments of the eight measures; – is one that does not apply."""
    played = begun("balanced-scorecard", "unit", unit=unit, hired=hired)
    for key, value in zip(MEASURES, attained.split(), strict=True):
        if value == "–":
            goal = played.key(key)
            gone = EvidenceWaived(
                goal=goal, period="Y", reason="has no dealers", by="hr", at=played.after("Y")
            )
            played.happens(gone)
        else:
            played.measured(key, date(2026, 12, 31), value)
    return played.scored()


SCORECARDS: dict[str, Any] = {
    "b1": ("100 110 90 105 95 100 120 80", 104, ["98.75", "95", "120", "60"],
           ("96.25", D("96.25"), "C", "C"), 6000, "6720", "6720.00"),
    "b2": ("100 100 100 100 120 – 90 95", 104, ["100", "120", "80", "90"],
           ("101", D("101.00"), "B", "B"), 6000, "6160", "6160.00"),
    "b3": ("120 120 125 130 120 120 120 79", 104, ["120", "120", "120", "0"],
           ("108", D("108.00"), "B", "C"), 9000, "10080", "10080.00"),
    "b4": ("100 100 100 100 100 100 100 99.975", 104, ["100", "100", "100", "99.95"],
           ("99.995", D("100.00"), "B", "B"), 6000, "7392", "7392.00"),
    "b5": ("115 115 115 115 110 110 110 110", "79.99", ["115", "110", "110", "110"],
           ("113", D("113.00"), "A", "A"), 6000, "0", "0.00"),
}  # fmt: skip


@pytest.mark.parametrize("who", SCORECARDS)
def test_balanced_scorecard(who: str) -> None:
    attained, unit, sub_scores, expected, bonus, due, paid = SCORECARDS[who]
    played = manager(attained, unit, date(2026, 3, 1) if who == "b2" else date(2020, 1, 1))
    perspectives = played.sheet.scores["Y"].perspectives
    assert [shown(each.points) for each in perspectives] == sub_scores
    assert told(played) == expected
    payment = played.paid(bonus)
    assert (shown(payment.exact), str(payment.paid)) == (due, paid)


def test_balanced_scorecard_of_someone_whose_units_result_is_not_there_yet_is_named_and_not_paid() -> None:
    played = begun("balanced-scorecard", "unit")
    unit = UnitResult("department.d", "sheet-2026-department.d-1", 4, None)
    played.beside = Beside(leads=False, units=(unit,))
    for key in MEASURES:
        played.measured(key, date(2026, 12, 31), 100)
    payment = played.scored().paid(6000)
    assert (payment.paid, payment.waiting) == (None, ("sheet-2026-department.d-1",))
