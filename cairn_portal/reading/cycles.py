"""A cycle as a whole: where it stands, who waits for whom, and what its launch would do or has done."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from cairn.domain.cycle.state import Cycle
from cairn.domain.cycle.status import CycleDeadline, deadlines_of
from cairn.domain.launch.lateness import Passed, passed_dates
from cairn.domain.launch.plan import LaunchPlan
from cairn.domain.schedule import local_day, months_later
from cairn.i18n import Language
from cairn_portal.reading.records import Records
from projections.models import case as case_model
from projections.models import dashboard as dashboards
from projections.models import feedback as feedback_model
from projections.models import goal as goals_model
from projections.models import inbox as inboxes
from projections.models import score as scores_model

NAMED = 8
"""So many people who heard nothing for long are named."""


class CycleRead(NamedTuple):
    """A cycle at a glance: goals, cases, how feedback was told, who heard nothing for long (the first NAMED and how
    many they are), how many have which grade. `written` are the goals of it that can be seen, of those planned, while
    it is launched."""

    cycle: Cycle
    now: datetime
    dashboard: dashboards.Dashboard | None
    waiting: list[inboxes.Waiting]
    due: list[CycleDeadline]
    written: int
    cases: list[case_model.CasesCounted]
    cases_waiting: list[case_model.CasesWaiting]
    kept: Sequence[feedback_model.Kept]
    quiet: feedback_model.QuietPeople
    grades: Mapping[str, int]


class Preview(NamedTuple):
    """What a launch would do: `position` is what the log had when it was planned, `passed` the dates that are over,
    `shift` the day after which goal setting is moved."""

    plan: LaunchPlan
    position: int
    passed: tuple[Passed, ...]
    shift: date | None


async def read_cycle(records: Records, name: str) -> CycleRead:
    """Where a cycle stands. Refuses one that is not there."""
    cycle = await records.cycle(name)
    now = await records.clock.now(cycle)
    over = cycle.stage in ("closed", "abandoned")
    waiting = (
        [] if over else await inboxes.waiting(records.pool, name, now, trusting=await records.trusting())
    )
    return CycleRead(
        cycle=cycle,
        now=now,
        dashboard=await dashboards.dashboard(records.pool, name, now),
        waiting=waiting,
        due=deadlines_of(cycle, await records.application.policies.version(cycle.policy)),
        written=sum((await goals_model.count_by_stage(records.pool, name)).values()),
        cases=await case_model.counted(records.pool, name, now),
        cases_waiting=[] if over else await case_model.cases_waiting(records.pool, name, now),
        kept=await feedback_model.kept(records.pool, name),
        quiet=feedback_model.NOBODY_QUIET if over else await quiet_in(records, cycle, NAMED),
        grades=await scores_model.count_by_grade(records.pool, name),
    )


async def quiet_in(records: Records, cycle: Cycle, most: int | None = None) -> feedback_model.QuietPeople:
    """Who has heard and reported nothing for the months that the policy of a cycle allows, the first `most` of them."""
    rules = (await records.application.policies.version(cycle.policy)).feedback
    now = await records.clock.now(cycle)
    back = months_later(now.date(), -rules.quiet_months)
    since = now - timedelta(days=(now.date() - back).days)
    return await feedback_model.quiet(records.pool, cycle.id, since, most)


async def preview_launch(
    records: Records, cycle: str, title: str, starts: date, ends: date, policy: str | None, language: Language,
    *, shifted: bool,
) -> Preview:  # fmt: skip
    """The plan of a launch as it would be now. With `shifted`, goal setting that is over begins today."""
    application = records.application
    chosen = await application.policies.choose(policy)
    rules = await application.policies.version(chosen)
    shift = local_day(datetime.now(UTC), rules.calendar) if shifted else None
    plan, position = await application.cycles.preview(
        cycle, title, starts, ends, chosen, language, shift=shift
    )
    return Preview(plan, position, passed_dates(plan.schedule, rules, datetime.now(UTC)), shift)
