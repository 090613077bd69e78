"""A cycle under the appraisal rules of examples/schemes gets its numbers: incidents, gates, the unit's factor (E2).

Straight on the log, by the functions that the cycle's workflow calls.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from cairn.application.audit import ScoreAudit
from cairn.application.cycles import Cycles
from cairn.application.evaluation import Evaluation
from cairn.application.goals import Goals, deadline, read_command
from cairn.application.paying import Payrolls
from cairn.application.people import People
from cairn.application.repository import fold_sheet
from cairn.application.restatements import Decision, Restatements
from cairn.application.sheets import Sheets
from cairn.domain.cycle.commands import FinishLaunch, LaunchCycle
from cairn.domain.evaluation.paying import Amount
from cairn.domain.event import SYSTEM
from cairn.domain.exact import exact
from cairn.domain.goal.status import status
from cairn.domain.people import Department, Person, Roster
from cairn.domain.reading import Evidence
from cairn.domain.refusal import Refusal
from cairn.domain.sheet.commands import RecordIncident, WithdrawIncident
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
        await self.cycles.launch_sheets("2026", _silent)
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
            await self.evaluation.score_period("2026", "M01", REVIEW, _silent)
        await self.seal()
        await self.evaluation.issue_results("2026", OUT, _silent)

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


async def _silent(done: int, of: int) -> None: ...


async def _nothing(*_: Any) -> Evidence:
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


async def test_E2_a_cycles_results_count_incidents_gates_and_the_units_factor(january: January) -> None:
    await january.happened("merit", times=8, counts_in="month")
    await january.happened("merit", times=7, counts_in="year")
    await january.happened("fault", counts_in="year")
    await january.happened("discipline")
    await january.rated(92, 95, 82)
    await january.played()
    month, result = (await january.sheet()).scores["M01"], await january.result()
    assert month.points == 97 and month.added is not None and month.added.before == 92
    assert result.added is not None and result.added.before == exact("96.2")
    assert (result.points, result.grade) == (exact("99.2"), "B") and result.points is not None
    assert result.bounds is not None and (result.bounds.by_points, result.bounds.met) == (
        "A",
        ("disciplined",),
    )
    [unit] = result.multipliers
    assert (unit.of, unit.sheet) == ("pay", DEPARTMENT)
    assert unit.result == 82 and unit.factor == exact("0.82")
    await january.verified()
    payroll = await Payrolls(january.ledger, january.cycles).of("2026", {"E1": Amount(Decimal(24000))}, {})
    assert payroll.payments["E1"].paid == Decimal("21648.00")  # 24,000 × 0.82 × 1.1


async def test_E2_an_injury_zeroes_one_goal_of_its_month_in_the_cycles_own_score(january: January) -> None:
    await january.happened("injury")
    await january.rated(90, 90, 91)
    await january.played()
    month = (await january.sheet()).scores["M01"]
    assert month.points == 72 and [part.gate for part in month.parts] == [None, "injured"]
    await january.verified()


async def test_E2_an_incident_after_the_result_brings_its_next_version_until_it_is_settled(
    january: January,
) -> None:
    await january.rated(92, 95, 91)
    await january.played()
    assert (await january.result()).grade == "A"
    soon = datetime(2026, 2, 20, 3, tzinfo=UTC)
    await january.happened("discipline", soon)
    after = await january.result()
    assert (after.number, after.cause, after.grade) == (2, "incident", "B")
    gone = WithdrawIncident(sheet=EMPLOYEE, incident=1, reason="somebody else", by="H1", at=soon)
    await january.sheets.handle(gone, "gone")
    again = await january.result()
    assert (again.number, again.grade) == (3, "A")
    await january.verified()


async def test_E2_a_veto_after_it_is_settled_is_a_proposed_restatement_that_the_committee_decides(
    january: January,
) -> None:
    await january.rated(92, 95, 91)
    await january.played()
    await january.happened("veto", SETTLED)
    sheet = await january.sheet()
    [proposed] = sheet.restatements.values()
    assert sheet.result is not None and sheet.result.grade == "A" and proposed.lowers
    assert proposed.of_result is not None and proposed.of_result.grade_after == "V"
    asked = Decision(proposed.restatement, True, "heard", "as recorded", "H1", SETTLED)
    restatements = Restatements(january.ledger, january.cycles)
    with pytest.raises(Refusal, match=r"restatement\.not-yours"):
        await restatements.decide(asked, "k1", _nothing)
    await restatements.decide(asked._replace(by="C1"), "k2", _nothing)
    result = await january.result()
    assert (result.cause, result.grade, result.points) == ("restated", "V", exact("93.2"))
    await january.verified()


async def test_E2_a_units_result_that_changes_later_multiplies_anew(january: January) -> None:
    await january.rated(92, 95, 82)
    await january.played()
    await january.does(
        "department.D-1", "assess", "C1", datetime(2026, 2, 19, 3, tzinfo=UTC), period="Y", points=91
    )
    goal = "goal-2026-department.D-1"
    found, context = await january.goals.load(goal)
    due = status(found, context, OUT).next_deadline
    assert due is not None and due.phase == "scored_again"
    command, key = deadline(goal, due.phase, due.at, due.period, due.at)
    await january.goals.handle(command, key, evidence=Evidence())
    await january.seal()
    assert await january.evaluation.issue_above(DEPARTMENT, due.at) == 1
    result = await january.result()
    assert result.cause == "unit" and result.multipliers[0].factor == 1
    await january.verified()


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


async def test_a_result_is_explained_step_by_step_in_the_order_of_computing(
    january: January, tmp_path: Path
) -> None:
    await with_everything(january)
    cairn = terminal(january, tmp_path)
    done = await cairn("explain", "E1", "--cycle", "2026", "--json")
    assert done.code == 0, done.err
    steps = [(step["code"], step["comes_to"]) for step in done.json["steps"]]
    assert steps == [
        ("mean", "97"), ("mean", "95"), ("before", "96.2"), ("incident", "-2"), ("gained", "0"), ("lost", "-2"),
        ("points", "94.2"), ("rounded", "94.20"), ("by_points", "A"), ("gate", "B at most"), ("grade", "B"),
        ("multiplier", "×0.82"),
    ]  # fmt: skip
    month = await cairn("explain", "E1", "--cycle", "2026", "--period", "M01")
    assert month.code == 0 and "Merit" in month.out and "97" in month.out
    in_chinese = await terminal(january, tmp_path, "zh")("explain", "sheet-2026-E1-1")
    assert (
        "一票否决" not in in_chinese.out
        and "受处分者不得评 A" in in_chinese.out
        and "部门系数" in in_chinese.out
    )


async def test_results_and_what_they_pay_are_shown_by_a_table_of_amounts(
    january: January, tmp_path: Path
) -> None:
    await with_everything(january)
    cairn, table = terminal(january, tmp_path), tmp_path / "amounts.csv"
    assert "94.2" in (await cairn("cycle", "results", "2026")).out
    table.write_text("工号,基数,请假天数\nE1,24000,9\n", encoding="utf-8")
    done = await cairn("cycle", "results", "2026", "--amounts", str(table), "--json")
    assert done.code == 0, done.err
    payment = done.json["payments"]["E1"]
    assert payment["paid"] == "20901.52"  # 24,000 × 252/261 × 0.82 × 1.1
    assert "20901.52" in (await cairn("cycle", "results", "2026", "--amounts", str(table))).out
    table.write_text("工号,基数\nE1,lots\nE1,5\n", encoding="utf-8")
    wrong = await cairn("cycle", "results", "2026", "--amounts", str(table))
    assert wrong.code == 1 and "lots" in wrong.err + wrong.out and "twice" in wrong.err + wrong.out


async def test_E3_a_departments_pot_is_shared_by_its_peoples_points_and_what_is_left_is_named(
    empty: January, tmp_path: Path
) -> None:
    pot = (SCHEMES / "performance-pay.yaml").read_text("utf-8").replace("minimum: {months: 2}\n", "")
    await empty.launched(pot, "employee", ("E1-1", "E1-2", "E1-3"))
    for goal in empty.names:
        await empty.does(goal, "assess", "M1", REVIEW, period="Y", points=3)
    await empty.played()
    await empty.seal()
    table = tmp_path / "pots.csv"
    table.write_text("部门,奖金池,个人上限\nD,10000,150\nX,500,\n", encoding="utf-8")
    done = await terminal(empty, tmp_path)("cycle", "results", "2026", "--pots", str(table), "--json")
    assert done.code == 0, done.err
    payment, shared = done.json["payments"]["E1"], done.json["pots"]
    assert payment["paid"] == "150.00" and payment["factors"] == {"pot_points": "3"}
    assert (shared["D"]["left"], shared["X"]["left"]) == ("50.00", "10.00")


async def test_an_incident_is_hrs_to_record_and_of_a_kind_that_the_policy_knows(january: January) -> None:
    for kind, by, code in (
        ("merit", "M1", "sheet.not-yours"),
        ("praise", "H1", "incident.unknown"),
    ):
        with pytest.raises(Refusal, match=code):
            await january.happened(kind, by=by)
    with pytest.raises(Refusal, match=r"incident\.counts-in"):
        await january.happened("discipline", counts_in="month")
    with pytest.raises(Refusal, match=r"incident\.day"):
        await january.happened("merit", datetime(2026, 1, 10, 3, tzinfo=UTC))
