"""Bulk endpoints: many commands in one request, each as if it were given alone."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest_asyncio

from cairn.domain.goal.commands import COMMANDS
from cairn_portal.api.bulk import MOST
from tests.pages.conftest import Served, begun
from tests.pages.test_api import documented


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cycle(served: Served) -> AsyncIterator[str]:
    """A cycle whose goals nobody else touches."""
    async with begun(served, "bulk", 0) as name:
        yield name


def rows(*goals: str, **more: Any) -> dict[str, Any]:
    return {"rows": [{"goal": goal, **more} for goal in goals]}


async def version_of(program: httpx2.AsyncClient, goal: str) -> int:
    return int((await program.get(f"/goals/{goal}")).json()["version"])


async def test_each_row_is_done_or_told_its_own_problem_and_none_holds_back_another(
    served: Served, cycle: str
) -> None:
    own, read, others = f"goal-{cycle}-E1-1", f"goal-{cycle}-E1-2", f"goal-{cycle}-E2-1"
    asked = rows(own, others, f"goal-{cycle}-E1-99", read)
    asked["rows"][3]["version"] = 99
    async with served.api("E1") as owner:
        answer = await owner.post("/bulk/goals/submit", json=asked)
        told = answer.json()
        before = await version_of(owner, read)
        stage = (
            await owner.get(f"/goals/{own}", params={"wait_for": told["rows"][0]["answer"]["position"]})
        ).json()["goal"]["stage"]
    assert (answer.status_code, told["done"], told["refused"]) == (200, 1, 3)
    assert [each["goal"] for each in told["rows"]] == [each["goal"] for each in asked["rows"]]
    first = told["rows"][0]["answer"]
    assert (first["events"], first["status"]["stage"], stage) == (["GoalSubmitted"], "submitted", "submitted")
    assert [(each["problem"]["status"], each["problem"]["code"]) for each in told["rows"][1:]] == [
        (404, "goal.unknown"), (404, "goal.unknown"), (412, "command.version-ahead"),
    ]  # fmt: skip
    assert before == 1


async def test_a_problem_of_a_row_is_told_in_the_callers_language(served: Served, cycle: str) -> None:
    said = set()
    for language in ("zh", "en"):
        async with served.api("E1", language) as owner:
            told = (await owner.post("/bulk/goals/approve", json=rows(f"goal-{cycle}-E1-1"))).json()
        problem = told["rows"][0]["problem"]
        assert (problem["code"], told["done"]) == ("goal.own", 0)
        said.add(problem["detail"])
    assert len(said) == 2


async def test_a_bulk_that_is_repeated_with_its_key_does_nothing_twice_whole_in_part_or_alone(
    served: Served, cycle: str
) -> None:
    goals = [f"goal-{cycle}-E3-{n}" for n in (1, 2)]
    asked = {"Idempotency-Key": "all-of-march"}
    async with served.api("E3") as owner:
        first = (await owner.post("/bulk/goals/submit", json=rows(*goals), headers=asked)).json()
        again = (await owner.post("/bulk/goals/submit", json=rows(*goals), headers=asked)).json()
        part = (await owner.post("/bulk/goals/submit", json=rows(goals[1]), headers=asked)).json()
        alone = (await owner.post(f"/goals/{goals[1]}/submit", headers=asked)).json()
        other = (await owner.post("/bulk/goals/recall", json=rows(*goals), headers=asked)).json()
        versions = [await version_of(owner, goal) for goal in goals]
    assert first["done"] == 2 and first["rows"][1]["answer"]["events"] == ["GoalSubmitted"]
    for told in (again["rows"][1], part["rows"][0], {"answer": alone}):
        assert told["answer"]["events"] == ["GoalSubmitted"]
    assert [each["problem"]["code"] for each in other["rows"]] == ["command.key-used"] * 2
    assert versions == [2, 2]


async def test_two_rows_for_the_same_goal_are_two_commands_one_after_the_other(
    served: Served, cycle: str
) -> None:
    goal, asked = f"goal-{cycle}-E4-2", {"Idempotency-Key": "twice"}
    revised = {"rows": [{"goal": goal, "fields": {"weight": weight}} for weight in (15, "12.5")]}
    async with served.api("E4") as owner:
        told = (await owner.post("/bulk/goals/revise", json=revised, headers=asked)).json()
        again = (await owner.post("/bulk/goals/revise", json=revised, headers=asked)).json()
        last = told["rows"][-1]["answer"]
        found = (await owner.get(f"/goals/{goal}", params={"wait_for": last["position"]})).json()
    assert (told["done"], again["done"]) == (2, 2), told
    assert (found["goal"]["weight"], found["version"]) == ("12.5", last["status"]["version"])


async def test_what_makes_room_in_a_sheet_comes_before_what_takes_it(served: Served, cycle: str) -> None:
    """The two goals of a sheet come to 100: the first row makes the room that the second one needs."""
    async with served.api("E2") as owner:
        for moved in ([("E2-1", 60), ("E2-2", 40)], [("E2-2", 20), ("E2-1", 80)]) * 2:
            asked = [{"goal": f"goal-{cycle}-{goal}", "fields": {"weight": to}} for goal, to in moved]
            told = (await owner.post("/bulk/goals/revise", json={"rows": asked})).json()
            assert told["done"] == 2, told


async def test_a_body_that_is_not_understood_names_the_row_and_nothing_is_done(
    served: Served, cycle: str
) -> None:
    goal = f"goal-{cycle}-E1-2"
    wrong: list[tuple[Any, str]] = [
        ({"rows": []}, "rows"),
        ({"rows": [{"goal": goal}] * (MOST + 1)}, "rows"),
        ({"rows": [{"goal": goal}, {"fields": {}}]}, "rows.1.goal"),
        ({"rows": [{"goal": goal}, {"goal": goal, "fields": 3}]}, "rows.1.fields"),
        ({"rows": [{"goal": goal, "comment": "x"}]}, "rows.0.comment"),
        ([], "body"),
    ]
    async with served.api("E1") as owner:
        for body, field in wrong:
            answer = await owner.post("/bulk/goals/submit", json=body)
            assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
        fields = {"rows": [{"goal": goal, "fields": {"weight": "fifty"}}]}
        told = (await owner.post("/bulk/goals/revise", json=fields)).json()
        assert (told["rows"][0]["problem"]["field"], await version_of(owner, goal)) == ("weight", 1)


async def test_a_case_is_begun_by_each_row_that_may(served: Served, cycle: str) -> None:
    seen = {"kind": "positive", "note": "helped"}
    about = [f"feedback-{cycle}-E1-a", f"request-{cycle}-E1-b", f"feedback-{cycle}-E2-c"]
    async with served.api("M1") as manager:
        body = {"rows": [{"case": case, "fields": seen} for case in about]}
        told = (await manager.post("/bulk/feedback/observe", json=body)).json()
    assert [
        each["answer"]["status"]["stage"] if "answer" in each else each["problem"]["code"]
        for each in told["rows"]
    ][1] == "case.name"
    assert told["done"] == 2, told


async def test_a_version_of_a_cycle_is_refused_since_nothing_would_look_at_it(
    served: Served, cycle: str
) -> None:
    asked = {"rows": [{"cycle": cycle, "version": 1, "fields": {"reason": "too soon"}}]}
    async with served.api("H1", "en") as hr:
        alone = await hr.post(f"/cycles/{cycle}/abandon", json={"reason": "x"}, headers={"If-Match": '"1"'})
        [row] = (await hr.post("/bulk/cycles/abandon", json=asked)).json()["rows"]
        document = (await hr.get("/openapi.json")).json()
    for problem in (alone.json(), row["problem"]):
        assert (problem["status"], problem["code"]) == (422, "command.no-version"), problem
    for place, kept in (("goals", True), ("cycles", False)):
        paths = {path: each["post"] for path, each in document["paths"].items() if "post" in each}
        bulk = next(each for path, each in paths.items() if path.startswith(f"/bulk/{place}/"))
        rows = bulk["requestBody"]["content"]["application/json"]["schema"]["properties"]["rows"]
        assert ("version" in rows["items"]["properties"]) == kept
        one = next(each for path, each in paths.items() if path.startswith(f"/{place}/{{"))
        assert ("if-match" in {each["name"].lower() for each in one["parameters"]}) == kept


async def test_every_command_has_an_endpoint_for_many(served: Served) -> None:
    paths = [path for method, path in await documented(served) if method == "post"]
    alone = {
        f"/{place}/{name}"
        for place, parameter, name in (
            path[1:].split("/") for path in paths if path.count("/") == 3 and "{" in path
        )
        if parameter.startswith("{") and name != "preview" and place != "webhooks"
    }
    assert alone == {path.removeprefix("/bulk") for path in paths if path.startswith("/bulk/")}
    assert len(alone) > 60


async def test_a_colleague_gives_no_command_in_bulk_either(served: Served, cycle: str) -> None:
    goal = f"goal-{cycle}-E4-1"
    async with served.api("E1") as colleague, served.api("H1") as hr:
        for name in COMMANDS:
            told = (await colleague.post(f"/bulk/goals/{name}", json=rows(goal))).json()
            assert told["rows"][0]["problem"]["status"] == 404, name
        assert await version_of(hr, goal) == 1
