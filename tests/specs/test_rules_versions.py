"""W1, W2, D5 and Y3: weights by days, what comes late, chains of versions; by example and by law."""

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from cairn.domain.evaluation.scores import score_sheet
from cairn.domain.goal import commands as ask
from cairn.domain.scoring import in_force
from cairn.domain.sheet import events as sheet
from tests.specs.company import LEARNING, REVENUE, VISITS, WANG, on, plan
from tests.specs.given import for_all, please
from tests.specs.rules import Example, check, specs
from tests.specs.rules.versions import DATES, SALES, VERSIONS, Year, sales


@specs(*VERSIONS)
def test_example(example: Example) -> None:
    check(example)


@for_all(st.integers(1, 364), st.integers(0, 120), st.integers(0, 120))
def test_law_W1_a_weight_that_changes_nothing_changes_no_score(day: int, own: int, rest: int) -> None:
    """Split on any day, a goal counts as it would whole."""
    whole = [(Fraction(10), Fraction(1), Fraction(own)), (Fraction(90), Fraction(1), Fraction(rest))]
    halves = [(Fraction(10), Fraction(part, 365), Fraction(own)) for part in (day, 365 - day)]
    assert in_force([*halves, whole[1]], "reweight") == in_force(whole, "reweight")


LATE = ("approve", "assess", "correct")


def year_with(order: list[str], rating: int, value: int) -> Year:
    """January's sheet is scored on 7 February by sales alone; what comes late comes in this order, a day each."""
    year = Year((REVENUE, 50), (VISITS, 30), (LEARNING, 20), **{REVENUE: SALES, VISITS: SALES})
    year.approve(REVENUE, "01-06").approve(LEARNING, "01-06").read(sales("01-10", "90")).upto(on("02-07"))
    year.cycle_scores("M01", on("02-07"))
    for day, fact in enumerate(order, start=9):
        today = f"02-{day:02d}"
        if fact == "approve":
            year.approve(VISITS, today)
        elif fact == "assess":
            year.do(please(ask.AssessGoal, WANG, today, LEARNING, period="M01", points=rating))
        else:
            year.world = year.world.under(evidence=year.world.evidence.model_copy(update={"readings": ()}))
            year.read(sales("01-10", str(value), 2))
            for goal in (REVENUE, VISITS):
                year.again(goal, "M01", today)
        year.upto(on(today, 12))
    return year


@for_all(st.permutations(LATE), st.integers(0, 120), st.integers(0, 130))
def test_law_W2_the_order_of_what_comes_late_does_not_change_the_last_version(
    order: list[str], rating: int, value: int
) -> None:
    last = year_with(order, rating, value).chain("M01")[-1][2]
    assert last == year_with(list(LATE), rating, value).chain("M01")[-1][2]
    assert last == min(Fraction(value), Fraction(120)) * Fraction(80, 100) + rating * Fraction(20, 100)


@for_all(st.permutations(LATE), st.integers(0, 120), st.integers(0, 130))
def test_law_Y3_every_version_is_computed_again_to_the_same_and_none_is_lost(
    order: list[str], rating: int, value: int
) -> None:
    events = year_with(order, rating, value).world.events
    numbers = []
    for at, event in enumerate(events):
        if isinstance(event, sheet.SheetScored):
            before: Any = Year((REVENUE, 1)).world.under(events=events[:at])
            goals = {name: before.goal(name) for name in before.sheet().weighings}
            again = score_sheet(before.sheet(), goals, "M01", DATES, plan(), event.at, event.cause)
            assert again == [event]
            numbers.append(event.number)
    assert numbers == list(range(1, len(numbers) + 1))
