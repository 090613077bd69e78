"""How far people are: actual against target in each period, and the sentence that says it."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Annotated, Any

import asyncpg
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, TypeAdapter

from cairn.domain.attainment import Aim, aim_in, attainment
from cairn.domain.cycle.events import CycleLaunched
from cairn.domain.exact import HUNDRED, ZERO, exact, rounded
from cairn.domain.goal import events as g
from cairn.domain.goal.stages import Stage
from cairn.domain.measure import KeyTask, Kpi, Measure
from cairn.domain.policy import Dimension, PeriodKind, Tier
from cairn.domain.reading import ReadingsRecorded, Totals, aggregate_of
from cairn.domain.schedule import Span, Timeline
from cairn.i18n import Message, message
from projections.engine.read_model import ReadModel
from projections.engine.rows import FROM_JSON, Reader
from projections.engine.sql import queries

MODEL = ReadModel(
    name="progress",
    tables=("progress_period", "progress_day"),
    reads=(CycleLaunched, ReadingsRecorded, g.CheckedIn),
    joins=("goal",),
    looks_up=(
        g.GoalDrafted,
        g.GoalRevised,
        g.GoalAdjusted,
        g.CriterionAccepted,
        g.CheckedIn,
        g.CheckInsConfirmed,
        g.CheckInWithdrawn,
    ),
)
SQL = queries("progress")
KINDS: tuple[PeriodKind, ...] = ("month", "quarter", "half_year", "year")
STORED: TypeAdapter[Measure] = TypeAdapter(Annotated[Measure, FROM_JSON])
PLACES = 6
Shown = Annotated[
    Fraction, PlainSerializer(lambda value: f"{rounded(value, PLACES):f}", return_type=str, when_used="json")
]
"""An exact number that leaves as a decimal, to six places."""


class PeriodProgress(BaseModel):
    """One period of one goal. Percentages: `attainment` as scored, `done` between 0 and 100; None without data. `aim`
    is what a KPI aims at there.

    `unconfirmed` of the rows are reports that the manager has not confirmed.

    `days_left` are the days after the asked day up to the period's last, `days` the period's length; `rows` is
    how many readings or check-ins count, `latest` the last one's day.
    """

    model_config = ConfigDict(frozen=True)

    period: str
    kind: PeriodKind
    starts: date
    ends: date
    target: Shown | None
    actual: Shown | None
    attainment: Shown | None
    done: Shown | None
    rows: int
    unconfirmed: int = 0
    latest: date | None
    days_left: int
    aim: Aim | None = Field(default=None, exclude=True, repr=False)

    @property
    def days(self) -> int:
        return (self.ends - self.starts).days + 1

    @property
    def elapsed(self) -> Fraction:
        """How much of the period is over, in percent."""
        return HUNDRED * min(max(self.days - self.days_left, 0), self.days) / self.days

    @property
    def remaining(self) -> Fraction | None:
        """What is left to do, in percent."""
        return None if self.done is None else HUNDRED - self.done


class ProgressLine(BaseModel):
    """One goal with its progress: in the period that runs, to date (the whole cycle), and in every period.

    `current` is None outside the cycle and for goals that are only assessed.
    """

    model_config = ConfigDict(frozen=True)

    goal: str
    title: str
    owner: str
    sheet: str
    tier: Tier
    dimension: Dimension
    stage: Stage
    weight: Decimal | None
    measure: Annotated[Measure, FROM_JSON]
    current: PeriodProgress | None
    to_date: PeriodProgress | None
    periods: tuple[PeriodProgress, ...]


async def progress_of(
    reader: Reader,
    person: str,
    today: date,
    *,
    cycle: str | None = None,
    kinds: Iterable[PeriodKind] | None = None,
) -> list[ProgressLine]:
    """A person's running goals, heaviest first, as of a day.

    The current period is the shortest one that holds `today` and has something to measure; `kinds` restricts it
    to the periods the person's family is evaluated by.
    """
    return _lines(await reader.fetch(SQL["of_owner"], person, cycle), today, kinds)


async def progress_of_goal(
    reader: Reader, goal: str, today: date, *, kinds: Iterable[PeriodKind] | None = None
) -> ProgressLine | None:
    """One goal's progress as of a day, in whatever stage it is; None when there is no such goal."""
    lines = _lines(await reader.fetch(SQL["of_goal"], goal), today, kinds)
    return lines[0] if lines else None


def _lines(
    rows: Iterable[asyncpg.Record], today: date, kinds: Iterable[PeriodKind] | None
) -> list[ProgressLine]:
    wanted = set(kinds) if kinds is not None else set(KINDS)
    return [_line(list(group), today, wanted) for _, group in groupby(rows, key=lambda row: row["goal"])]


