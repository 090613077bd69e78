"""The inbox after each step of a goal's life: who is waited for, for what, until when."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import asyncpg

from cairn.domain.event import Event
from cairn.domain.goal import events as g
from cairn.domain.measure import Capability
from cairn.domain.people import (
    DelegateNamed,
    Department,
    DepartmentNamed,
    LeavingWithdrawn,
    PersonAway,
    PersonChanged,
    PersonLeft,
    PersonReturned,
)
from projections.engine.catch_up import catch_up
from projections.models.goal import goal_ids
from projections.models.inbox import inbox, tasks_of_goal, tasks_on_goal, waiting
from projections.models.overdue import overdue
from projections.models.person import people, person
from tests.projections.given import (
    AT,
    CYCLE,
    GOAL,
    D,
    drafted,
    joined,
    later,
    launched,
    opened,
    policy,
    record,
    schedule,
)

DATES = schedule()
EXPIRES = later(14)
ASKED = g.AdjustmentRequested(
    goal=GOAL, adjustment="a1", changes=g.Changes(target=D(1000)), reason="市场", draws=D(2), expires_at=EXPIRES,
    policy="p", by="lin", at=later(5),
)  # fmt: skip


def confirmed(role: str, by: str) -> Event:
    return g.AdjustmentConfirmed.model_validate(
        {"goal": GOAL, "adjustment": "a1", "role": role, "by": by, "at": later(6)}
    )


async def told(
    pool: asyncpg.Pool, person: str, roles: Sequence[str] = (), at: datetime | None = None
) -> list[tuple[str, str, datetime, datetime | None]]:
    """All that waits for somebody; a goal's own page says the same of each goal."""
    await catch_up(pool)
    found = await inbox(pool, person, roles, at=at)
    for goal in await goal_ids(pool, ""):
        on_it = await tasks_on_goal(pool, goal, person, roles, at=at)
        assert on_it == sorted((each for each in found if each.goal == goal), key=lambda task: task.act)
    return [(task.act, task.awaited, task.since, task.until) for task in found]


async def test_a_draft_waits_for_its_owner_until_drafts_are_due(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), opened(), joined("lin"), drafted())
    assert await told(pool, "lin") == [("submit", "lin", AT, DATES.drafts_due)]
    [task] = await inbox(pool, "lin")
    assert (task.goal, task.title, task.owner_name, task.stage) == (GOAL, "销售额", "Lin", "draft")
    assert await told(pool, "wang", ["hr", "committee"]) == []


async def test_a_submitted_goal_waits_for_the_manager_until_approvals_are_due(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), drafted(), g.GoalSubmitted(goal=GOAL, by="lin", at=later(1)))
    assert await told(pool, "wang") == [("approve", "wang", later(1), DATES.approvals_due)]
    assert await told(pool, "lin", ["hr", "committee"]) == []


async def test_a_returned_goal_waits_for_its_owner_again(pool: asyncpg.Pool) -> None:
    submitted = g.GoalSubmitted(goal=GOAL, by="lin", at=later(1))
    await record(
        pool, launched(), drafted(), submitted, g.GoalReturned(goal=GOAL, comment="?", by="wang", at=later(2))
    )
    assert await told(pool, "lin") == [("submit", "lin", later(2), DATES.drafts_due)]


async def test_department_goals_and_those_of_people_without_a_manager_wait_for_the_committee(
    pool: asyncpg.Pool,
) -> None:
    tall, alone = "goal-2026-sales-1", "goal-2026-boss-1"
    await record(
        pool, drafted(tall, tier="department", owner="wang"), drafted(alone, owner="boss", manager=None)
    )
    await record(pool, *(g.GoalSubmitted(goal=goal, by="x", at=later(1)) for goal in (tall, alone)))
    assert await told(pool, "zhao", ["committee"]) == [("approve", "role:committee", later(1), None)] * 2
    assert len(await told(pool, "zhao", ["executive"])) == 2
    assert await told(pool, "wang") == []


async def test_nobody_judges_their_own_goal_by_a_role(pool: asyncpg.Pool) -> None:
    await record(
        pool, drafted(tier="department", owner="wang"), g.GoalSubmitted(goal=GOAL, by="x", at=later(1))
    )
    assert await told(pool, "wang", ["committee"]) == []


async def test_an_adjustment_waits_for_manager_and_hr_until_it_expires(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), drafted(), g.GoalActivated(goal=GOAL, by="system", at=later(3)), ASKED)
    assert await told(pool, "wang") == [("confirm_manager", "wang", later(5), EXPIRES)]
    assert await told(pool, "hua", ["hr"]) == [("confirm_hr", "role:hr", later(5), EXPIRES)]


