"""The decider of a launched cycle: stages, period scores, results, close."""

from collections.abc import Mapping
from typing import assert_never

from cairn.domain.cycle.commands import (
    AnyCycleCommand,
    CloseCycle,
    CycleCommand,
    FinishLaunch,
    FinishPeriod,
    FinishResults,
    LaunchCycle,
    ReachStage,
    RecordRefusedCycleSignal,
)
from cairn.domain.cycle.events import (
    CycleClosed,
    CycleEvent,
    CycleSignalRefused,
    CycleStage,
    LaunchFinished,
    PeriodScored,
    ResultsIssued,
    StageReached,
)
from cairn.domain.cycle.state import Cycle
from cairn.domain.event import SYSTEM
from cairn.domain.people import Person
from cairn.domain.policy import WorkingCalendar
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day

REACHED: tuple[CycleStage, ...] = ("execution", "review", "scoring")
"""Stages that come with their dates. Goal setting comes with the launch's end, closing by its own command."""


def require_hr(command: CycleCommand, people: Mapping[str, Person], calendar: WorkingCalendar) -> None:
    """Refuses whoever is not HR, or has left by then; deadlines (`system`) may do what they do."""
    by = command.by
    if by == SYSTEM:
        return
    if by not in people or "hr" not in people[by].roles:
        raise Refusal("cycle.not-hr", field="by", by=by)
    if not people[by].here_on(local_day(command.at, calendar)):
        raise Refusal("person.left", field="by", by=by)


def decide(command: AnyCycleCommand, cycle: Cycle, people: Mapping[str, Person]) -> list[CycleEvent]:
    """The events of a command on a launched cycle; [] where there is nothing left to do."""
    if isinstance(command, LaunchCycle):
        raise Refusal("cycle.exists", field="cycle", cycle=command.cycle)
    if cycle.version == 0:
        raise Refusal("cycle.unknown", field="cycle", cycle=command.cycle)
    if cycle.stage == "closed" and not isinstance(command, RecordRefusedCycleSignal):
        return []
    who = {"cycle": cycle.id, "by": command.by, "at": command.at}
    match command:
        case FinishLaunch():
            done = LaunchFinished(sheets=cycle.sheets, goals=cycle.goals, failures=command.failures, **who)
            return [] if cycle.launch else [done]
        case ReachStage():
            return (
                [StageReached(stage=command.stage, due=command.due, **who)]
                if _is_ahead(command, cycle)
                else []
            )
        case FinishPeriod():
            scored = PeriodScored(period=command.period, sheets=command.sheets, due=command.due, **who)
            return [] if command.period in cycle.scored else [scored]
        case FinishResults():
            return [] if cycle.results else [ResultsIssued(sheets=command.sheets, **who)]
        case CloseCycle():
            return _close(command, cycle, people)
        case RecordRefusedCycleSignal():
            return [_refused_signal(command)]
        case _:
            assert_never(command)


def _refused_signal(command: RecordRefusedCycleSignal) -> CycleSignalRefused:
    return CycleSignalRefused(
        cycle=command.cycle,
        name=command.name,
        code=command.code,
        field=command.field,
        facts=command.facts,
        by=command.by,
        at=command.at,
    )


def _is_ahead(command: ReachStage, cycle: Cycle) -> bool:
    """Stages never go back, and closing is no date that passes."""
    done = REACHED.index(cycle.stage) if cycle.stage in REACHED else -1
    return command.stage in REACHED and REACHED.index(command.stage) > done


def _close(command: CloseCycle, cycle: Cycle, people: Mapping[str, Person]) -> list[CycleEvent]:
    require_hr(command, people, cycle.schedule.calendar if cycle.schedule else WorkingCalendar())
    if command.open_goals:
        raise Refusal("cycle.open-goals", open=len(command.open_goals), example=command.open_goals[0])
    return [CycleClosed(cycle=cycle.id, goals=command.goals, by=command.by, at=command.at)]
