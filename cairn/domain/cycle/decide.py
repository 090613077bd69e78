"""The decider of a launched cycle: stages, period scores, results, close."""

from typing import assert_never

from cairn.domain.cycle.commands import (
    AbandonCycle,
    AddSheets,
    AnyCycleCommand,
    CloseCycle,
    FinishAppraisals,
    FinishLaunch,
    FinishPeriod,
    FinishResults,
    FinishReviews,
    FinishShowing,
    LaunchCycle,
    ReachStage,
    RecordRefusedCycleSignal,
)
from cairn.domain.cycle.events import (
    AppraisalsOpened,
    CycleAbandoned,
    CycleClosed,
    CycleEvent,
    CycleSignalRefused,
    LaunchFinished,
    PeriodScored,
    ResultsIssued,
    ResultsShown,
    ReviewsOpened,
    StageReached,
)
from cairn.domain.cycle.stages import ORDER, cycle_stage_row
from cairn.domain.cycle.state import Cycle
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import local_day


def decide(command: AnyCycleCommand, cycle: Cycle) -> list[CycleEvent]:
    """The events of a command on a launched cycle; [] where there is nothing left to do.

    Who may give it was asked before (`cairn.application.access`).
    """
    if isinstance(command, LaunchCycle | AddSheets):  # decided with their plan (cairn.domain.launch.decide)
        raise Refusal("cycle.exists", field="cycle", cycle=command.cycle)
    if cycle.version == 0:
        raise Refusal("cycle.unknown", field="cycle", cycle=command.cycle)
    if cycle_stage_row(cycle.stage).over and not isinstance(command, RecordRefusedCycleSignal):
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
        case FinishReviews():
            opened = ReviewsOpened(
                period=command.period,
                reviews=command.reviews,
                left_out=command.left_out,
                due=command.due,
                **who,
            )
            return [] if command.period in cycle.reviewed else [opened]
        case FinishAppraisals():
            begun = AppraisalsOpened(
                appraisals=command.appraisals, left_out=command.left_out, due=command.due, **who
            )
            return [] if cycle.appraised else [begun]
        case FinishResults():
            return [] if cycle.results else [ResultsIssued(sheets=command.sheets, **who)]
        case FinishShowing():
            told = ResultsShown(results=command.results, waiting=command.waiting, **who)
            return [] if cycle.shown else [told]
        case CloseCycle():
            return _close(command, cycle)
        case AbandonCycle():
            return [
                CycleAbandoned(
                    reason=command.reason,
                    open_goals=command.open_goals,
                    goals=command.goals,
                    sheets=cycle.sheets,
                    results=cycle.results,
                    **who,
                )
            ]
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
    """Stages never go back, and those without a date of their own do not come with one."""
    return cycle_stage_row(command.stage).begins is not None and ORDER[command.stage] > ORDER[cycle.stage]


def _close(command: CloseCycle, cycle: Cycle) -> list[CycleEvent]:
    """Refuses a close before the results are out (RULES L8): nothing could bring them after it."""
    if not cycle.results:
        due = local_day(cycle.schedule.results_due, cycle.schedule.calendar) if cycle.schedule else None
        raise Refusal(
            "cycle.no-results",
            cycle=cycle.id,
            sheets=cycle.sheets,
            due=due,
            open=len(command.open_goals),
            example=command.open_goals[0] if command.open_goals else "-",
        )
    if command.unshown:
        raise Refusal("cycle.results-not-shown", cycle=cycle.id, calibrations=cycle.calibrations)
    if command.open_goals:
        raise Refusal("cycle.open-goals", open=len(command.open_goals), example=command.open_goals[0])
    if command.open_results and not command.reason.strip():
        first = command.open_results[0]
        if first.stage == "unshown":
            raise Refusal(
                "cycle.results-waiting", cycle=cycle.id, open=len(command.open_results), example=first.result
            )
        raise Refusal(
            "cycle.open-results",
            cycle=cycle.id,
            open=len(command.open_results),
            example=first.result,
            stage=f"result.{first.stage}",
            awaited=first.awaited,
        )
    without = tuple(each.result for each in command.open_results)
    return [
        CycleClosed(
            cycle=cycle.id,
            goals=command.goals,
            without=without,
            reason=command.reason if without else "",
            by=command.by,
            at=command.at,
        )
    ]
