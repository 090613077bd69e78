"""When a goal waits too long, or went a step too far: urging who is waited for, and one step back."""

from cairn.domain.calendar import same_time_later
from cairn.domain.event import Event
from cairn.domain.goal.commands import RecallGoal, StepGoalBack, UrgeGoal
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import GoalSteppedBack, GoalUrged
from cairn.domain.goal.places import held_at
from cairn.domain.goal.stages import ExistingStage
from cairn.domain.goal.state import Goal
from cairn.domain.goal.status import awaited
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_moment


def urge(command: UrgeGoal, goal: Goal, context: GoalContext) -> list[Event]:
    """Asks those who are waited for to hurry, once in a working day: an urge is no flood."""
    waited_for = awaited(held_at(goal, context, command.at), context.acting)
    others = tuple(each for each in waited_for if each != command.by)
    if not others:
        raise Refusal("urge.own" if waited_for else "urge.nobody", field="goal", goal=goal.id)
    if goal.urged and goal.urged.to == others and goal.urged.stage == goal.stage:
        again = same_time_later(goal.urged.at, 1, context.policy.calendar)
        if command.at < again:
            at = local_moment(goal.urged.at, context.policy.calendar)
            raise Refusal("urge.again", field="goal", by=goal.urged.by, at=at, again=again)
    return [GoalUrged(goal=goal.id, to=others, note=command.note, by=command.by, at=command.at)]


def step_back(command: StepGoalBack, goal: Goal) -> list[Event]:
    """The goal waits for its approval again; what was said of it stays in its history."""
    return [_back(command, "submitted")]


def recall(command: RecallGoal, goal: Goal) -> list[Event]:
    """What was handed in is its owner's again, as long as nobody has judged it."""
    if goal.ballots:
        raise Refusal("recall.voted", field="goal", votes=len(goal.ballots))
    return [_back(command, "draft")]


def _back(command: StepGoalBack | RecallGoal, stage: ExistingStage) -> GoalSteppedBack:
    return GoalSteppedBack(
        goal=command.goal, stage=stage, reason=command.reason, told=command.tell, by=command.by, at=command.at
    )
