"""Random lives of goals and sheets, for laws that hold of every sequence of events."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import uuid4

from hypothesis import strategies as st

from cairn.domain.event import Event
from cairn.domain.goal import events as g
from cairn.domain.measure import Capability, KeyTask, Kpi, Measure
from cairn.domain.sheet import events as s
from tests.projections.given import drafted, later, opened, readings

D = Decimal
Make = Callable[[str, int], Event]
"""Makes an event of a goal (or sheet), some days on."""

NUMBERS = st.decimals(-50, 200, places=2)
PEOPLE = st.sampled_from(["wang", "zhao", None])
PERIODS = st.sampled_from(["M01", "M02", "Q1", "Y"])
ADJUSTMENTS = st.sampled_from(["a1", "a2"])


@st.composite
def kpis(draw: st.DrawFn) -> Kpi:
    lower, upper = sorted([draw(NUMBERS), draw(NUMBERS)])
    return Kpi(
        lower=lower,
        upper=upper,
        unit=draw(st.sampled_from(["元", "%"])),
        aggregation=draw(st.sampled_from(["sum", "last", "mean", "ratio"])),
        direction=draw(st.sampled_from(["higher", "lower", "on_off", "range"])),
        target=draw(st.none() | NUMBERS),
        baseline=draw(st.none() | NUMBERS),
        targets=draw(
            st.dictionaries(st.sampled_from(["M01", "M03", "Q1", "Q2", "H1", "Y"]), NUMBERS, max_size=3)
        ),
        metric=draw(st.sampled_from(["sales", "visits", None])),
        subject="lin",
    )


MEASURES: st.SearchStrategy[Measure] = st.one_of(
    kpis(), st.just(KeyTask(criteria=("live", "tested"))), st.just(Capability(outcomes=("trained",)))
)
CHANGES = st.builds(
    g.Changes,
    title=st.none() | st.just("新标题"),
    target=st.none() | NUMBERS,
    targets=st.dictionaries(PERIODS, NUMBERS, max_size=2),
    measure=st.none() | MEASURES,
)


DAYS = st.dates(date(2026, 1, 1), date(2026, 4, 30))


def spells(days: list[date]) -> list[dict[str, date | None]]:
    """Days of leave that do not overlap; the last may have no end yet."""
    pairs = sorted(days)
    ends = [*pairs[1::2], None] if len(pairs) % 2 else pairs[1::2]
    return [{"first": first, "last": last} for first, last in zip(pairs[::2], ends, strict=True)]


def _of(
    kind: type[g.GoalEvent], by: str = "lin", **facts: st.SearchStrategy[object]
) -> st.SearchStrategy[Make]:
    def make(given: dict[str, object]) -> Make:
        return lambda goal, days: kind.model_validate({"goal": goal, "by": by, "at": later(days), **given})

    return st.fixed_dictionaries(facts).map(make)


def scored(goal: str, period: str, days: int) -> Event:
    """The goal's score of a period, some days on."""
    return g.GoalScored(
        goal=goal, period=period, starts=date(2026, 1, 1), ends=date(2026, 1, 31), actual=D(1), target=D(2),
        attainment=D(50), points=D(50), rounded=D(50),
        formula=g.Note(code="counted"), inputs=g.Inputs(version=1), policy="p", by="system",
        at=later(days),
    )  # fmt: skip


