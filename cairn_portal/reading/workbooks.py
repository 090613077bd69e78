"""Workbooks that people take with them: the roster, goals, targets and results, as somebody may read them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from cairn.application.clock import zone_of
from cairn.documents.tables.writing import Column, SheetOut, Written, write_workbook
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.stages import stage_row
from cairn.domain.people import Roster, known_holders
from cairn.domain.policy import Policy
from cairn.domain.streams import holder_of
from cairn.goal_tables.writing import GoalOut, goals_workbook
from cairn.i18n import Language, marked, message
from cairn.roster.writing import roster_workbook
from cairn.targets.writing import TargetOut, targets_workbook
from cairn_portal.reading.records import Records
from cairn_portal.reading.results import readable_results
from cairn_portal.reading.viewing import of_goal
from projections.models import goal as goals_model

NOBODY = Roster(people=(), departments=())
RESULTS: tuple[tuple[str, Literal["text", "number", "day"]], ...] = (
    (marked("holder"), "text"), (marked("name"), "text"), (marked("department"), "text"), (marked("family"), "text"),
    (marked("points"), "number"), (marked("grade"), "text"), (marked("coefficient"), "number"),
    (marked("grade by points"), "text"), (marked("version"), "number"), (marked("shown"), "day"),
)  # fmt: skip


async def roster_file(records: Records, language: Language, *, empty: bool) -> bytes:
    """Everybody as the log has them, with those who have left, or an empty template."""
    found = NOBODY if empty else await records.application.people.roster()
    return roster_workbook(found, await _latest_policy(records), language)


async def _latest_policy(records: Records) -> Policy | None:
    policies = records.application.policies
    return await policies.version(await policies.choose(None)) if await policies.adopted() else None


async def targets_file(records: Records, cycle: str, language: Language, *, empty: bool) -> bytes:
    """The targets that are proposed for a cycle, or an empty template."""
    found = [] if empty else await records.application.targets.proposed(cycle)
    holders = sorted(known_holders(await records.application.people.roster()))
    out = [TargetOut(each.holder, each.goal, each.period, each.target) for each in found]
    return targets_workbook(out, holders, language)


async def goals_file(
    records: Records, who: str | None, cycle: Cycle, language: Language, *, empty: bool
) -> bytes:
    """The goals of a cycle that somebody may read (nobody named: all), or an empty template. Of each holder those of
    the last sheet, and none that is over: so the table is read again."""
    policy = await records.application.policies.version(cycle.policy)
    if empty:
        return goals_workbook((), policy, language)
    view = await records.viewer(who, cycle)
    last: dict[str, str] = {}
    for sheet in await goals_model.sheets(records.pool, cycle=cycle.id):
        last[sheet.holder] = max(last.get(sheet.holder, ""), sheet.sheet, key=_number)
    rows = [
        row
        for row in await goals_model.goals(records.pool, cycle=cycle.id)
        if view.may("goals", of_goal(row))
        and row.sheet == last.get(holder_of(row.sheet))
        and not stage_row(row.stage).over
    ]
    out = [
        GoalOut(holder_of(row.sheet), row.key, row.title, row.dimension, row.measure, row.weight, row.parent)
        for row in sorted(rows, key=lambda row: (holder_of(row.sheet), _number(row.goal)))
    ]
    return goals_workbook(out, policy, language)


def _number(name: str) -> int:
    """A sheet's number, or a goal's in its sheet."""
    last = name.rpartition("-")[2].rpartition(".")[2]
    return int(last) if last.isdigit() else 0


async def results_file(records: Records, who: str | None, cycle: Cycle, language: Language) -> bytes:
    """The results of a cycle that somebody may read (nobody named: all), best first."""
    policy = await records.application.policies.version(cycle.policy)
    people, names, zone = await records.everybody(), await records.names(), ZoneInfo(zone_of(cycle) or "UTC")
    rows: list[Sequence[Written]] = []
    for each in await readable_results(records, who, cycle):
        person = people.get(each.holder or "")
        family = policy.families.get(each.family or "")
        rows.append(
            (
                each.holder, names.get(each.holder or "", ""), person.department if person else "",
                family.name.text(language) if family else "", each.rounded, each.grade, each.coefficient,
                each.moved.computed if each.moved else each.grade, Decimal(each.number),
                each.shown_at.astimezone(zone).date() if each.shown_at else None,
            )
        )  # fmt: skip
    columns = [Column(message(name).text(language), kind) for name, kind in RESULTS]
    return write_workbook([SheetOut(message("results").text(language), columns, rows)])
