"""AdventureWorks by plain SQL and by the feeds: the same figures, before any workflow has run.

The data is not part of the project: CAIRN_ADVENTUREWORKS names its folder, else it is looked for in
../shared/data/adventureworks, seen from the project.
"""

import os
from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from cairn.documents.mistakes import Mistake
from cairn.documents.queries import Database, open_tables, select
from cairn.domain.launch.plan import LaunchPlan, Planner, by_holder
from cairn.domain.measure import Kpi
from cairn.domain.reading import Row
from cairn.domain.schedule import make_schedule
from cairn.domain.targets import target_in
from cairn.feeds.feed import load_feed
from cairn.feeds.sources import collect
from cairn.policies import load
from cairn.roster.reading import read_roster
from cairn_portal.rehearsal.queries import (
    open_script_tables,
    planned_goals,
    scripted_commands,
    select_rows,
    target_rows,
)
from cairn_portal.rehearsal.script import load_script
from cairn_portal.rehearsal.years_end import KINDS as AT_YEARS_END
from tests.specs.test_feed_examples import at_years_end, opened, selects_added

PROJECT = Path(__file__).parents[2]
EXAMPLE = PROJECT / "examples" / "adventureworks"
DATA = Path(os.environ.get("CAIRN_ADVENTUREWORKS") or PROJECT.parent / "shared" / "data" / "adventureworks")
FILE = load_script(EXAMPLE / "cycle.yaml")
STARTS, ENDS = FILE.cycle.starts, FILE.cycle.ends

pytestmark = pytest.mark.skipif(
    not (DATA / "employee.csv").is_file(),
    reason=f"AdventureWorks is not at {DATA}: set CAIRN_ADVENTUREWORKS to the folder with employee.csv",
)


@pytest.fixture(scope="module")
def attainment() -> list[dict[str, Any]]:
    files = {path.stem: path for path in DATA.glob("*.csv")}
    return selected(files, (EXAMPLE / "attainment.sql").read_text(encoding="utf-8"))


