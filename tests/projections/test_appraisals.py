"""Appraisals in the read models: as the domain folds them, whose turn it is, who is told; no unnamed rater in any."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import asyncpg

from cairn.domain.cycle.events import AppraisalsOpened, ReviewLeftOut
from projections.engine.catch_up import catch_up
from projections.models.appraisal import appraisals, left_out, rated_by
from projections.models.case import open_names, turns
from projections.models.notice import notices
from tests.projections.given import joined, launched, record
from tests.specs.casework import Casework
from tests.specs.company import HUA, LIN, QIAN, WANG, ZHAO, on
from tests.specs.test_appraisals import (
    BEGUN,
    CONFIRMED,
    CUSTOMERS,
    DOTTED,
    OPENED,
    both,
    boxed,
    collected,
    marks,
)

PEOPLE = (joined(LIN), joined(WANG, manager=ZHAO), joined(QIAN, manager=ZHAO), joined(ZHAO, manager=None))


def stories() -> list[Casework]:
    """The same appraisal, at points of its way."""
    named = BEGUN.asked("nominate", LIN, "03-03", role="internal_customers", raters=CUSTOMERS)
    own = CONFIRMED.asked("submit", LIN, "03-05", role="self", marks=marks(90))
    waiting = collected(own, "collect", boxed(("t1", 60), ("t2", 60), ("t3", 60)))
    done = collected(both(), "collect", boxed(("t1", 60), ("t2", 60), ("t3", 60)))
    dotted = DOTTED.asked("nominate", LIN, "03-03", role="dotted_line_managers", raters=(QIAN,))
    asked = dotted.asked("confirm", WANG, "03-04")
    passed = asked.asked("delegate", QIAN, "03-05", role="dotted_line_managers", to=ZHAO, reason="x")
    second = replace(
        BEGUN,
        events=(
            OPENED.model_copy(
                update={
                    "weights": {"manager": Decimal(70), "second_line_manager": Decimal(30)},
                    "second_line_manager": ZHAO,
                }
            ),
        ),
    )
    return [
        BEGUN, named, CONFIRMED, own, both(), waiting, done, collected(done, "collect_late"),
        waiting.asked("go_on", HUA, "03-30", reason="x"), collected(waiting, "collect_late"), DOTTED, dotted,
        asked, passed,
        passed.asked("decline", ZHAO, "03-06", role="dotted_line_managers", reason="x"), second,
        CONFIRMED.asked("decline", "system", "03-05", role="internal_customers", rater=CUSTOMERS[0], reason="x"),
    ]  # fmt: skip


def renamed(story: Casework, number: int) -> list[Any]:
    name = f"appraisal-2026-{LIN}-{number}"
    return [event.model_copy(update={"case": name}) for event in story.events]


async def recorded(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), *PEOPLE)
    for number, story in enumerate(stories()):
        await record(pool, *renamed(story, number))
    await catch_up(pool)


async def test_the_read_model_says_what_the_domain_says(pool: asyncpg.Pool) -> None:
    await recorded(pool)
    rows = {row.name: row for row in await appraisals(pool, "2026")}
    going = await open_names(pool)
    for number, story in enumerate(stories()):
        name, state = f"appraisal-2026-{LIN}-{number}", story.state
        row = rows[name]
        assert (row.stage, row.holder, row.family) == (state.stage, LIN, "sales"), number
        assert row.collected == bool(state.collections), number
        owed = {who for _, who in state.owed()} if state.stage == "open" else set()
        assert set(row.owed) == owed, number
        assert (name in going) == (not story.standing("03-31").over), number
    assert await rated_by(pool, ZHAO, "2026") == [f"appraisal-2026-{LIN}-{number}" for number in (13, 14, 15)]


async def test_a_turn_is_whose_the_domain_says_it_is(pool: asyncpg.Pool) -> None:
    await recorded(pool)
    found = await turns(pool, on("03-20"))
    for number, story in enumerate(stories()):
        mine = [each for each in found if each.name == f"appraisal-2026-{LIN}-{number}"]
        awaited = story.kind.awaited(story.state, story.context(on("03-20")))
        assert {each.turn for each in mine} == set(awaited), number
    steps = {each.step for each in found}
    assert steps == {"nominate", "confirm", "self", "manager", "second_line_manager", "dotted_line_managers"}


async def test_no_table_says_which_unnamed_rater_answered(pool: asyncpg.Pool) -> None:
    """With no answer, with one and with two, all tables are the same."""
    tables = ("appraisal", "appraisal_role", "appraisal_rater")
    seen: list[list[list[dict[str, Any]]]] = []
    for answers in ((), (("t1", 1),), (("t1", 1), ("t2", 2))):
        story = collected(both(), "collect", boxed(*answers))
        await record(pool, *renamed(story, 20 + len(seen)))
        await catch_up(pool)
        name = f"appraisal-2026-{LIN}-{20 + len(seen)}"
        rows = [
            [
                {**row, "name": ""}
                for row in await pool.fetch(f"select * from read.{table} where name = $1", name)
            ]
            for table in tables
        ]
        seen.append(rows)
    assert seen[0] == seen[1] == seen[2] and all(seen[0])


async def test_the_parties_are_told_and_whoever_has_none_is_named(pool: asyncpg.Pool) -> None:
    done = collected(both(), "collect")
    without = (ReviewLeftOut(person=QIAN, code="left"),)
    begun = AppraisalsOpened(
        cycle="2026", appraisals=1, left_out=without, due=on("03-02"), by="system", at=on("03-02")
    )
    await record(pool, launched(), *PEOPLE, begun, *done.events)
    await catch_up(pool)
    for who in (LIN, WANG):
        assert [each.type for each in await notices(pool, who)] == ["AppraisalScored", "AppraisalOpened"], who
    assert [(each.person, each.code) for each in await left_out(pool, "2026")] == [(QIAN, "left")]
