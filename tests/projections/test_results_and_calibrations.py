"""Results that were shown and calibrations in the read models: as the domain folds them, and whose turn it is."""

from dataclasses import replace
from datetime import date
from typing import Any

import asyncpg
import pytest

from cairn.domain.moves import GoAway
from cairn.domain.people import Department, DepartmentNamed
from cairn.domain.result.events import ResultShown
from cairn.domain.sheet.events import SheetEvent
from projections.engine.catch_up import catch_up
from projections.models.calibration import calibrations, moves
from projections.models.case import open_names, turns
from projections.models.notice import notices
from projections.models.result import results
from projections.models.score import result
from tests.projections.given import active, joined, later, launched, record
from tests.specs import test_calibrating as calibrating
from tests.specs import test_results as resulting
from tests.specs.casework import Casework
from tests.specs.company import CHEN, HUA, LI, LIN, QIAN, SHEET, WANG, ZHAO, on, opened
from tests.specs.moving import after, say
from tests.specs.results import issued, recomputed, show, steps, told

PEOPLE = (
    joined(LIN), joined(QIAN), joined(WANG, manager=ZHAO), joined(ZHAO, manager=LI), joined(LI, manager=None),
    DepartmentNamed(department=Department(id="sales", name="销售部", head=ZHAO), by="hua", at=later(0)),
)  # fmt: skip


def result_stories() -> list[Casework]:
    """A result in each of its stages."""
    was, signed, appealed = resulting.SHOWN, resulting.SIGNED, resulting.APPEALED
    held = signed.asked("interview", WANG, "2027-01-20", on="2027-01-19", agreed="one more region")
    lapsed = was.reached("acknowledge_remind").reached("interview_remind").reached("acknowledge_over")
    won = appealed.asked("vote", CHEN, "2027-01-25", grade="A", reason="it is of March")
    newer = recomputed(held.reached("appeal_over"), issued(70, "C", 2, cause="restated"))
    return [
        was, signed, appealed, held, lapsed, won,
        lapsed.asked("acknowledge", LIN, "2027-01-28", number=1),
        held.reached("appeal_over"),
        show(newer, "2027-03-01"),
        appealed.asked("vote", CHEN, "2027-01-25", reason="no"),
        was.asked("appeal", LIN, "2027-01-19", grounds="x").asked("withdraw", LIN, "2027-01-20"),
        appealed.asked("withdraw", LIN, "2027-01-22"),
        told(policy=steps("appeal")),
        told(policy=steps("appeal")).reached("appeal_over"),
        told(policy=steps("interview")),
        replace(was, people=after(say(GoAway, LIN, "12-01", first=date(2027, 1, 19)))).asked(
            "go_on", HUA, "2027-01-20", reason="ill until further notice"
        ),
    ]  # fmt: skip


def renamed(story: Casework, number: int) -> list[Any]:
    """A story's own events, in a stream of their own."""
    name = f"{story.case.rpartition('-')[0]}-{number}"
    return [each.model_copy(update={"case": name}) for each in story.events if each.stream == story.case]


async def recorded(pool: asyncpg.Pool, stories: list[Casework]) -> None:
    await record(pool, launched(), *PEOPLE, *active())
    for number, story in enumerate(stories):
        await record(pool, *renamed(story, number))
    await catch_up(pool)


async def test_results_are_what_the_domain_makes_of_their_events(pool: asyncpg.Pool) -> None:
    stories = result_stories()
    await recorded(pool, stories)
    rows = {row.name: row for row in await results(pool, "2026")}
    assert len(rows) == len(stories)
    for number, story in enumerate(stories):
        row, state = rows[f"result-2026-lin-{number}"], story.state
        assert (row.stage, row.number, row.grade, row.shown_at) == (
            state.stage, state.number, state.grade, state.shown_at,
        ), number  # fmt: skip
        assert (row.acknowledge_by, row.appeal_by, row.appeals) == (
            state.acknowledge_by, state.appeal_by, len(state.appeals),
        ), number  # fmt: skip
        assert row.signed == (state.signature.number if state.signature else None)
        assert (row.talked == row.number) is state.talked
        assert (row.version, row.holder) == (state.version, LIN)