def _line(rows: list[asyncpg.Record], today: date, kinds: set[PeriodKind]) -> ProgressLine:
    first = rows[0]
    measure = STORED.validate_python(first["measure"])
    periods = tuple(_periods(rows, measure, today))
    running = [each for each in periods if each.starts <= today <= each.ends and each.kind in kinds]
    goal = {name: first[name] for name in ProgressLine.model_fields if name in first.keys()}  # noqa: SIM118
    return ProgressLine(
        **goal | {"measure": measure},
        current=min(running, key=lambda each: KINDS.index(each.kind), default=None),
        to_date=next((each for each in periods if each.kind == "year"), None),
        periods=periods,
    )


def _periods(rows: list[asyncpg.Record], measure: Measure, today: date) -> Iterable[PeriodProgress]:
    """Every period in which a goal has something to measure."""
    spans = {row["period"]: _span(row) for row in rows if row["period"] is not None}
    if not spans:
        return
    dates = Timeline(
        starts=min(span.starts for span in spans.values()),
        ends=max(span.ends for span in spans.values()),
        periods=tuple(spans.values()),
    )
    for row in rows:
        figures = worked_out(measure, dict(row), spans[row["period"]], dates)
        if figures is not None:
            left = max((row["ends"] - today).days, 0)
            yield PeriodProgress(
                **dict(spans[row["period"]]) | {"period": row["period"]}, **figures, days_left=left
            )


def _span(row: asyncpg.Record) -> Span:
    return Span(key=row["period"], kind=row["kind"], starts=row["starts"], ends=row["ends"])


def worked_out(
    measure: Measure, row: Mapping[str, Any], span: Span, dates: Timeline
) -> dict[str, Any] | None:
    """Target, actual and attainment in a period by the domain's own functions; None where there is nothing to
    measure."""
    told = {"rows": row["rows"], "latest": row["latest"], "unconfirmed": row["unconfirmed"]}
    if isinstance(measure, KeyTask):
        number, done = Fraction(len(measure.criteria)), Fraction(row["accepted"])
        return {**told, **_figures(number, done, HUNDRED * done / number), "aim": None}
    if not isinstance(measure, Kpi) or (aim := aim_in(measure, span, dates, row["since"])) is None:
        return None
    actual = aggregate_of(_totals(row), measure.aggregation, measure.unit)
    reached = attainment(aim, actual) if actual is not None else None
    return {**told, **_figures(aim.target, actual, reached), "aim": aim}


def _totals(row: Mapping[str, Any]) -> Totals:
    return Totals(
        rows=row["rows"], **{name: exact(row[name] or 0) for name in ("total", "base", "weighed", "last")}
    )


def _figures(target: Fraction | None, actual: Fraction | None, reached: Fraction | None) -> dict[str, Any]:
    done = min(max(reached, ZERO), HUNDRED) if reached is not None else None
    return {"target": target, "actual": actual, "attainment": reached, "done": done}


def sentence(line: ProgressLine) -> Message:
    """The progress in words, such as "60% of this month's target done, 10 days left for the other 40%".

    Percentages are cut, not rounded: nobody reads that all is done before it is.
    """
    now = line.current
    if now is None:
        return message("assessed by the manager")
    if isinstance(line.measure, KeyTask):
        return message(
            "{done} of {criteria} acceptance criteria met, {days} {days:plural,day,days} left",
            done=int(now.actual or 0),
            criteria=int(now.target or 0),
            days=now.days_left,
        )
    if now.done is None:
        return message(
            "no data yet for {span:span} target, {days} {days:plural,day,days} left",
            span=now.kind,
            days=now.days_left,
        )
    if now.done == HUNDRED:
        return message(
            "reached {span:span} target ({reached}%)", span=now.kind, reached=_cut(now.attainment or HUNDRED)
        )
    return _under_way(now, line.measure)


def _under_way(now: PeriodProgress, measure: Measure) -> Message:
    """What adds up has a rest to do; anything else only has a level."""
    done, days = _cut(now.done or ZERO), now.days_left
    if isinstance(measure, Kpi) and measure.aggregation == "sum" and measure.direction == "higher":
        return message(
            "{done}% of {span:span} target done, {days} {days:plural,day,days} left for the other {rest}%",
            done=done,
            span=now.kind,
            days=days,
            rest=100 - done,
        )
    return message(
        "reached {done}% of {span:span} target, {days} {days:plural,day,days} left",
        done=done,
        span=now.kind,
        days=days,
    )


def _cut(percent: Fraction) -> int:
    return int(percent)
