"""Two exports of one year side by side: what differs, and which of it a file explains."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tests.years.export import Rows, Tables

THERE, GONE = "there", "not there"


@dataclass(frozen=True)
class Difference:
    """One value that is not the same. A row or a column that only one side has is `there` and `not there`."""

    year: str
    table: str
    of: str
    """The goal, sheet or cycle; "" where a whole column is missing."""
    period: str
    """Key of the period (M01, Q1, Y); "" for what has none."""
    field: str
    """The column; "" where the whole row is missing."""
    before: str | None
    after: str | None

    def __str__(self) -> str:
        where = "  ".join(part for part in (self.table, self.of, self.period, self.field) if part)
        return f"{where}  {_shown(self.before)} → {_shown(self.after)}"


class Explained(BaseModel):
    """Differences that are meant: shell patterns of what they concern, and the rule or parser that makes them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: str = Field(description="Pattern of the goal, sheet or cycle.")
    reason: str = Field(min_length=1, description="The rule (RULES T1) or parser that changed the value.")
    year: str = "*"
    table: str = "*"
    period: str = "*"
    field: str = "*"

    def covers(self, found: Difference) -> bool:
        parts = ("year", "table", "of", "period", "field")
        return all(fnmatchcase(getattr(found, part), getattr(self, part)) for part in parts)


class CannotRead(Exception):
    """The file of explained differences is not as it must be; the message says where."""


def differences(year: str, before: Tables, after: Tables) -> list[Difference]:
    """Everything that is not the same in two exports of a year, in the order of tables, ids and periods."""
    return [each for table in before for each in _of_table(year, table, before[table], after[table])]


def _of_table(year: str, table: str, before: Rows, after: Rows) -> Iterator[Difference]:
    old, new = _fields(before), _fields(after)
    if before and after:
        for field in sorted(old ^ new):
            yield Difference(year, table, "", "", field, _is_in(field, old), _is_in(field, new))
    for key in sorted(before.keys() | after.keys()):
        of, _, period = key.partition(" ")
        if key not in before or key not in after:
            yield Difference(year, table, of, period, "", _is_in(key, before), _is_in(key, after))
            continue
        for field in sorted(old & new):
            was, now = before[key][field], after[key][field]
            if was != now:
                yield Difference(year, table, of, period, field, was, now)


def _fields(rows: Rows) -> set[str]:
    return set(next(iter(rows.values()), {}))


def _is_in(name: str, there: set[str] | Rows) -> str:
    return THERE if name in there else GONE


def _shown(value: str | None) -> str:
    return "–" if value is None else value


def explanations(file: Path) -> list[Explained]:
    """The `[[explained]]` entries of a file. Raises `CannotRead` with the entry and the field that is wrong."""
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8")).get("explained", [])
        return [Explained.model_validate(entry) for entry in entries]
    except tomllib.TOMLDecodeError as error:
        raise CannotRead(f"{file}: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise CannotRead(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error


def sorted_out(
    found: Sequence[Difference], explained: Sequence[Explained]
) -> tuple[list[Difference], dict[Explained, list[Difference]]]:
    """The differences nobody explains, and those that each explanation covers (the first that does takes them)."""
    covered: dict[Explained, list[Difference]] = {each: [] for each in explained}
    unexplained: list[Difference] = []
    for difference in found:
        reason = next((each for each in explained if each.covers(difference)), None)
        (unexplained if reason is None else covered[reason]).append(difference)
    return unexplained, covered
