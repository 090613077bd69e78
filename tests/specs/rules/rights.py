"""The examples of L3–L5, L8, L9 and L12."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from cairn.application.access import Circle, Readable, Shown, may_read
from cairn.domain.cycle.commands import AbandonCycle, CloseCycle
from cairn.domain.cycle.decide import decide as decide_cycle
from cairn.domain.cycle.events import CycleAbandoned, ResultsIssued
from cairn.domain.evaluation.scores import score_sheet
from cairn.domain.event import SYSTEM
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.invalid import invalid_command
from cairn.domain.measure import Kpi
from cairn.domain.policy import Committee, Transparency
from cairn.domain.sheet import decide as sheet_decisions
from cairn.domain.sheet.commands import WaiveDimension
from cairn.domain.sheet.events import FlexibleSpaceUsed
from tests.specs.company import (
    CHEN,
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
    SHEET,
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
    plan,
    schedule,
    score,
    submitted,
)
from tests.specs.given import World, given, please
from tests.specs.rules import Example
from tests.specs.rules.cases import kpi

NEW = "goal-2026-lin-9"


def in_force(*goals: str) -> World:
    """Lin's sheet, of which these goals run; all of them where none is named."""
    names = goals or (REVENUE, VISITS, RELEASE, LEARNING)
    rest = [event for name in names[1:] for event in active(name)[1:]]
    return given(active(names[0]), rest)


def asked(
    changes: dict[str, Any], goal: str = VISITS, by: str = LIN, day: str = "04-15", name: str = "a1"
) -> ask.RequestAdjustment:
    return please(
        ask.RequestAdjustment,
        by,
        day,
        goal,
        adjustment=name,
        changes=did.Changes.model_validate(changes),
        reason="r",
    )


def confirmed(goal: str = VISITS, day: str = "04-15") -> tuple[ask.ConfirmAdjustment, ask.ConfirmAdjustment]:
    return (
        please(ask.ConfirmAdjustment, WANG, day, goal, role="manager"),
        please(ask.ConfirmAdjustment, HUA, day, goal, role="hr"),
    )


def after(changes: dict[str, Any], goal: str = VISITS, world: World | None = None) -> World:
    """Lin's running sheet after an adjustment that manager and HR confirmed."""
    return (world or in_force()).having(asked(changes, goal), *confirmed(goal))


def new_goal(weight: int = 20, dimension: str = "duties", **facts: Any) -> dict[str, Any]:
    measure = {"kind": "kpi", "unit": "%", "aggregation": "mean", "target": "90"}
    return {
        "key": "k",
        "title": "满意度",
        "dimension": dimension,
        "weight": weight,
        "measure": measure,
    } | facts


def left(world: World) -> list[Decimal]:
    """The sheet's weights together, and what is left of its space."""
    return [world.sheet().weight, world.sheet().space_left]


REPLACED = {"added": {NEW: new_goal()}, "replaced_by": NEW}
CANCELLED = {"cancel": True, "counterweights": {REVENUE: "60"}}


def replaced_on() -> str:
    world = after(REPLACED)
    gone, new = world.goal(VISITS), world.goal(NEW)
    return f"{gone.stage} after {gone.last_day}, {new.stage} since {new.since}"


def committee_for(day: str, *votes: tuple[str, str], rules: Committee | None = None) -> list[str]:
    """What a department's goal of Zhao is after votes of the committee, and the events of the last one."""
    people = {
        **PEOPLE,
        QIAN: person(QIAN, WANG, roles=("committee",)),
        HE: person(HE, LI, roles=("committee",)),
    }
    world = given(submitted(OF_DEPARTMENT), people=people, policy=plan(committee=rules or Committee()))
    for by, vote in votes:
        kind: Any = ask.ApproveGoal if vote == "for" else ask.ReturnGoal
        world = world.having(please(kind, by, day, OF_DEPARTMENT, comment="so"))
    return [
        world.goal(OF_DEPARTMENT).stage,
        str(sum(isinstance(e, did.CommitteeDecided) for e in world.events)),
    ]


