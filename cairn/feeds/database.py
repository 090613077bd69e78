"""Readings from any SQL database that SQLAlchemy knows: one query, nothing written."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import sqlalchemy
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from cairn.feeds.feed import NEEDED, SqlSource
from cairn.feeds.files import QUERY, check_columns
from cairn.feeds.readings import Raw
from cairn.i18n import message
from cairn.tables import TableUnreadable, teach_decimals

DRIVERS = {"postgresql": "postgresql+pg8000", "postgres": "postgresql+pg8000", "mysql": "mysql+pymysql"}
"""Drivers in pure Python, for addresses that name none."""


def records(source: SqlSource, base: Path, bound: Mapping[str, object]) -> Iterator[Raw]:
    """The query's result, its parameters bound. Raises TableUnreadable with the database's reason."""
    engine = _engine(_address(source.url, base))
    try:
        with engine.connect() as connection:
            _only_read(connection)
            result = connection.execute(sqlalchemy.text(source.query), dict(bound)).mappings()
            check_columns(QUERY, map(str.lower, result.keys()), NEEDED)
            found = [dict(row) for row in result]
            connection.rollback()
    except TableUnreadable:
        raise
    except Exception as error:  # a driver may raise whatever it likes, and people need its reason
        raise _refused_by_database(error) from None
    finally:
        engine.dispose()
    yield from (Raw(QUERY, number, _named(cells), {}) for number, cells in enumerate(found, 1))


def _refused_by_database(error: Exception) -> TableUnreadable:
    reason = str(getattr(error, "orig", None) or error) or type(error).__name__
    first = reason.splitlines()[0]
    return TableUnreadable(
        message("the database cannot be reached or refuses the query: {first}", first=first)
    )


def _named(cells: Mapping[str, object]) -> dict[str, object]:
    """Column names as plain text: some databases give them in capitals."""
    return {str(name).lower(): value for name, value in cells.items()}


def _address(written: str, base: Path) -> sqlalchemy.URL:
    try:
        address = sqlalchemy.make_url(_with_environment(written))
    except (ArgumentError, ValueError):
        raise TableUnreadable(
            message("source.url is no database address: write it as postgresql://user:password@host/database")
        ) from None
    address = address.set(drivername=DRIVERS.get(address.drivername, address.drivername))
    return _existing_file(address, base) if address.drivername.startswith("sqlite") else address


def _with_environment(written: str) -> str:
    missing = [name for name in re.findall(r"\$\{(\w+)\}", written) if name not in os.environ]
    if missing:
        raise TableUnreadable(
            message(
                "the environment variable {missing}, which source.url needs, is not set", missing=missing[0]
            )
        )
    return re.sub(r"\$\{(\w+)\}", lambda found: os.environ[found[1]], written)


def _existing_file(address: sqlalchemy.URL, base: Path) -> sqlalchemy.URL:
    """SQLite would make an empty database of a misspelt path."""
    path = base / (address.database or "")
    if not path.is_file():
        raise TableUnreadable(message("the database file {path} is not there", path=path))
    return address.set(database=str(path))


def _engine(address: sqlalchemy.URL) -> sqlalchemy.Engine:
    try:
        return sqlalchemy.create_engine(address, poolclass=sqlalchemy.NullPool)
    except (NoSuchModuleError, ImportError) as error:
        raise TableUnreadable(
            message(
                "there is no driver for {drivername} ({error}): install one and try again",
                drivername=address.drivername,
                error=error,
            )
        ) from None


def _only_read(connection: sqlalchemy.Connection) -> None:
    """The database itself is told to refuse writing, where it knows how; in any case nothing is committed."""
    match connection.dialect.name:
        case "postgresql":
            connection.execution_options(postgresql_readonly=True)
        case "sqlite":
            teach_decimals(connection.connection.driver_connection)
            connection.exec_driver_sql("pragma query_only = on")
        case "mysql" | "mariadb":
            connection.exec_driver_sql("set session transaction read only")
            connection.commit()
