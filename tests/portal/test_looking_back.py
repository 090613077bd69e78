"""Replay as of any moment, and read models rebuilt: what auditors and operators type."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cairn_portal.cli.goal.replay import bound_of
from cairn_portal.cli.typed import OptionInvalid
from tests.portal.conftest import Cairn

SHANGHAI = ZoneInfo("Asia/Shanghai")


async def test_a_replay_tells_who_did_what_under_which_policy(cairn: Cairn, launched: str) -> None:
    goal = f"goal-{launched}-H1-2"
    await cairn("goal", "revise", goal, "--title", "学会调解", "--by", "H1")
    said = await cairn("replay", goal)
    assert said.code == 0
    assert "学会谈判 → 学会调解" in said.out and "tiny@" in said.out


async def test_a_replay_as_of_a_position_stops_there(cairn: Cairn, launched: str) -> None:
    goal = f"goal-{launched}-H1-2"
    story = (await cairn("replay", goal, "--json")).json["events"]
    drafted = next(each["position"] for each in story if each["type"] == "GoalDrafted")
    then = (await cairn("replay", goal, "--as-of", str(drafted), "--json")).json
    assert then["state"]["title"] == "学会谈判"
    assert all(each["position"] <= drafted for each in then["events"])


async def test_a_replay_step_by_step_shows_the_state_after_each_event(cairn: Cairn, launched: str) -> None:
    said = await cairn("replay", f"goal-{launched}-H1-2", "--step", "--lang", "en")
    assert said.code == 0 and "1 / " in said.out and "→ draft" in said.out


async def test_before_a_goal_there_is_nothing_to_replay(cairn: Cairn, launched: str) -> None:
    said = await cairn("replay", f"goal-{launched}-H1-2", "--as-of", "recorded:2001-01-01")
    assert said.code == 1


def test_a_day_means_its_end_and_recorded_names_the_other_clock() -> None:
    assert bound_of("2026-03-31", SHANGHAI).occurred == datetime(2026, 3, 31, 15, 59, 59, 999999, tzinfo=UTC)
    assert bound_of("recorded:2026-03-31T12:00+00:00", SHANGHAI).recorded == datetime(
        2026, 3, 31, 12, tzinfo=UTC
    )
    assert bound_of("1234", SHANGHAI).position == 1234
    with pytest.raises(OptionInvalid):
        bound_of("yesterday", SHANGHAI)


async def test_every_read_model_equals_one_rebuilt_from_the_log(cairn: Cairn, launched: str) -> None:
    said = await cairn("projections", "rebuild", "--json")
    assert said.code == 0, said.out
    assert all(table["only_live"] == 0 for tables in said.json.values() for table in tables)


async def test_a_read_model_nobody_knows_is_a_usage_error_that_lists_them(cairn: Cairn) -> None:
    said = await cairn("projections", "rebuild", "nonsense")
    assert (said.code, "history" in said.err) == (2, True)


async def test_the_status_says_that_all_is_well(cairn: Cairn, launched: str) -> None:
    said = await cairn("status", "--json")
    assert said.json["worker_listens"] is True
    assert (said.code, said.json["notes"]) == (0, [])


async def test_recovering_begins_a_workflow_for_every_open_goal(cairn: Cairn, launched: str) -> None:
    said = await cairn("recover", "--json")
    assert said.code == 0
    assert (
        said.json["running"] >= said.json["open_goals"] >= 10
    )  # and those of cycles that other tests launch
