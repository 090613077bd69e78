"""The API: every endpoint for everybody, and what a program relies on."""

from typing import Any

import pytest

from cairn.application.cases import KINDS
from cairn.domain.goal.commands import COMMANDS
from tests.pages.conftest import Served

READS = {
    #                       owner colleague manager hr auditor
    "/me": (200, 200, 200, 200, 200),
    "/inbox": (200, 200, 200, 200, 200),
    "/notices": (200, 200, 200, 200, 200),
    "/goals?cycle={cycle}": (200, 200, 200, 200, 200),
    "/goals/{goal}": (200, 404, 200, 200, 200),
    "/goals/{goal}/progress": (200, 404, 200, 200, 200),
    "/goals/{goal}/history": (200, 404, 200, 200, 200),
    "/cycles": (403, 403, 200, 200, 200),
    "/cycles/{cycle}": (403, 403, 200, 200, 200),
    "/cycles/{cycle}/results": (200, 200, 200, 200, 200),
    "/policies": (403, 403, 200, 200, 200),
    "/targets?cycle=2097": (403, 403, 403, 200, 403),
    "/streams/{stream}": (200, 403, 200, 200, 200),
    "/scores/{of}/{period}": (404, 404, 404, 404, 404),
    "/audit/acts": (403, 403, 403, 200, 200),
    "/audit/sample?cycle={cycle}": (403, 403, 403, 200, 200),
    "/audit/verification?cycle={cycle}": (403, 403, 403, 200, 200),
    "/webhooks": (403, 403, 403, 200, 403),
}
"""What each may read; M1 is on the committee too."""
ROLES = ("E4", "E1", "M1", "H1", "A1")


def named(cycle: str) -> dict[str, str]:
    """What the reads are asked about: a goal, a sheet and a score of E4's, which is not there yet."""
    goal = f"goal-{cycle}-E4-1"
    return {"goal": goal, "cycle": cycle, "stream": f"sheet-{cycle}-E4-1", "of": goal, "period": "Y"}


