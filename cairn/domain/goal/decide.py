"""The decider of a goal: a command and what is known become events, or a refusal. Asking twice gives nothing."""

from typing import assert_never

from cairn.domain.event import Event
from cairn.domain.goal import adjusting, deadlines, drafting, reviewing
from cairn.domain.goal.commands import (
    AcceptCriterion,
    AlignGoal,
    AnyGoalCommand,
    ApproveGoal,
    AssessGoal,
    CancelGoal,
    ChangeManager,
    CheckIn,
    CheckSmart,
    CloseGoal,
    ConfirmAdjustment,
    DeclineAdjustment,
    DecomposeGoal,
    DraftGoal,
    ReachDeadline,
    RecordRefusedSignal,
    RequestAdjustment,
    ReturnGoal,
    ReviseGoal,
    SubmitGoal,
    SupersedeGoal,
    WithdrawAdjustment,
)
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import SignalRefused
from cairn.domain.goal.state import Goal
from cairn.domain.refusal import Refusal


def decide(command: AnyGoalCommand, goal: Goal, context: GoalContext) -> list[Event]:
    """The events of a command, for the goal's stream and for its sheet's (each event knows its stream).

    Raises Refusal where the rules say no. Returns [] where the command has nothing left to do.
    """
    if isinstance(command, RecordRefusedSignal):
        return [_refused_signal(command)]
    if isinstance(command, DraftGoal):
        return drafting.draft(command, goal, context)
    if goal.stage == "none":
        raise Refusal("goal.unknown", field="goal", goal=command.goal)
    if isinstance(command, ReachDeadline):
        return deadlines.reach(command, goal, context)
    return _asked(command, goal, context)


def _refused_signal(command: RecordRefusedSignal) -> SignalRefused:
    return SignalRefused(
        goal=command.goal,
        name=command.name,
        code=command.code,
        field=command.field,
        facts=command.facts,
        by=command.by,
        at=command.at,
    )


def _asked(
    command: AnyGoalCommand, goal: Goal, context: GoalContext
) -> list[Event]:  # the long match is the table of contents of the lifecycle
    match command:
        case ReviseGoal():
            return drafting.revise(command, goal, context)
        case CheckSmart():
            return drafting.check_smart(command, goal, context)
        case DecomposeGoal():
            return drafting.decompose(command, goal, context)
        case AlignGoal():
            return drafting.align(command, goal, context)
        case SubmitGoal():
            return drafting.submit(command, goal, context)
        case ReturnGoal():
            return drafting.give_back(command, goal, context)
        case ApproveGoal():
            return drafting.approve(command, goal, context)
        case RequestAdjustment():
            return adjusting.request(command, goal, context)
        case ConfirmAdjustment():
            return adjusting.confirm(command, goal, context)
        case DeclineAdjustment():
            return adjusting.decline(command, goal, context)
        case WithdrawAdjustment():
            return adjusting.withdraw(command, goal, context)
        case CheckIn():
            return reviewing.check_in(command, goal, context)
        case AcceptCriterion():
            return reviewing.accept(command, goal, context)
        case AssessGoal():
            return reviewing.assess(command, goal, context)
        case ChangeManager():
            return reviewing.change_manager(command, goal, context)
        case CancelGoal():
            return reviewing.cancel(command, goal, context)
        case SupersedeGoal():
            return reviewing.supersede(command, goal, context)
        case CloseGoal():
            return reviewing.close(command, goal, context)
        case DraftGoal() | ReachDeadline() | RecordRefusedSignal():
            return []
        case _:
            assert_never(command)
