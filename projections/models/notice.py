"""Who is to be told of what, once each: reminders, escalations, and what others did that concerns somebody."""

from collections.abc import Sequence
from datetime import datetime
from typing import get_args

from pydantic import BaseModel, ConfigDict

from cairn.domain.appraisal.events import AppraisalOpened, AppraisalScored, AppraisalWentOn
from cairn.domain.calibration.events import CalibrationOverdue
from cairn.domain.case.events import CaseEscalated, CaseReminded
from cairn.domain.coaching.events import AnyCoachingEvent
from cairn.domain.cycle.events import (
    CycleAbandoned,
    PolicyAmended,
    PolicyAmendmentDecided,
    PolicyAmendmentProposed,
)
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
        LoweringProposed, LoweringDeclined, MessageNotTaken,
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


async def notices(
    reader: Reader, person: str, places: Sequence[str] = (), *, cycle: str | None = None, after: int = 0,
    limit: int = 100,
) -> list[Notice]:  # fmt: skip
    """What a person, and the places they hold (`role:hr` …), are to be told since a position, the latest first."""
    found = await reader.fetch(SQL["notices"], [person, *places], person, after, cycle, limit)
    return parse_rows(Notice, found)
