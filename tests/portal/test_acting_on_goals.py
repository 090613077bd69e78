"""What employees, managers and HR type: each command answered, each refusal a sentence with who could do it."""

from tests.portal.conftest import Cairn


async def test_a_goal_goes_from_draft_to_approved_and_people_read_what_they_wrote(
    cairn: Cairn, launched: str
) -> None:
    goal = f"goal-{launched}-E1-1"
    assert (await cairn("goal", "submit", goal, "--by", "E1")).code == 0
    assert (await cairn("goal", "show", goal, "--json")).json["goal"]["stage"] == "submitted"
    said = await cairn("goal", "approve", goal, "--by", "M1")
    assert said.code == 0 and "已批准" in said.out
    assert (await cairn("goal", "show", goal, "--json")).json["goal"]["stage"] == "approved"


async def test_nobody_approves_their_own_goal_and_hears_who_may(cairn: Cairn, launched: str) -> None:
    goal = f"{launched}-E2-1"
    await cairn("goal", "submit", goal, "--by", "E2")
    said = await cairn("goal", "approve", goal, "--by", "E2", "--lang", "en")
    assert (said.code, "M1" in said.err) == (1, True)


async def test_a_whole_inbox_is_done_at_once_with_an_answer_for_each_goal(
    cairn: Cairn, launched: str
) -> None:
    assert (await cairn("goal", "submit", "--all", "--by", "E3")).code == 2, "--all asks first"
    said = await cairn("goal", "submit", "--all", "--yes", "--by", "E3", "--json")
    assert (said.code, said.json["done"]) == (0, 2)
    assert (await cairn("inbox", "--by", "E3", "--json")).json == []


async def test_of_many_goals_those_refused_are_told_beside_those_done(cairn: Cairn, launched: str) -> None:
    goals = [f"goal-{launched}-E3-1", f"goal-{launched}-E2-2"]
    said = await cairn("goal", "return", *goals, "--comment", "请写清楚", "--by", "M1", "--json")
    assert said.code == 1
    assert {each["goal"]: each["refused"] for each in said.json["answers"]} == {
        goals[0]: None,
        goals[1]: "goal.stage",
    }


async def test_the_same_command_id_is_done_once(cairn: Cairn, launched: str) -> None:
    goal = f"goal-{launched}-M1-1"
    for _ in range(2):
        said = await cairn("goal", "revise", goal, "--target", "1300", "--by", "M1", "--id", "once", "--json")
        assert said.code == 0
    story = (await cairn("replay", goal, "--json")).json["events"]
    assert [each["type"] for each in story].count("GoalRevised") == 1


async def test_an_unknown_goal_is_refused_with_what_was_probably_meant(cairn: Cairn, launched: str) -> None:
    said = await cairn("goal", "submit", f"goal-{launched}-E1-9", "--by", "E1")
    assert said.code == 1
    assert f"goal-{launched}-E1-1" in said.err


async def test_a_command_needs_somebody_who_gives_it(cairn: Cairn, launched: str) -> None:
    said = await cairn("goal", "submit", f"goal-{launched}-E1-2")
    assert (said.code, "CAIRN_ACTOR" in said.err) == (2, True)
    assert (await cairn("goal", "submit", f"goal-{launched}-E1-2", CAIRN_ACTOR="E1")).code == 0


async def test_what_is_no_number_is_a_usage_error(cairn: Cairn, launched: str) -> None:
    said = await cairn("goal", "revise", f"goal-{launched}-H1-1", "--target", "many", "--by", "H1")
    assert (said.code, "many" in said.err) == (2, True)


async def test_a_return_without_a_comment_is_a_usage_error(cairn: Cairn, launched: str) -> None:
    assert (await cairn("goal", "return", f"goal-{launched}-H1-1", "--by", "M1")).code == 2


async def test_progress_and_scores_of_somebody_who_has_none_yet_say_so(cairn: Cairn, launched: str) -> None:
    assert (await cairn("progress", "H1")).code == 0
    assert "还没有得分" in (await cairn("scores", "H1", "--cycle", launched)).out


async def test_an_unknown_person_is_named(cairn: Cairn) -> None:
    said = await cairn("progress", "NOBODY", "--lang", "en")
    assert (said.code, "NOBODY" in said.err) == (1, True)
