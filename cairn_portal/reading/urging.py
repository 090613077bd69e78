"""All that waits for one person, or for one place, in a cycle, and who was urged to do it before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from cairn.domain.cycle.state import Cycle
from cairn.domain.people import Person
from cairn.domain.policy import Reader
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import of_goal
from projections.models import goal as goals_model
from projections.models import inbox as inboxes
from projections.models.notice import Urge, urges

PLACE = "role:"


class WaitingRead(NamedTuple):
    """What of a cycle's goals waits for somebody, the most urgent first: those that the reader may read. `urged` says
    of goals when those waited for now were urged last, by the goal's id; `readers` read what is written about them."""

    cycle: Cycle
    now: datetime
    tasks: Sequence[inboxes.Task]
    urged: Mapping[str, Urge]
    readers: Sequence[Reader]


async def read_waiting(records: Records, reader: Person, cycle: str, awaited: str) -> WaitingRead:
    """`awaited` is a person's id or a place such as `role:hr`; nothing waits for whom nobody knows. Refuses a cycle
    that is not there."""
    found = await records.cycle(cycle)
    trusting, view = await records.trusting(), await records.viewer(reader.id, found)
    place = awaited.removeprefix(PLACE) if awaited.startswith(PLACE) else None
    tasks = await inboxes.inbox(
        records.pool, "" if place else awaited, [place] if place else [], cycle=cycle, trusting=trusting
    )
    rows = {
        each.goal: each for each in await goals_model.goals_named(records.pool, [each.goal for each in tasks])
    }
    tasks = [
        each
        for each in tasks
        if each.awaited == awaited and each.goal in rows and view.may("goals", of_goal(rows[each.goal]))
    ]
    last = await urges(records.pool, {each.goal for each in tasks})
    urged = {
        each.goal: last[each.goal] for each in tasks if each.goal in last and last[each.goal].at >= each.since
    }
    policy = await records.application.policies.version(found.policy)
    return WaitingRead(found, await records.clock.now(found), tasks, urged, policy.transparency.comments)
