"""What scores know of feeds: statements, parked batches, what waits and whom nobody covers (RULES D3, D4)."""

from datetime import date

import asyncpg

from cairn.application.audit import ScoreAudit
from cairn.application.cycles import Cycles
from cairn.domain.coverage import Whom
from cairn.domain.measure import Kpi
from cairn.domain.reading import Covers, Evidence, FeedCompleted
from cairn.ledger import Ledger
from projections.engine.catch_up import catch_up
from projections.engine.parking import retry, skip
from projections.models.coverage import feeds, uncovered, waiting
from projections.models.reading import evidence
from tests.projections.given import AT, GOAL, active, drafted, launched, opened, readings, record, record_raw

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
LIN = Whom(subject="lin", holder="lin", family="sales", department="sales")
SALES = Covers(metric="sales", since=JANUARY[0], families=("sales",))


def complete(through: date, *covers: Covers, feed: str = "erp") -> FeedCompleted:
    return FeedCompleted(feed=feed, through=through, covers=covers, by="system", at=AT)


async def known(pool: asyncpg.Pool, whom: Whom = LIN) -> Evidence:
    """What a score of January knows, and the same from the log alone: they have to agree."""
    await catch_up(pool)
    found = await evidence(pool, "sales", whom, *JANUARY)
    ledger = Ledger(pool)
    log = await ScoreAudit(ledger, Cycles(ledger)).readings()
    assert log.as_of("sales", whom, JANUARY, found.upto, found.unread) == found
    return found


async def test_a_statement_says_who_is_covered_and_how_far(pool: asyncpg.Pool) -> None:
    await record(pool, complete(date(2026, 1, 20), SALES))
    early = await known(pool)
    assert (early.complete_through, early.covered, early.feeds) == (date(2026, 1, 20), False, ("erp",))
    position = await record(pool, complete(JANUARY[1], SALES))
    found = await known(pool)
    assert (found.complete_through, found.covered, found.coverage) == (JANUARY[1], True, (position,))
    other = await known(pool, LIN.model_copy(update={"family": "rnd"}))
    assert (other.complete_through, other.covered) == (JANUARY[1], False)


async def test_a_feed_that_brings_rows_and_states_nothing_is_waited_for(pool: asyncpg.Pool) -> None:
    await record(pool, readings((date(2026, 1, 5), "1")), complete(JANUARY[1], feed="other"))
    found = await known(pool)
    assert (found.complete_through, found.feeds) == (None, ("erp",))
    await record(pool, complete(JANUARY[1]))
    assert (await known(pool)).complete_through == JANUARY[1]
    assert (await known(pool, Whom(subject="qi", holder="qi"))).feeds == ("erp",)


BAD = '{"feed": "erp", "content": "x", "by": "hua", "at": "2026-01-05T09:00Z", "rows": [{"metric": "%s", "on": "?"}]}'


async def test_D4_parked_batches_of_the_metric_are_known_and_those_of_others_are_not(
    pool: asyncpg.Pool,
) -> None:
    await record(pool, readings((date(2026, 1, 5), "100")), complete(JANUARY[1], SALES))
    other = await record_raw(pool, "feed-erp", "ReadingsRecorded", BAD % "visits")
    assert (await known(pool)).unread == {}
    await record(pool, readings((date(2026, 1, 6), "200")))
    found = await known(pool)
    assert found.unread == {"erp": other} and [row.value for row in found.readings] == [100]
    await skip(pool, "reading", "feed-erp", reason="a broken importer", by="hua")
    found = await known(pool)
    assert found.unread == {} and [row.value for row in found.readings] == [100, 200]


async def test_D4_a_statement_behind_a_parked_batch_is_not_read(pool: asyncpg.Pool) -> None:
    await record(pool, readings((date(2026, 1, 5), "100")), complete(date(2026, 1, 20)))
    parked = await record_raw(pool, "feed-erp", "ReadingsRecorded", BAD % "visits")
    await record(pool, complete(JANUARY[1]))
    found = await known(pool)
    assert (found.complete_through, found.unread) == (date(2026, 1, 20), {"erp": parked})


