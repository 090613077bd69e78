"""Which kinds of cases somebody may begin, and about whom: asked of the rights of the commands that begin one.

Nothing here knows who may begin what. Rights look at whom a case is about, and a request's at the goal it is for: a
kind may be begun somewhere if it may be about one of those around somebody, which are who reports to them, a colleague,
and the people of whoever they act for.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from cairn.application.cases import KINDS
from cairn.application.offers import offered_in_case
from cairn.domain.case.context import CaseContext
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.state import Goal
from cairn.domain.people import Person
from cairn.domain.streams import DEPARTMENT, case_name, sheet_name
from cairn_portal.reading.records import Records
from projections.models import goal as goals_model

COMPANY = "company"
OF_UNITS = frozenset({"request", "calibration"})
"""Kinds that are about a department, or the company, and not about a person."""


class Beginner(NamedTuple):
    """Somebody who may begin cases in a cycle, with all that rights look at that day."""

    person: Person
    cycle: Cycle
    context: CaseContext

    def may(self, kind: str, about: str, goal: str = "") -> bool:
        """Whether they may begin a case of a kind about a person or a unit, for a goal where it is for one."""
        found = KINDS[kind]
        case = found.new(case_name(kind, self.cycle.id, about, "0"))
        return bool(
            offered_in_case(found, case, self.context, self.person.id, {"goal": goal} if goal else {})
        )


async def begun_about(
    records: Records, person: Person, cycle: Cycle, about: str, kinds: Iterable[str]
) -> list[str]:
    """Of these kinds those that somebody may begin about a person."""
    beginner = await _beginner(records, person, cycle)
    return [kind for kind in kinds if kind not in OF_UNITS and beginner.may(kind, about)]


async def begun_somewhere(records: Records, person: Person, cycle: Cycle, kinds: Iterable[str]) -> list[str]:
    """Of these kinds those that somebody may begin about anybody, or any unit."""
    beginner = await _beginner(records, person, cycle)
    around = list(_around(beginner, await records.everybody()))
    units = [*(f"{DEPARTMENT}{each}" for each in beginner.context.departments), COMPANY]
    found = []
    for kind in kinds:
        if _is_for_a_goal(kind):
            goals = await _goals_around(records, beginner, around)
            with_goals = beginner._replace(context=replace(beginner.context, goals=goals))
            may = any(with_goals.may(kind, units[0], goal) for goal in goals)
        else:
            may = any(beginner.may(kind, each) for each in (units if kind in OF_UNITS else around))
        if may:
            found.append(kind)
    return found


async def _beginner(records: Records, person: Person, cycle: Cycle) -> Beginner:
    _, context = await records.application.cases.planned(case_name("feedback", cycle.id, person.id, "0"))
    return Beginner(person, cycle, context)


def _is_for_a_goal(kind: str) -> bool:
    """Whether what begins a case of a kind has to name the goal that it is for."""
    begins = (each.model_fields for each in KINDS[kind].commands.values() if "none" in each.row.stages)
    return all("goal" in fields and fields["goal"].is_required() for fields in begins)


def _around(beginner: Beginner, people: Mapping[str, Person]) -> Iterator[str]:
    """One of each part that others have for somebody: who reports to them, a colleague who does not, who reports to
    somebody they act for."""
    me, context = beginner.person, beginner.context
    colleague, first_of = "", dict[str | None, str]()
    for each in people.values():
        known = colleague and each.manager in first_of  # most are: whether somebody is here is asked of few
        if each.id != me.id and not known and context.is_here(each.id):
            first_of.setdefault(each.manager, each.id)
            colleague = colleague or each.id
    if me.id in first_of:
        yield first_of.pop(me.id)
    if colleague:
        yield colleague
    yield from (
        report for manager, report in first_of.items() if manager and context.is_acting(me, manager, report)
    )


async def _goals_around(records: Records, beginner: Beginner, around: Iterable[str]) -> Mapping[str, Goal]:
    """A goal of each of those around somebody, of each department they head, their own, and any."""
    cycle, departments = beginner.cycle.id, beginner.context.departments.values()
    headed = [
        sheet_name(cycle, f"{DEPARTMENT}{each.id}") for each in departments if each.head == beginner.person.id
    ]
    rows = [
        *await goals_model.goals(records.pool, owners=[beginner.person.id, *around], cycle=cycle),
        *[row for sheet in headed for row in await goals_model.goals(records.pool, sheet=sheet, limit=1)],
        *await goals_model.goals(records.pool, cycle=cycle, limit=1),
    ]
    one_each = {(row.owner, row.tier): row.goal for row in rows}
    return {
        name: goal
        for name, (goal, _) in (await records.application.goals.with_sheets(one_each.values())).items()
    }
