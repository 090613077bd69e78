"""The roster from another system's files: a YAML names the tables and one SQL query makes people of them."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from cairn.domain.event import Fact
from cairn.domain.people import Roster
from cairn.domain.policy import Policy
from cairn.i18n import message
from cairn.policies import read_text
from cairn.policies.document import Node, read_document
from cairn.policies.problems import PolicyInvalid, RosterInvalid, RowProblem
from cairn.policies.sentences import words
from cairn.policies.wording import said
from cairn.roster.assembling import assemble
from cairn.roster.columns import DEPARTMENTS_REQUIRED, PEOPLE_REQUIRED, Record
from cairn.tables import TableUnreadable, open_tables, select

StepName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class RosterQueries(Fact):
    """How another system's files become a roster."""

    tables: dict[str, str] = Field(
        min_length=1, description="table name → file (CSV, Excel) in the data folder"
    )
    parameters: dict[str, str] = Field(default_factory=dict, description="values of the queries' :names")
    steps: dict[StepName, str] = Field(
        default_factory=dict, description="selects whose results later queries use as tables, in this order"
    )
    people: str = Field(description="a select with the columns of the roster, one row a person")
    departments: str | None = Field(default=None, description="a select with id, name, head, parent")


def read_roster_by_queries(
    path: Path | str, data: Path | str, parameters: Mapping[str, object], *, policy: Policy | None = None
) -> Roster:
    """The roster that the queries of a roster.yaml find in a folder of files.

    `parameters` win over the file's own. Raises RosterInvalid: a problem's row is the number of the row in
    the query's result, its id the person's.
    """
    path, folder = Path(path), Path(data)
    queries = _read_queries(path)
    missing = [(name, file) for name, file in queries.tables.items() if not (folder / file).is_file()]
    if missing:
        told = [words("table_missing", table=name, file=file) for name, file in missing]
        raise RosterInvalid([RowProblem(0, "", sentence, table=path.name) for sentence in told], path.name)
    given = {**queries.parameters, **{name: str(value) for name, value in parameters.items()}}
    found = _run(queries, folder, given, path.name)
    problems: list[RowProblem] = []
    people = _records(found["people"], "people", PEOPLE_REQUIRED, problems)
    departments = _records(found["departments"], "departments", DEPARTMENTS_REQUIRED, problems)
    return assemble(people, departments, problems, path.name, policy)


def _run(
    queries: RosterQueries, folder: Path, parameters: Mapping[str, object], source: str
) -> dict[str, list[dict[str, object]]]:
    """The rows of both queries, or why the files or the queries give none."""
    found: dict[str, list[dict[str, object]]] = {"departments": []}
    query = ""
    try:
        database = open_tables({name: folder / file for name, file in queries.tables.items()})
        for step, sql in queries.steps.items():
            query = f"steps.{step}"
            _keep(database, step, sql, parameters)
        for query, wanted in (("people", queries.people), ("departments", queries.departments)):
            if wanted:
                found[query] = select(database, wanted, parameters)
    except TableUnreadable as error:
        problem = RowProblem(0, query, error.sentence, table=source)
        raise RosterInvalid([problem], source) from None
    return found


def _keep(database: sqlite3.Connection, step: str, sql: str, parameters: Mapping[str, object]) -> None:
    """Keeps the rows of a select as a table for the queries after it."""
    try:
        database.execute(f'create table "{step}" as {sql}', dict(parameters))
    except sqlite3.Error as error:
        raise TableUnreadable(message("the query cannot be run: {error}", error=error)) from None


def _records(
    rows: list[dict[str, object]], query: str, required: tuple[str, ...], problems: list[RowProblem]
) -> list[Record]:
    if rows and (missing := [name for name in required if name not in rows[0]]):
        problems.append(RowProblem(0, "", words("query_columns", query=query, missing=tuple(missing))))
    return [
        Record(
            row=number,
            values={name: "" if value is None else str(value).strip() for name, value in row.items()},
            headers={name: name for name in row},
            table=query,
        )
        for number, row in enumerate(rows, 1)
    ]


def _read_queries(path: Path) -> RosterQueries:
    """The mapping itself; its mistakes are told as problems of its lines."""
    try:
        root, problems = read_document(read_text(path))
    except PolicyInvalid as unreadable:
        root, problems = None, unreadable.problems
    if root is not None:
        try:
            queries = RosterQueries.model_validate(_texts(root).plain())
        except ValidationError as invalid:
            problems += [said(error, root, RosterQueries) for error in invalid.errors()]
    if problems or root is None:
        rows = [RowProblem(one.line, one.path, one.sentence, path.name) for one in problems]
        raise RosterInvalid(rows, path.name)
    return queries


def _texts(root: Node) -> Node:
    """Parameters may be written as numbers; the tables hold texts, so texts they become."""
    parameters = root.get("parameters")
    if parameters is None or not isinstance(root.value, dict):
        return root
    written = {key: Node(str(node.plain()), node.place) for key, node in parameters.items()}
    return Node(
        {**root.value, "parameters": Node(written, parameters.place, parameters.keys)}, root.place, root.keys
    )
