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

    def problem(self, loc: Loc, sentence_zh: str, sentence_en: str) -> FeedProblem:
        line, path = self.place(loc)
        places = f"{self.name} 第 {line} 行 {path}".rstrip(), f"{self.name}, line {line} {path}".rstrip()
        return FeedProblem(*places, sentence_zh, sentence_en)


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

    def refuse(line: int | None, sentence_zh: str, sentence_en: str) -> Exception:
        places = (
            (f"{path.name} 第 {line} 行", f"{path.name}, line {line}") if line else (path.name, path.name)
        )
        return refused([FeedProblem(*places, sentence_zh, sentence_en)])

    try:
        text = path.read_text(encoding="utf-8-sig")
        root, value = YAML(typ="safe", pure=True).compose(text), YAML(typ="safe", pure=True).load(text)
    except OSError:
        raise refuse(None, f"找不到文件 {path}", f"the file {path} is not there") from None
    except UnicodeDecodeError:
        raise refuse(
            None, "文件不是 UTF-8 编码：请另存为 UTF-8", "the file is not UTF-8: save it as UTF-8"
        ) from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise refuse(
            line,
            f"这里读不下去（{error.problem}）：请检查缩进、冒号后的空格和引号",
            f"the text cannot be read from here ({error.problem}): check indentation, colons and quotes",
        ) from None
    except (YAMLError, ValueError) as error:
        raise refuse(None, f"不是可用的 YAML：{error}", f"this is no usable YAML: {error}") from None
    if not isinstance(value, Mapping):
        raise refuse(1, "应是若干“名字: 值”", "lines of `name: value` are needed here")
    return Written(path.name, value, root)


def shaped(written: Written, shape: type[Shape], refused: Callable[[list[FeedProblem]], Exception]) -> Shape:
    """The value as a model; all of the schema's complaints at once, each with its line."""
    try:
        return shape.model_validate(written.value)
    except ValidationError as error:
        raise refused([_said(written, one) for one in error.errors()]) from None


SENTENCES: Mapping[str, tuple[str, str]] = {
    "missing": ("缺少字段 {field}：请补上", "the field {field} is missing: add it"),
    "extra_forbidden": (
        "没有 {field} 这个字段：请检查拼写或删去",
        "there is no field {field} here: check its spelling or remove it",
    ),
    "union_tag_not_found": ("缺少字段 kind", "the field kind is missing"),
    "union_tag_invalid": ("kind 可以是 {expected_tags}", "kind may be {expected_tags}"),
    "int_parsing": ("{field} 要写一个整数", "{field} needs a whole number"),
    "date_from_datetime_parsing": (
        "{field} 要写日期，如 2026-01-31",
        "{field} needs a date such as 2026-01-31",
    ),
    "date_type": ("{field} 要写日期，如 2026-01-31", "{field} needs a date such as 2026-01-31"),
    "string_type": ("{field} 要写文字（数字请加引号）", "{field} needs text (put a number in quotes)"),
    "string_too_short": ("{field} 不能为空", "{field} may not be empty"),
    "literal_error": ("{field} 可以是 {expected}", "{field} may be {expected}"),
    "value_error": ("{error}", "{error}"),
}
"""By pydantic's error type; a value error speaks for itself (`中文 | English`)."""


def _said(written: Written, error: ErrorDetails) -> FeedProblem:
    kind, loc = error["type"], error["loc"]
    facts = {**error.get("ctx", {}), "field": str(loc[-1]) if loc else written.name}
    reason = error["msg"].removeprefix("Value error, ")
    generic = ("{field} 不能用：" + _literal(reason), "{field} cannot be used: " + _literal(reason))
    chinese, english = SENTENCES.get(kind, generic)
    zh, en = chinese.format(**facts), english.format(**facts)
    if kind == "value_error" and " | " in en:
        zh, en = en.split(" | ", 1)
    return written.problem((*loc, "kind") if kind == "union_tag_invalid" else loc, zh, en)


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
