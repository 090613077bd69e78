"""Targets of a launched cycle: shown goal by goal first, then revisions and adjustments, with a result for each row."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest_asyncio

from cairn.settings import Settings
from tests.databases import Databases
from tests.portal.conftest import Cairn, company_of_its_own, environment

HEADER = "工号,目标,考核期,目标值"
REASON = ("--reason", "指标分解")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cairn(
    settings: Settings, databases: Databases, temporal_server: str, files: Path
) -> AsyncIterator[Cairn]:
    """A terminal of a company of this file's own."""
    async with company_of_its_own("cli-targets", settings, databases, temporal_server, files) as own:
        yield Cairn(environment(own))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cycle(cairn: Cairn) -> str:
    """A cycle that has not begun, in which E1's revenue is approved and everything else is a draft."""
    done = await cairn("cycle", "launch", "2084", "--by", "H1", "--yes")
    assert done.code == 0, done.err
    for command in (("submit", "--by", "E1"), ("approve", "--by", "M1")):
        said = await cairn("goal", command[0], "goal-2084-E1-1", *command[1:])
        assert said.code == 0, said.err
    return "2084"


def written(folder: Path, *rows: str) -> str:
    file = folder / "targets.csv"
    file.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return str(file)


def outcome(row: dict[str, object]) -> tuple[object, ...]:
    return row["holder"], row["period"], row["act"], row["done"]


async def test_before_the_launch_what_was_proposed_is_withdrawn_and_proposed_again(
    cairn: Cairn, tmp_path: Path
) -> None:
    file = written(tmp_path, "E2,revenue,Q1,300", "E2,revenue,Q2,300", "E3,revenue,Y,1500")
    typed, by = ("targets", "withdraw", "2085"), ("--by", "H1", "--json")
    assert (await cairn("targets", "import", file, "--cycle", "2085", "--by", "H1")).code == 0
    refused = await cairn(*typed, "E2", "revenue", "--period", "Q3", *by)
    assert (refused.code, refused.json["error"]) == (1, "targets.not-proposed")
    assert (await cairn(*typed, "E3", "revenue", "--by", "E1", "--json")).json["error"] == "targets.not-hr"
    done = await cairn(*typed, "E2", "revenue", *by)
    assert [(each["period"], each["target"]) for each in done.json["withdrawn"]] == [
        ("Q1", "300"),
        ("Q2", "300"),
    ]
    standing = (await cairn("targets", "list", "2085", "--json")).json
    assert [(each["holder"], each["target"]) for each in standing] == [("E3", "1500")]
    assert (await cairn("targets", "import", file, "--cycle", "2085", *by)).json["new"] == 2
    await cairn(*typed, "E3", "revenue", *by)
    told = (await cairn("replay", "targets-2085", "--json")).json
    assert [each["type"] for each in told["events"]] == [
        "TargetsProposed", "TargetsWithdrawn", "TargetsProposed", "TargetsWithdrawn"
    ]  # fmt: skip
    launched = await cairn("cycle", "launch", "2085", "--by", "H1", "--yes")
    assert launched.code == 0, launched.err
    measures = [
        (await cairn("goal", "show", f"goal-2085-{each}-1", "--json")).json["goal"]["measure"] for each in ("E2", "E3")
    ]  # fmt: skip
    assert (measures[0]["targets"]["Q1"], measures[1]["target"]) == ("300", "1200")
    late = await cairn(*typed, "E2", "revenue", *by)
    assert (late.code, late.json["error"]) == (1, "targets.launched")


async def test_first_it_is_only_shown_and_then_drafts_are_revised(
    cairn: Cairn, cycle: str, tmp_path: Path
) -> None:
    file = written(tmp_path, "E2,revenue,Y,1500", "E3,revenue,Q1,200", "E3,revenue,Q2,400")
    typed = ("targets", "import", file, "--cycle", cycle, "--by", "H1")
    shown = await cairn(*typed, "--json")
    assert (shown.code, shown.json["done"]) == (0, False)
    assert [outcome(row) for row in shown.json["rows"]] == [
        ("E2", "Y", "revise", False),
        ("E3", "Q1", "revise", False),
        ("E3", "Q2", "revise", False),
    ]
    before = (await cairn("goal", "show", f"goal-{cycle}-E2-1", "--json")).json["goal"]["measure"]
    assert before["target"] == "1200"
    done = await cairn(*typed, "--yes", "--json")
    assert (done.code, {row["done"] for row in done.json["rows"]}) == (0, {True})
    year = (await cairn("goal", "show", f"goal-{cycle}-E2-1", "--json")).json["goal"]["measure"]
    assert year["target"] == "1500"
    quarters = (await cairn("goal", "show", f"goal-{cycle}-E3-1", "--json")).json["goal"]["measure"][
        "targets"
    ]
    assert quarters == {"Q1": "200", "Q2": "400", "Q3": "300", "Q4": "300"}
    again = await cairn(*typed, "--yes", "--json")
    assert [row["act"] for row in again.json["rows"]] == ["same"] * 3


