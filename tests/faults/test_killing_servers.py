"""Temporal and Postgres are killed, Temporal even loses all it had: the log is the record, and work goes on."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta

from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from activities.inputs import BeginWorkflowsInput, GoalOutcome
from cairn.application.goals import Goals
from cairn.domain.goal.status import GoalStatus
from cairn_portal.gateway import CommandGateway, NoAnswer
from tests.faults.conftest import Site
from tests.workflows.company import HR, MANAGER, Company, eventually
from workflows.starter import NAME, StarterWorkflow


async def insists(gateway: CommandGateway, goal: str, name: str, by: str, command: str) -> GoalOutcome:
    """Asks again and again with the same id, as a caller does who got no answer."""
    for _ in range(60):
        try:
            return await gateway.goal(goal, name, by, {}, command)
        except (NoAnswer, RPCError):
            await asyncio.sleep(0.5)
    raise AssertionError(f"{name} of {goal} was never answered")


async def test_commands_go_on_after_temporal_was_killed(site: Site) -> None:
    company = site.company()
    await company.launched(employees=6)
    gateway = CommandGateway(company.client, company.settings.task_queue, timedelta(seconds=3))
    goals = [company.goal(f"E{number}") for number in range(1, 7)]
    asked = [
        asyncio.create_task(insists(gateway, goal, "submit", goal.split("-")[2], f"s-{goal}"))
        for goal in goals
    ]
    await asyncio.sleep(0.03)
    await site.kill("temporal")
    await site.restart_servers()
    for answer in await asyncio.gather(*asked):
        assert answer.refused is None and answer.events == ("GoalSubmitted",)
    for goal in goals:
        assert await company.story(goal) == ["GoalDrafted", "GoalSubmitted"]


async def test_every_open_goal_comes_back_after_temporal_lost_all_it_had(site: Site) -> None:
    company = site.company()
    await company.launched(employees=4)
    await company.asks(company.goal("E1"), "submit", "E1")
    await company.approved(company.goal("E2"))
    await company.asks(company.goal("E3"), "submit", "E3")
    await company.asks(company.goal("E3"), "return", MANAGER, comment="in which market?")
    await company.asks(company.goal("E4"), "cancel", HR, reason="a mistake")
    await site.kill("worker")
    await site.kill("temporal")
    shutil.rmtree(site.settings.home / "temporal")
    await site.restart_servers()
    site.works()
    await recovered(site)
    await all_stand_where_the_log_says(company)
    assert "GoalApproved" in (await company.asks(company.goal("E1"), "approve", MANAGER)).events


async def recovered(site: Site) -> None:
    """What `cairn recover` does: the starter from the first position, each goal asking the log where it stands."""
    await site.client.start_workflow(
        StarterWorkflow.run, BeginWorkflowsInput(), id=NAME, task_queue=site.settings.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
    )  # fmt: skip


async def all_stand_where_the_log_says(company: Company) -> None:
    goals = Goals(company.ledger)
    for sheet in (await company.plan()).sheets:
        for planned in sheet.goals:
            expected = await goals.status(planned.goal, datetime.now(UTC))

            async def stands(goal: str = planned.goal, expected: object = expected) -> bool:
                try:
                    found = await company.handle(goal).query("status", result_type=GoalStatus)
                    return bool(found == expected)
                except RPCError:  # its workflow is not back yet
                    return False

            await eventually(stands)


async def test_a_launch_goes_on_after_postgres_was_killed(site: Site) -> None:
    company = site.company()
    fields = await company.prepared(employees=150)
    launched = await company.gateway.cycle(company.cycle, "launch", HR, fields, "the-launch")
    assert launched.refused is None
    await site.kill("postgres")
    await site.restart_servers()
    await company.begun()
    plan = await company.plan()
    streams = await company.ledger.read_streams([goal.goal for sheet in plan.sheets for goal in sheet.goals])
    assert {tuple(event.type for event in events) for events in streams.values()} == {("GoalDrafted",)}
    assert len(streams) == await company.count("WorkflowType = 'Goal'") == 300
    await company.approved(company.goal("E1"))
