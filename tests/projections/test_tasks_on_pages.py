"""Tasks as pages show them: an adjustment with what stands and what it becomes."""

from datetime import date

import asyncpg

from cairn.domain.goal.events import (
    AdjustmentConfirmed,
    AdjustmentRequested,
    Changes,
    CheckedIn,
    GoalReturned,
    GoalUrged,
)
from cairn_portal.reading.inbox import Inbox, inbox_of
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.tasks import ShownTask, behind, shown_task, shown_tasks
from projections.engine.catch_up import catch_up
from tests.projections.given import GOAL, D, active, drafted, later, opened, record
from tests.projections.test_check_ins import VISITS
from tests.projections.test_mail import SUBMITTED
from tests.projections.test_news import AMONG_THEMSELVES, Room
from tests.specs.company import LIN, WANG

CONFIRMED = AMONG_THEMSELVES.replace("check_ins: trusted", "check_ins: confirmed")


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
    [task] = await shown(room)
    [changed] = task.changes
    assert (changed.stood, changed.then) == ("300", "330")


async def shown(room: Room, waiting: Inbox | None = None) -> list[ShownTask]:
    """What the manager's inbox shows; of what was `waiting` when it was asked, if that is given."""
    person = await room.records.person(WANG)
    found = waiting or await inbox_of(room.records, person)
    return await shown_tasks(PageReader("en"), room.records, person, found)


async def test_what_is_shown_of_an_adjustment_is_of_the_version_that_is_decided_about(
    pool: asyncpg.Pool,
) -> None:
    """The inbox was read, then something happened, then what the adjustment asks for was read."""
    room = Room(pool)
    await room.opens(AMONG_THEMSELVES, *active()[1:], opened())
    asked = AdjustmentRequested(
        goal=GOAL, adjustment="a1", changes=Changes(target=D(330)), reason="fog", draws=D(1),
        expires_at=later(400), policy="small@1", by=LIN, at=later(30),
    )  # fmt: skip
    await record(pool, asked)
    await catch_up(pool)
    waiting = await inbox_of(room.records, await room.records.person(WANG))
    confirmed = AdjustmentConfirmed(goal=GOAL, adjustment="a1", role="hr", by="hua", at=later(31))
    await record(pool, confirmed)
    [task] = await shown(room, waiting)
    assert "hua" in " ".join(task.lines)
    assert task.version == await room.records.ledger.version_of(GOAL)


async def test_reports_are_shown_where_they_are_confirmed_and_all_that_happened_before_was_seen(
    pool: asyncpg.Pool,
) -> None:
    room = Room(pool)
    reported = CheckedIn(
        goal=GOAL, on=date(2026, 2, 3), value=D(31), note="two large orders", by=LIN, at=later(33)
    )
    await room.opens(CONFIRMED, *active()[1:], opened(), reported, draft=drafted(measure=VISITS))
    person = await room.records.person(WANG)
    found = await inbox_of(room.records, person)
    about = await behind(room.records, person, found.tasks, found, whole=True)
    [task] = [shown_task(PageReader("en"), each, about[each.goal], found) for each in found.tasks]
    assert "2026-02-03: 31 · two large orders" in " ".join(task.lines) and not task.more
    version = await room.records.ledger.version_of(GOAL)
    [waits], [listed] = found.tasks, await shown(room)
    assert task.version == version == waits.version, "a program decides about the version that it was given"
    assert (listed.version, listed.more) == (version, f"/goals/{GOAL}"), "a long inbox says where it is read"


async def test_a_returned_goal_says_why_to_its_owner_and_to_whoever_approves_it_afterwards(
    pool: asyncpg.Pool,
) -> None:
    room = Room(pool)
    await room.opens(AMONG_THEMSELVES, opened(), SUBMITTED)
    await record(pool, GoalReturned(goal=GOAL, comment="too low", by=WANG, at=later(2)))
    await catch_up(pool)
    owner = await room.records.person(LIN)
    found = await inbox_of(room.records, owner)
    [task] = await shown_tasks(PageReader("en"), room.records, owner, found)
    assert task.lines[0].startswith("returned by wang") and task.lines[0].endswith("too low")
    assert task.version == await room.records.ledger.version_of(GOAL)

    await record(pool, SUBMITTED.model_copy(update={"at": later(3)}))
    await record(pool, GoalUrged(goal=GOAL, to=(WANG,), by="hua", at=later(4)))
    await catch_up(pool)
    manager = await room.records.person(WANG)
    found = await inbox_of(room.records, manager)
    about = await behind(room.records, manager, found.tasks, found, whole=True)
    [task] = [shown_task(PageReader("en"), each, about[each.goal], found) for each in found.tasks]
    assert "too low" in task.lines[0] and task.lines[1].startswith("hua asked on")
