"""A promise as its events make it, and the fold."""

from datetime import date
from typing import assert_never

from cairn.domain.case.events import AnyCaseEvent, CaseEscalated, CaseReminded, CaseSignalRefused
from cairn.domain.case.state import Case, evolved
from cairn.domain.promise.events import (
    AnyPromiseEvent,
    PromiseContested,
    PromiseKept,
    PromiseKind,
    PromiseMade,
    PromiseOverdue,
    PromiseReleased,
)


class Promise(Case):
    """One promise to its holder; `kept` is the day it was kept, None while it is not."""

    kind: PromiseKind = "other"
    what: str = ""
    promised_by: str = ""
    due: date | None = None
    goal: str | None = None
    kept: date | None = None


def evolve(promise: Promise, event: AnyPromiseEvent | AnyCaseEvent) -> Promise:
    """The promise after one more event."""
    match event:
        case PromiseMade():
            return evolved(
                promise,
                event,
                "made",
                kind=event.kind,
                what=event.what,
                promised_by=event.promised_by,
                due=event.due,
                goal=event.goal,
            )
        case PromiseKept():
            return evolved(promise, event, "kept", kept=event.on)
        case PromiseContested():
            return evolved(promise, event, "made", kept=None)
        case PromiseReleased():
            return evolved(promise, event, "released")
        case PromiseOverdue() | CaseReminded() | CaseEscalated() | CaseSignalRefused():
            return evolved(promise, event)
        case _:
            assert_never(event)
