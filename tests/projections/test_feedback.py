"""Feedback in the read models: as the domain folds it, whose turn it is, who was told late, who heard nothing."""

from datetime import UTC, datetime
from typing import Any

import asyncpg

from cairn.domain.goal.events import CheckedIn
from cairn.domain.people import DelegateNamed
from projections.engine.catch_up import catch_up
from projections.models.case import turns
from projections.models.feedback import NOBODY_QUIET, feedback, kept, quiet
from tests.projections.given import GOAL, D, active, joined, later, launched, record
from tests.specs.casework import Casework
from tests.specs.company import LIN, WANG, on
from tests.specs.test_feedback import ABOUT_LIN, SEEN, TOLD

PEOPLE = (joined(LIN), joined(WANG, manager="zhao"), joined("zhao", manager=None))


def stories() -> list[Casework]:
    """The same observation, told, overdue, followed up and taken back, each in a stream of its own."""
    noted = ABOUT_LIN.asked("observe", WANG, "03-09", **SEEN)
    overdue = noted.reached("remind").reached("overdue")
    told = noted.asked("give", WANG, "03-10", **TOLD)
    due = told.reached("action_remind").reached("action_due")
    done = due.asked("follow_up", WANG, "03-17", outcome="done").asked("answer", LIN, "03-18", words="yes")
    late = overdue.asked("give", WANG, "03-12", **TOLD)
    praised = ABOUT_LIN.asked("give", WANG, "03-10", kind="positive", behaviour="stayed late", value="it ran")
    return [
        noted,
        overdue,
        told,
        due,
        done,
        late,
        praised,
        noted.asked("withdraw", WANG, "03-09", reason="a slip"),
    ]


def renamed(story: Casework, number: int) -> list[Any]:
    name = f"feedback-2026-{LIN}-{number}"
    return [event.model_copy(update={"case": name}) for event in story.events]


async def test_the_read_model_says_what_the_domain_says(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), *PEOPLE)
    for number, story in enumerate(stories()):
        await record(pool, *renamed(story, number))
    await catch_up(pool)
    rows = {row.name: row for row in await feedback(pool)}
    for number, story in enumerate(stories()):
        row, state = rows[f"feedback-2026-{LIN}-{number}"], story.state
        assert (row.stage, row.kind, row.holder, row.cycle) == (state.stage, state.kind, LIN, "2026")
        assert (row.seen_at, row.answer_by) == (state.seen_at, state.answer_by)
        assert (row.action_due, row.outcome) == (state.action_due, state.outcome)


async def test_a_turn_is_whose_the_domain_says_it_is(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), *PEOPLE)
    for number, story in enumerate(stories()):
        await record(pool, *renamed(story, number))
    await catch_up(pool)
    for at in (on("03-10"), on("03-17", 0), on("03-20")):
        found = {turn.name: turn for turn in await turns(pool, at)}
        for number, story in enumerate(stories()):
            turn = found.get(f"feedback-2026-{LIN}-{number}")
            assert ([turn.turn] if turn else []) == list(story.kind.awaited(story.state, story.context(at)))


async def test_a_delegates_turn_is_in_the_delegates_inbox(pool: asyncpg.Pool) -> None:
    named = DelegateNamed(person=WANG, delegate="zhao", first=on("03-09").date(), by="hua", at=on("03-09"))
    noted = ABOUT_LIN.asked("observe", WANG, "03-09", **SEEN)
    await record(pool, launched(), *PEOPLE, named, *noted.events)
    await catch_up(pool)
    assert await turns(pool, on("03-10"), of=[WANG]) == []
    [turn] = await turns(pool, on("03-10"), of=["zhao"])
    assert (turn.turn, turn.until) == (WANG, on("03-10"))


async def test_how_the_clock_was_kept_by_manager(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), *PEOPLE)
    for number, story in enumerate(stories()):
        await record(pool, *renamed(story, number))
    await catch_up(pool)
    [line] = await kept(pool, "2026")
    assert (line.manager, line.observed, line.given, line.breached, line.open) == (WANG, 7, 5, 2, 2)


async def test_who_heard_and_reported_nothing_is_named(pool: asyncpg.Pool) -> None:
    reported = CheckedIn(goal=GOAL, on=later(20).date(), value=D(1), by=LIN, at=later(20))
    await record(pool, launched(), *PEOPLE, *active())
    await catch_up(pool)
    [line] = (await quiet(pool, "2026", datetime(2026, 4, 1, tzinfo=UTC))).first
    assert (line.holder, line.last) == (LIN, None)
    await record(pool, reported)
    await catch_up(pool)
    assert await quiet(pool, "2026", later(19)) == NOBODY_QUIET
    [line] = (await quiet(pool, "2026", datetime(2026, 4, 1, tzinfo=UTC))).first
    assert line.last == later(20)
