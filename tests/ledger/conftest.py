"""The ledger's tests run on real Postgres, each on a database of its own."""

from tests.databases import database, databases, pool

__all__ = ["database", "databases", "pool"]
