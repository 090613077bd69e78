"""Whatever a launch says, it is answered in words, and the right one still works afterwards."""

from typing import Any

import pytest

from tests.workflows.company import HR, NOTHING, Company

BAD_LAUNCHES: dict[str, Any] = {
    "no argument": NOTHING,
    "no fields": {"by": HR},
    "dates that are none": {"by": HR, "fields": {"starts": "soon", "ends": "later"}},
    "an end before its start": {"by": HR, "fields": {"ends": "2025-01-01"}},
    "a year nobody lives in": {"by": HR, "fields": {"starts": "9999-01-01", "ends": "9999-12-31"}},
    "an unknown policy": {"by": HR, "fields": {"policy": "none@1"}},
    "another plan than was seen": {"by": HR, "fields": {"seen": "0000"}},
    "somebody who is not HR": {"by": "E1"},
    "a clock without an end": {"by": HR, "fields": {"clock_offset": 1e300}},
    "a clock that is no number": {"by": HR, "fields": {"clock_offset": float("nan")}},
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
    await unlaunched.is_refused(unlaunched.cycle_workflow, "launch", message)
    launched = await unlaunched.gateway.cycle(unlaunched.cycle, "launch", HR, fields)
    assert launched.refused is None
    await unlaunched.has_happened(unlaunched.cycle_workflow, "LaunchFinished")
