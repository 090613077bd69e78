"""docs/lifecycle.md says what the decider does: every stage with every command and every deadline is asked."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.stages import PHASES, STAGES, Phase, Stage
from cairn.domain.goal.status import deadlines_of
from cairn.domain.people import Person
from cairn.domain.policy import Deadlines, Name
from cairn.domain.refusal import Refusal
from cairn.domain.result_rules import Form
from cairn.domain.schedule import Days
from cairn_portal.presenting.lifecycle import ALIVE, DONE, REFUSED, SAME, arrows, outcome, render
from tests.specs.company import (
    CALLS,
    CHEN,
    HUA,
    LEARNING,
    LI,
    LIN,
    OF_COMPANY,
    OF_DEPARTMENT,
    PEOPLE,
    RELEASE,
    REVENUE,
    VISITS,
    WANG,
    YEAR_STARTS,
    D,
    active,
    adjusting,
    approved,
    cancelled,
    closed,
    confirmed,
    draft,
    drafted,
    fact,
    in_review,
    on,
    person,
    plan,
    returned,
    score,
    scored,
    submitted,
    superseded,
)
from tests.specs.given import World, deadline, given, please
from tests.specs.test_drafting_and_revising import PARTS, SMART

DOCUMENT = Path(__file__).parents[2] / "docs" / "lifecycle.md"
NAME = Name(zh="通话", en="Call")
AWAY = Days(first=on("03-02").date(), last=on("04-20").date())


def away(goal: str) -> did.AbsencesSet:
    """The holder is on long leave in spring."""
    return fact(did.AbsencesSet, HUA, on("02-01"), goal, absences=[AWAY])


IN: dict[Stage, Callable[..., Any]] = {
    "draft": draft,
    "submitted": submitted,
    "returned": returned,
    "approved": approved,
    "active": active,
    "paused": lambda goal: (
        *active(goal),
        away(goal),
        fact(did.GoalPaused, SYSTEM, on("03-02"), goal, away_since=AWAY.first),
    ),
    "adjusting": lambda goal: adjusting(goal=goal),
    "in_review": in_review,
    "scored": scored,
    "closed": closed,
    "cancelled": cancelled,
    "superseded": superseded,
}
CALL = Form.model_validate({"title": NAME, "criteria": {"greeting": {"title": NAME, "weight": 10}}})
LATE = plan(deadlines=Deadlines(execution_starts=100), forms={"call": CALL})
"""Execution starts on 11 April: approvals come before it."""
CHANGES = did.Changes(title="clearer")
DAY = "04-02"
ASKED: dict[str, ask.GoalCommand] = {
    "revise": please(ask.ReviseGoal, LIN, DAY, title="clearer"),
    "check_smart": please(ask.CheckSmart, LI, DAY, OF_COMPANY, check=SMART),
    "decompose": please(ask.DecomposeGoal, LI, DAY, OF_COMPANY, parts=PARTS),
    "align": please(ask.AlignGoal, LIN, DAY, parent=OF_DEPARTMENT),
    "interview": please(ask.RecordInterview, WANG, DAY, agreed="1,200 a year"),
    "submit": please(ask.SubmitGoal, LIN, DAY),
    "return": please(ask.ReturnGoal, WANG, DAY, comment="?"),
    "approve": please(ask.ApproveGoal, WANG, DAY),
    "recall": please(ask.RecallGoal, LIN, DAY),
    "step_back": please(ask.StepGoalBack, HUA, DAY, reason="r"),
    "urge": please(ask.UrgeGoal, HUA, DAY, LEARNING),
    "adjust": please(ask.RequestAdjustment, LIN, DAY, adjustment="new", changes=CHANGES, reason="r"),
    "confirm": please(ask.ConfirmAdjustment, HUA, DAY, role="hr"),
    "decline": please(ask.DeclineAdjustment, HUA, DAY, role="hr", reason="r"),
    "withdraw": please(ask.WithdrawAdjustment, LIN, DAY),
    "diagnose": please(ask.DiagnoseGoal, LIN, DAY, kind="internal_gap", facts="2 of 5 were late"),
    "close_diagnosis": please(ask.CloseDiagnosis, WANG, DAY, RELEASE, diagnosis=1, reason="r"),
    "pause": please(ask.PauseGoal, HUA, DAY, reason="leave"),
    "resume": please(ask.ResumeGoal, HUA, DAY),
    "check_in": please(ask.CheckIn, LIN, DAY, VISITS, value=3),
    "confirm_check_ins": please(ask.ConfirmCheckIns, WANG, DAY, VISITS),
    "withdraw_check_in": please(ask.WithdrawCheckIn, LIN, DAY, VISITS, check_in=1),
    "score_without": please(ask.ScoreWithout, HUA, DAY, period="M01", reason="the till was broken"),
    "accept": please(ask.AcceptCriterion, WANG, DAY, RELEASE, criterion=1, evidence="e"),
    "evaluate": please(ask.EvaluateWork, WANG, DAY, CALLS, marks={"greeting": 1}),
    "withdraw_evaluation": please(ask.WithdrawEvaluation, WANG, DAY, CALLS, evaluation=1, reason="r"),
    "assess": please(ask.AssessGoal, WANG, DAY, LEARNING, period="M03", points=90),
    "change_manager": please(ask.ChangeManager, HUA, DAY, manager=CHEN, effective="2026-04-02"),
    "follow_holder": please(ask.FollowHolder, HUA, DAY, last="2026-06-30"),
    "cancel": please(ask.CancelGoal, HUA, DAY, reason="r"),
    "supersede": please(ask.SupersedeGoal, HUA, DAY, replacement=VISITS, reason="r"),
    "close": please(ask.CloseGoal, HUA, DAY),
}
"""Each command by somebody who may give it, of a goal it fits."""


DIAGNOSED = did.GoalDiagnosed(
    goal=RELEASE,
    diagnosis=1,
    kind="internal_gap",
    facts="f",
    since=on("03-02").date(),
    by=WANG,
    at=on("03-02"),
)
LEAVERS = {**PEOPLE, LIN: person(LIN, WANG, left=on(DAY).date())}
"""Once a goal runs it ends by HR's hand only when its owner has left (RULES L3)."""


