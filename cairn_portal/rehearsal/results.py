"""What a rehearsed year ended with, and whether it agrees with plain SQL over the files it was fed from."""

import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import asyncpg

from cairn.domain.event import Fact
from cairn.ledger import horizon
from cairn.tables import open_tables, select
from cairn_portal.rehearsal.script import CycleFile
from projections.engine import catch_up
from projections.models import goal as goals_model
from projections.models import score as scores_model
from projections.models.score import GoalScore

ATTAINMENT = "attainment.sql"
QUOTA = "quota"  # the key of the goals it is about
FOUR = Decimal("0.0001")


class Ending(Fact):
    """Counts from the read models at the end of a year."""

    cycle: str
    events: int
    stages: dict[str, int]
    results: int
    grades: dict[str, int]

    @property
    def open(self) -> int:
        """Goals that are not over."""
        return sum(
            n for stage, n in self.stages.items() if stage not in ("closed", "cancelled", "superseded")
        )


class Attained(Fact):
    """One salesperson's quarter: from the files, and as scored from the events (None where there is no score)."""

    person: str
    name: str
    quarter: str
    quota: Decimal
    actual: Decimal
    attainment: Decimal
    scored_quota: Decimal | None
    scored_actual: Decimal | None
    scored_attainment: Decimal | None

    @property
    def equal(self) -> bool:
        return (self.quota, self.actual, self.attainment) == (
            self.scored_quota,
            self.scored_actual,
            self.scored_attainment,
        )


async def ending(pool: asyncpg.Pool, cycle: str) -> Ending:
    """The year's end, once the read models have reached the log."""
    await catch_up.catch_up(pool)
    stages = await goals_model.count_by_stage(pool, cycle)
    grades = await scores_model.count_by_grade(pool, cycle)
    log = await horizon(pool)
    return Ending(
        cycle=cycle,
        events=log.sealed + log.unsealed,
        stages={str(stage): number for stage, number in stages.items()},
        results=sum(grades.values()),
        grades=grades,
    )


async def attained(pool: asyncpg.Pool, file: CycleFile, data: Path) -> list[Attained]:
    """Every row of the folder's attainment.sql beside the score of the goal it is about; [] without such a file."""
    query = file.folder / ATTAINMENT
    if not query.is_file():
        return []
    rows = _from_files(query.read_text(encoding="utf-8"), data)
    scores = await scores_model.goal_scores_by_key(pool, file.cycle.id, QUOTA)
    scored = {(str(score.owner), score.period): score for score in scores}
    return [_beside(row, scored.get((str(row["person"]), str(row["quarter"])))) for row in rows]


def _from_files(sql: str, data: Path) -> list[dict[str, object]]:
    """The rows of a query over the data folder's files, each a table named after its file."""
    tables = {path.stem: path for path in sorted(data.glob("*.csv")) if re.search(rf"\b{path.stem}\b", sql)}
    return select(open_tables(tables), sql)


def _beside(row: dict[str, object], score: GoalScore | None) -> Attained:
    return Attained(
        person=str(row["person"]),
        name=str(row["name"]),
        quarter=str(row["quarter"]),
        quota=_four(row["quota"]),
        actual=_four(row["actual"]),
        attainment=_four(row["attainment"]),
        scored_quota=_four(score.target) if score else None,
        scored_actual=_four(score.actual) if score and score.actual is not None else None,
        scored_attainment=_four(score.attainment) if score and score.attainment is not None else None,
    )


def _four(value: object) -> Decimal:
    return Decimal(str(value)).quantize(FOUR, ROUND_HALF_UP)
