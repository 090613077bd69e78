"""docs/rules.md says what the specs compute: no rule without a spec, no number that differs."""

import re

from tests.specs.rules import outcome
from tests.specs.rules.page import PAGE, SPECS, file_of, laws_of, numbered, render

TEXT = PAGE.read_text("utf-8")
RULES = re.findall(r"^## (\w+)\.", TEXT, re.MULTILINE)
EXAMPLES = {id: example for of in numbered().values() for id, example in of}


def test_every_rule_of_the_page_has_examples_and_every_example_a_rule_on_it() -> None:
    assert len(RULES) == len(set(RULES)) and set(RULES) == set(numbered())


def test_the_numbers_on_the_page_are_those_the_specs_compute() -> None:
    rows = re.findall(r"^\| (\w+-\d+) \| .* \| (.*) \|$", TEXT, re.MULTILINE)
    assert dict(rows) == {id: outcome(example) for id, example in EXAMPLES.items()}


def test_the_page_is_fresh() -> None:
    assert render() == TEXT, "write it anew: python docs/write_rules.py"


def test_the_examples_of_each_rule_are_run_by_the_file_it_names() -> None:
    for path in SPECS:
        assert "def test_example(" in (PAGE.parents[1] / path).read_text("utf-8")
    named = dict(re.findall(r"^## (\w+)\..*?^Specs: `([\w/.]+)`", TEXT, re.MULTILINE | re.DOTALL))
    assert named == {rule: file_of(rule) for rule in RULES}


def test_the_laws_of_each_rule_are_named_on_the_page() -> None:
    for rule in RULES:
        assert [law for law in laws_of(rule) if f"`{law}`" not in TEXT] == []
