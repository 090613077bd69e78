"""What somebody may know of: what they may not is to them as if it were not there, whatever else is wrong."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cairn.application import access
from cairn.application.cases import kind_named, read_case_command
from cairn.domain.appraisal.state import Appraisal
from cairn.domain.case.context import CaseContext
from cairn.domain.case.state import Case
from cairn.domain.refusal import Refusal
from cairn.domain.review.state import Review
from cairn.domain.streams import cycle_of
from cairn_portal.reading.goals import unknown_goal
from cairn_portal.reading.records import Records
from cairn_portal.reading.viewing import Viewer, is_concerned, of_goal, require_may_read_case, shown
from projections.models import goal as goals_model


def unknown_case(name: str) -> Refusal:
    """That there is no such case, said alike of one that is not there and of one that is not to be known of."""
    return Refusal("case.unknown", field="case", kind=kind_named(name).name, case=name)


async def may_know_goal(records: Records, who: str, goal: str) -> bool:
    """Whether somebody may read the goal; of one that is not there everybody may know that."""
    return await goals_model.goal(records.pool, goal) is None or await _knows_goal(records, who, goal)


async def _knows_goal(records: Records, who: str, goal: str) -> bool:
    row = await goals_model.goal(records.pool, goal)
    if row is None:
        return False
    view = await records.viewer(who, await records.cycle(row.cycle))
    return view.may("goals", of_goal(row))


async def require_knows_case(records: Records, who: str | None, name: str) -> None:
    """Refuses, in the words for a case that is not there, somebody who may not know of it."""
    if who is not None and not await may_know_case(records, who, name):
        raise unknown_case(name)


async def may_know_case(records: Records, who: str, name: str) -> bool:
    """Whether somebody may know of a case: whom it concerns, whoever may read in it, whoever rates unnamed in it."""
    case, context = await records.application.cases.load(name)
    person = context.person(who)
    if person is not None and is_concerned(person, case, context):  # most are, without a look at everybody
        return True
    view = await records.viewer(who, await records.cycle(cycle_of(name)))
    if _reads_case(view, case, context):
        return True
    appraisals = records.application.appraisals
    return isinstance(case, Appraisal) and await appraisals.role_of(name, who) is not None


def _reads_case(view: Viewer, case: Case, context: CaseContext) -> bool:
    """Whether whoever is named may read in it, or how far it is; unnamed raters the log does not know."""
    if view.person is None or view.among is None:
        return True
    try:
        match case:
            case Review():
                person, manager = context.person(case.holder), context.manager_of(case.holder)
                of = shown("individual", case.holder, manager, person.department if person else None)
                access.require_knows_review(view.person, case, of, view.among)
            case Appraisal():
                access.require_knows_appraisal(view.person.id, context.person(view.person.id), case, context)
            case _:
                require_may_read_case(view, case, context)
    except Refusal:
        return False
    return True


async def case_refusal(
    records: Records, who: str, case: str, name: str, fields: Mapping[str, Any], refusal: Refusal
) -> Refusal:
    """What somebody is told instead of the refusal of a command on a case: the same where they may know of the case and
    of the goal that the command names, else what they would be told if these were not there."""
    if await records.ledger.version_of(case) and not await may_know_case(records, who, case):
        return await _as_if_new(records, who, case, name, fields)
    goal = fields.get("goal")
    if isinstance(goal, str) and not await _knows_goal(records, who, goal):
        return unknown_goal(goal)
    return refusal


async def _as_if_new(records: Records, who: str, case: str, name: str, fields: Mapping[str, Any]) -> Refusal:
    """What a command is told on a case that is not there: one that may begin a case is refused for its own reasons."""
    found = kind_named(case).commands.get(name)
    if found is None or "none" not in found.row.stages:
        return unknown_case(case)
    cycle = await records.cycle(cycle_of(case))
    at: datetime = await records.clock.now(cycle)
    try:
        await records.application.cases.foresee(
            read_case_command(name, case, who, at, dict(fields)), anew=True
        )
    except Refusal as refusal:
        return refusal
    return unknown_case(case)
