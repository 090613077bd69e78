"""Tables of targets as HR hands them in before a launch: every bad row as cells, and what the others would change."""

import asyncio
import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cairn.documents.mistakes import Remark
from cairn.domain.cycle.events import TargetRow
from cairn.domain.identity import digest
from cairn.i18n import Language
from cairn.targets.reading import TARGETS, WrittenTargets, read_targets
from cairn_portal.reading.records import Records

FIELDS = ("holder", "goal", "period", "target")


class TargetChange(NamedTuple):
    """A target of the table beside the one that was proposed before, None where there was none."""

    row: TargetRow
    was: Decimal | None


class TargetsForeseen(NamedTuple):
    """What a table of targets would change, how many rows are as they were, and a digest of it: whoever agrees to it
    agrees to this. `source` is what the log calls the table."""

    source: str
    rows: tuple[TargetRow, ...]
    changes: tuple[TargetChange, ...]
    same: int
    remarks: tuple[Remark, ...]
    seen: str


async def foresee_targets(records: Records, cycle: str, file: str, text: str) -> TargetsForeseen:
    """What the targets of a table would change; nothing is recorded. Raises TargetsInvalid with every bad row."""
    written = await asyncio.to_thread(_read, file, text)
    targets = records.application.targets
    found = await targets.check(written)
    known = {(each.holder, each.goal, each.period): each.target for each in await targets.proposed(cycle)}
    each_of = [TargetChange(row, known.get((row.holder, row.goal, row.period))) for row in found.rows]
    changes = tuple(each for each in each_of if each.was != each.row.target)
    told = [f"{each.row.model_dump_json()} {each.was}" for each in changes]
    return TargetsForeseen(
        written.source, found.rows, changes, len(each_of) - len(changes), found.remarks, digest(cycle, *told)
    )


def _read(file: str, text: str) -> WrittenTargets:
    """The targets of a table; where they came from is told by the file's name."""
    name = re.sub(r"[^\w. -]", "_", file)[-50:].strip(". ") or "targets"
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{Path(name).stem}.csv"
        path.write_text(text, encoding="utf-8")
        return read_targets(path, encoding="utf-8")


def typed_rows(rows: Sequence[Sequence[str]], language: Language) -> str:
    """Rows that somebody typed, as the text of a table; without any cell nothing."""
    if not any(any(row) for row in rows):
        return ""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow([TARGETS.header(name, language) for name in FIELDS])
    lines.writerows(row for row in rows if any(row))
    return out.getvalue()
