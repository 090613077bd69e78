"""The score of one goal in one period, with its inputs. The same function recomputes it for an auditor."""

from datetime import date, datetime
from decimal import Decimal, localcontext

from cairn.domain.event import SYSTEM
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.events import GoalScored, Inputs
from cairn.domain.goal.state import Goal
from cairn.domain.measure import KeyTask, Kpi, target_in
from cairn.domain.reading import Reading, Row, aggregate
from cairn.domain.refusal import Refusal
from cairn.domain.schedule import Period, Schedule
from cairn.domain.scoring import EXACT, kpi_points, mean, weighted


def score(goal: Goal, period_key: str, context: GoalContext, at: datetime) -> GoalScored:
    """The score event of a goal in a period; `points` is None with `why` where nothing could be measured."""
    schedule = context.schedule
    period = schedule.period(period_key) if schedule else None
    if schedule is None or period is None:
        raise Refusal("adjustment.period", field="period", period=period_key)
    if isinstance(goal.measure, Kpi):
        found = _kpi(goal, goal.measure, period, schedule, context)
    else:
        found = _judged(goal, period)
    plain: dict[str, object] = {"actual": None, "target": None, "attainment": None, "points": None, "why": ""}
    used = found.pop("readings", ())
    inputs = Inputs(readings=used, upto=context.evidence.upto, version=goal.version)
    return GoalScored.model_validate(
        {
            "goal": goal.id,
            "period": period.key,
            "starts": period.starts,
            "ends": period.ends,
            "inputs": inputs,
            "policy": context.policy.version,
            "by": SYSTEM,
            "at": at,
            **plain,
            **found,
        }
    )


def _kpi(goal: Goal, kpi: Kpi, period: Period, schedule: Schedule, context: GoalContext) -> dict[str, object]:
    rows, positions = _rows(goal, kpi, period, context)
    target = target_in(kpi, period, schedule, goal.since)
    with localcontext(EXACT):
        actual = aggregate(rows, kpi.aggregation, kpi.unit)
    formula = f"{kpi.aggregation} of {len(rows)} readings, {kpi.direction} is better, curve {kpi.curve}"
    found: dict[str, object] = {"readings": positions, "actual": actual, "target": target, "formula": formula}
    if target is None and kpi.direction != "range":
        return {**found, "applies": False, "why": "not measured in this period"}
    if actual is None:
        return {**found, "why": "no readings in this period"}
    reached, points = kpi_points(kpi, context.policy.curves[kpi.curve], actual, target)
    return {**found, "attainment": reached, "points": points}


def _rows(goal: Goal, kpi: Kpi, period: Period, context: GoalContext) -> tuple[list[Row], tuple[int, ...]]:
    """A fed KPI counts the feed's readings, any other the owner's check-ins; a day's last check-in stands."""
    first = max(period.starts, goal.since)
    if kpi.metric is not None:
        fed = [
            row for row in context.evidence.readings if _is_of(row, kpi) and first <= row.on <= period.ends
        ]
        return list(fed), tuple(sorted({row.position for row in fed}))
    told: dict[date, Row] = {}
    for said in goal.check_ins:
        if said.value is not None and first <= said.on <= period.ends:
            told[said.on] = Row(
                metric="check_in", subject=goal.id, on=said.on, value=said.value, base=said.base
            )
    return list(told.values()), ()


def _is_of(row: Reading, kpi: Kpi) -> bool:
    return row.metric == kpi.metric and row.subject == kpi.subject


def _judged(goal: Goal, period: Period) -> dict[str, object]:
    given = goal.assessments.get(period.key, {})
    if given:
        points = weighted(_segments(goal, period, given), "reweight")
        return {"points": points, "formula": "managers' assessments, weighted by the days of their segments"}
    if isinstance(goal.measure, KeyTask) and goal.accepted:
        done, number = len(goal.accepted), len(goal.measure.criteria)
        with localcontext(EXACT):
            share = Decimal(100) * done / number
        return {
            "actual": Decimal(done),
            "target": Decimal(number),
            "attainment": share,
            "points": share,
            "formula": "share of the criteria accepted",
        }
    return {"formula": "managers' assessment", "why": "neither assessed nor accepted"}


def _segments(goal: Goal, period: Period, given: dict[str, Decimal]) -> list[tuple[Decimal, Decimal | None]]:
    """(days, points) of each manager's segment in the period. Who assessed without a segment in it (a committee
    member, a successor) counts for the days of the segments nobody assessed."""
    present: list[tuple[int, str]] = []
    for number, segment in enumerate(goal.segments):
        following = goal.segments[number + 1].since if number + 1 < len(goal.segments) else None
        days = _days(max(segment.since, period.starts), following, period)
        if days > 0:
            present.append((days, segment.manager or ""))
    managers = {manager for _, manager in present}
    stands = mean(points for who, points in given.items() if who not in managers)
    return [(Decimal(days), given.get(manager, stands)) for days, manager in present] or [
        (Decimal(1), stands)
    ]


def _days(since: date, following: date | None, period: Period) -> int:
    last = min(period.ends, following) if following else period.ends
    return (last - since).days + (0 if following and following <= period.ends else 1)
