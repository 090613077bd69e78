"""The person at the terminal: their language, whether a program reads instead, and how things are printed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from cairn.domain.vocabulary import Name
from cairn.i18n import Language, Message, say
from cairn.i18n.titles import title_in
from cairn.settings import Settings
from cairn_portal.presenting.as_json import as_json

NOTHING = "–"

PIPED_WIDTH = 140
"""Columns where nobody's window says how many: wide enough for the widest table."""


@dataclass(frozen=True)
class Terminal:
    """What every command is given first. Answers go to `out`, progress and remarks to `err`.

    `counted` keeps the bars of a command, so that one that is stopped can say how far it was."""

    settings: Settings
    as_json: bool
    out: Console
    err: Console
    zone: str | None = None
    """Time zone (IANA) whose clock the moments are told by; None is the reader's own."""
    foreign: set[str] = field(default_factory=set)
    """Zones told by so far whose clocks differ from the reader's: the answer names them."""
    counted: list[Progress] = field(default_factory=list)
    titles: dict[str, Name] = field(default_factory=dict)
    """Titles of goals that a policy gave them, by what was recorded, once a session has looked (`Session.titles`)."""

    @classmethod
    def opened(cls, settings: Settings, as_json: bool) -> "Terminal":
        return cls(settings, as_json, _console(), _console(stderr=True))

    @property
    def language(self) -> Language:
        return self.settings.language

    def say(self, id: str | Message, /, **arguments: object) -> str:
        """A message as this reader understands it."""
        return say(self.language, id, **arguments)

    def title(self, recorded: str) -> str:
        """A goal's title as this reader knows it."""
        return title_in(self.titles, recorded, self.language)

    def in_zone(self, zone: str | None) -> "Terminal":
        """The same terminal, told moments by the clock of a time zone."""
        return replace(self, zone=zone)

    def moment(self, value: datetime | None) -> str:
        """A moment to the minute, by the clock of `zone`."""
        if value is None:
            return NOTHING
        own = value.astimezone()
        told = value.astimezone(ZoneInfo(self.zone)) if self.zone else own
        if self.zone and told.utcoffset() != own.utcoffset():
            self.foreign.add(self.zone)
        return f"{told:%Y-%m-%d %H:%M}"

    def local_day(self, value: datetime) -> date:
        """A moment's day by the clock of `zone`."""
        return value.astimezone(ZoneInfo(self.zone)).date() if self.zone else value.date()

    def answer(self, value: object, *lines: RenderableType) -> None:
        """The command's answer: `lines` for a person, `value` as one JSON document for a program."""
        if self.as_json:
            self.out.file.write(as_json(value, self.language) + "\n")
            return
        for line in lines:
            self.out.print(line)
        if self.foreign:
            zones = tuple(sorted(self.foreign))
            self.out.print(self.say("Times are those of {zones}.", zones=zones), style="dim")
            self.foreign.clear()

    def remark(self, id: str | Message, /, **arguments: object) -> None:
        """Something to know besides the answer; programs are spared it."""
        if not self.as_json:
            self.err.print(self.say(id, **arguments), style="dim")

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Bars on stderr, counted; nothing for programs."""
        columns = (
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.err, disable=self.as_json) as bars:
            self.counted.append(bars)
            yield bars

    @property
    def interactive(self) -> bool:
        """Whether somebody is there to be asked."""
        return not self.as_json and sys.stdin.isatty() and self.err.is_terminal


def _console(stderr: bool = False) -> Console:
    console = Console(stderr=stderr, highlight=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=PIPED_WIDTH)
