"""A YAML text with one value changed: nothing else of it moves, neither comments nor order nor how it is laid out.

The value is written over the signs of the old one, which YAML's own nodes tell; what is not there yet becomes a line of
its mapping. The changed text is read again before it is given back: what would say anything else is not done.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.nodes import Node as YamlNode

CORE = "tag:yaml.org,2002:"
Path = tuple[str | int, ...]
Value = str | tuple[str, ...]
"""What is written: one word, or a list of them; an empty one leaves the field blank."""
STEP = 2  # blanks


class _Spot(NamedTuple):
    """A value with its key's end and column; `key_end` is -1 for the item of a list."""

    node: YamlNode
    key_end: int
    column: int


def _composed(text: str) -> YamlNode | None:
    try:
        found: YamlNode | None = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, ValueError, RecursionError):
        return None
    return found


def _shared(root: YamlNode) -> frozenset[int]:
    """The ids of nodes that stand for several places of the text: an alias is the very node of its anchor."""
    seen: set[int] = set()
    shared: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            shared.add(id(node))
            continue
        seen.add(id(node))
        if isinstance(node, MappingNode):
            waiting += [below for _, below in node.value]
        elif isinstance(node, SequenceNode):
            waiting += node.value
    return frozenset(shared)


def _reached(root: YamlNode, path: Path, shared: frozenset[int] = frozenset()) -> tuple[_Spot | None, Path]:
    """The deepest value there is on the way, and the rest of the way; none where an alias, one of the `shared` nodes or
    a list's end is met."""
    spot = _Spot(root, -1, 0)
    for number, part in enumerate(path):
        node = spot.node
        if isinstance(node, SequenceNode) and isinstance(part, int):
            if part >= len(node.value):
                return None, ()
            spot = _Spot(node.value[part], -1, spot.column)
        elif isinstance(node, MappingNode):
            pair = next((each for each in node.value if each[0].value == part), None)
            if pair is None:
                return spot, path[number:]
            key, below = pair
            if below.start_mark.index < key.end_mark.index:
                return None, ()
            spot = _Spot(below, key.end_mark.index, key.start_mark.column)
        else:
            return (spot, path[number:]) if _is_blank(node) and spot.key_end >= 0 else (None, ())
        if id(spot.node) in shared:
            return None, ()
    return spot, ()


def _is_blank(node: YamlNode) -> bool:
    return isinstance(node, ScalarNode) and node.tag == CORE + "null" and not node.value


def _put(text: str, spot: _Spot, rest: Path, value: Value, words: bool) -> str | None:
    if not rest:
        return _replaced(text, spot, value, words)
    if not _is_empty(value):
        return _added(text, spot, rest, value, words)
    return text


def _is_empty(value: Value) -> bool:
    return value == ""


def _replaced(text: str, spot: _Spot, value: Value, words: bool) -> str | None:
    node = spot.node
    start, end = node.start_mark.index, node.end_mark.index
    if _is_blank(node) and spot.key_end >= 0:  # YAML sees it only where the next field begins
        start = end = spot.key_end + 1
    if isinstance(value, tuple):
        if isinstance(node, SequenceNode) and not node.flow_style:
            return _lines(text, spot, value, words)
        if isinstance(node, MappingNode):
            return None
        return _spliced(text, start, end, _listed(value, words))
    if not isinstance(node, ScalarNode) or node.style in ("|", ">"):
        return None
    kept = re.match(r"&\S+\s*", text[start:end])
    start += kept.end() if kept else 0
    quote = node.style if node.style in ("'", '"') and words else None
    return _spliced(text, start, end, _word(value, words, quote) if value else "")


def _spliced(text: str, start: int, end: int, said: str) -> str:
    """The text with other signs from here to there; a comment behind them stays in its column where it can."""
    if said and start > 0 and text[start - 1] == ":":
        said = f" {said}"
    behind = re.match(r"( +)#", text[end:])
    if behind is None:
        return text[:start] + said + text[end:]
    blanks = max(len(behind[1]) + (end - start) - len(said), 1)
    return text[:start] + said + " " * blanks + text[end + len(behind[1]) :]


def _lines(text: str, spot: _Spot, wanted: Sequence[str], words: bool) -> str | None:
    """A list of a line for each: those that stay keep theirs with what is said beside it."""
    items = spot.node.value
    if not all(isinstance(each, ScalarNode) for each in items):
        return None
    first = text.rfind("\n", 0, items[0].start_mark.index) + 1
    ends = [_line_end(text, each.end_mark.index) for each in items]
    if not wanted:
        return text[: spot.key_end + 1] + " []" + text[ends[-1] :]
    begins = [first, *(end + 1 for end in ends[:-1])]
    of = {str(each.value): text[begin:end] for each, begin, end in zip(items, begins, ends, strict=True)}
    dash = text[first : items[0].start_mark.index]
    said = [of.get(each) or f"{dash}{_word(each, words)}" for each in wanted]
    return text[:first] + "\n".join(said) + text[ends[-1] :]


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _added(text: str, spot: _Spot, rest: Path, value: Value, words: bool) -> str | None:
    """The text with a field that was not there: in its mapping's own form, after the last one there is."""
    if not all(isinstance(each, str) for each in rest):
        return None
    node = spot.node
    if isinstance(node, MappingNode) and node.flow_style:
        said = _braced(rest, value, words)
        at = _end(text, node.value[-1]) if node.value else node.start_mark.index + 1
        return text[:at] + (", " if node.value else "") + said + text[at:]
    if not isinstance(node, MappingNode):  # a blank field: its own fields come below it
        at, column = _line_end(text, spot.key_end), spot.column + STEP
        if _in_braces(text, spot):
            said = f"{{{_braced(rest, value, words)}}}"
            return _spliced(text, spot.key_end + 1, spot.key_end + 1, said)
    else:
        at, column = _line_end(text, _end(text, node.value[-1])), node.value[0][0].start_mark.column
    apart = (
        "\n" if isinstance(node, MappingNode) and spot.key_end < 0 and column == 0 and len(rest) > 1 else ""
    )
    return text[:at] + apart + "".join(_below(rest, column, value, words)) + text[at:]


