"""A goal as its events make it, and the fold."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import assert_never

from pydantic import Field

from cairn.domain.calendar import ONE_DAY
from cairn.domain.event import Fact
from cairn.domain.goal.events import (
    AbsencesSet,
    AdjustmentConfirmed,
    AdjustmentDeclined,
    AdjustmentExpired,
    AdjustmentRequested,
    AdjustmentWithdrawn,
    AnyGoalEvent,
    Changes,
    CheckedIn,
    Confirmer,
    CriterionAccepted,
    DeadlineMissed,
    GoalActivated,
    GoalAdjusted,
    GoalAligned,
    GoalApproved,
    GoalAssessed,
    GoalCancelled,
    GoalClosed,
    GoalDecomposed,
    GoalDrafted,
    GoalPaused,
    GoalResumed,
    GoalReturned,
    GoalRevised,
    GoalScored,
    GoalSubmitted,
    GoalSuperseded,
    LastDaySet,
    ManagerChanged,
    Part,
    ReminderSent,
    ReviewOpened,
    SignalRefused,
    Smart,
    SmartChecked,
)
from cairn.domain.goal.stages import Phase, Stage, stage_row
from cairn.domain.measure import Capability, KeyTask, Kpi, Measure
from cairn.domain.policy import Dimension, Tier
from cairn.domain.schedule import Days, gaps_of


class PendingAdjustment(Fact):
    """An adjustment waiting for its confirmations until `expires_at`.

    `draws` is in points of 100 of the sheet; `confirmed` says who has confirmed in which role.
    """

    adjustment: str
    changes: Changes
    reason: str
    draws: Decimal
    requested_by: str
    expires_at: datetime
    confirmed: dict[Confirmer, str] = Field(default_factory=dict)


class Segment(Fact):
    """Who was the goal's manager from the day `since` on; None stands for the committee."""

    since: date
    manager: str | None


class FormerMeasure(Fact):
    """A measure that another one replaced, with what was said of it; it counts up to and with `last` (RULES W1)."""

    measure: Measure
    last: date
    check_ins: tuple[CheckedIn, ...] = ()
    accepted: dict[int, str] = Field(default_factory=dict)


class Goal(Fact):
    """One goal as of its `version`. Its weight is not here: the sheet holds it."""

    id: str = Field(description="the goal's stream")
    version: int = Field(default=0, description="how many events made it")
    stage: Stage = "none"
    cycle: str = Field(default="", description="the cycle's id")
    sheet: str = Field(default="", description="the stream of the sheet it counts in")
    tier: Tier = "individual"
    owner: str = Field(default="", description="the id of the person who answers for it")
    manager: str | None = Field(
        default=None,
        description="the id of the owner's manager as last decided (see `held_on`), None: the committee judges",
    )
    department: str | None = Field(
        default=None, description="the department's id, None for the company's own goals"
    )
    key: str = Field(default="", description="its short name in its sheet")
    dimension: Dimension = "duties"
    title: str = ""
    measure: Measure = Capability(outcomes=("-",))
    former: tuple[FormerMeasure, ...] = Field(default=(), description="measures that were replaced, in order")
    since: date = Field(default=date.min, description="the first day that counts")
    last_day: date | None = Field(
        default=None, description="the last day that counts, None: the cycle's last one"
    )
    absences: tuple[Days, ...] = Field(default=(), description="days of long leave, which do not count")
    parent: str | None = Field(default=None, description="the goal of a tier above that it serves")
    policy: str = Field(default="", description="the policy it was drafted under, `name@version`")
    smart: Smart | None = None
    parts: tuple[Part, ...] = ()
    pending: PendingAdjustment | None = None
    adjustments: dict[str, str] = Field(
        default_factory=dict,
        description="adjustment → how it ended: adjusted, declined, withdrawn or expired",
    )
    check_ins: tuple[CheckedIn, ...] = Field(
        default=(), description="those that count for the present measure"
    )
    accepted: dict[int, str] = Field(default_factory=dict, description="criterion, from 1 → evidence")
    assessments: dict[str, dict[str, Decimal]] = Field(
        default_factory=dict, description="period → manager → points"
    )
    segments: tuple[Segment, ...] = Field(default=(), description="who managed it since when, in order")
    scores: dict[str, GoalScored] = Field(default_factory=dict, description="period → its score")
    kept_deadlines: frozenset[str] = Field(
        default=frozenset(), description="names of reminders and misses, each once"
    )
    entered: datetime | None = Field(default=None, description="since when it is in its stage")
    approved_at: datetime | None = Field(default=None, description="when it was first approved")

    @property
    def over(self) -> bool:
        """Whether its life has ended."""
        return stage_row(self.stage).over

    @property
    def running(self) -> bool:
        """Whether it has taken effect and is not scored for the year yet."""
        return stage_row(self.stage).running

    @property
    def requester(self) -> str | None:
        """Who asked for the adjustment that is waiting."""
        return self.pending.requested_by if self.pending else None

    def held_on(self, day: date) -> "Goal":
        """The goal as its places are held on a day (RULES L1): segments that begin later are left out."""
        begun = tuple(segment for segment in self.segments if segment.since <= day) or self.segments[:1]
        if len(begun) == len(self.segments):
            return self
        return self.model_copy(update={"segments": begun, "manager": begun[-1].manager})

    @property
    def gaps(self) -> tuple[Days, ...]:
        """The days from its first one on that do not count."""
        return gaps_of(self.last_day, self.absences)

    @property
    def former_managers(self) -> frozenset[str]:
        """Those who managed it in earlier segments, without its owner."""
        former = (segment.manager for segment in self.segments[:-1])
        return frozenset(manager for manager in former if manager and manager != self.owner)


