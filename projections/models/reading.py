"""What the readings say: the evidence a score counts, and what corrections replaced."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from cairn.domain.reading import Evidence, Reading, ReadingsRecorded
from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(name="reading", tables=("reading",), reads=(ReadingsRecorded,))
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


async def evidence(reader: Reader, fed: Sequence[tuple[str, str]], starts: date, ends: date) -> Evidence:
    """The current readings of (metric, subject) pairs, both days inside, by day; `upto` says how far the log is in."""
    metrics, subjects = [metric for metric, _ in fed], [subject for _, subject in fed]
    rows = await reader.fetch(SQL["evidence"], metrics, subjects, starts, ends)
    readings = tuple(
        Reading(
            metric=row["metric"],
            subject=row["subject"],
            on=row["day"],
            value=row["value"],
            base=row["base"],
            position=row["position"],
        )
        for row in rows
        if row["metric"] is not None
    )
    return Evidence(readings=readings, upto=rows[0]["upto"] if rows else 0)


async def versions(
    reader: Reader, metric: str, subject: str, starts: date, ends: date
) -> list[ReadingVersion]:
    """Every row ever recorded for these days, the replaced ones too, by day and order of arrival."""
    return parse_rows(ReadingVersion, await reader.fetch(SQL["versions"], metric, subject, starts, ends))
