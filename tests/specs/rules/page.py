"""docs/rules.md: the rules are written there by hand, the tables of their examples from what the specs compute."""

import re
from pathlib import Path

from tests.specs.rules import Example
from tests.specs.rules.amendments import AMENDMENTS
from tests.specs.rules.clocks import CLOCKS
from tests.specs.rules.measures import MEASURES
from tests.specs.rules.pay import PAY
from tests.specs.rules.people import PEOPLE
from tests.specs.rules.readings import READINGS
from tests.specs.rules.results import RESULTS
from tests.specs.rules.rights import RIGHTS
from tests.specs.rules.targets import TARGETS
from tests.specs.rules.versions import VERSIONS

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "rules.md"
SPECS = {
    "tests/specs/test_rules_measures.py": MEASURES,
    "tests/specs/test_rules_targets.py": TARGETS,
    "tests/specs/test_rules_readings.py": READINGS,
    "tests/specs/test_rules_results.py": RESULTS,
    "tests/specs/test_rules_pay.py": PAY,
    "tests/specs/test_rules_versions.py": VERSIONS,
    "tests/specs/test_rules_people.py": PEOPLE,
    "tests/specs/test_rules_rights.py": RIGHTS,
    "tests/specs/test_rules_amendments.py": AMENDMENTS,
    "tests/specs/test_rules_clocks.py": CLOCKS,
}
"""The file of each rule's specs."""
TABLE = re.compile(r"\n\| spec \|.*?\nSpecs: [^\n]*\n", re.DOTALL)


def numbered() -> dict[str, list[tuple[str, Example]]]:
    """Each rule's examples with their ids."""
    found: dict[str, list[tuple[str, Example]]] = {}
    for lists in SPECS.values():
        for example in [each for examples in lists for each in examples]:
            of = found.setdefault(example.rule, [])
            of.append((f"{example.rule}-{len(of) + 1}", example))
    return found


def file_of(rule: str) -> str:
    """The file with a rule's specs."""
    return next(
        path for path, lists in SPECS.items() if any(e.rule == rule for examples in lists for e in examples)
    )


def laws_of(rule: str) -> list[str]:
    """The tests that carry a rule's name, besides its examples."""
    text = (ROOT / file_of(rule)).read_text("utf-8")
    return re.findall(rf"^def (test_(?:law_)?{rule}_\w+)\(", text, re.MULTILINE)


def render() -> str:
    """The page with its tables written anew."""
    head, *sections = re.split(r"^(?=## )", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return head + "".join(_rendered(section) for section in sections)


def _rendered(section: str) -> str:
    rule = section.removeprefix("## ").partition(".")[0]
    rows = [f"| {id} | {example.given} | {example.comes_to} |" for id, example in numbered().get(rule, [])]
    if not rows:
        return section
    specs = ", ".join(f"`{name}`" for name in [file_of(rule), *laws_of(rule)])
    table = "\n".join(["", "| spec | given | comes to |", "|---|---|---|", *rows, "", f"Specs: {specs}", ""])
    return TABLE.sub(lambda _: table, section, count=1)
