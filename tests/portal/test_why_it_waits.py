"""Why something waits: for whom, since when, what comes next by itself, and what was tried."""

from tests.portal.conftest import Cairn


async def test_what_a_goal_waits_for_what_comes_next_and_what_was_tried(cairn: Cairn, launched: str) -> None:
    goal = f"goal-{launched}-E3-2"
    assert (await cairn("goal", "submit", goal, "--by", "E3")).code == 0
    urged = await cairn("goal", "urge", goal, "--by", "E3", "--note", "请在周五前看一下")
    assert urged.code == 0, urged.err
    found = (await cairn("why", goal, "--json")).json
    [on] = found["on"]
    assert (found["stage"], on["who"]) == ("submitted", "M1")
    assert found["next"][0]["phase"] == "approvals_remind"
    [tried] = found["tried"]
    assert (tried["type"], tried["by"], tried["to"], tried["why"]) == (
        "GoalUrged",
        "E3",
        ["M1"],
        "请在周五前看一下",
    )
    said = await cairn("why", goal, "--lang", "en")
    assert "waits for M1" in said.out and "by itself" in said.out
    again = await cairn("goal", "urge", goal, "--by", "H1", "--lang", "en")
    assert (again.code, "can be urged again" in " ".join(again.err.split())) == (1, True)


async def test_everything_that_waits_for_somebody_is_urged_at_once(cairn: Cairn, launched: str) -> None:
    said = await cairn("goal", "urge", "--waiting-for", "E2", "--cycle", launched, "--by", "H1", "--json")
    assert said.code == 0, said.err
    notices = (await cairn("notices", "--by", "E2", "--json")).json
    assert "GoalUrged" in {each["type"] for each in notices}
    shown = (await cairn("notices", "--by", "E2", "--lang", "zh")).out
    assert "操作人" in shown and "采用人" not in shown


async def test_what_was_handed_in_is_recalled_and_what_was_approved_goes_a_step_back(
    cairn: Cairn, launched: str
) -> None:
    goal = f"goal-{launched}-E3-1"
    for asked in (
        ("submit", "--by", "E3"),
        ("recall", "--by", "E3", "--reason", "目标值写错了"),
        ("submit", "--by", "E3"),
        ("approve", "--by", "M1"),
        ("step-back", "--by", "H1", "--reason", "批错了目标"),
    ):
        said = await cairn("goal", asked[0], goal, *asked[1:])
        assert said.code == 0, said.err
    assert (await cairn("goal", "show", goal, "--json")).json["goal"]["stage"] == "submitted"
    history = (await cairn("replay", goal)).out
    assert "目标值写错了" in history and "批错了目标" in history


async def test_why_names_what_it_is_for(cairn: Cairn, launched: str) -> None:
    said = await cairn("why", f"sheet-{launched}-E3-1", "--lang", "en")
    assert said.code != 0 and "cairn sheet show" in said.err
