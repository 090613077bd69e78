"""How far people are: actual against target in each period, and the sentence that says it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from math import ceil, floor
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
from cairn.domain.schedule import Days, Span, Timeline, gaps_of
from cairn.domain.targets import first_day
from cairn.i18n import Message, message
from cairn.i18n.values import number
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
        g.LastDaySet,
        g.AbsencesSet,
        g.GoalCancelled,
        g.GoalSuperseded,
    ),
)
SQL = queries("progress")
KINDS: tuple[PeriodKind, ...] = ("month", "quarter", "half_year", "year")
ABSENCES: TypeAdapter[tuple[Days, ...]] = TypeAdapter(Annotated[tuple[Days, ...], FROM_JSON])
STORED: TypeAdapter[Measure] = TypeAdapter(Annotated[Measure, FROM_JSON])
PLACES = 6
Kinds = Mapping[str, Collection[PeriodKind]]
"""Job family → the kinds of period its goals are scored in."""
YEAR: tuple[PeriodKind, ...] = ("year",)
Shown = Annotated[
    Fraction, PlainSerializer(lambda value: f"{rounded(value, PLACES):f}", return_type=str, when_used="json")
]
"""An exact number that leaves as a decimal, to six places."""


class PeriodProgress(BaseModel):
    """One period of one goal. Percentages: `attainment` as scored, `done` between 0 and 100; None without data. `aim`
    is what a KPI aims at there.

    `unconfirmed` of the rows are reports that the manager has not confirmed.

    A sum that is to stay low has no `done`, but `used`: what it has taken of its limit, in percent. `days_left` are
    the days after the asked day up to the period's last, `days` the period's length; `rows` is how many readings or
    check-ins count, `latest` the last one's day. Of a sum that runs, `pace` is what a day has brought so far and
    `needed` what each day left has to bring to reach the target (or may bring at most), in the KPI's unit.
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
    used: Shown | None = None
    pace: Shown | None = None
    needed: Shown | None = None
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
    """One goal with its progress: in the period that runs, to date (the whole cycle), and in every period that was
    asked for.

    `current` is None outside the cycle and for goals that are only assessed.
    """

    model_config = ConfigDict(frozen=True)

    goal: str
    title: str
    owner: str
    sheet: str
    tier: Tier
    family: str | None = None
    dimension: Dimension
    stage: Stage
    weight: Decimal | None
    measure: Annotated[Measure, FROM_JSON]
    current: PeriodProgress | None
    to_date: PeriodProgress | None
    periods: tuple[PeriodProgress, ...]


async def progress_of_people(
    reader: Reader,
    people: Collection[str],
    today: date,
    *,
    cycle: str | None = None,
    kinds: Kinds | None = None,
    every_period: bool = True,
) -> list[ProgressLine]:
    """The running goals of some people in one query, each person's heaviest first, as of a day.

    The current period is the shortest one that holds `today` and has something to measure; `kinds` restricts it
    to the periods the goal is scored in. Whoever shows many goals and no other periods than those that hold `today`
    does without the others: working them out takes most of the time.
    """
    rows = await reader.fetch(SQL["of_owner"], list(people), cycle)
    return _lines(rows, today, kinds, every_period)


async def progress_of_goal(
    reader: Reader, goal: str, today: date, *, kinds: Kinds | None = None
) -> ProgressLine | None:
    """One goal's progress as of a day, in whatever stage it is; None when there is no such goal."""
    lines = _lines(await reader.fetch(SQL["of_goal"], goal), today, kinds, every_period=True)
    return lines[0] if lines else None


def _lines(
    rows: Iterable[asyncpg.Record], today: date, kinds: Kinds | None, every_period: bool
) -> list[ProgressLine]:
    by_goal = groupby(rows, key=lambda row: row["goal"])
    return [_line(list(group), today, kinds, every_period) for _, group in by_goal]


