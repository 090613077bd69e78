"""The decider of a goal: a command and what is known become events, or a refusal. Asking twice gives nothing."""

from typing import assert_never

from cairn.domain.event import Event
from cairn.domain.goal import (
    adjusting,
    deadlines,
    diagnosing,
    drafting,
    evaluating,
    following,
    interviewing,
    moving_on,
    reporting,
    reviewing,
)
from cairn.domain.goal.commands import (
    AcceptCriterion,
    AlignGoal,
    AnyGoalAction,
    AnyGoalCommand,
    ApproveGoal,
    AssessGoal,
    CancelGoal,
    ChangeManager,
    CheckIn,
    CheckSmart,
    CloseDiagnosis,
    CloseGoal,
    ConfirmAdjustment,
    ConfirmCheckIns,
    DeclineAdjustment,
    DecomposeGoal,
    DiagnoseGoal,
    DraftGoal,
    EvaluateWork,
    FollowHolder,
    GoalRow,
    KeepDeadline,
    PauseGoal,
    RecallGoal,
    RecordInterview,
    RecordRefusedSignal,
    RequestAdjustment,
    ResumeGoal,
    ReturnGoal,
    ReviseGoal,
    ScoreAgain,
    ScoreWithout,
    StepGoalBack,
    SubmitGoal,
    SupersedeGoal,
    UrgeGoal,
    WithdrawAdjustment,
    WithdrawCheckIn,
    WithdrawEvaluation,
)
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import SignalRefused
from cairn.domain.goal.scoring import score_again
from cairn.domain.goal.stages import STAGES
from cairn.domain.goal.state import Goal
from cairn.domain.refusal import Refusal


def decide(command: AnyGoalCommand, goal: Goal, context: GoalContext) -> list[Event]:
    """The events of a command, for the goal's stream and for its sheet's (each event knows its stream).

    Who may give it was asked before (`cairn.application.access`). Raises Refusal where the rules say no. Returns []
    where the command has nothing left to do.
    """
    match command:
        case RecordRefusedSignal():
            return [_refused_signal(command)]
        case KeepDeadline():
            require_exists(goal)
            return deadlines.on_deadline(command, goal, context)
        case ScoreAgain():
            require_exists(goal)
            return score_again(command, goal, context)
        case DraftGoal():
            return _decided(command, goal, context)
        case _:
            require_exists(goal)
            if goal.stage in command.row.already or adjusting.is_repeated(command, goal):
                return []
            _require_stage(command.row, goal)
            return _decided(command, goal, context)


def require_exists(goal: Goal) -> None:
    """Refuses a goal of which the log knows nothing."""
    if goal.stage == "none":
        raise Refusal("goal.unknown", field="goal", goal=goal.id)


def _require_stage(row: GoalRow, goal: Goal) -> None:
    """Refuses a command that the goal's stage does not allow, naming the stages that do."""
    if goal.stage not in row.stages:
        when = [stage.name for stage in STAGES if stage.name in row.stages]
        raise Refusal("goal.stage", command=row.name, stage=goal.stage, when=when)


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


def _decided(command: AnyGoalAction, goal: Goal, context: GoalContext) -> list[Event]:
    """The long match is the table of contents of the lifecycle."""
    match command:
        case DraftGoal():
            return drafting.draft(command, goal, context)
        case ReviseGoal():
            return drafting.revise(command, goal, context)
        case CheckSmart():
            return drafting.check_smart(command, goal, context)
        case DecomposeGoal():
            return drafting.decompose(command, goal, context)
        case AlignGoal():
            return drafting.align(command, goal, context)
        case RecordInterview():
            return interviewing.interview(command, goal, context)
        case SubmitGoal():
            return drafting.submit(command, goal, context)
        case ReturnGoal():
            return drafting.return_goal(command, goal, context)
        case ApproveGoal():
            return drafting.approve(command, goal, context)
        case RecallGoal():
            return moving_on.recall(command, goal)
        case StepGoalBack():
            return moving_on.step_back(command, goal)
        case UrgeGoal():
            return moving_on.urge(command, goal, context)
        case RequestAdjustment():
            return adjusting.request(command, goal, context)
        case ConfirmAdjustment():
            return adjusting.confirm(command, goal, context)
        case DeclineAdjustment():
            return adjusting.decline(command, goal, context)
        case WithdrawAdjustment():
            return adjusting.withdraw(command, goal, context)
        case DiagnoseGoal():
            return diagnosing.diagnose(command, goal, context)
        case CloseDiagnosis():
            return diagnosing.close(command, goal)
        case PauseGoal():
            return reviewing.pause(command, goal)
        case ResumeGoal():
            return reviewing.resume(command, goal, context)
        case CheckIn():
            return reporting.check_in(command, goal, context)
        case ConfirmCheckIns():
            return reporting.confirm_check_ins(command, goal, context)
        case WithdrawCheckIn():
            return reporting.withdraw_check_in(command, goal, context)
        case ScoreWithout():
            return reporting.score_without(command, goal, context)
        case AcceptCriterion():
            return reviewing.accept(command, goal, context)
        case EvaluateWork():
            return evaluating.evaluate(command, goal, context)
        case WithdrawEvaluation():
            return evaluating.withdraw(command, goal)
        case AssessGoal():
            return reviewing.assess(command, goal, context)
        case ChangeManager():
            return reviewing.change_manager(command, goal, context)
        case FollowHolder():
            return following.follow_holder(command, goal, context)
        case CancelGoal():
            return reviewing.cancel(command, goal, context)
        case SupersedeGoal():
            return reviewing.supersede(command, goal, context)
        case CloseGoal():
            return reviewing.close(command, goal, context)
        case _:
            assert_never(command)
