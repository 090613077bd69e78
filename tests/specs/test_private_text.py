"""Everything that people write about somebody is marked as private; every other text of an event is explained (C4)."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Literal, get_args, get_origin

import pytest
from hypothesis import strategies as st
from pydantic import BaseModel

from cairn.domain.goal.events import CommitteeDecided, GoalReturned, SignalRefused
from cairn.domain.people import PersonAway
from cairn.domain.private_text import Unreadable, about, hidden, in_private, private_parts
from cairn.domain.registry import EVENTS, decode
from cairn.domain.voting import Ballot
from tests.specs.given import for_all
from tests.specs.test_no_words_in_events import models

AT = datetime(2026, 1, 2, 9, tzinfo=UTC)

IDS = (
    "amendment stream "
    "by goal sheet cycle person adjustment restatement acting_for manager former owner department parent delegate "
    "holder event_stream head "
    "participants awaited to subordinate replacement replaced_by replaces waiting lapsed sheets unread id keys "
    "case mentor promised_by author people carried_from rater raters ballot second_line_manager subordinates "
    "calibration without handover"
)
NAMES = "metric subject subjects families departments family feed period key projection timezone event_type"
CODES = (
    "phase sha256 code field language plan content policy version curve changed grade grade_before grade_after mix "
    "grades computed gate best worst met by_points perspective form "
    "element digest pots"
)
PUBLIC: Mapping[str, str] = {
    **dict.fromkeys(IDS.split(), "an id, of a person, a stream or a department, or several"),
    **dict.fromkeys(NAMES.split(), "a name by which programs find something"),
    **dict.fromkeys(CODES.split(), "a code, a digest, a grade or a reference"),
    **dict.fromkeys(
        [
            "targets",
            "baselines",
            "bounds",
            "counterweights",
            "added",
            "assessments",
            "weights",
            "means",
            "goals",
        ],
        "numbers and goals by period or id",
    ),
}
"""Why texts of these names are public in every event."""
GOAL = "what the goal itself is, which its policy lets people read (RULES L12)"
WHO = "who somebody is, from the roster: lists sort and join by it, and nobody's opinion"
OURS = "of the company's own doings and of nobody in particular"
PUBLIC_HERE: Mapping[tuple[str, str], str] = {
    **{(model, "title"): GOAL for model in ("GoalDrafted", "GoalRevised", "NewGoal", "Changes", "Part")},
    ("Kpi", "unit"): GOAL,
    ("MultiplierPart", "unit"): "a department, or the company",
    ("IncidentRecorded", "kind"): "a kind of the policy; why it was recorded is private",
    ("IncidentPart", "kind"): "a kind of the policy",
    ("EarlierPart", "incidents"): "kinds of the policy",
    ("WorkEvaluated", "marks"): "numbers by criterion of the policy's form",
    ("KeyTask", "criteria"): GOAL,
    ("Capability", "outcomes"): GOAL,
    **{("Smart", name): GOAL for name in ("specific", "measurable", "achievable", "relevant", "time_bound")},
    ("Person", "name"): WHO,
    ("Person", "email"): WHO,
    ("Person", "title"): WHO,
    ("CycleLaunched", "title"): "the cycle's name",
    ("CycleAbandoned", "reason"): OURS,
    ("AppraisalOpened", "marks"): "the scale of marks, from the policy",
    ("Item", "anchors"): "what a mark looks like, from the policy",
    ("EventSkipped", "reason"): OURS,
    ("PolicyAmendmentProposed", "reason"): OURS,
    **{
        (model, name): "a version of the policy"
        for model in ("PolicyAmendmentProposed", "PolicyAmended")
        for name in ("before", "after")
    },
    **{("PolicyChange", name): "what a field of the policy says" for name in ("before", "after")},
    ("DeadlineMove", "name"): "a deadline's name",
    ("Department", "name"): "the department's name",
    ("PolicyAdopted", "name"): "the policy's name",
    ("SignalRefused", "name"): "the command's name",
    ("CycleSignalRefused", "name"): "the command's name",
    ("CaseSignalRefused", "name"): "the command's name",
    ("MentorNamed", "before"): "the id of the mentor before",
    **{(model, name): "a grade" for model in ("AppealDecided", "GradeMoved") for name in ("before", "after")},
    ("Origin", "file"): "the name of the table that a goal was written from",
    ("Origin", "template"): "the name of a template of the policy",
    ("PolicyAdopted", "text"): "the policy, which everybody has to know",
    ("HandoverReconciled", "table"): "the hash of a file",
    ("TargetsProposed", "source"): "the name of a file",
    ("Name", "zh"): "a name in the policy",
    ("Name", "en"): "a name in the policy",
    ("LeftOut", "facts"): "days and families",
    ("BegunAgain", "workflow"): "the name of a workflow",
    **{
        ("FeedScheduled", name): "where a feed's file lies and when it runs"
        for name in ("path", "base", "crons")
    },
    **{
        ("WebhookRegistered", name): "where another system is told, and of what"
        for name in ("webhook", "url", "kinds")
    },
    **{(f"Webhook{what}", "webhook"): "a webhook's name" for what in ("Removed", "GivenUp", "Resumed")},
    ("LaunchFailure", "facts"): "names of streams",
    **{(model, "appraisal"): "the name of a case" for model in ("GoalRated", "RatingPart")},
    ("Note", "facts"): "numbers, days and names of feeds; no reason that somebody wrote",
}
"""Why the others are."""


def says_text(annotation: Any) -> bool:
    if get_origin(annotation) is Literal:
        return False
    return annotation is str or any(map(says_text, get_args(annotation)))


STORED = {model for event in EVENTS.values() for model in models(event)}
TEXTS = [
    (model, name)
    for model in sorted(STORED, key=lambda model: model.__name__)
    for name, field in model.model_fields.items()
    if says_text(field.annotation)
]


def is_private(model: type[BaseModel], name: str) -> bool:
    parts = private_parts(model)
    return isinstance(parts, dict) and parts.get(name) in (True, {"*": True})


@pytest.mark.parametrize(("model", "name"), TEXTS, ids=lambda each: getattr(each, "__name__", each))
def test_every_text_of_an_event_is_private_or_explained(model: type[BaseModel], name: str) -> None:
    why = PUBLIC.get(name) or PUBLIC_HERE.get((model.__name__, name))
    assert is_private(model, name) != bool(why), f"{model.__name__}.{name}: mark it as private or say why not"


def test_nothing_is_explained_that_is_not_there() -> None:
    there = {(model.__name__, name) for model, name in TEXTS}
    assert PUBLIC_HERE.keys() <= there and PUBLIC.keys() <= {name for _, name in there}


def test_what_people_write_is_private_wherever_an_event_has_it() -> None:
    """Names under which people's words are kept, whatever the event."""
    words = {
        *(
            "comment",
            "comments",
            "texts",
            "note",
            "words",
            "agreed",
            "evidence",
            "heard",
            "said",
            "behaviour",
        ),
        "sealed",
        *("value", "action", "need", "question", "what", "missing", "shown", "aim", "expected", "shown_by"),
        "grounds",
    }
    assert [each for each in TEXTS if each[1] in words and not is_private(*each)] == []
    elsewhere_public = {"reason", "facts", "told", "name", "marks"}
    assert {name for model, name in TEXTS if is_private(model, name)} == words | elsewhere_public


