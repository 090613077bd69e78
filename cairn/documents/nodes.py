"""A YAML text as it was written: every value with its place."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from cairn.documents.mistakes import Place
from cairn.documents.numbers import read_number


@dataclass(frozen=True)
class Node:
    """A value of the file with its place (line and character); a mapping also knows where each of its keys stands.

    A spoiled value could not be read, which has been told; nothing more is to be said about it.
    """

    value: "str | int | Decimal | bool | dict[str, Node] | list[Node] | None"
    place: Place
    keys: dict[str, Place] = field(default_factory=dict)
    spoiled: bool = False

    def get(self, key: str) -> "Node | None":
        return self.value.get(key) if isinstance(self.value, dict) else None

    def items(self) -> "list[tuple[str, Node]]":
        return list(self.value.items()) if isinstance(self.value, dict) else []

    def list(self) -> "list[Node]":
        return self.value if isinstance(self.value, list) else []

    def number(self) -> Decimal | None:
        """The value as a decimal, also where it was written in quotes; None when it is no number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | Decimal | str):
            return None
        found = read_number(self.value)
        return found if isinstance(found, Decimal) else None

    def plain(self) -> object:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def spoilt(self) -> "Node":
        """The same place without its value, once it is told what is wrong with it."""
        return replace(self, value=None, spoiled=True)


def spot(place: Place, path: str) -> Place:
    """A place of the file, with the path of what stands there."""
    return replace(place, path=path)


def spelled(path: list[str | int]) -> str:
    """A path as people read it: `families.sales.template[2].weight`."""
    words = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return words.lstrip(".")
