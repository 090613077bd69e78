"""The year's page as somebody reads it: nothing of a colleague that only a broken promise leads to, and nothing of
one's own result before it is shown."""

from datetime import date
from typing import Any

import asyncpg
import pytest

from cairn.domain.cycle.events import PolicyAdopted
from cairn.domain.event import Event
from cairn.domain.goal.events import GoalDiagnosed
from cairn.domain.promise.events import PromiseMade, PromiseOverdue
from cairn.domain.result.events import ResultShown
from cairn.domain.sheet.events import ResultIssued, VersionShown
from cairn_portal.reading.year.decided import Judged
from cairn_portal.reading.year.part import Part, Year
from cairn_portal.reading.year.parts import parts_of
from cairn_portal.signing_in.reader import PageReader
from projections.engine.catch_up import catch_up
from tests.projections.given import CYCLE, GOAL, SHEET, D, active, later, launched, opened, record
from tests.projections.stories import scored
from tests.projections.test_mail import PEOPLE
from tests.projections.test_news import AMONG_THEMSELVES, Room
from tests.specs.company import LIN, QIAN, WANG
from tests.workflows.company import POLICY

PROMISE = f"promise-{CYCLE}-lin-1"
BROKEN: tuple[Event, ...] = (
    PromiseMade(
        case=PROMISE, kind="resource", what="zaunkoenigin", promised_by=QIAN, due=date(2026, 2, 2), goal=GOAL,
        by=QIAN, at=later(10),
    ),
    PromiseOverdue(case=PROMISE, phase="overdue", due=later(29), to=(QIAN, LIN), by="system", at=later(29)),
)  # fmt: skip
DIAGNOSED = GoalDiagnosed(
    goal=GOAL,
    diagnosis=1,
    kind="external_obstacle",
    facts="fog",
    since=date(2026, 2, 1),
    by=LIN,
    at=later(30),
)
OF_EVERYBODY = POLICY + "transparency: {goals: [everybody]}\n"
IN_STEPS = POLICY + "evaluation: {steps: [interview, acknowledgement]}\n"


@pytest.fixture
async def company(pool: asyncpg.Pool) -> Room:
    return Room(pool)


async def opens(company: Room, policy: str, *events: Event) -> None:
    adopted = PolicyAdopted(name="small", version="1", text=policy, by="hua", at=later(0))
    await record(
        company.pool, adopted, launched(), *PEOPLE, *active(), opened(),
        opened("sheet-2026-qian-1", (), holder=QIAN), *events,
    )  # fmt: skip
    await catch_up(company.pool)


async def read(company: Room, who: str | None, key: str) -> Part | None:
    cycle = await company.records.cycle(CYCLE)
    year = Year(PageReader("en"), company.records)
    parts = [each async for each in parts_of(year, cycle, await company.records.viewer(who, cycle))]
    return next((each for each in parts if each.key == key), None)


async def row(company: Room, who: str | None, key: str) -> list[Any]:
    """The only row of a part's table, as somebody reads it."""
    part = await read(company, who, key)
    assert part is not None
    [only] = part.shown[0].rows  # type: ignore[union-attr]
    return [str(each) for each in only]


async def test_whoever_broke_a_promise_reads_no_score_of_the_colleague_and_no_goal_that_is_not_theirs_to_read(
    company: Room,
) -> None:
    await opens(company, AMONG_THEMSELVES, *BROKEN, scored(GOAL, "Y", 40))
    for allowed in (LIN, WANG, None):
        assert (await row(company, allowed, "promises"))[-2:] == ["销售额", "50"], allowed
    broken = await read(company, QIAN, "promises")
    assert (await row(company, QIAN, "promises"))[-2:] == ["–", "–"]
    assert broken is not None and [each.goal for each in broken.found] == [None]  # type: ignore[attr-defined]


async def test_whoever_broke_a_promise_and_may_read_the_goal_reads_its_title_alone(company: Room) -> None:
    await opens(company, OF_EVERYBODY, *BROKEN, scored(GOAL, "Y", 40))
    assert (await row(company, QIAN, "promises"))[-2:] == ["销售额", "–"]


async def test_obstacles_of_goals_are_told_to_those_who_may_know_of_them(company: Room) -> None:
    await opens(company, AMONG_THEMSELVES, DIAGNOSED)
    for allowed in (LIN, WANG, "hua", None):
        assert (await row(company, allowed, "obstacles"))[0] == "销售额", allowed
    assert await read(company, QIAN, "obstacles") is None


async def restated(company: Room, who: str | None) -> int:
    part = await read(company, who, "judged")
    assert part is not None and isinstance(part.found, Judged)
    return part.found.restated


async def test_nobody_finds_by_a_count_that_their_result_was_restated_before_it_is_shown(
    company: Room,
) -> None:
    facts = {
        "sheet": SHEET, "points": D(82), "rounded": D(82), "grade": "B", "coefficient": D(1), "mix": {}, "periods": (),
        "policy": "small@1", "by": "system",
    }  # fmt: skip
    case = ResultShown(
        case=f"result-{CYCLE}-lin-1", number=1, cause="due", rounded=D(82), grade="B", acknowledge_by=later(50),
        interview_by=later(50), appeal_by=later(50), by="system", at=later(41),
    )  # fmt: skip
    shown = VersionShown(sheet=SHEET, number=1, by="system", at=later(41))
    again = {"number": 2, "cause": "restated", "restatement": "r1", "at": later(45)}
    await opens(
        company, IN_STEPS, ResultIssued.model_validate(facts | {"at": later(40)}), shown, case,
        ResultIssued.model_validate(facts | again),
    )  # fmt: skip
    assert [await restated(company, who) for who in (LIN, WANG, "hua", None)] == [0, 1, 1, 1]
    await record(company.pool, VersionShown(sheet=SHEET, number=2, by="system", at=later(46)))
    await catch_up(company.pool)
    assert await restated(company, LIN) == 1
