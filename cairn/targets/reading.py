"""A table of targets: who, which goal, which period, how much."""

import re
from dataclasses import dataclass
from pathlib import Path

from cairn.documents.cells import Cell
from cairn.documents.ids import read_id
from cairn.documents.mistakes import DocumentInvalid, Mistake, Remark, mistake
from cairn.documents.tables import Fields, Record, read_records

TARGETS = Fields(
    {
        "holder": ("holder", "person", "工号", "对象", "责任人"),
        "goal": ("goal", "key", "目标", "指标", "目标代号"),
        "period": ("period", "考核期", "期间"),
        "target": ("target", "目标值"),
    },
    required=("holder", "goal", "target"),
    subject="holder",
)
"""The fields of a target with the headers that mean them."""
PERIOD = re.compile(r"M(0[1-9]|1[0-2])|Q[1-4]|H[12]|Y")
PERIODS = ("M01…M12", "Q1…Q4", "H1", "H2", "Y")
PERIODS_IN_FULL = (*(f"M{n:02}" for n in range(1, 13)), "Q1", "Q2", "Q3", "Q4", "H1", "H2", "Y")
YEAR = "Y"
MOST = 200
"""Characters of a goal's key, or of the title that somebody wrote instead."""


class TargetsInvalid(DocumentInvalid):
    """A table of targets of which nothing is imported."""


@dataclass(frozen=True)
class WrittenTarget:
    """One row, its amount still as it is written: what 95 % means depends on the goal's unit. What could not be read
    is empty and has been told."""

    record: Record
    holder: str
    goal: str
    period: str
    amount: Cell


@dataclass(frozen=True)
class WrittenTargets:
    """The rows of a table, what was passed over, and what is wrong so far."""

    source: str
    rows: tuple[WrittenTarget, ...]
    remarks: tuple[Remark, ...]
    mistakes: tuple[Mistake, ...]


def read_targets(path: Path, sheet: str | None = None, encoding: str | None = None) -> WrittenTargets:
    """The targets in a CSV or Excel file. A row without a period is about the year."""
    table = read_records(path, TARGETS, sheet, encoding)
    mistakes = list(table.mistakes)
    rows = tuple(_written(record, mistakes) for record in table.records)
    return WrittenTargets(table.source, rows, table.remarks, tuple(mistakes))


def _written(record: Record, mistakes: list[Mistake]) -> WrittenTarget:
    found = {"holder": read_id(record["holder"]), "goal": read_id(record["goal"], MOST)}
    found["period"] = _period(record["period"])
    mistakes += [one.at(record.place(name)) for name, one in found.items() if isinstance(one, Mistake)]
    texts = {name: one if isinstance(one, str) else "" for name, one in found.items()}
    return WrittenTarget(record, texts["holder"], texts["goal"], texts["period"], record["target"])


def _period(cell: Cell) -> str | Mistake:
    written = read_id(cell)
    if isinstance(written, Mistake):
        return YEAR if written.message.id == "cell:empty" else written
    period = written.upper()
    return period if PERIOD.fullmatch(period) else mistake("word:unknown", written=written, known=PERIODS)
