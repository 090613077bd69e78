"""Erasing what people wrote about somebody: HR orders it, and the keys of those texts are deleted (RULES C4)."""

from collections.abc import Collection

from pydantic import Field

from cairn.domain.event import Command, Event
from cairn.domain.private_text import PrivateText


class EraseTexts(Command):
    """Asks that nobody reads any more what was written about `owner` until now: a person's id, `department.<id>` or
    `company`."""

    owner: str
    reason: str = Field(min_length=1)


class ErasureOrdered(Event):
    """HR ordered that the texts about `owner` are erased: so many under the keys of these ids, which are deleted next.

    It has a stream of its own, whose reason is encrypted under the company's key: why it was done outlasts what was
    erased, unless that was the company's.
    """

    owner: str
    keys: tuple[str, ...]
    texts: int
    reason: PrivateText

    @property
    def stream(self) -> str:
        return erasures_of(self.owner)


def erasures_of(owner: str) -> str:
    """The stream of what was ordered about somebody."""
    return f"erasure-{owner}"


def decide_erasure(command: EraseTexts, keys: Collection[str], texts: int) -> list[ErasureOrdered]:
    """The event of an order; none where no key is there, so nothing to be erased."""
    if not keys:
        return []
    return [
        ErasureOrdered(
            owner=command.owner, keys=tuple(sorted(keys)), texts=texts, reason=command.reason, by=command.by,
            at=command.at,
        )
    ]  # fmt: skip