LIFE: st.SearchStrategy[Make] = st.one_of(
    _of(g.GoalRevised, title=st.sampled_from(["甲", "乙"]), measure=MEASURES),
    _of(g.GoalDecomposed, parts=st.just([{"title": "A", "department": "sales", "target": "15"}])),
    _of(g.SmartChecked, check=st.just(dict.fromkeys(g.Smart.model_fields, "x"))),
    _of(g.GoalAligned, parent=st.sampled_from(["goal-a", "goal-b"])),
    _of(g.GoalSubmitted),
    _of(g.GoalReturned, comment=st.just("?")),
    _of(g.GoalApproved, by="wang"),
    _of(g.GoalSteppedBack, by="hua", stage=st.sampled_from(["draft", "submitted"]), reason=st.just("?")),
    _of(g.GoalActivated, by="system"),
    _of(
        g.AdjustmentRequested,
        adjustment=ADJUSTMENTS,
        changes=CHANGES,
        reason=st.just("市场"),
        draws=st.just(D(2)),
        expires_at=st.just(later(9)),
        policy=st.just("p"),
    ),
    _of(g.AdjustmentConfirmed, by="hua", adjustment=ADJUSTMENTS, role=st.sampled_from(["manager", "hr"])),
    _of(g.AdjustmentDeclined, adjustment=ADJUSTMENTS, role=st.just("hr"), reason=st.just("no")),
    _of(g.AdjustmentWithdrawn, adjustment=ADJUSTMENTS),
    _of(g.AdjustmentExpired, adjustment=ADJUSTMENTS),
    _of(
        g.GoalAdjusted,
        adjustment=ADJUSTMENTS,
        before=st.just(g.Changes()),
        after=CHANGES,
        reason=st.just("市场"),
        draws=st.just(D(2)),
        space_left=st.just(D(13)),
    ),
    _of(g.CheckedIn, on=st.dates(date(2026, 1, 1), date(2026, 4, 30)), value=st.none() | NUMBERS),
    _of(g.CriterionAccepted, criterion=st.sampled_from([1, 2]), evidence=st.sampled_from(["x", "y"])),
    _of(g.GoalAssessed, by="wang", period=PERIODS, points=NUMBERS),
    _of(g.ManagerChanged, former=PEOPLE, manager=PEOPLE, effective=st.just(date(2026, 2, 1))),
    _of(g.ReminderSent, phase=st.just("drafts_remind"), due=st.just(later(1)), to=st.just(["lin"])),
    _of(g.ReviewOpened),
    _of(g.LastDaySet, cause=st.just("left"), last=st.none() | DAYS),
    _of(g.AbsencesSet, absences=st.lists(DAYS, max_size=4, unique=True).map(spells)),
    _of(g.GoalCancelled, reason=st.just("x")),
    _of(g.GoalClosed),
    _of(g.SignalRefused, name=st.just("approve"), code=st.just("goal.stage")),
    PERIODS.map(lambda period: lambda goal, days: scored(goal, period, days)),
)


@st.composite
def lives(draw: st.DrawFn) -> list[Event]:
    """One goal from its draft on, through whatever may happen, in any order."""
    goal = f"goal-{uuid4().hex[:8]}"
    made = draw(st.lists(LIFE, max_size=14))
    first = drafted(goal, measure=draw(MEASURES), since=draw(st.dates(date(2026, 1, 1), date(2026, 3, 1))))
    return [first, *(make(goal, days) for days, make in enumerate(made))]


BATCHES = st.lists(
    st.tuples(st.dates(date(2026, 1, 1), date(2026, 4, 30)), NUMBERS.map(str)), min_size=1, max_size=4
).flatmap(
    lambda days: st.sampled_from(["sales", "visits"]).map(lambda metric: readings(*days, metric=metric))
)


def of(person: str, events: list[Event]) -> list[Event]:
    """The same events with another person in Lin's place."""
    return [
        type(event).model_validate_json(event.model_dump_json().replace('"lin"', f'"{person}"'))
        for event in events
    ]


@st.composite
def sheet_lives(draw: st.DrawFn) -> list[Event]:
    """A sheet of two goals whose weights move, are taken out and placed again."""
    tag = uuid4().hex[:8]
    sheet, goals = f"sheet-{tag}", [f"goal-{tag}-1", f"goal-{tag}-2", f"goal-{tag}-3"]
    facts: list[Event] = [opened(sheet, goals[:2])]
    placed = set(goals[:2])
    for days in range(draw(st.integers(0, 8))):
        goal, common = draw(st.sampled_from(goals)), {"sheet": sheet, "by": "lin", "at": later(days)}
        if goal not in placed:
            placement = s.Placement(goal=goal, dimension="capability", weight=draw(NUMBERS))
            facts.append(s.GoalPlaced.model_validate({"placement": placement, **common}))
            placed.add(goal)
        elif draw(st.booleans()):
            weight = {"goal": goal, "before": D(0), "after": draw(NUMBERS)}
            facts.append(s.GoalWeighted.model_validate({**weight, **common}))
        elif draw(st.booleans()):
            facts.append(s.GoalRemoved.model_validate({"goal": goal, **common}))
            placed.discard(goal)
        else:
            used = {"goal": goal, "adjustment": f"a{days}", "used": D("1.5"), "left": D(1)}
            facts.append(s.FlexibleSpaceUsed.model_validate({**used, **common}))
    return facts


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Several goals, sheets and feeds at once, mixed, each stream in its own order."""
    queues = draw(
        st.lists(st.one_of(lives(), sheet_lives(), st.lists(BATCHES, max_size=4)), min_size=1, max_size=5)
    )
    mixed: list[Event] = []
    while queues := [queue for queue in queues if queue]:
        mixed.append(queues[draw(st.integers(0, len(queues) - 1))].pop(0))
    return mixed
