"""The client for programs in Python, against the portal's own process: what it answers are values with types."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from cairn_portal.api.application import create_api
from cairn_portal.client import CairnClient, ProblemAnswered, Row
from tests.pages.conftest import Served, begun


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cycle(served: Served) -> AsyncIterator[str]:
    """A cycle whose goals nobody else touches, which has begun."""
    async with begun(served, "client", 0) as name:
        yield name


def client(served: Served, token: str, language: str = "en") -> CairnClient:
    return CairnClient(served.url, token, language)


async def test_what_is_read_and_what_is_given_come_back_as_models(served: Served, cycle: str) -> None:
    async with client(served, await served.token("E1")) as owner:
        me, goals = await owner.me(), [each async for each in owner.goals(cycle)]
        done = await owner.give_goals("submit", [Row(each.goal) for each in goals], key="all-of-mine")
        again = await owner.give_goals("submit", [Row(goals[0].goal)], key="all-of-mine")
        one = await owner.goal(
            goals[0].goal, wait_for=max(row.answer.position or 0 for row in done.rows if row.answer)
        )
    async with client(served, await served.token("M1")) as manager:
        inbox = await manager.inbox(cycle)
        approved = await manager.give_goal(one.goal.goal, "approve", version=one.version)
        cycles = await manager.cycles()
    assert (me.id, [each.owner for each in goals]) == ("E1", ["E1", "E1"])
    assert {each.weight for each in goals} == {Decimal(80), Decimal(20)}
    assert (done.done, again.done, one.goal.stage) == (2, 1, "submitted")
    assert {each.goal for each in inbox.tasks} >= {each.goal for each in goals}
    assert approved.status is not None and approved.status.version == one.version + len(approved.events)
    assert cycle in {each.cycle for each in cycles}


async def test_a_problem_is_raised_with_its_code_and_in_the_callers_language(
    served: Served, cycle: str
) -> None:
    goal, said = f"goal-{cycle}-E2-1", set()
    for language in ("zh", "en"):
        async with client(served, await served.token("E2"), language) as owner:
            with pytest.raises(ProblemAnswered) as refused:
                await owner.give_goal(goal, "approve")
            told = (await owner.give_goals("approve", [Row(goal)])).rows[0].problem
        problem = refused.value.problem
        assert told is not None and told.code == problem.code == "goal.own"
        assert problem.who_could is not None and problem.detail == told.detail
        said.add(problem.detail)
    assert len(said) == 2


async def test_every_read_of_the_client_is_in_the_document_with_the_same_model() -> None:
    paths = create_api().openapi()["paths"]
    for path, model in (
        ("/me", "Me"), ("/inbox", "Inbox"), ("/goals", "GoalPage"), ("/goals/{goal}", "OneGoal"),
        ("/cycles", "CyclePage"),
    ):  # fmt: skip
        schema = paths[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert schema == {"$ref": f"#/components/schemas/{model}"}
