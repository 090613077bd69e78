"""A goal's life from draft to close: by updates, by signals, by deadlines alone."""

from datetime import UTC, date, datetime

import pytest

from cairn.application.people import People
from cairn.domain.moves import Move
from cairn.domain.refusal import Refusal
from tests.workflows.company import HR, MANAGER, OTHER_MANAGER, Company, morning

RAISED = {"target": "1300"}


async def test_a_goal_is_set_adjusted_checked_and_scored_by_updates(any_company: Company) -> None:
    company = any_company
    await company.launched()
    goal = company.goal()
    await company.asks(goal, "submit", "E1")
    await company.asks(goal, "return", MANAGER, comment="say in which market")
    await company.asks(goal, "revise", "E1", title="Revenue in the north")
    await company.approved(goal)
    await company.goes_to(date(2026, 2, 2), goal)
    await company.asks(goal, "adjust", "E1", changes=RAISED, reason="a new client")
    await company.asks(goal, "confirm", HR, role="hr")
    adjusted = await company.asks(goal, "confirm", MANAGER, role="manager")
    assert adjusted.events[:2] == ("AdjustmentConfirmed", "GoalAdjusted")
    await company.asks(goal, "check_in", "E1", value="1300", note="all of it at once")
    await company.goes_to(date(2027, 2, 3), goal)
    assert await company.story(goal) == [
        "GoalDrafted", "GoalSubmitted", "GoalReturned", "GoalRevised", "GoalSubmitted", "GoalApproved",
        "GoalActivated", "AdjustmentRequested", "AdjustmentConfirmed", "AdjustmentConfirmed", "GoalAdjusted",
        "CheckedIn", "GoalScored", "GoalScored", "GoalScored", "ReviewOpened", "GoalScored", "GoalScored",
        "GoalClosed",
    ]  # fmt: skip
    assert [each.period for each in await company.all(goal, "GoalScored")] == ["Q1", "Q2", "Q3", "Q4", "Y"]
    year = await company.last(goal, "GoalScored")
    assert (year.period, year.actual, year.target, year.points) == ("Y", 1300, 1300, 100)
    assert await company.handle(goal).result() == "closed"


async def test_a_capability_goal_is_assessed_by_its_manager_and_scored(company: Company) -> None:
    await company.launched()
    goal = company.goal(number=2)
    await company.active(goal)
    await company.goes_to(date(2027, 1, 4), goal)
    assert (await company.status(goal)).awaited == (MANAGER,)
    await company.asks(goal, "assess", MANAGER, points="88", comment="a good proposal")
    await company.goes_to(date(2027, 1, 20), goal)
    year = await company.last(goal, "GoalScored")
    assert (year.period, year.points) == ("Y", 88)


async def test_the_same_year_runs_by_signals(any_company: Company) -> None:
    company = any_company
    await company.launched()
    goal = company.goal()
    await company.signals(goal, "submit", "E1")
    await company.signals(goal, "approve", MANAGER)
    await company.has_happened(goal, "GoalApproved")
    await company.goes_to(date(2026, 2, 2), goal)
    await company.signals(goal, "adjust", MANAGER, changes=RAISED, reason="a new client")
    await company.signals(goal, "confirm", MANAGER, role="manager")
    await company.signals(goal, "confirm", HR, role="hr")
    await company.has_happened(goal, "GoalAdjusted")
    await company.signals(goal, "check_in", "E1", value="650")
    await company.has_happened(goal, "CheckedIn")
    await company.goes_to(date(2027, 2, 3), goal)
    told = await company.story(goal)
    assert told[-1] == "GoalClosed"
    assert "SignalRefused" not in told
    assert (await company.last(goal, "GoalScored")).actual == 650


async def test_queries_say_where_a_goal_stands_who_is_awaited_and_until_when(company: Company) -> None:
    await company.launched()
    goal = company.goal()
    handle = company.handle(goal)
    assert (await company.status(goal)).stage == "draft"
    assert await handle.query("awaited") == ["E1"]
    assert (await handle.query("next_deadline"))["phase"] == "drafts_remind"
    await company.asks(goal, "submit", "E1")
    assert await handle.query("awaited") == [MANAGER]
    assert (await handle.query("next_deadline"))["phase"] == "approvals_remind"
    await company.asks(goal, "approve", MANAGER)
    assert await handle.query("awaited") == []


async def test_an_event_has_the_workflows_time_and_not_the_machines(company: Company) -> None:
    await company.launched()
    goal = company.goal()
    await company.goes_to(date(2026, 1, 9), goal)
    await company.asks(goal, "submit", "E1")
    submitted = await company.last(goal, "GoalSubmitted")
    assert abs((submitted.at - morning(date(2026, 1, 9))).total_seconds()) < 60


