"""Commands arrive from anywhere: their numbers and days get the answers that a file gets, or are refused."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cairn.application.goals import read_command
from cairn.domain.goal.commands import CheckIn, RequestAdjustment, ReviseGoal
from cairn.domain.measure import Kpi
from cairn.domain.quantity import is_bounded
from cairn.domain.refusal import Refusal
from cairn.i18n import refusal_message

NOW = datetime(2026, 3, 2, tzinfo=UTC)
GOAL = "goal-2026-E1-1"


def read(name: str, **fields: Any) -> Any:
    return read_command(name, GOAL, "E1", NOW, fields, "c1")


def refused(name: str, **fields: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(name, **fields)
    return caught.value


@pytest.mark.parametrize(
    "value", ["1e400", "9" * 47, "1e999999999", "1e-400", "NaN", "Infinity", 10**47, 1e300]
)
def test_a_check_in_without_end_is_refused(value: object) -> None:
    """Engine, numbers: a check-in of 1e400, of 47 digits, of 1e999999999."""
    refusal = refused("check_in", value=value)
    assert refusal.code == "command.field" and refusal.field == "value"
    assert refusal_message(refusal).text("en").startswith("check_in: value: ")


def test_a_target_without_end_is_refused_wherever_it_stands() -> None:
    """Engine, numbers: `revise --target 1e400`."""
    measure = {"kind": "kpi", "target": "1e400"}
    assert refused("revise", measure=measure).field == "measure.target"
    changes = {"targets": {"Q1": "1e400"}}
    assert refused("adjust", changes=changes, reason="x").field == "changes.targets.Q1"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("50,5", "points: '50,5' has a decimal comma: did you mean 50.5? Write it with a point"),
        ("1.234,5", "points: '1.234,5' has a decimal comma: did you mean 1234.5? Write it with a point"),
        ("95%", "points: '95%' is a percentage where a plain number is needed: if 95 is meant, write 95"),
        ("good", "points: 'good' is no number: write it as 1234.56"),
    ],
)
def test_a_number_gets_the_same_answer_as_in_a_file(written: str, said: str) -> None:
    """Doors, decimal comma."""
    refusal = refused("assess", period="Q1", points=written)
    assert refusal_message(refusal).text("en") == f"assess: {said}"
    assert "assess：points：" in refusal_message(refusal).text("zh")


def test_full_width_digits_and_separators_are_read() -> None:
    assert read("check_in", value="１，２３４．５", on="2026年3月1日").value == Decimal("1234.5")
    assert read("check_in", value="1", on="2026/3/1").on == date(2026, 3, 1)
    assert read("revise", measure={"kind": "kpi", "target": "1,200"}).measure.target == 1200


def test_a_day_that_does_not_exist_is_refused_for_its_true_reason() -> None:
    said = refusal_message(refused("check_in", value="1", on="2026-02-30"))
    assert said.text("en") == "check_in: on: '2026-02-30' does not exist: 2026-02 has 28 days"


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (CheckIn, {"value": Decimal("1e400")}),
        (ReviseGoal, {"measure": Kpi(target=Decimal("1e400"))}),
        (
            RequestAdjustment,
            {"adjustment": "a", "reason": "x", "changes": {"targets": {"Q1": Decimal("9" * 31)}}},
        ),
    ],
)
def test_the_domain_has_limits_of_its_own(command: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="number_too_long"):
        command(goal=GOAL, by="E1", at=NOW, **fields)


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_a_bounded_number_is_one_that_can_be_written_out(number: Decimal) -> None:
    if is_bounded(number) and number != 0:
        assert len(format(number, "f").replace(".", "").lstrip("-").lstrip("0")) <= 30