async def test_who_has_confirmed_is_no_longer_waited_for(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), drafted(), ASKED, confirmed("hr", "hua"))
    assert await told(pool, "hua", ["hr"]) == []
    assert [act for act, *_ in await told(pool, "wang")] == ["confirm_manager"]
    assert [task.awaited for task in await tasks_of_goal(pool, GOAL)] == ["wang"]


async def test_a_declined_adjustment_waits_for_nobody_and_the_next_for_both_again(pool: asyncpg.Pool) -> None:
    declined = g.AdjustmentDeclined(
        goal=GOAL, adjustment="a1", role="manager", reason="no", by="wang", at=later(7)
    )
    await record(pool, drafted(), ASKED, confirmed("hr", "hua"), declined)
    assert await told(pool, "wang") == await told(pool, "hua", ["hr"]) == []
    await record(pool, ASKED.model_copy(update={"adjustment": "a2", "at": later(8)}))
    assert len(await told(pool, "wang")) == len(await told(pool, "hua", ["hr"])) == 1


async def test_a_goal_under_review_waits_for_an_assessment_only_where_nothing_is_measured(
    pool: asyncpg.Pool,
) -> None:
    judged = "goal-2026-lin-2"
    await record(pool, launched(), drafted(), drafted(judged, measure=Capability(outcomes=("培训",))))
    await record(pool, *(g.ReviewOpened(goal=goal, by="system", at=later(360)) for goal in (GOAL, judged)))
    assert await told(pool, "wang") == [("assess", "wang", later(360), DATES.scores_due)]
    await record(pool, g.GoalAssessed(goal=judged, period="Y", points=D(90), by="wang", at=later(361)))
    assert await told(pool, "wang") == []


async def test_a_goal_that_raters_judge_waits_for_nobody_in_the_inbox_and_is_never_late_with_one(
    pool: asyncpg.Pool,
) -> None:
    judged, other = "goal-2026-lin-2", "goal-2026-lin-3"
    measure = Capability(outcomes=("培训",))
    await record(pool, launched(), *(drafted(goal, measure=measure) for goal in (judged, other)))
    await record(
        pool,
        g.ReviewOpened(goal=judged, rated=True, by="system", at=later(360)),
        g.ReviewOpened(goal=other, by="system", at=later(360)),
    )
    await catch_up(pool)
    assert [task.goal for task in await inbox(pool, "wang", [])] == [other]
    assert await tasks_of_goal(pool, judged) == []
    assert [each.goals for each in await waiting(pool, CYCLE, later(400))] == [1]
    assert [
        each.goal for each in await overdue(pool, CYCLE, later(400), policy()) if each.act != "deliver"
    ] == [other]
    rated = g.GoalRated(
        goal=judged, period="Y", points=D(80), appraisal="appraisal-2026-lin-1", number=1, by="system", at=later(362)
    )  # fmt: skip
    await record(pool, rated)
    await catch_up(pool)
    late = [(each.goal, each.act, each.awaited) for each in await overdue(pool, CYCLE, later(400), policy())]
    assert (judged, "score", None) in late  # Cairn itself is late with its score


async def test_open_tasks_go_along_to_the_new_manager(pool: asyncpg.Pool) -> None:
    await record(pool, drafted(), g.GoalSubmitted(goal=GOAL, by="lin", at=later(1)))
    await record(
        pool,
        g.ManagerChanged(
            goal=GOAL, former="wang", manager="zhao", effective=later(2).date(), by="hua", at=later(2)
        ),
    )
    assert await told(pool, "wang", at=later(2)) == []
    assert [awaited for _, awaited, *_ in await told(pool, "zhao", at=later(2))] == ["zhao"]
    assert await told(pool, "zhao", at=later(1)) == []
    assert [awaited for _, awaited, *_ in await told(pool, "wang", at=later(1))] == ["wang"]


async def test_l1_a_manager_to_be_waits_for_nothing_until_the_day_in_the_cycles_own_zone(
    pool: asyncpg.Pool,
) -> None:
    moved = g.ManagerChanged(
        goal=GOAL, former="wang", manager=None, effective=date(2026, 7, 1), by="hua", at=later(2)
    )
    submitted = g.GoalSubmitted(goal=GOAL, by="lin", at=later(1))
    await record(pool, launched(), drafted(), submitted, moved)
    last, first = datetime(2026, 6, 30, 15, 59, tzinfo=UTC), datetime(2026, 6, 30, 16, 0, tzinfo=UTC)
    for at, holder in ((last, "wang"), (first, "role:committee")):
        await catch_up(pool)
        assert [task.awaited for task in await tasks_of_goal(pool, GOAL, at)] == [holder]
        assert len(await told(pool, "wang", at=at)) == (holder == "wang")
        assert len(await told(pool, "zhao", ["committee"], at=at)) == (holder != "wang")
        assert [each.awaited for each in await waiting(pool, CYCLE, at)] == [holder]


