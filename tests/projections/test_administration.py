"""Who imported, set, ran and changed what: one line for each moment, the newest first."""

from datetime import date
from decimal import Decimal

import asyncpg

from cairn.domain.cycle.events import TargetRow, TargetsProposed
from projections.engine.catch_up import catch_up
from projections.models.administration import acts
from tests.projections.given import CYCLE, joined, later, launched, readings, record


async def test_an_import_is_one_line_and_lines_are_found_by_kind_person_and_time(pool: asyncpg.Pool) -> None:
    rows = tuple(
        TargetRow(holder="lin", goal="k", period=period, target=Decimal(9)) for period in ("M01", "M02", "Y")
    )
    targets = TargetsProposed(cycle=CYCLE, rows=rows, source="quotas.csv", by="he", at=later(2))
    await record(pool, joined("hua", roles=("hr",)), joined("lin"), launched(), targets)
    await record(pool, readings((date(2026, 1, 5), "3"), at=later(3)))
    await catch_up(pool)
    found = await acts(pool)
    assert [each.type for each in found][:2] == ["ReadingsRecorded", "TargetsProposed"]
    people = next(each for each in found if each.kind == "people")
    assert (people.events, people.streams, people.rows) == (2, 2, None)
    [of_he] = await acts(pool, by="he")
    assert (of_he.kind, of_he.rows, of_he.stream) == ("targets", 3, f"targets-{CYCLE}")
    assert [each.kind for each in await acts(pool, since=later(2), before=later(3))] == ["targets"]
    assert {each.kind for each in await acts(pool, kind="feeds")} == {"feeds"}
