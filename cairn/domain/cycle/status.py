"""Where a cycle stands and what is due next: all its workflow ever knows."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from cairn.domain.calendar import ONE_DAY, first_working_day, opening
from cairn.domain.cycle.stages import CYCLE_STAGES, ORDER, CycleStage, cycle_stage_row
from cairn.domain.cycle.state import Cycle
from cairn.domain.event import Fact
from cairn.domain.policy import Policy
from cairn.domain.schedule import Schedule, local_day

CyclePhase = Literal["launch", "stage", "period", "reviews", "results", "close"]
AFTER_THE_GOALS = timedelta(days=1)
"""Sheets are scored a day after their goals, so that every goal's own timer has fired."""
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""A launch waits for nothing: its sheets follow as soon as it is recorded."""


class CycleDeadline(Fact):
    """What is due for a cycle, as an absolute time: a stage, the scores of a period, its reviews, the results, the
    close.

    `again_at` is when something is tried again that could not be done when it was due; None where it was not tried."""

    phase: CyclePhase
    at: AwareDatetime
    stage: CycleStage | None = None
    period: str | None = None
    again_at: AwareDatetime | None = None

    @property
    def acts_at(self) -> datetime:
        """When it is done or tried next."""
        return self.again_at or self.at

    def postponed(self, again_at: datetime) -> "CycleDeadline":
        """The same, to be tried again then."""
        return self.model_copy(update={"again_at": again_at})


class CycleStatus(Fact):
    """What the log says of a cycle at `version`; `clock_offset` is in seconds beside Temporal's clock."""

    cycle: str
    stage: CycleStage
    version: int
    over: bool
    next_deadline: CycleDeadline | None
    clock_offset: float = 0.0


def status(cycle: Cycle, policy: Policy, later: Iterable[CycleDeadline] = ()) -> CycleStatus:
    """The cycle's status under its policy. What could not be done and is tried again `later` keeps nothing else from
    being done, but for the results, which come after every period's scores."""
    ahead = _put_off(deadlines_of(cycle, policy), later)
    return CycleStatus(
        cycle=cycle.id,
        stage=cycle.stage,
        version=cycle.version,
        over=cycle_stage_row(cycle.stage).over,
        next_deadline=ahead[0] if ahead else None,
        clock_offset=cycle.clock_offset,
    )


def _put_off(ahead: list[CycleDeadline], later: Iterable[CycleDeadline]) -> list[CycleDeadline]:
    times = {(each.phase, each.at): each.acts_at for each in later}
    postponed = [
        each.postponed(times[each.phase, each.at]) if (each.phase, each.at) in times else each
        for each in ahead
    ]
    waits = [each.acts_at for each in postponed if each.again_at and each.phase == "period"]
    if waits:
        postponed = [each.postponed(max(waits)) if each.phase == "results" else each for each in postponed]
    return sorted(postponed, key=lambda deadline: deadline.acts_at)


def deadlines_of(cycle: Cycle, policy: Policy) -> list[CycleDeadline]:
    """Every deadline still ahead of the cycle, earliest first."""
    schedule, stage = cycle.schedule, cycle_stage_row(cycle.stage)
    if schedule is None or stage.name == "none" or stage.over:
        return []
    if stage.name == "launching":
        return [CycleDeadline(phase="launch", at=AT_ONCE)]
    ahead = [
        CycleDeadline(phase="stage", stage=row.name, at=getattr(schedule, row.begins))
        for row in CYCLE_STAGES
        if row.begins is not None and ORDER[row.name] > ORDER[stage.name]
    ]
    kinds = {kind for family in policy.families for kind in policy.kinds_of(family)}
    ahead += [
        CycleDeadline(phase="period", period=period.key, at=period.scored_at + AFTER_THE_GOALS)
        for period in schedule.periods
        if period.kind != "year" and period.kind in kinds and period.key not in cycle.scored
    ]
    ahead += _reviews(cycle, schedule, policy)
    if not cycle.results:
        ahead.append(CycleDeadline(phase="results", period="Y", at=schedule.results_due))
    ahead.append(CycleDeadline(phase="close", at=schedule.closes + AFTER_THE_GOALS))
    return sorted(ahead, key=lambda deadline: deadline.at)


def _reviews(cycle: Cycle, schedule: Schedule, policy: Policy) -> Iterator[CycleDeadline]:
    """Reviews are opened on the first working day after their period. What had ended before the launch has none."""
    kinds = {family.reviews.every for family in policy.families.values()}
    begun = local_day(cycle.launch.at, schedule.calendar) if cycle.launch else schedule.starts
    for period in schedule.periods:
        if period.kind in kinds and period.ends >= begun and period.key not in cycle.reviewed:
            day = first_working_day(period.ends + ONE_DAY, schedule.calendar)
            yield CycleDeadline(phase="reviews", period=period.key, at=opening(day, schedule.calendar))
