"""The same year under another policy: what is computed again from what, and which policy cannot be applied."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from cairn.domain.difference.another_policy import require_applicable, under
from cairn.domain.difference.computing import Computing
from cairn.domain.difference.inputs import Inputs
from cairn.domain.difference.steps import difference
from cairn.domain.exact import ZERO
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi
from cairn.domain.policy import Policy, RatioCurve, Scale
from cairn.domain.reading import Evidence
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Period
from tests.specs.company import REVENUE, SCHEDULE, YEAR_ENDS, D, plan, reading
from tests.specs.scored_year import scored_year
from tests.specs.test_difference import POLICIES, SALES, YEARS

STEEP = plan(curves={**plan().curves, "steep": RatioCurve(kind="ratio", full=D(80))})
SALES_OF_THE_YEAR = {"01-15": 100, "02-15": 90, "06-15": 800}


def known(goal: Goal, period: Period) -> Evidence:
    """What a feed has of revenue in a period; of anything else nothing."""
    if goal.id != REVENUE:
        return Evidence()
    rows = tuple(reading(day, str(value)) for day, value in SALES_OF_THE_YEAR.items())
    inside = tuple(row for row in rows if period.holds(row.on))
    return Evidence(readings=inside, complete_through=YEAR_ENDS, covered=True)


def points(inputs: Inputs) -> object:
    return Computing(SCHEDULE).computed(inputs).points


@for_all(YEARS)
def test_law_under_its_own_policy_a_year_is_what_it_was(one: dict[str, object]) -> None:
    year = scored_year(**one)  # type: ignore[arg-type]
    assert points(under(year, year.policy, known)) == points(year)


@for_all(YEARS, st.sampled_from(POLICIES))
def test_law_another_policys_steps_sum_to_what_it_moves(one: dict[str, object], policy: Policy) -> None:
    year = scored_year(**one)  # type: ignore[arg-type]
    found = difference(year, under(year, policy, known))
    if found.moved is not None:
        assert sum((step.moved for step in found.steps), ZERO) == found.moved


def test_quarters_that_nobody_scored_are_made_of_the_readings_of_their_days() -> None:
    """A quarter's share of 1,200 is 300. The first has 190 of it: 63.33; with visits all done in it and no judgement
    for a quarter the mean is by weight of these two alone."""
    quarters = SALES.model_copy(update={"periods": {"quarter": D(40), "year": D(60)}})
    year = scored_year(policy=plan())
    found = under(year, plan(families={"sales": quarters}), known)
    assert {key for key in found.periods if key.startswith("Q")} == {"Q1", "Q2", "Q3", "Q4"}
    first = Computing(SCHEDULE).goal_score(found.periods["Q1"].goals[REVENUE], "Q1")
    assert [first.actual, first.target] == [Fraction(190), Fraction(300)]
    assert "M01" in found.periods, "months stay scored and weigh nothing"


def test_judgements_that_nobody_gave_are_not_made_up() -> None:
    quarters = SALES.model_copy(update={"periods": {"quarter": D(40), "year": D(60)}})
    found = under(scored_year(policy=plan()), plan(families={"sales": quarters}), known)
    assert all("goal-2026-lin-4" not in found.periods[key].goals for key in ("Q1", "Q2", "Q3", "Q4"))


def refusal(policy: Policy, year: Inputs) -> Refusal:
    with pytest.raises(Refusal) as refused:
        require_applicable(policy, {"sheet-2026-lin-1": year})
    return refused.value


def test_a_policy_without_a_family_that_people_are_in_is_refused() -> None:
    found = refusal(plan(families={"rnd": plan().families["rnd"]}), scored_year())
    assert (found.code, found.facts["families"], found.facts["people"]) == (
        "what-if.families",
        ("sales",),
        "1",
    )


def test_so_is_one_without_a_curve_that_goals_are_measured_by() -> None:
    steep = Kpi(target=D(1200), metric="sales", subject="lin", curve="steep")
    found = refusal(plan(), scored_year(policy=STEEP, measure=steep))
    assert (found.code, found.facts["curves"]) == ("what-if.curves", ("steep",))


def test_and_one_with_another_scale_than_ratings_were_given_on() -> None:
    five = replace(scored_year(), policy=plan().model_copy(update={"scale": Scale(to=Decimal(150))}))
    assert refusal(plan(), five).code == "what-if.scale"
    unrated = replace(scored_year(judged=None), policy=five.policy)
    require_applicable(plan(), {"sheet-2026-lin-1": unrated})


def test_a_policy_that_has_all_of_it_is_taken() -> None:
    require_applicable(POLICIES[3], {"sheet-2026-lin-1": scored_year()})
