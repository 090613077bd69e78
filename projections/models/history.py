"""One goal's story in sealed order: who did what when, and what it changed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import asyncpg
from pydantic import BaseModel, ConfigDict, JsonValue

from cairn.domain.sheet import events as s
from projections.engine.read_model import ReadModel
from projections.engine.rows import FROM_JSON, Reader
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
    "GoalDrafted": ("title", "measure", "manager", "parent"),
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
    facts: Annotated[Facts, FROM_JSON]


class HistoryEntry(LoggedEvent):
    """One event of a goal's story; `before` and `after` name what changed, where that is known."""

    before: Facts
    after: Facts


async def history(reader: Reader, goal: str, *, upto: int | None = None) -> list[HistoryEntry]:
    """The story of a goal, to the sealed position `upto` if given."""
    return entries(_event(row) for row in await reader.fetch(SQL["story"], goal, upto))


def _event(row: asyncpg.Record) -> LoggedEvent:
    event = LoggedEvent.model_validate(dict(row))
    facts = {name: value for name, value in event.facts.items() if name not in ENVELOPE}
    return event.model_copy(update={"facts": facts})


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
        case "GoalRevised" | "GoalAligned":
            said = {name: value for name, value in facts.items() if name not in CAME}
            after = {name: value for name, value in said.items() if known.get(name) != value}
            return {name: known.get(name) for name in after}, after
        case _:
            return {}, {name: facts[name] for name in KEPT.get(event.type, ()) if name in facts}


def _stated(changes: JsonValue) -> Facts:
    """The parts of an adjustment that say something."""
    return {name: value for name, value in dict(changes or {}).items() if value not in (None, {})}  # type: ignore[arg-type]
