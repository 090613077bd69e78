"""Stage reviews: how far each is, what is overdue in it, and who has none of a period."""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from cairn.domain.cycle.events import ReviewLeftOutCode, ReviewsOpened
from cairn.domain.policy import Share
from cairn.domain.review.events import (
    ReviewAsked,
    ReviewCommented,
    ReviewDrafted,
    ReviewOverdue,
    ReviewReopened,
    ReviewReported,
    ReviewReturned,
    ReviewWentOn,
    ReviewWidened,
)
from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="review",
    tables=("review", "review_left_out"),
    reads=(
        ReviewAsked, ReviewDrafted, ReviewReported, ReviewCommented, ReviewReturned, ReviewReopened, ReviewWidened,
        ReviewWentOn, ReviewOverdue, ReviewsOpened,
    ),
    joins=("person", "feedback", "inbox"),
    by_stream=True,
)  # fmt: skip
SQL = queries("review")


class ReviewRow(BaseModel):
    """One review. Of each side: whether it is in, until when it is due, when it was handed in, whether that was late,
    whether a draft was saved since, and when it was overdue, None where it was in time."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: int
    cycle: str
    holder: str
    holder_name: str | None
    stage: str
    period: str
    starts: date
    ends: date
    family: str
    share: Share
    opened_at: datetime
    report_in: bool
    report_by: datetime
    reported_at: datetime | None
    report_late: bool | None
    report_drafted: bool
    report_overdue_at: datetime | None
    comment_in: bool
    comment_by: datetime
    commented_at: datetime | None
    comment_late: bool | None
    comment_drafted: bool
    comment_overdue_at: datetime | None
    comment_writer: str | None
    returns: int


class LeftOutOfReviews(BaseModel):
    """Somebody with a sheet in a period who has no review of it, and why."""

    model_config = ConfigDict(frozen=True)

    cycle: str
    period: str
    person: str
    person_name: str | None
    code: ReviewLeftOutCode


async def reviews(
    reader: Reader, cycle: str | None = None, *, about: str | None = None, manager: str | None = None,
    period: str | None = None,
) -> Sequence[ReviewRow]:  # fmt: skip
    """Reviews of a cycle, of somebody, of those somebody manages, of a period; the latest period first."""
    return parse_rows(ReviewRow, await reader.fetch(SQL["listed"], cycle, about, manager, period))


async def left_out(reader: Reader, cycle: str, period: str | None = None) -> Sequence[LeftOutOfReviews]:
    """Who has no review of a cycle's periods although they have a sheet in them."""
    return parse_rows(LeftOutOfReviews, await reader.fetch(SQL["left_out"], cycle, period))
