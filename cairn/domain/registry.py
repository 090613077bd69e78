"""Every event there is, by its stored name: how a row of the log becomes a value again."""

from typing import get_args

from cairn.domain.case.events import AnyCaseEvent
from cairn.domain.coaching.events import AnyCoachingEvent
from cairn.domain.cycle.events import AnyCycleEvent, PolicyAdopted, RehearsalAdvanced, TargetsProposed
from cairn.domain.event import Event
from cairn.domain.feedback.events import AnyFeedbackEvent
from cairn.domain.goal.events import AnyGoalEvent
from cairn.domain.people import AnyPersonEvent, DepartmentNamed
from cairn.domain.promise.events import AnyPromiseEvent
from cairn.domain.reading import FeedCompleted, ReadingsRecorded
from cairn.domain.request.events import AnyRequestEvent
from cairn.domain.sheet.events import AnySheetEvent
from cairn.domain.skipping import EventSkipped

_ALONE = (
    PolicyAdopted,
    RehearsalAdvanced,
    TargetsProposed,
    DepartmentNamed,
    ReadingsRecorded,
    FeedCompleted,
    EventSkipped,
)

EVENTS: dict[str, type[Event]] = {
    event.__name__: event
    for event in (
        *get_args(AnyGoalEvent),
        *get_args(AnySheetEvent),
        *get_args(AnyCycleEvent),
        *get_args(AnyPersonEvent),
        *get_args(AnyCaseEvent),
        *get_args(AnyFeedbackEvent),
        *get_args(AnyCoachingEvent),
        *get_args(AnyRequestEvent),
        *get_args(AnyPromiseEvent),
        *_ALONE,
    )
}


def decode(type_name: str, data: str | bytes) -> Event:
    """The event of a stored row (already upcast to the present schema). KeyError for a type nobody knows."""
    return EVENTS[type_name].model_validate_json(data)
