"""Feeds and reports at the command line: what waits for which feed, what was reported, and HR going on without."""

import os
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from temporalio.client import Client

import worker
from cairn.settings import Settings
from cairn_portal.servers.migrate import migrate_all
from cairn_portal.servers.temporal_ready import make_usable
from tests.databases import Databases
from tests.portal.conftest import POLICY, Cairn, environment

NAMESPACE = "cli-feeds"
TODAY = date.today()
STARTS = TODAY - timedelta(days=100)
"""The first quarter is over and its score is due."""
FED = POLICY.replace("name: tiny", "name: fed").replace(
    "weight: 80, target: 1200, unit: 万元}",
    "weight: 40, target: 1200, unit: 万元, metric: sales}\n"
    "      - {key: visits, kind: kpi, title: {zh: 拜访, en: Visits}, weight: 40, target: 240, unit: 次}",
)
YAML = f"""name: erp
source: {{kind: csv, path: rows.csv}}
watermark: {STARTS - timedelta(days=1)}
look_back: 400
covers:
  - {{metric: sales, subjects: [E1], since: {STARTS}}}
"""
FED_GOAL, VISITS, UNCOVERED = "goal-fed-E1-1", "goal-fed-E1-2", "goal-fed-E2-1"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def fed(
    databases: Databases, temporal_server: str, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Cairn]:
    """Servers of their own, where a cycle began a hundred days ago; E1 and E2 have approved goals, a fed and a reported
    one each."""
    dsn = await databases.empty()
    await migrate_all(dsn)
    await make_usable(await Client.connect(temporal_server), NAMESPACE)
    own = Settings(
        home=tmp_path_factory.mktemp("fed"),
        database=dsn,
        temporal_address=temporal_server,
        namespace=NAMESPACE,
        task_queue=f"fed-{uuid4().hex[:8]}",
    )
    async with worker.running(own):
        terminal = Cairn(environment(own))
        await _launched(terminal, files)
        yield terminal
    await databases.drop(dsn)


async def _launched(fed: Cairn, files: Path) -> None:
    (files / "fed.yaml").write_text(FED, encoding="utf-8")
    (files / "erp.yaml").write_text(YAML, encoding="utf-8")
    days = ("--starts", str(STARTS), "--ends", str(STARTS + timedelta(days=364)))
    asked = [
        ("policy", "adopt", str(files / "fed.yaml"), "--by", "H1"),
        ("roster", "import", str(files / "roster.csv"), "--by", "H1"),
        ("cycle", "launch", "fed", *days, "--policy", "fed", "--by", "H1", "--yes"),
    ]
    for owner in ("E1", "E2"):
        goals = [f"goal-fed-{owner}-{number}" for number in (1, 2, 3)]
        asked += [("goal", "submit", *goals, "--by", owner), ("goal", "approve", *goals, "--by", "M1")]
    for typed in asked:
        done = await fed(*typed)
        assert done.code == 0, done.err


def brings(files: Path, *rows: str) -> str:
    (files / "rows.csv").write_text("metric,subject,on,value\n" + "".join(f"{row}\n" for row in rows))
    return str(files / "erp.yaml")


async def test_a_score_waits_and_overdue_and_status_say_for_what(fed: Cairn, files: Path) -> None:
    """RULES D4."""
    late = await fed("overdue", "fed", "--json")
    lacks = {(each["goal"], each["lack"]["reason"]) for each in late.json["waits"]}
    assert {(FED_GOAL, "no_feed"), (UNCOVERED, "no_feed")} <= lacks
    assert "没有数据源提供 sales" in (await fed("overdue", "fed")).out
    status = await fed("status", "--json")
    noted = [note for note in status.json["notes"] if "sales" in note and "cairn overdue" in note]
    overdue = next(each for each in late.json["late"] if each["act"] == "score")
    due = datetime.fromisoformat(overdue["due"]).astimezone(ZoneInfo("Asia/Shanghai"))
    assert f"{due:%Y-%m-%d %H:%M}" in noted[0], "it is told by the cycle's clock"
    ran = await fed("feed", "run", brings(files), "--upto", str(STARTS + timedelta(days=50)), "--by", "H1")
    assert ran.code == 0 and f"数据完整到 {STARTS + timedelta(days=50)}" in ran.out
    assert "只完整到" in (await fed("overdue", "fed")).out


async def test_a_run_names_who_is_unknown_gone_and_not_covered(fed: Cairn, files: Path) -> None:
    """RULES D3; doors, feeds: a reading of somebody unknown; readings that vanished."""
    day = STARTS + timedelta(days=3)
    path = brings(files, f"sales,E1,{day},5", f"sales,e1,{day},5", f"sales,X9,{day},5")
    ran = await fed("feed", "run", path, "--upto", str(STARTS + timedelta(days=60)), "--by", "H1")
    assert "e1（可能是 E1）" in ran.out and "X9" in ran.out
    assert "sales E2" in ran.out and "没有数据源覆盖" in ran.out
    path = brings(files, f"sales,E1,{day},5")
    ran = await fed("feed", "run", path, "--upto", str(STARTS + timedelta(days=61)), "--by", "H1")
    assert f"sales X9 {day}" in ran.out and "在源中已不存在" in ran.out
    shown = await fed("feed", "status", "--json")
    [state] = [each for each in shown.json if each["said"]["feed"] == "erp"]
    without = {each["subject"] for each in state["uncovered"]}
    assert "E2" in without and "E1" not in without
    assert str(STARTS + timedelta(days=61)) in (await fed("feed", "status")).out


