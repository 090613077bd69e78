"""How far a department's goal carries the part of the strategy it serves: what the committee sees beside it."""

from fractions import Fraction
from typing import Any

from cairn.domain.goal import events as did
from cairn.domain.goal.contribution import Contribution, contributions
from cairn.domain.measure import KeyTask
from tests.specs.company import OF_DEPARTMENT, D, active
from tests.specs.given import given

PARTS = [
    did.Part(title="主营业务 A", department="sales", target=D(40)),
    did.Part(title="新业务 B", department="innovation", target=D(30)),
]


def of(**facts: Any) -> list[Contribution]:
    return contributions(given(active(OF_DEPARTMENT, **facts)).goal(OF_DEPARTMENT), PARTS)


def test_a_department_sees_its_own_part_and_by_how_much_it_falls_short() -> None:
    assert of() == [Contribution("主营业务 A", Fraction(30), Fraction(40), Fraction(-25))]


def test_without_numbers_on_both_sides_there_is_no_deviation() -> None:
    assert of(measure=KeyTask(criteria=("x",))) == [Contribution("主营业务 A", None, Fraction(40), None)]
