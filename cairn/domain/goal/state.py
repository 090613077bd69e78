"""A goal as its events make it, and the fold."""

from collections.abc import Callable, Collection
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
    CheckInsConfirmed,
    CheckInWithdrawn,
    CommitteeDecided,
    CommitteeVoted,
    Confirmer,
    CriterionAccepted,
    DeadlineMissed,
    DiagnosisClosed,
    DiagnosisKind,
    EvaluationWithdrawn,
    EvidenceWaived,
    GoalActivated,
    GoalAdjusted,
    GoalAligned,
    GoalApproved,
    GoalAssessed,
    GoalCancelled,
    GoalClosed,
    GoalDecomposed,
    GoalDiagnosed,
    GoalDrafted,
    GoalInterviewHeld,
    GoalPaused,
    GoalRated,
    GoalResumed,
    GoalReturned,
    GoalRevised,
    GoalScored,
    GoalSteppedBack,
    GoalSubmitted,
    GoalSuperseded,
    GoalUrged,
    LastDaySet,
    ManagerChanged,
    Part,
    ReminderSent,
    ReviewOpened,
    ScoreCause,
    ScoreHeldBack,
    SignalRefused,
    Smart,
    SmartChecked,
    WorkEvaluated,
)
from cairn.domain.goal.origin import Stated
from cairn.domain.goal.stages import Phase, Stage, stage_row
from cairn.domain.measure import Capability, Kpi, Measure
from cairn.domain.policy import Dimension, Tier
from cairn.domain.private_text import PrivateText
from cairn.domain.schedule import Days, gaps_of
from cairn.domain.voting import Ballot


class PendingAdjustment(Fact):
    """An adjustment waiting for its confirmations until `expires_at`.

    `draws` is in points of 100 of the sheet; `confirmed` says who has confirmed in which role.
    """

    adjustment: str
    changes: Changes
    reason: PrivateText
    draws: Decimal
    requested_by: str
    expires_at: datetime
    diagnosis: int | None = Field(default=None, description="the number of the diagnosis that it answers")
    confirmed: dict[Confirmer, str] = Field(default_factory=dict)
    voted: tuple[str, ...] = Field(default=(), description="the committee's members who voted on it")


class Report(Fact):
    """A check-in with its number in the goal's life, from 1, and who confirmed it."""

    number: int
    said: CheckedIn
    confirmed_by: str | None = None

    @property
    def waits(self) -> bool:
        """Whether it has a value that nobody has confirmed."""
        return self.said.value is not None and self.confirmed_by is None


class SentBack(Fact):
    """By whom, when and why a goal was returned."""

    by: str
    comment: PrivateText
    at: datetime


class Diagnosis(Fact):
    """What a problem with a goal comes from, as it was diagnosed; `answered` says that an adjustment which is asked for
    or took effect names it, or that it was closed."""

    number: int
    kind: DiagnosisKind
    facts: PrivateText
    since: date
    by: str
    at: datetime
    closed: PrivateText | None = Field(default=None, description="why nothing follows from it any more")
    adjustments: tuple[str, ...] = Field(
        default=(), description="the adjustments asked for because of it that were not turned down"
    )

    @property
    def answered(self) -> bool:
        """Whether anything followed from it in the goal itself; requests and coaching have streams of their own."""
        return self.closed is not None or bool(self.adjustments)


class Segment(Fact):
    """Who was the goal's manager from the day `since` on; None stands for the committee."""

    since: date
    manager: str | None


class Urged(Fact):
    """The last time that those who were waited for in a stage were urged."""

    to: tuple[str, ...]
    stage: Stage
    by: str
    at: datetime


class Late(Fact):
    """Since when a score no longer says all there is, and what came late (RULES W2)."""

    since: datetime
    cause: ScoreCause


