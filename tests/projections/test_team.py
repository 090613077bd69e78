"""A manager's people in the read models: who they are on a day, what is late, heard, owed and awaited of each."""

from datetime import date
from typing import Any

import asyncpg

from cairn.domain.cycle.events import CycleLaunched
from cairn.domain.event import Event
from cairn.domain.goal.events import CheckedIn
from cairn.domain.people import PersonChanged
from cairn.domain.person_history import as_stated
from projections.engine.catch_up import catch_up
from projections.models.case import cases_waiting, counted
from projections.models.team import Member, team
from tests.projections.given import CYCLE, D, active, drafted, joined, launched, record
from tests.specs.casework import Casework
from tests.specs.company import HUA, LIN, QIAN, WANG, ZHAO, on
from tests.specs.test_feedback import ABOUT_LIN, SEEN
from tests.specs.test_rules_clocks import OPEN_CASES

GOALS = (drafted(), drafted("goal-2026-qian-1", owner=QIAN, sheet="sheet-2026-qian-1"))
PEOPLE = (
    joined(LIN),
    joined(QIAN),
    joined(WANG, manager=ZHAO),
    joined(ZHAO, manager=None),
    joined(HUA, manager=ZHAO),
)

KNOWN = {each.person: as_stated(each.details) for each in PEOPLE}


async def of(pool: asyncpg.Pool, who: str, day: str, levels: int = 1) -> dict[str, Member]:
    await catch_up(pool)
    found = await team(pool, CYCLE, who, on(day).date(), on(day), levels=levels)
    return {each.id: each for each in found}


async def given(pool: asyncpg.Pool, *events: Event) -> None:
    start: tuple[CycleLaunched, ...] = (launched(),)
    await record(pool, *start, *PEOPLE, *events)


async def test_a_team_is_who_reports_on_the_day_directly_or_below(pool: asyncpg.Pool) -> None:
    moved = PersonChanged(
        person=QIAN, details=joined(QIAN, manager=HUA).details, effective=date(2026, 6, 1), changed=("manager",),
        by=HUA, at=on("03-01"),
    )  # fmt: skip
    await given(pool, moved)
    assert list(await of(pool, WANG, "05-31")) == [LIN, QIAN]
    assert list(await of(pool, WANG, "06-01")) == [LIN]
    assert list(await of(pool, HUA, "06-01")) == [QIAN]
    assert {who: each.level for who, each in (await of(pool, ZHAO, "06-01", 9)).items()} == {
        HUA: 1, WANG: 1, QIAN: 2, LIN: 2,
    }  # fmt: skip


async def test_drafts_are_late_by_the_cycles_dates(pool: asyncpg.Pool) -> None:
    await given(pool, *GOALS)
    assert [(each.goals, each.unapproved, each.late) for each in (await of(pool, WANG, "01-15")).values()] == [
        (1, 1, 0), (1, 1, 0),
    ]  # fmt: skip
    assert [each.late for each in (await of(pool, WANG, "01-17")).values()] == [1, 1]


async def test_feedback_is_counted_as_the_domain_has_it_and_heard_is_the_last_word(
    pool: asyncpg.Pool,
) -> None:
    late = ABOUT_LIN.asked("observe", WANG, "03-09", **SEEN).reached("remind").reached("overdue")
    reported = CheckedIn(goal=GOALS[0].goal, on=on("03-20").date(), value=D(1), by=LIN, at=on("03-20"))
    await given(pool, *active(), *late.events, reported)
    member = (await of(pool, WANG, "03-21"))[LIN]
    assert (member.untold, member.breaches, member.heard) == (1, 1, on("03-20"))
    boss = (await of(pool, ZHAO, "03-21"))[WANG]
    assert (boss.turns, boss.turns_late) == (1, 1)


async def test_every_kind_of_case_is_counted_by_its_stage_and_by_whom_it_waits_for(
    pool: asyncpg.Pool,
) -> None:
    cases = [renamed(case, number) for number, case in enumerate(OPEN_CASES)]
    await given(pool, *[event for case in cases for event in case.events])
    await catch_up(pool)
    expected: dict[tuple[str, str], int] = {}
    for case in cases:
        key = (case.kind.name, case.state.stage)
        expected[key] = expected.get(key, 0) + 1
    found = await counted(pool, CYCLE, on("03-10"))
    assert {(each.kind, each.stage): each.cases for each in found} == expected
    waits = await cases_waiting(pool, CYCLE, on("03-10"))
    named: dict[str, set[Any]] = {}
    for each in waits:
        named.setdefault(each.kind, set()).add(each.awaited)
    for kind in {case.kind.name for case in cases}:
        domain = {
            who
            for case in cases
            if case.kind.name == kind
            for who in case.among(KNOWN).standing("03-10").awaited
        }
        assert named[kind] == domain, kind


def renamed(case: Casework, number: int) -> Casework:
    name = f"{case.case.rpartition('-')[0]}-{number}"
    events = tuple(event.model_copy(update={"case": name}) for event in case.events)
    return Casework(name, events, policy=case.policy, goals=case.goals, departments=())