def _line(rows: list[asyncpg.Record], today: date, kinds: Kinds | None, every_period: bool) -> ProgressLine:
    first = rows[0]
    measure = STORED.validate_python(first["measure"])
    goal = {name: first[name] for name in ProgressLine.model_fields if name in first.keys()}  # noqa: SIM118
    line = ProgressLine(**goal | {"measure": measure}, current=None, to_date=None, periods=())
    wanted = None if every_period else {*_scored_in(line, kinds), "year"}
    return with_periods(line, _periods(rows, measure, today, wanted), today, kinds)


def with_periods(
    line: ProgressLine, periods: Iterable[PeriodProgress], today: date, kinds: Kinds | None
) -> ProgressLine:
    """The line with these periods, and which of them is the current one on a day."""
    found, wanted = tuple(periods), _scored_in(line, kinds)
    running = [each for each in found if each.starts <= today <= each.ends and each.kind in wanted]
    current = min(running, key=lambda each: KINDS.index(each.kind), default=None)
    to_date = next((each for each in found if each.kind == "year"), None)
    return line.model_copy(update={"current": current, "to_date": to_date, "periods": found})


def _scored_in(line: ProgressLine, kinds: Kinds | None) -> Collection[PeriodKind]:
    """The kinds of period a goal is scored in: its family's, the year alone for departments and the company, and of
    those the ones it names itself (RULES M7)."""
    if kinds is None:
        return KINDS
    own = kinds.get(line.family or "", YEAR) if line.tier == "individual" else YEAR
    return [kind for kind in own if not line.measure.scored_in or kind in line.measure.scored_in]


def _periods(
    rows: list[asyncpg.Record], measure: Measure, today: date, wanted: Collection[PeriodKind] | None
) -> Iterable[PeriodProgress]:
    """The periods in which a goal has something to measure: every one, or of the wanted kinds those that hold today and
    the year."""
    spans = {row["period"]: _span(row) for row in rows if row["period"] is not None}
    if not spans:
        return
    dates = Timeline(
        starts=min(span.starts for span in spans.values()),
        ends=max(span.ends for span in spans.values()),
        periods=tuple(spans.values()),
    )
    last_day, absences = rows[0]["last_day"], ABSENCES.validate_python(rows[0]["absences"])
    counted = dates.without(gaps_of(last_day, absences))
    for row in rows:
        span = spans[row["period"]]
        if wanted is not None and not (span.kind in wanted and _is_shown(span, today)):
            continue
        figures = worked_out(measure, dict(row), span, counted)
        if figures is not None:
            yield period_progress(span, figures, measure, row["since"], today, last_day)


def _is_shown(span: Span, today: date) -> bool:
    return span.kind == "year" or span.starts <= today <= span.ends


def period_progress(
    span: Span,
    figures: Mapping[str, Any],
    measure: Measure,
    since: date,
    today: date,
    last_day: date | None = None,
) -> PeriodProgress:
    """A period with what `worked_out` found, as of a day; it ends with the goal's last day. `since` is its first."""
    if last_day is not None and span.starts <= last_day < span.ends:
        span = span.model_copy(update={"ends": last_day})
    spoken = {"period": span.key, "kind": span.kind, "starts": span.starts, "ends": span.ends}
    left = max((span.ends - today).days, 0)
    paces = _paces(span, figures, measure, since, today)
    return PeriodProgress(**spoken, **figures, days_left=left, **paces)


def _paces(
    span: Span, figures: Mapping[str, Any], measure: Measure, since: date, today: date
) -> dict[str, Fraction]:
    """What a day has brought so far and what each day left has to, of a sum in the period that runs."""
    actual, target, left = figures["actual"], figures["target"], (span.ends - today).days
    if not isinstance(measure, Kpi) or not measure.adds_up or None in (actual, target):
        return {}
    begun = (today - max(span.starts, first_day(measure, since))).days + 1
    if begun < 1 or left < 1 or measure.direction not in ("higher", "lower"):
        return {}
    return {"pace": actual / begun, "needed": max((target - actual) / left, ZERO)}


def _span(row: asyncpg.Record) -> Span:
    return _made(row["period"], row["kind"], row["starts"], row["ends"])