async def test_a_turn_in_a_result_is_whose_the_domain_says_it_is(pool: asyncpg.Pool) -> None:
    stories = result_stories()
    await recorded(pool, stories)
    for at in (on("2027-01-20"), on("2027-03-02")):
        found = await turns(pool, at)
        for number, story in enumerate(stories):
            here = {turn.turn for turn in found if turn.name == f"result-2026-lin-{number}"}
            assert here == set(story.kind.awaited(story.state, story.context(at))), number


async def test_a_result_has_a_workflow_while_anything_is_due_in_it(pool: asyncpg.Pool) -> None:
    stories = result_stories()
    await recorded(pool, stories)
    open_now = set(await open_names(pool))
    for number, story in enumerate(stories):
        over = story.standing(story.events[-1].at).over
        assert (f"result-2026-lin-{number}" in open_now) is not over, number


async def test_calibrations_and_their_moves_are_what_the_domain_makes_of_them(pool: asyncpg.Pool) -> None:
    begun, moved = calibrating.OPEN, calibrating.MOVED
    stories = [
        begun, moved,
        moved.asked("undo", HUA, "2027-01-19", moves=(1,), reason="the wrong Lin"),
        moved.asked("finish", HUA, "2027-01-19"),
        moved.asked("cancel", HUA, "2027-01-19", reason="merged"),
    ]  # fmt: skip
    await recorded(pool, stories)
    rows = {row.name: row for row in await calibrations(pool, "2026")}
    for number, story in enumerate(stories):
        name, state = f"calibration-2026-department.sales-{number}", story.state
        row, made = rows[name], await moves(pool, name)
        assert (row.stage, row.opened_by, row.finish_by) == (state.stage, HUA, state.finish_by)
        assert row.moves == len(state.standing())
        assert [(each.move, each.before, each.after, each.undone) for each in made] == [
            (each.id, each.before, each.after, each.undone) for each in state.moves.values()
        ]
    waited = [turn.turn for turn in await turns(pool, on("2027-01-20")) if turn.kind == "calibration"]
    assert waited == [HUA, HUA, HUA]


async def test_a_newer_version_than_was_calibrated_is_hrs_turn(pool: asyncpg.Pool) -> None:
    done = calibrating.MOVED.asked("finish", HUA, "2027-01-19")
    of_sheet = [each for each in done.events if isinstance(each, SheetEvent) and each.sheet == SHEET]
    own = [each for each in done.events if each.stream == done.case]
    await record(pool, launched(), *PEOPLE, opened(), issued(80, "B"), *of_sheet, *own)
    await catch_up(pool)
    assert [turn for turn in await turns(pool, on("2027-01-20")) if turn.kind == "calibration"] == []
    row = await result(pool, SHEET)
    assert row is not None and row.moved is not None
    assert (row.grade, row.moved.computed, row.calibrated, row.shown) == ("A", "B", 2, None)
    await record(pool, issued(82, "B", 3, cause="corrected"))
    await catch_up(pool)
    [turn] = [each for each in await turns(pool, on("2027-02-01")) if each.kind == "calibration"]
    assert (turn.turn, turn.step) == ("role:hr", "again")


@pytest.mark.parametrize(("by_steps", "types"), [(True, {"ResultShown"}), (False, {"ResultIssued"})])
async def test_a_person_is_told_of_a_result_once_it_is_shown(
    pool: asyncpg.Pool, by_steps: bool, types: set[str]
) -> None:
    await record(pool, launched(), *PEOPLE, opened(), issued(80, "B", told=not by_steps))
    if by_steps:
        await record(pool, *[each for each in resulting.SHOWN.events if isinstance(each, ResultShown)])
    await catch_up(pool)
    assert {each.type for each in await notices(pool, LIN)} - {"SheetOpened"} == types
    assert date(2027, 1, 18) in {each.at.date() for each in await notices(pool, LIN)}
