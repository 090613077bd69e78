"""Who is to be told of what, once each."""

import asyncpg

from cairn.domain.goal import events as g
from projections.engine.catch_up import catch_up
from projections.models.notice import notices
from tests.projections.given import GOAL, drafted, joined, later, launched, record
from tests.specs.company import LIN, WANG
from tests.specs.test_feedback import ABOUT_LIN, SEEN, TOLD

PEOPLE = (joined(LIN), joined(WANG, manager="zhao"), joined("zhao", manager=None))


async def told(pool: asyncpg.Pool, person: str, *places: str) -> list[tuple[str, str]]:
    await catch_up(pool)
    return [(notice.type, notice.stream) for notice in await notices(pool, person, places)]


async def test_an_owner_hears_of_what_others_did_and_not_of_their_own(pool: asyncpg.Pool) -> None:
    submitted = g.GoalSubmitted(goal=GOAL, by=LIN, at=later(1))
    returned = g.GoalReturned(goal=GOAL, comment="?", by=WANG, at=later(2))
    await record(pool, launched(), *PEOPLE, drafted(), submitted, returned)
    assert await told(pool, LIN) == [("GoalReturned", GOAL)]
    assert await told(pool, WANG) == [("GoalSubmitted", GOAL)]


async def test_a_reminder_is_told_to_those_it_names_and_to_the_role(pool: asyncpg.Pool) -> None:
    missed = g.DeadlineMissed(
        goal=GOAL,
        phase="drafts_due",
        due=later(9),
        awaited=(LIN,),
        to=(WANG, "role:hr"),
        by="system",
        at=later(9),
    )
    await record(pool, launched(), *PEOPLE, drafted(), missed)
    assert await told(pool, WANG) == [("DeadlineMissed", GOAL)]
    assert await told(pool, "hua", "role:hr") == [("DeadlineMissed", GOAL)]
    assert await told(pool, LIN) == []


async def test_feedback_tells_whom_it_is_about_and_its_breach_whoever_is_above(pool: asyncpg.Pool) -> None:
    story = ABOUT_LIN.asked("observe", WANG, "03-09", **SEEN).reached("remind").reached("overdue")
    story = story.asked("give", WANG, "03-11", **TOLD).asked("answer", LIN, "03-12", words="yes")
    await record(pool, launched(), *PEOPLE, *story.events)
    name = story.case
    assert await told(pool, LIN) == [("FeedbackGiven", name)]
    assert await told(pool, "zhao") == [("FeedbackOverdue", name)]
    assert await told(pool, WANG) == [("FeedbackAnswered", name), ("CaseReminded", name)]


async def test_nobody_is_told_twice_however_often_the_log_is_read(pool: asyncpg.Pool) -> None:
    """Told twice."""
    story = ABOUT_LIN.asked("give", WANG, "03-09", kind="problem", **TOLD)
    await record(pool, launched(), *PEOPLE, *story.events)
    assert await told(pool, LIN) == await told(pool, LIN) == [("FeedbackGiven", story.case)]


async def test_a_step_back_is_told_unless_it_was_taken_quietly(pool: asyncpg.Pool) -> None:
    submitted = g.GoalSubmitted(goal=GOAL, by=LIN, at=later(1))
    approved = g.GoalApproved(goal=GOAL, by=WANG, at=later(2))
    back = g.GoalSteppedBack(goal=GOAL, stage="submitted", reason="?", by="hua", at=later(3))
    quietly = g.GoalSteppedBack(goal=GOAL, stage="draft", reason="?", told=False, by="hua", at=later(4))
    await record(pool, launched(), *PEOPLE, drafted(), submitted, approved, back, quietly)
    assert await told(pool, LIN) == [("GoalSteppedBack", GOAL), ("GoalApproved", GOAL)]
    assert await told(pool, WANG) == [("GoalSteppedBack", GOAL), ("GoalSubmitted", GOAL)]


async def test_whoever_is_urged_hears_of_it(pool: asyncpg.Pool) -> None:
    urged = g.GoalUrged(goal=GOAL, to=(WANG, "role:hr"), by=LIN, at=later(1))
    await record(pool, launched(), *PEOPLE, drafted(), urged)
    assert await told(pool, WANG) == [("GoalUrged", GOAL)]
    assert await told(pool, "hua", "role:hr") == [("GoalUrged", GOAL)]
