"""The roster from the tables people keep: CSV, Excel, or another system's files and queries over them."""

from collections.abc import Mapping
from pathlib import Path

from cairn.documents.tables import Records, read_records, sheet_names
from cairn.domain.policy import Policy
from cairn.roster.assembling import NOTHING_STATED, RosterInvalid, RosterRead, Stated, assemble
from cairn.roster.columns import DEPARTMENTS, PEOPLE
from cairn.roster.known import Known
from cairn.roster.queries import read_roster_by_queries

__all__ = ["RosterInvalid", "RosterRead", "Stated", "read_roster", "read_roster_by_queries"]

DEPARTMENT_SHEETS = ("部门", "部门表", "departments")
DEPARTMENT_FILES = ("departments", "部门")


def read_roster(
    path: Path | str,
    mapping: Path | str | None = None,
    *,
    sheet: str | None = None,
    departments: Path | str | None = None,
    parameters: Mapping[str, object] | None = None,
    policy: Policy | None = None,
    stated: Stated = NOTHING_STATED,
    known: Known | None = None,
) -> RosterRead:
    """The roster in a CSV or Excel file; with a `mapping` (roster.yaml), in a folder of other files.

    Departments come from the file `departments`, else from roster.departments.csv beside roster.csv, else
    from the workbook's sheet 部门 (or departments), else from the people's own rows. With a `policy` the
    families are checked and become its keys. Who is `known` may be named without a row, and what an import into that
    would be refused for is a mistake here. Raises RosterInvalid with every bad row of every table.
    """
    if mapping is not None:
        return read_roster_by_queries(
            mapping, path, parameters or {}, policy=policy, stated=stated, known=known
        )
    path = Path(path)
    people = read_records(path, PEOPLE, sheet, stated.encoding)
    table = _department_records(path, Path(departments) if departments else None, stated.encoding)
    return assemble(people, table, path.name, policy, stated, known)


def _department_records(path: Path, given: Path | None, encoding: str | None) -> Records | None:
    """The departments' own table, wherever it is; None where there is none."""
    beside = (path.with_name(f"{path.stem}.{name}.csv") for name in DEPARTMENT_FILES)
    file = given or next((one for one in beside if one.is_file()), None)
    if file is not None:
        return read_records(file, DEPARTMENTS, encoding=encoding)
    sheet = next((name for name in sheet_names(path) if name.casefold() in DEPARTMENT_SHEETS), None)
    return read_records(path, DEPARTMENTS, sheet) if sheet else None
