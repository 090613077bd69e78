"""What is wrong with something people handed in, or worth telling about it: a message and the place it is about."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import reduce
from typing import Self, TypeVar

from cairn.i18n import Language, Message, message


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands; what is not known is empty.

    `source` names the file, sheet, query or option; `row` counts as a spreadsheet does, from 1; `column` is the
    header as the file writes it; `subject` is the id of the row's person or thing. `line` and `character` count
    from 1 in a text such as YAML, `path` is like `families.sales.periods`.
    """

    source: str = ""
    row: int = 0
    line: int = 0
    character: int = 0
    column: str = ""
    subject: str = ""
    path: str = ""

    def within(self, outer: "Place") -> "Place":
        """This place, with what it leaves open taken from the place around it."""
        known = {each.name: getattr(self, each.name) or getattr(outer, each.name) for each in fields(self)}
        return Place(**known)

    @property
    def message(self) -> Message | None:
        """The place in words (`第 12 行，E007，列「入职日期」`); None where nothing is known."""
        parts = [
            self.source and message("place:source", source=self.source),
            self.line and message("place:line", line=self.line),
            self.path and message("place:path", path=self.path),
            self.row and message("place:row", row=self.row),
            self.subject and message("place:subject", subject=self.subject),
            self.column and message("place:column", column=self.column),
        ]
        said = [part for part in parts if isinstance(part, Message)]
        return reduce(lambda one, next: message("place:and", one=one, next=next), said) if said else None


NOWHERE = Place()


@dataclass(frozen=True)
class Told:
    """Something to tell about what was read; `text(language)` says it with its place."""

    message: Message
    place: Place = NOWHERE

    def at(self, place: Place) -> Self:
        """The same, in this place; what it knows itself of its place stays."""
        return replace(self, place=self.place.within(place))

    def text(self, language: Language) -> str:
        where = self.place.message
        if where is None:
            return self.message.text(language)
        return message("place:told", where=where, what=self.message).text(language)


class Mistake(Told):
    """Why something cannot be read: nothing of it is used."""


class Remark(Told):
    """Something that was read, but not as it stands: passed over, taken for something, or worth a look."""


OneTold = TypeVar("OneTold", bound=Told)


def mistake(id: str, /, **arguments: object) -> Mistake:
    """A mistake that does not know its place yet."""
    return Mistake(message(id, **arguments))


def remark(id: str, /, **arguments: object) -> Remark:
    """A remark that does not know its place yet."""
    return Remark(message(id, **arguments))


class DocumentInvalid(Exception):
    """What was handed in cannot be used, and nothing of it is: `mistakes` is all that is wrong, in the order of the
    files. `source` names what was handed in."""

    def __init__(self, mistakes: Iterable[Mistake], source: str = "") -> None:
        self.mistakes = in_order(mistakes)
        self.source = source
        super().__init__(self.text("en"))

    def text(self, language: Language) -> str:
        """All mistakes, one a line, each with its place."""
        return "\n".join(one.text(language) for one in self.mistakes)


def in_order(told: Iterable[OneTold]) -> list[OneTold]:
    """Each once, in the order of the files."""
    return sorted(dict.fromkeys(told), key=lambda one: one.place)
