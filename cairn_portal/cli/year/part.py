"""A part of the page, and how its tables name people and days."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.console import RenderableType

from cairn.i18n import Message


class Part(NamedTuple):
    """A part of the page: its heading, what people see, and the same for programs under `key`."""

    key: str
    heading: Message
    shown: Sequence[RenderableType]
    found: object


def named(id: str, name: str | None) -> str:
    """An id with its name."""
    return f"{id} {name or ''}".strip()
