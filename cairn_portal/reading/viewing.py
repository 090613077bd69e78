"""Whoever reads, where they are named: what they may not is refused or left out (RULES L12)."""

from collections.abc import Mapping, Sequence
from typing import Any

from cairn.application import access
from cairn.application.access import Circle, Readable, Shown
from cairn.application.cases import kind_named
from cairn.domain.case.context import CaseContext, is_place
from cairn.domain.case.state import Case
from cairn.domain.goal.state import Goal
from cairn.domain.people import Person, reports_to
from cairn.domain.policy import Policy, Tier
from cairn.domain.private_text import Model, Unreadable, hidden, without_words
from cairn.domain.registry import EVENTS
from cairn.domain.rights import COMMITTEE, HR, on_committee
from cairn.domain.streams import department_of
from projections.models import goal as goals_model
from projections.models.score import GoalScore, Result

SCORES: Mapping[str, frozenset[str]] = {
    "GoalAssessed": frozenset({"points"}),
    "GoalRated": frozenset({"points"}),
    "GoalScored": frozenset({"actual", "attainment", "points", "rounded", "parts"}),
    "SheetScored": frozenset({"sheet_points"}),
}
"""Fields of events that are scores."""


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

    def knows(self, holder: str, *parties: str | None) -> bool:
        """Whether they may know of a case about somebody, by its row in a list: they take part in it, stand above the
        person or may read comments on them. Whoever acts for somebody or is waited for is known by the case alone."""
        if self.person is None or self.among is None or self.person.id in (holder, *parties):
            return True
        if reports_to(holder, self.person.id, self.among.people):
            return True
        return self.may("comments", of_holder(holder, self.among.people))

    def of_event(self, event: str, facts: Mapping[str, Any], of: Shown) -> dict[str, Any]:
        """The facts of an event as they may read them: without scores and what others reached that a computed KPI
        counts (RULES M6), of comments only that there are some."""
        told = dict(facts)
        if not self.may("scores", of):
            told = {name: value for name, value in told.items() if name not in SCORES.get(event, ())}
        if self.person is not None and isinstance(counted := told.get("inputs"), Mapping):
            told["inputs"] = {name: value for name, value in counted.items() if name != "sources"}
        return told if self.may("comments", of) else hidden(told, EVENTS[event])

    def in_words(self, value: Model, of: Shown) -> Model:
        """The same, without the words of whoever wrote about it where they may not read them."""
        return value if self.may("comments", of) else without_words(value)

    def of_goals(self, scores: Sequence[GoalScore]) -> list[GoalScore]:
        """Scores of goals, without those of others that a computed KPI counts (RULES M6)."""
        if self.person is None:
            return list(scores)
        return [
            each.model_copy(update={"inputs": each.inputs.model_copy(update={"sources": ()})})
            for each in scores
        ]

    def row(self, goal: goals_model.GoalRow) -> goals_model.GoalRow:
        """A goal of a list: that somebody wrote about it, and never what."""
        pending = None if goal.pending is None else without_words(goal.pending)
        accepted = dict.fromkeys(goal.accepted, Unreadable.HIDDEN)
        return goal.model_copy(update={"accepted": accepted, "pending": pending})


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


def is_kept_from(reader: str | None, result: Result, policy: Policy) -> bool:
    """Whether a result's last version was not shown to the person who reads it: theirs, and still to be calibrated."""
    steps = bool(policy.evaluation.steps) and result.kind == "person" and result.points is not None
    return steps and reader == result.holder and result.shown != result.number


def require_may_read_case(view: Viewer, case: Case, context: CaseContext) -> None:
    """Refuses somebody who neither takes part in a case, nor stands above the person it is about or the head of the
    department that is asked, nor may read comments on them (RULES L12)."""
    reader, places = view.person, context.places_of(case.holder)
    if reader is not None:
        parties = kind_named(case.id).parties(case, context)
        takes_part = reader.id in parties or (HR in parties and "hr" in reader.roles)
        if takes_part or _is_above(reader, case, context):
            return
    person = context.person(case.holder)
    department = person.department if person else department_of(case.holder)
    view.require("comments", shown("individual", places[0], case.opened_by, department))


def is_concerned(person: Person, case: Case, context: CaseContext) -> bool:
    """Whether a case is somebody's to deal with: they take part in it, are waited for, act for one of these that day,
    or stand above the person it is about."""
    kind = kind_named(case.id)
    for each in {*kind.parties(case, context), *kind.awaited(case, context)}:
        if is_place(each):
            if each.removeprefix("role:") in person.roles or (each == COMMITTEE and on_committee(person)):
                return True
        elif person.id == each or context.is_acting(person, each, case.holder):
            return True
    return _is_above(person, case, context)


def _is_above(person: Person, case: Case, context: CaseContext) -> bool:
    return any(context.is_above(person.id, place) for place in context.places_of(case.holder))