def without_other_hr(by: str) -> str:
    """Hua is the only HR and Lin's manager: who confirms for HR."""
    people = {**PEOPLE, WANG: person(WANG, ZHAO, roles=("hr",)), HUA: person(HUA, LI), HE: person(HE, LI)}
    world = given(active(), people=people).having(asked({"target": "1320"}, REVENUE))
    return type(world.when(please(ask.ConfirmAdjustment, by, "04-15", role="hr")).events[0]).__name__


L3 = (
    Example("L3", "HR alone supersedes a running goal of weight 20", "refused: goal.running",
            lambda: in_force().having(
                please(ask.SupersedeGoal, HUA, "04-15", VISITS, replacement=REVENUE, reason="r"))),
    Example("L3", "the manager alone cancels one", "refused: goal.not-yours",
            lambda: in_force().having(please(ask.CancelGoal, WANG, "04-15", VISITS, reason="r"))),
    Example("L3", "a goal of weight 20 replaced, confirmed by manager and HR: weights, space left", "100, 10",
            lambda: left(after(REPLACED))),
    Example("L3", "the same on 15 April: when the old goal ends and the new one begins",
            "superseded after 2026-04-14, active since 2026-04-15", replaced_on),
    Example("L3", "a goal of weight 10 cancelled, its weight given to another: weights, space left", "100, 5",
            lambda: left(after({"cancel": True, "counterweights": {REVENUE: "60"}}, RELEASE))),
    Example("L3", "a goal of weight 10 added, taken from another: weights, space left", "100, 5",
            lambda: left(after({"weight": "40", "added": {NEW: new_goal(10)}}, REVENUE))),
    Example("L3", "a goal of weight 20 cancelled: more than the space", "refused: sheet.space",
            lambda: after({"cancel": True, "counterweights": {REVENUE: "70"}})),
    Example("L3", "a goal cancelled, its weight given to none", "refused: sheet.not-whole-after",
            lambda: after({"cancel": True}, RELEASE)),
    Example("L3", "the only capability goal replaced by one of the duties", "refused: sheet.no-capability",
            lambda: after(REPLACED, LEARNING)),
    Example("L3", "a goal drafted on a sheet that is in force", "refused: sheet.in-force",
            lambda: in_force().having(
                please(ask.DraftGoal, LIN, "04-15", NEW, **new_goal(0)))),
    Example("L3", "the same person confirms as manager and as HR", "refused: adjustment.two-roles",
            lambda: given(active(), people={**PEOPLE, WANG: person(WANG, ZHAO, roles=("hr",))}).having(
                asked({"target": "1320"}, REVENUE), confirmed(REVENUE)[0],
                please(ask.ConfirmAdjustment, WANG, "04-15", role="hr"))),
    Example("L3", "the only HR is the manager: an executive confirms for HR", "AdjustmentConfirmed",
            lambda: without_other_hr(LI)),
    Example("L3", "the same: the manager confirms for HR", "refused: goal.not-yours", lambda: without_other_hr(WANG)),
    Example("L3", "a department's goal: one of the committee cancels it alone", "refused: goal.not-yours",
            lambda: given(active(OF_DEPARTMENT)).having(
                please(ask.CancelGoal, CHEN, "04-15", OF_DEPARTMENT, reason="r"))),
)  # fmt: skip


def drawn(
    changes: dict[str, Any], measure: Any = None, goal: str = VISITS, world: World | None = None
) -> Decimal:
    """What an adjustment of a goal of weight 20 draws, on 15 April; without a measure 480/600/720."""
    stands = world or given(active(goal, measure=measure or kpi(480, 600, 720, unit="万元")))
    [event] = stands.when(asked(changes, goal)).events
    assert isinstance(event, did.AdjustmentRequested)
    return event.draws


def there_and_back() -> list[Decimal]:
    world = given(active(VISITS, measure=kpi(600)))
    world = world.having(asked({"target": "540"}), *confirmed())
    world = world.having(asked({"target": "600"}, name="a2"), *confirmed())
    return [event.used for event in world.events if isinstance(event, FlexibleSpaceUsed)]


