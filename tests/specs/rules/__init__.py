"""The examples of the rules: one structure that the specs compute and that docs/rules.md shows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest

from cairn.domain.exact import exact, rounded
from cairn.domain.refusal import Refusal
from cairn.domain.scoring import Unscored


@dataclass(frozen=True)
class Example:
    """One line of a rule: what is given, what comes of it as the page shows it, and how to compute it.

    A number is shown to as many places as it is written with; `refused: code` is a refusal.
    """

    rule: str
    given: str
    comes_to: str
    compute: Callable[[], Any]


def shown(found: Any, like: str) -> str:
    """What was computed, as the page shows it: a number to the places of `like`."""
    match found:
        case tuple() | list():
            likes = like.split(", ") if len(like.split(", ")) == len(found) else [like] * len(found)
            return ", ".join(shown(each, one) for each, one in zip(found, likes, strict=True))
        case None:
            return "none"
        case Unscored():
            return found.value.replace("_", " ")
        case str():
            return found
    places = len(like.partition(".")[2]) if like.replace(".", "").replace("-", "").isdigit() else 4
    return f"{rounded(exact(found), places):f}"


def outcome(example: Example) -> str:
    """What an example comes to now."""
    try:
        return shown(example.compute(), example.comes_to)
    except Refusal as refusal:
        return f"refused: {refusal.code}"


def specs(*lists: Iterable[Example]) -> pytest.MarkDecorator:
    """Examples as the parameters of one test, each with its rule and number in the id: `M2-3`."""
    counted: dict[str, int] = {}
    named = []
    for example in [each for examples in lists for each in examples]:
        counted[example.rule] = counted.get(example.rule, 0) + 1
        named.append(pytest.param(example, id=f"{example.rule}-{counted[example.rule]}"))
    return pytest.mark.parametrize("example", named)


def check(example: Example) -> None:
    assert outcome(example) == example.comes_to, example.given


def part(numerator: int, denominator: int = 1) -> Fraction:
    return Fraction(numerator, denominator)
