"""Names and texts without end, and signs that no log can hold, are refused at the door, in words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cairn.application.goals import read_command
from cairn.application.person_commands import read_person_command
from cairn.domain.refusal import Refusal
from cairn.i18n import refusal_message

GOAL, NOW = "goal-2026-E1-1", datetime(2026, 1, 5, tzinfo=UTC)
TOO_MUCH = {"too long": "x" * 10_001, "a NUL": "a\0b", "half a character": "a\ud800b"}


def refused(read: Any, *given: Any) -> Refusal:
    with pytest.raises(Refusal) as found:
        read(*given)
    said = refusal_message(found.value)
    assert said.text("zh") and "\0" not in said.text("en") and len(said.text("en")) < 400
    return found.value


@pytest.mark.parametrize("text", TOO_MUCH.values(), ids=TOO_MUCH)
@pytest.mark.parametrize("field", ["goal", "by", "command_id", "reason"])
def test_a_command_with_such_a_name_or_text_is_refused_and_the_field_named(field: str, text: str) -> None:
    given = {"goal": GOAL, "by": "E1", "command_id": "c1", "reason": "why", field: text}
    found = refused(
        read_command,
        "pause",
        given["goal"],
        given["by"],
        NOW,
        {"reason": given["reason"]},
        given["command_id"],
    )
    assert (found.code, found.field) == ("command.field", field)


@pytest.mark.parametrize("text", TOO_MUCH.values(), ids=TOO_MUCH)
def test_so_is_a_text_deep_in_a_command(text: str) -> None:
    fields = {"changes": {"title": text}, "reason": "why"}
    found = refused(read_command, "adjust", GOAL, "E1", NOW, fields, "c1")
    assert (found.code, found.field) == ("command.field", "changes.title")


@pytest.mark.parametrize("text", TOO_MUCH.values(), ids=TOO_MUCH)
@pytest.mark.parametrize("field", ["person", "by", "reason"])
def test_so_is_a_command_about_a_person(field: str, text: str) -> None:
    given = {"person": "E1", "by": "H1", "reason": "why", field: text}
    fields = {"on": "2026-02-01", "reason": given["reason"]}
    found = refused(read_person_command, "leave", given["person"], given["by"], NOW, fields)
    assert (found.code, found.field) == ("command.field", field)


def test_a_name_of_four_hundred_characters_is_the_longest() -> None:
    assert read_command("pause", GOAL, "E" * 400, NOW, {"reason": "why"}, "c1").by == "E" * 400
    assert refused(read_command, "pause", GOAL, "E" * 401, NOW, {"reason": "why"}, "c1").field == "by"