def sheet_of_90() -> World:
    world = given(in_force(REVENUE, VISITS, LEARNING).events, drafted(RELEASE))
    return world.having(please(ask.CancelGoal, HUA, "02-10", RELEASE, reason="r"))


SAME = {"kind": "kpi", "unit": "万元 ", "threshold": "480", "target": "540", "stretch": "720"}
AGAIN = {"kind": "kpi", "unit": "万元", "target": "9"}
LEVEL = kpi(95, unit="%", aggregation="mean")

L4 = (
    Example("L4", "weight 20, target 600 → 540", "2.00", lambda: drawn({"target": "540"})),
    Example("L4", "the same written as a measure with the unit `万元 `", "2.00", lambda: drawn({"measure": SAME})),
    Example("L4", "the same as the targets of nine months, the three ended ones as they were", "2.00",
            lambda: drawn({"targets": {f"M{n:02d}": str(Fraction(390, 9)) for n in range(4, 13)}})),
    Example("L4", "threshold 480 → 450 alone", "5.00",
            lambda: drawn({"measure": SAME | {"target": "600", "threshold": "450"}})),
    Example("L4", "target 540 and the threshold where it moves by itself, 432", "2.00",
            lambda: drawn({"measure": SAME | {"threshold": "432"}})),
    Example("L4", "600 → 540 and back: each draws", "2.00, 2.22", there_and_back),
    Example("L4", "from a target of zero", "refused: sheet.space",
            lambda: drawn({"target": "3"}, kpi(0, direction="lower"))),
    Example("L4", "weight 10, from a target of zero", "10.00",
            lambda: drawn({"target": "3"}, kpi(0, direction="lower"), RELEASE)),
    Example("L4", "a target three times as high: at most the weight", "refused: sheet.space",
            lambda: drawn({"target": "1800"})),
    Example("L4", "another metric", "5.00",
            lambda: drawn({"measure": {"kind": "kpi", "unit": "%", "aggregation": "mean", "target": "90"}})),
    Example("L4", "another curve", "5.00", lambda: drawn({"measure": SAME | {"target": "600", "threshold": None,
                                                                             "stretch": None, "curve": "all"}},
                                                         kpi(600, unit="万元"))),
    Example("L4", "a range of 240–420, its upper end 600", "8.57",
            lambda: drawn({"measure": {"kind": "kpi", "direction": "range", "lower": "240", "upper": "600"}},
                          Kpi(direction="range", lower=D(240), upper=D(420)))),
    Example("L4", "one of two criteria of a key task of weight 20 exchanged", "10.00",
            lambda: drawn({"measure": {"kind": "key_task", "criteria": ["a", "c"]}},
                          {"kind": "key_task", "criteria": ("a", "b")})),
    Example("L4", "a mean of 95, 97 for the rest of the year", "0.42", lambda: drawn({"target": "97"}, LEVEL)),
    Example("L4", "weight 20 → 26 and target 600 → 540", "8.00",
            lambda: drawn({"target": "540", "weight": "26", "counterweights": {REVENUE: "44"}})),
    Example("L4", "three goals' weights: one rises by 6, two fall by 4 and 2", "6.00",
            lambda: drawn({"weight": "26", "counterweights": {REVENUE: "46", LEARNING: "18"}})),
    Example("L4", "a sheet of 90, for a goal of 10 was never approved: another rises by 10", "10.00",
            lambda: drawn({"weight": "30"}, world=sheet_of_90())),
    Example("L4", "a goal of weight 20 replaced by one of 16 with another metric", "9.00",
            lambda: drawn({"added": {NEW: new_goal(16)}, "replaced_by": NEW, "counterweights": {REVENUE: "54"}})),
    Example("L4", "replaced by one of the same metric", "refused: adjustment.same-metric",
            lambda: drawn({"added": {NEW: new_goal(title="标题", measure=AGAIN)}, "replaced_by": NEW})),
)  # fmt: skip