class FormerMeasure(Fact):
    """A measure that another one replaced, with what was said of it; it counts up to and with `last` (RULES W1)."""

    measure: Measure
    last: date
    reports: tuple[Report, ...] = ()
    accepted: dict[int, PrivateText] = Field(default_factory=dict)
    done_at: datetime | None = None


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
    away_since: date | None = Field(
        default=None, description="the first day of the long leave for which it rests, None: HR asked for it"
    )
    rested: frozenset[date] = Field(
        default=frozenset(), description="first days of the long leaves for which it has rested"
    )
    parent: str | None = Field(default=None, description="the goal that it serves")
    parent_weight: Decimal | None = Field(
        default=None, description="what it counts in a goal that is computed from its children; None: as each"
    )
    policy: str = Field(default="", description="the policy it was drafted under, `name@version`")
    smart: Smart | None = None
    smart_stale: bool = Field(
        default=False, description="the goal has another title, measure or parts than when it was checked"
    )
    parts: tuple[Part, ...] = ()
    interviews: tuple[GoalInterviewHeld, ...] = Field(default=(), description="those held on it, in order")
    diagnoses: tuple[Diagnosis, ...] = Field(default=(), description="by number, from 1")
    pending: PendingAdjustment | None = None
    ballots: dict[str, Ballot] = Field(
        default_factory=dict,
        description="the committee's members → how they voted on what is before them now",
    )
    no_other_hr: bool = Field(
        default=False,
        description="nobody but the owner or the manager is HR (set by `held_at`): an executive stands in",
    )
    adjustments: dict[str, str] = Field(
        default_factory=dict,
        description="adjustment → how it ended: adjusted, declined, withdrawn or expired",
    )
    reports: tuple[Report, ...] = Field(
        default=(), description="the check-ins of the present measure that were not withdrawn"
    )
    reported: int = Field(default=0, description="how many check-ins there ever were")
    accepted: dict[int, PrivateText] = Field(default_factory=dict, description="criterion, from 1 → evidence")
    done_at: datetime | None = Field(default=None, description="when the last criterion was accepted")
    assessments: dict[str, dict[str, Decimal]] = Field(
        default_factory=dict, description="period → manager → points"
    )
    rated: bool = Field(default=False, description="the raters of an appraisal judge its year")
    ratings: dict[str, GoalRated] = Field(default_factory=dict, description="period → what raters said of it")
    held: frozenset[str] = Field(
        default=frozenset(), description="periods whose score waits for a restatement"
    )
    segments: tuple[Segment, ...] = Field(default=(), description="who managed it since when, in order")
    waived: dict[str, PrivateText] = Field(
        default_factory=dict,
        description="period that is scored without what feeds have not brought → HR's reason",
    )
    scores: dict[str, GoalScored] = Field(default_factory=dict, description="period → its last score")
    evaluations: dict[int, WorkEvaluated] = Field(
        default_factory=dict, description="pieces of work evaluated, by number, without those taken back"
    )
    evaluated: int = Field(default=0, description="how many evaluations were ever recorded")
    late: dict[str, Late] = Field(
        default_factory=dict, description="period → what was said of it after its last score"
    )
    kept_deadlines: frozenset[str] = Field(
        default=frozenset(), description="names of reminders and misses, each once"
    )
    entered: datetime | None = Field(default=None, description="since when it is in its stage")
    urged: Urged | None = None
    sent_back: SentBack | None = Field(default=None, description="the last return since it was not approved")
    approved_at: datetime | None = Field(default=None, description="when it was first approved")
    stated: Stated | None = Field(default=None, description="how it came by the measure that it has")
    carried_from: str | None = Field(default=None, description="the goal of an earlier cycle it goes on from")

    @property
    def over(self) -> bool:
        """Whether its life has ended."""
        return stage_row(self.stage).over

    @property
    def running(self) -> bool:
        """Whether it has taken effect and is not scored for the year yet."""
        return stage_row(self.stage).running

    @property
    def done(self) -> bool:
        """Whether nothing of its year is still to be scored; what was dropped while it ran has a score of its part."""
        if self.stage in ("cancelled", "superseded"):
            return self.approved_at is None or self.last_day is None or "Y" in self.scores
        return stage_row(self.stage).kind in ("settled", "ended")

    @property
    def requester(self) -> str | None:
        """Who asked for the adjustment that is waiting."""
        return self.pending.requested_by if self.pending else None

    @property
    def check_ins(self) -> tuple[CheckedIn, ...]:
        """What was reported for the present measure and not withdrawn."""
        return tuple(report.said for report in self.reports)

    def report(self, number: int) -> Report | None:
        """A check-in by its number, None where it is none of the present measure, or withdrawn."""
        return next((each for each in self.reports if each.number == number), None)

    def diagnosis(self, number: int | None) -> Diagnosis | None:
        """A diagnosis by its number."""
        return next((each for each in self.diagnoses if each.number == number), None)

    def check_in_by(self, number: int) -> str | None:
        """Who may still take a check-in back alone: who gave it, None once it is confirmed."""
        found = self.report(number)
        return found.said.by if found and found.confirmed_by is None else None

    def held_on(self, day: date) -> "Goal":
        """The goal as its places are held on a day (RULES L1): segments that begin later are left out."""
        begun = tuple(segment for segment in self.segments if segment.since <= day) or self.segments[:1]
        if len(begun) == len(self.segments):
            return self
        return self.model_copy(update={"segments": begun, "manager": begun[-1].manager})

    @property
    def formerly_fed(self) -> tuple[tuple[str, str], ...]:
        """The (metric, subject) pairs of replaced measures whose readings count for its earlier days."""
        kpis = (former.measure for former in self.former if isinstance(former.measure, Kpi))
        return tuple(dict.fromkeys((kpi.metric, kpi.subject) for kpi in kpis if kpi.metric and kpi.subject))

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
        changed = changed.model_copy(update={"entered": event.at, "ballots": {}})
    return changed.model_copy(update={"version": goal.version + 1})


