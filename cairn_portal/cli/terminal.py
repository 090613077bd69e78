"""The person at the terminal: their language, whether a program reads instead, and how things are printed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from cairn.i18n import Language, Message, say
from cairn.settings import Settings
from cairn_portal.presenting.as_json import as_json

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
    counted: list[Progress] = field(default_factory=list)

    @classmethod
    def opened(cls, settings: Settings, as_json: bool) -> "Terminal":
        return cls(settings, as_json, _console(), _console(stderr=True))

    @property
    def language(self) -> Language:
        return self.settings.language

    def say(self, id: str | Message, /, **arguments: object) -> str:
        """A message as this reader understands it."""
        return say(self.language, id, **arguments)

    def answer(self, value: object, *lines: RenderableType) -> None:
        """The command's answer: `lines` for a person, `value` as one JSON document for a program."""
        if self.as_json:
            self.out.file.write(as_json(value) + "\n")
            return
        for line in lines:
            self.out.print(line)

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
