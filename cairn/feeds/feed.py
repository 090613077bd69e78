"""A feed as its YAML states it: where readings come from, how they are called there, from when, how often."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from cairn.domain.event import Fact
from cairn.domain.invalid import schema_error
from cairn.feeds.problems import FeedInvalid
from cairn.feeds.written import read_written, shaped

Part = Literal["metric", "subject", "on", "value", "base"]
PARTS: tuple[Part, ...] = ("metric", "subject", "on", "value", "base")
"""What a reading is made of; `base`, the denominator of a ratio, may be missing."""
NEEDED = PARTS[:4]


class FilesSource(Fact):
    """CSV files (UTF-8 or GB18030) or Excel sheets: one file or a pattern such as `readings/*.csv`.

    `columns` says which column holds what where its name differs; `constants` gives what no column holds.
    """

    kind: Literal["csv", "xlsx"]
    path: str = Field(min_length=1)
    sheet: str | None = None
    columns: Mapping[Part, str] = Field(default_factory=dict)
    constants: Mapping[Part, str] = Field(default_factory=dict)


class SqlSource(Fact):
    """A query on any database with an SQLAlchemy address; `${NAME}` in it is an environment variable.

    The query's columns are named as the parts of a reading. `:from` and `:upto` are the window's days.
    """

    kind: Literal["sql"]
    url: str = Field(min_length=1)
    query: str = Field(min_length=1)


class TablesSource(Fact):
    """A query over CSV or Excel files, each a table of text with exact decimals by `dsum`."""

    kind: Literal["tables"]
    tables: Mapping[str, str] = Field(min_length=1)
    query: str = Field(min_length=1)


Source = Annotated[FilesSource | SqlSource | TablesSource, Field(discriminator="kind")]


class Feed(Fact):
    """One feed. `watermark` is the day after which the first run begins (none: from the source's first day);
    `look_back` is how many days before the watermark are read again for corrections."""

    name: str
    title: str = ""
    source: Source
    watermark: date | None = None
    look_back: int = Field(default=0, ge=0, le=400)
    schedule: str = "06:00"
    timezone: str = "Asia/Shanghai"

    @field_validator("name")
    @classmethod
    def _fits_in_a_stream(cls, name: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.]*", name):
            raise schema_error("fits_in_a_stream")
        return name

    @field_validator("timezone")
    @classmethod
    def _is_a_time_zone(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise schema_error("is_a_time_zone", timezone=timezone) from None
        return timezone

    @field_validator("schedule")
    @classmethod
    def _is_a_time(cls, schedule: str) -> str:
        if not (_clock(schedule) or _is_cron(schedule)):
            raise schema_error("is_a_time", schedule=schedule)
        return schedule

    @model_validator(mode="after")
    def _rows_are_whole(self) -> "Feed":
        if isinstance(self.source, FilesSource):
            twice = sorted(set(self.source.columns) & set(self.source.constants))
            if twice:
                raise schema_error("rows_are_whole", twice=twice[0])
        return self

    @property
    def stream(self) -> str:
        return f"feed-{self.name}"

    @property
    def cron(self) -> str:
        """The schedule as a cron of five fields, in the feed's time zone."""
        clock = _clock(self.schedule)
        return f"{clock[1]} {clock[0]} * * *" if clock else self.schedule


def load_feed(path: Path) -> Feed:
    """Reads a feed's YAML. Raises FeedInvalid with every mistake and its line."""
    return shaped(read_written(path, FeedInvalid), Feed, FeedInvalid)


def _clock(schedule: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", schedule.strip())
    return (int(found[1]), int(found[2])) if found else None


LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def _is_cron(schedule: str) -> bool:
    fields = schedule.split()
    return len(fields) == len(LIMITS) and all(map(_is_cron_field, fields, LIMITS))


def _is_cron_field(field: str, limits: tuple[int, int]) -> bool:
    for item in field.split(","):
        found = re.fullmatch(r"(?:\*|(\d+)(?:-(\d+))?)(?:/([1-9]\d*))?", item)
        if not found or any(not limits[0] <= int(n) <= limits[1] for n in found.group(1, 2) if n):
            return False
    return True
