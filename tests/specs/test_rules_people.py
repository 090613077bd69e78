"""L1, L2, L6, L7 and L10: people, places and their days, by example."""

from tests.specs.rules import Example, check, specs
from tests.specs.rules.people import PEOPLE


@specs(*PEOPLE)
def test_example(example: Example) -> None:
    check(example)