def headed(head: str | None) -> Event:
    return DepartmentNamed(department=Department(id="sales", name="销售部", head=head), by="hua", at=later(2))


async def test_l2_a_departments_goals_wait_for_its_head_of_the_day_and_without_one_for_hr(
    pool: asyncpg.Pool,
) -> None:
    await record(
        pool, launched(), headed("wang"), drafted(tier="department", owner="wang", department="sales")
    )
    assert len(await told(pool, "wang")) == 1
    await record(pool, headed("zhao"))
    assert await told(pool, "wang") == [] and [who for _, who, *_ in await told(pool, "zhao")] == ["zhao"]
    await record(pool, headed(None))
    assert await told(pool, "zhao") == []
    assert [(act, who) for act, who, *_ in await told(pool, "hua", ["hr"])] == [("submit", "role:hr")]
    assert [task.awaited for task in await tasks_of_goal(pool, GOAL)] == ["role:hr"]


async def test_l2_a_new_head_on_the_committee_does_not_judge_the_departments_goals(
    pool: asyncpg.Pool,
) -> None:
    goal = drafted(tier="department", owner="wang", department="sales")
    await record(pool, headed("zhao"), goal, g.GoalSubmitted(goal=GOAL, by="zhao", at=later(3)))
    assert await told(pool, "zhao", ["committee"]) == []
    assert len(await told(pool, "wang", ["committee"])) == 1


async def test_hr_sees_who_waits_for_whom_and_since_when(pool: asyncpg.Pool) -> None:
    late, other = DATES.approvals_due, "goal-2026-qi-1"
    await record(pool, launched(), drafted(), drafted(other, owner="qi"))
    await record(pool, g.GoalSubmitted(goal=GOAL, by="lin", at=later(1)))
    await catch_up(pool)
    found = [(each.awaited, each.act, each.goals, each.overdue) for each in await waiting(pool, CYCLE, AT)]
    assert sorted(found) == [("qi", "submit", 1, 0), ("wang", "approve", 1, 0)]
    assert {each.overdue for each in await waiting(pool, CYCLE, late)} == {1}


def named(who: str, to: str | None, first: date, last: date | None = None) -> Event:
    return DelegateNamed(person=who, delegate=to, first=first, last=last, by="hua", at=later(0))


async def test_k5_a_delegate_finds_the_tasks_in_their_inbox_for_those_days(pool: asyncpg.Pool) -> None:
    submitted = g.GoalSubmitted(goal=GOAL, by="lin", at=later(1))
    company = [joined(who) for who in ("lin", "wang", "chen")]
    delegation = named("wang", "chen", date(2026, 2, 1), date(2026, 2, 10))
    await record(pool, launched(), *company, drafted(), submitted, delegation)
    before, during = datetime(2026, 1, 20, tzinfo=UTC), datetime(2026, 2, 5, tzinfo=UTC)
    assert [act for act, *_ in await told(pool, "wang", at=before)] == ["approve"]
    assert await told(pool, "chen", at=before) == [] and await told(pool, "wang", at=during) == []
    assert [(act, who) for act, who, *_ in await told(pool, "chen", at=during)] == [("approve", "chen")]
    assert [each.awaited for each in await waiting(pool, CYCLE, during)] == ["chen"]
    assert [each.awaited for each in await tasks_of_goal(pool, GOAL, during)] == ["chen"]


async def test_k5_a_manager_who_delegates_to_the_owner_keeps_what_is_the_owners(pool: asyncpg.Pool) -> None:
    submitted = g.GoalSubmitted(goal=GOAL, by="lin", at=later(1))
    company = [joined(who) for who in ("lin", "wang")]
    await record(pool, launched(), *company, drafted(), submitted, named("wang", "lin", date(2026, 2, 1)))
    during = datetime(2026, 2, 5, tzinfo=UTC)
    assert [act for act, *_ in await told(pool, "wang", at=during)] == ["approve"]
    assert await told(pool, "lin", at=during) == []