async def test_an_adjustment_that_nobody_confirms_expires_by_its_timer(any_company: Company) -> None:
    company = any_company
    await company.launched()
    goal = company.goal()
    await company.active(goal)
    await company.asks(goal, "adjust", "E1", changes=RAISED, reason="a new client")
    assert (await company.status(goal)).awaited == (MANAGER, "role:hr")
    await company.asks(goal, "confirm", HR, role="hr")
    assert (await company.status(goal)).awaited == (MANAGER,)
    await company.goes_to(date(2026, 3, 2), goal)
    assert (await company.story(goal))[-3:] == ["AdjustmentConfirmed", "ReminderSent", "AdjustmentExpired"]
    expired, asked = (
        await company.last(goal, "AdjustmentExpired"),
        await company.last(goal, "AdjustmentRequested"),
    )
    assert 0 <= (expired.at - asked.expires_at).total_seconds() < 60
    late = await company.asks(goal, "confirm", MANAGER, role="manager", adjustment=asked.adjustment)
    assert late.refused is not None and late.refused.code == "adjustment.ended"
    assert (await company.status(goal)).stage == "active"


async def test_the_owner_is_reminded_once_and_the_manager_hears_once_of_a_late_draft(
    company: Company,
) -> None:
    await company.launched()
    goal = company.goal()
    await company.goes_to(date(2026, 1, 20), goal)
    assert await company.story(goal) == ["GoalDrafted", "ReminderSent"]
    await company.goes_to(date(2026, 1, 21), goal)
    assert await company.story(goal) == ["GoalDrafted", "ReminderSent", "DeadlineMissed"]
    reminded, missed = await company.last(goal, "ReminderSent"), await company.last(goal, "DeadlineMissed")
    assert (reminded.to, missed.to) == (("E1",), (MANAGER,))
    assert (missed.due, missed.due.astimezone(morning(date(2026, 1, 21)).tzinfo).day) == (missed.due, 21)
    for event in await company.log(goal):
        if event.type != "GoalDrafted":
            assert event.actor == "system"
    due = await company.handle(goal).query("next_deadline")
    assert due["phase"] == "lapses"


async def test_a_late_approval_is_told_to_the_managers_manager(company: Company) -> None:
    await company.launched()
    goal = company.goal()
    await company.asks(goal, "submit", "E1")
    await company.goes_to(date(2026, 2, 4), goal)
    missed = await company.last(goal, "DeadlineMissed")
    assert (missed.phase, missed.awaited, missed.to) == ("approvals_due", (MANAGER,), ("BOSS",))


async def test_a_goal_that_was_never_approved_lapses_when_the_year_is_over(company: Company) -> None:
    await company.launched()
    goal = company.goal()
    await company.goes_to(date(2027, 1, 2), goal)
    assert (await company.story(goal))[-1] == "GoalCancelled"
    assert await company.handle(goal).result() == "cancelled"


async def test_the_task_goes_to_the_new_manager_and_the_old_one_is_refused(company: Company) -> None:
    await company.launched()
    goal = company.goal()
    await company.asks(goal, "submit", "E1")
    moved = await company.asks(
        goal, "change_manager", HR, manager=OTHER_MANAGER, effective="2026-01-01", reason="reorganised"
    )
    assert moved.events == ("ManagerChanged",)
    assert await company.handle(goal).query("awaited") == [OTHER_MANAGER]
    old = await company.asks(goal, "approve", MANAGER)
    assert old.refused is not None and old.refused.code == "goal.not-yours"
    assert old.refused.facts["manager"] == OTHER_MANAGER
    assert "GoalApproved" in (await company.asks(goal, "approve", OTHER_MANAGER)).events


async def test_l1_the_old_manager_approves_until_the_day_of_the_change(company: Company) -> None:
    await company.launched()
    goal = company.goal()
    await company.asks(goal, "submit", "E1")
    await company.asks(goal, "change_manager", HR, manager=OTHER_MANAGER, effective="2026-07-01")
    assert await company.handle(goal).query("awaited") == [MANAGER]
    early = await company.asks(goal, "approve", OTHER_MANAGER)
    assert early.refused is not None and early.refused.facts["manager"] == MANAGER
    assert "GoalApproved" in (await company.asks(goal, "approve", MANAGER)).events


async def test_l1_a_manager_who_is_unknown_or_below_the_owner_is_refused(company: Company) -> None:
    await company.launched(managers_family="management")
    for owner, manager, code in (("E1", "nobody", "unknown-manager"), (MANAGER, "E1", "circle")):
        asked = await company.asks(
            company.goal(owner), "change_manager", HR, manager=manager, effective="2026-01-01"
        )
        assert asked.refused is not None and asked.refused.code == f"move.{code}"
        with pytest.raises(Refusal, match=rf"move\.{code}"):
            day = date(2026, 1, 1)
            move = Move(person=owner, manager=manager, effective=day, by=HR, at=datetime.now(UTC))
            await People(company.ledger).record(move, day, f"move-{owner}")


async def test_a_check_in_beyond_all_measure_does_not_stop_the_score(company: Company) -> None:
    await company.launched()
    goal = company.goal()
    await company.active(goal)
    await company.asks(goal, "check_in", "E1", value="1e999999")
    await company.goes_to(date(2026, 4, 8), goal)
    assert "GoalScored" in await company.story(goal)
