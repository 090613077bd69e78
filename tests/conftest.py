"""Real servers for every test that asks: one Postgres and one Temporal for the run, thrown away after it."""

import base64
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from temporalio.client import Client

from cairn.collector import spare_the_collector
from cairn.settings import Settings
from cairn.temporal import connect
from cairn_portal.servers import data_folder, postgres, temporal
from cairn_portal.servers.steps import quietly

# A law holds or not, however busy the machine is: no case of it has to be done within some time.
settings.register_profile("cairn", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cairn")

# What tests send to Temporal is encrypted as everything is; tests of the key itself take this one away.
os.environ.setdefault(
    "CAIRN_PAYLOAD_KEY", base64.b64encode(b"a key for tests that is no secret"[:32]).decode()
)
# So is what people write about each other, on its way into the log.
os.environ.setdefault("CAIRN_TEXT_KEY", base64.b64encode(b"another key for tests, no secret"[:32]).decode())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Databases for tests are made on the run's one Postgres: whoever asks for them asks for it first."""
    for item in items:
        names = getattr(item, "fixturenames", [])
        if "databases" in names and "postgres_server" not in names:
            names.insert(0, "postgres_server")


def pytest_collection_finish() -> None:
    """Thirty thousand tests are a million objects, which Python would look through while a worker here has a task."""
    spare_the_collector()


@pytest.fixture(scope="session")
def servers() -> Iterator[Settings]:
    """Settings of a data folder for the whole run; whatever was started in it is stopped at the end."""
    home = Path(tempfile.mkdtemp(prefix="cairn-test-"))
    data_folder.make(home)
    settings = Settings(home=home, database=None, temporal_address=None)
    yield settings
    temporal.stop(home)
    postgres.stop(home)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
async def postgres_server(servers: Settings) -> AsyncIterator[str]:
    """Address of a Postgres in which tests may create databases; also in CAIRN_TEST_DATABASE.

    Set CAIRN_TEST_DATABASE beforehand to use a server of your own.
    """
    given = os.environ.get("CAIRN_TEST_DATABASE")
    if given:
        yield given
        return
    dsn = await postgres.start(servers, quietly, durable=False)
    os.environ["CAIRN_TEST_DATABASE"] = dsn
    yield dsn
    del os.environ["CAIRN_TEST_DATABASE"]


@pytest.fixture(scope="session")
async def temporal_server(servers: Settings) -> str:
    """Address host:port of a real Temporal server that can skip time, with Cairn's search attributes.

    Set CAIRN_TEST_TEMPORAL to use a server of your own.
    """
    return os.environ.get("CAIRN_TEST_TEMPORAL") or await temporal.start(servers, quietly)


@pytest.fixture(scope="session")
async def temporal_client(temporal_server: str) -> Client:
    """A client of that server that speaks pydantic and has the key."""
    return await connect(Settings(temporal_address=temporal_server))
