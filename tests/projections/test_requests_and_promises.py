"""Requests and promises in the read models: as the domain folds them, whose turn it is, what was owed and came when."""

from datetime import date, datetime
from typing import Any

import asyncpg
import pytest

from cairn.domain.goal.events import EvidenceWaived
from cairn.domain.people import Department, DepartmentNamed, PersonAway
from projections.engine.catch_up import catch_up
from projections.models.case import turns
from projections.models.notice import notices
from projections.models.promise import Debt, owed, promises
from projections.models.request import requests
from tests.projections.given import GOAL, active, joined, later, launched, record
from tests.specs import test_coaching as coaching
from tests.specs import test_promises as promising
from tests.specs import test_requests as asking
from tests.specs.casework import Casework
from tests.specs.company import HUA, LI, LIN, QIAN, WANG, ZHAO, on
from tests.specs.test_feedback import ABOUT_LIN, SEEN, TOLD

PEOPLE = (
    joined(LIN), joined(WANG, manager=ZHAO), joined(ZHAO, manager=LI), joined(LI, manager=None),
    DepartmentNamed(department=Department(id="rnd", name="研发部", head=LI), by="hua", at=later(0)),
    DepartmentNamed(department=Department(id="sales", name="销售部", head=ZHAO), by="hua", at=later(0)),
)  # fmt: skip


def request_stories() -> list[Casework]:
    """A request in each of its stages, each in a stream of its own."""
    asked, accepted = asking.ASKED, asking.ACCEPTED
    back = asked.asked("ask_back", LI, "03-10", question="which?")
    offered = asked.asked("accept", LI, "03-10", promised="2026-04-10")
    overdue = accepted.reached("promise_remind").reached("overdue")
    late = overdue.asked("deliver", LI, "06-07", what="2 benches")
    return [
        asked, accepted, back, offered, overdue, late,
        back.asked("reply", WANG, "03-11", words="for motors", needed_by="2026-03-27"),
        offered.asked("agree", WANG, "03-11"),
        late.asked("missing", WANG, "06-08", missing="a cable"),
        late.asked("confirm", WANG, "06-08"),
        asked.asked("decline", LI, "03-10", reason="none"),
        accepted.asked("withdraw", WANG, "03-11", reason="not needed"),
    ]  # fmt: skip


def promise_stories() -> list[Casework]:
    """A promise in each of its stages."""
    made, overdue = promising.MADE, promising.OVERDUE
    kept = made.asked("keep", WANG, "03-16", shown="ordered")
    return [
        made, overdue, kept,
        kept.asked("contest", LIN, "03-17", missing="it is not here"),
        overdue.asked("keep", WANG, "06-07", shown="in building 2"),
        made.asked("release", LIN, "03-10"),
        promising.TO_LIN.asked("make", LI, "03-09", **promising.WORDS, promised_by="department.rnd"),
    ]  # fmt: skip


def renamed(story: Casework, number: int) -> list[Any]:
    name = f"{story.case.rpartition('-')[0]}-{number}"
    return [event.model_copy(update={"case": name}) for event in story.events]


async def recorded(pool: asyncpg.Pool, stories: list[Casework]) -> None:
    await record(pool, launched(), *PEOPLE, *active())
    for number, story in enumerate(stories):
        await record(pool, *renamed(story, number))
    await catch_up(pool)


async def test_requests_are_what_the_domain_makes_of_their_events(pool: asyncpg.Pool) -> None:
    await recorded(pool, request_stories())
    rows = {row.name: row for row in await requests(pool, "2026")}
    assert len(rows) == len(request_stories())
    for number, story in enumerate(request_stories()):
        row, state = rows[f"request-2026-department.rnd-{number}"], story.state
        assert (row.stage, row.goal, row.department, row.opened_by) == (state.stage, state.goal, "rnd", WANG)
        assert (row.needed_by, row.promised, row.delivered) == (
            state.needed_by,
            state.promised,
            state.delivered,
        )
        assert (row.answer_by, row.entered, row.version) == (state.answer_by, state.entered, state.version)


