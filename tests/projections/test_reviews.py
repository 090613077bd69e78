"""Stage reviews in the read models: as the domain folds them, whose turn it is, who is told, who has none."""

from typing import Any

import asyncpg

from cairn.domain.cycle.events import ReviewLeftOut, ReviewsOpened
from projections.engine.catch_up import catch_up
from projections.models.case import turns
from projections.models.notice import notices
from projections.models.review import left_out, reviews
from tests.projections.given import joined, launched, record
from tests.specs.casework import Casework
from tests.specs.company import CHEN, HUA, LIN, WANG, on
from tests.specs.test_reviews import ANSWERS, FEBRUARY, REPORTED, SHARED

PEOPLE = (joined(LIN), joined(WANG, manager="zhao"), joined("zhao", manager=None))


def stories() -> list[Casework]:
    """The same review, at every point of its way."""
    drafted = FEBRUARY.asked("draft", LIN, "03-02", side="report", texts={"plan": "x"})
    returned = SHARED.asked("return", WANG, "03-05", comments={"plan": "how?"})
    again = returned.asked("submit", LIN, "03-06", texts={"plan": "with Qian"})
    overdue = drafted.reached("report_remind").reached("report_overdue")
    ended = overdue.reached("report_escalated").asked("go_on", HUA, "03-17", reason="the year goes on")
    reopened = ended.asked("reopen", HUA, "03-18", sides=("report",), reason="back")
    return [
        FEBRUARY, drafted, REPORTED, SHARED, returned, again, overdue, ended,
        FEBRUARY.asked("comment", WANG, "03-03", texts={"overall": "x"}),
        SHARED.asked("reopen", HUA, "03-05", sides=("report", "comment"), reason="x"),
        reopened.asked("submit", LIN, "03-19", texts=ANSWERS),
        again.asked("comment", WANG, "03-09", texts={"overall": "good"}),
    ]  # fmt: skip


def renamed(story: Casework, number: int) -> list[Any]:
    name = f"review-2026-{LIN}-{number}"
    return [event.model_copy(update={"case": name}) for event in story.events]


async def told(pool: asyncpg.Pool, person: str) -> list[str]:
    return [each.type for each in await notices(pool, person)]


async def test_the_read_model_says_what_the_domain_says(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), *PEOPLE)
    for number, story in enumerate(stories()):
        await record(pool, *renamed(story, number))
    await catch_up(pool)
    rows = {row.name: row for row in await reviews(pool, "2026")}
    for number, story in enumerate(stories()):
        row, state = rows[f"review-2026-{LIN}-{number}"], story.state
        assert (row.stage, row.holder, row.period, row.share) == (state.stage, LIN, "M02", "together"), number
        assert (row.report_in, row.comment_in) == (state.report_in, state.comment_in), number
        assert (row.report_by, row.comment_by) == (state.report_by, state.comment_by), number
        assert row.returns == len(state.returns)
        assert row.report_drafted == state.has_draft("report")


async def test_a_turn_is_whose_the_domain_says_it_is(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), *PEOPLE)
    for number, story in enumerate(stories()):
        await record(pool, *renamed(story, number))
    await catch_up(pool)
    found = await turns(pool, on("03-20"))
    for number, story in enumerate(stories()):
        mine = [each for each in found if each.name == f"review-2026-{LIN}-{number}"]
        awaited = story.kind.awaited(story.state, story.context(on("03-20")))
        assert {each.turn for each in mine} == set(awaited), number
        assert {each.since for each in mine} <= {story.state.report_asked, story.state.comment_asked}


async def test_each_hears_of_what_the_other_did_and_writers_of_wider_reading(pool: asyncpg.Pool) -> None:
    widened = SHARED.asked("widen", HUA, "03-05", people=(CHEN,), reason="a promotion")
    await record(pool, launched(), *PEOPLE, *widened.events)
    await catch_up(pool)
    assert await told(pool, LIN) == ["ReviewWidened", "ReviewCommented", "ReviewAsked"]
    assert await told(pool, WANG) == ["ReviewWidened", "ReviewReported"]


async def test_who_has_no_review_is_named_with_the_reason(pool: asyncpg.Pool) -> None:
    without = (ReviewLeftOut(person=LIN, code="away"),)
    done = ReviewsOpened(
        cycle="2026", period="M01", reviews=3, left_out=without, due=on("02-02"), by="system", at=on("02-02")
    )
    await record(pool, launched(), *PEOPLE, done)
    await catch_up(pool)
    [row] = await left_out(pool, "2026", "M01")
    assert (row.person, row.code, row.person_name) == (LIN, "away", "Lin")


async def test_who_got_the_review_later_is_not_named_any_more(pool: asyncpg.Pool) -> None:
    without = (ReviewLeftOut(person=LIN, code="away"),)
    done = ReviewsOpened(
        cycle="2026", period="M02", reviews=3, left_out=without, due=on("03-02"), by="system", at=on("03-02")
    )
    await record(pool, launched(), *PEOPLE, done)
    await catch_up(pool)
    assert [row.person for row in await left_out(pool, "2026", "M02")] == [LIN]
    await record(pool, *SHARED.events)
    await catch_up(pool)
    assert list(await left_out(pool, "2026", "M02")) == []
