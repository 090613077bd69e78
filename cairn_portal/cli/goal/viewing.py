"""Whoever reads at the command line, where they are named: what they may not is refused or left out (RULES L12)."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cairn.application import access
from cairn.application.access import Circle, Readable, Shown
from cairn.application.cases import kind_named
from cairn.domain.case.context import CaseContext
from cairn.domain.case.state import Case
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.state import Goal
from cairn.domain.people import Person
from cairn.domain.policy import Tier
from cairn.domain.rights import HR
from cairn.domain.schedule import local_day
from cairn.domain.streams import department_of
from cairn_portal.cli.session import Session
from projections.models import goal as goals_model
from projections.models import person as people_model

As = Annotated[
    str | None, typer.Option("--as", metavar="ID", help="as this person would read it; by default all of it")
]
HIDDEN: Mapping[Readable, Mapping[str, frozenset[str]]] = {
    "comments": {
        "GoalReturned": frozenset({"comment"}),
        "GoalSteppedBack": frozenset({"reason"}),
        "GoalUrged": frozenset({"note"}),
        "GoalApproved": frozenset({"comment"}),
        "CommitteeVoted": frozenset({"comment"}),
        "CommitteeDecided": frozenset({"ballots"}),
        "AdjustmentDeclined": frozenset({"reason"}),
        "GoalDiagnosed": frozenset({"facts"}),
        "DiagnosisClosed": frozenset({"reason"}),
        "CheckedIn": frozenset({"note", "files"}),
        "CheckInWithdrawn": frozenset({"reason"}),
        "CriterionAccepted": frozenset({"evidence", "files"}),
        "GoalAssessed": frozenset({"comment"}),
    },
    "scores": {
        "GoalAssessed": frozenset({"points"}),
        "GoalScored": frozenset({"actual", "attainment", "points", "rounded", "parts"}),
        "SheetScored": frozenset({"sheet_points"}),
    },
}
"""Fields of events that are scores or comments."""


class Viewer:
    """Somebody who reads in one cycle; nobody named reads everything."""

    def __init__(self, person: Person | None, among: Circle | None) -> None:
        self.person, self.among = person, among

    def may(self, what: Readable, of: Shown) -> bool:
        """Whether they may read this kind of thing of it."""
        if self.person is None or self.among is None:
            return True
        return access.may_read(self.person, what, of, self.among)

    def require(self, what: Readable, of: Shown) -> None:
        """Refuses what they may not read."""
        if self.person is not None and self.among is not None:
            access.require_may_read(self.person, what, of, self.among)

    def without(self, event: str, facts: Mapping[str, Any], of: Shown) -> dict[str, Any]:
        """The facts of an event that they may read."""
        hidden = {
            field
            for what, fields in HIDDEN.items()
            if not self.may(what, of)
            for field in fields.get(event, frozenset())
        }
        return {name: value for name, value in facts.items() if name not in hidden}

    def row(self, goal: goals_model.GoalRow) -> goals_model.GoalRow:
        """A goal without the words on its evidence, where they may not read comments."""
        if self.may("comments", of_goal(goal)):
            return goal
        return goal.model_copy(update={"accepted": dict.fromkeys(goal.accepted, "")})


async def viewer(s: Session, who: str | None, cycle: Cycle) -> Viewer:
    """The viewer named in a cycle. Refuses somebody who is not known or has left."""
    if who is None:
        return Viewer(None, None)
    people = {each.id: each for each in await people_model.people(s.pool, with_leavers=True)}
    policy = await s.policies.version(cycle.policy)
    today = local_day(await s.clock.now(cycle), policy.calendar)
    sheets = await goals_model.sheets(s.pool, cycle=cycle.id)
    participants = {each.holder for each in sheets if each.kind == "person"}
    person = access.require_present(who, people, today)
    return Viewer(person, Circle(people, participants, policy.transparency))


def of_goal(goal: "goals_model.GoalRow | Goal") -> Shown:
    """A goal as reading rights look at it."""
    return shown(goal.tier, goal.owner, goal.manager, goal.department)


def shown(tier: Tier, owner: str, manager: str | None, department: str | None) -> Shown:
    """Whatever belongs to somebody, as reading rights look at it: what the committee judges has it as other party."""
    return Shown(owner, manager if tier == "individual" else None, department)


def of_holder(holder: str, people: Mapping[str, Person]) -> Shown:
    """A sheet or a result as reading rights look at it."""
    person = people.get(holder)
    return Shown(holder, person.manager if person else None, person.department if person else None)


def require_may_read_case(view: Viewer, case: Case, context: CaseContext) -> None:
    """Refuses somebody who neither takes part in a case, nor stands above the person it is about or the head of the
    department that is asked, nor may read comments on them (RULES L12)."""
    reader, places = view.person, context.places_of(case.holder)
    if reader is not None:
        parties = kind_named(case.id).parties(case, context)
        takes_part = reader.id in parties or (HR in parties and "hr" in reader.roles)
        if takes_part or any(context.is_above(reader.id, place) for place in places):
            return
    person = context.person(case.holder)
    department = person.department if person else department_of(case.holder)
    view.require("comments", shown("individual", places[0], case.opened_by, department))
