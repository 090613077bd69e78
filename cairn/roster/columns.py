"""Which column of a table is which field: headers in Chinese or English, known by many names."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from cairn.domain.invalid import nearest
from cairn.policies.problems import RowProblem
from cairn.policies.sentences import words
from cairn.roster.grid import Cell, GridRow

PEOPLE: Mapping[str, tuple[str, ...]] = {
    "id": ("工号", "员工编号", "员工号", "人员编号", "id", "employee id", "person"),
    "name": ("姓名", "员工姓名", "名字", "name", "full name"),
    "email": ("邮箱", "电子邮箱", "电子邮件", "email", "e-mail", "mail"),
    "department": ("部门", "所属部门", "所在部门", "department", "dept"),
    "title": ("职位", "岗位", "职务", "岗位名称", "title", "job title", "position"),
    "family": ("岗位序列", "序列", "职位序列", "family", "job family"),
    "manager": (
        "直接上级",
        "上级",
        "直属上级",
        "直接上级工号",
        "上级工号",
        "manager",
        "manager id",
        "reports to",
    ),
    "hired": ("入职日期", "入职时间", "hired", "hire date", "joined"),
    "left": ("离职日期", "离职时间", "left", "leave date", "left on"),
    "roles": ("角色", "系统角色", "roles", "role"),
}
"""The fields of a person with the headers that mean them; the first is the one to write."""
PEOPLE_REQUIRED = ("id", "name", "department", "family", "manager", "hired")

DEPARTMENTS: Mapping[str, tuple[str, ...]] = {
    "id": ("部门编号", "部门代码", "编号", "id", "department id"),
    "name": ("部门名称", "部门", "名称", "name", "department"),
    "head": ("负责人", "部门负责人", "负责人工号", "head"),
    "parent": ("上级部门", "上级部门编号", "parent"),
}
"""The fields of a department."""
DEPARTMENTS_REQUIRED = ("name",)

HEADER_WITHIN = 10
"""A title may stand above the header, but not more rows than this."""


@dataclass(frozen=True)
class Record:
    """One row under its fields' names. `headers` say what the file calls the columns."""

    row: int
    values: dict[str, str]
    headers: dict[str, str]
    table: str = ""
    faults: dict[str, Cell] = field(default_factory=dict)

    def problem(self, name: str, code: str, /, **facts: object) -> RowProblem:
        """A problem of one field of this row."""
        column = self.headers.get(name, name) if name else ""
        return RowProblem(
            self.row, column, words(code, **facts), table=self.table, id=self.values.get("id", "")
        )


def records(
    rows: list[GridRow], fields: Mapping[str, tuple[str, ...]], required: tuple[str, ...], table: str = ""
) -> tuple[list[Record], list[RowProblem]]:
    """The rows below the header as records, and what is wrong with header and cells."""
    names = {_plain(alias): name for name, aliases in fields.items() for alias in aliases}
    start = next((n for n, row in enumerate(rows[:HEADER_WITHIN]) if _known(row, names) >= 2), None)
    if start is None:
        known = tuple(fields[name][0] for name in required)
        return [], [
            RowProblem(rows[0].number if rows else 1, "", words("no_header", known=known), table=table)
        ]
    header = rows[start]
    columns, problems = _columns(header, names, fields, required, table)
    headers = {name: header.cells[n].text for name, n in columns.items()}
    found = []
    for row in rows[start + 1 :]:
        record = _record(row, columns, headers, table)
        if any(record.values.values()) or record.faults:
            found.append(record)
            problems += _cell_problems(record, row, len(header.cells))
    return found, problems


def _known(row: GridRow, names: dict[str, str]) -> int:
    return len({names[plain] for cell in row.cells if (plain := _plain(cell.text)) in names})


def _plain(header: str) -> str:
    """A header without what people add to it: case, blanks, a star for required, a note in brackets."""
    text = unicodedata.normalize("NFKC", header).casefold()
    return re.sub(r"\(.*?\)|[\s_*\-]", "", text)


def _columns(
    header: GridRow,
    names: dict[str, str],
    fields: Mapping[str, tuple[str, ...]],
    required: tuple[str, ...],
    table: str,
) -> tuple[dict[str, int], list[RowProblem]]:
    columns: dict[str, int] = {}
    problems, unknown = [], []
    for n, cell in enumerate(header.cells):
        name = names.get(_plain(cell.text))
        if name is None:
            unknown.append(cell.text)
        elif name in columns:
            first = header.cells[columns[name]].text
            sentence = words("column_twice", header=cell.text, first=first)
            problems.append(RowProblem(header.number, cell.text, sentence, table=table))
        else:
            columns[name] = n
    for name in (name for name in fields if name not in columns):
        missing = fields[name]
        near = next((text for text in unknown if text and nearest(_plain(text), map(_plain, missing))), None)
        if near:
            sentence = words("column_near", header=near, near=missing[0])
            problems.append(RowProblem(header.number, near, sentence, table=table))
        elif name in required:
            problems.append(RowProblem(header.number, missing[0], words("column_missing"), table=table))
    return columns, problems


def _record(row: GridRow, columns: dict[str, int], headers: dict[str, str], table: str) -> Record:
    cells = {name: row.cells[n] for name, n in columns.items() if n < len(row.cells)}
    values = {name: "" if cell.fault else cell.text for name, cell in cells.items()}
    faults = {name: cell for name, cell in cells.items() if cell.fault}
    return Record(row.number, values, headers, table, faults)


def _cell_problems(record: Record, row: GridRow, width: int) -> list[RowProblem]:
    found = [record.problem(name, cell.fault, value=cell.text[:40]) for name, cell in record.faults.items()]
    if any(cell.text for cell in row.cells[width:]):
        found.append(record.problem("", "too_many_cells", found=len(row.cells), expected=width))
    return found