async def test_promises_are_what_the_domain_makes_of_their_events(pool: asyncpg.Pool) -> None:
    await recorded(pool, promise_stories())
    rows = {row.name: row for row in await promises(pool, "2026", to=LIN)}
    assert len(rows) == len(promise_stories())
    for number, story in enumerate(promise_stories()):
        row, state = rows[f"promise-2026-lin-{number}"], story.state
        assert (row.stage, row.promised_by, row.due, row.kept) == (
            state.stage,
            state.promised_by,
            state.due,
            state.kept,
        )
        assert (row.goal, row.kind, row.version) == (state.goal, state.kind, state.version)


async def test_a_turn_is_whose_the_domain_says_it_is(pool: asyncpg.Pool) -> None:
    stories = [*request_stories(), *promise_stories()]
    await recorded(pool, stories)
    for at in (on("03-11"), on("03-23")):
        found = {turn.name: turn for turn in await turns(pool, at)}
        for number, story in enumerate(stories):
            turn = found.get(f"{story.case.rpartition('-')[0]}-{number}")
            assert ([turn.turn] if turn else []) == list(story.kind.awaited(story.state, story.context(at)))
            if turn is not None and story.kind.name == "promise":
                assert turn.until == on("03-21", 0)


async def test_a_department_without_a_head_is_hrs_turn(pool: asyncpg.Pool) -> None:
    await recorded(pool, [asking.ASKED])
    headless = DepartmentNamed(department=Department(id="rnd", name="研发部"), by="hua", at=on("03-10"))
    await record(pool, headless)
    await catch_up(pool)
    [turn] = await turns(pool, on("03-11"))
    assert turn.awaited == "role:hr"


async def debts(pool: asyncpg.Pool, at: datetime) -> list[tuple[str, date, date | None, int | None, bool]]:
    return [
        (debt.kind, debt.due, debt.came, debt.days_late, debt.open)
        for debt in await owed(pool, "2026", at, to=LIN, goal=GOAL)
    ]


async def test_what_was_owed_for_a_goal_stands_beside_it_with_the_day_it_came(pool: asyncpg.Pool) -> None:
    late = promising.OVERDUE.asked("keep", WANG, "06-07", shown="in building 2")
    await recorded(pool, [late, asking.ACCEPTED])
    day = date(2026, 3, 20)
    assert await debts(pool, on("03-16")) == [
        ("promise", day, date(2026, 6, 7), 79, False), ("request", day, None, 0, True),
    ]  # fmt: skip
    [_, open_request] = await owed(pool, "2026", on("03-25"), to=LIN)
    assert (open_request.days_late, open_request.breached, open_request.owed_by) == (
        5,
        True,
        "department.rnd",
    )


async def test_what_was_released_declined_before_a_promise_or_withdrawn_is_owed_no_more(
    pool: asyncpg.Pool,
) -> None:
    await recorded(pool, [
        promising.MADE.asked("release", LIN, "03-10"),
        asking.ASKED.asked("decline", LI, "03-10", reason="none"),
        asking.ACCEPTED.asked("withdraw", WANG, "03-11", reason="not needed"),
    ])  # fmt: skip
    assert await debts(pool, on("04-01")) == []


async def test_a_promise_that_is_taken_back_is_a_breach(pool: asyncpg.Pool) -> None:
    await recorded(pool, [asking.ACCEPTED.asked("decline", LI, "03-12", reason="it broke")])
    [debt] = await owed(pool, "2026", on("04-01"), goal=GOAL)
    assert (debt.open, debt.came, debt.breached) == (False, None, True)


async def test_feedback_that_came_late_and_data_that_never_came_are_owed_too(pool: asyncpg.Pool) -> None:
    overdue = ABOUT_LIN.asked("observe", WANG, "03-09", **SEEN).reached("remind").reached("overdue")
    late = overdue.asked("give", WANG, "03-12", **TOLD)
    waived = EvidenceWaived(goal=GOAL, period="M01", reason="the till was broken", by="hua", at=later(60))
    await recorded(pool, [late])
    await record(pool, waived)
    await catch_up(pool)
    found: list[Debt] = list(await owed(pool, "2026", on("04-01"), to=LIN))
    assert [(debt.kind, debt.due, debt.came, debt.days_late) for debt in found] == [
        ("data", date(2026, 1, 31), None, None), ("feedback", date(2026, 3, 10), date(2026, 3, 12), 2),
    ]  # fmt: skip
    assert all(debt.breached for debt in found)