def _in_braces(text: str, spot: _Spot) -> bool:
    """Whether a blank field stands in a mapping of one line: something else follows it there."""
    behind = text[spot.key_end : _line_end(text, spot.key_end)].lstrip(": ")
    return behind[:1] in (",", "}")


def _below(rest: Path, column: int, value: Value, words: bool) -> list[str]:
    """Lines, each with the break before it."""
    *above, last = rest
    found = [f"\n{' ' * (column + STEP * n)}{part}:" for n, part in enumerate(above)]
    return [*found, f"\n{' ' * (column + STEP * len(above))}{last}: {_either(value, words)}"]


def _braced(rest: Path, value: Value, words: bool) -> str:
    first, *more = rest
    return (
        f"{first}: {{{_braced(tuple(more), value, words)}}}" if more else f"{first}: {_either(value, words)}"
    )


def _end(text: str, pair: tuple[YamlNode, YamlNode]) -> int:
    """Where a field ends, without what follows a value of several lines."""
    key, value = pair
    if value.start_mark.index < key.end_mark.index:  # an alias: its name stands behind the key
        found = re.match(r":\s*\*\S+", text[key.end_mark.index :])
        return int(key.end_mark.index) + (found.end() if found else 0)
    if _is_blank(value):
        return int(key.end_mark.index) + 1
    return _end_of(text, value)


def _end_of(text: str, node: YamlNode) -> int:
    end = int(node.end_mark.index)
    if isinstance(node, ScalarNode):
        return end - 1 if node.style in ("|", ">") and text[end - 1 : end] == "\n" else end
    if not isinstance(node, MappingNode | SequenceNode) or node.flow_style or not node.value:
        return end
    last = node.value[-1]
    return _end(text, last) if isinstance(last, tuple) else _end_of(text, last)


def _either(value: Value, words: bool) -> str:
    return _listed(value, words) if isinstance(value, tuple) else _word(value, words)


def _listed(value: Sequence[str], words: bool) -> str:
    return f"[{', '.join(_word(each, words) for each in value)}]"


def _word(value: str, words: bool, quote: str | None = None) -> str:
    """A value as it is written: plain where that says the same, else in quotes."""
    if quote is None:
        plain = _composed(f"[{value}]")
        item = plain.value[0] if isinstance(plain, SequenceNode) and len(plain.value) == 1 else None
        if (
            isinstance(item, ScalarNode)
            and item.value == value
            and item.style is None
            and (not words or item.tag == CORE + "str")
            and "\n" not in value
            and "#" not in value
        ):
            return value
    if quote == "'" and "\n" not in value:
        return "'" + value.replace("'", "''") + "'"
    return (
        '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
    )


class Layout:
    """A YAML text as it can be edited: what it says, word for word, and the text with something else in it."""

    def __init__(self, text: str, root: MappingNode) -> None:
        self.text, self._root = text, root
        self._shared = _shared(root)

    @classmethod
    def of(cls, text: str) -> "Layout | None":
        """None where the text cannot be read as fields with values."""
        root = _composed(text)
        return cls(text, root) if isinstance(root, MappingNode) else None

    def edited(self, path: Path, value: Value, *, words: bool = False) -> "Layout | None":
        """The text with another value at a path; None where it cannot be put there: a list that ends before, a value
        that stands for several places (an anchor or its alias), or another kind of value there. `words`: digits are
        text, too."""
        spot, rest = _reached(self._root, path, self._shared)
        text = _put(self.text, spot, rest, value, words) if spot else None
        found = Layout.of(text) if text is not None else None
        return found if found is not None and found._says(path, value) else None

    def _says(self, path: Path, value: Value) -> bool:
        there = self.at(path)
        return there == value or (value == () and there == "")

    def at(self, path: Path) -> Value | None:
        """What stands at a path: a word or a list of them; "" where it is blank or not there, None where it is
        something else, or stands for several places."""
        spot, rest = _reached(self._root, path, self._shared)
        if spot is None:
            return None
        if rest or _is_blank(spot.node):
            return ""
        node = spot.node
        if isinstance(node, SequenceNode):
            items = [each.value for each in node.value if isinstance(each, ScalarNode)]
            return tuple(items) if len(items) == len(node.value) else None
        return str(node.value) if isinstance(node, ScalarNode) else None

    def keys(self, path: Path) -> list[str]:
        """The fields of a mapping, in their order."""
        spot, rest = _reached(self._root, path)
        if spot is None or rest or not isinstance(spot.node, MappingNode):
            return []
        return [str(key.value) for key, _ in spot.node.value if isinstance(key, ScalarNode)]

    def length(self, path: Path) -> int:
        """How many items a list has."""
        spot, rest = _reached(self._root, path)
        return len(spot.node.value) if spot and not rest and isinstance(spot.node, SequenceNode) else 0
