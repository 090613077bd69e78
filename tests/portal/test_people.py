"""People through the year as HR types them: joining, moving, leaving, away, delegating; one by one and from a file."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client

import worker
from cairn.settings import Settings
from cairn_portal.servers.migrate import migrate_all
from cairn_portal.servers.temporal_ready import make_usable
from tests.databases import Databases
from tests.portal.conftest import ROSTER, Cairn, environment

TODAY = datetime.now(UTC).date()
AHEAD = (TODAY + timedelta(days=20)).isoformat()
MORE = """E5,高远,D1,客户经理,销售,M1,2020-01-01,,
M2,沈立群,D2,经理,销售,H1,2020-01-01,,
H2,丁一凡,D2,人力资源,销售,H1,2020-01-01,,HR
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(
    databases: Databases, temporal_server: str, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Cairn]:
    """A terminal of a company whose cycle runs from a month ago until long after today."""
    dsn = await databases.empty()
    await migrate_all(dsn)
    namespace = f"people-{uuid4().hex[:8]}"  # of this ledger alone: another file has such a company too
    await make_usable(await Client.connect(temporal_server), namespace)
    home = tmp_path_factory.mktemp("people")
    roster = home / "roster.csv"
    roster.write_text(ROSTER + MORE, encoding="utf-8")
    queue = f"people-{uuid4().hex[:8]}"
    settings = Settings(
        home=home, database=dsn, temporal_address=temporal_server, namespace=namespace, task_queue=queue
    )
    terminal = Cairn({**environment(settings), "CAIRN_LANGUAGE": "en"})
    starts, ends = TODAY - timedelta(days=30), TODAY + timedelta(days=330)
    async with worker.running(settings):
        for typed in (
            ("policy", "adopt", str(files / "policy.yaml")),
            ("roster", "import", str(roster)),
            ("cycle", "launch", "c1", "--starts", starts.isoformat(), "--ends", ends.isoformat(), "--yes"),
        ):
            done = await terminal(*typed, "--by", "H1")
            assert done.code == 0, done.out + done.err
        yield terminal
    await databases.drop(dsn)


async def people(company: Cairn, *typed: str, by: str = "H1") -> dict[str, Any]:
    """The answer of a command about people that was done."""
    said = await company("people", *typed, "--by", by, "--json")
    assert said.code == 0, said.out + said.err
    found: dict[str, Any] = said.json
    return found


JOIN = ("join", "N1", "--name", "新人", "--department", "D1", "--family", "sales", "--manager", "M1")


async def test_l7_joining_is_previewed_and_then_opens_the_sheet_that_was_promised(company: Cairn) -> None:
    preview = await people(company, *JOIN, "--from", TODAY.isoformat(), "--dry-run")
    [follows] = preview["consequences"]
    assert [each["sheet"] for each in follows["opens"]] == ["sheet-c1-N1-1"]
    assert (await company("goal", "show", "goal-c1-N1-1", "--json")).code == 1
    done = await people(company, *JOIN, "--from", TODAY.isoformat())
    assert done["consequences"] == preview["consequences"] and done["refused"] == []
    shown = (await company("goal", "show", "goal-c1-N1-1", "--json")).json
    assert "draft" in str(shown) and "N1" in str(shown)
    again = await people(company, *JOIN, "--from", TODAY.isoformat())
    assert again["consequences"] == []


async def test_l7_who_leaves_later_keeps_everything_until_then(company: Cairn) -> None:
    assert (await company("goal", "submit", "goal-c1-E2-1", "--by", "E2")).code == 0
    said = await company("people", "leave", "E2", "--last-day", AHEAD, "--by", "H1")
    assert said.code == 0 and f"ends with {AHEAD}" in said.out.replace("\n", " ")
    shown = (await company("goal", "show", "goal-c1-E2-1", "--json")).json
    assert "submitted" in str(shown)
    stays = await people(company, "leave", "E2", "--stays")
    assert stays["refused"] == []
    told = await company("replay", "goal-c1-E2-1")
    assert told.out.count("last day") >= 2


async def test_l7_another_family_is_refused_where_there_is_none_and_a_manager_passes_tasks_on(
    company: Cairn,
) -> None:
    assert (await company("goal", "submit", "goal-c1-E3-1", "--by", "E3")).code == 0
    today = TODAY.isoformat()
    said = await company("people", "manager", "E3", "--manager", "M2", "--from", today, "--by", "H2")
    assert said.code == 0, said.out + said.err
    assert "goal-c1-E3-1" in (await company("inbox", "--by", "M2", "--json")).out
    assert (await company("goal", "approve", "goal-c1-E3-1", "--by", "M1")).code == 1
    assert (await company("goal", "approve", "goal-c1-E3-1", "--by", "M2")).code == 0


