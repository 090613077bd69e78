"""Whatever arrives, by update or by signal, is answered or recorded in words, and the goal lives on."""

from datetime import date, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from tests.workflows.company import HR, MANAGER, Company

NOTHING: Any = object()
HUGE = "x" * 300_000
BAD: dict[str, tuple[str, Any]] = {
    "no argument": ("approve", NOTHING),
    "null": ("approve", None),
    "a number": ("approve", 7),
    "a list": ("approve", [1, {"by": "E1"}]),
    "a text": ("approve", "please"),
    "nobody": ("approve", {"fields": {}}),
    "a stranger": ("approve", {"by": "nobody-knows"}),
    "the system itself": ("approve", {"by": "system"}),
    "an unknown name": ("promote", {"by": "E1"}),
    "a name with signs": ("drop table; --", {"by": "E1"}),
    "fields that are a list": ("return", {"by": MANAGER, "fields": ["comment"]}),
    "fields that are broken": ("adjust", {"by": "E1", "fields": {"changes": 5, "reason": []}}),
    "fields nobody knows": ("submit", {"by": HR, "fields": {"colour": "red"}}),
    "fields of somebody else's": ("approve", {"by": HR, "fields": {"goal": "goal-X-Y-1", "at": "never"}}),
    "huge text": ("approve", {"by": "E1", "fields": {"comment": HUGE}}),
    "a huge name of a person": ("approve", {"by": HUGE}),
    "a huge command id": ("approve", {"by": "E1", "command_id": HUGE}),
    "a zero byte in the person": ("approve", {"by": "E\u00001"}),
    "a zero byte in the command id": ("submit", {"by": HR, "command_id": "a\u0000b"}),
    "a zero byte in a field": ("check_in", {"by": "E1", "fields": {"note": "a\u0000b"}}),
    "half a character": ("check_in", {"by": "E1\ud800", "fields": {"note": "\udfff"}}),
    "a person that is a list": ("approve", {"by": ["E1"], "command_id": {"a": 1}}),
    "a deadline of one's own making": ("reach_deadline", {"by": "E1", "fields": {"phase": "closes"}}),
}


@pytest.mark.parametrize("kind", BAD)
async def test_no_update_wedges_a_goal(shared_company: Company, kind: str) -> None:
    name, message = BAD[kind]
    goal = await shared_company.next_goal()
    await refused_update(shared_company, goal, name, message)
    assert (await shared_company.asks(goal, "submit", HR)).events == ("GoalSubmitted",)


async def refused_update(company: Company, workflow: str, name: str, message: Any) -> ApplicationError:
    args = [] if message is NOTHING else [message]
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await company.handle(workflow).execute_update(name, args=args, rpc_timeout=timedelta(seconds=15))
    cause = failed.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == "Refusal", cause
    return cause


async def test_no_signal_wedges_a_goal_and_each_refusal_is_recorded(shared_company: Company) -> None:
    goal = await shared_company.next_goal()
    for name, message in BAD.values():
        args = [] if message is NOTHING else [message]
        await shared_company.handle(goal).signal(name, args=args)
    assert (await shared_company.asks(goal, "submit", HR)).events == ("GoalSubmitted",)
    await shared_company.has_happened(goal, "SignalRefused", len(BAD))
    assert (await shared_company.story(goal)).count("SignalRefused") == len(BAD)


async def test_a_refused_signal_is_recorded_with_who_what_and_why(shared_company: Company) -> None:
    goal = await shared_company.next_goal()
    owner = goal.split("-")[2]
    await shared_company.asks(goal, "submit", HR)
    await shared_company.signals(goal, "approve", owner, command="own-goal")
    await shared_company.has_happened(goal, "SignalRefused")
    refused = await shared_company.last(goal, "SignalRefused")
    assert (refused.by, refused.name, refused.code) == (owner, "approve", "goal.own")
    assert MANAGER in refused.sentence
    assert (await shared_company.standing(goal)).stage == "submitted"


async def test_a_refusal_names_its_code_its_field_and_who_could_do_it(shared_company: Company) -> None:
    goal = await shared_company.next_goal()
    await shared_company.asks(goal, "submit", HR)
    answer = await shared_company.asks(goal, "approve", goal.split("-")[2])
    assert answer.refused is not None
    assert (answer.refused.code, answer.refused.field) == ("goal.own", "by")
    assert MANAGER in answer.refused.text("en")
    assert MANAGER in answer.refused.text("zh")


BAD_LAUNCHES: dict[str, Any] = {
    "no argument": NOTHING,
    "no fields": {"by": HR},
    "dates that are none": {"by": HR, "fields": {"starts": "soon", "ends": "later"}},
    "an end before its start": {"by": HR, "fields": {"ends": "2025-01-01"}},
    "a year nobody lives in": {"by": HR, "fields": {"starts": "9999-01-01", "ends": "9999-12-31"}},
    "an unknown policy": {"by": HR, "fields": {"policy": "none@1"}},
    "another plan than was seen": {"by": HR, "fields": {"seen": "0000"}},
    "somebody who is not HR": {"by": "E1"},
    "a clock without an end": {"by": HR, "fields": {"clock_shift": 1e300}},
    "a clock that is no number": {"by": HR, "fields": {"clock_shift": float("nan")}},
    "a zero byte": {"by": "H\u0000R", "fields": {"title": "\u0000"}},
    "an unknown language": {"by": HR, "fields": {"language": "tlh"}},
}


@pytest.mark.parametrize("kind", BAD_LAUNCHES)
async def test_no_launch_wedges_a_cycle(unlaunched: Company, kind: str) -> None:
    fields = await unlaunched.prepared()
    message = BAD_LAUNCHES[kind]
    await unlaunched.asks_cycle("launch", "E1")  # refused, but the workflow is there now
    if message is not NOTHING and "fields" in message:
        message = {**message, "fields": {**fields, **message["fields"]}}
    await refused_update(unlaunched, unlaunched.cycle_workflow, "launch", message)
    launched = await unlaunched.desk.cycle(unlaunched.cycle, "launch", HR, fields)
    assert launched.refused is None
    await unlaunched.has_happened(unlaunched.cycle_workflow, "LaunchFinished")


async def test_no_signal_wedges_a_cycle(shared_company: Company) -> None:
    cycle = shared_company.cycle_workflow
    before = (await shared_company.story(cycle)).count("CycleSignalRefused")
    for name, message in BAD.values():
        args = [] if message is NOTHING else [message]
        await shared_company.handle(cycle).signal(name, args=args)
    await shared_company.has_happened(cycle, "CycleSignalRefused", before + len(BAD))
    assert (await shared_company.cycle_standing()).stage == "goal_setting"


async def test_a_check_in_beyond_all_measure_does_not_stop_the_score(company: Company) -> None:
    await company.launched()
    goal = company.goal()
    await company.active(goal)
    await company.asks(goal, "check_in", "E1", value="1e999999")
    await company.goes_to(date(2026, 4, 8), goal)
    assert "GoalScored" in await company.story(goal)