async def test_D4_what_is_retried_is_no_longer_missing(pool: asyncpg.Pool) -> None:
    await pool.execute("alter table read.reading add constraint dull check (value <> 1)")
    parked = await record(pool, readings((date(2026, 1, 5), "1")))
    assert (await known(pool)).unread == {"erp": parked}
    await pool.execute("alter table read.reading drop constraint dull")
    assert await retry(pool, "reading", "feed-erp")
    assert (await known(pool)).unread == {}


async def test_a_score_waits_for_its_feed_and_says_for_which(pool: asyncpg.Pool) -> None:
    scores = [(GOAL, "M01"), (GOAL, "M02")]
    await record(pool, launched(), opened(), *active())
    await catch_up(pool)
    assert [(each.period, each.lack.reason) for each in await waiting(pool, scores)] == [
        ("M01", "no_feed"),
        ("M02", "no_feed"),
    ]
    await record(pool, complete(JANUARY[1], SALES))
    await catch_up(pool)
    [february] = await waiting(pool, scores)
    assert (february.period, february.lack.feeds, february.lack.complete_through) == (
        "M02",
        ("erp",),
        JANUARY[1],
    )
    await record_raw(pool, "feed-erp", "ReadingsRecorded", BAD % "sales")
    await catch_up(pool)
    assert [each.lack.reason for each in await waiting(pool, scores)] == ["unread", "unread"]


async def test_M6_a_computed_score_waits_for_those_that_serve_it_and_have_none(pool: asyncpg.Pool) -> None:
    top, second = "goal-2026-wang-1", "goal-2026-wang-2"
    share = Kpi.model_validate({"computed": {"subordinates_on_goal": 85}, "target": 85})
    await record(
        pool,
        launched(),
        opened(),
        *active(parent=top),
        drafted(top, measure=Kpi.model_validate({"computed": "children"})),
        drafted(second, measure=share),
        complete(date(2026, 12, 31), SALES),
    )
    await catch_up(pool)
    late = [(GOAL, "M01"), (top, "M01"), (top, "M02"), (second, "Y")]
    found = [(each.goal, each.period, each.lack) for each in await waiting(pool, late)]
    assert [(goal, period, lack.reason, lack.feeds) for goal, period, lack in found] == [
        (top, "M01", "children", (GOAL,)),
        (second, "Y", "subordinates", ()),
    ]


async def test_whom_no_feed_covers_is_named(pool: asyncpg.Pool) -> None:
    other = "goal-2026-qi-1"
    measure = active()[0].measure.model_copy(update={"subject": "qi"})  # type: ignore[attr-defined]
    qi = opened(sheet="sheet-2026-qi-1", goals=(other,), holder="qi", family="rnd")
    mine = drafted(other, owner="qi", sheet="sheet-2026-qi-1", measure=measure)
    await record(pool, launched(), opened(), *active(), qi, mine, complete(JANUARY[1], SALES))
    await catch_up(pool)
    assert [(each.metric, each.subject) for each in await uncovered(pool, "erp")] == [("sales", "qi")]
    everybody = SALES.model_copy(update={"everybody": True})
    await record(pool, complete(JANUARY[1], everybody, feed="crm"))
    await catch_up(pool)
    assert await uncovered(pool, "erp") == []
    assert [(each.said.feed, each.metrics) for each in await feeds(pool)] == [
        ("crm", ("sales",)),
        ("erp", ("sales",)),
    ]


async def test_who_may_read_the_log_may_read_what_is_new_in_the_read_models(pool: asyncpg.Pool) -> None:
    for role in ("cairn_reader", "cairn_writer"):
        for table in ("feed_statement", "feed_metric", "check_in"):
            assert await pool.fetchval(
                "select has_table_privilege($1::text, 'read.' || $2::text, 'select')", role, table
            )
