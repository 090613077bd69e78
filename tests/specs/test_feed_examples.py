"""The company in the project: its feeds bring what its policy measures, and its script fits its plan."""

from pathlib import Path

import pytest

from cairn.documents.queries import Database
from cairn.domain.launch.plan import LaunchPlan, Planner, by_holder
from cairn.domain.measure import Kpi
from cairn.domain.reading import Row
from cairn.domain.schedule import make_schedule
from cairn.feeds.feed import load_feed
from cairn.feeds.sources import collect
from cairn.policies import load
from cairn.roster.reading import read_roster
from cairn_portal.rehearsal.queries import (
    OpenedReview,
    Table,
    open_script_tables,
    planned_goals,
    scripted_commands,
    select_rows,
    target_rows,
)
from cairn_portal.rehearsal.script import RehearsalScript, ScriptedAct, ScriptInvalid, load_script
from cairn_portal.rehearsal.years_end import Asked, LastResult, Waiting

EXAMPLE = Path(__file__).parents[2] / "examples" / "company"
FILE = load_script(EXAMPLE / "cycle.yaml")


@pytest.fixture(scope="module")
def plan() -> LaunchPlan:
    policy = load(EXAMPLE / FILE.policy)
    roster = read_roster(EXAMPLE / FILE.roster, policy=policy).roster
    targets = by_holder(target_rows(FILE, open_script_tables(FILE, EXAMPLE)))
    dates = FILE.cycle
    schedule = make_schedule(dates.starts, dates.ends, policy)
    return Planner(dates.id, dates.title, schedule, policy, roster, targets, FILE.language).plan()


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    feeds = [load_feed(EXAMPLE / name) for name in FILE.feeds]
    return [
        row for f in feeds for row in collect(f, after=f.watermark, upto=FILE.cycle.ends, base=EXAMPLE).rows
    ]


def test_every_metric_that_a_goal_is_measured_by_is_fed(plan: LaunchPlan, rows: list[Row]) -> None:
    fed = {(row.metric, row.subject) for row in rows}
    measures = [goal.measure for sheet in plan.sheets for goal in sheet.goals]
    wanted = {(kpi.metric, kpi.subject) for kpi in measures if isinstance(kpi, Kpi) and kpi.metric}
    assert wanted - fed == set()


def test_no_reading_is_fed_that_nobody_is_measured_by(plan: LaunchPlan, rows: list[Row]) -> None:
    measures = [goal.measure for sheet in plan.sheets for goal in sheet.goals]
    assert {row.metric for row in rows} <= {kpi.metric for kpi in measures if isinstance(kpi, Kpi)}
    assert 500 <= len(rows) <= 2000


def selects_added(file: RehearsalScript, act: ScriptedAct, tables: Database) -> bool:
    """Whether an act is about the goals of a sheet that came after the launch: a joiner's, or of a second family."""
    before = [each for each in file.acts[: file.acts.index(act)] if each.act in ("join", "move")]
    people = {row["person"] for each in before for row in select_rows(file, each, tables, [])}
    return any(f"'{person}'" in (act.select or "") for person in people)


def opened(plan: LaunchPlan) -> list[OpenedReview]:
    """A review of every month and quarter for everybody with a sheet."""
    periods = [f"M{n:02}" for n in range(1, 13)] + [f"Q{n}" for n in range(1, 5)]
    people = [sheet for sheet in plan.sheets if sheet.kind == "person"]
    return [
        OpenedReview(
            review=f"review-2026-{sheet.holder}-{period}", holder=sheet.holder, period=period,
            family=sheet.family or "", stage="open", opened="2026-02-02",
        )
        for sheet in people
        for period in periods
    ]  # fmt: skip


def at_years_end(plan: LaunchPlan) -> list[Table]:
    """Everybody is rated by themselves, their manager and a customer, and has a result that was shown; two
    restatements wait."""
    people = [sheet for sheet in plan.sheets if sheet.kind == "person"]
    asked = [
        Asked(
            appraisal=f"appraisal-2026-{sheet.holder}-1", holder=sheet.holder, family=sheet.family or "", nth="1",
            role=role, rater=rater, item="teamwork", kind="behaviour",
        )
        for sheet in people
        for role, rater in (
            ("self", sheet.holder),
            ("manager", sheet.manager or "E024"),
            ("internal_customers", people[0].holder),
        )
    ]  # fmt: skip
    last = [
        LastResult(
            holder=sheet.holder, nth="1", sheet=f"sheet-2026-{sheet.holder}-1", department=sheet.department,
            number=1, grade="B", points="85", shown=1, signed=None,
        )
        for sheet in people
    ]  # fmt: skip
    waits = [
        Waiting(
            restatement=f"2026-{who}-1-R{number}", holder=who, cause="readings", goal=None, period="Y",
            decided=decided,
        )
        for who in ("E009", "E012")
        for number, decided in ((1, False), (2, True))
    ]  # fmt: skip
    return [
        Table("rating", Asked, asked),
        Table("result", LastResult, last),
        Table("restatement", Waiting, waits),
    ]


