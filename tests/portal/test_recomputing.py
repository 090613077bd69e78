"""Scores computed again from what they cite: the same, whatever came later; different, if somebody altered one."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest_asyncio

from cairn.application.audit import ScoreAudit
from cairn.application.cycles import Cycles
from cairn.application.evaluation import Evaluation
from cairn.application.goals import Goals, deadline, read_command
from cairn.application.people import People
from cairn.application.repository import to_appends
from cairn.domain.cycle.commands import FinishLaunch, LaunchCycle
from cairn.domain.event import SYSTEM
from cairn.domain.identity import by_system
from cairn.domain.people import Department, Person, Roster
from cairn.domain.reading import FeedCompleted, ReadingsRecorded, Row
from cairn.ledger import Ledger, Sealer, open_pool
from cairn_portal.servers.migrate import migrate_all
from projections.engine import catch_up
from projections.models import reading
from tests.databases import Databases
from tests.portal.conftest import POLICY

FED = POLICY.replace("unit: 万元}", "unit: 万元, metric: sales}")
GOAL = "goal-2026-E1-1"
JANUARY = datetime(2026, 1, 2, 3, tzinfo=UTC)


class Year:
    """One salesperson's first quarter of 2026, straight on the log."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", dsn: str = "", policy: str = FED) -> None:
        self.pool, self.ledger, self.dsn, self.policy = pool, Ledger(pool), dsn, policy
        self.cycles = Cycles(self.ledger)
        self.goals = Goals(self.ledger)
        self.recomputing = ScoreAudit(self.ledger, self.cycles)

    async def launched(self) -> None:
        reference = (await self.cycles.policies.adopt(self.policy, "tiny", "H1", JANUARY)).reference
        hr = Person(id="H1", name="HR", department="D", family="none", hired=date(2020, 1, 1), roles=("hr",))
        manager = Person(
            id="M1", name="M", department="D", family="none", hired=date(2020, 1, 1), manager="H1"
        )
        employee = Person(
            id="E1", name="E", department="D", family="sales", hired=date(2020, 1, 1), manager="M1"
        )
        roster = Roster(people=(hr, manager, employee), departments=(Department(id="D", name="D"),))
        await People(self.ledger).import_roster(roster, "H1", JANUARY)
        await self.seal()
        days = date(2026, 1, 1), date(2026, 12, 31)
        plan, _ = await self.cycles.preview("2026", "2026", *days, reference)
        launch = LaunchCycle(cycle="2026", seen=plan.digest, by="H1", at=JANUARY)
        await self.cycles.launch(launch, "2026", *days, reference)
        await self.cycles.launch_sheets("2026", _silent)
        await self.cycles.handle(FinishLaunch(cycle="2026", by=SYSTEM, at=JANUARY), "finished")
        for goal in (GOAL, "goal-2026-E1-2"):
            await self.does(goal, "submit", "E1")
            await self.does(goal, "approve", "M1")

    async def does(self, goal: str, name: str, by: str) -> None:
        command = read_command(name, goal, by, JANUARY + timedelta(days=1), {}, f"{name}-{goal}")
        await self.goals.handle(command, f"{name}-{goal}")

    async def read(self, amount: int, day: date, number: int, metric: str = "sales") -> None:
        row = Row(metric=metric, subject="E1", on=day, value=Decimal(amount))
        batch = ReadingsRecorded(feed="crm", content=f"{number}", rows=(row,), by="H1", at=JANUARY)
        await self._of_feed(batch, f"batch-{number}")

    async def complete(self) -> None:
        """The feed states that it has brought everything of the first quarter."""
        said = FeedCompleted(feed="crm", through=date(2026, 3, 31), by="H1", at=JANUARY)
        await self._of_feed(said, "complete")

    async def _of_feed(self, event: ReadingsRecorded | FeedCompleted, key: str) -> None:
        version = await self.ledger.version_of(event.stream)
        await self.ledger.append(to_appends([event], {event.stream: version}, by_system(event.stream, key)))
        await self.seal()

    async def scored(self) -> None:
        """The first quarter's score of the goal and of its sheet."""
        goal, context = await self.goals.load(GOAL)
        assert context.schedule is not None
        period = context.schedule.period("Q1")
        assert period is not None
        command, command_id = deadline(GOAL, "period_scored", period.scored_at, "Q1", period.scored_at)
        evidence = await reading.evidence_of(self.pool, goal, context.sheet, period)
        await self.goals.handle(command, command_id, evidence=evidence)
        await Evaluation(self.ledger, self.cycles).score_period("2026", "Q1", period.scored_at, _silent)

    async def seal(self) -> None:
        await Sealer(self.pool).seal_once()
        await catch_up.catch_up(self.pool)


