"""The part of an adjustment's form that adds a goal to the sheet, or puts one in this goal's place."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel

from cairn.domain.goal.state import Goal
from cairn.domain.measure import Measure
from cairn.domain.policy import Dimension
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import goal_name
from cairn_portal.reading.goal_desk import GoalDesk
from cairn_portal.reading.records import Records
from cairn_portal.signing_in.reader import PageReader
from cairn_portal.web.forms import PREFIX, Field, part_of
from cairn_portal.web.typed import Typed, read_part
from projections.models import goal as goals_model

NEW = "new"
"""What these fields are called, beside those of the command."""
MOST_GOALS = 200
"""Nobody has so many goals in a sheet that the next free number lies behind."""


class NewGoalAsked(BaseModel):
    """What is asked of a new goal; a replacement keeps what is left open of the one it replaces."""

    how: Literal["add", "replace"] | None = None
    title: str | None = None
    dimension: Dimension | None = None
    weight: Decimal | None = None
    measure: Measure | None = None
    parent: str | None = None


def new_goal_fields(at: PageReader, desk: GoalDesk, given: Mapping[str, Any]) -> list[Field]:
    """The fields of a new goal; none where a goal is the committee's, whose parts no form asks for."""
    if desk.goal.tier == "strategic":
        return []
    asked = given.get(NEW) or {}
    values = {"measure": {"kind": "kpi"}, **asked}
    hint = at.say(
        "It counts from the second confirmation on and draws its weight from the flexible space. Give the weights of "
        "other goals above so that all come to 100 %."
    )
    found = part_of(at, ("goal", "adjust"), NEW, NewGoalAsked, values, hint)
    if found is None:
        return []
    where = f"{PREFIX}.{NEW}.how=*"
    parts = [part if part.name.endswith(".how") else part._replace(where=where) for part in found.parts]
    return [found._replace(parts=parts)]


def read_new_goal(typed: Typed, zone: str | None) -> dict[str, Any]:
    """What was typed of a new goal, nothing where none was asked for."""
    found = read_part(NEW, NewGoalAsked, typed, zone)
    return found if found.get("how") else {}


async def with_new_goal(
    records: Records, desk: GoalDesk, fields: Mapping[str, Any], asked: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields of the command with the new goal among its changes, by the next free id of the sheet."""
    if not asked:
        return dict(fields)
    name = await next_goal(records, desk.context.sheet, await _asked_for(records, desk.context.sheet))
    facts = {key: each for key, each in asked.items() if key != "how"}
    changes = {**(fields.get("changes") or {})}
    if asked["how"] == "replace":
        facts = _kept(desk.goal, desk.context.sheet) | facts
        changes["replaced_by"] = name
    changes["added"] = {name: {"key": name.rpartition("-")[2], **facts}}
    return {**fields, "changes": changes}


def _kept(goal: Goal, sheet: Sheet) -> dict[str, Any]:
    kept = {"dimension": goal.dimension, "weight": str(sheet.weight_of(goal.id)), "parent": goal.parent}
    return {name: each for name, each in kept.items() if each}


async def _asked_for(records: Records, sheet: Sheet) -> set[str]:
    """The goals that adjustments of the sheet add which still wait for their confirmations."""
    rows = await goals_model.goals(records.pool, sheet=sheet.id)
    return {name for row in rows if row.pending for name in row.pending.changes.added}


async def next_goal(records: Records, sheet: Sheet, taken: Collection[str] = ()) -> str:
    """The name of the next goal of a sheet: the first number that none has, and that is not `taken`."""
    second = int(sheet.id.rpartition("-")[2])
    for n in range(1, MOST_GOALS):
        name = goal_name(sheet.cycle, sheet.holder, n, second)
        if name not in taken and not await records.ledger.version_of(name):
            return name
    raise Refusal("sheet.unknown", field="sheet", sheet=sheet.id)
