"""A goal follows its holder: it ends with their last day, and rests while they are on long leave (RULES L7)."""

from cairn.domain.event import SYSTEM, Event
from cairn.domain.goal.commands import FollowHolder, KeepDeadline
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.dates import first_morning
from cairn.domain.goal.events import AbsencesSet, GoalActivated, GoalPaused, GoalResumed, LastDaySet
from cairn.domain.goal.state import Goal
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day
from cairn.domain.sheet.events import SheetAbsencesSet, SheetLastDaySet


def follow_holder(command: FollowHolder, goal: Goal, context: GoalContext) -> list[Event]:
    """The goal's and its sheet's last day and absences become the holder's, where they are others."""
    _check_not_come(command, goal, context)
    who = {"by": command.by, "at": command.at}
    sheet = context.sheet
    events: list[Event] = []
    if command.last != goal.last_day:
        ended = {"goal": goal.id, "last": command.last, "cause": command.cause, "reason": command.reason}
        events.append(LastDaySet.model_validate({**ended, **who}))
    if command.last != sheet.last_day:
        ended = {"sheet": sheet.id, "last": command.last, "cause": command.cause}
        events.append(SheetLastDaySet.model_validate({**ended, **who}))
    if command.absences != goal.absences:
        events.append(AbsencesSet.model_validate({"goal": goal.id, "absences": command.absences, **who}))
    if command.absences != sheet.absences:
        events.append(
            SheetAbsencesSet.model_validate({"sheet": sheet.id, "absences": command.absences, **who})
        )
    return events


def _check_not_come(command: FollowHolder, goal: Goal, context: GoalContext) -> None:
    """A last day that has come is not taken back: the goal is being reviewed since."""
    come = goal.last_day
    if come is None or come >= local_day(command.at, context.policy.calendar):
        return
    if command.last is None or command.last > come:
        raise Refusal("goal.last-day-come", field="goal", on=come)


def pause(command: KeepDeadline, goal: Goal) -> list[Event]:
    """A long leave begins: the one that the deadline was set for."""
    first = next(each.first for each in goal.absences if each.first not in goal.rested)
    return [GoalPaused(goal=goal.id, away_since=first, by=SYSTEM, at=command.at)]


def resume(command: KeepDeadline, goal: Goal, context: GoalContext) -> list[Event]:
    """The leave is over: the goal is active, or approved where its first day is still ahead."""
    resumed = GoalResumed(goal=goal.id, by=SYSTEM, at=command.at)
    if context.schedule and command.at >= first_morning(goal, context.schedule):
        return [resumed, GoalActivated(goal=goal.id, by=SYSTEM, at=command.at)]
    return [resumed]
