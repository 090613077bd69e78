"""A feed as its YAML states it: where readings come from, how they are called there, from when, how often."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from cairn.documents.dates import Order
from cairn.documents.yaml import read_model, read_yaml
from cairn.domain.event import Fact
from cairn.domain.invalid import schema_error
from cairn.domain.reading import Covers
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


class NextLink(Fact):
    """The address of the next page stands in the answer at `path`; on the last page there is none."""

    kind: Literal["next"]
    path: str = Field(min_length=1)


class LinkHeader(Fact):
    """The answer's header says where the next page is: `Link: <address>; rel="next"` (RFC 8288)."""

    kind: Literal["link"]


class PageNumber(Fact):
    """Each page is asked for by its number, `first` and then `step` more each time, until one has no rows.

    With `first: 0` and a `step` of the rows a page has, it is an offset.
    """

    kind: Literal["page"]
    parameter: str = Field(default="page", min_length=1)
    first: int = Field(default=1, ge=0)
    step: int = Field(default=1, ge=1)


class Cursor(Fact):
    """The answer holds at `path` what the next page is asked for with; on the last page there is nothing."""

    kind: Literal["cursor"]
    path: str = Field(min_length=1)
    parameter: str = Field(default="cursor", min_length=1)


Paging = Annotated[NextLink | LinkHeader | PageNumber | Cursor, Field(discriminator="kind")]


class HttpSource(Fact):
    """JSON from a web address by GET, page by page.

    `{after}` (the day before the window's first), `{upto}` (its last) and `{before}` (the day after its last) in the
    address are days as 2026-01-31. `token_env` names the environment variable that holds the token, sent as
    `Authorization: Bearer …`, or alone in the header `token_header`. `rows` is where the answer has its list of rows
    (nothing: the answer is the list), `columns` which field of a row holds what. These are paths such as `data.items`.
    `timeout` is in seconds, for each page.
    """

    kind: Literal["http"]
    url: str
    token_env: str | None = None
    token_header: str | None = None
    rows: str = ""
    columns: Mapping[Part, str] = Field(default_factory=dict)
    constants: Mapping[Part, str] = Field(default_factory=dict)
    paging: Paging | None = None
    encoding: str | None = None
    timeout: int = Field(default=30, ge=1, le=600)

    @field_validator("url")
    @classmethod
    def _is_a_web_address(cls, url: str) -> str:
        """Says nothing of what was written: it may hold a password."""
        try:
            parts = urlsplit(url)
            known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            known = False
        if not known or not url.isprintable() or " " in url:
            raise schema_error("feed_url")
        if parts.username is not None or "${" in url:
            raise schema_error("feed_url_secret")
        return url

    @field_validator("token_env")
    @classmethod
    def _names_a_variable(cls, name: str | None) -> str | None:
        """Capitals, as such variables are written: a token that stands here by mistake is refused and not said again.
        Cairn's own variables hold the way into its database."""
        if name is not None and not re.fullmatch(r"(?!CAIRN_)[A-Z_][A-Z0-9_]*", name):
            raise schema_error("feed_token_env")
        return name

    @field_validator("token_header")
    @classmethod
    def _is_a_header(cls, name: str | None) -> str | None:
        if name is not None and not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name):
            raise schema_error("feed_token_header")
        return name

    @model_validator(mode="after")
    def _header_has_a_token(self) -> "HttpSource":
        if self.token_header and not self.token_env:
            raise schema_error("feed_token_header")
        return self


Source = Annotated[FilesSource | SqlSource | TablesSource | HttpSource, Field(discriminator="kind")]


class Feed(Fact):
    """One feed. `watermark` is the day after which the first run begins (none: from the source's first day);
    `look_back` is how many days before the watermark are read again for corrections. `dates` states the order of
    year, month and day where the source's own days leave it open; `combine: sum` adds up several rows of a day (such
    as transactions), which are refused without it. `covers` declares per metric of whom no row is a fact, and since
    when (RULES D3)."""

    name: str
    title: str = ""
    source: Source
    watermark: date | None = None
    look_back: int = Field(default=0, ge=0, le=400)
    dates: Order | None = None
    combine: Literal["sum"] | None = None
    covers: tuple[Covers, ...] = ()
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

    @field_validator("covers")
    @classmethod
    def _says_whom(cls, covers: tuple[Covers, ...]) -> tuple[Covers, ...]:
        for each in covers:
            if not (each.everybody or each.subjects or each.families or each.departments):
                raise schema_error("feed_covers_nobody", metric=each.metric)
            if each.until is not None and each.until < each.since:
                raise schema_error("feed_covers_order", metric=each.metric)
        return covers

    @model_validator(mode="after")
    def _rows_are_whole(self) -> "Feed":
        if isinstance(self.source, FilesSource | HttpSource):
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