async def documented(served: Served) -> list[tuple[str, str]]:
    async with served.api(None) as program:
        document = (await program.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    return [(method, path) for path, each in document["paths"].items() for method in each]


@pytest.mark.parametrize("path", READS)
async def test_each_read_answers_each_role_as_the_table_says(served: Served, path: str) -> None:
    found = []
    for person in ROLES:
        async with served.api(person) as program:
            answer = await program.get(path.format(**named(served.cycle)))
            found.append(answer.status_code)
    assert tuple(found) == READS[path]


async def test_the_table_names_every_read_there_is(served: Served) -> None:
    reads = {path for method, path in await documented(served) if method == "get"}
    assert reads == {path.partition("?")[0] for path in READS}


async def test_nobody_is_answered_without_a_token_and_nothing_but_401(served: Served) -> None:
    async with served.api(None) as program:
        for method, path in await documented(served):
            address = path.format(**named("x"), case="x", name="x")
            answer = await program.request(method, address)
            assert answer.status_code == 401, path
            assert answer.headers["content-type"] == "application/problem+json"
        forged = await program.get(
            "/me", headers={"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJIMSJ9."}
        )
    assert forged.status_code == 401


async def test_a_colleague_gives_no_command_on_anothers_goal(served: Served) -> None:
    goal = f"goal-{served.cycle}-E4-2"
    async with served.api("E1") as colleague, served.api("H1") as hr:
        before = (await hr.get(f"/goals/{goal}")).json()["version"]
        answers = {name: await colleague.post(f"/goals/{goal}/{name}", json={}) for name in COMMANDS}
        after = (await hr.get(f"/goals/{goal}")).json()["version"]
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(COMMANDS, 404)
    assert before == after


async def test_a_case_of_others_answers_each_command_like_one_that_is_not_there(served: Served) -> None:
    """Whatever else is wrong with it; also where a command could begin one."""
    about_e1 = f"feedback-{served.cycle}-E1"
    seen = {"kind": "problem", "note": "old prices"}
    told = {"kind": "problem", "facts": "3 of 5", "action": "check", "action_due": "2099-01-01"}
    async with served.api("M1") as manager, served.api("E2") as colleague:
        begun = await manager.post(f"/feedback/{about_e1}-real/observe", json=seen)
        assert begun.status_code == 200, begun.text
        for name in KINDS["feedback"].commands:
            for fields in ({}, seen, told, {"words": "x"}, {"reason": "x"}):
                answers = [
                    await colleague.post(f"/feedback/{about_e1}-{each}/{name}", json=fields)
                    for each in ("real", "guess")
                ]
                said = {(each.status_code, each.text.replace("-guess", "-real")) for each in answers}
                assert len(said) == 1 and "M1" not in answers[0].json().get("opener", ""), (name, said)
        own = await manager.post(f"/feedback/{about_e1}-real/answer", json={"words": "x"})
    assert own.status_code == 403, "whoever deals with it is told who could"


async def test_a_case_tells_nobody_of_goals_they_may_not_read(served: Served) -> None:
    seen = {"kind": "positive", "note": "helped"}
    async with served.api("E2") as colleague:
        answers = [
            await colleague.post(
                f"/feedback/feedback-{served.cycle}-E1-of-{n}/observe", json={**seen, "goal": goal}
            )
            for n, goal in enumerate((f"goal-{served.cycle}-E3-1", f"goal-{served.cycle}-E3-99"))
        ]
    assert [each.json()["code"] for each in answers] == ["goal.unknown", "goal.unknown"]


async def test_an_auditor_reads_everything_and_changes_nothing(served: Served) -> None:
    goal = f"goal-{served.cycle}-E4-2"
    async with served.api("A1") as auditor:
        before = (await auditor.get(f"/goals/{goal}")).json()["version"]
        answers = {name: await auditor.post(f"/goals/{goal}/{name}", json={}) for name in COMMANDS}
        after = (await auditor.get(f"/goals/{goal}")).json()["version"]
    done = {
        name: answer.text for name, answer in answers.items() if answer.status_code not in (403, 409, 422)
    }
    assert (done, after) == ({}, before)


async def test_a_command_answers_with_status_and_position_and_can_be_read_from_there(served: Served) -> None:
    goal = f"goal-{served.cycle}-E3-2"
    async with served.api("E3") as owner:
        asked = {"Idempotency-Key": "submitted-once"}
        given = await owner.post(f"/goals/{goal}/submit", headers=asked)
        again = await owner.post(f"/goals/{goal}/submit", headers=asked)
        done: dict[str, Any] = given.json()
        assert (done["status"]["stage"], done["events"]) == ("submitted", ["GoalSubmitted"])
        assert again.json()["events"] == done["events"]
        read = await owner.get(f"/goals/{goal}", params={"wait_for": done["position"]})
        assert (read.json()["goal"]["stage"], read.headers["etag"]) == ("submitted", given.headers["etag"])
        other = await owner.post(f"/goals/{goal}/recall", headers=asked)
    assert (other.status_code, other.json()["code"]) == (409, "command.key-used")


async def test_a_command_on_a_version_that_is_past_is_refused_with_what_happened(served: Served) -> None:
    goal = f"goal-{served.cycle}-E3-2"
    async with served.api("M1") as manager:
        stale = await manager.post(f"/goals/{goal}/approve", headers={"If-Match": '"1"'})
        unreadable = await manager.post(f"/goals/{goal}/approve", headers={"If-Match": "yesterday"})
        ahead = await manager.post(f"/goals/{goal}/approve", headers={"If-Match": '"99"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "command.overtaken")
    assert "GoalSubmitted" in stale.json()["facts"]["events"]
    assert (unreadable.status_code, ahead.status_code) == (422, 412)


async def test_a_problem_says_in_the_callers_language_what_is_wrong_and_who_could(served: Served) -> None:
    goal = f"goal-{served.cycle}-E3-2"
    told = {}
    for language in ("zh", "en"):
        async with served.api("E3", language) as owner:
            answer = await owner.post(f"/goals/{goal}/approve")
        told[language] = answer.json()
        assert (answer.status_code, answer.headers["content-language"]) == (403, language)
    assert told["zh"]["code"] == told["en"]["code"] == "goal.own"
    assert told["en"]["who_could"]["right"] and told["zh"]["detail"] != told["en"]["detail"]


async def test_bad_input_names_the_field_and_nothing_is_done(served: Served) -> None:
    goal = f"goal-{served.cycle}-E4-2"
    async with served.api("M1") as manager:
        answers = [
            await manager.post(f"/goals/{goal}/revise", json={"weight": "fifty"}),
            await manager.post(f"/goals/{goal}/revise", json={"nonsense": 1}),
            await manager.post(
                f"/goals/{goal}/revise", content=b"{", headers={"Content-Type": "application/json"}
            ),
            await manager.post(f"/goals/{goal}/revise", json=[1]),
            await manager.get("/goals", params={"cycle": served.cycle, "limit": "many"}),
        ]
    assert [answer.status_code for answer in answers] == [422] * 5
    assert [answer.json()["field"] for answer in answers] == ["weight", "nonsense", "body", "body", "limit"]


async def test_a_character_that_no_database_keeps_is_refused_wherever_it_stands(served: Served) -> None:
    goal, row = f"goal-{served.cycle}-E4-2", {"rows": [{"goal": "goal-\0"}]}
    async with served.api("H1") as hr:
        addresses = (f"/audit/verification?cycle={served.cycle}%00", f"/goals/{goal}%00", "/streams/a%00b")
        answers = [(await hr.get(address)).status_code for address in addresses]
        told = (await hr.post("/bulk/goals/submit", json=row)).json()["rows"][0]["problem"]
    assert (answers, told["status"]) == ([422] * 3, 422), told


async def test_pages_of_a_list_come_to_the_whole_and_leave_no_gap_for_what_is_hidden(served: Served) -> None:
    async with served.api("H1") as hr, served.api("E2") as employee:
        found, after = [], ""
        while after is not None:
            page = (await hr.get("/goals", params={"cycle": served.cycle, "limit": 3, "after": after})).json()
            assert len(page["items"]) <= 3
            found += [each["goal"] for each in page["items"]]
            after = page["next"]
        own = (await employee.get("/goals", params={"cycle": served.cycle, "limit": 2})).json()
    listed = (await served.cairn("goal", "list", "--cycle", served.cycle, "--json")).json
    assert found == [each["goal"] for each in listed]
    assert ([each["owner"] for each in own["items"]], own["next"]) == (["E2", "E2"], None)
