"""Messages: an id with its arguments, said in Chinese or in English when somebody reads it.

An id is of one of two kinds. An English sentence is its own id: `message("Adopted {reference}", reference=…)`;
only Chinese needs an entry. A code `kind:name`, such as `refusal:goal.unknown` or the term `stage:draft`, has an
entry in both languages. Placeholders are those of str.format; how a value is written follows its spec
(`{stage:stage}`, `{at:moment}`, `{sum:percent}`, see `cairn.i18n.wording`).
"""

from collections.abc import Mapping
from functools import total_ordering
from typing import Any

from cairn.i18n.catalogues import Language
from cairn.i18n.wording import spoken


@total_ordering
class Message:
    """A message that is not said yet: `id` and `arguments`. Immutable, hashable, equal when both are equal.

    Lists among the arguments become tuples. An argument may be a Message: it is said in the same language.
    """

    __slots__ = ("_given", "id")
    id: str
    _given: tuple[tuple[str, object], ...]

    def __init__(self, id: str, arguments: Mapping[str, object] | None = None) -> None:
        given = tuple((name, _frozen(value)) for name, value in sorted((arguments or {}).items()))
        object.__setattr__(self, "id", id)
        object.__setattr__(self, "_given", given)

    @property
    def arguments(self) -> dict[str, Any]:
        return dict(self._given)

    def text(self, language: Language) -> str:
        """The sentence in this language."""
        return spoken(self.id, self.arguments, language)

    def __str__(self) -> str:
        """In English, for logs and tracebacks; people are given `text(language)`."""
        return self.text("en")

    def __repr__(self) -> str:
        return f"Message({self.id!r}, {self.arguments!r})"

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Message is immutable: {name} cannot be set")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.id, self._given) == (other.id, other._given)

    def __lt__(self, other: "Message") -> bool:
        return (self.id, repr(self._given)) < (other.id, repr(other._given))

    def __hash__(self) -> int:
        return hash((self.id, self._given))

    def __reduce__(self) -> tuple[type["Message"], tuple[str, dict[str, Any]]]:
        return Message, (self.id, self.arguments)


def message(id: str, /, **arguments: object) -> Message:
    """A message with its arguments; the id, written as a literal, is found by `make messages`."""
    return Message(id, arguments)


def term(kind: str, name: object) -> Message:
    """A word of a closed vocabulary, such as `term("stage", goal.stage)`; its id is `kind:name`."""
    return Message(f"{kind}:{name}")


def verbatim(text: object) -> Message:
    """What is said alike in every language: a name, a path, another program's own words."""
    return Message("{text}", {"text": text})


def marked(id: str) -> str:
    """The id itself: marks a literal that is said later, such as a heading kept in a constant."""
    return id


def say(language: Language, id: str | Message, /, **arguments: object) -> str:
    """The sentence of an id in this language, its placeholders filled."""
    if isinstance(id, Message):
        return id.text(language)
    return spoken(id, arguments, language)


def _frozen(value: object) -> object:
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value
