"""The YAML as it was written: every value with its place, numbers exact, and slips of the keyboard found."""

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.nodes import Node as YamlNode

from cairn.i18n import Message
from cairn.policies.problems import Problem
from cairn.policies.sentences import words

CORE = "tag:yaml.org,2002:"
MOST_VALUES = 20_000
"""Aliases of aliases can make a short file endless; no plan has this many values."""


@dataclass(frozen=True)
class Place:
    """Line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Node:
    """A value of the file with its place; a mapping also knows where each of its keys stands.

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
        try:
            return Decimal(self.value)
        except InvalidOperation:
            return None

    def plain(self) -> object:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def read_document(text: str) -> tuple[Node | None, list[Problem]]:
    """The root value of a YAML text and what is wrong with how it is written; None when it cannot be read."""
    text = text.removeprefix("\ufeff")
    yaml = YAML(typ="safe", pure=True)
    start = Place(1, 1)
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as error:
        return None, _slips(text) or [_syntax_problem(error)]
    except (YAMLError, ValueError) as error:
        return None, [_problem(start, "", words("no_yaml", reason=str(error).splitlines()[0]))]
    except RecursionError:
        return None, [_problem(start, "", words("too_deep"))]
    if root is None:
        return None, [_problem(start, "", words("empty"))]
    reader = _Reader()
    return reader.node(root, "", ()), reader.problems


class _Reader:
    """Turns YAML's own nodes into ours and keeps the problems met on the way."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.values = 0

    def node(self, node: YamlNode, path: str, above: tuple[int, ...]) -> Node:
        place = _place(node.start_mark)
        self.values += 1
        if id(node) in above or self.values > MOST_VALUES:
            if self.values <= MOST_VALUES + 1:
                self.refuse(place, path, words("alias"))
            return Node(None, place, spoiled=True)
        if not isinstance(node, ScalarNode) and str(node.tag) not in (CORE + "map", CORE + "seq"):
            self.refuse(place, path, words("tag", tag=node.tag))
        if isinstance(node, MappingNode):
            return self.mapping(node, path, (*above, id(node)))
        if isinstance(node, SequenceNode):
            items = [self.node(item, f"{path}[{n}]", (*above, id(node))) for n, item in enumerate(node.value)]
            return Node(items, place)
        before = len(self.problems)
        value = self.scalar(node, path) if isinstance(node, ScalarNode) else None
        return Node(value, place, spoiled=len(self.problems) > before)

    def mapping(self, node: MappingNode, path: str, above: tuple[int, ...]) -> Node:
        values: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        merged: list[Node] = []
        for key_node, value_node in node.value:
            place, key = _place(key_node.start_mark), str(key_node.value)
            if not isinstance(key_node, ScalarNode):
                self.refuse(place, path, words("bad_key"))
                continue
            if key != key.strip():
                self.refuse(place, path, words("wide_space"))
                key = key.strip()
            value = self.node(value_node, f"{path}.{key}".lstrip("."), above)
            if key_node.tag == CORE + "merge":
                merged += value.list() or [value]
            elif key in values:
                self.refuse(place, f"{path}.{key}".lstrip("."), words("twice", key=key, line=keys[key].line))
            else:
                values[key], keys[key] = value, place
        for other in merged:
            for key, value in other.items():
                values.setdefault(key, value)
                keys.setdefault(key, other.keys[key])
        return Node(values, _place(node.start_mark), keys)

    def scalar(self, node: ScalarNode, path: str) -> str | int | Decimal | bool | None:
        tag, text = str(node.tag), str(node.value)
        try:
            match tag.removeprefix(CORE):
                case "null":
                    return None
                case "bool":
                    return text.lower() == "true"
                case "int":
                    return _integer(text)
                case "float":
                    return _decimal(text)
                case "str" | "timestamp":
                    return text
        except (ValueError, InvalidOperation):
            self.refuse(_place(node.start_mark), path, words("no_number", value=text))
            return None
        self.refuse(_place(node.start_mark), path, words("tag", tag=tag))
        return None

    def refuse(self, place: Place, path: str, sentence: Message) -> None:
        self.problems.append(_problem(place, path, sentence))


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    return int(digits, 0) if re.match(r"[+-]?0[xo]", digits) else int(digits)


def _decimal(text: str) -> Decimal:
    """The number as its digits say, never by way of a binary float; refused beyond 18 digits either way."""
    number = Decimal(text)
    if abs(number.adjusted()) > 18 and number:
        raise ValueError(text)
    return number


def _place(mark: object) -> Place:
    return Place(getattr(mark, "line", 0) + 1, getattr(mark, "column", 0) + 1)


def _problem(place: Place, path: str, sentence: Message) -> Problem:
    return Problem(place.line, place.column, path, sentence)


SLIPS = [
    (re.compile(r"^ *(\t)"), "tab"),
    (re.compile(r"^ *(\u3000)"), "wide_space"),
    (re.compile(r"^\s*(?:- )?\w+(：)"), "wide_colon"),
    (re.compile(r"^\s*(?:- )?\w+: *([%@`])"), "needs_quotes"),
]
"""Slips of the keyboard that make a file unreadable: the sign to look for and the code of the sentence."""


def _slips(text: str) -> list[Problem]:
    """The slips found in a text that YAML cannot read."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, code in SLIPS:
            if match := pattern.match(line):
                place = Place(number, match.start(1) + 1)
                found.append(_problem(place, "", words(code, sign=match.group(1))))
    return found


def _syntax_problem(error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    reason = ", ".join(filter(None, [error.context, error.problem]))
    return _problem(_place(mark) if mark else Place(1, 1), "", words("syntax", reason=reason))
