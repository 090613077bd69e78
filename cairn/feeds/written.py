"""A YAML file with the line of everything in it, and the schema's complaints said with those lines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from cairn.feeds.problems import FeedProblem
from cairn.i18n import Message, message
from cairn.i18n.schema import schema_message

Loc = tuple[int | str, ...]
Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True)
class Written:
    """A file's value and the place of each part of it."""

    name: str
    value: Any
    root: Node

    def place(self, loc: Loc) -> tuple[int, str]:
        """The line (from 1) and the path of a part, or of the nearest part above it that is in the file.

        Names that the schema adds (the kind of a union) are not in the file and are passed over.
        """
        node, line, path = self.root, 1, ""
        for part in loc:
            found = _child(node, part)
            if found:
                line, node = found
                path += f"[{part}]" if isinstance(part, int) else f".{part}"
        return line, path.lstrip(".")

    def problem(self, loc: Loc, sentence: Message) -> FeedProblem:
        return FeedProblem(in_line(self.name, *self.place(loc)), sentence)


def _child(node: Node, part: int | str) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if str(key.value) == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item.start_mark.line + 1, item
    return None


def read_written(path: Path, refused: Callable[[list[FeedProblem]], Exception]) -> Written:
    """Reads a YAML file; what cannot be read is raised as `refused([problem])`."""

    def refuse(line: int | None, sentence: Message) -> Exception:
        place = in_line(path.name, line) if line else message("{file}", file=path.name)
        return refused([FeedProblem(place, sentence)])

    try:
        text = path.read_text(encoding="utf-8-sig")
        root, value = YAML(typ="safe", pure=True).compose(text), YAML(typ="safe", pure=True).load(text)
    except OSError:
        raise refuse(None, message("the file {path} is not there", path=path)) from None
    except UnicodeDecodeError:
        raise refuse(None, message("the file is not UTF-8: save it as UTF-8")) from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise refuse(
            line,
            message(
                "the text cannot be read from here ({problem}): check indentation, colons and quotes",
                problem=error.problem,
            ),
        ) from None
    except (YAMLError, ValueError) as error:
        raise refuse(None, message("this is no usable YAML: {error}", error=error)) from None
    if not isinstance(value, Mapping):
        raise refuse(1, message("lines of `name: value` are needed here"))
    return Written(path.name, value, root)


def shaped(written: Written, shape: type[Shape], refused: Callable[[list[FeedProblem]], Exception]) -> Shape:
    """The value as a model; all of the schema's complaints at once, each with its line."""
    try:
        return shape.model_validate(written.value)
    except ValidationError as error:
        raise refused([_said(written, one) for one in error.errors()]) from None


def in_line(file: str, line: int, path: str = "") -> Message:
    """A place in a file: its line and, where known, the path of the field."""
    if path:
        return message("{file}, line {line} {path}", file=file, line=line, path=path)
    return message("{file}, line {line}", file=file, line=line)


def _said(written: Written, error: ErrorDetails) -> FeedProblem:
    loc = (*error["loc"], "kind") if error["type"] == "union_tag_invalid" else error["loc"]
    return written.problem(loc, schema_message(error, str(loc[-1]) if loc else written.name))