def test_every_act_of_the_script_selects_something_and_says_what_its_command_needs(plan: LaunchPlan) -> None:
    tables, goals = open_script_tables(FILE, EXAMPLE), planned_goals(plan)
    for act in FILE.acts:
        if not act.feeds:
            rows = select_rows(FILE, act, tables, goals, opened(plan), at_years_end(plan))
            found = scripted_commands(FILE, act, rows)
            assert found or selects_added(FILE, act, tables), f"line {act.line} selects nothing"


def written(folder: Path, acts: str) -> Path:
    head = (
        'cycle: {id: "2026", title: t, starts: 2026-01-01, ends: 2026-12-31}\n'
        "policy: p.yaml\nroster: r.csv\nhr: E024\nacts:\n"
    )
    path = folder / "cycle.yaml"
    path.write_text(head + acts, encoding="utf-8")
    return path


def test_mistakes_of_a_script_are_told_with_their_lines(tmp_path: Path) -> None:
    acts = "  - {on: 2026-01-08, act: aprove, by: hr, select: x}\n  - {on: someday, feeds: true}\n"
    with pytest.raises(ScriptInvalid) as refused:
        load_script(written(tmp_path, acts))
    first, second = refused.value.text("en").splitlines()
    assert first.startswith(
        "cycle.yaml, line 6, acts[0]: there is no act aprove: it may be revise, check_smart"
    )
    assert (
        second
        == "cycle.yaml, line 7, acts[1].on: 'someday' is in no known format of dates: write it as 2026-01-31"
    )


def test_a_slip_in_a_command_of_a_case_is_told_with_those_of_its_kind(tmp_path: Path) -> None:
    with pytest.raises(ScriptInvalid) as refused:
        load_script(written(tmp_path, "  - {on: 2026-01-08, act: promise kept, by: hr, select: x}\n"))
    assert refused.value.text("en").endswith(
        "there is no act promise kept: it may be promise make, promise keep, promise contest, promise release"
    )


@pytest.mark.parametrize(
    ("act", "query", "sentence"),
    [
        (
            "submit",
            "select gaol from goal",
            "cycle.yaml, line 6: the query cannot be run; the database says: no such column: gaol",
        ),
        ("submit", "select owner from goal", "cycle.yaml, line 6: the query's result lacks the column goal"),
        ("submit", "select 'goal-x' as goal", "cycle.yaml, line 6: there is no goal goal-x"),
        (
            "return",
            "select goal from goal limit 1",
            "cycle.yaml, line 6, row 1: the field comment is missing: add it",
        ),
        (
            "check_smart",
            "select goal, '{' as \"check\" from goal limit 1",
            "cycle.yaml, line 6, row 1: the column check is no JSON",
        ),
        (
            "leave",
            "select owner as person from goal",
            "cycle.yaml, line 6: the query's result lacks the column reason",
        ),
        (
            "feedback give",
            "select 'E005' as holder",
            "cycle.yaml, line 6: the query's result lacks the column number",
        ),
        (
            "request open",
            "select 'department.D02' as holder, '1' as number, 'staff' as need",
            "cycle.yaml, line 6, row 1: the field goal is missing: add it",
        ),
    ],
)
def test_a_query_that_does_not_fit_its_act_is_told_with_its_line(
    tmp_path: Path, plan: LaunchPlan, act: str, query: str, sentence: str
) -> None:
    acts = f"  - on: 2026-01-08\n    act: {act}\n    by: hr\n    select: |\n      {query}\n"
    file = load_script(written(tmp_path, acts))
    tables = open_script_tables(file, tmp_path)
    with pytest.raises(ScriptInvalid) as refused:
        scripted_commands(file, file.acts[0], select_rows(file, file.acts[0], tables, planned_goals(plan)))
    assert refused.value.text("en").startswith(sentence)


def test_a_command_of_a_case_names_whose_case_it_is_and_which_of_theirs(
    tmp_path: Path, plan: LaunchPlan
) -> None:
    acts = (
        "  - on: 2026-02-06\n    act: review submit\n    by: owner\n    select: |\n"
        "      select holder, period, json_object('plan', 'two visits a day') as texts from review\n"
        "      where holder = 'E005' and period = 'M01'\n"
    )
    file = load_script(written(tmp_path, acts))
    tables = open_script_tables(file, tmp_path)
    rows = select_rows(file, file.acts[0], tables, planned_goals(plan), opened(plan))
    (one,) = scripted_commands(file, file.acts[0], rows)
    assert (one.name, one.case, one.goal) == ("submit", "review-2026-E005-M01", None)
    assert one.fields == {"texts": {"plan": "two visits a day"}}


def test_the_period_targets_of_one_request_are_put_together(tmp_path: Path, plan: LaunchPlan) -> None:
    goals = planned_goals(plan)
    acts = (
        "  - on: 2026-01-08\n    act: adjust\n    by: manager\n    select: |\n"
        "      select goal, period, 5 as target, 'why' as reason from goal,\n"
        "        (select 'Q1' as period union select 'Q2')\n"
    )
    file = load_script(written(tmp_path, acts))
    rows = select_rows(file, file.acts[0], open_script_tables(file, tmp_path), goals[:1])
    (one,) = scripted_commands(file, file.acts[0], rows)
    assert one.fields["changes"] == {"targets": {"Q1": 5, "Q2": 5}}
    assert one.fields["adjustment"] == "2026-01-08"
