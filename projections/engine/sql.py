"""Named queries: a read model's `.sql` file beside its module, one `-- name: x` block per query."""

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = (ROOT / "models", ROOT / "engine")
MIGRATIONS = ROOT / "migrations"
"""Where the tables of the read models come from; to be given to `cairn.ledger.migrate`."""
NOT_EXECUTED = re.compile(r"^\s*--.*\n|^[ ]+", re.MULTILINE)
"""Comments and indentation. A driver prepares only statements of moderate length for good (asyncpg: 15 KiB); a longer
one is planned anew each time, which takes longer than folding an event."""
NAME = re.compile(r"^-- name: *(\w+) *$", re.MULTILINE)


@cache
def queries(model: str) -> dict[str, str]:
    """The blocks of `<model>.sql` by name. Raises ValueError when a name is given twice."""
    path = next(folder / f"{model}.sql" for folder in FOLDERS if (folder / f"{model}.sql").exists())
    _, *parts = NAME.split(path.read_text(encoding="utf-8"))
    names, texts = parts[0::2], parts[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"{model}.sql gives a name twice: {', '.join(sorted(names))}")
    return {name: NOT_EXECUTED.sub("", text).strip() for name, text in zip(names, texts, strict=True)}
