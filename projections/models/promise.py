"""Promises, and the promise ledger: what the company owes somebody, until when, and when it came."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from cairn.domain.coaching.events import SupportOutcome
from cairn.domain.goal.events import EvidenceWaived
from cairn.domain.promise.events import (
    PromiseContested,
    PromiseKept,
    PromiseKind,
    PromiseMade,
    PromiseOverdue,
    PromiseReleased,
)
from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="promise",
    tables=("promise", "data_waived"),
    reads=(PromiseMade, PromiseKept, PromiseContested, PromiseReleased, PromiseOverdue, EvidenceWaived),
    joins=("person", "dashboard", "goal", "feedback", "request", "coaching", "inbox"),
    by_stream=True,
)
SQL = queries("promise")


class PromiseRow(BaseModel):
    """One promise; `days_late` are calendar days after `due`, None before it was kept; `overdue_at` is when the day was
    over without it."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: int
    cycle: str
    holder: str
    holder_name: str | None
    stage: str
    kind: PromiseKind
    promised_by: str
    goal: str | None
    due: date
    opened_by: str
    opened_at: datetime
    entered: datetime
    kept: date | None
    days_late: int | None
    overdue_at: datetime | None


class Debt(BaseModel):
    """One thing that was owed to `holder` by a person, a `department.<id>` or the company until the end of the day
    `due`. `came` is the day it came, None where it has not, `days_late` so many calendar days after `due`, of what is
    open up to the day asked for. `of` says more of its kind; `name` is its case, for data of a `period` its goal; what
    a coaching plan promised has a `number` in it, an `outcome` once it is on record, and may be `replaced` by another
    one."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["promise", "request", "feedback", "data", "coaching"]
    of: str | None
    name: str
    number: int | None
    goal: str | None
    period: str | None
    holder: str
    holder_name: str | None
    owed_by: str
    open: bool
    due: date
    came: date | None
    days_late: int | None
    outcome: SupportOutcome | None
    replaced: bool

    @property
    def breached(self) -> bool:
        """Whether it came late or not at all."""
        return (
            bool(self.days_late) or (self.came is None and not self.open) or self.kind in ("feedback", "data")
        )


async def promises(
    reader: Reader,
    cycle: str | None = None,
    *,
    to: str | None = None,
    by: str | None = None,
    goal: str | None = None,
) -> Sequence[PromiseRow]:
    """Promises of a cycle, to somebody, by somebody (or a `department.<id>`) or for a goal, by the day they are due."""
    return parse_rows(PromiseRow, await reader.fetch(SQL["listed"], cycle, to, by, goal))


async def owed(
    reader: Reader, cycle: str, at: datetime, *, to: str | None = None, goal: str | None = None
) -> Sequence[Debt]:
    """What was owed in a cycle as of an instant, to somebody or for a goal, by the day it was due. It changes no score
    by itself: it stands beside it."""
    return parse_rows(Debt, await reader.fetch(SQL["owed"], cycle, at, to, goal))
