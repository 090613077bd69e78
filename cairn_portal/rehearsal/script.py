"""The file that ties an example together: cycle, policy, roster, targets, feeds, and who does what when."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from cairn.domain.cycle.events import TargetRow
from cairn.domain.event import Fact
from cairn.domain.goal.commands import NAMES
from cairn.domain.launch.plan import TIERS, LaunchPlan
from cairn.feeds.problems import FeedProblem, FeedRefused
from cairn.feeds.written import read_written, shaped
from cairn.tables import TableUnreadable, add_view, open_tables, replace_table, select

GOAL_ACTS = (
    "submit", "approve", "return", "revise", "adjust", "confirm", "decline", "withdraw", "check_in", "accept",
    "assess", "check_smart", "decompose", "align", "cancel", "close",
)  # fmt: skip
PEOPLE_ACTS: Mapping[str, tuple[str, ...]] = {
    "change_manager": ("person", "manager", "reason"),
    "leave": ("person", "reason"),
}
"""Acts on people, with the columns their rows have; `effective`, a day, may be added to both."""
JSON_FIELDS = ("changes", "check", "parts", "measure")
Place = tuple[str, str]
Shape = TypeVar("Shape", bound=BaseModel)


class CycleFileInvalid(FeedRefused):
    """The file, or a query in it, cannot be used; every problem names its line."""


class CycleDates(Fact):
    id: str = Field(pattern=r"^[A-Za-z0-9_.]+$")
    title: str
    starts: date
    ends: date

    @model_validator(mode="after")
    def _in_order(self) -> "CycleDates":
        if self.ends <= self.starts:
            raise ValueError("周期的结束日必须晚于开始日 | a cycle ends after it starts")
        return self


class Act(Fact):
    """What somebody does on a day: a command to every goal the query selects, or the collecting of all feeds.

    `by` is owner, manager, hr, committee or a person's id. `story` says in words why. `line` is its own line.
    """

    on: date
    act: str | None = None
    by: str | None = None
    select: str | None = None
    feeds: bool = False
    story: str = ""
    line: int = 0

    @model_validator(mode="after")
    def _is_whole(self) -> "Act":
        if self.feeds:
            if self.act or self.select:
                raise ValueError(
                    "feeds: true 要单独成一项 | feeds: true stands alone, without act and select"
                )
            return self
        if self.act not in GOAL_ACTS and self.act not in PEOPLE_ACTS:
            known = ", ".join([*GOAL_ACTS, *PEOPLE_ACTS])
            raise ValueError(
                f"没有动作 {self.act}：可以是 {known} | there is no act {self.act}: it may be {known}"
            )
        if not self.by or not self.select:
            raise ValueError("要写 by 和 select | by and select are needed")
        return self


class CycleFile(Fact):
    """A cycle with all it is launched from and lived through; paths are relative to the file's folder.

    `tables` are files of the data folder, `views` named queries over them and over `goal`.
    """

    cycle: CycleDates
    policy: str
    roster: str
    departments: str | None = None
    tables: dict[str, str] = Field(default_factory=dict)
    views: dict[str, str] = Field(default_factory=dict)
    targets: str | None = None
    feeds: tuple[str, ...] = ()
    hr: str
    language: Literal["zh", "en"] = "zh"
    acts: tuple[Act, ...] = ()
    path: Path = Path("cycle.yaml")

    @property
    def folder(self) -> Path:
        return self.path.parent

    def days(self) -> list[date]:
        """The days on which something is done, in order."""
        return sorted({act.on for act in self.acts})

    def on(self, day: date) -> list[Act]:
        """The acts of a day, in the order of the file."""
        return [act for act in self.acts if act.on == day]


class PlannedGoal(Fact):
    """A launched goal as the queries see it, in the table `goal`; empty is null."""

    goal: str
    holder: str
    key: str
    tier: str
    kind: str
    dimension: str
    owner: str
    manager: str | None
    department: str | None
    family: str | None


class Asked(Fact):
    """One command of an act, to a goal or about a person; `fields` are named as the command names them."""

    act: str
    goal: str | None = None
    person: str | None = None
    fields: dict[str, Any]


def load_cycle_file(path: Path) -> CycleFile:
    """Reads a cycle.yaml. Raises CycleFileInvalid with every mistake and its line."""
    written = read_written(path, CycleFileInvalid)
    file = shaped(written, CycleFile, CycleFileInvalid)
    acts = [
        act.model_copy(update={"line": written.place(("acts", number))[0]})
        for number, act in enumerate(file.acts)
    ]
    return file.model_copy(update={"acts": tuple(acts), "path": path})


def open_plan_tables(file: CycleFile, data: Path) -> sqlite3.Connection:
    """The file's tables, loaded from the data folder, and its views. Raises CycleFileInvalid."""
    try:
        database = open_tables({name: data / table for name, table in file.tables.items()})
    except TableUnreadable as error:
        raise _invalid(file, ("tables", "tables"), error.sentence_zh, error.sentence_en) from None
    for name, query in file.views.items():
        try:
            add_view(database, name, query)
        except sqlite3.Error as error:
            place = f"views.{name}", f"views.{name}"
            raise _invalid(file, place, f"不能执行：{error}", f"it cannot be run: {error}") from None
    return database


