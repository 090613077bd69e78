"""Requests to other departments: what was asked for which goal, promised for when, delivered when."""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

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
from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="request",
    tables=("request",),
    reads=(
        RequestOpened, RequestAccepted, RequestOffered, RequestAgreed, RequestAskedBack, RequestReplied,
        RequestDeclined, RequestDelivered, RequestIncomplete, RequestReceived, RequestWithdrawn, RequestOverdue,
    ),
    joins=("person", "feedback", "inbox"),
    by_stream=True,
)  # fmt: skip
SQL = queries("request")


class RequestRow(BaseModel):
    """One request; `days_late` are calendar days after the promised one, None before it was delivered; `overdue_at` is
    when the promised day was over without it."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: int
    cycle: str
    holder: str
    department: str
    department_name: str | None
    stage: str
    goal: str
    diagnosis: int | None
    opened_by: str
    opener_name: str | None
    opened_at: datetime
    entered: datetime
    answer_by: datetime
    needed_by: date
    promised: date | None
    delivered: date | None
    days_late: int | None
    overdue_at: datetime | None


async def requests(
    reader: Reader,
    cycle: str | None = None,
    *,
    department: str | None = None,
    by: str | None = None,
    goal: str | None = None,
) -> Sequence[RequestRow]:
    """Requests of a cycle, to a department, by somebody or for a goal, the latest first."""
    return parse_rows(RequestRow, await reader.fetch(SQL["listed"], cycle, department, by, goal))
