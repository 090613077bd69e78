"""Who is to be told of what, once each: reminders, escalations, and what others did that concerns somebody."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, get_args

from pydantic import BaseModel, ConfigDict

from cairn.domain.appraisal.events import AppraisalOpened, AppraisalScored, AppraisalWentOn
from cairn.domain.calibration.events import CalibrationOverdue
from cairn.domain.case.events import CaseEscalated, CaseReminded
from cairn.domain.coaching.events import (
    AgreementAsked,
    AnyCoachingEvent,
    CheckpointMissed,
    SupportOverdue,
)
from cairn.domain.cycle.events import (
    CycleAbandoned,
    PolicyAmended,
    PolicyAmendmentDecided,
    PolicyAmendmentProposed,
)
from cairn.domain.event import SYSTEM
from cairn.domain.feedback.events import (
    FeedbackAnswered,
    FeedbackFollowedUp,
    FeedbackGiven,
    FeedbackOverdue,
)
from cairn.domain.goal.events import (
    AdjustmentDeclined,
    AdjustmentExpired,
    AdjustmentRequested,
    AdjustmentWithdrawn,
    CheckInsConfirmed,
    CheckInWithdrawn,
    CommitteeDecided,
    CriterionAccepted,
    DeadlineMissed,
    DiagnosisClosed,
    EvaluationWithdrawn,
    EvidenceWaived,
    GoalAdjusted,
    GoalApproved,
    GoalAssessed,
    GoalCancelled,
    GoalDiagnosed,
    GoalInterviewHeld,
    GoalPaused,
    GoalResumed,
    GoalReturned,
    GoalRevised,
    GoalSteppedBack,
    GoalSubmitted,
    GoalSuperseded,
    GoalUrged,
    ManagerChanged,
    ReminderSent,
    WorkEvaluated,
)
from cairn.domain.handover.events import LoweringDeclined, LoweringProposed, MessageNotTaken
from cairn.domain.operating import WebhookGivenUp
from cairn.domain.people import DelegateNamed
from cairn.domain.promise.events import (
    PromiseContested,
    PromiseKept,
    PromiseMade,
    PromiseOverdue,
    PromiseReleased,
)
from cairn.domain.request.events import (
    RequestAccepted,
    RequestAgreed,
    RequestAskedBack,
    RequestDeclined,
    RequestDelivered,
    RequestIncomplete,
    RequestOffered,
    RequestOpened,
    RequestOverdue,
    RequestReceived,
    RequestReplied,
    RequestWithdrawn,
)
from cairn.domain.result.events import (
    AppealDecided,
    AppealOverdue,
    AppealWithdrawn,
    InterviewMissed,
    InterviewRecorded,
    ResultAcknowledged,
    ResultAppealed,
    ResultNotAcknowledged,
    ResultShown,
    ResultWentOn,
)
from cairn.domain.review.events import (
    ReviewAsked,
    ReviewCommented,
    ReviewOverdue,
    ReviewReopened,
    ReviewReported,
    ReviewReturned,
    ReviewWentOn,
    ReviewWidened,
)
from cairn.domain.sheet.events import (
    DimensionWaived,
    GoalPlaced,
    GoalWeighted,
    IncidentRecorded,
    IncidentWithdrawn,
    RestatementDecided,
    RestatementProposed,
    ResultIssued,
    SheetExtended,
    SheetOpened,
    SheetScored,
)
from cairn.domain.streams import kind_of
from cairn.notices.kinds import Kind
from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="notice",
    tables=("notice_told",),
    reads=(
        ReminderSent, DeadlineMissed, GoalSubmitted, GoalReturned, GoalApproved, GoalUrged, GoalSteppedBack,
        AdjustmentRequested, GoalAdjusted, AdjustmentDeclined, AdjustmentExpired, CheckInsConfirmed, GoalAssessed,
        ManagerChanged, ResultIssued, RestatementProposed, RestatementDecided, CaseReminded, CaseEscalated,
        FeedbackGiven, FeedbackOverdue, FeedbackAnswered, FeedbackFollowedUp, *get_args(AnyCoachingEvent),
        GoalDiagnosed, DiagnosisClosed, RequestOpened, RequestAccepted, RequestOffered, RequestAgreed, RequestAskedBack,
        RequestReplied, RequestDeclined, RequestDelivered, RequestIncomplete, RequestReceived, RequestWithdrawn,
        RequestOverdue, PromiseMade, PromiseKept, PromiseContested, PromiseReleased, PromiseOverdue,
        ReviewAsked, ReviewReported, ReviewCommented, ReviewReturned, ReviewReopened, ReviewWidened, ReviewWentOn,
        ReviewOverdue, ResultShown, InterviewRecorded, InterviewMissed, ResultAcknowledged, ResultNotAcknowledged,
        ResultWentOn, ResultAppealed, AppealWithdrawn, AppealOverdue, AppealDecided, CalibrationOverdue,
        LoweringProposed, LoweringDeclined, MessageNotTaken, WebhookGivenUp,
        AppraisalOpened, AppraisalScored, AppraisalWentOn,
        GoalCancelled, GoalSuperseded, GoalPaused, GoalResumed, GoalRevised, GoalInterviewHeld,
        CriterionAccepted, CommitteeDecided, AdjustmentWithdrawn, CheckInWithdrawn, EvidenceWaived, GoalPlaced,
        GoalWeighted, DimensionWaived, SheetOpened, SheetExtended, SheetScored, IncidentRecorded, IncidentWithdrawn,
        WorkEvaluated, EvaluationWithdrawn, DelegateNamed, PolicyAmendmentProposed,
        PolicyAmendmentDecided, PolicyAmended, CycleAbandoned,
    ),
    joins=("goal", "feedback", "coaching", "request", "promise", "person", "inbox"),
)  # fmt: skip
SQL = queries("notice")
ASKING = (
    ReminderSent, CaseReminded, GoalUrged, GoalSubmitted, AdjustmentRequested, AgreementAsked, RequestOpened,
    ReviewAsked, PolicyAmendmentProposed, ResultAppealed,
)  # fmt: skip
LATE_UNTIL_DONE = (
    DeadlineMissed, CaseEscalated, FeedbackOverdue, SupportOverdue, RequestOverdue, PromiseOverdue, ReviewOverdue,
    AppealOverdue, CalibrationOverdue,
)  # fmt: skip
NOT_DONE_IN_TIME = (InterviewMissed, CheckpointMissed, ResultNotAcknowledged, MessageNotTaken, WebhookGivenUp)
KINDS: Mapping[str, Kind] = {
    **{event.__name__: "asked" for event in ASKING},
    **{event.__name__: "late" for event in (*LATE_UNTIL_DONE, *NOT_DONE_IN_TIME)},
}
"""What the notice of an event is for, where it asks for something, which is no news once it is done, or tells of
something late; all others tell that something happened."""
OPEN_LATENESS = frozenset(event.__name__ for event in LATE_UNTIL_DONE)
"""What tells of something late that nobody has to look after once it is done."""
OF_GOALS_DATES = frozenset(event.__name__ for event in (ReminderSent, DeadlineMissed))
"""What tells of a goal's dates, those of its delivery included, which wait in no inbox."""

