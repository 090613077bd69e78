"""Events hold codes and facts: their sentences are made when somebody reads, in either language."""

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from cairn.domain.case.events import CaseSignalRefused
from cairn.domain.cycle.events import CycleSignalRefused, LaunchFailure, LeftOut, ReviewLeftOut
from cairn.domain.goal.events import GoalCancelled, GoalScored, LastDaySet, Note, SignalRefused
from cairn.domain.launch.plan import LaunchPlan, Missing, SheetPlan
from cairn.domain.policy import Name
from cairn.domain.registry import EVENTS
from cairn.domain.sheet.events import (
    GoalRemoved,
    RestatementProposed,
    ResultIssued,
    SheetLastDaySet,
    SheetScored,
)
from cairn.i18n.catalogues import Language, sentence

SAID: dict[tuple[type[BaseModel], str], str] = {
    (LeftOut, "code"): "left_out",
    (ReviewLeftOut, "code"): "left_out_of_reviews",
    (LaunchFailure, "code"): "launch_failure",
    (GoalCancelled, "cause"): "cause",
    (LastDaySet, "cause"): "cause",
    (GoalScored, "cause"): "cause",
    (SheetScored, "cause"): "cause",
    (ResultIssued, "cause"): "cause",
    (RestatementProposed, "cause"): "cause",
    (SheetLastDaySet, "cause"): "cause",
    (SheetPlan, "cause"): "cause",
    (GoalRemoved, "cause"): "cause",
    (Missing, "code"): "missing",
    (Note, "code"): "note",
}
"""Under which kind of message the codes of a field are said."""
OF_REFUSALS: tuple[type[BaseModel], ...] = (SignalRefused, CycleSignalRefused, CaseSignalRefused)
"""Their codes are those of refusals, which have a spec of their own."""
IN_WORDS = ("sentence", "message", "_zh", "_en")


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model that a value of this type may hold, its own parts included."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    for argument in get_args(annotation):
        yield from models(argument)


STORED = {model for event in (*EVENTS.values(), LaunchPlan) for model in models(event)}


def codes_of(model: type[BaseModel], field: str) -> tuple[str, ...]:
    annotation = model.model_fields[field].annotation
    choices = [each for each in (annotation, *get_args(annotation)) if get_origin(each) is Literal]
    return tuple(code for each in choices for code in get_args(each))


def test_the_parts_of_events_were_looked_through() -> None:
    assert {LeftOut, LaunchFailure, Missing, Name} <= STORED and len(STORED) > len(EVENTS)


@pytest.mark.parametrize("model", sorted(STORED, key=str), ids=str)
def test_no_event_has_a_field_for_a_sentence(model: type[BaseModel]) -> None:
    assert [name for name in model.model_fields if name.endswith(IN_WORDS)] == []


def test_every_field_of_codes_has_its_kind_of_messages() -> None:
    coded = {(model, name) for model in STORED for name in model.model_fields if name in ("code", "cause")}
    assert coded == {*SAID, *((model, "code") for model in OF_REFUSALS)}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("model", "field"), SAID, ids=lambda each: getattr(each, "__name__", each))
def test_every_code_is_said_in_both_languages(model: type[BaseModel], field: str, language: Language) -> None:
    ids = [f"{SAID[model, field]}:{code}" for code in codes_of(model, field)]
    assert ids and [id for id in ids if sentence(language, id) == id] == []
