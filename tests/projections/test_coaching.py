"""Coaching plans in the read models: as the domain folds them, whose turn it is, what is owed, who is told."""

from datetime import datetime
from typing import Any

import asyncpg
import pytest

from cairn.domain.calendar import end_of_day
from cairn.domain.coaching.dates import steps
from cairn.domain.moves import GoAway
from cairn.domain.people import PersonAway
from projections.engine.catch_up import catch_up
from projections.models.case import turns
from projections.models.coaching import owed, plans
from projections.models.notice import notices
from tests.projections.given import joined, launched, record
from tests.specs.casework import Casework
from tests.specs.company import CHEN, HUA, LIN, QIAN, REVENUE, WANG, on
from tests.specs.moving import after, say
from tests.specs.test_coaching import diagnosed, failed, helped, not_reached, opened, running

PEOPLE = (
    joined(LIN),
    joined(WANG, manager="zhao"),
    joined("zhao", manager=None),
    joined(QIAN),
    joined(CHEN, manager=None),
)
MOMENTS = tuple(on(day) for day in ("03-02", "03-06", "03-10", "03-17", "03-28", "04-16", "05-02", "05-20"))


def stories() -> list[Casework]:
    """The same plan in each of its stages, and with each of its turns."""
    objected = opened().asked("object", LIN, "03-03", words="too early")
    moved = objected.asked("move", WANG, "03-04", checkpoint=2, until="2026-04-24", reason="more time")
    off = running().asked("record", WANG, "03-13", support=1, outcome="not_held", note="ill")
    instead = off.asked("promise", QIAN, "03-16", what="x", until="2026-03-31", instead_of=1, reason="ill")
    missed = _missed()
    return [
        opened(),
        opened(diagnosed(), goal=REVENUE, diagnosis=1),
        opened().asked("confirm", LIN, "03-02").asked("confirm", QIAN, "03-02"),
        objected,
        objected.asked("go_on", WANG, "03-04", reason="the visit is on 9 April"),
        moved,
        moved.asked("agree", LIN, "03-05", words="good"),
        running(),
        helped(),
        instead,
        missed,
        missed.asked("report", LIN, "03-18", checkpoint=1, evidence="test: 88"),
        running().asked("name_mentor", WANG, "03-10", mentor=CHEN, reason="moved"),
        running().asked("name_mentor", WANG, "03-10", reason="moved"),
        running().asked("extend", WANG, "04-28", ends="2026-05-29", reason="put off"),
        running().asked("session", LIN, "03-09", what="an hour"),
        not_reached(),
        failed(),
        failed().asked("state", LIN, "05-08", words="called off"),
        failed().reached("statement_remind").reached("statement_over"),
        running().asked("cancel", HUA, "03-20", reason="another post"),
    ]


def _missed() -> Casework:
    trained = running().asked("record", WANG, "03-12", support=1)
    return trained.reached("checkpoint_remind").reached("checkpoint_over")


def named(number: int) -> str:
    return f"coaching-2026-{LIN}-{number}"


def renamed(story: Casework, number: int) -> list[Any]:
    return [event.model_copy(update={"case": named(number)}) for event in story.events]


async def recorded(pool: asyncpg.Pool, *, at_once: bool = True) -> None:
    await record(pool, launched(), *PEOPLE)
    for number, story in enumerate(stories()):
        if at_once:
            await record(pool, *renamed(story, number))
            continue
        for event in renamed(story, number):  # each fold begins from what the last one left
            await record(pool, event)
            await catch_up(pool)
    await catch_up(pool)


