"""A database with the read models' tables, as a played year leaves one."""

from tests.projections.conftest import databases, pool, shared

__all__ = ["databases", "pool", "shared"]
