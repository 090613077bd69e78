"""What feeds cover: scores that wait for one, and goals whose metric none brings for their subject (RULES D3, D4)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated

import asyncpg
from pydantic import BaseModel, ConfigDict

from cairn.domain.coverage import Statement, Whom, coverage_of, is_covered
from cairn.domain.goal.evidence import Lack, LackReason, lack_of
from cairn.domain.reading import Evidence, FeedCompleted
from projections.engine.read_model import ReadModel
from projections.engine.rows import FROM_JSON, Reader, parse_rows
from projections.engine.sql import queries

MODEL = ReadModel(name="coverage", joins=("goal", "reading", "dashboard"))
SQL = queries("coverage")


class Waits(BaseModel):
    """A score that is due and waits for what feeds bring or a computed KPI counts: since when, and for what."""

    model_config = ConfigDict(frozen=True)

    goal: str
    period: str
    due: datetime
    lack: Lack


class FeedState(BaseModel):
    """What a feed said last, and of which metrics it has brought rows."""

    model_config = ConfigDict(frozen=True)

    position: int
    said: Annotated[FeedCompleted, FROM_JSON]
    brought: tuple[str, ...]

    @property
    def metrics(self) -> tuple[str, ...]:
        """Those it names or has brought."""
        return tuple(sorted({*self.brought, *(each.metric for each in self.said.covers)}))


class Uncovered(BaseModel):
    """A subject of a running goal of whom no feed covers the metric: without readings it is missing."""

    model_config = ConfigDict(frozen=True)

    metric: str
    subject: str


class _Score(BaseModel):
    model_config = ConfigDict(frozen=True)

    goal: str
    period: str
    metric: str
    subject: str
    holder: str
    family: str | None
    department: str | None
    starts: date
    ends: date
    due: datetime
    brought_by: tuple[str, ...]

    @property
    def whom(self) -> Whom:
        return Whom(subject=self.subject, holder=self.holder, family=self.family, department=self.department)


async def feeds(reader: Reader) -> list[FeedState]:
    """What every feed said last, by its name."""
    return parse_rows(FeedState, await reader.fetch(SQL["statements"]))


async def waiting(reader: Reader, scores: Sequence[tuple[str, str]]) -> list[Waits]:
    """Those of the scores (goal, period) that wait for a feed or, computed, for what they count, longest first; others
    wait for something else. `scores` are all that are due and not there."""
    goals, periods = [goal for goal, _ in scores], [period for _, period in scores]
    asked = parse_rows(_Score, await reader.fetch(SQL["of_scores"], goals, periods))
    unread: dict[str, set[str]] = {}
    for row in await reader.fetch(SQL["unread"], sorted({each.metric for each in asked})):
        unread.setdefault(row["metric"], set()).add(row["feed"])
    said = [Statement(position=each.position, said=each.said) for each in await feeds(reader)]
    found = [(each, _lack(each, said, unread.get(each.metric, set()))) for each in asked]
    waits = [
        Waits(goal=each.goal, period=each.period, due=each.due, lack=lack)
        for each, lack in found
        if lack is not None
    ]
    computed = await reader.fetch(SQL["of_computed"], goals, periods)
    waits += [_counting(row) for row in computed if row["awaited"] or not row["of_children"]]
    return sorted(waits, key=lambda each: (each.due, each.goal))


def _counting(row: asyncpg.Record) -> Waits:
    """A computed KPI's score that is not there: what it counts is still to come (RULES M6)."""
    reason: LackReason = "children" if row["of_children"] else "subordinates"
    lack = Lack(reason=reason, feeds=tuple(row["awaited"]))
    return Waits(goal=row["goal"], period=row["period"], due=row["due"], lack=lack)


def _lack(score: _Score, said: Sequence[Statement], unread: Iterable[str]) -> Lack | None:
    known = coverage_of(score.metric, score.whom, (score.starts, score.ends), said, score.brought_by)
    evidence = Evidence(
        complete_through=known.complete_through, feeds=known.feeds, unread=dict.fromkeys(unread, 0)
    )
    return lack_of(score.metric, evidence, score.ends)


async def uncovered(reader: Reader, feed: str) -> list[Uncovered]:
    """Subjects of running goals whose metric this feed brings, of whom neither it nor another feed covers it."""
    every = await feeds(reader)
    metrics = next((each.metrics for each in every if each.said.feed == feed), ())
    covers = [covers for each in every for covers in each.said.covers]
    found: list[Uncovered] = []
    for row in await reader.fetch(SQL["of_metrics"], list(metrics)):
        whom = Whom(
            subject=row["subject"], holder=row["holder"], family=row["family"], department=row["department"]
        )
        if not any(each.metric == row["metric"] and is_covered(each, whom) for each in covers):
            found.append(Uncovered(metric=row["metric"], subject=row["subject"]))
    return found