def test_texts_in_parts_of_an_event_are_found() -> None:
    assert private_parts(CommitteeDecided) == {"ballots": {"*": {"comment": True}}}
    assert private_parts(SignalRefused) == {"facts": True}


@pytest.mark.parametrize(
    ("stream", "whom"),
    {
        "goal-2026-E1-1": "E1",
        "goal-2026-E-7-2.1": "E-7",
        "goal-2026-department.sales-1": "department.sales",
        "goal-2026-company-1": "company",
        "sheet-2026-E-7-2": "E-7",
        "sheet-2026-department.a-b-1": "department.a-b",
        "feedback-2026-E-7-2": "E-7",
        "coaching-2026-E-7-2": "E-7",
        "request-2026-department.sales-2": "department.sales",
        "promise-2026-E1-1": "E1",
        "review-2026-E1-1": "E1",
        "person-E-7": "E-7",
        "department-sales": "department.sales",
        "cycle-2026": "company",
        "erasure-E7": "company",
    }.items(),
)
def test_the_key_is_that_of_whom_the_stream_is_about(stream: str, whom: str) -> None:
    assert about(stream) == whom


def returned(comment: str) -> GoalReturned:
    return GoalReturned(goal="goal-2026-E1-1", comment=comment, by="M1", at=AT)


@pytest.mark.parametrize("why", Unreadable)
def test_words_that_cannot_be_read_are_no_words_and_say_why(why: Unreadable) -> None:
    kept = returned(why).model_dump_json()
    assert json.loads(kept)["comment"] == {"unreadable": why.value}
    read = decode("GoalReturned", kept)
    assert isinstance(read, GoalReturned) and read.comment is why


def test_without_its_key_an_event_reads_as_one_whose_words_are_hidden() -> None:
    raw = json.loads(returned("x").model_dump_json()) | {"comment": {"sealed": "AAAA", "key": "k"}}
    read = decode("GoalReturned", json.dumps(raw))
    assert isinstance(read, GoalReturned) and read.comment is Unreadable.HIDDEN


@pytest.mark.parametrize("words", ["erased", "hidden", '{"unreadable": "erased"}', "", "改"])
def test_whatever_somebody_writes_is_never_taken_for_such_a_mark(words: str) -> None:
    read = decode("GoalReturned", returned(words).model_dump_json())
    assert isinstance(read, GoalReturned) and read.comment == words
    assert not isinstance(read.comment, Unreadable)


def test_who_may_not_read_words_is_told_that_there_are_some() -> None:
    ballots = (Ballot(by="C1", vote="for", comment="so", at=AT), Ballot(by="C2", vote="for", at=AT))
    facts = {"ballots": [each.model_dump(mode="json") for each in ballots], "quorum": 1}
    told = hidden(facts, CommitteeDecided)
    assert [each["comment"] for each in told["ballots"]] == [{"unreadable": "hidden"}, ""]
    assert told["ballots"][0]["vote"] == "for" and told["quorum"] == 1
    gone = {"comment": {"unreadable": "erased"}}
    assert hidden(gone, GoalReturned) == gone


@for_all(st.text(), st.text())
def test_only_private_values_are_touched(reason: str, by: str) -> None:
    event = PersonAway(person="E1", first=date(2026, 1, 1), reason=reason, by=by, at=AT)
    data = json.loads(event.model_dump_json())
    told = in_private(data, private_parts(PersonAway), lambda value, path: f"{path}: {value}")
    assert told == data | ({"reason": f"reason: {reason}"} if reason else {})
