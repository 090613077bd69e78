"""Progress as it was on a day: under the target, the stage and the weight of that day, with readings up to it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from cairn.application.repository import fold_goal, fold_sheet
from cairn.domain.calendar import end_of_day
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.state import Goal, Report, same_metric
from cairn.domain.measure import Kpi
from cairn.domain.reading import Row, totals
from cairn.domain.schedule import Schedule, Span, Timeline
from cairn.domain.targets import first_day
from cairn.ledger import Ledger
from projections.engine.rows import Reader
from projections.models.progress import (
    Kinds,
    PeriodProgress,
    ProgressLine,
    period_progress,
    with_periods,
    worked_out,
)
from projections.models.reading import evidence


class _Said(NamedTuple):
    """What counts of a goal, and the days whose report nobody has confirmed."""

    rows: Sequence[Row]
    unconfirmed: frozenset[date] = frozenset()


async def look_back(
    ledger: Ledger, reader: Reader, line: ProgressLine, cycle: Cycle, day: date, kinds: Kinds
) -> ProgressLine | None:
    """The line as it was when a day ended, None where there was no such goal yet (RULES T6)."""
    dates = cycle.schedule
    if dates is None:
        return line
    over = end_of_day(day, dates.calendar) - timedelta(microseconds=1)
    goal = fold_goal(line.goal, await ledger.as_of(line.goal, occurred=over))
    if goal.stage == "none":
        return None
    sheet = fold_sheet(line.sheet, await ledger.as_of(line.sheet, occurred=over))
    known = {
        "title": goal.title,
        "stage": goal.stage,
        "weight": sheet.weight_of(goal.id),
        "measure": goal.measure,
    }
    said = await _said(ledger, reader, goal, dates, day)
    counted = dates.without(goal.gaps)
    periods = (_period(goal, span, counted, said, day) for span in counted.periods)
    return with_periods(line.model_copy(update=known), (each for each in periods if each), day, kinds)


async def _said(ledger: Ledger, reader: Reader, goal: Goal, dates: Schedule, day: date) -> _Said:
    """What counts for the goal as it was measured then, up to the day: readings, or check-ins (later ones too)."""
    kpi = goal.measure
    if not isinstance(kpi, Kpi):
        return _Said(())
    if kpi.metric is not None and kpi.subject is not None:
        return _Said((await evidence(reader, kpi.metric, kpi.subject, dates.starts, day)).readings)
    reports = _reports(goal, fold_goal(goal.id, await ledger.read_stream(goal.id)))
    told = {each.said.on: each for each in reports if each.said.value is not None and each.said.on <= day}
    rows = [
        Row(metric="check_in", subject=goal.id, on=on, value=said.value, base=said.base)
        for on, said in ((on, each.said) for on, each in told.items())
        if said.value is not None
    ]
    return _Said(rows, frozenset(on for on, each in told.items() if each.waits))


def _reports(then: Goal, now: Goal) -> Sequence[Report]:
    """All that was ever reported under the goal's measure of that day, and not withdrawn since."""
    if len(now.former) > len(then.former):
        return now.former[len(then.former)].reports
    return now.reports if same_metric(now.measure, then.measure) else then.reports


def _period(goal: Goal, span: Span, dates: Timeline, said: _Said, day: date) -> PeriodProgress | None:
    if isinstance(goal.measure, Kpi):
        begins = max(span.starts, first_day(goal.measure, goal.since))
        counted = [row for row in said.rows if begins <= row.on <= span.ends and _is_own(goal, row.on)]
    elif span.kind == "year":
        counted = []
    else:
        return None
    figures = worked_out(goal.measure, _as_row(goal, counted, said.unconfirmed), span, dates)
    if figures is None:
        return None
    return period_progress(span, figures, goal.measure, goal.since, day, goal.last_day)


def _is_own(goal: Goal, day: date) -> bool:
    """Whether a day counts for the goal: its holder is there, and it has not ended (RULES L7)."""
    return not any(gap.holds(day) for gap in goal.gaps)


def _as_row(goal: Goal, rows: Sequence[Row], unconfirmed: frozenset[date]) -> Mapping[str, Any]:
    latest = max((row.on for row in rows), default=None)
    told = {"latest": latest, "unconfirmed": sum(row.on in unconfirmed for row in rows)}
    return {**dict(totals(rows)), **told, "since": goal.since, "accepted": len(goal.accepted)}
