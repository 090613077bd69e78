"""Appraisals: how far each is and which named raters owe an answer; of unnamed ones only what was released."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from cairn.domain.appraisal.events import (
    AnswerGiven,
    AnswersCollected,
    AppraisalEnded,
    AppraisalOpened,
    AppraisalScored,
    AppraisalWentOn,
    QuestionsChanged,
    RaterDeclined,
    RaterDelegated,
    RatersConfirmed,
    RatersNominated,
    RoleReleased,
)
from cairn.domain.cycle.events import AppraisalsOpened, ReviewLeftOutCode
from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="appraisal",
    tables=("appraisal", "appraisal_role", "appraisal_rater", "appraisal_left_out"),
    reads=(
        AppraisalOpened, RatersNominated, RatersConfirmed, RaterDeclined, RaterDelegated, AnswerGiven, QuestionsChanged,
        AnswersCollected, RoleReleased, AppraisalScored, AppraisalWentOn, AppraisalEnded, AppraisalsOpened,
    ),
    joins=("person", "feedback", "inbox"),
    by_stream=True,
)  # fmt: skip
SQL = queries("appraisal")


class AppraisalRow(BaseModel):
    """One appraisal; `owed` are the named raters whose answer is not there."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: int
    cycle: str
    holder: str
    holder_name: str | None
    stage: str
    family: str
    opened_at: datetime
    nominate_by: datetime
    answers_by: datetime
    late_by: datetime
    collected: bool
    owed: tuple[str, ...]


class LeftOutOfAppraisals(BaseModel):
    """Somebody with a sheet who has no appraisal, and why."""

    model_config = ConfigDict(frozen=True)

    cycle: str
    person: str
    person_name: str | None
    code: ReviewLeftOutCode


async def appraisals(
    reader: Reader, cycle: str | None = None, *, about: str | None = None, manager: str | None = None
) -> Sequence[AppraisalRow]:
    """Appraisals of a cycle, of somebody, of those somebody manages."""
    return parse_rows(AppraisalRow, await reader.fetch(SQL["listed"], cycle, about, manager))


async def rated_by(reader: Reader, person: str, cycle: str) -> list[str]:
    """The appraisals in which somebody rates by name."""
    return [row["name"] for row in await reader.fetch(SQL["rated_by"], person, cycle)]


async def left_out(reader: Reader, cycle: str) -> Sequence[LeftOutOfAppraisals]:
    """Who has no appraisal of a cycle although they have a sheet in it."""
    return parse_rows(LeftOutOfAppraisals, await reader.fetch(SQL["left_out"], cycle))
