"""Why a score moved: steps in a fixed order that sum to the difference exactly, whatever differs (ADR 0022)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from cairn.domain.difference.computing import Computing
from cairn.domain.difference.groups import ORDER
from cairn.domain.difference.inputs import RESULT, Inputs
from cairn.domain.difference.matching import same_goals, with_goals_named
from cairn.domain.difference.steps import Difference, difference
from cairn.domain.goal.origin import Stated
from cairn.domain.measure import Kpi
from cairn.domain.policy import BandsCurve, Family, LinearCurve, Name, Policy, RatioCurve, ScoringRules
from cairn.domain.reading import Evidence
from cairn.domain.result_rules import Incident
from tests.specs.company import LEARNING, REVENUE, SCHEDULE, VISITS, D, on, plan
from tests.specs.scored_year import PERIODS, scored_year


def groups(found: Difference) -> list[tuple[str, ...]]:
    return [tuple(cause.group for cause in step.causes) for step in found.steps]


def total(found: Difference) -> Fraction:
    return sum((step.moved for step in found.steps), Fraction(0))


PENALTY = {"penalty": Incident(title=Name(zh="过失", en="Penalty"), points=D(-2))}
SALES = plan().families["sales"]


def rules(**facts: Any) -> Policy:
    return plan(incidents=PENALTY, **facts)


def mixed(month: int, year: int, subordinates: int = 0) -> dict[str, Family]:
    mix: Mapping[Any, Decimal] = {"month": D(month), "year": D(year)}
    return {"sales": SALES.model_copy(update={"periods": mix, "subordinates": D(subordinates)})}


POLICIES = (
    rules(),
    rules(curves={**plan().curves, "standard": RatioCurve(kind="ratio")}),
    rules(curves={"standard": LinearCurve(kind="linear", threshold=D(50), stretch=D(110))}),
    rules(families=mixed(20, 80)),
    rules(families=mixed(0, 70, 30)),
    rules(scoring=ScoringRules(missing="zero", places=0)),
    rules(grades=(), graded=()),
    rules(families={"rnd": plan().families["rnd"]}),
    rules(check_ins="trusted", minimum={"days": 90}),
    rules(
        curves={
            "standard": BandsCurve.model_validate(
                {
                    "kind": "bands",
                    "bands": [{"attainment": 60, "points": 50}, {"attainment": 90, "points": 100}],
                }
            )
        }
    ),
)
YEARS = st.fixed_dictionaries(
    {
        "policy": st.sampled_from(POLICIES),
        "weights": st.sampled_from([(60, 20, 20), (50, 30, 20), (80, 0, 20), (0, 60, 40), (100, 0, 0)]),
        "target": st.integers(100, 2000),
        "sales": st.dictionaries(
            st.sampled_from(["01-05", "01-20", "02-10", "07-01"]), st.integers(0, 2000), max_size=4
        ),
        "visits": st.none() | st.integers(0, 500),
        "judged": st.none() | st.integers(0, 120),
        "penalties": st.integers(0, 3),
        "below": st.lists(st.integers(0, 120), max_size=2),
        "last": st.none() | st.sampled_from([date(2026, 1, 31), date(2026, 2, 10), date(2026, 6, 30)]),
        "periods": st.sampled_from([PERIODS, ("M01", "Y"), ("Y",), ("M01",)]),
        "measure": st.none()
        | st.sampled_from([Kpi(target=D(20), metric="visits", subject="lin"), Kpi(target=D(3), aggregation="last")]),
    }
)  # fmt: skip


@for_all(YEARS, YEARS, st.sampled_from([RESULT, "M01", "Y"]), st.sampled_from([None, REVENUE, VISITS]))
def test_law_the_steps_sum_exactly_to_the_difference(
    one: dict[str, Any], other: dict[str, Any], of: str, goal: str | None
) -> None:
    """Whatever differs, between any two scores that have points; in the fixed order, and nothing is left for the
    end."""
    whose = None if of == RESULT else goal
    start, target = scored_year(of, goal=whose, **one), scored_year(of, goal=whose, **other)
    found, computing = difference(start, target), Computing(SCHEDULE)
    assert (found.before, found.after) == (
        computing.computed(start).points,
        computing.computed(target).points,
    )
    if found.moved is None:
        assert found.steps == ()
        return
    assert total(found) == found.moved
    places = [ORDER.index(cause.group) for step in found.steps for cause in step.causes]
    assert places == sorted(places)
    assert not {"rest", "goal_rest"} & {name for step in groups(found) for name in step}
    assert all(step.moved for step in found.steps)
    rounded = (found.rounded_before, found.rounded_after)
    assert None not in rounded and found.rounding is not None
    shown = [Fraction(each) for each in rounded if each is not None]
    assert total(found) + found.rounding == shown[1] - shown[0]


@for_all(YEARS, st.sampled_from([RESULT, "M01", "Y"]))
def test_law_between_a_score_and_itself_there_is_no_step(one: dict[str, Any], of: str) -> None:
    found = difference(scored_year(of, **one), scored_year(of, **one))
    assert (found.steps, found.moved or 0, found.rounding or 0) == ((), 0, 0)


def test_readings_target_and_weight_are_told_apart() -> None:
    """Revenue of 1,200 at 990 is 82.5; a target of 1,100 makes it 90, 99 more of sales 99: each on a weight of 60 of
    100, which an adjustment then makes 50."""
    start = scored_year("Y")
    target = scored_year(
        "Y", weights=(50, 30, 20), target=1100, sales={"01-15": 100, "02-15": 90, "06-15": 899}
    )
    found = difference(start, target)
    assert groups(found) == [("weights",), ("target",), ("readings",)]
    weights, aimed, read = found.steps
    assert weights.causes[0].weights == {REVENUE: (D(60), D(50)), VISITS: (D(20), D(30))}
    assert [weights.moved, aimed.moved, read.moved] == [Fraction(7, 4), Fraction(15, 4), Fraction(9, 2)]
    assert aimed.causes[0].goal == REVENUE and aimed.causes[0].target == (Fraction(1200), Fraction(1100))
    assert read.causes[0].actual == (Fraction(990), Fraction(1089))


def test_the_order_is_the_one_that_is_documented() -> None:
    """Rules before facts, weights before targets, targets before readings, readings before judgements."""
    everything = scored_year(
        RESULT,
        policy=POLICIES[-1],
        weights=(50, 30, 20),
        target=1000,
        sales={"01-15": 50},
        visits=100,
        judged=60,
        penalties=1,
    )
    start = scored_year(RESULT, policy=rules())
    told = [name for step in groups(difference(start, everything)) for name in step]
    assert told == [
        "policy.curves", "weights", "target", "readings", "check_ins", "judgements", "incidents",
    ]  # fmt: skip


def test_what_has_no_points_has_no_difference() -> None:
    nothing = scored_year("Y", visits=None, judged=None, sales={}, weights=(0, 60, 40))
    found = difference(scored_year("Y"), nothing)
    assert (found.after, found.moved, found.steps) == (None, None, ())


def test_what_leaves_no_points_in_between_is_told_together_with_what_brings_some_again() -> None:
    """One was paid by readings alone, the other by a judgement alone: without both there is nothing in between."""
    start = scored_year("Y", judged=None, visits=None, sales={"01-15": 600})
    target = scored_year("Y", judged=90, visits=None, sales={"01-15": 600})
    target = without_rows(target)
    found = difference(start, target)
    assert groups(found) == [("readings", "judgements")]
    assert total(found) == found.moved == 90 - 50


def without_rows(inputs: Inputs) -> Inputs:
    """The same where no feed has said anything of revenue."""
    periods = {
        key: replace(
            each, goals={name: replace(counted, evidence=Evidence()) for name, counted in each.goals.items()}
        )
        for key, each in inputs.periods.items()
    }
    return replace(inputs, periods=periods)


def test_another_metric_is_one_step_with_its_readings() -> None:
    """Readings of the old one say nothing of the new one."""
    visits = Kpi(target=D(20), metric="visits", subject="lin")
    found = difference(scored_year("Y"), scored_year("Y", measure=visits, sales={"01-15": 10}))
    assert groups(found) == [("metric",)]


def test_a_period_that_came_later_is_a_step_of_its_own() -> None:
    found = difference(scored_year(periods=("M01", "Y")), scored_year(periods=("M01", "M02", "Y")))
    assert groups(found) == [("period",)] and found.steps[0].causes[0].period == "M02"


def test_rounding_is_said_apart() -> None:
    found = difference(scored_year("Y"), scored_year("Y", sales={"01-15": 991}))
    assert found.moved == Fraction(1, 20) and found.rounding == 0
    third = difference(scored_year("Y", weights=(60, 20, 10)), scored_year("Y", weights=(60, 20, 20)))
    assert third.rounding and third.rounding + total(third) == Fraction(third.rounded_after or 0) - Fraction(
        third.rounded_before or 0
    )


def test_somebody_elses_goals_count_as_ones_own_where_they_have_the_same_key() -> None:
    """Two people of one family: one step for each input, none for their goals having other ids."""
    mine = scored_year("Y")
    theirs = with_goals_named(scored_year("Y", judged=100), {REVENUE: "goal-2026-qian-1"})
    keys = {REVENUE: "revenue", VISITS: "visits", LEARNING: "learning"}
    own = {
        name: mine.periods["Y"].goals[name].scored.model_copy(update={"key": key})
        for name, key in keys.items()
    }
    others = {("goal-2026-qian-1" if name == REVENUE else name): goal for name, goal in own.items()}
    names = same_goals(own, others)
    assert names["goal-2026-qian-1"] == REVENUE
    assert groups(difference(mine, with_goals_named(theirs, names))) == [("judgements",)]


def test_a_key_that_a_sheet_has_twice_matches_nothing() -> None:
    goal = scored_year("Y").periods["Y"].goals[REVENUE].scored.model_copy(update={"key": "a"})
    assert same_goals({"x": goal, "y": goal}, {"z": goal}) == {}


@pytest.mark.parametrize("when", ["01-06", "07-01"])
def test_an_adjustment_says_by_whom_and_when(when: str) -> None:
    target = scored_year("Y", target=1100)
    counted = target.periods["Y"].goals[REVENUE]
    stated = Stated(event="GoalAdjusted", by="hua", at=on(when))
    adjusted = replace(counted, scored=counted.scored.model_copy(update={"stated": stated}))
    period = replace(target.periods["Y"], goals={**target.periods["Y"].goals, REVENUE: adjusted})
    found = difference(scored_year("Y"), replace(target, periods={"Y": period}))
    [step] = found.steps
    assert (step.causes[0].by, step.causes[0].at) == ("hua", on(when))