def _evolved(goal: Goal, event: AnyGoalEvent) -> Goal:
    match event:
        case GoalDrafted():
            return _drafted(goal, event)
        case GoalRevised():
            return _revised(goal, event)
        case SmartChecked():
            return goal.model_copy(update={"smart": event.check, "smart_stale": False})
        case GoalDecomposed():  # its first parts are what the check asks for, other ones are another goal
            return (_unchecked(goal) if goal.parts else goal).model_copy(update={"parts": event.parts})
        case GoalAligned():
            return goal.model_copy(update={"parent": event.parent, "parent_weight": event.parent_weight})
        case GoalInterviewHeld():
            return goal.model_copy(update={"interviews": (*goal.interviews, event)})
        case GoalSubmitted():
            return _to(goal, "submitted")
        case GoalReturned():
            sent_back = SentBack(by=event.by, comment=event.comment, at=event.at)
            return _to(goal, "returned").model_copy(update={"sent_back": sent_back})
        case GoalApproved():
            approved = {"approved_at": goal.approved_at or event.at, "sent_back": None}
            return _to(goal, "approved").model_copy(update=approved)
        case GoalSteppedBack():
            return _to(goal, event.stage)
        case GoalUrged():
            urged = Urged(to=event.to, stage=goal.stage, by=event.by, at=event.at)
            return goal.model_copy(update={"urged": urged})
        case GoalActivated():
            return _to(goal, "active")
        case GoalPaused():
            since = event.away_since
            rested = goal.rested if since is None else goal.rested | {since}
            return _to(goal, "paused").model_copy(update={"away_since": since, "rested": rested})
        case GoalResumed():
            return _to(goal, "approved").model_copy(update={"away_since": None})
        case LastDaySet():
            first = min((day for day in (goal.last_day, event.last) if day is not None), default=None)
            moved = goal.model_copy(update={"last_day": event.last})
            return _late(moved, event.at, lambda score: first is not None and score.ends > first)
        case AbsencesSet():
            changed = {*goal.absences} ^ {*event.absences}
            moved = goal.model_copy(update={"absences": event.absences})
            return _late(
                moved, event.at, lambda score: any(d.inside(score.starts, score.ends) for d in changed)
            )
        case AdjustmentRequested():
            return _requested(goal, event)
        case AdjustmentConfirmed():
            return _confirmed(goal, event)
        case CommitteeVoted():
            ballot = Ballot(by=event.by, vote=event.vote, comment=event.comment, at=event.at)
            return goal.model_copy(update={"ballots": {**goal.ballots, event.by: ballot}})
        case CommitteeDecided():
            return _decided(goal, event)
        case AdjustmentDeclined() | AdjustmentWithdrawn() | AdjustmentExpired():
            return _settled(
                _unanswered(goal, event.adjustment),
                event.adjustment,
                type(event).__name__.removeprefix("Adjustment").lower(),
            )
        case GoalAdjusted():
            return _adjusted(_settled(goal, event.adjustment, "adjusted"), event)
        case GoalDiagnosed():
            return goal.model_copy(update={"diagnoses": (*goal.diagnoses, _diagnosed(event))})
        case DiagnosisClosed():
            return _with_diagnosis(goal, event.diagnosis, closed=event.reason)
        case CheckedIn():
            return _late(
                _reported(goal, event), event.at, lambda score: score.starts <= event.on <= score.ends
            )
        case CheckInsConfirmed():
            days = {each.said.on for each in goal.reports if each.number in event.check_ins}
            return _late(_confirmed_reports(goal, event), event.at, lambda score: _holds(score, days))
        case CheckInWithdrawn():
            days = {each.said.on for each in goal.reports if each.number == event.check_in}
            left = tuple(each for each in goal.reports if each.number != event.check_in)
            withdrawn = goal.model_copy(update={"reports": left})
            return _late(withdrawn, event.at, lambda score: _holds(score, days))
        case CriterionAccepted():
            accepted = _accepted(goal, {**goal.accepted, event.criterion: event.evidence}, event.at)
            return _late(accepted, event.at, lambda score: score.period == "Y")
        case WorkEvaluated():
            there = {**goal.evaluations, event.evaluation: event}
            evaluated = goal.model_copy(update={"evaluations": there, "evaluated": event.evaluation})
            return _late(evaluated, event.at, lambda score: _holds(score, [event.on]))
        case EvaluationWithdrawn():
            gone = goal.evaluations[event.evaluation]
            rest = {number: each for number, each in goal.evaluations.items() if each is not gone}
            return _late(
                goal.model_copy(update={"evaluations": rest}),
                event.at,
                lambda score: _holds(score, [gone.on]),
            )
        case GoalAssessed():
            given = {**goal.assessments.get(event.period, {}), event.acting_for or event.by: event.points}
            assessed = goal.model_copy(update={"assessments": {**goal.assessments, event.period: given}})
            return _late(assessed, event.at, lambda score: score.period == event.period)
        case ManagerChanged():
            segments = (*goal.segments, Segment(since=event.effective, manager=event.manager))
            return goal.model_copy(update={"manager": event.manager, "segments": segments})
        case ReminderSent() | DeadlineMissed():
            return goal.model_copy(
                update={"kept_deadlines": goal.kept_deadlines | {deadline_name(event.phase, event.due)}}
            )
        case GoalScored():
            return _scored(goal, event)
        case ScoreHeldBack():
            late = {period: each for period, each in goal.late.items() if period != event.period}
            return goal.model_copy(update={"late": late, "held": goal.held | {event.period}})
        case EvidenceWaived():
            return goal.model_copy(update={"waived": {**goal.waived, event.period: event.reason}})
        case ReviewOpened():
            return _to(goal, "in_review").model_copy(update={"rated": event.rated})
        case GoalRated():
            rated = goal.model_copy(update={"ratings": {**goal.ratings, event.period: event}})
            return _late(rated, event.at, lambda score: score.period == event.period, "raters")
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


