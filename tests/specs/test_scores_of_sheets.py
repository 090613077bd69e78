"""A sheet's score from its goals, and the year's result from its periods: with their inputs, once."""

from fractions import Fraction
from typing import Any

from cairn.domain.evaluation.scores import Beside, issue_result, mix_of, score_sheet
from cairn.domain.event import SYSTEM
from cairn.domain.goal.scoring import score as score_of
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi
from cairn.domain.policy import ScoringRules
from cairn.domain.sheet.events import ScorePart, SheetScored, SubordinatePart
from cairn.domain.sheet.state import Sheet
from cairn.domain.sheet.state import evolve as evolve_sheet
from tests.specs.company import (
    LEARNING,
    LIN,
    REVENUE,
    SHEET,
    VISITS,
    D,
    active,
    in_force,
    on,
    opened,
    plan,
    reading,
    schedule,
    score,
)
from tests.specs.given import World, given

AT = on("2027-01-17")
ZERO = plan(scoring=ScoringRules(missing="zero"))


def goals(world: World) -> dict[str, Goal]:
    return {name: world.goal(name) for name in (REVENUE, VISITS, LEARNING)}


def three(points: dict[str, Any], period: str = "Y", **facts: Any) -> World:
    """Lin's sheet with scores of three goals that weigh 50, 20 and 20."""
    made = [
        score(goal, period, points=None if value is None else D(value), **facts)
        for goal, value in points.items()
    ]
    return given(opened(), in_force(REVENUE, VISITS, LEARNING), made)


def scored_in(world: World, policy: Any = None, period: str = "Y") -> Any:
    [event] = score_sheet(world.sheet(), goals(world), period, schedule(), policy or plan(), AT)
    return event


def test_a_sheets_score_is_its_goals_mean_by_weight_with_each_part_named() -> None:
    event = scored_in(three({REVENUE: 90, VISITS: 110, LEARNING: 80}))
    assert (event.points, event.rounded) == (Fraction(90 * 50 + 110 * 20 + 80 * 20, 90), D("92.22"))
    assert ScorePart(goal=VISITS, version=3, weight=D(20), points=D(110)) in event.parts


def test_a_goal_without_points_is_left_out_or_counts_zero_as_the_policy_declares() -> None:
    world = three({REVENUE: 90, VISITS: None})
    assert scored_in(world).points == 90
    assert scored_in(world, ZERO).points == Fraction(90 * 50, 70)


def test_a_period_that_is_none_of_the_goals_is_left_out_whatever_the_policy_says() -> None:
    world = three({REVENUE: 90}, "M01")
    world = given(world.events, score(VISITS, "M01", points=None, applies=False))
    for policy in (plan(), ZERO):
        event = scored_in(world, policy, "M01")
        assert event.points == 90 and [part.goal for part in event.parts] == [REVENUE]


def test_a_period_without_any_score_has_none_and_one_scored_has_no_second() -> None:
    world = three({REVENUE: 90})
    assert score_sheet(world.sheet(), goals(world), "M01", schedule(), plan(), AT) == []
    sheet = evolve_sheet(world.sheet(), scored_in(world))
    assert score_sheet(sheet, goals(world), "Y", schedule(), plan(), AT) == []


def sheet_with(family: str | None, **points: Any) -> Sheet:
    sheet = given(opened(family=family)).sheet()
    for period, value in points.items():
        given_points = D(value) if value is not None else None
        scored = SheetScored(
            sheet=SHEET,
            period=period,
            points=given_points,
            rounded=given_points,
            parts=(),
            policy="plan@1",
            by=SYSTEM,
            at=AT,
        )
        sheet = evolve_sheet(sheet, scored)
    return sheet


def result(sheet: Sheet, *below: Any, policy: Any = None) -> Any:
    subordinates = [
        SubordinatePart(sheet=f"sheet-2026-{n}-1", version=1, result=D(each)) for n, each in enumerate(below)
    ]
    [event] = issue_result(sheet, Beside(subordinates), schedule(), policy or plan(), AT)
    return event


def test_sales_are_forty_per_cent_months_and_sixty_per_cent_year() -> None:
    event = result(sheet_with("sales", M01=80, M02=100, Y=100))
    assert (event.points, event.rounded, event.grade, event.coefficient) == (96, 96, "A", D("1.2"))
    assert [(part.period, part.months, part.points) for part in event.periods] == [
        ("M01", 1, 80), ("M02", 1, 100), ("Y", 12, 100),
    ]  # fmt: skip


def test_rnd_is_thirty_per_cent_quarters_twenty_half_years_fifty_year() -> None:
    assert result(sheet_with("rnd", Q1=80, Q2=90, H1=100, Y=70)).points == D("80.5")


def test_managers_are_seventy_per_cent_year_and_thirty_per_cent_their_subordinates() -> None:
    event = result(sheet_with("management", Y=90), 70, 90)
    assert event.points == 87 and len(event.subordinates) == 2
    assert result(sheet_with("management", Y=90)).points == 90


def test_departments_have_the_year_alone() -> None:
    assert mix_of(sheet_with(None), plan()) == {"year": 100}


def test_the_grade_goes_by_the_rounded_score() -> None:
    assert result(sheet_with("sales", M01="94.995", Y="94.995")).grade == "A"
    assert result(sheet_with("sales", M01="94.994", Y="94.994")).grade == "B"


def test_without_any_score_there_is_no_result_to_grade() -> None:
    event = result(sheet_with("sales"))
    assert (event.points, event.rounded, event.grade, event.coefficient) == (None, None, None, None)


def test_a_result_is_issued_once() -> None:
    sheet = sheet_with("sales", Y=90)
    assert issue_result(evolve_sheet(sheet, result(sheet)), Beside(), schedule(), plan(), AT) == []


def test_a_score_is_computed_again_from_its_inputs_to_the_same_number() -> None:
    world = given(active()).with_readings(reading("01-10", "33.33", 4), reading("01-11", "33.33", 5))
    first, again = (
        score_of(world.goal(), "M01", world.context(), at) for at in (on("02-05"), on("2031-01-01"))
    )
    assert first.model_copy(update={"at": again.at}) == again


def test_a_rate_without_its_base_in_the_period_says_so() -> None:
    rate = Kpi(unit="%", aggregation="ratio", target=D(95), metric="sales", subject=LIN)
    world = given(active(measure=rate))
    found = score_of(world.goal(), "M01", world.context(), on("02-05"))
    assert found.points is None and found.why
