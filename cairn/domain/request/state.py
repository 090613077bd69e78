"""A request as its events make it, and the fold."""

from datetime import date, datetime
from typing import assert_never

from cairn.domain.case.events import AnyCaseEvent, CaseEscalated, CaseReminded, CaseSignalRefused
from cairn.domain.case.state import Case, evolved
from cairn.domain.request.events import (
    AnyRequestEvent,
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
from cairn.domain.streams import department_of


class Request(Case):
    """One request.

    `answer_by` is when the answer is due that is waited for last. `offered` is a day that was named and not agreed to
    yet, `promised` one that is agreed; `delivered` the day it came, None where it has not, or was not all.
    """

    goal: str = ""
    need: str = ""
    needed_by: date | None = None
    diagnosis: int | None = None
    answer_by: datetime | None = None
    offered: date | None = None
    promised: date | None = None
    delivered: date | None = None

    @property
    def department(self) -> str:
        """The id of the department that is asked."""
        return department_of(self.holder) or ""


def evolve(request: Request, event: AnyRequestEvent | AnyCaseEvent) -> Request:
    """The request after one more event."""
    match event:
        case RequestOpened():
            return evolved(
                request,
                event,
                "asked",
                goal=event.goal,
                need=event.need,
                needed_by=event.needed_by,
                diagnosis=event.diagnosis,
                answer_by=event.answer_by,
            )
        case RequestAccepted() | RequestAgreed():
            return evolved(request, event, "accepted", promised=event.promised, offered=None)
        case RequestOffered():
            return evolved(request, event, "offered", offered=event.promised, answer_by=event.answer_by)
        case RequestAskedBack():
            return evolved(request, event, "asked_back", answer_by=event.answer_by)
        case RequestReplied():
            return evolved(
                request, event, "asked", needed_by=event.needed_by, offered=None, answer_by=event.answer_by
            )
        case RequestDeclined():
            return evolved(request, event, "declined")
        case RequestDelivered():
            return evolved(request, event, "delivered", delivered=event.on, answer_by=event.answer_by)
        case RequestIncomplete():
            return evolved(request, event, "accepted", delivered=None)
        case RequestReceived():
            return evolved(request, event, "received")
        case RequestWithdrawn():
            return evolved(request, event, "withdrawn")
        case RequestOverdue() | CaseReminded() | CaseEscalated() | CaseSignalRefused():
            return evolved(request, event)
        case _:
            assert_never(event)