@lru_cache(maxsize=1024)
def _made(key: str, kind: PeriodKind, starts: date, ends: date) -> Span:
    """A period of a cycle, which all of its goals share."""
    return Span(key=key, kind=kind, starts=starts, ends=ends)


def worked_out(
    measure: Measure, row: Mapping[str, Any], span: Span, dates: Timeline
) -> dict[str, Any] | None:
    """Target, actual and attainment in a period by the domain's own functions; None where there is nothing to
    measure. Of `dates` only those count that are the goal's own (RULES L7)."""
    if not dates.days_of(span, row["since"]):
        return None
    told = {"rows": row["rows"], "latest": row["latest"], "unconfirmed": row["unconfirmed"]}
    if isinstance(measure, KeyTask):
        number, done = Fraction(len(measure.criteria)), Fraction(row["accepted"])
        return {**told, **_figures(number, done, HUNDRED * done / number), "aim": None}
    if not isinstance(measure, Kpi) or (aim := aim_in(measure, span, dates, row["since"])) is None:
        return None
    actual = aggregate_of(_totals(row), measure.aggregation, measure.unit)
    reached = attainment(aim, actual) if actual is not None else None
    figures = _figures(aim.target, actual, reached)
    if is_limit(measure) and actual is not None and aim.target is not None:
        figures |= {"done": None, "used": _used(actual, aim.target)}
    return {**told, **figures, "aim": aim}


def is_limit(measure: Measure) -> bool:
    """Whether a target is an amount that must not be passed: nothing is done of it, it is used up."""
    return isinstance(measure, Kpi) and measure.adds_up and measure.direction == "lower"


def _used(actual: Fraction, limit: Fraction) -> Fraction:
    """What is used of a limit, in percent; of nothing, whatever there is is more than all of it."""
    if limit > 0:
        return HUNDRED * actual / limit
    return ZERO if actual <= limit else HUNDRED + 1


def _totals(row: Mapping[str, Any]) -> Totals:
    return Totals(
        rows=row["rows"], **{name: exact(row[name] or ZERO) for name in ("total", "base", "weighed", "last")}
    )


def _figures(target: Fraction | None, actual: Fraction | None, reached: Fraction | None) -> dict[str, Any]:
    done = min(max(reached, ZERO), HUNDRED) if reached is not None else None
    return {"target": target, "actual": actual, "attainment": reached, "done": done}


def on_course(line: ProgressLine) -> bool | None:
    """Whether a goal is as far as its period: of a sum, or of criteria, at least the share of the time that is over; of
    a limit at most that share used; of what is measured as it stands, the target. None while nothing is known."""
    now = line.current
    if now is None or not now.days:
        return None
    if now.used is not None:
        return now.used <= now.elapsed
    if isinstance(line.measure, Kpi) and line.measure.aggregation != "sum":
        return None if now.attainment is None else now.attainment >= HUNDRED
    return None if now.done is None else now.done >= now.elapsed


def sentence(line: ProgressLine, *, over: bool = False) -> Message:
    """The progress in words, such as "60% of this month's target done, 10 days left for the other 40%"; of a cycle that
    is `over`, what the year came to.

    Percentages are cut, not rounded: nobody reads that all is done before it is.
    """
    if over and line.to_date is not None:
        return _came_to(line.to_date, line.measure)
    now = line.current
    if now is None:
        due = getattr(line.measure, "due", None)
        return (
            message("assessed by the manager, due on {due:day}", due=due)
            if due
            else message("assessed by the manager")
        )
    if isinstance(line.measure, KeyTask):
        return _of_task(now, line.measure)
    if now.actual is None:
        return message(
            "no data yet for {span:span} target, {days} {days:plural,day,days} left",
            span=now.kind,
            days=now.days_left,
        )
    if is_limit(line.measure):
        return _limited(now)
    if now.done == HUNDRED:
        return message(
            "reached {span:span} target ({reached}%)", span=now.kind, reached=_cut(now.attainment or HUNDRED)
        )
    return _under_way(now, line.measure)


