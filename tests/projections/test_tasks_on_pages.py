"""Tasks as pages show them: an adjustment with what stands and what it becomes."""

import asyncpg

from cairn.domain.goal.events import AdjustmentRequested, Changes
from cairn_portal.reading.inbox import inbox_of
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.tasks import shown_tasks
from projections.engine.catch_up import catch_up
from tests.projections.given import GOAL, D, active, later, opened, record
from tests.projections.test_news import AMONG_THEMSELVES, Room
from tests.specs.company import LIN, WANG


async def test_who_confirms_targets_of_single_periods_sees_the_ones_that_stand(pool: asyncpg.Pool) -> None:
    room = Room(pool)
    await room.opens(AMONG_THEMSELVES, *active()[1:], opened())
    await record(
        pool,
        AdjustmentRequested(
            goal=GOAL, adjustment="a1", changes=Changes(targets={"Q3": D(330)}), reason="fog", draws=D(1),
            expires_at=later(400), policy="small@1", by=LIN, at=later(30),
        ),
    )  # fmt: skip
    await catch_up(pool)
    person = await room.records.person(WANG)
    [task] = await shown_tasks(PageReader("en"), room.records, person, await inbox_of(room.records, person))
    [changed] = task.changes
    assert (changed.stood, changed.then) == ("300", "330")
