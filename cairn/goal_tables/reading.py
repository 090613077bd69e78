"""A table of goals: whose, what, how it is measured, how much it weighs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cairn.documents.cells import Cell
from cairn.documents.dates import read_date
from cairn.documents.ids import read_id
from cairn.documents.mistakes import DocumentInvalid, Mistake, Remark
from cairn.documents.percentages import read_percentage
from cairn.documents.tables import Fields, Record, read_records
from cairn.documents.texts import read_text
from cairn.documents.words import read_word
from cairn.domain.policy import Aggregation, Dimension, Direction

if TYPE_CHECKING:
    from cairn.goal_tables.wanted import WantedGoal

GOALS = Fields(
    {
        "holder": ("holder", "person", "owner", "employee id", "工号", "对象", "责任人", "目标对象"),
        "key": ("key", "goal", "代号", "目标代号", "目标编号"),
        "title": ("title", "目标名称", "名称", "目标", "目标内容"),
        "dimension": ("dimension", "维度", "目标维度"),
        "target": ("target", "目标值"),
        "unit": ("unit", "单位", "计量单位"),
        "direction": ("direction", "方向", "优劣方向"),
        "aggregation": ("aggregation", "汇总", "汇总方式"),
        "metric": ("metric", "数据指标", "指标"),
        "criteria": ("criteria", "acceptance criteria", "验收标准"),
        "outcomes": ("outcomes", "预期成果", "成果"),
        "weight": ("weight", "权重"),
        "due": ("due", "due date", "截止日", "截止日期", "完成日期"),
        "parent": ("parent", "serves", "上级目标", "承接目标", "服务目标"),
        "template": ("template", "模板"),
    },
    required=("holder",),
    subject="holder",
)
"""The fields of a goal with the headers that mean them."""
DIMENSIONS: dict[str, Dimension] = {
    "duties": "duties", "job duties": "duties", "岗位职责": "duties", "职责": "duties", "业绩": "duties",
    "capability": "capability", "capability development": "capability", "能力": "capability",
    "能力发展": "capability", "能力提升": "capability",
}  # fmt: skip
DIRECTIONS: dict[str, Direction] = {
    "higher": "higher", "higher is better": "higher", "越高越好": "higher", "越大越好": "higher", "≥": "higher",
    ">=": "higher", "lower": "lower", "lower is better": "lower", "越低越好": "lower", "越小越好": "lower",
    "≤": "lower", "<=": "lower",
}  # fmt: skip
AGGREGATIONS: dict[str, Aggregation] = {
    "sum": "sum", "合计": "sum", "累计": "sum", "last": "last", "最新值": "last", "期末值": "last",
    "mean": "mean", "平均": "mean", "ratio": "ratio", "比率": "ratio",
}  # fmt: skip
SEVERAL = re.compile(r"[;；,，、\n]")
"""What stands between several holders."""
LISTED = re.compile(r"[;；\n]")
"""What stands between criteria, and between outcomes: commas belong to a sentence."""
BULLET = "•"
"""What begins the lines of a list that is written with one thing a line."""
MOST = 200
"""Characters of a key or a parent."""
LONGEST = 2000


class GoalsInvalid(DocumentInvalid):
    """A table of goals of which nothing is imported; `goals` are those of its rows that can be read."""

    def __init__(
        self, mistakes: Iterable[Mistake], source: str = "", goals: "Sequence[WantedGoal]" = ()
    ) -> None:
        super().__init__(mistakes, source)
        self.goals = goals


@dataclass(frozen=True)
class WrittenGoal:
    """One row; None and empty is what it leaves open. The amount is still as it is written: what 95 % means depends on
    the unit. `wrong` are fields that could not be read, which has been told."""

    record: Record
    holders: tuple[str, ...] = ()
    key: str = ""
    title: str = ""
    dimension: Dimension | None = None
    amount: Cell | None = None
    unit: str = ""
    direction: Direction | None = None
    aggregation: Aggregation | None = None
    metric: str = ""
    criteria: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    weight: Decimal | None = None
    due: date | None = None
    parent: str = ""
    template: str = ""
    wrong: frozenset[str] = frozenset()

    def filled(self, by: "WrittenGoal") -> "WrittenGoal":
        """This row with what it leaves open taken from another one."""
        own = {name: value for name, value in vars(self).items() if value not in (None, "", ())}
        return replace(by, **{**own, "record": self.record, "wrong": self.wrong | by.wrong})


@dataclass(frozen=True)
class WrittenGoals:
    """The rows of a table, what was passed over, and what is wrong so far."""

    source: str
    rows: tuple[WrittenGoal, ...]
    remarks: tuple[Remark, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def read_goals(path: Path, sheet: str | None = None, encoding: str | None = None) -> WrittenGoals:
    """The goals in a CSV or Excel file."""
    table = read_records(path, GOALS, sheet, encoding)
    mistakes = list(table.mistakes)
    rows = tuple(_written(record, mistakes) for record in table.records)
    return WrittenGoals(table.source, rows, table.remarks, tuple(mistakes))


def _written(record: Record, mistakes: list[Mistake]) -> WrittenGoal:
    read: dict[str, Any] = {
        "holders": _listed(record["holder"], SEVERAL),
        "key": _optional(read_id, record["key"], MOST),
        "title": _optional(read_text, record["title"], LONGEST),
        "dimension": _optional(read_word, record["dimension"], DIMENSIONS),
        "unit": _optional(read_text, record["unit"], MOST),
        "direction": _optional(read_word, record["direction"], DIRECTIONS),
        "aggregation": _optional(read_word, record["aggregation"], AGGREGATIONS),
        "metric": _optional(read_id, record["metric"], MOST),
        "criteria": _optional(_listed, record["criteria"], LISTED),
        "outcomes": _optional(_listed, record["outcomes"], LISTED),
        "weight": _optional(read_percentage, record["weight"]),
        "due": _optional(read_date, record["due"]),
        "parent": _optional(read_id, record["parent"], MOST),
        "template": _optional(read_id, record["template"], MOST),
    }
    wrong = {name: one for name, one in read.items() if isinstance(one, Mistake)}
    column = {"holders": "holder"}
    mistakes += [one.at(record.place(column.get(name, name))) for name, one in wrong.items()]
    found = {name: one for name, one in read.items() if one is not None and name not in wrong}
    amount = record["target"]
    stated = amount if amount.text or amount.fault else None
    return WrittenGoal(record, amount=stated, wrong=frozenset(wrong), **found)


def _optional(read: Any, cell: Cell, *more: Any) -> Any:
    """What a cell holds, a Mistake, or None where it is blank."""
    return read(cell, *more) if cell.text or cell.fault else None


def _listed(cell: Cell, between: re.Pattern[str]) -> tuple[str, ...] | Mistake:
    """Several things in one cell, each once. Where each line begins with a bullet, a line is one of them whatever is in
    it: so lists are written that a semicolon would tear apart."""
    text = read_text(cell)
    if isinstance(text, Mistake):
        return text
    lines = text.split("\n")
    if all(line.startswith(BULLET) for line in lines):
        return tuple(dict.fromkeys(line.removeprefix(BULLET).strip() for line in lines if line != BULLET))
    pieces = (piece.strip(" \t-–•·") for piece in between.split(text))
    return tuple(dict.fromkeys(piece for piece in pieces if piece))
