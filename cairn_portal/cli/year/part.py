"""A part of the page, and how its tables name people and days."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rich.console import RenderableType

from cairn.i18n import Message
from cairn_portal.cli.terminal import Terminal


class Part(NamedTuple):
    """A part of the page: its heading, what people see, and the same for programs under `key`."""

    key: str
    heading: Message
    shown: Sequence[RenderableType]
    found: object


def named(id: str, name: str | None) -> str:
    """An id with its name."""
    return f"{id} {name or ''}".strip()


def local_day_of(at: Terminal, moment: datetime) -> date:
    """A moment's day by the clock of the reader's zone."""
    return moment.astimezone(ZoneInfo(at.zone)).date() if at.zone else moment.date()