async def test_rows_that_match_nothing_are_told_and_nothing_is_done(
    cairn: Cairn, cycle: str, tmp_path: Path
) -> None:
    rows = (
        "E9,revenue,Y,1",
        "E2,revenu,Y,1",
        "E4,revenue,Y,1",
        "E2,learn,Y,1",
        "E2,revenue,M13,1",
        "E2,revenue,H1,1",
    )
    file = written(tmp_path, *rows)
    said = await cairn("targets", "import", file, "--cycle", cycle, "--by", "H1", "--yes", "--json")
    assert (said.code, [problem["row"] for problem in said.json["problems"]]) == (1, [2, 3, 4, 5, 6])


async def test_a_goal_in_another_stage_refuses_and_the_rest_waits_for_partly(
    cairn: Cairn, cycle: str, tmp_path: Path
) -> None:
    """An approved goal that does not run yet takes neither a revision nor an adjustment."""
    file = written(tmp_path, "E1,revenue,Y,1300", "E2,revenue,Y,1600")
    typed = ("targets", "import", file, "--cycle", cycle, "--by", "H1", *REASON, "--yes", "--json")
    all_or_none = await cairn(*typed)
    assert (all_or_none.code, all_or_none.json["done"]) == (1, False)
    [refused, _] = all_or_none.json["rows"]
    assert refused["refused"] == "goal.stage"
    partly = await cairn(*typed, "--partly")
    assert [outcome(row) for row in partly.json["rows"]] == [
        ("E1", "Y", "refused", False),
        ("E2", "Y", "revise", True),
    ]


async def test_a_running_goal_gets_an_adjustment_with_reason_and_source(cairn: Cairn, tmp_path: Path) -> None:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    days = ("--starts", str(today - timedelta(days=5)), "--ends", str(today + timedelta(days=359)))
    assert (await cairn("cycle", "launch", "NOW84", *days, "--by", "H1", "--yes")).code == 0
    assert (await cairn("goal", "submit", "goal-NOW84-E1-1", "--by", "E1")).code == 0
    assert (await cairn("goal", "approve", "goal-NOW84-E1-1", "--by", "M1")).code == 0
    typed = ("targets", "import", written(tmp_path, "E1,revenue,Y,1140"), "--cycle", "NOW84", "--by", "H1")
    assert (await cairn(*typed, "--yes")).code == 2, "a running goal changes for a reason"
    shown = await cairn(*typed, *REASON, "--json")
    assert [(*outcome(row), row["draws"]) for row in shown.json["rows"]] == [
        ("E1", "Y", "adjust", False, "4.00")
    ]
    done = await cairn(*typed, *REASON, "--yes", "--json")
    assert [outcome(row) for row in done.json["rows"]] == [("E1", "Y", "adjust", True)]
    goal = (await cairn("goal", "show", "goal-NOW84-E1-1", "--json")).json["goal"]
    assert (goal["stage"], goal["pending"]["reason"]) == ("adjusting", "指标分解 (targets.csv)")
    assert goal["measure"]["target"] == "1200", "nothing changes before both have confirmed"
    for role, by in (("manager", "M1"), ("hr", "H1")):
        said = await cairn("goal", "confirm", "goal-NOW84-E1-1", "--as", role, "--by", by)
        assert said.code == 0, said.err
    goal = (await cairn("goal", "show", "goal-NOW84-E1-1", "--json")).json["goal"]
    assert (goal["stage"], goal["measure"]["target"]) == ("active", "1140")


async def test_only_hr_and_only_with_what_agrees(cairn: Cairn, cycle: str, tmp_path: Path) -> None:
    file = written(tmp_path, "E3,revenue,Y,1000", "E3,revenue,Q1,900")
    typed = ("targets", "import", file, "--cycle", cycle)
    assert (await cairn(*typed, "--by", "E1", "--json")).json["error"] == "targets.not-hr"
    said = await cairn(*typed, "--by", "H1", "--json")
    assert [row["refused"] for row in said.json["rows"]] == ["targets.year", "targets.year"]