async def test_days_are_read_again_where_they_are_chosen(fed: Cairn, files: Path) -> None:
    day = STARTS + timedelta(days=3)
    path = brings(files, f"sales,E1,{day},7")
    again = ("feed", "run", path, "--from", str(day), "--by", "H1", "--json")
    ran = await fed(*again, "--upto", str(day))
    assert (ran.json["corrected"], ran.json["rows"]) == (1, 1)
    assert (await fed(*again, "--upto", str(day))).json["rows"] == 0
    ahead = await fed(*again, "--upto", str(TODAY))
    assert ahead.code == 1 and "feed.days-ahead" in ahead.out + ahead.err


async def test_hr_goes_on_without_what_does_not_come(fed: Cairn) -> None:
    asked = ("goal", "score-without", UNCOVERED)
    assert (await fed(*asked, "--by", "H1")).code == 2
    done = await fed(*asked, "--period", "Q1", "--reason", "没有收银系统", "--by", "H1")
    assert done.code == 0 and "不再等数据" in done.out
    story = await fed("replay", UNCOVERED)
    assert "没有收银系统" in story.out


async def test_what_is_reported_counts_once_the_manager_has_confirmed_it(fed: Cairn) -> None:
    """RULES D6."""
    for value in ("5", "7"):
        day = TODAY - timedelta(days=int(value))
        done = await fed("goal", "check-in", VISITS, "--value", value, "--on", str(day), "--by", "E1")
        assert done.code == 0, done.err
    tasks = (await fed("inbox", "--by", "M1", "--json")).json
    assert [each["act"] for each in tasks if each["goal"] == VISITS] == ["confirm_check_ins"]
    shown = await fed("goal", "check-ins", VISITS, "--json")
    assert [(each["number"], each["confirmed_by"]) for each in shown.json["check_ins"]] == [
        (1, None),
        (2, None),
    ]
    assert "还没有" in (await fed("goal", "check-ins", VISITS)).out
    done = await fed("goal", "confirm-check-ins", VISITS, "--number", "1", "--by", "M1")
    assert done.code == 0, done.err
    assert "已确认的合计 5" in (await fed("progress", VISITS)).out
    own = await fed("goal", "withdraw-check-in", VISITS, "--number", "1", "--by", "E1")
    assert own.code == 1
    done = await fed("goal", "withdraw-check-in", VISITS, "--number", "2", "--by", "E1")
    assert done.code == 0 and "撤回进度" in done.out
    tasks = (await fed("inbox", "--by", "M1", "--json")).json
    assert [each for each in tasks if each["goal"] == VISITS] == []
    several = await fed("goal", "confirm-check-ins", VISITS, UNCOVERED, "--number", "1", "--by", "M1")
    assert several.code == 2


@pytest.mark.parametrize("command", ["check-ins", "confirm-check-ins", "withdraw-check-in", "score-without"])
async def test_every_command_says_what_it_does(fed: Cairn, command: str) -> None:
    assert (await fed("goal", command, "--help")).code == 0


async def test_a_file_is_attached_listed_and_got_by_who_may_read_comments(fed: Cairn, tmp_path: Path) -> None:
    log, goal = tmp_path / "拜访记录.txt", "goal-fed-E2-2"
    log.write_text("六家新客户", encoding="utf-8")
    done = await fed("goal", "check-in", goal, "--file", str(log), "--note", "见附件", "--by", "E2")
    assert done.code == 0, done.err
    [listed] = (await fed("file", "list", goal, "--json")).json
    assert (listed["name"], listed["size"], listed["by"]) == (log.name, 15, "E2")
    assert listed["sha256"][:12] in (await fed("replay", goal)).out
    got = await fed("file", "get", goal, log.name, "--to", str(tmp_path / "copy.txt"), "--as", "M1")
    assert got.code == 0, got.err
    assert (tmp_path / "copy.txt").read_text(encoding="utf-8") == "六家新客户"
    again = await fed(
        "file", "get", goal, listed["sha256"][:8], "--to", str(tmp_path / "copy.txt"), "--lang", "en"
    )
    assert (again.code, "is there already" in again.err) == (2, True)
    assert (await fed("file", "get", goal, log.name, "--as", "E1")).code == 1


async def test_files_that_can_not_be_attached_are_named_and_nothing_is_recorded(
    fed: Cairn, tmp_path: Path
) -> None:
    (tmp_path / "run.exe").write_bytes(b"MZ")
    (tmp_path / "empty.pdf").touch()
    goal = "goal-fed-E2-2"
    os.mkfifo(tmp_path / "pipe.txt")
    for name in (long := f"{'l' * 240}.pdf", broken := "two\nlines.txt"):
        (tmp_path / name).write_bytes(b"x")
    for name, says in (
        ("run.exe", "xlsx"), ("empty.pdf", "is empty"), ("none.pdf", "can't be read"), ("pipe.txt", "is no file"),
        (long, "rename the file"), (broken, "rename the file"),
    ):  # fmt: skip
        said = await fed(
            "goal", "check-in", goal, "--file", str(tmp_path / name), "--by", "E2", "--lang", "en"
        )
        assert said.code != 0 and says in " ".join(said.err.split()), said.err
    assert "run.exe" not in {each["name"] for each in (await fed("file", "list", goal, "--json")).json}
