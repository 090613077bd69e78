"""A refusal is a code with facts; its sentence is made where somebody reads it, and schemas speak as people do."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json, to_json

from activities.inputs import Refused
from cairn.domain.goal.commands import AssessGoal, DraftGoal
from cairn.domain.invalid import invalid_command
from cairn.domain.measure import Kpi
from cairn.domain.policy import Deadlines
from cairn.domain.refusal import Refusal
from cairn.i18n import refusal_message
from cairn.i18n.schema import schema_message

SPACE = Refusal("sheet.space", field="changes", needs=Decimal("10.00"), left=Decimal(5), space=Decimal(15))


def test_a_refusal_carries_codes_and_values_and_no_sentence() -> None:
    refusal = Refusal("adjustment.window", field="at", days=10, next=date(2026, 4, 1))
    assert (refusal.code, refusal.field) == ("adjustment.window", "at")
    assert refusal.facts == {"days": "10", "next": "2026-04-01"}
    assert str(refusal) == "adjustment.window (days=10, next=2026-04-01)"


def test_its_sentence_is_said_in_the_readers_language() -> None:
    assert "已没有下一次" in refusal_message(Refusal("adjustment.window-over", days=10)).text("zh")
    assert "needs 10 points of flexible space, 5 of 15 are left" in refusal_message(SPACE).text("en")


def test_codes_among_the_facts_are_said_in_words() -> None:
    refusal = Refusal("goal.stage", command="confirm", stage="draft", when=["adjusting"])
    assert (
        refusal_message(refusal).text("zh") == "目标当前为“草稿”，不能确认调整；只有在以下状态可以：调整中。"
    )
    assert "“confirm an adjustment” is possible only while it is adjusting" in refusal_message(refusal).text(
        "en"
    )


def test_who_could_is_named() -> None:
    refusal = Refusal("goal.own", field="by", by="lin", who="manager", manager="wang")
    assert refusal_message(refusal).text("zh").endswith("应由直接上级 wang 处理。")
    assert "the manager wang may" in refusal_message(refusal).text("en")


def test_a_refusal_travels_as_json_and_says_the_same_afterwards() -> None:
    refusal = Refusal("measure.curve", curve="standrd", known=["bands", "standard"], nothing=None)
    there = Refused.model_validate(from_json(to_json(Refused.of(refusal))))
    assert there.facts == refusal.facts and str(there) == str(refusal)
    assert refusal_message(there) == refusal_message(refusal)


def wrong(model: Any, value: object) -> ErrorDetails:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(model).validate_python(value)
    return caught.value.errors(include_url=False)[0]


@pytest.mark.parametrize(
    ("model", "value", "chinese", "english"),
    [
        (Kpi, {"target": "many"}, "target 要写一个数，而这里是 many", "target needs a number, not many"),
        (Kpi, {"target": "60%"}, "target 要写一个数，而这里是 60%（百分数", "60 means 60%"),
        (Kpi, {"direction": "hihger"}, "（是不是 higher？）：可以写 higher、lower", "(did you mean higher?)"),
        (Kpi, {"direktion": "higher"}, "没有 direktion 这个字段：请改名或删去", "no field direktion here"),
        (Kpi, {"direction": "range"}, "区间指标要写 lower 和 upper", "needs lower and upper"),
        (Kpi, {"targets": {"Q1": None}}, "targets.Q1 要写一个数，而这里是 –", "targets.Q1 needs a number"),
        (Kpi, {"targets": 5}, "targets 下面要写若干", "targets needs lines of `name: value`, not 5"),
        (DraftGoal, {}, "缺少字段 by：请补上", "the field by is missing: add it"),
        (Deadlines, {"drafts_due": 2.5}, "drafts_due 要写一个整数，而这里是 2.5", "a whole number, not 2.5"),
        (Deadlines, {"drafts_due": 0}, "drafts_due 不能小于 1，而这里是 0", "may not be below 1"),
        (Deadlines, {"drafts_due": 30}, "approvals_due 必须晚于 drafts_due", "approvals_due must come after"),
    ],
)
def test_a_schema_says_which_field_what_is_wrong_and_what_to_write(
    model: type[BaseModel], value: object, chinese: str, english: str
) -> None:
    said = schema_message(wrong(model, value))
    assert chinese in said.text("zh") and english in said.text("en")
    assert "Input should" not in said.text("en") and "{" not in said.text("zh").replace("{…}", "")


def test_the_caller_may_know_the_field_and_its_words_better() -> None:
    error = wrong(Kpi, {"metrc": "deals"})
    said = schema_message(error, "metrc", "metrc", known=["metric", "target"])
    assert said.text("zh") == "没有 metrc 这个字段（是不是 metric？）：请改名或删去"
    assert schema_message(error, "x", "x", known=["metric"]).text("en") == (
        "there is no field x here: there may be metric"
    )


def test_a_command_whose_fields_do_not_fit_is_refused_in_the_same_words() -> None:
    fields = {"goal": "g", "by": "wang", "at": "2026-01-05T09:00+08:00", "period": "Q1", "points": "good"}
    with pytest.raises(ValidationError) as caught:
        AssessGoal.model_validate(fields)
    refusal = invalid_command("assess", caught.value)
    assert (refusal.code, refusal.field) == ("command.invalid", "points")
    assert refusal_message(refusal).text("zh") == "assess：points 要写一个数，而这里是 good"
    assert refusal_message(refusal).text("en") == "assess: points needs a number, not good"
