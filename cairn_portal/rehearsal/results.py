"""What a rehearsed year ended with, and whether it agrees with plain SQL over the files it was fed from."""

import re
from collections import Counter
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

from cairn.application import Application
from cairn.documents.mistakes import DocumentInvalid, Mistake
from cairn.documents.queries import open_tables, select
from cairn.domain.event import Fact
from cairn.domain.exact import rounded
from cairn.domain.goal.stages import OVER
from cairn_portal.rehearsal.script import RehearsalScript
from projections.engine import catch_up
from projections.models import dashboard as dashboard_model
from projections.models import score as score_model

ATTAINMENT = "attainment.sql"
QUOTA = "quota"
"""The key of the goals that it is about."""
SHOWN_WITHIN = 60.0
"""Seconds that read models may be behind the log at the end of a year."""
SHOWN = (
    "dashboard", "score", "review", "coaching", "feedback", "request", "promise", "appraisal", "result", "calibration",
    "handover",
)  # fmt: skip
"""The read models that the end of a year is told from."""
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
        return sum(n for stage, n in self.stages.items() if stage not in OVER)


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


async def ending(application: Application, cycle: str) -> Ending:
    """The year's end, once the worker's read models have reached the log. Raises TimeoutError where they do not."""
    pool, sealed = application.pool, await application.ledger.sealed_position()
    for model in SHOWN:
        await catch_up.wait_for(pool, model, sealed, SHOWN_WITHIN)
    found = await dashboard_model.dashboard(pool, cycle, datetime.now(UTC))
    grades = Counter(each.grade for each in await score_model.results(pool, cycle) if each.grade)
    return Ending(
        cycle=cycle,
        events=(await application.operation.log()).events,
        stages={str(stage): count for stage, count in found.stages.items()} if found else {},
        results=grades.total(),
        grades=dict(grades),
    )


async def attained(application: Application, script: RehearsalScript, data: Path) -> list[Attained]:
    """Every row of the folder's attainment.sql beside the score of the goal it is about; [] without such a file."""
    query = script.folder / ATTAINMENT
    if not query.is_file():
        return []
    rows = _from_files(query.read_text(encoding="utf-8"), data)
    scores = await score_model.goal_scores_by_key(application.pool, script.cycle.id, QUOTA)
    scored = {(str(score.owner), score.period): score for score in scores}
    return [_beside(row, scored.get((str(row["person"]), str(row["quarter"])))) for row in rows]


def _from_files(sql: str, data: Path) -> list[dict[str, object]]:
    """The rows of a query over the data folder's files, each a table named after its file."""
    tables = {path.stem: path for path in sorted(data.glob("*.csv")) if re.search(rf"\b{path.stem}\b", sql)}
    database = open_tables(tables)
    if isinstance(database, list):
        raise DocumentInvalid(database, ATTAINMENT)
    rows = select(database, sql)
    if isinstance(rows, Mistake):
        raise DocumentInvalid([rows], ATTAINMENT)
    return rows


def _beside(row: dict[str, object], score: score_model.GoalScore | None) -> Attained:
    return Attained(
        person=str(row["person"]),
        name=str(row["name"]),
        quarter=str(row["quarter"]),
        quota=_four(row["quota"]),
        actual=_four(row["actual"]),
        attainment=_four(row["attainment"]),
        scored_quota=_known(score.target) if score else None,
        scored_actual=_known(score.actual) if score else None,
        scored_attainment=_known(score.attainment) if score else None,
    )


def _known(value: Fraction | None) -> Decimal | None:
    return None if value is None else rounded(value, 4)


def _four(value: object) -> Decimal:
    return Decimal(str(value)).quantize(FOUR, ROUND_HALF_UP)
