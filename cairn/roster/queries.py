"""The roster from another system's files: a YAML names the tables and one SQL query makes people of them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from cairn.documents.cells import Cell, cell_of
from cairn.documents.mistakes import Mistake, Place, mistake
from cairn.documents.queries import Database, keep, open_tables, select
from cairn.documents.tables import Fields, Record, Records
from cairn.documents.yaml import Document, Node, read_model, read_yaml
from cairn.domain.event import Fact
from cairn.domain.policy import Policy
from cairn.roster.assembling import NOTHING_STATED, RosterInvalid, RosterRead, Stated, assemble
from cairn.roster.columns import DEPARTMENTS, PEOPLE
from cairn.roster.known import Known

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
    path: Path | str,
    data: Path | str,
    parameters: Mapping[str, object],
    *,
    policy: Policy | None = None,
    stated: Stated = NOTHING_STATED,
    known: Known | None = None,
) -> RosterRead:
    """The roster that the queries of a roster.yaml find in a folder of files.

    `parameters` win over the file's own. Raises RosterInvalid: a mistake's row is the number of the row in
    the query's result.
    """
    path = Path(path)
    queries = read_model(_with_texts(read_yaml(path)), RosterQueries)
    if isinstance(queries, list):
        raise RosterInvalid(queries, path.name)
    files = {name: Path(data) / file for name, file in queries.tables.items()}
    database = open_tables(files, dict.fromkeys(files, stated.encoding) if stated.encoding else None)
    if isinstance(database, list):
        raise RosterInvalid(database, path.name)
    given = {**queries.parameters, **{name: str(value) for name, value in parameters.items()}}
    for step, sql in queries.steps.items():
        if failed := keep(database, step, sql, given):
            raise RosterInvalid([failed.at(Place(path.name, path=f"steps.{step}"))], path.name)
    people = _records(database, path.name, "people", queries.people, PEOPLE, given)
    people = replace(people, remarks=(*database.remarks, *people.remarks))
    departments = None
    if queries.departments:
        departments = _records(database, path.name, "departments", queries.departments, DEPARTMENTS, given)
    return assemble(people, departments, path.name, policy, stated, known)


def _records(
    database: Database, source: str, query: str, sql: str, fields: Fields, parameters: Mapping[str, object]
) -> Records:
    """A query's result by the roster's fields, which its columns are named after."""
    rows = select(database, sql, parameters)
    if isinstance(rows, Mistake):
        raise RosterInvalid([rows.at(Place(source, path=query))], source)
    named = [name for name in fields.names if rows and name in rows[0]]
    missing = tuple(name for name in fields.required if rows and name not in rows[0])
    mistakes = []
    if missing:
        told = mistake("roster:query-columns", query=query, missing=missing)
        mistakes.append(told.at(Place(source, path=query)))
    columns = {name: name for name in named}
    records = tuple(
        _record(query, number, {name: _cell(row[name]) for name in named}, columns)
        for number, row in enumerate(rows, 1)
    )
    return Records(query, columns, records, mistakes=tuple(mistakes))


def _record(query: str, number: int, cells: Mapping[str, Cell], columns: Mapping[str, str]) -> Record:
    return Record(query, number, cells, columns, cells["id"].text if "id" in cells else "")


def _cell(value: object) -> Cell:
    cell = cell_of(value if isinstance(value, str | int | float) or value is None else str(value))
    return Cell(str(value), fault=cell.message) if isinstance(cell, Mistake) else cell


def _with_texts(document: Document) -> Document:
    """Parameters may be written as numbers; the tables hold texts, so texts they become."""
    root = document.root
    parameters = root.get("parameters") if root else None
    if root is None or parameters is None or not isinstance(root.value, dict):
        return document
    written = {key: _as_text(node) for key, node in parameters.items()}
    texts = replace(parameters, value=written) if written else parameters
    return replace(document, root=replace(root, value={**root.value, "parameters": texts}))


def _as_text(node: Node) -> Node:
    plain = isinstance(node.value, dict | list) or node.value is None or node.spoiled
    return node if plain else replace(node, value=str(node.value))
