"""Results that were shown: signed or not, talked about, appealed."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import get_args

from pydantic import BaseModel, ConfigDict

from cairn.domain.result.events import AnyResultEvent, AppealOutcome
from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="result",
    tables=("result_case",),
    reads=get_args(AnyResultEvent),
    joins=("person", "feedback", "inbox"),
    by_stream=True,
)
SQL = queries("result")


class ResultRow(BaseModel):
    """One result: the version that was shown last, with its windows; `signed` and `talked` are versions."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: int
    cycle: str
    holder: str
    holder_name: str | None
    stage: str
    number: int
    rounded: Decimal | None
    grade: str | None
    computed: str | None
    shown_at: datetime
    acknowledge_by: datetime | None
    interview_by: datetime | None
    appeal_by: datetime | None
    signed: int | None
    signed_at: datetime | None
    agrees: bool | None
    talked: int | None
    talked_on: date | None
    appeals: int
    decide_by: datetime | None
    outcome: AppealOutcome | None


async def results(
    reader: Reader, cycle: str, *, of: str | None = None, stage: str | None = None
) -> Sequence[ResultRow]:
    """The results of a cycle that were shown, of somebody, in a stage; what is due first comes first."""
    return parse_rows(ResultRow, await reader.fetch(SQL["listed"], cycle, of, stage))
