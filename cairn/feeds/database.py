"""Readings from any SQL database that SQLAlchemy knows: one query, nothing written."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from cairn.documents.cells import Given
from cairn.documents.mistakes import Mistake, Place, mistake
from cairn.documents.queries import Refusals, teach_decimals
from cairn.feeds.environment import variable
from cairn.feeds.feed import NEEDED, SqlSource
from cairn.feeds.files import QUERY, check_columns
from cairn.feeds.invalid import FeedUnreadable
from cairn.feeds.readings import Raw
from cairn.i18n import message

DRIVERS = {"postgresql": "postgresql+pg8000", "postgres": "postgresql+pg8000", "mysql": "mysql+pymysql"}
"""Drivers in pure Python, for addresses that name none."""


def records(source: SqlSource, base: Path, bound: Mapping[str, object]) -> Iterator[Raw]:
    """The query's result, its parameters bound. Raises FeedUnreadable with the database's reason."""
    engine = _engine(_address(source.url, base))
    try:
        found = _selected(engine, source.query, bound)
    finally:
        engine.dispose()
    yield from (Raw(QUERY, number, cells, {}) for number, cells in enumerate(found, 1))


def _selected(engine: sqlalchemy.Engine, query: str, bound: Mapping[str, object]) -> list[dict[str, Given]]:
    refusals: Refusals | None = None
    try:
        with engine.connect() as connection:
            refusals = _only_read(connection)
            result = connection.execute(sqlalchemy.text(query), dict(bound)).mappings()
            check_columns(QUERY, map(str.lower, result.keys()), NEEDED)
            found = [_named(row) for row in result]
            connection.rollback()
    except FeedUnreadable:
        raise
    except Exception as error:  # a driver may raise whatever it likes, and people need its reason
        raise _refused_by_database(error, refusals.taken() if refusals else None) from None
    return found


def _refused_by_database(error: Exception, sum_refused: Mistake | None) -> FeedUnreadable:
    reason = str(getattr(error, "orig", None) or error) or type(error).__name__
    if sum_refused is not None and "user-defined" in reason:
        return FeedUnreadable([Mistake(message("query:dsum", reason=sum_refused.message), Place(QUERY))])
    return FeedUnreadable([mistake("feed:database", reason=reason.splitlines()[0])])


def _named(row: Mapping[Any, object]) -> dict[str, Given]:
    """Column names as plain text: some databases give them in capitals. What is none of our values becomes text."""
    return {str(name).lower(): _given(value) for name, value in row.items()}


def _given(value: object) -> Given:
    known = value is None or isinstance(value, str | Decimal | int | float | date)
    return value if known else str(value)  # type: ignore[return-value]


def _address(written: str, base: Path) -> sqlalchemy.URL:
    try:
        address = sqlalchemy.make_url(_with_environment(written))
    except (ArgumentError, ValueError):
        raise FeedUnreadable([mistake("feed:address")]) from None
    address = address.set(drivername=DRIVERS.get(address.drivername, address.drivername))
    return _existing_file(address, base) if address.drivername.startswith("sqlite") else address


def _with_environment(written: str) -> str:
    values = {name: variable(name) for name in re.findall(r"\$\{(\w+)\}", written)}
    missing = [name for name, value in values.items() if not value]
    if missing:
        raise FeedUnreadable([mistake("feed:environment", name=missing[0])])
    return re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], written)


def _existing_file(address: sqlalchemy.URL, base: Path) -> sqlalchemy.URL:
    """SQLite would make an empty database of a misspelt path."""
    path = base / (address.database or "")
    if not path.is_file():
        raise FeedUnreadable([mistake("feed:no-database", path=str(path))])
    return address.set(database=str(path))


def _engine(address: sqlalchemy.URL) -> sqlalchemy.Engine:
    try:
        return sqlalchemy.create_engine(address, poolclass=sqlalchemy.NullPool)
    except (NoSuchModuleError, ImportError) as error:
        facts = {"driver": address.drivername, "reason": str(error)}
        raise FeedUnreadable([mistake("feed:driver", **facts)]) from None


def _only_read(connection: sqlalchemy.Connection) -> Refusals | None:
    """The database itself is told to refuse writing, where it knows how; in any case nothing is committed. SQLite
    learns `dsum` and says why it could not sum."""
    match connection.dialect.name:
        case "postgresql":
            connection.execution_options(postgresql_readonly=True)
        case "sqlite":
            refusals = teach_decimals(connection.connection.driver_connection)
            connection.exec_driver_sql("pragma query_only = on")
            return refusals
        case "mysql" | "mariadb":
            connection.exec_driver_sql("set session transaction read only")
            connection.commit()
    return None
