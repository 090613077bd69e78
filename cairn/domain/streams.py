"""How streams are named, and what a goal's name says: `goal-<cycle>-<holder>-<number>`."""

import hashlib
from uuid import UUID

NAMESPACE = UUID("6f1a3c0e-6d0b-5e0f-9c43-0c41a1a27e55")
_BEGUN = hashlib.sha1(NAMESPACE.bytes, usedforsecurity=False)


def sheet_of(goal: str) -> str:
    """The sheet a goal belongs to. A cycle's id has no `-`; the number is what follows the last one."""
    body = goal.removeprefix("goal-")
    return f"sheet-{body.rpartition('-')[0]}"


def cycle_of(name: str) -> str:
    """The cycle in the name of a goal or a sheet."""
    return name.partition("-")[2].partition("-")[0]


def holder_of(sheet: str) -> str:
    """Whose sheet it is: a person's id, `department.<id>` or `company`."""
    return sheet.partition("-")[2].partition("-")[2]


def event_id(stream: str, command: str, ordinal: int) -> UUID:
    """The id of a command's nth event in a stream: the same command makes the same ids, however often it runs."""
    hashed = _BEGUN.copy()  # uuid5 of the namespace, which is hashed once
    hashed.update(f"{stream}\n{command}\n{ordinal}".encode())
    return UUID(bytes=hashed.digest()[:16], version=5)
