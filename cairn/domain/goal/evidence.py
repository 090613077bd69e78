"""What a goal's score needs to know of its metric before it is computed (RULES D3, D4)."""

from datetime import date
from typing import Literal

from cairn.domain.attainment import aim_in
from cairn.domain.coverage import Whom
from cairn.domain.event import Fact
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.state import Goal
from cairn.domain.measure import Kpi
from cairn.domain.policy import Computed
from cairn.domain.reading import Evidence
from cairn.domain.schedule import Period
from cairn.domain.sheet.state import Sheet
from cairn.domain.streams import holder_of
from cairn.domain.targets import first_day

LackReason = Literal["no_feed", "incomplete", "unread", "children", "subordinates"]
"""No feed supplies the metric; one is not complete through the period's end; one has recorded batches that are not in
the read model of readings yet, or parked there; goals that serve it have no score yet, or subordinates no result."""


class Lack(Fact):
    """Why a score waits: for these feeds, of which the least complete one has got as far as `complete_through`; or for
    these goals or sheets (`feeds` too)."""

    reason: LackReason
    metric: str = ""
    feeds: tuple[str, ...] = ()
    complete_through: date | None = None


def whom_of(goal: Goal, sheet: Sheet) -> Whom | None:
    """Whom a goal's metric is about, None where no feed brings it."""
    kpi = goal.measure
    if not isinstance(kpi, Kpi) or kpi.metric is None or kpi.subject is None:
        return None
    return Whom(
        subject=kpi.subject, holder=holder_of(goal.sheet), family=sheet.family, department=goal.department
    )


def days_of(goal: Goal, kpi: Kpi, period: Period) -> tuple[date, date]:
    """The first and the last day of a period that count for a goal."""
    last = period.ends if goal.last_day is None else min(period.ends, goal.last_day)
    return max(period.starts, first_day(kpi, goal.since)), last


def lacking(goal: Goal, period_key: str, context: GoalContext) -> Lack | None:
    """What a goal's score of a period waits for, by the evidence in the context; None where it can be computed.

    What no feed brings, what the goal is not scored in and what HR goes on without waits for nothing.
    """
    kpi, schedule = goal.measure, context.schedule
    period = schedule.period(period_key) if schedule else None
    if schedule is None or period is None or period_key in goal.waived:
        return None
    if not isinstance(kpi, Kpi) or (kpi.computed is None and (kpi.metric is None or kpi.subject is None)):
        return None
    if kpi.scored_in and period.kind not in kpi.scored_in:
        return None
    if aim_in(kpi, period, schedule.without(goal.gaps), goal.since) is None:
        return None
    if kpi.computed is not None:
        return _uncounted(kpi.computed, context.evidence)
    assert kpi.metric is not None
    return lack_of(kpi.metric, context.evidence, days_of(goal, kpi, period)[1])


def _uncounted(computed: Computed, evidence: Evidence) -> Lack | None:
    """What a computed KPI counts and is not there yet (RULES M6)."""
    if evidence.sources is not None and not evidence.awaited:
        return None
    return Lack(reason="children" if computed == "children" else "subordinates", feeds=evidence.awaited)


def lack_of(metric: str, evidence: Evidence, last: date) -> Lack | None:
    """What is not known yet of a metric through a period's last day."""
    facts = {"metric": metric, "feeds": evidence.feeds, "complete_through": evidence.complete_through}
    if evidence.unread:
        return Lack.model_validate({**facts, "reason": "unread", "feeds": tuple(sorted(evidence.unread))})
    if not evidence.feeds and evidence.complete_through is None:
        return Lack.model_validate({**facts, "reason": "no_feed"})
    if evidence.complete_through is None or evidence.complete_through < last:
        return Lack.model_validate({**facts, "reason": "incomplete"})
    return None
