"""A cycle goes forward only: launched, executed, reviewed, scored, closed."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st

from cairn.application import access
from cairn.domain.cycle import commands as ask
from cairn.domain.cycle.decide import decide
from cairn.domain.cycle.events import (
    CycleClosed,
    CycleEvent,
    CycleSignalRefused,
    LaunchFailure,
    LaunchFinished,
    PeriodScored,
    ResultsIssued,
)
from cairn.domain.cycle.stages import CYCLE_STAGES
from cairn.domain.cycle.state import Cycle, evolve
from cairn.domain.cycle.status import AFTER_THE_GOALS, deadlines_of, status
from cairn.domain.event import SYSTEM
from cairn.domain.refusal import Refusal
from tests.specs.company import GONE, HUA, LIN, PEOPLE, launched, on, plan, schedule
from tests.specs.given import for_all

AT = on("02-01")
STAGES = [row.name for row in CYCLE_STAGES]


def please(kind: Any, by: str = SYSTEM, **fields: Any) -> Any:
    return kind.model_validate({"cycle": "2026", "by": by, "at": AT, **fields})


def reach(stage: str) -> Any:
    return please(ask.ReachStage, stage=stage, due=AT)


FINISHED = please(ask.FinishLaunch)
RESULTS = please(ask.FinishResults, sheets=3)
CLOSE = please(ask.CloseCycle, HUA, goals=9)


def after(*commands: Any) -> Cycle:
    cycle = evolve(Cycle(id="2026"), launched())
    for command in commands:
        for event in does(command, cycle):
            cycle = evolve(cycle, event)  # type: ignore[arg-type]
    return cycle


def does(command: Any, cycle: Cycle) -> list[CycleEvent]:
    access.require_for_cycle(command, cycle, PEOPLE, plan().calendar)
    return decide(command, cycle)


def refused(command: Any, cycle: Cycle) -> Refusal:
    with pytest.raises(Refusal) as caught:
        does(command, cycle)
    return caught.value


def test_a_finished_launch_opens_goal_setting_and_names_what_failed() -> None:
    failure = LaunchFailure(sheet="sheet-2026-x-1", code="exists", facts={"streams": ("sheet-2026-x-1",)})
    [event] = does(please(ask.FinishLaunch, failures=[failure]), after())
    assert isinstance(event, LaunchFinished) and event.failures == (failure,)
    assert after(FINISHED).stage == "goal_setting"
    assert does(FINISHED, after(FINISHED)) == []


def test_stages_are_reached_in_order_each_once() -> None:
    cycle = after(FINISHED, reach("execution"), reach("review"), reach("scoring"))
    assert cycle.stage == "scoring"
    for stage in ("execution", "review", "scoring"):
        assert does(reach(stage), cycle) == []


def test_a_launch_that_finishes_late_takes_no_stage_back() -> None:
    assert after(reach("execution"), FINISHED).stage == "execution"


@pytest.mark.parametrize("stage", ["none", "launching", "goal_setting", "closed"])
def test_no_date_closes_a_cycle_or_takes_it_back(stage: str) -> None:
    assert does(reach(stage), after(FINISHED, reach("execution"))) == []


def test_a_period_is_scored_once_and_results_are_issued_once() -> None:
    period = please(ask.FinishPeriod, period="M01", sheets=3, due=AT)
    results = please(ask.FinishResults, sheets=3)
    assert [type(event) for event in does(period, after(FINISHED))] == [PeriodScored]
    assert [type(event) for event in does(results, after(FINISHED))] == [ResultsIssued]
    assert does(period, after(FINISHED, period)) == [] and does(results, after(FINISHED, results)) == []


def test_it_closes_by_hr_or_its_date_when_results_are_out_and_no_goal_is_open() -> None:
    for by in (HUA, SYSTEM):
        [event] = does(please(ask.CloseCycle, by, goals=9), after(FINISHED, RESULTS))
        assert event == CycleClosed(cycle="2026", goals=9, by=by, at=AT)


@pytest.mark.parametrize("open_goals", [(), ("goal-2026-lin-1",)])
def test_l8_before_its_results_are_out_nobody_closes_it_and_hears_when_they_are_due(open_goals: Any) -> None:
    """Closed on 16 January, a cycle never had its results issued (RULES L8)."""
    for by in (HUA, SYSTEM):
        refusal = refused(please(ask.CloseCycle, by, open_goals=open_goals), after(FINISHED))
        due, open_ = schedule().results_due.date().isoformat(), str(len(open_goals))
        assert (refusal.code, refusal.facts) == (
            "cycle.no-results",
            {
                "cycle": "2026",
                "sheets": "1",
                "due": due,
                "open": open_,
                "example": open_goals[0] if open_goals else "-",
            },
        )


def test_while_goals_are_open_it_stays_open_and_says_how_many() -> None:
    command = please(ask.CloseCycle, HUA, open_goals=["goal-2026-lin-1", "goal-2026-lin-2"])
    refusal = refused(command, after(FINISHED, RESULTS))
    assert refusal.code == "cycle.open-goals" and refusal.facts == {"open": "2", "example": "goal-2026-lin-1"}


@pytest.mark.parametrize(
    ("by", "code"), [(LIN, "cycle.not-hr"), ("nobody", "person.unknown"), (GONE, "person.left")]
)
def test_nobody_else_closes_it(by: str, code: str) -> None:
    assert refused(please(ask.CloseCycle, by), after(FINISHED)).code == code


def test_a_cycle_that_is_not_there_or_there_already() -> None:
    assert refused(FINISHED, Cycle(id="2026")).code == "cycle.unknown"
    assert refused(please(ask.LaunchCycle, HUA, seen="x"), after()).code == "cycle.exists"


COMMANDS = st.sampled_from(
    [
        FINISHED,
        CLOSE,
        *(reach(stage) for stage in STAGES),
        *(please(ask.FinishPeriod, period=period, sheets=1, due=AT) for period in ("M01", "M02")),
        please(ask.FinishResults, sheets=1),
        please(ask.RecordRefusedCycleSignal, LIN, name="close", code="cycle.not-hr"),
    ]
)


@for_all(st.lists(COMMANDS, max_size=12))
def test_whatever_is_asked_stages_never_go_back_and_nothing_follows_the_close(commands: list[Any]) -> None:
    cycle, events = evolve(Cycle(id="2026"), launched()), 1
    for command in commands:
        was = cycle.stage
        if isinstance(command, ask.CloseCycle) and not cycle.results and was != "closed":
            assert refused(command, cycle).code == "cycle.no-results"
            continue
        for event in does(command, cycle):
            events += 1
            cycle = evolve(cycle, event)  # type: ignore[arg-type]
            assert was != "closed" or isinstance(event, CycleSignalRefused)
        assert STAGES.index(cycle.stage) >= STAGES.index(was)
        if not isinstance(command, ask.RecordRefusedCycleSignal):
            assert does(command, cycle) == []
    assert cycle.version == events


def test_the_dates_ahead_are_those_of_its_schedule_in_order() -> None:
    cycle, dates = after(FINISHED), schedule()
    ahead = deadlines_of(cycle, plan())
    assert ahead == sorted(ahead, key=lambda due: due.at)
    assert {(due.phase, due.stage) for due in ahead if due.stage} == {
        ("stage", "execution"),
        ("stage", "review"),
        ("stage", "scoring"),
    }
    months = [due for due in ahead if due.phase == "period" and (due.period or "").startswith("M")]
    assert len(months) == 12 and months[0].at == dates.of_kind("month")[0].scored_at + AFTER_THE_GOALS
    assert ahead[-1].phase == "close" and ahead[-1].at == dates.closes + timedelta(days=1)


def test_what_is_done_is_no_longer_ahead() -> None:
    period = please(ask.FinishPeriod, period="M01", sheets=1, due=AT)
    cycle = after(FINISHED, reach("execution"), period, please(ask.FinishResults, sheets=1))
    ahead = deadlines_of(cycle, plan())
    assert not [due for due in ahead if due.period in ("M01", "Y") or due.stage == "execution"]
    assert status(cycle, plan()).next_deadline == ahead[0]


def test_a_launching_cycle_has_its_launch_ahead_and_a_closed_one_nothing() -> None:
    assert [due.phase for due in deadlines_of(after(), plan())] == ["launch"]
    closed = after(FINISHED, RESULTS, CLOSE)
    assert deadlines_of(closed, plan()) == [] and status(closed, plan()).over