def _came_to(year: PeriodProgress, measure: Measure) -> Message:
    """What a whole cycle came to, once its last day is over."""
    if isinstance(measure, KeyTask):
        met, criteria = int(year.actual or 0), int(year.target or 0)
        return message("{done} of {criteria} acceptance criteria were met", done=met, criteria=criteria)
    if year.actual is None:
        return message("no data came for the year's target")
    if is_limit(measure):
        used, limit = year.actual, year.target or ZERO
        if used > limit:
            return message(
                "{used:number} was used in the year, {over:number} more than the limit of {limit:number}",
                used=used,
                over=used - limit,
                limit=limit,
            )
        return message("{used:number} of at most {limit:number} was used in the year", used=used, limit=limit)
    if year.done == HUNDRED:
        return message("the year's target was reached ({reached}%)", reached=_cut(year.attainment or HUNDRED))
    return message("{done}% of the year's target was reached", done=_cut(year.done or ZERO))


def _of_task(now: PeriodProgress, task: KeyTask) -> Message:
    """A task's criteria, with the days to its own day where it has one."""
    met = {"done": int(now.actual or 0), "criteria": int(now.target or 0)}
    if task.due is None or met["done"] == met["criteria"]:
        return message(
            "{done} of {criteria} acceptance criteria met, {days} {days:plural,day,days} left",
            days=now.days_left,
            **met,
        )
    left = (task.due - (now.ends - timedelta(days=now.days_left))).days
    if left < 0:
        return message(
            "{done} of {criteria} acceptance criteria met, due on {due:day}: {days} {days:plural,day,days} late",
            days=-left,
            due=task.due,
            **met,
        )
    return message(
        "{done} of {criteria} acceptance criteria met, due on {due:day}: {days} {days:plural,day,days} left",
        days=left,
        due=task.due,
        **met,
    )


def _under_way(now: PeriodProgress, measure: Measure) -> Message:
    """What adds up has a rest to do; anything else only has a level."""
    done, days = _cut(now.done or ZERO), now.days_left
    if isinstance(measure, Kpi) and measure.aggregation == "sum" and measure.direction == "higher":
        if now.pace is not None and now.needed is not None:
            return message(
                "{done}% of {span:span} target done, {days} {days:plural,day,days} left for the other {rest}%: "
                "{needed} a day to make it, {pace} so far",
                done=done,
                span=now.kind,
                days=days,
                rest=100 - done,
                needed=_a_day(now.needed, ceil),
                pace=_a_day(now.pace),
            )
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


def _limited(now: PeriodProgress) -> Message:
    """What is used of a limit: it is kept or passed when the period is over, not before."""
    actual, limit, days = now.actual or ZERO, now.target or ZERO, now.days_left
    facts = {"used": actual, "limit": limit, "span": now.kind, "days": days}
    if actual > limit:
        return message(
            "{used:number} used, {over:number} more than {span:span} limit of {limit:number}, "
            "{days} {days:plural,day,days} left",
            over=actual - limit,
            **facts,
        )
    if now.pace is None or now.needed is None:
        return message(
            "{used:number} of at most {limit:number} used within {span:span} limit, "
            "{days} {days:plural,day,days} left",
            **facts,
        )
    return message(
        "{used:number} of at most {limit:number} used within {span:span} limit, "
        "{days} {days:plural,day,days} left: {needed} a day keeps to it, {pace} so far",
        needed=_a_day(now.needed, floor),
        pace=_a_day(now.pace),
        **facts,
    )


def _a_day(amount: Fraction, to_whole: Callable[[Fraction], int] | None = None) -> str:
    """An amount a day for the eye, to two places, a small one to two digits. What is asked for goes up, so that it is
    enough, what is allowed down."""
    places = 2
    while amount and abs(amount) * 10**places < 10 and places < PLACES:
        places += 1
    if to_whole is None:
        return number(amount, places)
    return number(Fraction(to_whole(amount * 10**places), 10**places), places)


def _cut(percent: Fraction) -> int:
    return int(percent)
