"""Who is to be told of what, once each."""

import re
from collections.abc import Mapping

import asyncpg
import pytest

from cairn.domain.event import Event
from cairn.domain.goal import events as g
from cairn.domain.people import DelegateNamed, Department, DepartmentNamed
from cairn.domain.registry import EVENTS
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import differences, rebuild
from projections.models.notice import MODEL, SQL, notices
from tests.projections.given import GOAL, drafted, joined, later, launched, record
from tests.projections.test_amendments import decided, in_force, proposed
from tests.specs import test_coaching as coaching
from tests.specs import test_promises as promises
from tests.specs import test_requests as requests
from tests.specs import test_reviews as reviews
from tests.specs.company import CHEN, HUA, LIN, QIAN, WANG, on
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


def year() -> list[Event]:
    """A year in which places pass on: another manager, another mentor, and one of every kind of case."""
    return [
        launched(),
        *PEOPLE,
        joined(CHEN, manager="zhao"),
        drafted(),
        g.GoalSubmitted(goal=GOAL, by=LIN, at=on("03-01")),
        g.ManagerChanged(
            goal=GOAL, former=WANG, manager=CHEN, effective=on("03-05").date(), by=HUA, at=on("03-02")
        ),
        g.GoalUrged(goal=GOAL, to=(WANG,), by=LIN, at=on("03-03")),
        g.GoalReturned(goal=GOAL, comment="?", by=WANG, at=on("03-04")),
        g.GoalSubmitted(goal=GOAL, by=LIN, at=on("03-06")),
        g.GoalApproved(goal=GOAL, by=CHEN, at=on("03-07")),
        *coaching.running().events,
        *coaching.running().asked("name_mentor", WANG, "03-04", mentor=CHEN, reason="ill").just,
        *reviews.SHARED.events,
        *promises.OVERDUE.events,
        *requests.ASKED.events,
        *ABOUT_LIN.asked("observe", WANG, "03-09", **SEEN).reached("remind").reached("overdue").events,
    ]


async def everybodys(pool: asyncpg.Pool) -> list[tuple[int, str, str, str]]:
    rows = await pool.fetch("select position, recipient, type, about from read.notice_told order by 1, 2")
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 20_000])
async def test_law_the_same_log_gives_the_same_notices_in_whatever_pages_it_is_read(
    pool: asyncpg.Pool, size: int
) -> None:
    """Told twice. Read event by event as they come, in pages of any size, and all at once: nobody is told twice, and
    whom a place belonged to on the day is told, whoever has it by now."""
    for event in year():
        await record(pool, event)
        await catch_up(pool, window=size)
    as_it_came = await everybodys(pool)
    assert len({(position, who) for position, who, *_ in as_it_came}) == len(as_it_came) > 20
    await rebuild(pool, "notice")
    assert await everybodys(pool) == as_it_came
    assert [each for each in await differences(pool, "notice") if not each.equal] == []
    told = {(who, kind) for _, who, kind, _ in as_it_came}
    assert {(WANG, "GoalSubmitted"), (CHEN, "GoalSubmitted"), (QIAN, "CoachingAgreed")} <= told
    assert [who for _, who, kind, _ in as_it_came if kind == "GoalSubmitted"] == [WANG, CHEN]


