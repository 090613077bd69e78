"""What the check of a roster passes, its import takes; and what an import would be refused for stands in its row."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from cairn.application.people import People
from cairn.domain.people import Department, PersonLeft
from cairn.ledger import Ledger, NewEvent, StreamAppend
from cairn.roster.reading import RosterInvalid, Stated, read_roster
from tests.projections.given import seal

HEADER = "工号,姓名,部门,岗位序列,直接上级,入职日期,离职日期,角色"
KNOWN = (
    "B1,顾怀远,总经办,管理,,2015-03-01,,",
    "H1,叶知秋,人力资源部,管理,B1,2016-09-05,,HR",
    "H2,丁一凡,人力资源部,管理,H1,2018-10-18,,",
    "M1,陆一鸣,销售部,销售,B1,2016-04-18,,",
    "E1,周敏,销售部,销售,M1,2018-05-07,,",
    "G1,宋思源,销售部,销售,M1,2016-04-11,2026-01-31,",
    "T1,许志远,研发部,研发,B1,2018-05-07,,",
    "T2,许志远,研发部,研发,T1,2018-05-07,,",
)
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
BEFORE = NOW - timedelta(days=1)
NEW = "N1,罗佳宁,销售部,销售,{},2026-06-01,,"


def table(folder: Path, rows: Sequence[str], departments: Sequence[str] = ()) -> Path:
    path = folder / "roster.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    beside = folder / "roster.departments.csv"
    beside.unlink(missing_ok=True)
    if departments:
        text = "\n".join(["部门编号,部门名称,负责人,上级部门", *departments])
        beside.write_text(text + "\n", encoding="utf-8")
    return path


@pytest.fixture
async def people(pool: asyncpg.Pool, tmp_path: Path) -> People:
    """A company whose people and departments are known."""
    known = People(Ledger(pool))
    await known.import_roster(read_roster(table(tmp_path, KNOWN)).roster, "H1", BEFORE)
    await seal(pool)
    return known


async def imported(
    people: People, rows: Sequence[str], by: str, folder: Path, departments: Sequence[str] = ()
) -> int | set[tuple[int, str, str]]:
    """The events of an import of what the check has passed, or where the check finds what."""
    path = table(folder, rows, departments)
    try:
        read = read_roster(path, stated=Stated(today=NOW.date()), known=await people.known(by, NOW))
    except RosterInvalid as invalid:
        return {(each.place.row, each.place.column, each.message.id) for each in invalid.mistakes}
    await people.differences(read.roster, by, NOW)
    return (await people.import_roster(read.roster, by, NOW)).changes


TO_ONESELF, LAST_HR = "refusal:move.to-oneself", "refusal:roster.last-hr"
ODD = [
    (["E1,周敏,销售部,销售,H1,2018-05-07,,"], "H1", {(2, "直接上级", TO_ONESELF)}),
    (["E1,周敏,销售部,销售,叶知秋,2018-05-07,,", NEW.format("N1")], "H1",
     {(2, "直接上级", TO_ONESELF), (3, "直接上级", "roster:manager-self")}),
    (["H1,叶知秋,人力资源部,管理,B1,2016-09-05,,"], "H1", {(2, "角色", LAST_HR)}),
    ([KNOWN[0], "H1,叶知秋,人力资源部,管理,B1,2016-09-05,2026-12-31,HR"], "H1", {(3, "离职日期", LAST_HR)}),
    (["M1,陆一鸣,销售部,销售,E1,2016-04-18,,"], "H1", {(2, "直接上级", "roster:manager-circle")}),
    ([NEW.format("G1")], "H1", {(2, "直接上级", "roster:manager-left")}),
    ([NEW.format("宋思源")], "H1", {(2, "直接上级", "roster:manager-unknown")}),
    ([NEW.format("许志远")], "H1", {(2, "直接上级", "roster:name-ambiguous")}),
    ([NEW.format("X9")], "H1", {(2, "直接上级", "roster:manager-unknown")}),
    ([NEW.format("M01")], "H1", {(2, "直接上级", "id:zeros")}),
    ([NEW.format("H1")], "H1", 1),
    ([NEW.format("M1"), "N2,田野,销售部,销售,陆一鸣,2026-06-01,,", "N3,江雨,新部门,销售,N1,2026-06-01,,"], "H1", 4),
    (["H2,丁一凡,人力资源部,管理,H1,2018-10-18,,HR"], "H1", 1),
    (["E1,周敏,销售部,销售,M1,2018-05-07,2026-12-31,"], "H1", 1),
    (KNOWN, "H1", 0),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "by", "comes"), ODD)
async def test_what_the_check_passes_the_import_takes(
    people: People, tmp_path: Path, rows: Sequence[str], by: str, comes: int | set[tuple[int, str, str]]
) -> None:
    assert await imported(people, rows, by, tmp_path) == comes


async def test_a_person_and_a_department_that_cannot_be_read_are_told_in_their_rows(
    people: People, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    """A newer program wrote of them: an import would stop there, halfway."""
    for stream, kind in (("person-E1", "PersonLeft"), ("department-研发部", "DepartmentNamed")):
        newer = NewEvent(id=uuid4(), type=kind, data="{}", occurred_at=NOW, actor="H1", schema_version=99)
        await Ledger(pool).append([StreamAppend(stream, 1, [newer])])
    await seal(pool)
    assert await imported(people, KNOWN, "H1", tmp_path) == {
        (6, "工号", "refusal:event.newer"), (8, "部门", "refusal:event.newer")
    }  # fmt: skip


async def test_a_table_of_new_departments_names_heads_and_parents_that_are_known(
    people: People, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    """Who is not in the table keeps their department, and a department that is not in it stays as it is."""
    rows = [NEW.format("M1").replace("销售部", "D9"), "N2,田野,销售部,销售,M1,2026-06-01,,"]
    assert await imported(people, rows, "H1", tmp_path, ["D9,大客户部,E1,销售部"]) == 3
    await seal(pool)
    departments = {each.id: each for each in (await people.roster()).departments}
    assert departments["D9"] == Department(id="D9", name="大客户部", head="E1", parent="销售部")
    assert departments["销售部"].head == "M1", "three new people make no other head"
    wrong = await imported(people, rows, "H1", tmp_path, ["D9,大客户部,G1,销售", "销售部,销售部,M1,D9"])
    assert wrong == {(2, "负责人", "roster:head-left"), (2, "上级部门", "roster:parent-unknown")}
    wrong = await imported(
        people, [rows[0]], "H1", tmp_path, ["总经办,总经办,B1,D9", "D9,大客户部,E1,销售部"]
    )
    assert wrong == {(2, "上级部门", "roster:parent-circle")}


async def test_who_leaves_with_a_table_is_not_somebody_that_is_refused_later(
    people: People, tmp_path: Path
) -> None:
    found = read_roster(table(tmp_path, KNOWN[:4]), known=await people.known("H1", NOW)).roster
    changes = await people.differences(found, "H1", NOW, date(2026, 6, 30))
    done = await people.import_roster(found, "H1", NOW, date(2026, 6, 30))
    assert done.changes == len([each for each in changes.events if isinstance(each, PersonLeft)]) == 3