def _accepted(goal: Goal, accepted: dict[int, str], at: datetime) -> Goal:
    whole = not isinstance(goal.measure, Kpi) and len(accepted) >= len(goal.measure.listed)
    done = (goal.done_at or at) if whole else None
    return goal.model_copy(update={"accepted": accepted, "done_at": done})


def _scored(goal: Goal, event: GoalScored) -> Goal:
    late = {period: each for period, each in goal.late.items() if period != event.period}
    scored = goal.model_copy(update={"scores": {**goal.scores, event.period: event}, "late": late})
    ends = event.period == "Y" and event.number == 1 and event.cause != "part"
    return _to(scored, "scored") if ends else scored


def _holds(score: GoalScored, days: Collection[date]) -> bool:
    return any(score.starts <= day <= score.ends for day in days)


def _late(
    goal: Goal, at: datetime, concerns: Callable[[GoalScored], bool], cause: ScoreCause = "goal"
) -> Goal:
    """The goal whose scores that are concerned do not say all there is any more."""
    found = {period: Late(since=at, cause=cause) for period, score in goal.scores.items() if concerns(score)}
    return goal.model_copy(update={"late": {**goal.late, **found}}) if found else goal


def _unchecked(goal: Goal) -> Goal:
    """The goal whose SMART check, if it has one, speaks of something else than what it is now."""
    return goal.model_copy(update={"smart_stale": goal.smart is not None})


def _to(goal: Goal, stage: Stage) -> Goal:
    return goal.model_copy(update={"stage": stage})


def _drafted(goal: Goal, event: GoalDrafted) -> Goal:
    facts = event.model_dump(exclude={"by", "at", "goal", "measure", "origin"})
    first = Segment(since=event.since, manager=event.manager)
    more = {"measure": event.measure, "stage": "draft", "segments": (first,), "stated": _stated(event)}
    return goal.model_copy(update={**facts, **more})


def _revised(goal: Goal, event: GoalRevised) -> Goal:
    was = goal if event.restatement else _unchecked(goal)
    changed = was.model_copy(update={"title": event.title, "measure": event.measure})
    if event.measure == goal.measure:
        return changed
    former = event.carried_from or goal.carried_from
    return changed.model_copy(update={"stated": _stated(event), "carried_from": former})


def _stated(event: GoalDrafted | GoalRevised) -> Stated:
    return Stated(
        event=event.type, by=event.by, at=event.at, origin=event.origin, carried_from=event.carried_from
    )


