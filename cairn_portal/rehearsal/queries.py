"""The queries of a rehearsal's script: its tables, targets, and the commands of an act, each row checked."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from cairn.application.cases import KINDS
from cairn.application.repository import fold_goal, fold_sheet
from cairn.documents.mistakes import Mistake, Place, mistake
from cairn.documents.queries import Database, add_view, open_tables, replace_table, select
from cairn.domain.cycle.events import TargetRow
from cairn.domain.event import Fact
from cairn.domain.goal.commands import COMMANDS
from cairn.domain.launch.plan import TIERS, LaunchPlan
from cairn.domain.review.state import Review
from cairn.domain.sheet.events import Correction
from cairn.domain.streams import case_name
from cairn.i18n.schema import schema_message
from cairn.ledger import Ledger
from cairn_portal.rehearsal.script import (
    CASE_COMMANDS,
    OTHER_COMMANDS,
    PEOPLE_COMMANDS,
    RehearsalScript,
    ScriptedAct,
    ScriptInvalid,
    invalid,
)

JSON_FIELDS = (
    "changes", "check", "parts", "measure", "texts", "comments", "checkpoints", "trainings", "sessions", "sides",
    "raters", "marks", "moves", "amounts", "pots", "correction",
)  # fmt: skip
"""Columns whose cells are JSON."""
CORRECTION = "correction"
"""What is right instead of a slip, as `cairn restatements propose` reads it."""
LOOKED_AT = {"handover make": ("digest",)}
"""Fields that nobody can write down before: they are taken from a preview when the command is given."""
RATER = "rater"
"""Who gives a command by `by: rater`: whoever the row's column of that name says."""
Shape = TypeVar("Shape", bound=BaseModel)


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


class OpenedReview(Fact):
    """A stage review as the queries see it, in the table `review`; `opened` is its day."""

    review: str
    holder: str
    period: str
    family: str
    stage: str
    opened: str


class Table(NamedTuple):
    """Rows that queries see besides the script's own tables, as they are when an act is due."""

    name: str
    shape: type[Fact]
    rows: Sequence[Fact]


class ScriptedCommand(Fact):
    """One command of an act by its name, to a goal, about a person, of a case or of something else (`of`); `fields` are
    called as the command calls them. `rater` is who gives it, where the row says so."""

    name: str
    goal: str | None = None
    person: str | None = None
    case: str | None = None
    of: str | None = None
    rater: str | None = None
    fields: dict[str, Any]


def open_script_tables(script: RehearsalScript, data: Path) -> Database:
    """The script's tables, loaded from the data folder, and its views. Raises ScriptInvalid."""
    database = open_tables({name: data / table for name, table in script.tables.items()})
    if isinstance(database, list):
        raise ScriptInvalid(database, script.path.name)
    for name, query in script.views.items():
        if failed := add_view(database, name, query):
            raise invalid(script, failed, Place(path=f"views.{name}"))
    return database


def target_rows(script: RehearsalScript, tables: Database) -> list[TargetRow]:
    """The targets the script's query gives; [] without a query. Raises ScriptInvalid naming the row."""
    if script.targets is None:
        return []
    rows = _select(script, Place(path="targets"), tables, script.targets)
    places = (Place(path="targets", row=n) for n in range(1, len(rows) + 1))
    return [_checked(script, place, TargetRow, row) for place, row in zip(places, rows, strict=True)]


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
    script: RehearsalScript,
    act: ScriptedAct,
    tables: Database,
    goals: Sequence[PlannedGoal],
    reviews: Sequence[OpenedReview] = (),
    more: Sequence[Table] = (),
) -> list[dict[str, Any]]:
    """The rows an act's query selects from the tables, `goal`, `review` and `more`, with the columns the act needs.

    Raises ScriptInvalid with the act's line: a query that fails, a column missing, a goal nobody launched.
    """
    _put(tables, "goal", PlannedGoal, goals)
    _put(tables, "review", OpenedReview, reviews)
    for each in more:
        _put(tables, each.name, each.shape, each.rows)
    place = _place(act)
    rows = _select(script, place, tables, act.select or "")
    needed = {**PEOPLE_COMMANDS, **CASE_COMMANDS, **OTHER_COMMANDS}.get(act.act or "", ("goal",))
    needed = (*needed, RATER) if act.by == RATER else needed
    missing = tuple(name for name in needed if rows and name not in rows[0])
    if missing:
        raise invalid(script, mistake("script:column-missing", missing=missing), place)
    known = {goal.goal for goal in goals}
    strange = next((row["goal"] for row in rows if "goal" in needed and row["goal"] not in known), None)
    if strange is not None:
        raise invalid(script, mistake("script:goal-unknown", goal=str(strange)), place)
    return rows


async def added_goals(ledger: Ledger, sheets: Sequence[str]) -> list[PlannedGoal]:
    """The goals of sheets that came after the launch, as rows of the table `goal`."""
    rows = await ledger.read_streams(sheets)
    found = [fold_sheet(name, rows[name]) for name in sheets]
    goals = await ledger.read_streams([goal for sheet in found for goal in sheet.placements])
    return [
        PlannedGoal(
            goal=goal.id, holder=sheet.holder, key=goal.key, tier=goal.tier, kind=goal.measure.kind,
            dimension=goal.dimension, owner=goal.owner, manager=goal.manager, department=goal.department,
            family=sheet.family,
        )
        for sheet in found
        for goal in (fold_goal(name, goals[name]) for name in sheet.placements)
    ]  # fmt: skip


