"""A command is known by its stream and its caller's key; kind, actor and content are compared (RULES C1)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cairn.domain.cycle.commands import CloseCycle, FinishPeriod
from cairn.domain.goal.commands import CancelGoal, CheckIn, CloseGoal, ResumeGoal
from cairn.domain.identity import Identity, by_system, check_key, identify
from cairn.domain.refusal import Refusal

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
GOAL = "goal-2026-E1-1"
KEYS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8)
STREAMS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def check_in(by: str = "E1", at: datetime = NOW, **fields: object) -> CheckIn:
    return CheckIn.model_validate({"goal": GOAL, "by": by, "at": at, **fields})


@given(KEYS, STREAMS, KEYS, STREAMS)
def test_no_two_keys_or_streams_meet(key: str, stream: str, other_key: str, other_stream: str) -> None:
    one, other = Identity(stream, key, "", ""), Identity(other_stream, other_key, "", "")
    assert (one.id == other.id) == ((key, stream) == (other_key, other_stream))


def test_asked_again_later_it_is_the_same_command() -> None:
    assert identify(check_in(value=5), GOAL, "k") == identify(
        check_in(value=5, at=NOW + timedelta(days=1), note=""), GOAL, "k"
    )


@pytest.mark.parametrize(
    "other",
    [
        check_in(by="E2", value=5),
        check_in(value=6),
        check_in(value=Decimal("5.0"), note="and more"),
        CancelGoal(goal=GOAL, reason="no", by="E1", at=NOW),
    ],
)
def test_another_actor_another_content_or_another_kind_is_another_command(
    other: CheckIn | CancelGoal,
) -> None:
    assert identify(other, GOAL, "k").asked != identify(check_in(value=5), GOAL, "k").asked


def test_two_kinds_with_the_same_fields_are_two_commands() -> None:
    both = (kind(goal=GOAL, by="H", at=NOW) for kind in (CloseGoal, ResumeGoal))
    assert len({identify(command, GOAL, "k").digest for command in both}) == 2


def test_what_is_looked_up_in_the_log_is_no_part_of_what_is_asked() -> None:
    early = CloseCycle(cycle="2026", open_goals=(GOAL,), goals=2, by="H", at=NOW)
    late = CloseCycle(cycle="2026", goals=1, by="H", at=NOW)
    assert identify(early, "cycle-2026", "k") == identify(late, "cycle-2026", "k")
    one, other = (
        FinishPeriod(cycle="2026", period=period, sheets=1, due=NOW, by="system", at=NOW)
        for period in ("Q1", "Q2")
    )
    assert identify(one, "cycle-2026", "k") != identify(other, "cycle-2026", "k")


@pytest.mark.parametrize("key", ["system:", "system:close", by_system(GOAL, "x").key])
def test_a_key_of_the_systems_is_refused(key: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_key(key)
    assert (refused.value.code, refused.value.field) == ("command.key-reserved", "command_id")


@pytest.mark.parametrize("key", ["a\tb", "a\nb", "\x7f", "\x00"])
def test_a_key_with_a_control_character_is_refused(key: str) -> None:
    with pytest.raises(Refusal, match=r"command\.key-unwritable"):
        check_key(key)


@pytest.mark.parametrize("key", ["launch", "period_scored:Q1:2026-04-06", "系统:1", "k system:", ""])
def test_any_other_key_is_the_callers(key: str) -> None:
    check_key(key)