BY_ITSELF = "the system's own bookkeeping, with its own place in `cairn status` or the lists"
WAITS = "whoever has to act finds it in the inbox, where it stands until it is done"
OWN = "it is theirs alone, and they did it or said it themselves"
FOLLOWS = "what follows from it is told by the events that follow"
ASKED_FOR = "whoever asked or voted did it; the decision that comes of it is told"
RATERS = "whoever rates or confirms has a list of their own; a notice would tell others who the raters are"
SILENT: Mapping[str, str] = {
    name: why
    for names, why in (
        ("CaseSignalRefused SignalRefused CycleSignalRefused ErasureOrdered PersonViewed EventSkipped FeedCompleted "
         "FeedScheduled FeedUnscheduled ReadingsRecorded RehearsalAdvanced WorkflowsBegunAgain ScoreHeldBack "
         "FlexibleSpaceUsed LaunchFinished PolicyAdopted TargetsProposed TargetsWithdrawn ScoresVerified "
         "HandoverReconciled WebhookRegistered WebhookRemoved WebhookResumed", BY_ITSELF),
        ("CheckedIn AdjustmentConfirmed ReviewOpened FeedbackObserved LoweringAgreed", WAITS),
        ("ReviewDrafted FeedbackWithdrawn AnswerDrafted AnswerGiven", OWN),
        ("RatersNominated RatersConfirmed RaterDeclined RaterDelegated QuestionsChanged", RATERS),
        ("AnswersCollected RoleReleased AppraisalEnded AppraisalsOpened GoalRated", FOLLOWS),
        ("AbsencesSet LastDaySet SheetAbsencesSet SheetLastDaySet GoalActivated GoalClosed GoalRemoved GoalScored "
         "GoalDrafted GoalAligned GoalDecomposed SmartChecked CycleLaunched CycleClosed SheetsAdded StageReached "
         "PeriodScored ResultsIssued ReviewsOpened PersonJoined PersonChanged PersonLeft PersonAway PersonReturned "
         "LeavingWithdrawn DepartmentNamed ResultsShown VersionShown VersionSigned VersionCalibrated ResultClosed "
         "CalibrationOpened CalibrationBegun CalibrationEnded CalibrationFinished CalibrationCancelled "
         "CalibrationWentOn GradeMoved GradeKept MovesUndone HandoverMade EntriesMade VersionHandedOver MessageTaken "
         "LoweringWithdrawn", FOLLOWS),
        ("CommitteeVoted AppealVoted PolicyAmendmentVoted RestatementVoted RestatementHeard "
         "RestatementTold", ASKED_FOR),
    )
    for name in names.split()
}  # fmt: skip
"""Events that tell nobody, and why not."""


def test_every_event_tells_somebody_or_says_why_not() -> None:
    told = {event.__name__ for event in MODEL.reads}
    assert set(EVENTS) - told - set(SILENT) == set()
    assert told & set(SILENT) == set() and set(SILENT) <= set(EVENTS)


def test_each_event_that_is_read_says_whom_it_tells() -> None:
    tells = SQL["fold"].partition("tells (type, whom) as (")[2].partition("),\ntold as")[0]
    named = set(re.findall(r"\('(\w+)', '\w+'\)", tells))
    assert named == {event.__name__ for event in MODEL.reads}


async def test_a_proposed_change_of_the_policy_is_told_to_the_committee_and_its_decision_to_hr(
    pool: asyncpg.Pool,
) -> None:
    await record(pool, launched(), *PEOPLE, proposed(1, 1), decided(2), in_force(3))
    assert [kind for kind, _ in await told(pool, CHEN, "role:committee")] == [
        "PolicyAmended",
        "PolicyAmendmentProposed",
    ]
    assert [kind for kind, _ in await told(pool, HUA, "role:hr")] == ["PolicyAmendmentDecided"]


async def test_a_departments_goal_is_told_to_its_head_of_the_day_it_is_read(pool: asyncpg.Pool) -> None:
    goal = "goal-2026-department.sales-1"
    of_sales = drafted(goal, tier="department", owner="zhao", manager=None, department="sales")
    approved = g.GoalApproved(goal=goal, by="chen", at=later(2))
    first, second = (
        DepartmentNamed(department=Department(id="sales", name="销售部", head=head), by=HUA, at=later(days))
        for head, days in (("zhao", 0), (WANG, 9))
    )
    await record(pool, launched(), *PEOPLE, first, of_sales, approved)
    assert ("GoalApproved", goal) in await told(pool, "zhao")
    await record(pool, second)
    assert ("GoalApproved", goal) in await told(pool, WANG) and await told(pool, "zhao") == []


async def test_whoever_is_named_delegate_hears_of_it_and_from_when(pool: asyncpg.Pool) -> None:
    named = DelegateNamed(person=WANG, delegate="zhao", first=on("03-09").date(), by=HUA, at=on("03-02"))
    await record(pool, launched(), *PEOPLE, named)
    assert await told(pool, "zhao") == [("DelegateNamed", f"person-{WANG}")]
    [notice] = await notices(pool, "zhao")
    assert notice.about == WANG
