"""From rows to typed values: where queries may run, and JSON columns as what they hold."""

import json
from collections.abc import Iterable
from typing import TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from pydantic import BaseModel, BeforeValidator

Reader = asyncpg.Pool | asyncpg.Connection | PoolConnectionProxy
"""Anything a query can be asked of: a pool, or a connection inside somebody's transaction."""

Row = TypeVar("Row", bound=BaseModel)


def _parsed(value: object) -> object:
    """A jsonb column comes as text, or already parsed where the pool has a codec for it."""
    return json.loads(value) if isinstance(value, str) else value


FROM_JSON = BeforeValidator(_parsed)
"""Marks a field that is stored as jsonb: `Annotated[dict[str, str], FROM_JSON]`."""


def parse_rows(model: type[Row], records: Iterable[asyncpg.Record]) -> list[Row]:
    """Each record as a value of the model; the columns are its fields, others are ignored."""
    return [model.model_validate(dict(record)) for record in records]
