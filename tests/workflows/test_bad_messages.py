"""Whatever arrives, by update or by signal, is answered or recorded in words, and the goal lives on."""

from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from cairn.i18n import refusal_message
from tests.workflows.company import HR, MANAGER, NOTHING, Company

HUGE = "x" * 300_000


def json_bytes(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    """A payload as another client may send it, past our own converter."""
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


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
    "half a character": ("check_in", json_bytes(b'{"by": "E1\\ud800", "fields": {"note": "\\udfff"}}')),
    "half a character in a field": ("check_in", json_bytes(b'{"by": "E1", "fields": {"note": "\\udfff"}}')),
    "a number nobody reads": (
        "check_in",
        json_bytes(b'{"by": "E1", "fields": {"value": ' + b"9" * 9999 + b"}}"),
    ),
    "no JSON at all": ("approve", json_bytes(b"\xff\xfe{")),
    "fields a thousand deep": ("approve", json_bytes(b'{"fields":' * 9000 + b"1" + b"}" * 9000)),
    "a payload nobody here can read": ("approve", json_bytes(b"?", encoding=b"binary/unheard-of")),
    "a version that is no number": ("submit", {"by": HR, "at_version": "first"}),
    "a version that is true": ("submit", {"by": HR, "at_version": True}),
    "a version that is still to come": ("submit", {"by": HR, "at_version": 10**30}),
    "a person that is a list": ("approve", {"by": ["E1"], "command_id": {"a": 1}}),
    "a deadline of one's own making": ("reach_deadline", {"by": "E1", "fields": {"phase": "closes"}}),
}


@pytest.mark.parametrize("kind", BAD)
async def test_no_update_wedges_a_goal(shared_company: Company, kind: str) -> None:
    name, message = BAD[kind]
    goal = await shared_company.next_goal()
    await shared_company.is_refused(goal, name, message)
    assert (await shared_company.asks(goal, "submit", HR)).events == ("GoalSubmitted",)


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
    assert (refused.field, refused.facts["manager"]) == ("by", MANAGER)
    assert (await shared_company.status(goal)).stage == "submitted"


async def test_a_refusal_names_its_code_its_field_and_who_could_do_it(shared_company: Company) -> None:
    goal = await shared_company.next_goal()
    await shared_company.asks(goal, "submit", HR)
    answer = await shared_company.asks(goal, "approve", goal.split("-")[2])
    assert answer.refused is not None
    assert (answer.refused.code, answer.refused.field) == ("goal.own", "by")
    assert MANAGER in refusal_message(answer.refused).text("en")
    assert MANAGER in refusal_message(answer.refused).text("zh")


async def test_no_signal_wedges_a_cycle(shared_company: Company) -> None:
    cycle = shared_company.cycle_workflow
    before = (await shared_company.story(cycle)).count("CycleSignalRefused")
    for name, message in BAD.values():
        args = [] if message is NOTHING else [message]
        await shared_company.handle(cycle).signal(name, args=args)
    await shared_company.has_happened(cycle, "CycleSignalRefused", before + len(BAD))
    assert (await shared_company.cycle_standing()).stage == "goal_setting"
