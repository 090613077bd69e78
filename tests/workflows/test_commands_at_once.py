"""Commands that come twice, together, too early, too late or past another worker: each is one fact, or one refusal."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import TimeSkipper

import worker
from activities.inputs import BeginWorkflowsInput
from activities.starting import begin_starter
from cairn.application.cycles import Cycles
from cairn.application.repository import fold_sheet
from cairn.domain.cycle.commands import RecordRefusedCycleSignal
from cairn_portal.gateway import CommandGateway, NoAnswer
from tests.workflows.company import HR, MANAGER, Company, eventually
from workflows.starter import NAME

RAISED = {"target": "1300"}


async def test_the_same_command_sent_twice_at_once_is_one_fact(any_company: Company) -> None:
    company = any_company
    await company.launched()
    goal = company.goal()
    answers = await asyncio.gather(*(company.asks(goal, "submit", "E1", "once") for _ in range(5)))
    assert {answer.events for answer in answers} == {("GoalSubmitted",)}
    assert await company.story(goal) == ["GoalDrafted", "GoalSubmitted"]


async def test_of_many_refusals_recorded_at_once_in_one_cycle_none_is_lost(company: Company) -> None:
    """Each of them is decided on what the others have just changed."""
    await company.launched()
    cycle = company.cycle_workflow.removeprefix("cycle-")
    refused = [
        RecordRefusedCycleSignal(
            cycle=cycle, name="close", code="cycle.unknown", field=None, facts={}, by=HR, at=datetime.now(UTC)
        )
        for _ in range(40)
    ]
    await asyncio.gather(
        *(Cycles(company.ledger).handle(each, f"burst-{number}") for number, each in enumerate(refused))
    )
    assert (await company.story(company.cycle_workflow)).count("CycleSignalRefused") == len(refused)


async def test_the_same_command_by_update_and_by_signal_is_one_fact(company: Company) -> None:
    await company.launched()
    goal = company.goal()
    await company.signals(goal, "submit", "E1", command="once")
    assert (await company.asks(goal, "submit", "E1", "once")).events == ("GoalSubmitted",)
    assert await company.story(goal) == ["GoalDrafted", "GoalSubmitted"]


async def test_many_commands_at_once_on_one_goal_are_all_recorded_in_a_row(any_company: Company) -> None:
    company = any_company
    await company.launched()
    goal = company.goal()
    await company.approved(goal)
    notes = [f"visit {number}" for number in range(24)]
    answers = await asyncio.gather(*(company.asks(goal, "check_in", "E1", note=note) for note in notes))
    assert all(answer.events == ("CheckedIn",) for answer in answers)
    log = await company.log(goal)
    assert [event.version for event in log] == list(range(1, len(log) + 1))
    assert {each.note for each in await company.all(goal, "CheckedIn")} == set(notes)


async def test_manager_and_hr_who_confirm_at_the_same_moment_file_one_adjustment(company: Company) -> None:
    await company.launched()
    goal = company.goal()
    await company.active(goal)
    await company.asks(goal, "adjust", "E1", changes=RAISED, reason="a new client")
    await asyncio.gather(
        company.asks(goal, "confirm", HR, role="hr"), company.asks(goal, "confirm", MANAGER, role="manager"),
        company.asks(goal, "confirm", HR, role="hr"),
    )  # fmt: skip
    told = await company.story(goal)
    assert (told.count("AdjustmentConfirmed"), told.count("GoalAdjusted")) == (2, 1)
    assert (await company.story(company.sheet())).count("FlexibleSpaceUsed") == 1


async def test_adjustments_of_two_goals_of_a_sheet_at_once_keep_its_hundred_percent(company: Company) -> None:
    await company.launched()
    first, second = company.goal(number=1), company.goal(number=2)
    await asyncio.gather(company.active(first), company.active(second))
    moves = {first: {"weight": "65", "counterweights": {second: "35"}},
             second: {"weight": "45", "counterweights": {first: "55"}}}  # fmt: skip
    for goal, changes in moves.items():
        await company.asks(goal, "adjust", "E1", changes=changes, reason="priorities")
        await company.asks(goal, "confirm", HR, role="hr")
    await asyncio.gather(*(company.asks(goal, "confirm", MANAGER, role="manager") for goal in moves))
    log = await company.log(company.sheet())
    assert [event.version for event in log] == list(range(1, len(log) + 1))
    assert "GoalAdjusted" in [*await company.story(first), *await company.story(second)]
    sheet = fold_sheet(company.sheet(), log)
    assert sum(each.weight for each in sheet.placements.values()) == 100


async def test_two_workers_share_the_goals_and_record_each_fact_once(company: Company) -> None:
    await company.launched(employees=12)
    goals = [company.goal(f"E{number}") for number in range(1, 13)]
    async with worker.running(company.settings):
        await asyncio.gather(*(company.approved(goal) for goal in goals))
        for goal in goals:
            assert await company.story(goal) == ["GoalDrafted", "GoalSubmitted", "GoalApproved"]


async def test_a_command_never_waits_for_the_starter(company: Company) -> None:
    fields = await company.prepared()
    await company.handle(NAME).cancel()
    with pytest.raises(WorkflowFailureError):
        await company.handle(NAME).result()
    await company.gateway.cycle(company.cycle, "launch", HR, fields)
    await company.has_happened(company.cycle_workflow, "LaunchFinished")
    assert await company.count("WorkflowType = 'Goal'") == 0
    goal = company.goal()
    await company.approved(goal)
    await begin_starter(company.client, company.settings.task_queue, BeginWorkflowsInput())
    await company.begun()
    assert await company.story(goal) == ["GoalDrafted", "GoalSubmitted", "GoalApproved"]
    assert (await company.status(goal)).stage == "approved"
    assert (await company.status(company.goal(number=2))).stage == "draft"


async def test_a_command_that_came_before_its_goal_leaves_a_workflow_that_finds_it(company: Company) -> None:
    goal = company.goal()
    early = await company.asks(goal, "submit", "E1")
    assert early.refused is not None and early.refused.code == "cycle.unknown"
    await company.launched()

    async def drafted() -> bool:
        found = await company.handle(goal).query("status")
        return found is not None and found["stage"] == "draft"

    await eventually(drafted)
    await company.goes_to(date(2026, 1, 21), goal)
    assert (await company.story(goal))[-1] == "DeadlineMissed"


async def test_the_workflow_of_a_goal_that_never_was_fails_and_leaves_its_name_free(company: Company) -> None:
    goal = company.goal()
    await company.asks(goal, "submit", "E1")
    ended = await TimeSkipper(company.client).fast_forward(company.handle(goal), timedelta(minutes=5))
    assert not ended
    with pytest.raises(WorkflowFailureError) as failed:
        await company.handle(goal).result()
    assert isinstance(failed.value.cause, ApplicationError) and failed.value.cause.type == "NotInLog"
    await company.launched()
    await eventually(lambda: company.count("WorkflowType = 'Goal' AND ExecutionStatus = 'Running'"))
    assert (await company.status(goal)).stage == "draft"


async def test_the_workflow_of_a_cycle_that_was_never_launched_fails_and_leaves_its_name_free(
    company: Company,
) -> None:
    cycle = company.handle(company.cycle_workflow)
    assert (await company.asks_cycle("launch", "E1")).refused is not None
    assert not await TimeSkipper(company.client).fast_forward(cycle, timedelta(days=2))
    with pytest.raises(WorkflowFailureError) as failed:
        await cycle.result()
    assert isinstance(failed.value.cause, ApplicationError) and failed.value.cause.type == "NotInLog"
    await company.launched()


async def test_a_refused_signal_to_a_goal_that_is_not_in_the_log_writes_nothing(company: Company) -> None:
    await company.launched()
    goal = company.goal("nobody")
    assert (await company.asks(goal, "submit", "E1")).refused is not None
    await company.signals(goal, "submit", "E1")
    with pytest.raises(WorkflowUpdateFailedError):
        await company.handle(goal).execute_update("submit", {"by": "E1"}, rpc_timeout=timedelta(seconds=15))
    assert await company.story(goal) == []


async def test_a_closed_goal_answers_with_its_stage(company: Company) -> None:
    await company.launched()
    goal = company.goal()
    await company.active(goal)
    await company.goes_to(date(2027, 2, 3), goal)
    assert await company.handle(goal).result() == "closed"
    told = await company.story(goal)
    late = await company.asks(goal, "check_in", "E1", note="too late")
    assert late.refused is not None and late.refused.code == "goal.stage"
    again = await company.asks(goal, "close", HR)
    assert again.refused is None and again.events == ()
    assert await company.story(goal) == told


async def test_who_gets_no_answer_is_told_so_and_asks_again_with_the_same_id(company: Company) -> None:
    await company.launched()
    goal = company.goal()
    hurried = CommandGateway(company.client, company.settings.task_queue, timedelta(milliseconds=1))
    with pytest.raises(NoAnswer):
        await hurried.goal(goal, "submit", "E1", command_id="patience")
    assert (await company.asks(goal, "submit", "E1", "patience")).events == ("GoalSubmitted",)
    assert await company.story(goal) == ["GoalDrafted", "GoalSubmitted"]
