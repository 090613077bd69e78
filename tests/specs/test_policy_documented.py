"""docs/policy.md names every field of policy, roster and roster mapping; the defaults it gives are true."""

import re
from pathlib import Path
from typing import get_args

from pydantic import BaseModel

from cairn.domain.people import Department, Person, Role
from cairn.domain.policy import Policy
from cairn.roster.columns import DEPARTMENTS, PEOPLE
from cairn.roster.queries import RosterQueries

TEXT = (Path(__file__).parents[2] / "docs" / "policy.md").read_text("utf-8")
WORDS = {part for code in re.findall(r"`([^`\n]+)`", TEXT) for part in re.split(r"[^\w]+", code)}


def models_below(annotation: object) -> set[type[BaseModel]]:
    """Every model that the annotation leads to."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        parts = (field.annotation for field in annotation.model_fields.values())
        return {annotation}.union(*(models_below(part) for part in parts))
    return set().union(*(models_below(part) for part in get_args(annotation)))


def words_below(annotation: object) -> set[str]:
    """Every word that a choice below the annotation allows."""
    found = {part for part in get_args(annotation) if isinstance(part, str)}
    return found.union(*(words_below(part) for part in get_args(annotation)))


def test_every_field_of_the_policy_is_described() -> None:
    models = models_below(Policy)
    assert len(models) > 12
    fields = {f"{model.__name__}.{field}": field for model in models for field in model.model_fields}
    assert sorted(where for where, field in fields.items() if field not in WORDS) == []


def test_every_choice_of_the_policy_is_described() -> None:
    choices = {
        word
        for model in models_below(Policy)
        for field in model.model_fields.values()
        for word in words_below(field.annotation)
    }
    assert "half_year" in choices
    assert sorted(choices - WORDS) == []


def test_every_column_of_a_roster_is_described() -> None:
    assert set(Person.model_fields) == set(PEOPLE.names)
    assert set(Department.model_fields) == set(DEPARTMENTS.names)
    assert (
        sorted({*PEOPLE.names, *DEPARTMENTS.names, *get_args(Role), *RosterQueries.model_fields} - WORDS)
        == []
    )
    assert all(headers[0] in TEXT for headers in (*PEOPLE.names.values(), *DEPARTMENTS.names.values()))


def test_the_defaults_described_are_the_defaults() -> None:
    rows = re.findall(r"^\| `(\w+)\.(\w+)` \|.*\| `?([\w/]+|\[6, 7\])`? \|$", TEXT, re.MULTILINE)
    assert len(rows) > 15
    for section, name, said in rows:
        default = getattr(Policy.model_fields[section].default, name)
        shown = {None: "always", (): "none", (6, 7): "[6, 7]"}.get(default, str(default))
        assert shown == said or (name == "draws"), (section, name)