def deadline_name(phase: Phase, due: datetime) -> str:
    """The name of one deadline of one goal, the same in every time zone: it is kept once."""
    return f"{phase}@{due.astimezone(UTC).isoformat()}"


def evolve(goal: Goal, event: AnyGoalEvent) -> Goal:
    """The goal after one more event."""
    changed = _evolved(goal, event)
    if changed.stage != goal.stage:
        changed = changed.model_copy(update={"entered": event.at})
    return changed.model_copy(update={"version": goal.version + 1})


def _evolved(goal: Goal, event: AnyGoalEvent) -> Goal:
    match event:
        case GoalDrafted():
            return _drafted(goal, event)
        case GoalRevised():
            return goal.model_copy(update={"title": event.title, "measure": event.measure})
        case SmartChecked():
            return goal.model_copy(update={"smart": event.check})
        case GoalDecomposed():
            return goal.model_copy(update={"parts": event.parts})
        case GoalAligned():
            return goal.model_copy(update={"parent": event.parent})
        case GoalSubmitted():
            return _to(goal, "submitted")
        case GoalReturned():
            return _to(goal, "returned")
        case GoalApproved():
            return _to(goal, "approved").model_copy(update={"approved_at": goal.approved_at or event.at})
        case GoalActivated():
            return _to(goal, "active")
        case GoalPaused():
            return _to(goal, "paused")
        case GoalResumed():
            return _to(goal, "approved")
        case LastDaySet():
            return goal.model_copy(update={"last_day": event.last})
        case AbsencesSet():
            return goal.model_copy(update={"absences": event.absences})
        case AdjustmentRequested():
            return _requested(goal, event)
        case AdjustmentConfirmed():
            return _confirmed(goal, event)
        case AdjustmentDeclined() | AdjustmentWithdrawn() | AdjustmentExpired():
            return _settled(goal, event.adjustment, type(event).__name__.removeprefix("Adjustment").lower())
        case GoalAdjusted():
            return _adjusted(_settled(goal, event.adjustment, "adjusted"), event)
        case CheckedIn():
            return goal.model_copy(update={"check_ins": (*goal.check_ins, event)})
        case CriterionAccepted():
            return goal.model_copy(update={"accepted": {**goal.accepted, event.criterion: event.evidence}})
        case GoalAssessed():
            given = {**goal.assessments.get(event.period, {}), event.by: event.points}
            return goal.model_copy(update={"assessments": {**goal.assessments, event.period: given}})
        case ManagerChanged():
            segments = (*goal.segments, Segment(since=event.effective, manager=event.manager))
            return goal.model_copy(update={"manager": event.manager, "segments": segments})
        case ReminderSent() | DeadlineMissed():
            return goal.model_copy(
                update={"kept_deadlines": goal.kept_deadlines | {deadline_name(event.phase, event.due)}}
            )
        case GoalScored():
            scored = goal.model_copy(update={"scores": {**goal.scores, event.period: event}})
            return _to(scored, "scored") if event.period == "Y" else scored
        case ReviewOpened():
            return _to(goal, "in_review")
        case GoalCancelled():
            return _to(goal, "cancelled").model_copy(update={"last_day": event.last})
        case GoalSuperseded():
            return _to(goal, "superseded").model_copy(update={"last_day": event.last})
        case GoalClosed():
            return _to(goal, "closed")
        case SignalRefused():
            return goal
        case _:
            assert_never(event)


