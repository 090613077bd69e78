"""A request as its events make it, and the fold."""

from datetime import date
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
    """One request. `offered` is a day that was named and not agreed to yet, `promised` one that is agreed; `delivered`
    the day it came, None where it has not, or was not all."""

    goal: str = ""
    need: str = ""
    needed_by: date | None = None
    diagnosis: int | None = None
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
            )
        case RequestAccepted() | RequestAgreed():
            return evolved(request, event, "accepted", promised=event.promised, offered=None)
        case RequestOffered():
            return evolved(request, event, "offered", offered=event.promised)
        case RequestAskedBack():
            return evolved(request, event, "asked_back")
        case RequestReplied():
            return evolved(request, event, "asked", needed_by=event.needed_by, offered=None)
        case RequestDeclined():
            return evolved(request, event, "declined")
        case RequestDelivered():
            return evolved(request, event, "delivered", delivered=event.on)
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
