"""Every event there is, by its stored name: how a row of the log becomes a value again."""

from typing import get_args

from cairn.domain.appraisal.events import AnyAppraisalEvent
from cairn.domain.calibration.events import AnyCalibrationEvent
from cairn.domain.case.events import AnyCaseEvent
from cairn.domain.coaching.events import AnyCoachingEvent
from cairn.domain.cycle.events import (
    AnyCycleEvent,
    PolicyAdopted,
    RehearsalAdvanced,
    TargetsProposed,
    TargetsWithdrawn,
)
from cairn.domain.erasure import ErasureOrdered
from cairn.domain.event import Event
from cairn.domain.feedback.events import AnyFeedbackEvent
from cairn.domain.goal.events import AnyGoalEvent
from cairn.domain.handover.events import AnyHandoverEvent
from cairn.domain.operating import (
    FeedScheduled,
    FeedUnscheduled,
    ScoresVerified,
    WebhookGivenUp,
    WebhookRegistered,
    WebhookRemoved,
    WebhookResumed,
    WorkflowsBegunAgain,
)
from cairn.domain.people import AnyPersonEvent, DepartmentNamed
from cairn.domain.promise.events import AnyPromiseEvent
from cairn.domain.reading import FeedCompleted, ReadingsRecorded
from cairn.domain.request.events import AnyRequestEvent
from cairn.domain.result.events import AnyResultEvent
from cairn.domain.review.events import AnyReviewEvent
from cairn.domain.sheet.events import AnySheetEvent
from cairn.domain.skipping import EventSkipped
from cairn.domain.viewing import PersonViewed

_ALONE: dict[str, tuple[type[Event], ...]] = {
    "policy": (PolicyAdopted,),
    "rehearsal": (RehearsalAdvanced,),
    "targets": (TargetsProposed, TargetsWithdrawn),
    "department": (DepartmentNamed,),
    "feed": (ReadingsRecorded, FeedCompleted),
    "projection": (EventSkipped,),
    "erasure": (ErasureOrdered,),
    "viewing": (PersonViewed,),
    "schedules": (FeedScheduled, FeedUnscheduled),
    "webhooks": (WebhookRegistered, WebhookRemoved, WebhookGivenUp, WebhookResumed),
    "supervision": (WorkflowsBegunAgain,),
    "verification": (ScoresVerified,),
}

_CASES: dict[str, tuple[type[Event], ...]] = {
    "feedback": get_args(AnyFeedbackEvent),
    "coaching": get_args(AnyCoachingEvent),
    "request": get_args(AnyRequestEvent),
    "promise": get_args(AnyPromiseEvent),
    "review": get_args(AnyReviewEvent),
    "appraisal": get_args(AnyAppraisalEvent),
    "result": get_args(AnyResultEvent),
    "calibration": get_args(AnyCalibrationEvent),
    "handover": get_args(AnyHandoverEvent),
}

_BY_KIND: dict[str, tuple[type[Event], ...]] = {
    "goal": get_args(AnyGoalEvent),
    "sheet": get_args(AnySheetEvent),
    "cycle": get_args(AnyCycleEvent),
    "person": get_args(AnyPersonEvent),
    **{kind: (*events, *get_args(AnyCaseEvent)) for kind, events in _CASES.items()},
    **_ALONE,
}
EVENTS: dict[str, type[Event]] = {event.__name__: event for events in _BY_KIND.values() for event in events}
KINDS: dict[str, tuple[str, ...]] = {
    name: tuple(kind for kind, events in _BY_KIND.items() if event in events)
    for name, event in EVENTS.items()
}
"""The kinds of the streams in which each event is stored: what their names begin with."""


def decode(type_name: str, data: str | bytes) -> Event:
    """The event of a stored row (already upcast to the present schema). KeyError for a type nobody knows."""
    return EVENTS[type_name].model_validate_json(data)
