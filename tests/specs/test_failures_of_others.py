"""Failures that users of other systems report, which no other specification shows by itself: docs/known-mistakes.md."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import strategies as st

from cairn.application import access
from cairn.domain.amendment.decide import amended
from cairn.domain.case.commands import CaseAction
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.scoring import score
from cairn.domain.moves import Move
from cairn.domain.person_history import PersonHistory
from cairn.domain.refusal import Refusal
from cairn.domain.review.state import SIDES
from tests.specs.casework import Casework
from tests.specs.company import (
    CHEN,
    HUA,
    LIN,
    PEOPLE,
    WANG,
    active,
    draft,
    fact,
    on,
    plan,
    reading,
    submitted,
)
from tests.specs.given import deadline, given, please
from tests.specs.moving import COMPANY, after, say
from tests.specs.rules.amendments import Amending
from tests.specs.test_rules_clocks import IN_2026, OPEN_CASES, absences, always


def may_do(who: str, case: Casework, at: Any) -> list[str]:
    """The commands that somebody may give to a case as it stands, by name."""
    return [
        name
        for name, command in case.kind.commands.items()
        if case.state.stage in command.row.stages
        and any(is_allowed(command, who, case, at, side) for side in SIDES)
    ]


def is_allowed(command: type[CaseAction], who: str, case: Casework, at: Any, side: str) -> bool:
    """Whether somebody may give a command, on one of the sides where a kind of case has two."""
    asked = command.model_construct(case=case.case, by=who, at=at)
    object.__setattr__(asked, "__dict__", {**asked.__dict__, "side": side})
    try:
        access.require_for_case(case.kind, asked, case.state, case.context(at))
    except Refusal:
        return False
    return True


@always(st.sampled_from(OPEN_CASES), absences(), IN_2026)
def test_law_whoever_is_waited_for_has_something_they_may_do(
    case: Casework, people: Mapping[str, PersonHistory], day: date
) -> None:
    """Told to act, and nothing there to act on. In every stage, whoever is away, each of those who are waited for may
    give at least one command; for HR's place HR may."""
    at = on(day.isoformat())
    now = case.among(people)
    for awaited in now.standing(at).awaited:
        assert may_do(HUA if awaited == "role:hr" else awaited, now, at), (awaited, now.state.stage)


def test_a_comment_stays_on_record_when_a_goal_is_handed_in_again() -> None:
    """Comments vanishing at resubmission. What a goal was returned with is an event that nothing takes away."""
    back = given(submitted()).having(please(ask.ReturnGoal, WANG, "01-06", comment="how many?"))
    again = back.having(
        please(ask.ReviseGoal, LIN, "01-07", title="30 customers"), please(ask.SubmitGoal, LIN, "01-08")
    )
    assert [each.comment for each in again.events if isinstance(each, did.GoalReturned)] == ["how many?"]
    assert [each.by for each in again.events if each.type == "GoalSubmitted"] == [LIN, LIN]


def test_a_manager_revises_what_the_employee_drafted_and_it_stays_the_employees() -> None:
    """Managers may delete and not edit. Manager and HR revise a draft, each change says
    by whom, and the owner is still its owner."""
    world = given(draft()).having(
        please(ask.ReviseGoal, WANG, "01-03", title="30 customers"),
        please(ask.ReviseGoal, HUA, "01-04", title="31 customers"),
    )
    assert [each.by for each in world.events if isinstance(each, did.GoalRevised)] == [WANG, HUA]
    assert world.goal().owner == LIN


def test_a_family_that_a_later_policy_lacks_keeps_its_goals() -> None:
    """A removed job title takes its goals with it. Another version without the family is refused in mid-cycle, and the
    version that the goals cite stays as it was."""
    families = {name: family for name, family in plan().families.items() if name != "sales"}
    with pytest.raises(Refusal) as refused:
        amended(Amending().terms, plan(version="plan@2", families=families), on("02-10"))
    assert refused.value.code.startswith("amendment.")
    assert given(active()).status().stage == "active"


def test_somebody_without_a_manager_gets_one_and_their_goals_wait_for_them() -> None:
    """A missing supervisor that cannot be set. HR names one from a day on."""
    alone = {**COMPANY, LIN: after(say(Move, LIN, effective="2026-01-10", manager=CHEN))[LIN]}
    assert alone[LIN].on(date(2026, 1, 10)).manager == CHEN
    world = given(submitted(manager=None))
    assert world.status().awaited == ("role:committee",)
    named = please(ask.ChangeManager, HUA, "01-07", manager=CHEN, effective=date(2026, 1, 7), reason="joined")
    assert world.having(named).status().awaited == (CHEN,)


def test_another_manager_finds_the_goal_as_it_was_handed_in() -> None:
    """A step signed by a transfer. With another manager nothing is approved, confirmed or judged."""
    world = given(submitted())
    named = please(ask.ChangeManager, HUA, "01-07", manager=CHEN, effective=date(2026, 1, 7), reason="moved")
    changed = world.having(named)
    assert [each.type for each in changed.events[len(world.events) :]] == ["ManagerChanged"]
    assert (changed.status().stage, changed.status().awaited) == ("submitted", (CHEN,))


def test_an_actual_worse_than_the_baseline_is_shown_as_it_is() -> None:
    """A value below the baseline is invisible. The score keeps the actual and its attainment below nothing."""
    measure = {"kind": "kpi", "target": 100, "baseline": 50, "aggregation": "last", "metric": "sales"}
    world = given(active(measure=measure | {"subject": LIN})).with_readings(reading("12-31", "40"))
    scored = score(world.goal(), "Y", world.context(), on("2027-01-15"))
    assert [scored.actual, scored.attainment, scored.points] == [40, -20, 0]


def test_a_goal_changes_its_stage_by_itself_never() -> None:
    """A goal that changes its state and nobody knows why. The stage is a fold, and each change names who and when."""
    world = given(submitted())
    before, events = world.goal(), world.events
    world.status(at=on("06-30"))
    assert (world.goal(), world.events) == (before, events)
    fired = world.having(deadline("approvals_due", on("01-29", 9)))
    assert fired.goal().stage == before.stage
    assert all(each.by and each.at for each in fired.events)


def test_who_is_named_reviewer_follows_from_the_line() -> None:
    """A reviewer picked from a list of everybody. Who approves is the manager of the day, and nobody else is asked."""
    strangers = [who for who in PEOPLE if who not in (LIN, WANG, "gone")]
    for who in strangers:
        with pytest.raises(Refusal) as refused:
            given(submitted()).having(please(ask.ApproveGoal, who, "01-06"))
        assert refused.value.facts["manager"] == WANG


def test_nothing_of_an_employees_is_deleted() -> None:
    """Deleted whatever its state. There is no command that deletes; what ends says when, by whom and why."""
    assert not [name for name in ask.COMMANDS if "delete" in name or "remove" in name]
    ended = fact(did.GoalCancelled, HUA, on("01-05"), reason="twice in the sheet", last="2026-01-04")
    world = given(draft(), ended)
    assert world.goal().stage == "cancelled" and world.goal().title