def opened_reviews(reviews: Iterable[Review]) -> list[OpenedReview]:
    """Stage reviews as rows of the table `review`."""
    return [
        OpenedReview(
            review=each.id, holder=each.holder, period=each.period, family=each.family, stage=each.stage,
            opened=each.opened_at.date().isoformat() if each.opened_at else "",
        )
        for each in reviews
    ]  # fmt: skip


def _put(tables: Database, name: str, shape: type[Fact], rows: Sequence[Fact]) -> None:
    """Replaces a table by the rows as they are now."""
    columns = list(shape.model_fields)
    replace_table(tables, name, columns, ([getattr(row, column) for column in columns] for row in rows))


def scripted_commands(
    script: RehearsalScript, act: ScriptedAct, rows: Sequence[Mapping[str, Any]]
) -> list[ScriptedCommand]:
    """The commands of an act's rows, checked: JSON read, the period targets of one request put together.

    Raises ScriptInvalid naming the act's line and the row.
    """
    name = act.act or ""
    if name in PEOPLE_COMMANDS:
        return [
            ScriptedCommand(name=name, person=str(row["person"]), fields=_without(row, "person"))
            for row in rows
        ]
    if name in OTHER_COMMANDS:
        return [_beside(script, act, row, _place(act, number)) for number, row in enumerate(rows, 1)]
    if name in CASE_COMMANDS:
        return [_of_case(script, act, row, _place(act, number)) for number, row in enumerate(rows, 1)]
    found: dict[str, ScriptedCommand] = {}
    for number, row in enumerate(rows, 1):
        place = _place(act, number)
        one = ScriptedCommand(name=name, goal=row["goal"], fields=_fields(script, act, row, place))
        whole = {**one.fields, "goal": one.goal, "by": "somebody", "at": datetime(2000, 1, 1, tzinfo=UTC)}
        _checked(script, place, COMMANDS[name], whole)
        before = found.get(row["goal"]) if name == "adjust" else None
        if before is not None:
            before.fields["changes"]["targets"].update(one.fields["changes"]["targets"])
        else:
            found[row["goal"] if name == "adjust" else str(number)] = one
    return list(found.values())


def _beside(
    script: RehearsalScript, act: ScriptedAct, row: Mapping[str, Any], place: Place
) -> ScriptedCommand:
    """A command beside goals, people and cases: its first column says of what."""
    name = act.act or ""
    of = OTHER_COMMANDS[name][0]
    fields = _read_json(script, _without(row, of), place)
    if CORRECTION in fields:
        fields[CORRECTION] = _checked(script, place, Correction, fields[CORRECTION])
    return ScriptedCommand(name=name, of=str(row[of]), fields=fields)


def _of_case(
    script: RehearsalScript, act: ScriptedAct, row: Mapping[str, Any], place: Place
) -> ScriptedCommand:
    """A command of a case; its name says whose it is and which of theirs."""
    kind, _, name = (act.act or "").partition(" ")
    holder, number = (str(row[column]) for column in CASE_COMMANDS[act.act or ""])
    case = case_name(kind, script.cycle.id, holder, number)
    rater = str(row["rater"]) if act.by == RATER else None
    named = (*CASE_COMMANDS[act.act or ""], *(("rater",) if rater else ()))
    fields = _read_json(script, _without(row, *named), place)
    fields = {**dict.fromkeys(LOOKED_AT.get(act.act or "", ()), ""), **fields}
    whole = {**fields, "case": case, "by": "somebody", "at": datetime(2000, 1, 1, tzinfo=UTC)}
    _checked(script, place, KINDS[kind].commands[name], whole)
    return ScriptedCommand(name=name, case=case, rater=rater, fields=fields)


def _fields(
    script: RehearsalScript, act: ScriptedAct, row: Mapping[str, Any], place: Place
) -> dict[str, Any]:
    fields = _read_json(script, _without(row, "goal"), place)
    if act.act == "adjust":
        if "period" in fields:
            fields["changes"] = {"targets": {fields.pop("period"): fields.pop("target", None)}}
        fields.setdefault("adjustment", act.on.isoformat())
    return fields


def _read_json(script: RehearsalScript, fields: dict[str, Any], place: Place) -> dict[str, Any]:
    for name in JSON_FIELDS:
        if isinstance(fields.get(name), str):
            try:
                fields[name] = json.loads(fields[name], parse_float=Decimal)
            except ValueError as error:
                told = mistake("script:no-json", column=name, reason=str(error))
                raise invalid(script, told, place) from None
    return fields


def _without(row: Mapping[str, Any], *columns: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in columns and value is not None}


def _place(act: ScriptedAct, row: int = 0) -> Place:
    """An act's line, and the row of its query's result."""
    return Place(line=act.line, row=row)


def _select(script: RehearsalScript, place: Place, tables: Database, query: str) -> list[dict[str, Any]]:
    rows = select(tables, query)
    if isinstance(rows, Mistake):
        raise invalid(script, rows, place)
    return rows


def _checked(script: RehearsalScript, place: Place, shape: type[Shape], value: Mapping[str, Any]) -> Shape:
    try:
        return shape.model_validate(dict(value))
    except ValidationError as error:
        where = place.within(Place(script.path.name))
        told = [Mistake(schema_message(one), where) for one in error.errors(include_url=False)]
        raise ScriptInvalid(told, script.path.name) from None
