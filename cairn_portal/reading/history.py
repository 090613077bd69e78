"""One goal's story, replayed from the log as of any moment, as somebody may read it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from cairn.application.repository import fold_goal, fold_sheet
from cairn.application.stored_events import to_events
from cairn.domain.goal.state import Goal
from cairn.domain.streams import sheet_of
from cairn.ledger import StoredEvent
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import Viewer, of_goal
from projections.models import history as history_model
from projections.models.history import HistoryEntry, LoggedEvent


class Bound(NamedTuple):
    """Up to where the log is replayed; all None is all of it."""

    position: int | None = None
    recorded: datetime | None = None
    occurred: datetime | None = None


class Told(NamedTuple):
    """A goal's events with what each changed, the goal after the last of them, and its weight then. `rows` are the
    goal's own events as stored."""

    rows: Sequence[StoredEvent]
    story: list[HistoryEntry]
    goal: Goal
    weight: Any


NO_BOUND = Bound()


async def history_of(records: Records, view: Viewer, goal: str, bound: Bound = NO_BOUND) -> Told:
    """The story up to a bound. Refuses a reader who may not read the goal; without events there was none then."""
    ledger = records.ledger
    rows = await ledger.as_of(goal, **bound._asdict())
    of_sheet = await ledger.as_of(sheet_of(goal), **bound._asdict())
    story = await _story(records, goal, [*rows, *of_sheet])
    now = fold_goal(goal, rows)
    view.require("goals", of_goal(now))
    story, now = _seen_by(view, story, now)
    return Told(rows, story, now, fold_sheet(sheet_of(goal), of_sheet).weight_of(goal))


def _seen_by(view: Viewer, story: list[HistoryEntry], now: Goal) -> tuple[list[HistoryEntry], Goal]:
    """The story and the state as somebody may read them: scores of others are left out, and what people wrote."""
    of = of_goal(now)
    told = [each.model_copy(update={"facts": view.of_event(each.type, each.facts, of)}) for each in story]
    if not view.may("scores", of):
        now = now.model_copy(update={"scores": {}, "assessments": {}, "ratings": {}})
    return told, view.in_words(now, of)


async def _story(records: Records, goal: str, rows: Sequence[StoredEvent]) -> list[HistoryEntry]:
    """The events that concern the goal, in sealed order, with what each changed."""
    sealed = {
        (each.stream, each.version): each.position for each in await history_model.history(records.pool, goal)
    }
    told = []
    for row in rows:
        about = _about(goal, row)
        if about is not None:
            position = sealed.get((row.stream, row.version), 0)
            told.append(
                LoggedEvent(
                    position=position,
                    stream=row.stream,
                    version=row.version,
                    type=row.type,
                    occurred_at=row.occurred_at,
                    recorded_at=row.recorded_at,
                    actor=row.actor,
                    facts=about,
                )
            )
    told.sort(key=lambda each: (each.position or 1 << 62, each.recorded_at, each.version))
    return history_model.entries(told)


def _about(goal: str, row: StoredEvent) -> dict[str, Any] | None:
    """What an event says about the goal; None where it says nothing."""
    data = to_events([row])[0].model_dump(mode="json")
    given = {name: each for name, each in data.items() if name not in ("by", "at", "goal")}
    if row.stream == goal:
        return given
    match row.type:
        case "SheetOpened" | "GoalPlaced":
            placements = data.get("placements") or [data.get("placement")]
            mine = next((each for each in placements if each["goal"] == goal), None)
            return {"sheet": row.stream, "weight": mine["weight"]} if mine else None
        case "SheetScored":
            part = next((each for each in data["parts"] if each["goal"] == goal), None)
            return (
                {"period": data["period"], "sheet_points": data["points"], "policy": data["policy"]}
                | ({"gate": part["gate"]} if part.get("gate") else {})
                if part
                else None
            )
        case "GoalWeighted" | "GoalRemoved" | "FlexibleSpaceUsed":
            return given if data["goal"] == goal else None
        case _:
            return None
