"""Everybody is read once for all pages, and again as soon as anything about people has changed."""

from datetime import date
from typing import Any

import pytest

from cairn.domain.people import Department, DepartmentNamed, Person, PersonChanged
from cairn_portal.reading import people_cache
from cairn_portal.reading.newest import KEPT
from projections.engine.catch_up import catch_up
from projections.models import person as people_model
from tests.projections.given import drafted, joined, later, opened, record
from tests.projections.test_mail import SUBMITTED
from tests.projections.test_news import Room, room
from tests.specs.company import LIN
from tests.workflows.company import POLICY

__all__ = ["room"]


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An entry for each time that everybody is read."""
    found, plain = list[str](), people_model.people

    async def noted(*given: Any, **named: Any) -> list[Person]:
        found.append("read")
        return await plain(*given, **named)

    monkeypatch.setattr(people_model, "people", noted)
    return found


async def test_what_happens_to_goals_reads_nobody_again(room: Room, readings: list[str]) -> None:
    await room.opens(POLICY)
    before = await room.records.everybody()
    await room.happens(SUBMITTED, drafted("goal-2026-lin-2"))
    assert await room.records.everybody() is before
    assert (await room.records.names())[LIN] == before[LIN].name
    assert readings == ["read"]


async def test_who_joins_or_changes_is_there_as_soon_as_the_read_model_has_it(room: Room) -> None:
    await room.opens(POLICY)
    assert "new" not in await room.records.everybody()
    await record(room.pool, joined("new"))
    assert "new" not in await room.records.everybody(), "it is not folded yet"
    await catch_up(room.pool)
    assert (await room.records.everybody())["new"].title == ""
    changed = PersonChanged(
        person="new",
        details=joined("new", title="lead").details,
        effective=date(2026, 1, 1),
        by="hua",
        at=later(2),
    )
    await room.happens(changed)
    assert (await room.records.everybody())["new"].title == "lead"


async def test_a_department_has_its_new_name_at_once(room: Room) -> None:
    await room.opens(POLICY)
    assert "department.far" not in await room.records.names()
    far = Department(id="far", name="Far away")
    await room.happens(DepartmentNamed(department=far, by="hua", at=later(1)))
    assert (await room.records.names())["department.far"] == "Far away"


async def test_after_more_events_than_are_kept_and_after_a_while_everybody_is_read_again(
    room: Room, readings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.opens(POLICY)
    await room.records.everybody()
    assert await room.records.newest.holds({"PersonJoined"}, 0, KEPT + 1)
    assert not await room.records.newest.holds({"PersonJoined"}, room.upto, room.upto)
    monkeypatch.setattr(people_cache, "LONGEST", -1)
    await room.records.everybody()
    assert readings == ["read", "read"]


async def test_whoever_gets_a_sheet_is_among_those_who_read_a_cycles_things(room: Room) -> None:
    await room.opens(POLICY, opened())
    cycle = await room.records.cycle("2026")
    view = await room.records.viewer("hua", cycle)
    assert view.among is not None and "chen" not in view.among.participants
    await room.happens(opened("sheet-2026-chen-1", (), holder="chen"))
    view = await room.records.viewer("hua", cycle)
    assert view.among is not None and "chen" in view.among.participants
