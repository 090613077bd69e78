"""How streams are named, and what the names of goals and sheets say.

A sheet is `sheet-<cycle>-<holder>-<number>`: a person who changes their job family has a second one (RULES L7).
A goal is `goal-<cycle>-<holder>-<number>` in the first sheet, `goal-<cycle>-<holder>-<sheet>.<number>` in a later one.
A cycle's id has no `-`, a holder's may have some.
"""

import hashlib
from uuid import UUID

NAMESPACE = UUID("6f1a3c0e-6d0b-5e0f-9c43-0c41a1a27e55")
DEPARTMENT = "department."
CASES = frozenset(
    ("feedback", "coaching", "request", "promise", "review", "appraisal", "result", "calibration", "handover")
)
"""The kinds of streams that are cases."""
IN_CYCLE = CASES | {"goal", "sheet", "cycle"}
"""The kinds of streams whose names say to which cycle they belong."""
_BEGUN = hashlib.sha1(NAMESPACE.bytes, usedforsecurity=False)


def sheet_name(cycle: str, holder: str, number: int = 1) -> str:
    """The stream of a holder's sheet; the first has the number 1."""
    return f"sheet-{cycle}-{holder}-{number}"


MOST_SHEETS = 6
"""Nobody changes their job family more often in one cycle."""


def sheet_names(cycle: str, holder: str) -> list[str]:
    """Every sheet that a holder may have in a cycle, the first one first; most are not there."""
    return [sheet_name(cycle, holder, number) for number in range(1, MOST_SHEETS + 1)]


def goal_name(cycle: str, holder: str, number: int, sheet: int = 1) -> str:
    """The stream of a goal in one of its holder's sheets."""
    return f"goal-{cycle}-{holder}-{number}" if sheet == 1 else f"goal-{cycle}-{holder}-{sheet}.{number}"


def sheet_of(goal: str) -> str:
    """The sheet a goal belongs to."""
    body, _, number = goal.removeprefix("goal-").rpartition("-")
    sheet, dot, _ = number.partition(".")
    return f"sheet-{body}-{sheet if dot else 1}"


def cycle_of(name: str) -> str:
    """The cycle in the name of a goal or a sheet."""
    return name.partition("-")[2].partition("-")[0]


def holder_of(sheet: str) -> str:
    """Whose sheet it is: a person's id, `department.<id>` or `company`."""
    return sheet.partition("-")[2].partition("-")[2].rpartition("-")[0]


def department_of(holder: str) -> str | None:
    """The department's id where a holder is one (`department.<id>`), None where it is a person or the company."""
    return holder.removeprefix(DEPARTMENT) if holder.startswith(DEPARTMENT) else None


def event_id(stream: str, command: str, ordinal: int) -> UUID:
    """The id of a command's nth event in a stream: the same command makes the same ids, however often it runs."""
    hashed = _BEGUN.copy()  # uuid5 of the namespace, which is hashed once
    hashed.update(f"{stream}\n{command}\n{ordinal}".encode())
    return UUID(bytes=hashed.digest()[:16], version=5)


def case_name(kind: str, cycle: str, holder: str, number: str) -> str:
    """The stream of a case about a holder, or of a request to one; `number` tells a holder's cases apart."""
    return f"{kind}-{cycle}-{holder}-{number}"


def appraisal_of(sheet: str) -> str:
    """The stream of a sheet's appraisal."""
    return sheet.replace("sheet-", "appraisal-", 1)


def kind_of(name: str) -> str:
    """What a stream is of: `goal`, `sheet`, `feedback` …"""
    return name.partition("-")[0]
