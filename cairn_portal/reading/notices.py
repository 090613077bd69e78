"""What somebody was told: who did what that concerns them, the latest first, as far as they may read it still."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from cairn.domain.people import Person, places_of
from cairn.domain.streams import kind_of
from cairn.notices.kinds import Kind
from cairn.notices.paths import path_of
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import of_goal
from projections.models import goal as goals_model
from projections.models.notice import KINDS, Notice, notices


class Told(BaseModel):
    """That an event `type` of a stream was told, and what for. `title` is its goal's, where they may read that goal;
    `path` where its page is, if it has one for them; `by` who did it, if that is told."""

    model_config = ConfigDict(frozen=True)

    position: int
    kind: Kind
    type: str
    stream: str
    title: str | None
    path: str | None
    about: str
    about_name: str | None
    by: str | None
    by_name: str | None
    at: datetime


class ToldPage(BaseModel):
    """Some of what was told; `next` is the position that earlier ones come before, None where there are none."""

    model_config = ConfigDict(frozen=True)

    items: list[Told]
    next: int | None


async def told_to(
    records: Records, person: Person, *, cycle: str | None = None, before: int | None = None, limit: int
) -> ToldPage:
    """What a person and the places they hold were told before a position, at most so many."""
    places = places_of(person.roles)
    found = await notices(records.pool, person.id, places, cycle=cycle, before=before, limit=limit + 1)
    shown = found[:limit]
    titles = await _titles(records, person, shown)
    return ToldPage(
        items=[_told(each, titles) for each in shown],
        next=shown[-1].position if len(found) > limit else None,
    )


async def _titles(records: Records, person: Person, found: Sequence[Notice]) -> dict[str, str]:
    """The titles of the goals among them that the person may read."""
    goals = sorted({each.stream for each in found if kind_of(each.stream) == "goal"})
    rows = await goals_model.goals_named(records.pool, goals)
    cycles = {row.cycle for row in rows}
    views = {name: await records.viewer(person.id, await records.cycle(name)) for name in cycles}
    return {row.goal: row.title for row in rows if views[row.cycle].may("goals", of_goal(row))}


def _told(each: Notice, titles: Mapping[str, str]) -> Told:
    is_kept = kind_of(each.stream) == "goal" and each.stream not in titles
    by, by_name = (each.by, each.by_name) if each.names_who else (None, None)
    return Told(
        position=each.position,
        kind=KINDS.get(each.type, "told"),
        type=each.type,
        stream=each.stream,
        title=titles.get(each.stream),
        path=None if is_kept else path_of(each.stream),
        about=each.about,
        about_name=each.about_name,
        by=by,
        by_name=by_name,
        at=each.at,
    )
