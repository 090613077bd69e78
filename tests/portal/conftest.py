"""The command line is tested as people use it: typed in, against a real Postgres, a real Temporal and a real worker."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client
from typer.testing import CliRunner

import worker
from cairn.settings import Settings
from cairn_portal.cli import app
from cairn_portal.servers.migrate import migrate_all
from cairn_portal.servers.temporal_ready import make_usable
from tests.databases import Databases, databases

__all__ = ["databases"]
NAMESPACE = "cli-tests"
POLICY = """
name: tiny
title: {zh: 小公司绩效制度, en: A small company's plan}
families:
  sales:
    name: {zh: 销售, en: Sales}
    periods: {quarter: 40, year: 60}
    template:
      - {key: revenue, kind: kpi, title: {zh: 销售额, en: Revenue}, weight: 80, target: 1200, unit: 万元}
      - {key: learn, kind: capability, dimension: capability, title: {zh: 学会谈判, en: Learn to negotiate},
         weight: 20, outcomes: [完成一次谈判]}
curves:
  standard: {kind: linear}
grades:
  - {grade: A, points: 90, coefficient: 1.2}
  - {grade: B, points: 0, coefficient: 1}
"""
ROSTER = """工号,姓名,部门,职位,岗位序列,直接上级,入职日期,离职日期,角色
H1,叶知秋,D1,人力资源,销售,,2020-01-01,,HR
M1,陆一鸣,D1,经理,销售,H1,2020-01-01,,委员
E1,周敏,D1,客户经理,销售,M1,2020-01-01,,
E2,郑雨桐,D1,客户经理,销售,M1,2020-01-01,,
E3,吴浩然,D1,客户经理,销售,M1,2020-01-01,,
E4,冯子豪,D1,客户经理,销售,M1,2020-01-01,2020-12-31,
"""


@dataclass(frozen=True)
class Answer:
    """What came back from a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Cairn:
    """A terminal: `await cairn("goal", "show", …)`. No answer ever holds a traceback."""

    env: dict[str, str]
    runner: CliRunner = field(default_factory=CliRunner)

    async def __call__(self, *typed: str, typing: str = "", **env: str) -> Answer:
        given = {**self.env, **env}
        done = await asyncio.to_thread(self.runner.invoke, app, list(typed), input=typing, env=given)
        assert "Traceback" not in done.output
        return Answer(done.exit_code, done.stdout, done.stderr)


def environment(settings: Settings) -> dict[str, str]:
    """The variables that name these servers; everything else as nobody set it."""
    return {
        "CAIRN_HOME": str(settings.home),
        "CAIRN_DATABASE": settings.database or "",
        "CAIRN_TEMPORAL_ADDRESS": settings.temporal_address or "",
        "CAIRN_NAMESPACE": settings.namespace,
        "CAIRN_TASK_QUEUE": settings.task_queue,
        "CAIRN_LANGUAGE": "zh",
        "CAIRN_ACTOR": "",
    }


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def settings(
    databases: Databases, temporal_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Settings]:
    """Servers for all tests of the command line: a database of their own and a namespace of their own."""
    dsn = await databases.empty()
    await migrate_all(dsn)
    await make_usable(await Client.connect(temporal_server), NAMESPACE)
    yield Settings(
        home=tmp_path_factory.mktemp("home"),
        database=dsn,
        temporal_address=temporal_server,
        namespace=NAMESPACE,
        task_queue=f"cli-{uuid4().hex[:8]}",
    )
    await databases.drop(dsn)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cairn(settings: Settings, files: Path) -> AsyncIterator[Cairn]:
    """A terminal with a worker behind it, the policy adopted and the roster imported."""
    terminal = Cairn(environment(settings))
    async with worker.running(settings):
        for typed in (
            ("policy", "adopt", str(files / "policy.yaml")),
            ("roster", "import", str(files / "roster.csv")),
        ):
            done = await terminal(*typed, "--by", "H1")
            assert done.code == 0, done.err
        yield terminal


@asynccontextmanager
async def servers_of_its_own(
    namespace: str, settings: Settings, databases: Databases, temporal_server: str
) -> AsyncIterator[Settings]:
    """An empty ledger with a worker; its namespace is its own too, which has one starter."""
    dsn = await databases.empty()
    await migrate_all(dsn)
    await make_usable(await Client.connect(temporal_server), namespace)
    queue = f"{namespace}-{uuid4().hex[:8]}"
    own = settings.model_copy(update={"database": dsn, "namespace": namespace, "task_queue": queue})
    async with worker.running(own):
        yield own
    await databases.drop(dsn)


@asynccontextmanager
async def company_of_its_own(
    namespace: str, settings: Settings, databases: Databases, temporal_server: str, files: Path
) -> AsyncIterator[Settings]:
    """Another company with worker, policy and roster."""
    async with servers_of_its_own(namespace, settings, databases, temporal_server) as own:
        terminal = Cairn(environment(own))
        for group, what, file in (("policy", "adopt", "policy.yaml"), ("roster", "import", "roster.csv")):
            done = await terminal(group, what, str(files / file), "--by", "H1")
            assert done.code == 0, done.err
        yield own


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with policy.yaml and roster.csv."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    return folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def launched(cairn: Cairn) -> str:
    """The id of a cycle that begins next year, so that no deadline comes due while tests run."""
    year = str(date.today().year + 1)
    done = await cairn("cycle", "launch", year, "--by", "H1", "--yes")
    assert done.code == 0, done.err
    return year
