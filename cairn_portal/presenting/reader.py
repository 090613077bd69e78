"""Whoever reads: what presenting needs to know of them."""

from typing import Protocol

from cairn.i18n import Language, Message


class Reader(Protocol):
    """Somebody with a language: the person at a terminal, later the person at a page."""

    @property
    def language(self) -> Language: ...

    def say(self, id: str | Message, /, **arguments: object) -> str: ...
