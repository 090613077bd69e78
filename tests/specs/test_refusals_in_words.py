"""Every refusal that the code can raise is a sentence in both languages, its gaps filled by whoever raises it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import NamedTuple

import pytest

from cairn.domain.refusal import Refusal, say
from cairn.domain.sentences import SENTENCES
from cairn.domain.sheet.rules import DIMENSIONS

ROOT = Path(__file__).parents[2]
PACKAGES = ("cairn", "activities", "workflows", "projections", "cairn_portal")
SPREAD = {"_who": {"who_zh", "who_en"}}
"""Helpers whose result is spread into a refusal, with the facts they give."""


class Raised(NamedTuple):
    """A refusal in the source: the codes it may have, the facts it gives, and where."""

    codes: tuple[str, ...]
    facts: frozenset[str]
    where: str


def raised() -> Iterator[Raised]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and is_said_here(node):
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    yield Raised(codes_of(node.args[0]), facts_of(node), where)


def is_said_here(call: ast.Call) -> bool:
    """Refusal("code", …), and not one that is only passed on."""
    named = isinstance(call.func, ast.Name) and call.func.id == "Refusal"
    return named and bool(call.args) and not isinstance(call.args[0], ast.Attribute | ast.Name)


def codes_of(code: ast.expr) -> tuple[str, ...]:
    """The code as written; of an f-string such as f"sheet.no-{dimension}" all codes that it may become."""
    if isinstance(code, ast.Constant):
        return (str(code.value),)
    if isinstance(code, ast.JoinedStr) and isinstance(code.values[0], ast.Constant):
        start = str(code.values[0].value)
        return tuple(code for code in (start + dimension for dimension in DIMENSIONS) if code in SENTENCES)
    return ()


def facts_of(call: ast.Call) -> frozenset[str]:
    facts = {keyword.arg for keyword in call.keywords if keyword.arg and keyword.arg != "field"}
    for keyword in call.keywords:
        spread = keyword.value
        if keyword.arg is None and isinstance(spread, ast.Call) and isinstance(spread.func, ast.Name):
            facts |= SPREAD.get(spread.func.id, set())
    return frozenset(facts)


ALL = list(raised())


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_the_sources_were_read() -> None:
    assert len(ALL) > 60 and any(each.where.startswith("cairn/application") for each in ALL)


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.where)
def test_every_refusal_is_a_sentence_with_its_gaps_filled(each: Raised) -> None:
    assert each.codes, f"{each.where}: the code cannot be read"
    for code in each.codes:
        assert code in SENTENCES, f"{each.where}: {code} has no sentence"
        for sentence in SENTENCES[code]:
            assert gaps(sentence) <= each.facts, (
                f"{each.where}: {gaps(sentence) - each.facts} of {code} stay empty"
            )


def test_no_sentence_is_there_for_nothing() -> None:
    used = {code for each in ALL for code in each.codes}
    assert set(SENTENCES) - used == set()


def is_chinese(sentence: str) -> bool:
    return any("一" <= letter <= "鿿" for letter in sentence)


@pytest.mark.parametrize("code", list(SENTENCES))
def test_each_is_said_in_chinese_and_in_english(code: str) -> None:
    chinese, english = SENTENCES[code]
    assert is_chinese(chinese) and not is_chinese(english)
    facts = dict.fromkeys(gaps(chinese) | gaps(english), "42")
    assert "{" not in say(code, facts, "zh") + say(code, facts, "en")


def test_a_refusal_says_itself_in_either_language_and_keeps_its_facts() -> None:
    refusal = Refusal("sheet.over", field="weight", sum=80, weight=21)
    assert "80" in refusal.text() and "已有" in refusal.text() and "already weighs" in str(refusal)
    assert refusal.facts == {"sum": "80", "weight": "21"} and refusal.field == "weight"
