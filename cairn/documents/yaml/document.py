"""From a YAML text to nodes, with what is wrong with how it is written."""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.nodes import Node as YamlNode

from cairn.documents.cells import quoted
from cairn.documents.decoding import decode, read_content
from cairn.documents.mistakes import Mistake, Place, mistake
from cairn.documents.nodes import Node, spot
from cairn.documents.numbers import read_number
from cairn.i18n import marked

CORE = "tag:yaml.org,2002:"
MOST_VALUES = 20_000
"""Aliases of aliases can make a short file endless; no plan has this many values."""
SLIPS = [
    (re.compile(r"^ *(\t)"), marked("yaml:tab")),
    (re.compile(r"^ *(\u3000)"), marked("yaml:wide-space")),
    (re.compile(r"^\s*(?:- )?\w+(：)"), marked("yaml:wide-colon")),
    (re.compile(r"^\s*(?:- )?\w+: *([%@`])"), marked("yaml:needs-quotes")),
]
"""Slips of the keyboard that make a file unreadable: the sign to look for and what is told about it."""


@dataclass(frozen=True)
class Document:
    """A YAML text that was read. `root` is None where it cannot be read; `mistakes` are those of its writing."""

    source: str
    root: Node | None = None
    mistakes: tuple[Mistake, ...] = ()


def read_yaml(path: Path) -> Document:
    """The document in a file, in any encoding that can be told."""
    text = read_yaml_file(path)
    if isinstance(text, Mistake):
        return Document(path.name, mistakes=(text,))
    return read_yaml_text(text, path.name)


def read_yaml_file(path: Path) -> str | Mistake:
    """The text of a YAML file."""
    raw = read_content(path)
    decoded = raw if isinstance(raw, Mistake) else decode(raw)
    return decoded.at(Place(path.name)) if isinstance(decoded, Mistake) else decoded.text


def read_yaml_text(text: str, source: str) -> Document:
    """The document a text states; `source` is what its mistakes call it."""
    text = text.removeprefix("\ufeff")
    start = Place(source, line=1, character=1)
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        return Document(source, mistakes=tuple(_slips(text, source)) or (_syntax(error, source),))
    except (YAMLError, ValueError) as error:
        reason = str(error).splitlines()[0]
        return Document(source, mistakes=(mistake("yaml:no-yaml", reason=reason).at(start),))
    except RecursionError:
        return Document(source, mistakes=(mistake("yaml:too-deep").at(start),))
    if root is None:
        return Document(source, mistakes=(mistake("yaml:empty").at(start),))
    reader = _Reader(source)
    return Document(source, reader.node(root, "", ()), tuple(reader.mistakes))


class _Reader:
    """Turns YAML's own nodes into ours and keeps the mistakes met on the way."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.mistakes: list[Mistake] = []
        self.values = 0

    def node(self, node: YamlNode, path: str, above: tuple[int, ...]) -> Node:
        place = self.place(node.start_mark)
        self.values += 1
        if id(node) in above or self.values > MOST_VALUES:
            if self.values <= MOST_VALUES + 1:
                self.refuse(mistake("yaml:alias"), place, path)
            return Node(None, place, spoiled=True)
        if not isinstance(node, ScalarNode) and str(node.tag) not in (CORE + "map", CORE + "seq"):
            self.refuse(mistake("yaml:tag", tag=str(node.tag)), place, path)
        if isinstance(node, MappingNode):
            return self.mapping(node, path, (*above, id(node)))
        if isinstance(node, SequenceNode):
            items = [self.node(item, f"{path}[{n}]", (*above, id(node))) for n, item in enumerate(node.value)]
            return Node(items, place)
        before = len(self.mistakes)
        value = self.scalar(node, place, path) if isinstance(node, ScalarNode) else None
        return Node(value, place, spoiled=len(self.mistakes) > before)

    def mapping(self, node: MappingNode, path: str, above: tuple[int, ...]) -> Node:
        values: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        merged: list[Node] = []
        for key_node, value_node in node.value:
            place, key = self.place(key_node.start_mark), str(key_node.value)
            if not isinstance(key_node, ScalarNode):
                self.refuse(mistake("yaml:bad-key"), place, path)
                continue
            if key != key.strip():
                self.refuse(mistake("yaml:wide-space"), place, path)
                key = key.strip()
            below = f"{path}.{key}".lstrip(".")
            value = self.node(value_node, below, above)
            if key_node.tag == CORE + "merge":
                merged += value.list() or [value]
            elif key in values:
                self.refuse(mistake("yaml:twice", key=key, line=str(keys[key].line)), place, below)
            else:
                values[key], keys[key] = value, place
        for other in merged:
            for key, value in other.items():
                values.setdefault(key, value)
                keys.setdefault(key, other.keys[key])
        return Node(values, self.place(node.start_mark), keys)

    def scalar(self, node: ScalarNode, place: Place, path: str) -> str | int | Decimal | bool | None:
        tag, text = str(node.tag), str(node.value)
        match tag.removeprefix(CORE):
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int" | "float":
                number = read_number(text.replace("_", ""))
                if isinstance(number, Decimal):
                    return int(number) if tag == CORE + "int" else number
                self.refuse(number, place, path)
                return None
            case "str" | "timestamp":
                return text
        self.refuse(mistake("yaml:tag", tag=tag), place, path)
        return None

    def refuse(self, told: Mistake, place: Place, path: str) -> None:
        self.mistakes.append(told.at(spot(place, path)))

    def place(self, mark: object) -> Place:
        return _place(mark, self.source)


def _place(mark: object, source: str) -> Place:
    return Place(source, line=getattr(mark, "line", 0) + 1, character=getattr(mark, "column", 0) + 1)


def _slips(text: str, source: str) -> list[Mistake]:
    """The slips found in a text that YAML cannot read."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, id in SLIPS:
            if match := pattern.match(line):
                place = Place(source, line=number, character=match.start(1) + 1)
                found.append(mistake(id, sign=quoted(match.group(1))).at(place))
    return found


def _syntax(error: MarkedYAMLError, source: str) -> Mistake:
    reason = ", ".join(filter(None, [error.context, error.problem]))
    return mistake("yaml:syntax", reason=reason).at(_place(error.problem_mark or error.context_mark, source))