async def of_plan(
    pool: asyncpg.Pool, story: Casework, day: str
) -> list[tuple[int | None, str, date | None, int | None, bool]]:
    """What a plan promised, as the ledger has it on a day: number, by whom, when it came, how late, broken or not."""
    await recorded(pool, [story])
    return [
        (debt.number, debt.owed_by, debt.came, debt.days_late, debt.breached)
        for debt in await owed(pool, "2026", on(day), to=LIN)
    ]


async def test_a_training_is_owed_by_the_manager_and_a_session_by_the_mentor_and_neither_while_nobody_agreed(
    pool: asyncpg.Pool,
) -> None:
    asked = await of_plan(pool, coaching.opened(), "03-20")
    assert asked == [(1, WANG, None, 0, False), (2, QIAN, None, 0, False)]


async def test_what_a_running_plan_promised_is_late_until_it_came(pool: asyncpg.Pool) -> None:
    late = coaching.running().asked("record", LIN, "03-16", support=1, outcome="missed", note="ill")
    assert await of_plan(pool, late, "03-30") == [
        (1, WANG, date(2026, 3, 16), 3, True), (2, QIAN, None, 3, True),
    ]  # fmt: skip
    [missed, _] = await owed(pool, "2026", on("03-30"), to=LIN)
    assert (missed.kind, missed.of, missed.outcome, missed.due) == (
        "coaching",
        "training",
        "missed",
        date(2026, 3, 13),
    )


async def test_what_did_not_take_place_stays_broken_beside_what_took_its_place(pool: asyncpg.Pool) -> None:
    off = coaching.running().asked("record", WANG, "03-13", support=1, outcome="not_held", note="ill")
    again = off.asked("promise", QIAN, "03-16", what="x", until="2026-03-24", instead_of=1, reason="ill")
    assert await of_plan(pool, again.asked("record", LIN, "03-24", support=3), "03-25") == [
        (1, WANG, None, None, True), (3, WANG, date(2026, 3, 24), 0, False), (2, QIAN, None, 0, False),
    ]  # fmt: skip


async def test_what_a_cancelled_plan_had_not_owed_yet_is_owed_no_more(pool: asyncpg.Pool) -> None:
    cancelled = coaching.helped().asked("promise", WANG, "03-27", what="x", until="2026-04-10", reason="more")
    story = cancelled.asked("cancel", HUA, "03-30", reason="another post")
    assert [number for number, *_ in await of_plan(pool, story, "05-01")] == [1, 2]


@pytest.mark.parametrize(("last", "late"), [(None, [0, 0]), (date(2026, 3, 20), [1, 0])])
async def test_k5_what_a_plan_promised_for_days_of_long_leave_is_owed_once_its_person_is_back(
    pool: asyncpg.Pool, last: date | None, late: list[int]
) -> None:
    away = PersonAway(person=LIN, first=date(2026, 3, 9), last=last, by=HUA, at=on("03-06"))
    await recorded(pool, [coaching.running()])
    await record(pool, away)
    await catch_up(pool)
    assert [debt.days_late for debt in await owed(pool, "2026", on("03-24"), to=LIN)] == late


async def test_each_side_is_told_what_the_other_did(pool: asyncpg.Pool) -> None:
    story = (
        asking.ACCEPTED.reached("promise_remind").reached("overdue").asked("deliver", LI, "03-30", what="2")
    )
    await recorded(pool, [story])
    of_asker = [notice.type for notice in await notices(pool, WANG) if notice.stream.startswith("request-")]
    assert of_asker == ["RequestDelivered", "RequestOverdue", "RequestAccepted"]
    of_head = [notice.type for notice in await notices(pool, LI)]
    assert of_head == ["RequestOverdue", "CaseReminded", "RequestOpened"]


async def test_a_promise_is_told_to_whom_it_is_owed_and_what_they_say_to_whoever_made_it(
    pool: asyncpg.Pool,
) -> None:
    kept = promising.MADE.asked("keep", WANG, "03-16", shown="ordered")
    await recorded(pool, [kept.asked("contest", LIN, "03-17", missing="it is not here")])
    told = {
        who: [n.type for n in await notices(pool, who) if n.stream.startswith("promise-")]
        for who in (LIN, WANG)
    }
    assert told == {LIN: ["PromiseKept", "PromiseMade"], WANG: ["PromiseContested"]}
