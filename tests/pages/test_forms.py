"""A form for every command, from its row: each field can be drawn, is called something in both languages, and what is
typed into it comes back as the write path wants it."""

from datetime import date
from typing import Any, cast

import pytest

from cairn.application.cases import KINDS, read_case_command
from cairn.application.offers import Offer, literals
from cairn.domain.coaching.commands import OpenCoaching
from cairn.domain.goal.commands import COMMANDS
from cairn.i18n import Language
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.forms import PREFIX, Field, Known, choice, fields_of
from cairn_portal.web.typed import read_form
from tests.specs.company import on

EVERY = [
    *((kind, name, command) for kind, each in KINDS.items() for name, command in each.commands.items()),
    *(("goal", name, command) for name, command in COMMANDS.items()),
]
NOT_ASKED = {"by", "at", "case", "goal", "files", "adjustment", "origin", "carried_from", "changes"}
"""Fields that something else says: the page, the session, the clock, a table; files are not sent here yet."""


def flat(fields: list[Field] | tuple[Field, ...]) -> list[Field]:
    return [one for each in fields for one in (each, *flat(tuple(each.parts)))]


def drawn(kind: str, name: str, command: Any, language: Language = "en") -> list[Field]:
    return fields_of(PageReader(language), kind, Offer(name, command, {}), Known(), {})


@pytest.mark.parametrize(
    ("kind", "name", "command"), EVERY, ids=lambda each: each if isinstance(each, str) else ""
)
def test_every_field_of_every_command_is_in_its_form(kind: str, name: str, command: Any) -> None:
    found = {each.name.removeprefix(f"{PREFIX}.") for each in drawn(kind, name, command)}
    wanted = set(command.model_fields) - NOT_ASKED - command.looked_up
    if kind != "goal" and "goal" in command.model_fields:
        wanted.add("goal")
    assert wanted <= found


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("kind", "name", "command"), EVERY, ids=lambda each: each if isinstance(each, str) else ""
)
def test_every_field_and_choice_has_a_word_of_its_own(
    kind: str, name: str, command: Any, language: Language
) -> None:
    at = PageReader(language)
    for field in flat(drawn(kind, name, command, language)):
        last = field.name.rpartition(".")[2]
        if not last.isdigit():
            assert language == "en" or field.label != last, field.name
        assert "_" not in field.label, field.name
    for name_, info in command.model_fields.items():
        for value in literals(info.annotation):
            said = choice(at, kind, name_, value)
            assert "_" not in said and (language == "en" or said != value), f"{name_}: {value}"


def test_what_is_typed_comes_back_as_the_command_wants_it() -> None:
    typed = [
        ("fields.gap", "skill"), ("fields.facts", "three demonstrations without a delivery date"),
        ("fields.aim", "asks on their own"), ("fields.ends", "2026-09-01"), ("fields.mentor", ""),
        ("fields.checkpoints.0.expected", "asks for the date"), ("fields.checkpoints.0.until", "2026-06-01"),
        ("fields.checkpoints.0.shown_by", ""), ("fields.checkpoints.1.expected", ""),
        ("fields.checkpoints.1.until", ""), ("fields.insist", "no"), ("fields.insist", "yes"),
    ]  # fmt: skip
    fields = read_form(KINDS["coaching"].commands["open"], typed, "Asia/Shanghai")
    read = cast(OpenCoaching, read_case_command("open", "coaching-2026-E1-1", "M1", on("03-01"), fields))
    assert [(each.expected, each.until) for each in read.checkpoints] == [
        ("asks for the date", date(2026, 6, 1))
    ]
    assert (read.mentor, read.insist, read.trainings) == (None, True, ())


def test_a_box_that_is_not_ticked_says_no() -> None:
    acknowledge = KINDS["result"].commands["acknowledge"]
    assert read_form(acknowledge, [("fields.number", "1"), ("fields.agrees", "no")], None)["agrees"] is False
    assert "agrees" not in read_form(acknowledge, [("fields.number", "1")], None)


def test_a_moment_is_told_by_the_clock_of_the_cycle() -> None:
    observe = KINDS["feedback"].commands["observe"]
    read = read_form(observe, [("fields.seen_at", "2026-03-02T09:30")], "Asia/Shanghai")
    assert read["seen_at"] == "2026-03-02T09:30:00+08:00"


def test_texts_and_weights_by_name_come_back_by_name() -> None:
    submit = KINDS["review"].commands["submit"]
    typed = [("fields.texts.plan", "two a day"), ("fields.texts.progress", " "), ("fields.base", "3")]
    assert read_form(submit, typed, None) == {"texts": {"plan": "two a day"}, "base": "3"}
    changes = [
        ("fields.changes.targets", "Q3 = 130\nQ4＝120"),
        ("fields.changes.cancel", "no"),
        ("fields.reason", "x"),
    ]
    assert read_form(COMMANDS["adjust"], changes, None)["changes"] == {"targets": {"Q3": "130", "Q4": "120"}}