def world(stage: Stage, goal: str, people: dict[str, Person] = PEOPLE) -> World:
    events = [*IN[stage](goal)]
    if goal == VISITS:
        events.append(fact(did.CheckedIn, LIN, on("03-02"), VISITS, on="2026-03-02", value=2))
    if goal == CALLS:
        heard = {"evaluation": 1, "on": "2026-03-02", "marks": {"greeting": D(1)}}
        events.append(fact(did.WorkEvaluated, WANG, on("03-02"), CALLS, **heard))
    if goal != VISITS:
        events.append(drafted(VISITS))
    if goal == RELEASE:
        events.append(DIAGNOSED)
    if stage == "adjusting" and goal == REVENUE:
        events.append(confirmed("manager", WANG, on("04-01")))
    return given(events, policy=LATE, people=people)


def asked(name: str, stage: Stage) -> str:
    """What the decider does with a command in a stage, in the document's signs."""
    command = ASKED[name]
    before = world(stage, command.goal, LEAVERS if name in ("cancel", "supersede") else PEOPLE)
    try:
        events = before.decided(command)
    except Refusal as refusal:
        assert refusal.code == "goal.stage", refusal.code
        assert refusal.facts["stage"] == stage
        return REFUSED
    after = before.having(command).goal(command.goal).stage
    return (after if after != stage else SAME) if events else DONE


def test_every_command_but_drafting_is_asked_in_every_stage() -> None:
    assert {*ASKED, "draft"} == set(ask.COMMANDS) and set(IN) == set(ALIVE)


def test_every_stage_and_every_deadline_has_one_row() -> None:
    assert tuple(row.name for row in STAGES) == get_args(Stage)
    assert tuple(row.name for row in PHASES) == get_args(Phase)


@pytest.mark.parametrize("name", list(ASKED))
def test_what_the_table_says_of_a_command_is_what_the_decider_does(name: str) -> None:
    assert {stage: asked(name, stage) for stage in ALIVE} == {stage: outcome(name, stage) for stage in ALIVE}


def test_drafting_begins_a_goal_and_approving_late_makes_it_run_at_once() -> None:
    assert outcome("draft", "none") == "draft" == given(draft()).goal().stage
    late = given(submitted()).having(please(ask.ApproveGoal, WANG, "04-02"))
    assert late.goal().stage == "active" and ("submitted", "approve (late)", "active") in list(arrows())


def test_the_first_confirmation_leaves_a_goal_adjusting() -> None:
    first = please(ask.ConfirmAdjustment, WANG, "04-02", role="manager")
    assert given(adjusting()).having(first).goal().stage == "adjusting"


def happened(stage: Stage, goal: str) -> World:
    """A goal in a stage, with a leave ahead of it; of January something was said after its score."""
    before = world(stage, goal)
    if stage in ("approved", "active"):
        before = given(before.events, away(goal), policy=LATE)
    if stage in ("active", "paused", "adjusting", "in_review", "scored"):
        january: dict[str, Any] = {"period": "M01", "starts": YEAR_STARTS, "ends": date(2026, 1, 31)}
        scored_then = score(goal, **january).model_copy(update={"at": on("02-05")})
        checked = fact(did.CheckedIn, goal=goal, on="2026-01-10", note="late", at=on("02-10"))
        before = given(before.events, scored_then, checked, policy=LATE)
    return before


@pytest.mark.parametrize("stage", ALIVE)
def test_what_the_table_says_of_deadlines_is_what_falls_due(stage: Stage) -> None:
    """All that ever fall due in a stage, and where they lead: of a goal with a late word on January, of a task with a
    day of its own."""
    found = {}
    for name in (REVENUE, RELEASE, LEARNING):
        before = happened(stage, name)
        for due in deadlines_of(before.goal(name), before.context(name)):
            fired = deadline(due.phase, due.at, name, period=due.period, late=1)
            after = before.having(fired)
            found[due.phase] = after.goal(name).stage
            assert len(after.events) > len(before.events)
            after.when(fired).nothing()
    assert found == {row.name: row.leads_to or stage for row in PHASES if stage in row.stages}


def test_a_deadline_that_is_not_ahead_does_nothing_in_any_stage() -> None:
    for stage in ALIVE:
        for row in PHASES:
            if stage not in row.stages:
                period = "Y" if row.name == "scores_due" else None
                world(stage, REVENUE).when(deadline(row.name, on("04-01", 9), period=period)).nothing()


def test_the_document_is_written_from_these_rows() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == render(), "write it anew: python docs/write_lifecycle.py"


def test_every_arrow_of_the_picture_leads_to_a_stage_of_a_goal_that_is_there() -> None:
    assert {after for _, _, after in arrows()} <= set(ALIVE)
