"""Whatever people ask, in whatever order, and however often the timers fire: what must always hold holds."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.goal.stages import OVER
from cairn.domain.goal.status import deadlines_of
from cairn.domain.measure import Capability, KeyTask, Kpi
from cairn.domain.refusal import Refusal
from cairn.domain.rights import HR as HR_PLACE
from cairn.domain.sheet.events import SheetEvent
from cairn.i18n import refusal_message
from tests.specs.company import (
    CHEN,
    GONE,
    HE,
    HUA,
    LEARNING,
    LI,
    LIN,
    OF_DEPARTMENT,
    PEOPLE,
    QIAN,
    RELEASE,
    REVENUE,
    VISITS,
    WANG,
    ZHAO,
    D,
    active,
    draft,
    drafted,
    on,
    opened,
    person,
    schedule,
    submitted,
)
from tests.specs.given import World, for_all, given, please

GOALS = [REVENUE, VISITS, RELEASE, LEARNING, "goal-2026-lin-9"]
FOLK = {**PEOPLE, HE: person(HE, WANG, roles=("hr", "committee")), WANG: person(WANG, ZHAO, roles=("hr",))}
"""Wang is manager and HR at once, He sits on the committee too: the holes would be there."""
SMALL = st.integers(-20, 130).map(D)
WEIGHTS = st.integers(0, 100).map(D)
PERIODS = st.sampled_from(["M01", "M03", "Q1", "Y", "X9"])
MEASURES = st.one_of(
    st.builds(
        Kpi,
        target=st.none() | SMALL,
        targets=st.dictionaries(PERIODS, SMALL, max_size=2),
        direction=st.sampled_from(["higher", "lower", "on_off"]),
        aggregation=st.sampled_from(["sum", "last", "mean", "ratio"]),
        baseline=st.none() | SMALL,
        threshold=st.none() | SMALL,
        stretch=st.none() | SMALL,
        metric=st.sampled_from([None, "sales"]),
        curve=st.sampled_from(["standard", "ratio", "deduction", "nope"]),
    ),
    st.just(KeyTask(criteria=("a", "b", "c"))),
    st.just(KeyTask(criteria=("a",))),
    st.just(Capability(outcomes=("x",))),
)
CHANGES = st.builds(
    did.Changes,
    title=st.none() | st.just("new"),
    target=st.none() | SMALL,
    targets=st.dictionaries(PERIODS, SMALL, max_size=2),
    measure=st.none() | MEASURES,
    weight=st.none() | st.integers(-5, 105).map(D),
    counterweights=st.dictionaries(st.sampled_from(GOALS), st.integers(-5, 60).map(D), max_size=2),
)
ROLES = st.sampled_from(["manager", "hr"])
FIELDS: dict[type[ask.GoalCommand], dict[str, st.SearchStrategy[Any]]] = {
    ask.DraftGoal: {
        "key": st.just("k"), "title": st.just("t"), "dimension": st.sampled_from(["duties", "capability"]),
        "measure": MEASURES, "weight": WEIGHTS, "parent": st.sampled_from([None, OF_DEPARTMENT, REVENUE]),
    },
    ask.ReviseGoal: {"title": st.none() | st.just("u"), "measure": st.none() | MEASURES, "weight": st.none() | WEIGHTS},
    ask.AlignGoal: {"parent": st.sampled_from([OF_DEPARTMENT, REVENUE, "x"])},
    ask.DecomposeGoal: {"parts": st.just([{"title": "A", "department": "d"}])},
    ask.SubmitGoal: {},
    ask.ReturnGoal: {"comment": st.just("?")},
    ask.ApproveGoal: {},
    ask.RecallGoal: {},
    ask.StepGoalBack: {"reason": st.just("r"), "tell": st.booleans()},
    ask.UrgeGoal: {},
    ask.RequestAdjustment: {
        "adjustment": st.sampled_from(["a1", "a2", "a3"]), "changes": CHANGES, "reason": st.just("r"),
    },
    ask.ConfirmAdjustment: {"role": ROLES, "adjustment": st.sampled_from([None, "a1", "a2"])},
    ask.DeclineAdjustment: {"role": ROLES, "reason": st.just("r")},
    ask.WithdrawAdjustment: {},
    ask.CheckIn: {
        "value": st.none() | SMALL, "base": st.none() | SMALL, "note": st.sampled_from(["", "n"]),
        "on": st.none() | st.dates(on("01-01").date(), on("12-31").date()),
    },
    ask.AcceptCriterion: {"criterion": st.integers(1, 4), "evidence": st.just("e")},
    ask.AssessGoal: {"period": PERIODS, "points": st.integers(0, 150).map(D)},
    ask.ChangeManager: {
        "manager": st.sampled_from([None, WANG, ZHAO, LIN, HE]),
        "effective": st.dates(on("01-01").date(), on("12-31").date()),
    },
    ask.CancelGoal: {"reason": st.just("r")},
    ask.SupersedeGoal: {"replacement": st.sampled_from(GOALS), "reason": st.just("r")},
    ask.CloseGoal: {},
    ask.RecordRefusedSignal: {"name": st.just("x"), "code": st.just("goal.stage")},
}  # fmt: skip
USUAL = {
    ask.SubmitGoal: LIN, ask.ApproveGoal: WANG, ask.RequestAdjustment: LIN, ask.CheckIn: LIN, ask.AssessGoal: WANG,
    ask.AcceptCriterion: WANG, ask.CancelGoal: HUA, ask.ChangeManager: HUA, ask.SupersedeGoal: HUA, ask.CloseGoal: HUA,
    ask.ReviseGoal: LIN, ask.DraftGoal: LIN, ask.ReturnGoal: WANG, ask.WithdrawAdjustment: LIN, ask.AlignGoal: LIN,
    ask.RecallGoal: LIN, ask.StepGoalBack: HUA, ask.UrgeGoal: LIN,
}  # fmt: skip


@st.composite
def steps(draw_: st.DrawFn) -> Any:
    """A command of somebody to some goal, or None: the next deadline of a goal fires."""
    goal = draw_(st.sampled_from([*GOALS[:2], *GOALS]))
    days = draw_(st.integers(0, 20))
    kind = draw_(st.sampled_from([None, None, ask.SubmitGoal, ask.ApproveGoal, *FIELDS]))
    if kind is None:
        return goal, days, None, {}, ""
    fields = {name: draw_(strategy) for name, strategy in FIELDS[kind].items()}
    anybody = draw_(st.sampled_from([LIN, WANG, HUA, HE, CHEN, LI, QIAN, GONE, "nobody"]))
    by = draw_(st.sampled_from([USUAL.get(kind, WANG), USUAL.get(kind, HUA), anybody]))
    return goal, days, kind, fields, by


def begun() -> World:
    return given(opened(), *[drafted(goal) for goal in GOALS[:4]], people=FOLK)


def running() -> World:
    """All four goals run, so that adjustments, check-ins and scores come thick."""
    more = [events for goal in GOALS[1:4] for events in active(goal)[1:]]
    return given(active(), more, people=FOLK)


def asked(world: World, step: Any, now: datetime) -> ask.GoalCommand | None:
    goal, _, kind, fields, by = step
    if kind is not None:
        return kind.model_validate({**fields, "goal": goal, "by": by, "at": now})  # type: ignore[no-any-return]
    ahead = deadlines_of(world.goal(goal), world.context(goal))
    if not ahead:
        return None
    due = ahead[0]
    at = max(now, due.at)
    return please(ask.KeepDeadline, SYSTEM, at, goal, phase=due.phase, due=due.at, period=due.period)


def played(world: World, command: ask.GoalCommand) -> World:
    """The world after a command, with everything checked that must hold of every single one."""
    before = world.goal(command.goal)
    try:
        events = world.decided(command)
    except Refusal as refusal:
        said = refusal_message(refusal)
        assert "{" not in said.text("zh") + said.text("en")
        return world
    after = world.having(command)
    assert after.events[len(world.events) :] == tuple(events)
    twice(after, command)
    if before.stage in OVER:
        assert all(isinstance(event, did.SignalRefused) for event in events)
    if command.by == before.owner:
        judged = (
            did.GoalApproved,
            did.GoalReturned,
            did.AdjustmentConfirmed,
            did.GoalAssessed,
            did.CriterionAccepted,
        )
        assert not any(isinstance(event, judged) for event in events)
    return after


def twice(after: World, command: ask.GoalCommand) -> None:
    """Asking again is harmless: nothing more happens, or a refusal says why."""
    if isinstance(command, ask.RecordRefusedSignal):
        return
    try:
        assert after.decided(command) == []
    except Refusal:
        return


def checked(world: World) -> None:
    """What must hold of every world."""
    sheet = world.sheet()
    assert 0 <= sheet.weight <= 100
    assert all(0 <= placement.weight <= 100 for placement in sheet.placements.values())
    assert 0 <= sheet.space_left <= sheet.space == 15
    for name in GOALS:
        goal = world.goal(name)
        of_goal = [event for event in world.events if event.stream == name]
        assert goal.version == len(of_goal)
        assert (goal.stage == "adjusting") <= (goal.pending is not None)
        assert list(goal.segments) == sorted(goal.segments, key=lambda segment: segment.since)
        assert len(goal.accepted) <= len(getattr(goal.measure, "criteria", (1, 2, 3)))
        periods = [event.period for event in of_goal if isinstance(event, did.GoalScored)]
        assert len(periods) == len(set(periods))
        for filed in (event for event in of_goal if isinstance(event, did.GoalAdjusted)):
            confirmers = {
                event.role: event.by
                for event in of_goal
                if isinstance(event, did.AdjustmentConfirmed) and event.adjustment == filed.adjustment
            }
            assert set(confirmers) == {"manager", "hr"} and len(set(confirmers.values())) == 2
            assert goal.owner not in confirmers.values()
    of_sheet = [event for event in world.events if isinstance(event, SheetEvent)]
    assert sheet.version == len(of_sheet)


def play(world: World, script: list[Any]) -> World:
    now = on("01-04")
    for step in script:
        now += timedelta(days=step[1])
        command = asked(world, step, now)
        if command is not None:
            now = max(now, command.at)
            world = played(world, command)
    checked(world)
    return world


@for_all(st.lists(steps(), max_size=25))
def test_from_a_launched_sheet_on(script: list[Any]) -> None:
    play(begun(), script)


@for_all(st.lists(steps(), max_size=25))
def test_from_running_goals_on(script: list[Any]) -> None:
    play(running(), script)


def test_left_alone_every_goal_comes_to_its_end_by_its_own_dates() -> None:
    """Nobody acts at all: timers alone bring each goal over, in a finite number of steps, in order of time. Where a
    judgement is owed HR has to decide first: it is neither forgotten nor taken for nothing (RULES U2)."""
    for world in (begun(), running(), given(draft(), people=FOLK), given(submitted(), people=FOLK)):
        seen: list[Any] = []
        for name in GOALS[:4]:
            while ahead := deadlines_of(world.goal(name), world.context(name)):
                assert len(seen) < 200
                due = ahead[0]
                seen.append(due)
                fired = please(
                    ask.KeepDeadline, SYSTEM, due.at, name, phase=due.phase, due=due.at, period=due.period
                )
                assert world.decided(fired) != [], "a deadline that does nothing would come again for ever"
                world = world.having(fired)
            owed = world.status(name).awaited
            assert world.goal(name).stage in (*OVER, "none") or HR_PLACE in owed
        checked(world)


def test_the_clock_of_a_year_is_in_order() -> None:
    dates = schedule()
    assert dates.drafts_due < dates.approvals_due < dates.review_opens
    assert dates.review_opens < dates.scores_due < dates.results_due < dates.closes