async def test_k5_a_delegate_approves_for_the_manager_who_is_away(company: Cairn) -> None:
    assert (await company("goal", "submit", "goal-c1-E5-1", "--by", "E5")).code == 0
    assert (await company("goal", "approve", "goal-c1-E5-1", "--by", "M2")).code == 1
    given = ("delegate", "M1", "--delegate", "M2", "--from", TODAY.isoformat(), "--to", AHEAD)
    [follows] = (await people(company, *given))["consequences"]
    assert [each["to"] for each in follows["passes"]] == ["M2"]
    assert "goal-c1-E5-1" in (await company("inbox", "--by", "M2", "--json")).out
    assert (await company("goal", "approve", "goal-c1-E5-1", "--by", "M2")).code == 0
    assert "for M1" in " ".join((await company("replay", "goal-c1-E5-1")).out.split())
    ended = ("delegate", "M1", "--nobody", "--from", TODAY.isoformat())
    assert (await people(company, *ended))["refused"] == []


async def test_l7_long_leave_says_what_rests_and_to_what_targets_come(company: Cairn) -> None:
    away = ("away", "E5", "--from", AHEAD, "--to", (TODAY + timedelta(days=80)).isoformat())
    [follows] = (await people(company, *away, "--dry-run"))["consequences"]
    [sheet] = follows["sheets"]
    first = next(each for each in sheet["goals"] if each["goal"] == "goal-c1-E5-1")
    assert first["target_before"] and first["target_before"] != first["target_after"]
    assert (await people(company, *away))["refused"] == []
    assert (await people(company, "return", "E5", "--on", AHEAD))["refused"] == []


async def test_only_hr_says_what_happens_to_people(company: Cairn) -> None:
    said = await company("people", "leave", "E1", "--last-day", AHEAD, "--by", "M1")
    assert said.code == 1 and "H1" in said.err


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("leave", "E1"), "--last-day"),
        (("move", "E1", "--from", AHEAD), "--department"),
        (("manager", "E1", "--from", AHEAD), "--manager"),
        (("away", "E1"), "--from"),
        (("delegate", "M1", "--from", AHEAD), "--nobody"),
    ],
)
async def test_what_is_missing_is_said(company: Cairn, typed: tuple[str, ...], told: str) -> None:
    said = await company("people", *typed, "--by", "H1")
    assert said.code == 2 and told in said.err


async def test_l7_a_changed_file_is_told_asked_and_done_and_again_it_is_nothing(
    company: Cairn, tmp_path: Path
) -> None:
    """L7: "leaver by roster file: goals stay active, nothing said; told, asked, done"; "import the same roster twice
    after a leaver and a change: nothing"."""
    file = tmp_path / "roster.csv"
    now = (await company("people", "leave", "E2", "--stays", "--by", "H1", "--json")).code
    assert now == 0
    before, after = (f"E1,周敏,D1,客户经理,销售,M1,2020-01-01,{left}," for left in ("", AHEAD))
    rows = (ROSTER + MORE).replace(before, after)
    rows = rows.replace("E2,郑雨桐,D1,客户经理,销售,M1", "E2,郑雨桐,D1,高级客户经理,销售,M1").replace(
        "E3,吴浩然,D1,客户经理,销售,M1,2020-01-01,,", ""
    )
    file.write_text(rows + "N2,又一人,D1,客户经理,销售,M1,2020-01-01,,\n", encoding="utf-8")
    asked = await company("roster", "import", str(file), "--by", "H1")
    assert asked.code == 2 and "--yes" in asked.err
    for who in ("E1", "E2", "N2", "E3"):
        assert who in asked.err
    done = await company("roster", "import", str(file), "--by", "H1", "--yes", "--json")
    assert done.code == 0, done.err
    assert (done.json["changes"]["joined"], done.json["changes"]["left"]) == (["N2"], ["E1"])
    assert (await company("goal", "show", "goal-c1-N2-1", "--json")).code == 0
    assert "last day" in (await company("replay", "goal-c1-E1-1")).out
    again = await company("roster", "import", str(file), "--by", "H1", "--json")
    assert (again.code, again.json["events"]) == (0, 0)


async def test_l7_a_manager_whose_day_of_leaving_is_ahead_is_accepted(company: Cairn, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    later = date(TODAY.year + 1, 6, 30).isoformat()
    before, after = (f"M1,陆一鸣,D1,经理,销售,H1,2020-01-01,{left},委员" for left in ("", later))
    file.write_text(ROSTER.replace(before, after), encoding="utf-8")
    said = await company("roster", "import", str(file), "--check-only")
    assert said.code == 0, said.out


async def test_l7_sheets_that_are_missing_since_the_launch_are_listed_and_opened(company: Cairn) -> None:
    said = await company("cycle", "add-sheets", "c1", "--by", "H1")
    assert said.code == 0 and "No sheet is missing" in said.out
    assert (await company("cycle", "add-sheets", "c1", "--dry-run", "--json")).json["opens"] == []


async def test_l1_nobody_becomes_a_manager_by_a_file_of_their_own(company: Cairn, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    rows = ROSTER + MORE
    file.write_text(
        rows.replace("E5,高远,D1,客户经理,销售,M1", "E5,高远,D1,客户经理,销售,H2"), encoding="utf-8"
    )
    said = await company("roster", "import", str(file), "--by", "H2", "--yes")
    assert said.code == 1 and "直接上级" in said.out and "H2" in said.out
