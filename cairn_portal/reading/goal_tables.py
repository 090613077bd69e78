"""Tables of goals as somebody hands them in: what a launched cycle has, and what the table would do to it."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cairn.application.drafts import DraftStep
from cairn.documents.mistakes import Remark
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.stages import stage_row
from cairn.domain.identity import digest
from cairn.domain.streams import holder_of
from cairn.goal_tables.reading import WrittenGoals, read_goals
from cairn.goal_tables.wanted import OpenCycle, StandingGoal
from cairn_portal.reading.records import Records
from projections.engine.rows import Reader
from projections.models import goal as goals_model


class GoalsForeseen(NamedTuple):
    """What a table of goals would do, goal by goal, and a digest of it: whoever agrees to it agrees to this."""

    steps: Sequence[DraftStep]
    remarks: Sequence[Remark]
    seen: str

    @property
    def refused(self) -> bool:
        return any(step.act == "refused" for step in self.steps)

    @property
    def todo(self) -> list[DraftStep]:
        return [step for step in self.steps if step.commands]


async def foresee_goals(records: Records, cycle: Cycle, file: str, text: str, by: str) -> GoalsForeseen:
    """What the goals of a table would do that a file held; nothing is recorded. Raises GoalsInvalid with every bad
    row."""
    written = await asyncio.to_thread(_read, file, text)
    there, now = await open_cycle(records.pool, cycle), await records.clock.now(cycle)
    drafts = records.application.drafts
    found = await drafts.check(written, there, cycle.policy)
    steps = await drafts.foresee(found.goals, there, by, now)
    return GoalsForeseen(steps, found.remarks, digest(*(step.model_dump_json() for step in steps)))


def _read(file: str, text: str) -> WrittenGoals:
    """The goals of a table; where they came from is told by the file's name."""
    name = re.sub(r"[^\w. -]", "_", file)[-80:].strip(". ") or "goals"
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{Path(name).stem}.csv"
        path.write_text(text, encoding="utf-8")
        return read_goals(path, encoding="utf-8")


async def open_cycle(pool: Reader, cycle: Cycle) -> OpenCycle:
    """What a launched cycle has, as the read models show it."""
    rows = await goals_model.goals(pool, cycle=cycle.id)
    sheets: dict[str, str] = {}
    for each in await goals_model.sheets(pool, cycle=cycle.id):
        sheets[each.holder] = max(sheets.get(each.holder, ""), each.sheet, key=_number)
    goals: dict[str, list[StandingGoal]] = {}
    numbers: dict[str, int] = {}
    for row in rows:
        holder = holder_of(row.sheet)
        if row.sheet == sheets.get(holder):
            numbers[holder] = max(numbers.get(holder, 0), _last(row.goal))
        if not stage_row(row.stage).over:
            goals.setdefault(holder, []).append(_standing(row))
    return OpenCycle(cycle.id, sheets, goals, numbers, cycle.language)


def _number(sheet: str) -> int:
    return int(sheet.rpartition("-")[2] or 0)


def _last(goal: str) -> int:
    """A goal's number in its sheet."""
    number = goal.rpartition("-")[2].rpartition(".")[2]
    return int(number) if number.isdigit() else 0


def _standing(row: goals_model.GoalRow) -> StandingGoal:
    return StandingGoal(row.goal, row.key, row.title, row.dimension, row.measure, row.parent, row.stage)