def _reported(goal: Goal, event: CheckedIn) -> Goal:
    number = goal.reported + 1
    told = (*goal.reports, Report(number=number, said=event))
    return goal.model_copy(update={"reports": told, "reported": number})


def _confirmed_reports(goal: Goal, event: CheckInsConfirmed) -> Goal:
    reports = tuple(
        each.model_copy(update={"confirmed_by": event.by}) if each.number in event.check_ins else each
        for each in goal.reports
    )
    return goal.model_copy(update={"reports": reports})


def _requested(goal: Goal, event: AdjustmentRequested) -> Goal:
    pending = PendingAdjustment(
        adjustment=event.adjustment,
        changes=event.changes,
        reason=event.reason,
        draws=event.draws,
        requested_by=event.by,
        expires_at=event.expires_at,
        diagnosis=event.diagnosis,
    )
    if (found := goal.diagnosis(event.diagnosis)) is not None:
        goal = _with_diagnosis(goal, found.number, adjustments=(*found.adjustments, event.adjustment))
    return goal.model_copy(update={"pending": pending, "stage": "adjusting"})


def _diagnosed(event: GoalDiagnosed) -> Diagnosis:
    return Diagnosis(
        number=event.diagnosis,
        kind=event.kind,
        facts=event.facts,
        since=event.since,
        by=event.by,
        at=event.at,
    )


def _with_diagnosis(goal: Goal, number: int, **changes: object) -> Goal:
    """The goal with one of its diagnoses changed."""
    diagnoses = tuple(
        each.model_copy(update=changes) if each.number == number else each for each in goal.diagnoses
    )
    return goal.model_copy(update={"diagnoses": diagnoses})


def _unanswered(goal: Goal, adjustment: str) -> Goal:
    """The goal once an adjustment came to nothing: the diagnosis it named is open again."""
    for found in goal.diagnoses:
        if adjustment in found.adjustments:
            left = tuple(each for each in found.adjustments if each != adjustment)
            return _with_diagnosis(goal, found.number, adjustments=left)
    return goal


def _decided(goal: Goal, event: CommitteeDecided) -> Goal:
    decided = goal.model_copy(update={"ballots": {}})
    if goal.pending is None or event.adjustment is None:
        return decided
    pending = goal.pending.model_copy(update={"voted": tuple(ballot.by for ballot in event.ballots)})
    return decided.model_copy(update={"pending": pending})


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
    kept: dict[str, object] = {"reports": _still_counting(goal, new)}
    former = goal.former
    if event.since is not None and event.since > goal.since and not same_metric(goal.measure, new):
        last = event.since - ONE_DAY
        former = (
            *former,
            FormerMeasure(
                measure=goal.measure,
                last=last,
                reports=goal.reports,
                accepted=goal.accepted,
                done_at=goal.done_at,
            ),
        )
    if new != goal.measure:
        kept["stated"] = Stated(event=event.type, by=event.by, at=event.at, reason=event.reason)
    changed = _unchecked(goal).model_copy(update={"title": title, "measure": new, "former": former, **kept})
    return _accepted(changed, _still_accepted(goal, new), event.at)


def _still_accepted(goal: Goal, new: Measure) -> dict[int, str]:
    """What was accepted stays accepted for the criteria and outcomes that stay: others have to be met first."""
    if isinstance(goal.measure, Kpi) or isinstance(new, Kpi) or goal.measure.kind != new.kind:
        return {}
    before, after = goal.measure.listed, new.listed
    stay = {n for n, pair in enumerate(zip(before, after, strict=False), start=1) if pair[0] == pair[1]}
    return {n: ground for n, ground in goal.accepted.items() if n in stay}


def _still_counting(goal: Goal, new: Measure) -> tuple[Report, ...]:
    """The owner's values of another metric are not values of this one; they stay in the goal's history."""
    return goal.reports if same_metric(goal.measure, new) else ()


def same_metric(before: Measure, after: Measure) -> bool:
    """Whether two measures count the same thing, whatever their targets are."""
    if isinstance(before, Kpi) and isinstance(after, Kpi):
        counts = ("metric", "subject", "computed", "unit", "aggregation", "direction")
        return all(getattr(before, name) == getattr(after, name) for name in counts)
    return before.kind == after.kind


def changed_measure(measure: Measure, changes: Changes) -> Measure:
    """The measure after an adjustment: the filed one, else the same with other targets."""
    if changes.measure is not None or not isinstance(measure, Kpi):
        return changes.measure or measure
    target = changes.target if changes.target is not None else measure.target
    return measure.model_copy(update={"target": target, "targets": {**measure.targets, **changes.targets}})
