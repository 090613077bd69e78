"""What can happen to a promise. Class names and fields are the storage format."""

from datetime import date
from typing import Literal

from cairn.domain.case.events import CaseDeadlineEvent, CaseEvent

PromiseKind = Literal["resource", "training", "support", "other"]


class PromiseMade(CaseEvent):
    """`promised_by` (a person's id or `department.<id>`) owes the person `what` until the end of the day `due`.

    `goal` is the goal it was promised for, None for none; `note` says where it was agreed.
    """

    kind: PromiseKind
    what: str
    promised_by: str
    due: date
    goal: str | None = None
    note: str = ""


class PromiseKept(CaseEvent):
    """It was kept on the local day `on`, so many calendar days after it was due (0: in time); `shown` says what shows
    it."""

    on: date
    shown: str
    days_late: int = 0


class PromiseContested(CaseEvent):
    """Whom it is owed to says that it was not kept, or not all of it: `missing`. The day it was due stays."""

    missing: str


class PromiseReleased(CaseEvent):
    """Whom it is owed to needs it no more."""

    reason: str = ""


class PromiseOverdue(CaseDeadlineEvent):
    """The day passed and it was not kept: the breach is on record, and both and those above were told."""

    to: tuple[str, ...]


AnyPromiseEvent = PromiseMade | PromiseKept | PromiseContested | PromiseReleased | PromiseOverdue
