"""One goal's story in sealed order: who did what when, and what it changed."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import asyncpg
from pydantic import BaseModel, ConfigDict, JsonValue

from cairn.domain.sheet import events as s
from cairn.ledger import UPCASTERS, NewerEvent
from projections.engine.read_model import ReadModel
from projections.engine.rows import Reader
from projections.engine.sql import queries

MODEL = ReadModel(
    name="history",
    tables=("mention",),
    reads=(s.SheetOpened, s.GoalPlaced),
    looks_up=(
        s.SheetOpened, s.GoalPlaced, s.GoalWeighted, s.GoalRemoved, s.FlexibleSpaceUsed, s.SheetScored,
    ),
    by_stream=True,
)  # fmt: skip
SQL = queries("history")
Facts = dict[str, JsonValue]
ENVELOPE = ("by", "at", "goal")
"""What an event's data says that the story says otherwise: as the actor, the time, the goal asked for."""
CAME = ("origin", "carried_from")
"""What a revision says of where it came from: it changes nothing."""
KEPT = {
    "SheetOpened": ("weight",),
    "GoalPlaced": ("weight",),
    "GoalDrafted": ("title", "measure", "manager", "parent", "parent_weight"),
}
"""What later events may change, by the event that states it first."""


class LoggedEvent(BaseModel):
    """One event as stored: `occurred_at` when it happened, `recorded_at` when the log took it in."""

    model_config = ConfigDict(frozen=True)

    position: int
    stream: str
    version: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    facts: Facts


class HistoryEntry(LoggedEvent):
    """One event of a goal's story; `before` and `after` name what changed, where that is known."""

    before: Facts
    after: Facts


async def history(reader: Reader, goal: str, *, upto: int | None = None) -> list[HistoryEntry]:
    """The story of a goal, to the sealed position `upto` if given."""
    rows = await reader.fetch(SQL["story"], goal, upto)
    return entries(event for row in rows if (event := _event(goal, row)))


def _event(goal: str, row: asyncpg.Record) -> LoggedEvent | None:
    """An event of the story; None for one of the sheet that does not mention the goal."""
    told: Facts | None = _today(row["type"], row["schema_version"], json.loads(row["data"]))
    if row["stream"] != goal:
        told = _mentioned(goal, row["stream"], row["type"], told)
    if told is None:
        return None
    facts = {name: value for name, value in told.items() if name not in ENVELOPE}
    return LoggedEvent.model_validate({**dict(row), "facts": facts})


def _today(type_: str, schema_version: int, data: Facts) -> Facts:
    """What an event says in today's schema; as it stands where a newer Cairn wrote it."""
    try:
        return UPCASTERS.upcast(type_, schema_version, data)
    except NewerEvent:
        return data


def _mentioned(goal: str, sheet: str, type_: str, facts: Any) -> Facts | None:
    """What an event of a sheet says of one goal; None where that is nothing."""
    match type_:
        case "SheetOpened":
            placed = _of_goal(goal, facts["placements"])
            return placed and {"sheet": sheet, "weight": placed["weight"], "space": facts["space"]}
        case "GoalPlaced":
            placed = _of_goal(goal, [facts["placement"]])
            return placed and {"sheet": sheet, "weight": placed["weight"]}
        case "SheetScored":
            part = _of_goal(goal, facts["parts"])
            return part and {
                "period": facts["period"],
                "weight": part["weight"],
                "points": part["points"],
                "sheet_points": facts["points"],
                "policy": facts["policy"],
            }
        case _:
            return facts if facts.get("goal") == goal else None


def _of_goal(goal: str, parts: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    return next((each for each in parts if each["goal"] == goal), None)


def entries(events: Iterable[LoggedEvent]) -> list[HistoryEntry]:
    """Adds to each event what it changed, from the events before it."""
    known: Facts = {}
    story = []
    for event in events:
        before, after = _change(event, known)
        known.update(after)
        story.append(HistoryEntry(**event.model_dump(), before=before, after=after))
    return story


def _change(event: LoggedEvent, known: Facts) -> tuple[Facts, Facts]:
    facts = event.facts
    match event.type:
        case "GoalAdjusted":
            return _stated(facts["before"]), _stated(facts["after"])
        case "ManagerChanged":
            return {"manager": facts["former"]}, {"manager": facts["manager"]}
        case "GoalWeighted":
            return {"weight": facts["before"]}, {"weight": facts["after"]}
        case "GoalRemoved":
            return {"weight": known.get("weight")}, {"weight": None}
        case "FlexibleSpaceUsed":
            return {}, {"space_left": facts["left"]}
        case "GoalAligned":
            aligned = {"parent": facts["parent"], "parent_weight": facts.get("parent_weight")}
            after = {name: value for name, value in aligned.items() if known.get(name) != value}
            return {name: known.get(name) for name in after}, after
        case "GoalRevised":
            said = {name: value for name, value in facts.items() if name not in CAME}
            after = {name: value for name, value in said.items() if known.get(name) != value}
            return {name: known.get(name) for name in after}, after
        case _:
            return {}, {name: facts[name] for name in KEPT.get(event.type, ()) if name in facts}


def _stated(changes: JsonValue) -> Facts:
    """The parts of an adjustment that say something."""
    return {name: value for name, value in dict(changes or {}).items() if value not in (None, {})}  # type: ignore[arg-type]
