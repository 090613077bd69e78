"""`make compare-years` finds every score that changed, and fails for none that is explained."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import asyncpg
import pytest

from tests.years.differences import CannotRead, Difference, Explained, differences, explanations, sorted_out
from tests.years.export import COMPARED, CannotExport, Table, Tables, exported
from tests.years.playing import CannotPlay, commit_of

ROOT = Path(__file__).parents[2]
GOAL, SHEET = "goal-2026-E005-1", "sheet-2026-E005-1"
AT = datetime(2026, 4, 1, tzinfo=UTC)
SCORES = tuple(table for table in COMPARED if table.name in ("goal_score", "result"))


def scores(**of: dict[str, str | None]) -> Tables:
    return {"goal_score": {f"{GOAL} {period}": fields for period, fields in of.items()}}


BEFORE = scores(Q1={"points": "95.4", "target": "50"}, Q2={"points": None, "target": "60"})


async def scored(pool: asyncpg.Pool, points: str, grade: str = "B") -> None:
    await pool.execute(
        "insert into read.goal_score (goal, period, starts, ends, actual, target, attainment, points, formula, marks,"
        " applies, inputs, policy, by, at, version, position)"
        " values ($1, 'Q1', $2, $3, 55.14, 50, 110.28, $4, '{}', '[]', true, '{}', 'sales/1', 'system', $5, 9, 703)"
        " on conflict (goal, period) do update set points = excluded.points",
        *(GOAL, date(2026, 1, 1), date(2026, 3, 31), points, AT),
    )
    await pool.execute(
        "insert into read.result (sheet, points, rounded, grade, coefficient, mix, periods, subordinates, policy, at,"
        " version, position) values ($1, 88.123, 88.1, $2, 1.0, '{}', '[]', '[]', 'sales/1', $3, 9, 1700)"
        " on conflict (sheet) do update set grade = excluded.grade",
        *(SHEET, grade, AT),
    )


async def test_a_changed_score_and_a_changed_grade_are_found(pool: asyncpg.Pool, shared: str) -> None:
    await scored(pool, points="95.40")
    before = await exported(shared, SCORES)
    await scored(pool, points="95.41", grade="A")
    after = await exported(shared, SCORES)
    assert differences("company", before, after) == [
        Difference("company", "goal_score", GOAL, "Q1", "points", "95.4", "95.41"),
        Difference("company", "result", SHEET, "", "grade", "B", "A"),
    ]


async def test_the_same_number_written_otherwise_is_no_difference(pool: asyncpg.Pool, shared: str) -> None:
    await scored(pool, points="95.40")
    before = await exported(shared, SCORES)
    await scored(pool, points="477/5")
    assert differences("company", before, await exported(shared, SCORES)) == []


async def test_every_compared_column_is_one_the_read_models_have(pool: asyncpg.Pool) -> None:
    columns = await pool.fetch(
        "select table_name, column_name from information_schema.columns where table_schema = 'read'"
    )
    there = {tuple(column) for column in columns}
    named = {(table.name, column) for table in COMPARED for column in (*table.key, *table.fields)}
    assert sorted(named - there) == []


async def test_a_table_that_moved_is_told_and_not_taken_for_an_empty_one(shared: str) -> None:
    moved = replace(SCORES[0], name="score_of_goal")
    with pytest.raises(CannotExport, match=r"no read\.score_of_goal with goal, period"):
        await exported(shared, (moved,))


async def test_a_column_that_only_one_side_has_is_a_difference_of_its_own(
    pool: asyncpg.Pool, shared: str
) -> None:
    await scored(pool, points="95")
    before = await exported(shared, (Table("result", ("sheet",), ("grade", "points")),))
    after = await exported(shared, (Table("result", ("sheet",), ("grade", "score")),))
    assert differences("company", before, after) == [
        Difference("company", "result", "", "", "points", "there", "not there")
    ]


def test_a_score_that_only_one_side_has_is_a_difference() -> None:
    after = scores(Q1={"points": "95.4", "target": "50"}, Q3={"points": "0", "target": "60"})
    assert [str(each) for each in differences("company", BEFORE, after)] == [
        f"goal_score  {GOAL}  Q2  there → not there",
        f"goal_score  {GOAL}  Q3  not there → there",
    ]


def test_no_score_and_a_score_of_nothing_differ() -> None:
    after = scores(Q1={"points": "95.4", "target": "50"}, Q2={"points": "0", "target": "60"})
    assert [str(each) for each in differences("company", BEFORE, after)] == [
        f"goal_score  {GOAL}  Q2  points  – → 0"
    ]


def test_what_is_explained_is_set_apart_with_its_reason_and_nothing_else_is() -> None:
    after = scores(Q1={"points": "96", "target": "51"}, Q2={"points": "1", "target": "60"})
    reason = Explained(of="goal-2026-*", period="Q1", field="points", reason="RULES T1")
    unused = Explained(of="goal-2027-*", reason="RULES T2")
    unexplained, covered = sorted_out(differences("company", BEFORE, after), [reason, unused])
    assert [(each.period, each.field) for each in unexplained] == [("Q1", "target"), ("Q2", "points")]
    assert {why.reason: [each.field for each in found] for why, found in covered.items()} == {
        "RULES T1": ["points"],
        "RULES T2": [],
    }


def test_the_shipped_file_of_explanations_can_be_read() -> None:
    assert isinstance(explanations(ROOT / "docs" / "explained-differences.toml"), list)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[explained]]\nof = "goal-*"', "reason: Field required"),
        ('[[explained]]\nof = "goal-*"\nreason = "T1"\ngoal = "x"', "goal: Extra inputs"),
        ("[[explained]\n", "line 1"),
    ],
)
def test_an_explanation_without_a_reason_is_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "explained.toml"
    file.write_text(text)
    with pytest.raises(CannotRead, match=told):
        explanations(file)


def test_a_commit_that_git_does_not_know_is_named() -> None:
    with pytest.raises(CannotPlay, match="knows no commit 'nonsense'"):
        commit_of(ROOT, "nonsense")
