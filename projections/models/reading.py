"""What the readings say: the evidence a score counts, and what corrections replaced."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from cairn.domain.coverage import Statement, Whom, coverage_of
from cairn.domain.goal.evidence import days_of, whom_of
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi
from cairn.domain.reading import Evidence, FeedCompleted, Reading, ReadingsRecorded
from cairn.domain.schedule import Period
from cairn.domain.sheet.state import Sheet
from projections.engine.read_model import ReadModel
from projections.engine.rows import FROM_JSON, Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(
    name="reading",
    tables=("reading", "feed_statement", "feed_metric"),
    reads=(ReadingsRecorded, FeedCompleted),
)
SQL = queries("reading")


class ReadingVersion(BaseModel):
    """One row as a feed brought it; `superseded_by` is the sealed position of the batch that replaced it."""

    model_config = ConfigDict(frozen=True)

    metric: str
    subject: str
    day: date
    value: Decimal
    base: Decimal | None
    position: int
    feed: str
    correction: bool
    recorded_at: datetime
    superseded_by: int | None


class Known(BaseModel):
    """What the read model holds of a metric: rows of a subject, what every feed said last, who has brought rows, and of
    whom recorded batches are not in it."""

    model_config = ConfigDict(frozen=True)

    upto: int = 0
    readings: Annotated[tuple[Reading, ...], FROM_JSON] = ()
    statements: Annotated[tuple[Statement, ...], FROM_JSON] = ()
    brought_by: tuple[str, ...] = ()
    unread: Annotated[dict[str, int], FROM_JSON] = Field(default_factory=dict)


async def evidence(reader: Reader, metric: str, whom: Whom | str, starts: date, ends: date) -> Evidence:
    """What is known of somebody's metric on these days, the last one inside; `upto` says how far the log is in.

    Of a subject alone it is not known in which family or department a feed may cover it.
    """
    whom = Whom(subject=whom, holder="") if isinstance(whom, str) else whom
    found = parse_rows(Known, await reader.fetch(SQL["evidence"], metric, whom.subject, starts, ends))
    known = found[0] if found else Known()
    said = coverage_of(metric, whom, (starts, ends), known.statements, known.brought_by)
    return Evidence(
        readings=known.readings,
        upto=known.upto,
        complete_through=said.complete_through,
        covered=said.covered,
        feeds=said.feeds,
        coverage=said.positions,
        unread=known.unread,
    )


async def evidence_of(reader: Reader, goal: Goal, sheet: Sheet, period: Period) -> Evidence:
    """What is known of a goal's metrics in a period: of the present one what feeds have stated too, of those that it
    replaced the readings."""
    kpi, whom = goal.measure, whom_of(goal, sheet)
    found = Evidence()
    if whom is not None and isinstance(kpi, Kpi) and kpi.metric is not None:
        found = await evidence(reader, kpi.metric, whom, *days_of(goal, kpi, period))
    if not goal.formerly_fed:
        return found
    metrics, subjects = zip(*goal.formerly_fed, strict=True)
    rows = await reader.fetch(SQL["former"], list(metrics), list(subjects), period.starts, period.ends)
    former = tuple(Reading.model_validate(dict(row)) for row in rows)
    upto = found.upto or max((row.position for row in former), default=0)
    return found.model_copy(update={"readings": (*found.readings, *former), "upto": upto})


def is_fed(goal: Goal, sheet: Sheet) -> bool:
    """Whether any feed brings what a goal is measured by."""
    return whom_of(goal, sheet) is not None or bool(goal.formerly_fed)


async def versions(
    reader: Reader, metric: str, subject: str, starts: date, ends: date
) -> list[ReadingVersion]:
    """Every row ever recorded for these days, the replaced ones too, by day and order of arrival."""
    return parse_rows(ReadingVersion, await reader.fetch(SQL["versions"], metric, subject, starts, ends))
