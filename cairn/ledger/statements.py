"""Reads the SQL that lies beside the code: `-- name: x` begins the statement called x."""

import re
from pathlib import Path

_BLOCK = re.compile(r"^-- name: (\w+)\n(.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)


def read_statements(file: Path) -> dict[str, str]:
    """The statements of a .sql file by name, without the trailing semicolon."""
    return {name: text.strip().rstrip(";") for name, text in _BLOCK.findall(file.read_text("utf-8"))}