def selected(
    files: dict[str, Path], query: str, parameters: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    """The rows of a query over files that can be read."""
    tables = open_tables(files)
    assert isinstance(tables, Database), tables
    with tables:
        rows = select(tables, query, parameters)
    assert not isinstance(rows, Mistake), rows
    return rows


@pytest.fixture(scope="module")
def plan() -> LaunchPlan:
    policy = load(EXAMPLE / FILE.policy)
    parameters = {"cycle_start": STARTS.isoformat(), "cycle_end": ENDS.isoformat()}
    roster = read_roster(DATA, EXAMPLE / FILE.roster, parameters=parameters, policy=policy).roster
    targets = by_holder(target_rows(FILE, open_script_tables(FILE, DATA)))
    dates = FILE.cycle
    schedule = make_schedule(dates.starts, dates.ends, policy)
    return Planner(dates.id, dates.title, schedule, policy, roster, targets, FILE.language).plan()


def readings(feed: str) -> list[Row]:
    found = load_feed(EXAMPLE / "feeds" / f"{feed}.yaml")
    return collect(found, after=found.watermark, upto=ENDS, base=DATA).rows


def total(rows: list[Row], metric: str, subject: str) -> Decimal:
    return sum((row.value for row in rows if (row.metric, row.subject) == (metric, subject)), Decimal(0))


def test_amounts_have_four_decimals_so_that_plain_sql_may_add_them_as_whole_numbers() -> None:
    query = "select count(*) as n from orders where SubTotal not like '%.____'"
    odd = selected({"orders": DATA / "sales_order_header.csv"}, query)
    assert odd[0]["n"] == 0


def test_thirteen_have_a_quota_in_the_first_quarter_and_fourteen_from_the_second_on(
    attainment: list[dict[str, Any]],
) -> None:
    assert Counter(row["quarter"] for row in attainment) == {"Q1": 13, "Q2": 14, "Q3": 14, "Q4": 14}
    assert [row["quarter"] for row in attainment if row["person"] == "284"] == ["Q2", "Q3", "Q4"]


def test_the_quarters_of_the_schedule_are_those_the_quotas_cover(plan: LaunchPlan) -> None:
    quarters = {period.key: period.starts.isoformat() for period in plan.schedule.of_kind("quarter")}
    assert quarters == {"Q1": "2012-05-30", "Q2": "2012-08-30", "Q3": "2012-11-30", "Q4": "2013-02-28"}
    assert plan.schedule.year.ends == date(2013, 5, 29)


def test_the_orders_feed_gives_each_quarter_what_plain_sql_gives(
    attainment: list[dict[str, Any]], plan: LaunchPlan
) -> None:
    rows = readings("orders")
    for line in attainment:
        period = plan.schedule.period(line["quarter"])
        assert period is not None
        within = [row for row in rows if period.holds(row.on)]
        actual = total(within, "sales.orders", line["person"])
        share = (100 * actual / Decimal(line["quota"])).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        assert (actual, share) == (Decimal(line["actual"]), Decimal(line["attainment"])), line


@pytest.mark.parametrize("known_until", ["2013-02-28", "2012-11-30"])
def test_the_last_quota_anybody_knows_is_compared_with_its_quarters_orders_too(
    attainment: list[dict[str, Any]], known_until: str, tmp_path: Path
) -> None:
    head, *quotas = (DATA / "sales_person_quota_history.csv").read_text("utf-8").splitlines()
    known = [line for line in quotas if line.split(",")[1] <= known_until]
    history = tmp_path / "sales_person_quota_history.csv"
    history.write_text("\n".join([head, *known]), encoding="utf-8")
    quarters = {"2013-02-28": ("Q1", "Q2", "Q3", "Q4"), "2012-11-30": ("Q1", "Q2", "Q3")}[known_until]
    files = {path.stem: path for path in DATA.glob("*.csv")} | {history.stem: history}
    found = selected(files, (EXAMPLE / "attainment.sql").read_text(encoding="utf-8"))
    assert found == [line for line in attainment if line["quarter"] in quarters]
    assert any(Decimal(line["attainment"]) > 0 for line in found if line["quarter"] == quarters[-1])


def test_the_departments_and_the_company_have_the_sum_of_their_parts() -> None:
    rows = readings("orders")
    people = sum((row.value for row in rows if row.subject.isdigit()), Decimal(0))
    assert people == total(rows, "sales.orders", "department.3") == Decimal("27921670.5152")
    online = total(rows, "sales.online", "department.4")
    assert people + online == total(rows, "company.revenue", "company") == Decimal("33683804.8121")


def test_a_days_yield_is_what_was_stocked_of_what_was_ordered() -> None:
    rows = [row for row in readings("work_orders") if row.subject == "department.7"]
    made = [row for row in rows if row.metric == "production.yield"]
    assert (sum(row.value for row in made), sum(row.base or 0 for row in made)) == plain(
        "select sum(StockedQty) as a, sum(OrderQty) as b from t where EndDate between :starts and :ends",
        "work_order",
    )
    timely = [row for row in rows if row.metric == "production.on_time"]
    assert (sum(row.value for row in timely), sum(row.base or 0 for row in timely)) == plain(
        "select sum(EndDate <= DueDate) as a, count(*) as b from t where EndDate between :starts and :ends",
        "work_order",
    )


def plain(query: str, table: str) -> tuple[int, int]:
    days = {"starts": STARTS.isoformat(), "ends": ENDS.isoformat()}
    (row,) = selected({"t": DATA / f"{table}.csv"}, query, days)
    return int(row["a"]), int(row["b"])


def test_rejects_are_counted_to_the_buyer_who_ordered() -> None:
    rows = readings("rejects")
    buyers = {row.subject: total(rows, row.metric, row.subject) for row in rows}
    assert [buyers[who] for who in ("261", "254", "251")] == [Decimal(11516), Decimal(984), Decimal(0)]
    assert buyers["department.5"] == sum(value for who, value in buyers.items() if who.isdigit())


def test_everybody_there_has_a_sheet_and_every_goal_something_to_be_measured_by(plan: LaunchPlan) -> None:
    people = [sheet for sheet in plan.sheets if sheet.kind == "person"]
    assert (len(people), {left.person for left in plan.left_out}) == (287, {"285", "286", "288"})
    assert [sheet.holder for sheet in plan.sheets if sheet.missing] == []
    assert len([sheet for sheet in plan.sheets if sheet.kind == "department"]) == 16


def test_the_first_known_quota_stands_as_the_plan_until_the_next_is_announced(plan: LaunchPlan) -> None:
    quotas: Mapping[str, Any] = {
        sheet.holder: goal.measure for sheet in plan.sheets for goal in sheet.goals if goal.key == "quota"
    }
    assert len(quotas) == 14
    assert set(quotas["275"].targets.values()) == {Decimal(1429000)}
    assert quotas["284"].targets == {quarter: Decimal(321000) for quarter in ("Q2", "Q3", "Q4")}


def test_the_acts_select_goals_that_are_launched_and_say_what_their_commands_need(plan: LaunchPlan) -> None:
    tables, goals = open_script_tables(FILE, DATA), planned_goals(plan)
    for act in FILE.acts:
        if not act.feeds:
            rows = select_rows(FILE, act, tables, goals, opened(plan), at_years_end(plan))
            commands = scripted_commands(FILE, act, rows)
            later = selects_added(FILE, act, tables) or (act.act or "").partition(" ")[0] in AT_YEARS_END
            assert commands or later, f"line {act.line} selects nothing"


def test_every_announced_quota_that_differs_from_the_plan_is_adjusted(
    attainment: list[dict[str, Any]], plan: LaunchPlan
) -> None:
    tables, goals = open_script_tables(FILE, DATA), planned_goals(plan)
    adjusted: dict[tuple[str, str], Decimal] = {}
    for act in FILE.acts:
        if act.act == "adjust":
            for one in scripted_commands(FILE, act, select_rows(FILE, act, tables, goals)):
                for period, target in one.fields["changes"].get("targets", {}).items():
                    adjusted[(one.goal or "").split("-")[2], period] = Decimal(target)
    planned: dict[tuple[str, str], Any] = {
        (sheet.holder, quarter.key): target_in(goal.measure, quarter, plan.schedule, sheet.since)
        for sheet in plan.sheets
        for goal in sheet.goals
        if goal.key == "quota" and isinstance(goal.measure, Kpi)
        for quarter in plan.schedule.of_kind("quarter")
    }
    for line in attainment:
        key = line["person"], line["quarter"]
        assert adjusted.get(key, planned[key]) == Decimal(line["quota"]), key


def test_t2_who_joined_in_the_second_month_of_a_quarter_has_two_thirds_of_its_quota(
    attainment: list[dict[str, Any]],
) -> None:
    [joined] = [line for line in attainment if (line["person"], line["quarter"]) == ("284", "Q2")]
    assert joined["quota"] == "214000.0000"


def test_the_story_takes_at_most_thirty_days_and_feeds_run_every_month() -> None:
    assert len(FILE.days()) <= 30
    fed = {act.on for act in FILE.acts if act.feeds and act.on <= ENDS}  # a correction comes later
    assert len(fed) >= 12
    assert max((b - a).days for a, b in zip(sorted(fed), sorted(fed)[1:], strict=False)) <= 33
    assert max(fed) == ENDS
