"""A cycle of one month under the appraisal rules of examples/schemes, played straight on the log by the functions that
the cycle's workflow calls."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest_asyncio

from cairn.application.audit import ScoreAudit
from cairn.application.cycles import Cycles
from cairn.application.evaluation import Evaluation
from cairn.application.goals import Goals, deadline, read_command
from cairn.application.people import People
from cairn.application.repository import fold_sheet
from cairn.application.sheets import Sheets
from cairn.domain.cycle.commands import FinishLaunch, LaunchCycle
from cairn.domain.event import SYSTEM
from cairn.domain.goal.status import status
from cairn.domain.people import Department, Person, Roster
from cairn.domain.reading import Evidence
from cairn.domain.sheet.commands import RecordIncident
from cairn.domain.sheet.events import ResultIssued
from cairn.domain.sheet.state import Sheet
from cairn.ledger import Ledger, Sealer, open_pool
from cairn.settings import Settings
from cairn_portal.servers.migrate import migrate_all
from projections.engine import catch_up
from tests.databases import Databases
from tests.portal.conftest import Cairn, environment

SCHEMES = Path(__file__).parents[2] / "examples" / "schemes"
KAOHE = (SCHEMES / "kaohe.yaml").read_text("utf-8")
MONTH_ALONE = KAOHE.replace("minimum: {days: 90}\n", "")
STARTS, ENDS = date(2026, 1, 1), date(2026, 1, 31)
BEGUN = datetime(2026, 1, 2, 3, tzinfo=UTC)
REVIEW = datetime(2026, 2, 2, 3, tzinfo=UTC)
OUT = datetime(2026, 2, 18, 3, tzinfo=UTC)
SETTLED = datetime(2026, 5, 20, 3, tzinfo=UTC)
GOALS = ("E1-1", "E1-2", "department.D-1")
EMPLOYEE, DEPARTMENT = "sheet-2026-E1-1", "sheet-2026-department.D-1"


class January:
    """A cycle of one month, so that all of it can be played: an employee, their department, HR and the committee."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", dsn: str = "") -> None:
        self.pool, self.ledger, self.dsn = pool, Ledger(pool), dsn
        self.cycles, self.goals = Cycles(self.ledger), Goals(self.ledger)
        self.sheets = Sheets(self.goals)
        self.evaluation = Evaluation(self.ledger, self.cycles)
        self.names: Sequence[str] = GOALS

    async def launched(
        self, policy: str = MONTH_ALONE, family: str = "staff", goals: Sequence[str] = GOALS
    ) -> None:
        reference = (await self.cycles.policies.adopt(policy, "plan", "H1", BEGUN)).reference

        def person(id: str, family: str = "none", manager: str | None = "B1", *roles: str) -> Person:
            facts = {"id": id, "name": id, "department": "D", "family": family, "roles": roles}
            return Person.model_validate({**facts, "manager": manager, "hired": date(2020, 1, 1)})

        people = (
            person("B1", "none", None, "executive"), person("H1", "none", "B1", "hr"),
            person("C1", "none", "B1", "committee"), person("M1"), person("E1", family, "M1"),
        )  # fmt: skip
        roster = Roster(people=people, departments=(Department(id="D", name="D", head="M1"),))
        await People(self.ledger).import_roster(roster, "H1", BEGUN)
        await self.seal()
        plan, _ = await self.cycles.preview("2026", "2026", STARTS, ENDS, reference)
        launch = LaunchCycle(cycle="2026", seen=plan.digest, by="H1", at=BEGUN)
        await self.cycles.launch(launch, "2026", STARTS, ENDS, reference)
        await self.cycles.launch_sheets("2026", silent)
        await self.cycles.handle(FinishLaunch(cycle="2026", by=SYSTEM, at=BEGUN), "finished")
        self.names = goals
        for goal in goals:
            owner, judge = ("M1", "C1") if goal.startswith("department") else ("E1", "M1")
            await self.does(goal, "submit", owner, BEGUN)
            await self.does(goal, "approve", judge, BEGUN)

    async def does(self, goal: str, name: str, by: str, at: datetime, **fields: Any) -> None:
        key = f"{name}-{goal}-{fields}"
        await self.goals.handle(read_command(name, f"goal-2026-{goal}", by, at, fields, key), key)

    async def rated(self, month: int, year: int, unit: int) -> None:
        """The manager's ratings of both goals, the committee's of the department's goal."""
        for goal in ("E1-1", "E1-2"):
            await self.does(goal, "assess", "M1", REVIEW, period="M01", points=month)
            await self.does(goal, "assess", "M1", REVIEW, period="Y", points=year)
        await self.does("department.D-1", "assess", "C1", REVIEW, period="Y", points=unit)

    async def happened(self, kind: str, at: datetime = REVIEW, by: str = "H1", **facts: Any) -> None:
        command = RecordIncident(
            sheet=EMPLOYEE,
            kind=kind,
            on=date(2026, 1, 20),
            reason="as the minutes say",
            by=by,
            at=at,
            **facts,
        )
        await self.sheets.handle(command, f"{kind}-{at}-{facts}")

    async def played(self) -> None:
        """All dates of the goals up to the results, then the results."""
        for goal in (f"goal-2026-{name}" for name in self.names):
            while True:
                found, context = await self.goals.load(goal)
                due = status(found, context, OUT).next_deadline
                if due is None or due.at > OUT:
                    break
                command, key = deadline(goal, due.phase, due.at, due.period, due.at)
                await self.goals.handle(command, key, evidence=Evidence())
            await self.evaluation.score_period("2026", "M01", REVIEW, silent)
        await self.seal()
        await self.evaluation.issue_results("2026", OUT, silent)

    async def sheet(self, name: str = EMPLOYEE) -> Sheet:
        return fold_sheet(name, await self.ledger.read_stream(name))

    async def result(self) -> ResultIssued:
        found = (await self.sheet()).result
        assert found is not None
        return found

    async def seal(self) -> None:
        await Sealer(self.pool).seal_once()
        await catch_up.catch_up(self.pool)

    async def verified(self) -> None:
        """Every score comes out the same when it is computed again from what it cites."""
        await self.seal()
        outcome = await ScoreAudit(self.ledger, self.cycles).cycle("2026", lambda done, of: None)
        assert outcome.sound and outcome.results >= 2, outcome


async def silent(done: int, of: int) -> None: ...


async def nothing(*_: Any) -> Evidence:
    return Evidence()


@pytest_asyncio.fixture(loop_scope="session")
async def empty(databases: Databases) -> AsyncIterator[January]:
    """Before anything is launched."""
    dsn = await databases.empty()
    await migrate_all(dsn)
    pool = await open_pool(dsn)
    yield January(pool, dsn)
    await pool.close()
    await databases.drop(dsn)


@pytest_asyncio.fixture(loop_scope="session")
async def january(empty: January) -> January:
    await empty.launched()
    return empty


def terminal(january: January, home: Path, language: str = "en") -> Cairn:
    """A terminal that reads this log; nothing that is asked here needs a worker."""
    settings = Settings(
        home=home, database=january.dsn, temporal_address="127.0.0.1:1", namespace="none", task_queue="none"
    )
    return Cairn({**environment(settings), "CAIRN_LANGUAGE": language})


async def with_everything(january: January) -> None:
    await january.happened("merit", times=8, counts_in="month")
    await january.happened("fault", counts_in="year")
    await january.happened("discipline")
    await january.rated(92, 95, 82)
    await january.played()
    await january.seal()
