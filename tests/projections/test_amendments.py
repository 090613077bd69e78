"""Proposed changes of a policy in the read models, and whose vote they wait for."""

from typing import Any

import asyncpg
import pytest

from cairn.domain.cycle import events as c
from cairn.domain.voting import Ballot
from projections.engine.catch_up import catch_up
from projections.models.amendment import amendments
from projections.models.case import turns
from tests.projections.given import CYCLE, joined, later, launched, record, schedule

PEOPLE = (
    joined("hua", roles=("hr",)),
    joined("he", roles=("hr", "committee")),
    joined("chen", roles=("committee",)),
    joined("zhao", roles=("committee",)),
    joined("li", roles=("executive",)),
    joined("lin"),
)


def proposed(
    number: int, days: float, by: str = "he", replaces: str | None = None
) -> c.PolicyAmendmentProposed:
    return c.PolicyAmendmentProposed(
        cycle=CYCLE, amendment=f"2026-P{number}", before="small@1", after=f"small@{number + 1}", changes=(),
        moves=(), reason="holidays", replaces=replaces, by=by, at=later(days),
    )  # fmt: skip


def voted(by: str, days: float, number: int = 1) -> c.PolicyAmendmentVoted:
    return c.PolicyAmendmentVoted(cycle=CYCLE, amendment=f"2026-P{number}", vote="for", by=by, at=later(days))


def decided(days: float, outcome: Any = "for", number: int = 1) -> c.PolicyAmendmentDecided:
    ballot = Ballot(by="zhao", vote=outcome, at=later(days))
    return c.PolicyAmendmentDecided(
        cycle=CYCLE, amendment=f"2026-P{number}", outcome=outcome, ballots=(ballot,), members=2, quorum=1,
        majority="simple", by="zhao", at=later(days),
    )  # fmt: skip


def in_force(days: float) -> c.PolicyAmended:
    return c.PolicyAmended(
        cycle=CYCLE, amendment="2026-P1", before="small@1", after="small@2", schedule=schedule(),
        heard_on=later(1).date(), heard="meeting", told_on=later(3).date(), told="notice", by="hua", at=later(days),
    )  # fmt: skip


async def waits_for(pool: asyncpg.Pool, *of: str) -> list[tuple[str, str, str]]:
    await catch_up(pool)
    found = await turns(pool, later(9), cycle=CYCLE, of=list(of) or None)
    return [(each.awaited, each.name, each.step) for each in found]


async def test_it_waits_for_every_member_who_has_not_voted_and_did_not_propose_it(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), *PEOPLE, proposed(1, 1))
    assert [who for who, *_ in await waits_for(pool)] == ["chen", "li", "zhao"]
    await record(pool, voted("chen", 2))
    assert await waits_for(pool) == [("li", "2026-P1", "vote"), ("zhao", "2026-P1", "vote")]
    assert await waits_for(pool, "chen") == [] and await waits_for(pool, "he", "role:hr") == []
    [row] = await amendments(pool, CYCLE)
    assert (row.stage, row.proposed_by, row.voted) == ("proposed", "he", ("chen",))


async def test_decided_it_waits_for_hr_and_in_force_or_refused_for_nobody(pool: asyncpg.Pool) -> None:
    await record(pool, launched(), *PEOPLE, proposed(1, 1), decided(2))
    assert await waits_for(pool, "hua", "role:hr") == [("role:hr", "2026-P1", "enact")]
    await record(pool, in_force(3))
    assert await waits_for(pool) == []
    await record(pool, proposed(2, 4), decided(5, "against", 2))
    assert await waits_for(pool) == []
    assert [row.stage for row in await amendments(pool, CYCLE)] == ["in_force", "refused"]


async def test_another_proposal_takes_its_place_with_no_votes(pool: asyncpg.Pool) -> None:
    await record(
        pool, launched(), *PEOPLE, proposed(1, 1), voted("chen", 2), proposed(2, 3, replaces="2026-P1")
    )
    assert await waits_for(pool, "chen") == [("chen", "2026-P2", "vote")]
    assert [row.stage for row in await amendments(pool, CYCLE)] == ["replaced", "proposed"]


async def test_a_cycle_that_is_over_waits_for_nobodys_vote(pool: asyncpg.Pool) -> None:
    over = c.CycleAbandoned(
        cycle=CYCLE, reason="sold", by="hua", at=later(4), open_goals=0, goals=0, sheets=0, results=False
    )
    await record(pool, launched(), *PEOPLE, proposed(1, 1), over)
    assert await waits_for(pool) == []


@pytest.mark.parametrize("size", [1, 2, 3, 100])
async def test_law_the_rows_do_not_depend_on_the_windows_they_are_folded_in(
    pool: asyncpg.Pool, size: int
) -> None:
    story = [
        proposed(1, 1),
        voted("chen", 2),
        voted("li", 3),
        decided(4),
        in_force(5),
        proposed(2, 6),
        voted("zhao", 7, 2),
    ]
    await record(pool, launched(), *PEOPLE, *story)
    await catch_up(pool, window=size)
    rows = await amendments(pool, CYCLE)
    assert [(row.stage, row.voted) for row in rows] == [("in_force", ("chen", "li")), ("proposed", ("zhao",))]
