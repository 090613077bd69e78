"""What people type and hand in: it does what it says, or it is refused in words with nothing changed."""

import shlex
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from uuid import uuid4

import pytest_asyncio
from temporalio.client import Client

import worker
from cairn.application import Application
from cairn.domain.people import Person
from cairn.settings import Settings
from cairn_portal.servers.migrate import migrate_all
from cairn_portal.servers.temporal_ready import make_usable
from tests.databases import Databases
from tests.portal.conftest import ROSTER, Cairn, environment

NAMESPACE = "cli-doors"
ROWS = ROSTER.strip().splitlines()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(
    settings: Settings, databases: Databases, temporal_server: str, files: Path
) -> AsyncIterator[Settings]:
    """A company of this file's own, with worker, policy and roster; its namespace too, which has one starter."""
    dsn = await databases.empty()
    await migrate_all(dsn)
    await make_usable(await Client.connect(temporal_server), NAMESPACE)
    queue = f"doors-{uuid4().hex[:8]}"
    own = settings.model_copy(update={"database": dsn, "namespace": NAMESPACE, "task_queue": queue})
    async with worker.running(own):
        terminal = Cairn(environment(own))
        for group, what, file in (("policy", "adopt", "policy.yaml"), ("roster", "import", "roster.csv")):
            done = await terminal(group, what, str(files / file), "--by", "H1")
            assert done.code == 0, done.err
        yield own
    await databases.drop(dsn)


@pytest_asyncio.fixture(loop_scope="session")
async def cairn(company: Settings) -> Cairn:
    """A terminal of that company."""
    return Cairn(environment(company))


async def people(company: Settings) -> dict[str, Person]:
    """Everybody as the log has them now."""
    async with Application.open(company.database or "", name="test", size=2) as application:
        return (await application.people.roster()).by_id()


def written(folder: Path, rows: Iterable[str], name: str = "roster.csv") -> str:
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


def without_roles(row: str) -> str:
    return row.rsplit(",", 1)[0]


async def test_the_same_people_without_the_column_roles_keep_their_roles(
    company: Settings, cairn: Cairn, tmp_path: Path
) -> None:
    before = await people(company)
    said = await cairn(
        "roster", "import", written(tmp_path, map(without_roles, ROWS)), "--by", "H1", "--json"
    )
    assert (said.code, said.json["events"]) == (0, 0)
    assert await people(company) == before and before["H1"].roles == ("hr",)


async def test_the_last_hr_cannot_be_removed_by_an_empty_cell(
    company: Settings, cairn: Cairn, tmp_path: Path
) -> None:
    before = await people(company)
    rows = [row.removesuffix("HR") for row in ROWS]
    said = await cairn("roster", "import", written(tmp_path, rows), "--by", "H1", "--json")
    assert (said.code, said.json["error"], said.json["field"]) == (1, "roster.last-hr", "roles")
    assert "H1" in said.json["sentence"]
    assert await people(company) == before


async def test_the_last_hr_cannot_be_removed_by_a_day_of_leaving(cairn: Cairn, tmp_path: Path) -> None:
    alone = [row.replace("经理,销售,H1", "经理,销售,") for row in ROWS]
    rows = [row.replace("2020-01-01,,HR", "2020-01-01,2030-01-31,HR") for row in alone]
    said = await cairn("roster", "import", written(tmp_path, rows), "--by", "H1", "--json")
    assert (said.code, said.json["error"]) == (1, "roster.last-hr")


async def test_a_first_roster_in_which_nobody_is_hr_is_refused(
    settings: Settings, databases: Databases, tmp_path: Path
) -> None:
    dsn = await databases.empty()
    await migrate_all(dsn)
    fresh = Cairn(environment(settings.model_copy(update={"database": dsn})))
    rows = written(tmp_path, [row.removesuffix("HR") for row in ROWS])
    said = await fresh("roster", "import", rows, "--by", "H1", "--json")
    assert (said.code, said.json["error"]) == (1, "roster.no-hr")
    await databases.drop(dsn)


async def test_a_leave_and_a_move_of_the_same_person_in_one_import_are_both_recorded(
    company: Settings, cairn: Cairn, tmp_path: Path
) -> None:
    moved = ROWS[-2].replace("M1,2020-01-01,", "H1,2020-01-01,2030-06-30")
    said = await cairn("roster", "import", written(tmp_path, [*ROWS[:-2], moved]), "--by", "H1", "--json")
    assert (said.code, said.json["events"]) == (0, 2)
    e3 = (await people(company))["E3"]
    assert (e3.manager, str(e3.left)) == ("H1", "2030-06-30")
    again = await cairn("roster", "import", written(tmp_path, [*ROWS[:-2], moved]), "--by", "H1", "--json")
    assert again.json["events"] == 0


async def test_the_targets_of_a_cycle_are_listed_with_their_origin(cairn: Cairn, tmp_path: Path) -> None:
    first = ["工号,目标,考核期,目标值", "E1,revenue,Q1,100", "E2,revenue,Q1,200"]
    then = ["工号,目标,考核期,目标值", "E2,revenue,Q1,250"]
    for name, rows in (("quotas.csv", first), ("corrected.csv", then)):
        done = await cairn(
            "targets", "import", written(tmp_path, rows, name), "--cycle", "2093", "--by", "H1"
        )
        assert done.code == 0, done.err
    said = await cairn("targets", "list", "2093", "--json")
    assert [(row["holder"], row["goal"], row["period"], row["target"]) for row in said.json] == [
        ("E1", "revenue", "Q1", "100"),
        ("E2", "revenue", "Q1", "250"),
    ]
    assert [(row["source"], row["by"]) for row in said.json] == [
        ("quotas.csv", "H1"),
        ("corrected.csv", "H1"),
    ]
    assert "corrected.csv" in (await cairn("targets", "list", "2093")).out
    assert "2092" in (await cairn("targets", "list", "2092", "--lang", "en")).out


async def test_the_launch_command_that_a_preview_prints_works_as_printed(cairn: Cairn) -> None:
    days = ("--starts", "2089-04-01", "--ends", "2090-03-31")
    shown = await cairn("cycle", "preview", "FY90", *days, "--title", "2089 财年 (新)", "--lang", "en")
    (line,) = (line for line in shown.err.splitlines() if "cairn cycle launch" in line)
    program, *typed = shlex.split(line[line.index("cairn cycle launch") :])
    said = await cairn(*typed, "--json")
    assert (program, said.code) == ("cairn", 0), said.out
    assert said.json["goals"] == said.json["planned"] > 0