def _to(goal: Goal, stage: Stage) -> Goal:
    return goal.model_copy(update={"stage": stage})


def _drafted(goal: Goal, event: GoalDrafted) -> Goal:
    facts = event.model_dump(exclude={"by", "at", "goal", "measure"})
    first = Segment(since=event.since, manager=event.manager)
    return goal.model_copy(update={**facts, "measure": event.measure, "stage": "draft", "segments": (first,)})


def _requested(goal: Goal, event: AdjustmentRequested) -> Goal:
    pending = PendingAdjustment(
        adjustment=event.adjustment,
        changes=event.changes,
        reason=event.reason,
        draws=event.draws,
        requested_by=event.by,
        expires_at=event.expires_at,
    )
    return goal.model_copy(update={"pending": pending, "stage": "adjusting"})


def _confirmed(goal: Goal, event: AdjustmentConfirmed) -> Goal:
    if goal.pending is None:
        return goal
    confirmed = {**goal.pending.confirmed, event.role: event.by}
    return goal.model_copy(update={"pending": goal.pending.model_copy(update={"confirmed": confirmed})})


def _settled(goal: Goal, adjustment: str, how: str) -> Goal:
    ended = {**goal.adjustments, adjustment: how}
    return goal.model_copy(update={"pending": None, "stage": "active", "adjustments": ended})


def _adjusted(goal: Goal, event: GoalAdjusted) -> Goal:
    title, new = event.after.title or goal.title, changed_measure(goal.measure, event.after)
    kept = {"accepted": _still_accepted(goal, new), "check_ins": _still_counting(goal, new)}
    former = goal.former
    if event.since is not None and event.since > goal.since and not same_metric(goal.measure, new):
        last = event.since - ONE_DAY
        former = (
            *former,
            FormerMeasure(measure=goal.measure, last=last, check_ins=goal.check_ins, accepted=goal.accepted),
        )
    return goal.model_copy(update={"title": title, "measure": new, "former": former, **kept})


def _still_accepted(goal: Goal, new: Measure) -> dict[int, str]:
    """What was accepted stays accepted for the criteria that stay: others have to be met first."""
    if not isinstance(goal.measure, KeyTask) or not isinstance(new, KeyTask):
        return {}
    before, after = goal.measure.criteria, new.criteria
    stay = {n for n, pair in enumerate(zip(before, after, strict=False), start=1) if pair[0] == pair[1]}
    return {n: ground for n, ground in goal.accepted.items() if n in stay}


def _still_counting(goal: Goal, new: Measure) -> tuple[CheckedIn, ...]:
    """The owner's values of another metric are not values of this one; they stay in the goal's history."""
    return goal.check_ins if same_metric(goal.measure, new) else ()


def same_metric(before: Measure, after: Measure) -> bool:
    """Whether two measures count the same thing, whatever their targets are."""
    if isinstance(before, Kpi) and isinstance(after, Kpi):
        counts = ("metric", "subject", "unit", "aggregation", "direction")
        return all(getattr(before, name) == getattr(after, name) for name in counts)
    return before.kind == after.kind


def changed_measure(measure: Measure, changes: Changes) -> Measure:
    """The measure after an adjustment: the filed one, else the same with other targets."""
    if changes.measure is not None or not isinstance(measure, Kpi):
        return changes.measure or measure
    target = changes.target if changes.target is not None else measure.target
    return measure.model_copy(update={"target": target, "targets": {**measure.targets, **changes.targets}})