async def test_k5_an_owners_delegate_finds_their_drafts_and_while_they_are_away_without_one_nobody_else_does(
    pool: asyncpg.Pool,
) -> None:
    company = [joined(who) for who in ("lin", "wang", "chen", "qi")]
    delegation = named("lin", "chen", date(2026, 2, 1), date(2026, 2, 10))
    away = PersonAway(person="qi", first=date(2026, 2, 1), by="hua", at=later(0))
    await record(
        pool, launched(), *company, drafted(), drafted("goal-2026-qi-1", owner="qi"), delegation, away
    )
    before, during = datetime(2026, 1, 20, tzinfo=UTC), datetime(2026, 2, 5, tzinfo=UTC)
    assert await told(pool, "chen", at=before) == [] and await told(pool, "lin", at=during) == []
    assert [(act, who) for act, who, *_ in await told(pool, "lin", at=before)] == [("submit", "lin")]
    assert [(act, who) for act, who, *_ in await told(pool, "chen", at=during)] == [("submit", "chen")]
    assert sorted(each.awaited for each in await waiting(pool, CYCLE, during)) == ["chen", "qi"]


async def test_k5_while_the_manager_is_away_the_next_above_has_the_tasks_until_they_return(
    pool: asyncpg.Pool,
) -> None:
    wang = joined("wang")
    wang = wang.model_copy(update={"details": wang.details.model_copy(update={"manager": "zhao"})})
    submitted = g.GoalSubmitted(goal=GOAL, by="lin", at=later(1))
    leave = PersonAway(person="wang", first=date(2026, 2, 1), by="hua", at=later(0))
    await record(pool, launched(), joined("lin"), wang, joined("zhao"), drafted(), submitted, leave)
    during, back = datetime(2026, 2, 5, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    assert [who for _, who, *_ in await told(pool, "zhao", at=during)] == ["zhao"]
    returned = PersonReturned(person="wang", effective=date(2026, 3, 1), by="hua", at=later(60))
    await record(pool, returned)
    assert await told(pool, "zhao", at=back) == [] and len(await told(pool, "wang", at=back)) == 1


async def test_l1_a_change_decided_for_a_later_day_is_seen_from_that_day_on(pool: asyncpg.Pool) -> None:
    lin = joined("lin")
    moved = lin.details.model_copy(update={"manager": "chen"})
    july = PersonChanged(
        person="lin", details=moved, effective=date(2026, 7, 1), changed=("manager",), by="hua", at=later(1)
    )
    senior = lin.details.model_copy(update={"title": "Senior"})
    soon = PersonChanged(
        person="lin", details=senior, effective=date(2026, 2, 1), changed=("title",), by="hua", at=later(2)
    )
    await record(pool, lin, july, soon)
    await catch_up(pool)
    seen = [await person(pool, "lin", day=date(2026, month, 1)) for month in (1, 3, 7)]
    assert [(each.manager, each.title) for each in seen if each] == [
        (lin.details.manager, ""),
        (lin.details.manager, "Senior"),
        ("chen", "Senior"),
    ]


async def test_l7_somebody_with_a_leave_date_ahead_is_here_until_then(pool: asyncpg.Pool) -> None:
    await record(
        pool, joined("lin"), PersonLeft(person="lin", effective=date(2026, 7, 1), by="hua", at=later(1))
    )
    await catch_up(pool)
    for day, here in ((date(2026, 6, 30), ["lin"]), (date(2026, 7, 1), [])):
        assert [each.id for each in await people(pool, day=day)] == here
    await record(pool, LeavingWithdrawn(person="lin", by="hua", at=later(2)))
    await catch_up(pool)
    assert [each.id for each in await people(pool, day=date(2026, 8, 1))] == ["lin"]


async def test_l12_who_has_voted_is_not_asked_again_while_the_others_vote(pool: asyncpg.Pool) -> None:
    voted = g.CommitteeVoted(goal=GOAL, adjustment=None, vote="for", by="zhao", at=later(2))
    await record(
        pool, drafted(tier="department", owner="wang"), g.GoalSubmitted(goal=GOAL, by="x", at=later(1)), voted
    )
    assert await told(pool, "zhao", ["committee"]) == []
    assert len(await told(pool, "chen", ["committee"])) == 1
    back = g.GoalReturned(goal=GOAL, comment="?", by="chen", at=later(3))
    await record(pool, back, g.GoalSubmitted(goal=GOAL, by="x", at=later(4)))
    assert len(await told(pool, "zhao", ["committee"])) == 1


async def test_l3_where_all_of_hr_are_parties_the_management_confirms_for_hr(pool: asyncpg.Pool) -> None:
    people = [joined("wang", roles=("hr",)), joined("li", roles=("executive",)), joined("lin")]
    await record(pool, launched(), *people, drafted(), ASKED)
    assert await told(pool, "wang", ["hr"]) == [("confirm_manager", "wang", later(5), EXPIRES)]
    assert await told(pool, "li", ["executive"]) == [("confirm_hr", "role:executive", later(5), EXPIRES)]
    assert {task.awaited for task in await tasks_of_goal(pool, GOAL)} == {"wang", "role:executive"}
    await record(pool, joined("hua", roles=("hr",)))
    assert await told(pool, "li", ["executive"]) == []