def lapsing() -> World:
    """Sales w60 and Quality w30 approved, Learning w10 never: then the review opens."""
    weights = [(REVENUE, "duties", 60), (VISITS, "duties", 30), (LEARNING, "capability", 10)]
    places = [{"goal": goal, "dimension": of, "weight": weight} for goal, of, weight in weights]
    world = given(opened(placements=places), active()[1:], active(VISITS)[1:], drafted(LEARNING))
    due = schedule().review_opens
    lapse = please(ask.KeepDeadline, SYSTEM, due, LEARNING, phase="lapses", due=due)
    return world.having(lapse)


def lapsed_result() -> Any:
    world = lapsing()
    scores = [score(REVENUE, points=D(50)), score(VISITS, points=D(100))]
    world = given(world.events, scores)
    goals = {goal: world.goal(goal) for goal in (REVENUE, VISITS)}
    [event] = score_sheet(world.sheet(), goals, "Y", schedule(), plan(), on("2027-01-17"))
    return event.points


def waived(*agreeing: tuple[str, str]) -> str:
    """Whether Lin's sheet does without capability once these agreed."""
    world = lapsing()
    for by, role in agreeing:
        command = WaiveDimension.model_validate(
            {
                "sheet": SHEET,
                "dimension": "capability",
                "role": role,
                "reason": "r",
                "by": by,
                "at": on("02-10"),
            }
        )
        around = sheet_decisions.SheetContext(on("02-10").date(), plan(), schedule(), (CHEN, ZHAO), 1)
        events = sheet_decisions.decide(command, world.sheet(), around)
        world = given(world.events, events)
    return "without it" if "capability" in world.sheet().without else "both needed"


def told(days: int) -> str:
    """Whom a draft is told to, so many days after approvals were due."""
    world, due = given(draft()), schedule().approvals_due
    for _ in range(20):
        following = world.status().next_deadline
        if following is None or following.at > due + timedelta(days=days):
            break
        keep = please(ask.KeepDeadline, SYSTEM, following.at, phase=following.phase, due=following.at)
        world = world.having(keep)
    last = world.events[-1]
    assert isinstance(last, did.ReminderSent | did.DeadlineMissed)
    return f"{last.phase}: {', '.join(last.to)}"


L5 = (
    Example("L5", "Sales w60 at 50 and Quality w30 at 100; Learning w10 lapsed", "66.67", lapsed_result),
    Example("L5", "what the sheet says of it", LEARNING, lambda: ", ".join(lapsing().sheet().lapsed)),
    Example("L5", "a draft when execution has begun and approvals were due", "unapproved_remind: lin",
            lambda: told(0)),
    Example("L5", "the same three working days later", "unapproved: role:hr", lambda: told(3)),
    Example("L5", "without a dimension, HR alone", "both needed", lambda: waived((HUA, "hr"))),
    Example("L5", "the committee alone", "both needed", lambda: waived((CHEN, "committee"), (ZHAO, "committee"))),
    Example("L5", "HR and the committee", "without it", lambda: waived((HUA, "hr"), (CHEN, "committee"))),
    Example("L5", "the same person for both", "refused: adjustment.two-roles",
            lambda: waived((HUA, "hr"), (HUA, "committee"))),
    Example("L5", "HR goes on without the only capability goal", "refused: sheet.dimension-gone",
            lambda: given(in_force(REVENUE, VISITS, RELEASE).events, drafted(LEARNING)).having(
                please(ask.CancelGoal, HUA, "02-10", LEARNING, reason="r"))),
)  # fmt: skip


def closing(*events: Any) -> str:
    world = given(*events)
    found = decide_cycle(CloseCycle(cycle="2026", by=HUA, at=on("2027-01-16")), world.cycle())
    return type(found[-1]).__name__


