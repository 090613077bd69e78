"""A YAML text with one value changed: what is changed says so, and nothing else of the text moves."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cairn.documents.yaml.editing import Layout, Value
from cairn.documents.yaml.editing import Path as Way
from cairn.policies import parse
from cairn.policies.settings import Setting, groups, settings, written

EXAMPLES = [Path("examples/company/policy.yaml"), *sorted(Path("examples/schemes").glob("*.yaml"))]


def edited(text: str, way: Way, value: Value, *, words: bool = False) -> str | None:
    layout = Layout.of(text)
    assert layout is not None
    found = layout.edited(way, value, words=words)
    return found.text if found else None


def fields(text: str) -> list[Setting]:
    layout = Layout.of(text)
    assert layout is not None
    return list(settings(groups(layout)))


def changed(text: str, name: str, value: Value) -> str:
    layout = Layout.of(text)
    assert layout is not None
    found, left = written(layout, {next(each for each in fields(text) if each.name == name): value})
    assert left == []
    return found.text


def test_a_comment_stays_in_its_column() -> None:
    assert edited("due: 15    # the day\n", ("due",), "7") == "due: 7     # the day\n"
    assert edited("due: 7     # the day\n", ("due",), "15") == "due: 15    # the day\n"
    assert edited("due:       # the day\n", ("due",), "15") == "due: 15    # the day\n"
    assert edited("due: 15    # the day\n", ("due",), "") == "due:       # the day\n"


def test_what_is_not_there_becomes_a_line_of_its_mapping() -> None:
    assert edited("a:\n  b: 1  # one\nc: 2\n", ("a", "d"), "3") == "a:\n  b: 1  # one\n  d: 3\nc: 2\n"
    assert edited("a: {b: 1}  # one\n", ("a", "d"), "3") == "a: {b: 1, d: 3}  # one\n"
    assert edited("a:  # nothing\nc: 2\n", ("a", "d"), "3") == "a:  # nothing\n  d: 3\nc: 2\n"
    assert edited("a: 1", ("b", "c"), "3") == "a: 1\n\nb:\n  c: 3"
    assert edited("a: {b: , c: 1}\n", ("a", "b", "d"), "3") == "a: {b: {d: 3} , c: 1}\n"
    assert edited("a:\n  b:\n    - {c: 1}\n  # end\n", ("a", "d"), "3") == (
        "a:\n  b:\n    - {c: 1}\n  d: 3\n  # end\n"
    )


def test_the_days_of_a_list_keep_their_lines() -> None:
    text = "off:\n  - 2026-01-01  # new year\n  - 2026-05-01  # may\nx: 1\n"
    more = edited(text, ("off",), ("2026-05-01", "2026-10-01..2026-10-07"))
    assert more == "off:\n  - 2026-05-01  # may\n  - 2026-10-01..2026-10-07\nx: 1\n"
    assert edited(text, ("off",), ()) == "off: []\nx: 1\n"


def test_a_value_that_stands_for_several_places_is_left_alone() -> None:
    text = "a: &shared {b: 1}\nc: *shared\nd: &one 5\ne: *one\n"
    assert edited(text, ("c", "b"), "2") is None
    assert edited(text, ("e",), "2") is None
    assert edited(text, ("d",), "6") is None
    assert edited(text, ("a", "b"), "2") is None
    assert edited("a: &alone 5\nb: 1\n", ("a",), "6") == "a: &alone 6\nb: 1\n"
    assert edited("a: &base {b: 1}\nc: {<<: *base, d: 2}\n", ("a", "b"), "3") is None


def test_what_is_no_list_and_no_mapping_is_not_written_over() -> None:
    assert edited("a: {b: 1}\n", ("a",), "2") is None
    assert edited("a: 1\n", ("a", "b"), "2") is None
    assert edited("a: [{b: 1}]\n", ("a", 3, "b"), "2") is None
    assert Layout.of("a: [1") is None and Layout.of("- a\n") is None and Layout.of("") is None


@given(st.text(max_size=30))
def test_whatever_is_typed_is_one_value_of_the_text_and_the_rest_is_as_it_was(typed: str) -> None:
    text = "# first\na: 1  # one\nb: {c: x, d: y}\ne: z\n"
    for way in (("a",), ("b", "c"), ("e",), ("b", "new"), ("f", "g")):
        found = edited(text, way, typed, words=True)
        if found is None:  # signs that no YAML holds
            continue
        layout = Layout.of(found)
        assert layout is not None and layout.at(way) == typed
        others = {("a",): "1", ("b", "c"): "x", ("b", "d"): "y", ("e",): "z"}
        assert {other: layout.at(other) for other in others if other != way} == {
            other: said for other, said in others.items() if other != way
        }
        assert "# first\n" in found and "# one\n" in found


@pytest.mark.parametrize("path", EXAMPLES[1:4], ids=lambda path: path.stem)
def test_every_field_of_a_scheme_is_written_and_read_again(path: Path) -> None:
    """What the form says of each is what the policy says, and back again it is the same text, sign for sign."""
    text = path.read_text("utf-8")
    comments = [line.partition("#")[2] for line in text.splitlines()]
    for setting in fields(text):
        if not setting.written or setting.sort not in ("number", "words"):
            continue
        other = changed(text, setting.name, "55" if setting.sort == "number" else "other")
        assert [line.partition("#")[2] for line in other.splitlines()] == comments, setting.name
        assert other != text and changed(other, setting.name, setting.written) == text, setting.name


def test_fields_say_what_the_policy_says() -> None:
    text = EXAMPLES[0].read_text("utf-8")
    policy = parse(changed(changed(text, "deadlines.drafts_due", "9"), "committee.majority", "two_thirds"))
    assert (policy.deadlines.drafts_due, policy.committee.majority) == (9, "two_thirds")
    known = {each.name: each for each in fields(text)}
    assert known["evaluation.steps"].written == policy.evaluation.steps
    assert known["committee.quorum"].otherwise == str(policy.committee.quorum)
    assert parse(changed(text, "committee.quorum", "3")).committee.quorum == 3