async def _silent(done: int, of: int) -> None: ...


@pytest_asyncio.fixture(loop_scope="session")
async def begun(databases: Databases) -> AsyncIterator[Year]:
    """The quarter with all its readings, before anything is scored."""
    dsn = await databases.empty()
    await migrate_all(dsn)
    pool = await open_pool(dsn)
    made = Year(pool, dsn)
    await made.launched()
    await made.read(100, date(2026, 2, 1), 0)
    await made.read(150, date(2026, 3, 1), 1)
    await made.complete()
    yield made
    await pool.close()
    await databases.drop(dsn)


@pytest_asyncio.fixture(loop_scope="session")
async def year(begun: Year) -> Year:
    await begun.scored()
    return begun


async def test_a_score_comes_out_the_same_from_the_readings_it_cites(year: Year) -> None:
    outcome = await year.recomputing.goal(GOAL)
    assert (outcome.goals, outcome.differences) == (1, ())


async def test_a_later_correction_does_not_change_what_the_score_was_computed_from(year: Year) -> None:
    await year.read(999, date(2026, 2, 1), 2)
    outcome = await year.recomputing.cycle("2026", lambda done, of: None)
    assert (outcome.goals, outcome.sheets, outcome.differences) == (1, 1, ())


async def test_an_altered_score_is_found_with_both_numbers(year: Year) -> None:
    await _alter(year, GOAL, "GoalScored", "points", "99")
    found = (await year.recomputing.goal(GOAL)).differences
    assert [(each.of, each.period, each.field, each.recorded) for each in found] == [
        (GOAL, "Q1", "points", "99")
    ]


async def test_an_altered_reading_is_found_through_the_scores_that_cite_it(year: Year) -> None:
    rows = '[{"metric": "sales", "subject": "E1", "on": "2026-02-01", "value": "400", "base": null}]'
    await year.pool.execute("alter table ledger.event disable trigger user")
    await year.pool.execute(
        "update ledger.event set data = jsonb_set(data::jsonb, '{rows}', $1::jsonb)::text::json"
        " where type = 'ReadingsRecorded' and version = 1",
        rows,
    )
    found = (await year.recomputing.cycle("2026", lambda done, of: None)).differences
    assert {"actual", "attainment", "points"} <= {each.field for each in found if each.of == GOAL}


async def test_an_altered_sheet_score_is_found(year: Year) -> None:
    await _alter(year, "sheet-2026-E1-1", "SheetScored", "points", "12")
    found = (await year.recomputing.cycle("2026", lambda done, of: None)).differences
    assert [(each.of, each.field) for each in found] == [("sheet-2026-E1-1", "points")]


async def _alter(year: Year, stream: str, type_: str, field: str, value: str) -> None:
    """What nobody may do: only the owner of the database can, after switching its guard off."""
    await year.pool.execute("alter table ledger.event disable trigger user")
    done = await year.pool.execute(
        "update ledger.event set data = jsonb_set(data::jsonb, $3, to_jsonb($4::text))::text::json"
        " where stream = $1 and type = $2",
        stream, type_, [field], value,
    )  # fmt: skip
    assert done == "UPDATE 1"
