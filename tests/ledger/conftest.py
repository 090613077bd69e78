"""The ledger's tests run on real Postgres, each on a database of its own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from cairn.ledger import migrate
from projections.engine.sql import MIGRATIONS
from tests.databases import database, databases, pool
from tests.ledger.disturbing import prepare_stalls

__all__ = ["database", "databases", "pool"]


@pytest_asyncio.fixture(loop_scope="session")
async def stallable(database: str) -> AsyncIterator[str]:
    """The address of a database in which writers can be held up."""
    await prepare_stalls(database)
    yield database


@pytest_asyncio.fixture(loop_scope="session")
async def readable(stallable: str) -> AsyncIterator[str]:
    """The same with the read models."""
    await migrate(stallable, folders=[MIGRATIONS])
    yield stallable