@pytest.mark.parametrize("at_once", [True, False])
async def test_the_read_model_says_what_the_domain_says(pool: asyncpg.Pool, at_once: bool) -> None:
    await recorded(pool, at_once=at_once)
    rows = {row.name: row for row in await plans(pool)}
    for number, story in enumerate(stories()):
        row, state = rows[named(number)], story.state
        assert (row.stage, row.holder, row.mentor, row.ends) == (state.stage, LIN, state.mentor, state.ends)
        assert (row.outcome, row.extended, row.stated) == (state.outcome, state.extended, state.stated)
        assert (row.mentor_read, row.holder_read) == (state.mentor_read, state.holder_read)
        assert (row.objected, row.started_at) == (state.objected, state.started_at)
        assert (row.goal, row.diagnosis) == (state.goal, state.diagnosis)
        assert row.not_met == len(state.not_met)
        assert row.missed == len([each for each in state.checkpoints if each.missed_at])
        assert row.checkpoints == len(state.checkpoints)
        assert row.owed == len(state.open_support)
        assert row.given == len([each for each in state.support if each.outcome in ("held", "missed")])


async def test_a_turn_is_whose_the_domain_says_it_is(pool: asyncpg.Pool) -> None:
    await recorded(pool)
    for at in MOMENTS:
        await _turns_agree(pool, at, stories())


async def test_k5_while_the_person_is_on_leave_no_turn_is_theirs_and_days_lie_behind_it(
    pool: asyncpg.Pool,
) -> None:
    people = after(say(GoAway, LIN, "03-04", first="2026-03-05", last="2026-04-10"))
    away = PersonAway(person=LIN, first=on("03-05").date(), last=on("04-10").date(), by=HUA, at=on("03-04"))
    await recorded(pool)
    await record(pool, away)
    await catch_up(pool)
    known = [Casework(story.case, events=story.events, people=people) for story in stories()]
    for at in (on("03-10"), on("04-10"), on("04-11"), on("04-13"), on("04-14"), on("05-02")):
        await _turns_agree(pool, at, known)
        for turn in await turns(pool, at):
            story = known[int(turn.name.rpartition("-")[2])]
            context = story.context(at)
            ends = [
                end_of_day(each.until, context.calendar) for each in steps(story.state, context) if each.until
            ]
            assert turn.until in ends


async def _turns_agree(pool: asyncpg.Pool, at: datetime, known: list[Casework]) -> None:
    found: dict[str, set[str]] = {}
    for turn in await turns(pool, at):
        found.setdefault(turn.name, set()).add(turn.turn)
    for number, story in enumerate(known):
        expected = set(story.kind.awaited(story.state, story.context(at)))
        assert found.get(named(number), set()) == expected, (number, at)


async def test_each_turn_says_what_is_to_be_done(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), *PEOPLE, *running().events)
    await catch_up(pool)
    found = [(turn.turn, turn.step) for turn in await turns(pool, on("03-10"))]
    assert found == [(WANG, "training"), (LIN, "checkpoint"), (QIAN, "session"), (LIN, "checkpoint")]
    late = [(turn.turn, turn.step) for turn in await turns(pool, on("03-17"))]
    assert late[1] == (WANG, "judge")


async def test_what_the_company_owes_is_listed_until_it_is_given(pool: asyncpg.Pool) -> None:
    overdue = running().reached("support_remind").reached("checkpoint_remind").reached("support_over")
    await record(pool, launched(), *PEOPLE, *overdue.events)
    await catch_up(pool)
    found = [(each.number, each.kind, each.overdue_at is not None) for each in await owed(pool, "2026")]
    assert found == [(1, "training", True), (2, "session", False)]
    [plan] = await plans(pool, "2026", about=LIN)
    assert (plan.owed, plan.overdue, plan.given) == (2, 1, 0)


async def test_each_is_told_what_concerns_them(pool: asyncpg.Pool) -> None:
    story = failed().asked("state", LIN, "05-08", words="called off")
    await record(pool, launched(), *PEOPLE, *story.events)
    await catch_up(pool)
    told = {who: [each.type for each in await notices(pool, who)] for who in (LIN, QIAN, WANG)}
    assert told[LIN] == [
        "CoachingConcluded",
        "CheckpointJudged",
        "CheckpointJudged",
        "SupportRecorded",
        "AgreementAsked",
    ]
    assert "CoachingOpened" in told[QIAN] and "CoachingConcluded" in told[QIAN]
    assert told[WANG][0] == "CoachingStated"
    hr = [each.type for each in await notices(pool, HUA, ("role:hr",))]
    assert hr == ["CoachingStated", "CoachingConcluded"]
