"""How far somebody's goals are, today or as it was on a day."""

from collections.abc import Sequence
from datetime import date

from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.stages import stage_row
from cairn_portal.reading.look_back import look_back
from cairn_portal.reading.records import Records
from projections.models import progress as progress_model

APPROVED = stage_row("approved").order


async def kinds_of(records: Records, cycle: Cycle) -> progress_model.Kinds:
    """The kinds of period each family of a cycle's policy is scored in: what "this month" means to its people."""
    policy = await records.application.policies.version(cycle.policy)
    return {family: policy.kinds_of(family) for family in policy.families}


async def lines_of(
    records: Records, cycle: Cycle, people: Sequence[str], day: date, *, every_period: bool = True
) -> list[progress_model.ProgressLine]:
    """The goals of some people, by id, with their progress as it was on a day; of today without `every_period` only in
    those that hold it and in the year."""
    kinds = await kinds_of(records, cycle)
    lines = await progress_model.progress_of_people(
        records.pool, people, day, cycle=cycle.id, kinds=kinds, every_period=every_period
    )
    if day >= await records.clock.today(cycle):
        return lines
    then = [await look_back(records.ledger, records.pool, line, cycle, day, kinds) for line in lines]
    return [line for line in then if line is not None and stage_row(line.stage).order >= APPROVED]


async def line_of(records: Records, cycle: Cycle, name: str, day: date) -> progress_model.ProgressLine | None:
    """One goal with its progress as it was on a day; None where it was not there yet."""
    kinds = await kinds_of(records, cycle)
    line = await progress_model.progress_of_goal(records.pool, name, day, kinds=kinds)
    if line is None or day >= await records.clock.today(cycle):
        return line
    return await look_back(records.ledger, records.pool, line, cycle, day, kinds)