def target_rows(file: CycleFile, tables: sqlite3.Connection) -> list[TargetRow]:
    """The targets the file's query gives; [] without a query. Raises CycleFileInvalid naming the row."""
    if file.targets is None:
        return []
    rows = _select(file, ("targets", "targets"), tables, file.targets)
    return [
        _checked(file, (f"targets 结果第 {n} 行", f"targets, row {n}"), TargetRow, row)
        for n, row in enumerate(rows, 1)
    ]


def planned_goals(plan: LaunchPlan) -> list[PlannedGoal]:
    """The goals of a launch plan as rows of the table `goal`."""
    return [
        PlannedGoal(
            goal=goal.goal, holder=sheet.holder, key=goal.key, tier=TIERS[sheet.kind], kind=goal.measure.kind,
            dimension=goal.dimension, owner=sheet.owner, manager=sheet.manager, department=sheet.department,
            family=sheet.family,
        )
        for sheet in plan.sheets
        for goal in sheet.goals
    ]  # fmt: skip


def select_rows(
    file: CycleFile, act: Act, tables: sqlite3.Connection, goals: Sequence[PlannedGoal]
) -> list[dict[str, Any]]:
    """The rows an act's query selects from the tables and from `goal`, with the columns the act needs.

    Raises CycleFileInvalid with the act's line: a query that fails, a column missing, a goal nobody launched.
    """
    _put_goals(tables, goals)
    place = _place(act)
    rows = _select(file, place, tables, act.select or "")
    needed = PEOPLE_ACTS.get(act.act or "", ("goal",))
    missing = ", ".join(name for name in needed if rows and name not in rows[0])
    if missing:
        raise _invalid(
            file, place, f"查询结果缺少列 {missing}", f"the query's result lacks the column {missing}"
        )
    known = {goal.goal for goal in goals}
    strange = next((row["goal"] for row in rows if "goal" in needed and row["goal"] not in known), None)
    if strange is not None:
        raise _invalid(file, place, f"没有目标 {strange}", f"there is no goal {strange}")
    return rows


def _put_goals(tables: sqlite3.Connection, goals: Sequence[PlannedGoal]) -> None:
    columns = list(PlannedGoal.model_fields)
    replace_table(tables, "goal", columns, ([getattr(goal, name) for name in columns] for goal in goals))


def asked(file: CycleFile, act: Act, rows: Sequence[Mapping[str, Any]]) -> list[Asked]:
    """The commands of an act's rows, checked: JSON read, the period targets of one request put together.

    Raises CycleFileInvalid naming the act's line and the row.
    """
    name = act.act or ""
    if name in PEOPLE_ACTS:
        return [Asked(act=name, person=str(row["person"]), fields=_without(row, "person")) for row in rows]
    found: dict[str, Asked] = {}
    for number, row in enumerate(rows, 1):
        place = _place(act, number)
        one = Asked(act=name, goal=row["goal"], fields=_fields(file, act, row, place))
        whole = {**one.fields, "goal": one.goal, "by": "somebody", "at": datetime(2000, 1, 1, tzinfo=UTC)}
        _checked(file, place, NAMES[name], whole)
        before = found.get(row["goal"]) if name == "adjust" else None
        if before is not None:
            before.fields["changes"]["targets"].update(one.fields["changes"]["targets"])
        else:
            found[row["goal"] if name == "adjust" else str(number)] = one
    return list(found.values())


def _fields(file: CycleFile, act: Act, row: Mapping[str, Any], place: Place) -> dict[str, Any]:
    fields = _without(row, "goal")
    for name in JSON_FIELDS:
        if isinstance(fields.get(name), str):
            try:
                fields[name] = json.loads(fields[name], parse_float=Decimal)
            except ValueError as error:
                words = f"列 {name} 不是 JSON（{error}）", f"the column {name} is no JSON ({error})"
                raise _invalid(file, place, *words) from None
    if act.act == "adjust":
        if "period" in fields:
            fields["changes"] = {"targets": {fields.pop("period"): fields.pop("target", None)}}
        fields.setdefault("adjustment", act.on.isoformat())
    return fields


def _without(row: Mapping[str, Any], column: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != column and value is not None}


def _place(act: Act, row: int | None = None) -> Place:
    chinese, english = f"第 {act.line} 行", f"line {act.line}"
    return (
        (f"{chinese}，查询结果第 {row} 行", f"{english}, row {row} of its query")
        if row
        else (chinese, english)
    )


def _select(file: CycleFile, place: Place, tables: sqlite3.Connection, query: str) -> list[dict[str, Any]]:
    try:
        return select(tables, query)
    except TableUnreadable as error:
        raise _invalid(file, place, error.sentence_zh, error.sentence_en) from None


def _checked(file: CycleFile, place: Place, shape: type[Shape], value: Mapping[str, Any]) -> Shape:
    try:
        return shape.model_validate(dict(value))
    except ValidationError as error:
        said = [(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]
        problems = [_problem(file, place, f"列 {field}：{why}", f"{field}: {why}") for field, why in said]
        raise CycleFileInvalid(problems) from None


def _problem(file: CycleFile, place: Place, zh: str, en: str) -> FeedProblem:
    return FeedProblem(f"{file.path.name} {place[0]}", f"{file.path.name}, {place[1]}", zh, en)


def _invalid(file: CycleFile, place: Place, zh: str, en: str) -> CycleFileInvalid:
    return CycleFileInvalid([_problem(file, place, zh, en)])