WITHOUT_NAMES = frozenset(("appraisal",))
"""Kinds of cases in which it is never told who did something: it could be an unnamed rater."""


class Notice(BaseModel):
    """One thing somebody is to be told: the event `type` of a stream, whom it is about, and who did it."""

    model_config = ConfigDict(frozen=True)

    position: int
    recipient: str
    stream: str
    version: int
    type: str
    about: str
    about_name: str | None
    by: str
    by_name: str | None
    at: datetime

    @property
    def names_who(self) -> bool:
        """Whether it is told who did it: not the system, and nobody who could be an unnamed rater."""
        return self.by != SYSTEM and kind_of(self.stream) not in WITHOUT_NAMES


async def notices(
    reader: Reader, person: str, places: Sequence[str] = (), *, cycle: str | None = None, after: int = 0,
    before: int | None = None, limit: int = 100,
) -> list[Notice]:  # fmt: skip
    """What a person, and the places they hold (`role:hr` …), are to be told between two positions, the latest first."""
    found = await reader.fetch(SQL["notices"], [person, *places], person, after, cycle, limit, before)
    return parse_rows(Notice, found)


class Told(BaseModel):
    """That somebody is told: a person's id or a place (`role:hr`), by what kind of event, and who did it."""

    model_config = ConfigDict(frozen=True)

    position: int
    type: str
    by: str
    place: str


async def told_after(reader: Reader, after: int, positions: int) -> list[Told]:
    """Who is told of what from a position on, in order, at most of so many events."""
    return parse_rows(Told, await reader.fetch(SQL["told_after"], after, positions))


async def of_positions(reader: Reader, positions: Sequence[int]) -> list[Notice]:
    """What happened at these positions of which anybody is told, in order."""
    return parse_rows(Notice, await reader.fetch(SQL["of_positions"], list(positions)))


class Urge(NamedTuple):
    """Who asked, and when, that what a goal waits for be done soon."""

    by: str
    at: datetime


async def urges(reader: Reader, goals: Iterable[str]) -> dict[str, Urge]:
    """The last time that each of these goals was urged, by goal; of the others there is none."""
    rows = await reader.fetch(SQL["urges"], sorted(goals))
    return {row["goal"]: Urge(row["by"], row["at"]) for row in rows}
