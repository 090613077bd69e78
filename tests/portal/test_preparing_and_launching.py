"""From files to a launched cycle: what HR types, and what bad files and slips get."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cairn.domain.cycle.events import RehearsalAdvanced
from cairn.ledger import open_pool
from cairn.settings import Settings
from tests.portal.conftest import Cairn
from tests.projections.given import append, new


async def test_a_policy_file_with_mistakes_gets_every_one_with_its_line(cairn: Cairn, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: x\ntitle: {zh: x, en: x}\nfamiles: {}\n", encoding="utf-8")
    said = await cairn("policy", "check", str(bad))
    assert said.code == 1
    assert "第 3 行" in said.out and "famil" in said.out
    problems = (await cairn("policy", "check", str(bad), "--json", "--lang", "en")).json["problems"]
    assert "the field families is missing: add it" in str(problems)
    assert all(problem["line"] for problem in problems)


async def test_a_file_that_is_not_there_is_a_sentence(cairn: Cairn, tmp_path: Path) -> None:
    said = await cairn("roster", "import", str(tmp_path / "nowhere.csv"), "--by", "H1")
    assert said.code == 1
    assert "nowhere.csv" in said.out + said.err


async def test_adopting_the_same_policy_again_changes_nothing(cairn: Cairn, files: Path) -> None:
    said = await cairn("policy", "adopt", str(files / "policy.yaml"), "--by", "H1", "--json")
    assert (said.code, said.json["new"]) == (0, False)


async def test_a_bad_roster_is_told_row_by_row_and_none_of_it_is_imported(
    cairn: Cairn, tmp_path: Path
) -> None:
    bad = tmp_path / "roster.csv"
    rows = "工号,姓名,部门,岗位序列,直接上级,入职日期\nZ1,甲,D1,销售,无此人,2020-01-01\nZ2,乙,D1,销售,,2020-02-31\n"
    bad.write_text(rows, encoding="utf-8")
    said = await cairn("roster", "import", str(bad), "--by", "H1", "--json")
    assert said.code == 1
    assert {problem["row"] for problem in said.json["problems"]} == {2, 3}
    assert (await cairn("inbox", "--by", "Z1")).code == 1


async def test_only_hr_imports_and_the_refusal_names_who_may(cairn: Cairn, files: Path) -> None:
    said = await cairn("roster", "import", str(files / "roster.csv"), "--by", "E1")
    assert said.code == 1
    assert "E1" in said.err and "H1" in said.err


async def test_bad_targets_are_told_row_by_row(cairn: Cairn, tmp_path: Path) -> None:
    bad = tmp_path / "targets.csv"
    rows = "工号,目标,考核期,目标值\nE1,revenue,Q9,100\nE1,revenue,Q1,很多\nE9,revenue,Q1,5\n"
    bad.write_text(rows, encoding="utf-8")
    said = await cairn("targets", "import", str(bad), "--cycle", "2098", "--by", "H1", "--json")
    assert (said.code, [problem["row"] for problem in said.json["problems"]]) == (1, [2, 3, 4])


async def test_the_preview_says_who_is_in_and_who_is_out_and_why(cairn: Cairn) -> None:
    said = await cairn("cycle", "preview", "2097", "--json")
    assert said.code == 0
    assert [sheet["holder"] for sheet in said.json["sheets"]] == ["E1", "E2", "E3", "H1", "M1"]
    assert [out["person"] for out in said.json["left_out"]] == ["E4"]
    assert "2020-12-31 离职" in (await cairn("cycle", "preview", "2097")).out


async def test_a_launch_without_a_digest_or_a_yes_is_a_usage_error(cairn: Cairn) -> None:
    said = await cairn("cycle", "launch", "2096", "--by", "H1")
    assert said.code == 2
    assert "--seen" in said.err


async def test_a_launch_of_another_plan_than_the_one_seen_is_refused(cairn: Cairn) -> None:
    said = await cairn("cycle", "launch", "2095", "--by", "H1", "--seen", "0123456789abcdef", "--json")
    assert (said.code, said.json["error"]) == (1, "cycle.plan-changed")


async def test_only_hr_launches(cairn: Cairn) -> None:
    said = await cairn("cycle", "launch", "2094", "--by", "E1", "--yes", "--lang", "en")
    assert said.code == 1
    assert "only HR launches" in said.err


async def test_launching_twice_makes_no_duplicate(cairn: Cairn, launched: str) -> None:
    said = await cairn("cycle", "launch", launched, "--by", "H1", "--yes", "--json")
    assert said.code == 0
    assert (said.json["goals"], said.json["planned"], said.json["again"]) == (10, 10, True)
    assert len((await cairn("goal", "list", "--cycle", launched, "--json")).json) == 10


async def test_launching_again_with_other_dates_is_refused_and_says_which(
    cairn: Cairn, launched: str
) -> None:
    other = f"{launched}-02-01"
    said = await cairn("cycle", "launch", launched, "--by", "H1", "--starts", other, "--lang", "en")
    assert said.code == 1
    assert f"with another first day: {launched}-01-01, where you say {other}" in " ".join(said.err.split())


async def test_a_cycle_that_is_not_there_is_named(cairn: Cairn) -> None:
    said = await cairn("cycle", "status", "1999", "--lang", "en")
    assert (said.code, "there is no cycle 1999" in said.err) == (1, True)


async def test_the_status_of_a_cycle_shows_who_is_waited_for(cairn: Cairn, launched: str) -> None:
    said = await cairn("cycle", "status", launched, "--json")
    assert said.code == 0
    assert "E3" in {each["awaited"] for each in said.json["waiting"]}


async def set_clock(settings: Settings, cycle: str, instant: datetime) -> None:
    """From now on it is that moment for the cycle, as in a rehearsal; its workflows go on as they were."""
    mark = RehearsalAdvanced(cycle=cycle, instant=instant, by="system", at=instant)
    async with await open_pool(settings.database or "", size=1) as pool:
        await append(pool, mark.stream, [new(mark)])


async def test_what_is_late_is_told_by_the_cycles_own_clock_with_whom_and_since_when(
    cairn: Cairn, launched: str, settings: Settings
) -> None:
    goal, spring = f"goal-{launched}-H1-2", datetime(int(launched), 3, 1, tzinfo=UTC)
    assert f"周期 {launched} 没有逾期事项" in (await cairn("overdue", launched)).out
    await set_clock(settings, launched, spring)
    try:
        found = (await cairn("overdue", launched, "--department", "D1", "--json")).json["late"]
        [late] = [each for each in found if each["goal"] == goal]
        assert (late["act"], late["awaited_name"], late["notices"]) == ("submit", "叶知秋", [])
        due = datetime.fromisoformat(late["due"])
        assert late["days_late"] == round((spring - due) / timedelta(days=1)) > 30
        said = await cairn("overdue", "--lang", "en")
        assert (said.code, goal in said.out, "H1 叶知秋" in said.out) == (0, True, True)
    finally:
        await set_clock(settings, launched, datetime.now(UTC))


async def test_nothing_late_in_a_department_that_is_not_there_is_no_good_news(
    cairn: Cairn, launched: str
) -> None:
    said = await cairn("overdue", launched, "--department", "D9", "--lang", "en")
    assert (said.code, "belongs to a department D9" in said.err) == (1, True)
