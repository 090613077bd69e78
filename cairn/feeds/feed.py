"""A feed as its YAML states it: where readings come from, how they are called there, from when, how often."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from cairn.documents.dates import Order
from cairn.documents.yaml import read_model, read_yaml
from cairn.domain.event import Fact
from cairn.domain.invalid import schema_error
from cairn.feeds.cron import as_crons, clock, is_cron
from cairn.feeds.invalid import FeedInvalid

Part = Literal["metric", "subject", "on", "value", "base"]
PARTS: tuple[Part, ...] = ("metric", "subject", "on", "value", "base")
"""What a reading is made of; `base`, the denominator of a ratio, may be missing."""
NEEDED = PARTS[:4]


class FilesSource(Fact):
    """CSV files or Excel sheets: one file or a pattern such as `readings/*.csv`.

    `columns` says which column holds what where its name differs; `constants` gives what no column holds;
    `encoding` states that of text files where it cannot be told from them.
    """

    kind: Literal["csv", "xlsx"]
    path: str = Field(min_length=1)
    sheet: str | None = None
    encoding: str | None = None
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
    """A query over CSV or Excel files, each a table of text with exact decimals by `dsum`. `encoding` states that of
    text files where it cannot be told from them."""

    kind: Literal["tables"]
    tables: Mapping[str, str] = Field(min_length=1)
    query: str = Field(min_length=1)
    encoding: str | None = None


Source = Annotated[FilesSource | SqlSource | TablesSource, Field(discriminator="kind")]


class Feed(Fact):
    """One feed. `watermark` is the day after which the first run begins (none: from the source's first day);
    `look_back` is how many days before the watermark are read again for corrections. `dates` states the order of
    year, month and day where the source's own days leave it open; `combine: sum` adds up several rows of a day (such
    as transactions), which are refused without it."""

    name: str
    title: str = ""
    source: Source
    watermark: date | None = None
    look_back: int = Field(default=0, ge=0, le=400)
    dates: Order | None = None
    combine: Literal["sum"] | None = None
    schedule: str = "06:00"
    timezone: str = "Asia/Shanghai"

    @field_validator("name")
    @classmethod
    def _fits_in_a_stream(cls, name: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.]*", name):
            raise schema_error("feed_name")
        return name

    @field_validator("timezone")
    @classmethod
    def _is_a_time_zone(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise schema_error("feed_timezone", timezone=timezone) from None
        return timezone

    @field_validator("schedule")
    @classmethod
    def _is_a_time(cls, schedule: str) -> str:
        if not (clock(schedule) or is_cron(schedule)):
            raise schema_error("feed_schedule", schedule=schedule)
        return schedule

    @model_validator(mode="after")
    def _rows_are_whole(self) -> "Feed":
        if isinstance(self.source, FilesSource):
            twice = sorted(set(self.source.columns) & set(self.source.constants))
            if twice:
                raise schema_error("feed_part_twice", twice=twice[0])
        return self

    @property
    def stream(self) -> str:
        return f"feed-{self.name}"

    @property
    def crons(self) -> list[str]:
        """The schedule as crons of five fields, in the feed's time zone: it runs when any of them says so."""
        return as_crons(self.schedule)


def load_feed(path: Path) -> Feed:
    """Reads a feed's YAML. Raises FeedInvalid with every mistake and its line."""
    found = read_model(read_yaml(path), Feed)
    if isinstance(found, list):
        raise FeedInvalid(found, path.name)
    return found