def abandoning(reason: str = "merged") -> str:
    fields = {"cycle": "2026", "by": HUA, "at": on("06-01"), "open_goals": 7, "goals": 9, "reason": reason}
    try:
        command = AbandonCycle.model_validate(fields)
    except ValidationError as wrong:
        raise invalid_command("abandon", wrong) from None
    [event] = decide_cycle(command, given().cycle())
    assert isinstance(event, CycleAbandoned)
    return f"{event.open_goals} of {event.goals}, {given(event).cycle().stage}"


RESULTS = ResultsIssued(cycle="2026", sheets=1, by=SYSTEM, at=on("2027-01-18"))

L8 = (
    Example("L8", "HR closes on 16 January, before the results are out", "refused: cycle.no-results",
            lambda: closing()),
    Example("L8", "once they are", "CycleClosed", lambda: closing(RESULTS)),
    Example("L8", "HR abandons it with 7 of 9 goals open: what is lost, the stage", "7 of 9, abandoned", abandoning),
    Example("L8", "without a reason", "refused: command.invalid", lambda: abandoning("")),
)  # fmt: skip


def assessed(period: str, day: str) -> str:
    found = in_force().when(please(ask.AssessGoal, WANG, day, LEARNING, period=period, points=80)).events
    return type(found[0]).__name__


L9 = (
    Example("L9", "February assessed on 28 February", "refused: assess.early", lambda: assessed("M02", "02-28")),
    Example("L9", "the day after", "GoalAssessed", lambda: assessed("M02", "03-01")),
    Example("L9", "the year assessed in mid-February", "refused: assess.early", lambda: assessed("Y", "02-15")),
)  # fmt: skip


AUDITOR = person("an", LI, roles=("auditor",))
OTHER = person("other", ZHAO, department="works")
EVERYBODY = {**PEOPLE, "an": AUDITOR, "other": OTHER}


def readers(what: Readable, rules: Transparency | None = None) -> str:
    """Who reads of Lin, a colleague, the two above, HR, committee, an auditor and somebody outside the cycle."""
    among = Circle(EVERYBODY, {LIN, QIAN, WANG, ZHAO}, rules or Transparency())
    of = Shown(LIN, WANG, "sales")
    names = (LIN, QIAN, WANG, ZHAO, HUA, CHEN, "an", "other")
    return ", ".join(who for who in names if may_read(EVERYBODY[who], what, of, among))


FOUR = Committee(quorum=2, majority="unanimous")

L12 = (
    Example("L12", "who reads a goal", "lin, qian, wang, zhao, hua, chen, an", lambda: readers("goals")),
    Example("L12", "who reads its scores", "lin, wang, zhao, hua, chen, an", lambda: readers("scores")),
    Example("L12", "who reads comments on it", "lin, wang, hua", lambda: readers("comments")),
    Example("L12", "`scores: [holder, manager]`", "lin, wang",
            lambda: readers("scores", Transparency(scores=("holder", "manager")))),
    Example("L12", "four on the committee, one of them the goal's owner: one vote", "submitted, 0",
            lambda: committee_for("01-20", (CHEN, "for"))),
    Example("L12", "two of three vote for it", "active, 1",
            lambda: committee_for("01-20", (CHEN, "for"), (QIAN, "for"))),
    Example("L12", "one for, one against: it stays open", "submitted, 0",
            lambda: committee_for("01-20", (CHEN, "for"), (QIAN, "against"))),
    Example("L12", "one for, two against", "returned, 1",
            lambda: committee_for("01-20", (CHEN, "for"), (QIAN, "against"), (HE, "against"))),
    Example("L12", "a member who changes their mind before it is decided", "active, 1",
            lambda: committee_for("01-20", (CHEN, "against"), (QIAN, "for"), (CHEN, "for"))),
    Example("L12", "`quorum: 2`, `majority: unanimous`: one against", "returned, 1",
            lambda: committee_for("01-20", (CHEN, "for"), (QIAN, "against"), rules=FOUR)),
    Example("L12", "the owner votes", "refused: goal.own", lambda: committee_for("01-20", (ZHAO, "for"))),
)  # fmt: skip

RIGHTS = (L3, L4, L5, L8, L9, L12)
