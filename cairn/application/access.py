"""Who may do what, and who may read what: the one place that asks rights. Whoever may not is told who could."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal, NamedTuple, assert_never

from cairn.domain import rights
from cairn.domain.appraisal.rights import case_holder_or_line
from cairn.domain.appraisal.state import Appraisal
from cairn.domain.case.commands import CaseAction, CaseCommand
from cairn.domain.case.context import CaseContext
from cairn.domain.case.kind import CaseKind
from cairn.domain.case.kind import require_exists as require_case
from cairn.domain.case.rights import CaseParties, is_line
from cairn.domain.case.state import Case
from cairn.domain.cycle.commands import AnyAmendmentCommand, AnyCycleCommand, CycleAction
from cairn.domain.cycle.state import Cycle
from cairn.domain.erasure import EraseTexts
from cairn.domain.event import SYSTEM
from cairn.domain.goal.beginning import planned_goal
from cairn.domain.goal.commands import AnyGoalCommand, DraftGoal, GoalAction
from cairn.domain.goal.context import GoalContext
from cairn.domain.goal.decide import require_exists
from cairn.domain.goal.places import held_at
from cairn.domain.goal.state import Goal
from cairn.domain.people import Person, reports_to
from cairn.domain.policy import Reader, Transparency, WorkingCalendar
from cairn.domain.refusal import Refusal
from cairn.domain.review.state import SIDES, Review
from cairn.domain.schedule import local_day
from cairn.domain.sheet.commands import AnySheetAction
from cairn.domain.sheet.state import Sheet

Readable = Literal["goals", "scores", "comments"]
NAMED = 5
"""Of the people who could, so many are named."""


def require(command: AnyGoalCommand, goal: Goal, context: GoalContext) -> str | None:
    """Refuses a command on a goal by somebody who may not give it. Returns for whom they act, None for themselves:
    while somebody is away or delegates, their stand-in has their place, but never for a goal of their own (RULES K5).

    Places count as they are held on the day of the command (RULES L1, L2). Asked in this order: is there such a goal,
    is the person known and still there, have they the right. What the goal's stage and the rules say is the decider's.
    Deadlines and records of refused signals need no right: they come from the workflow, and no message can name
    them.
    """
    if not isinstance(command, GoalAction):
        return None
    if isinstance(command, DraftGoal) and goal.stage == "none":
        goal = planned_goal(goal, context)
    else:
        require_exists(goal)
    today = local_day(command.at, context.policy.calendar)
    person, goal = require_present(command.by, context.people, today), held_at(goal, context, command.at)
    right = command.row.who.in_case(goal, command)
    if right.allows(person, goal, command):
        return None
    for place, holder in _stood_in_for(person.id, goal, context):
        if right.allows(person, goal.model_copy(update={place: person.id}), command):
            return holder
    who = {"who": right.name, "manager": goal.manager, "requester": goal.requester}
    if command.row.judges and person.id == goal.owner:
        raise Refusal("goal.own", field="by", by=person.id, **who)
    raise Refusal("goal.not-yours", field="by", by=person.id, **who)


def _stood_in_for(person: str, goal: Goal, context: GoalContext) -> list[tuple[str, str]]:
    """The goal's places, with their holders, for whom somebody acts that day: its owner, a department's head among
    them, and its manager."""
    places = {"owner": goal.owner, "manager": goal.manager if goal.tier != "department" else None}
    return [(place, who) for place, who in places.items() if who and context.acting.get(who) == person]


def require_for_cycle(
    command: AnyCycleCommand | AnyAmendmentCommand,
    cycle: Cycle,
    people: Mapping[str, Person],
    calendar: WorkingCalendar,
) -> None:
    """Refuses a command on a cycle by somebody who may not give it; `people` holds at least whoever does, by id."""
    if not isinstance(command, CycleAction) or (command.row.by_date and command.by == SYSTEM):
        return
    if cycle.stage == "none" and "none" not in command.row.stages:
        raise Refusal("cycle.unknown", field="cycle", cycle=cycle.id)
    person = require_present(command.by, people, local_day(command.at, calendar))
    right = command.row.who
    if right.allows(person, cycle, command):
        return
    if right is rights.hr:
        raise Refusal("cycle.not-hr", field="by", by=person.id, who=right.name)
    raise Refusal("cycle.not-yours", field="by", by=person.id, who=right.name)


def sees_cycles(person: Person) -> bool:
    """Whether somebody may see how a whole cycle stands: HR, the committee and the company's management, auditors."""
    return bool({"hr", "auditor"} & set(person.roles)) or rights.on_committee(person)


def require_sees_cycles(person: Person) -> None:
    """Refuses somebody who may not see how a whole cycle stands, who waits for whom in it, and how it ended."""
    if not sees_cycles(person):
        raise Refusal("cycle.not-shown", field="as", by=person.id)


def urges(person: Person) -> bool:
    """Whether somebody may ask whoever a cycle's goals wait for to hurry, whosever goals they are: HR may. Each goal is
    asked again."""
    return rights.hr.allows(person, None, None)


def require_urges(person: Person) -> None:
    """Refuses somebody who may not (see `urges`)."""
    if not urges(person):
        raise Refusal("cycle.not-hr", field="by", by=person.id, who=rights.hr.name)


def audits(person: Person) -> bool:
    """Whether somebody may replay what is recorded of people, policies, feeds and appraisals: auditors and HR may."""
    return bool({"hr", "auditor"} & set(person.roles))


def require_audits(person: Person) -> None:
    """Refuses somebody who may not replay it (see `audits`)."""
    if not audits(person):
        raise Refusal("audit.not-yours", field="as", by=person.id)


def require_prepares_launch(person: Person) -> None:
    """Refuses somebody who may not see what a launch would do: it is HR's."""
    if not rights.hr.allows(person, None, None):
        raise Refusal("cycle.not-hr", field="by", by=person.id, who=rights.hr.name)


def require_prepares(person: Person) -> None:
    """Refuses somebody who may not prepare a cycle: adopt a policy, import a roster. It is HR's, and whoever records it
    is asked again by the log (`hr_instead_of`)."""
    if not rights.hr.allows(person, None, None):
        raise Refusal("preparing.not-hr", field="by", by=person.id, who=rights.hr.name)


def require_views_as(person: Person, whom: Person) -> None:
    """Refuses somebody who may not look at a person's pages: HR may, and nobody looks at themselves. What HR may not
    read is not shown there either."""
    if not rights.hr.allows(person, None, None):
        raise Refusal("viewing.not-hr", field="by", by=person.id, who=rights.hr.name)
    if person.id == whom.id:
        raise Refusal("viewing.oneself", field="person", person=whom.id)


def require_for_case(kind: CaseKind[Any], command: CaseCommand, case: Case, context: CaseContext) -> None:
    """Refuses a command on a case by somebody who may not give it. Deadlines and records of refused signals need no
    right: they come from the workflow, and no message can name them. Nor can one name `system`, by whom the application
    gives what somebody asks who is known by a token."""
    if not isinstance(command, CaseAction) or (command.row.by_token and command.by == SYSTEM):
        return
    if "none" not in command.row.stages:
        require_case(kind, case)
    person = context.person(command.by)
    person = require_present(command.by, {person.id: person} if person else {}, context.today)
    of = CaseParties(case, context)
    right = command.row.who.in_case(of, command)
    if right.allows(person, of, command):
        return
    who = {"who": right.name, "manager": of.manager, "opener": case.opened_by or None, "holder": case.holder}
    if command.row.judges and person.id == case.holder:
        raise Refusal("case.own", field="by", by=person.id, kind=kind.name, **who)
    raise Refusal("case.not-yours", field="by", by=person.id, kind=kind.name, **who)


def require_for_restatement(
    by: str,
    about: rights.Restating,
    people: Mapping[str, Person],
    at: datetime,
    calendar: WorkingCalendar,
) -> bool:
    """Refuses a decision about a restatement by somebody who may not take it (RULES Y3); `people` holds at least who
    decides, by id. Returns whether they decide alone; else theirs is one vote of the committee's."""
    person = require_present(by, people, local_day(at, calendar))
    right = rights.restatement_decider.in_case(about, None)
    if not right.allows(person, about, None):
        raise Refusal("restatement.not-yours", field="by", by=by, who=right.name, lowers=about.lowers)
    return rights.decides_alone(person, about)


def require_to_propose(
    by: str, holder: str, people: Mapping[str, Person], at: datetime, calendar: WorkingCalendar
) -> None:
    """Refuses a correction by somebody who may not propose it: HR does, never for a sheet of their own."""
    about = rights.Restating(holder=holder, lowers=False)
    _require_of_sheet(rights.hr_other_than_holder, by, about, None, people, at, calendar)


def require_to_speak(
    by: str, holder: str, people: Mapping[str, Person], at: datetime, calendar: WorkingCalendar
) -> None:
    """Refuses somebody who says that the holder of a sheet was heard or told: the holder themselves does, or HR."""
    about = rights.Restating(holder=holder, lowers=False)
    _require_of_sheet(rights.holder_or_other_hr, by, about, None, people, at, calendar)


def require_for_sheet(
    command: AnySheetAction, sheet: Sheet, people: Mapping[str, Person], calendar: WorkingCalendar
) -> None:
    """Refuses a command on a sheet by somebody who may not give it; `people` holds at least whoever does, by id."""
    if sheet.version == 0:
        raise Refusal("sheet.unknown", field="sheet", sheet=sheet.id)
    right = command.who.in_case(sheet, command)
    _require_of_sheet(right, command.by, sheet, command, people, command.at, calendar)


def _require_of_sheet(
    right: rights.Right[Any], by: str, about: object, command: object, people: Mapping[str, Person], at: datetime,
    calendar: WorkingCalendar,
) -> None:  # fmt: skip
    """Refuses somebody who is not here that day, or whose the right is not."""
    person = require_present(by, people, local_day(at, calendar))
    if not right.allows(person, about, command):
        raise Refusal("sheet.not-yours", field="by", by=by, who=right.name)


class _Held(NamedTuple):
    holder: str


def require_for_erasure(command: EraseTexts, holder: str, people: Mapping[str, Person]) -> None:
    """Refuses an order to erase texts by somebody who may not give it: HR may, but not for what is written about
    themselves. `holder` is whom they are about, a department's its head; `people` holds at least whoever orders."""
    person = require_present(command.by, people, command.at.date())
    right = rights.hr_other_than_holder
    if not right.allows(person, _Held(holder), command):
        raise Refusal("erasure.not-yours", field="by", by=person.id, owner=command.owner, who=right.name)


class Shown(NamedTuple):
    """What is to be read, as reading rights look at it: whose it is, who manages them, which department's. `manager` is
    None where the committee is the other party."""

    holder: str
    manager: str | None
    department: str | None


class Circle(NamedTuple):
    """Among whom a cycle's things are read: everybody by id, whoever has a sheet in it, and its policy's rules."""

    people: Mapping[str, Person]
    participants: Collection[str]
    rules: Transparency


def may_read(person: Person, what: Readable, of: Shown, among: Circle) -> bool:
    """Whether somebody may read a goal, or its scores or comments, by the policy's `transparency` (RULES L12)."""
    readers: tuple[Reader, ...] = getattr(among.rules, what)
    return any(_is_reader(person, reader, of, among) for reader in readers)


def require_may_read(person: Person, what: Readable, of: Shown, among: Circle) -> None:
    """Refuses somebody who may not read it, naming those who may."""
    if not may_read(person, what, of, among):
        who = getattr(among.rules, what)
        raise Refusal("reading.not-yours", field="as", by=person.id, what=what, holder=of.holder, who=who)


def reads_review(person: Person, review: Review, of: Shown, among: Circle) -> bool:
    """Whether somebody is among those who were said to read a stage review, once it is open to them."""
    if person.id in review.people:
        return True
    return any(_is_reader(person, reader, of, among) for reader in review.readers)


def require_knows_review(person: Person, review: Review, of: Shown, among: Circle) -> None:
    """Refuses somebody who is not to know how far a stage review is: readers, writers, the line above and HR are. What
    was written is another question (`cairn.domain.review.reading`)."""
    wrote = any(person.id in review.writers(side) or review.drafts_of(side, person.id) for side in SIDES)
    if wrote or reads_review(person, review, of, among):
        return
    if not any(_is_reader(person, reader, of, among) for reader in ("holder", "line", "hr")):
        raise Refusal("review.not-reader", field="as", by=person.id, holder=of.holder, who=review.readers)


def is_party(person: Person | None, appraisal: Appraisal, context: CaseContext) -> bool:
    """Whether somebody is the employee, above them, or HR: they read named raters' answers once the whole is there."""
    if person is None:
        return False
    of = CaseParties(appraisal, context)
    return person.id == appraisal.holder or is_line(person, of) or "hr" in person.roles


class RatersSeen(NamedTuple):
    """What somebody is shown of unnamed raters: their names (whoever names or confirms them), and who declined."""

    names: bool
    declines: bool


def require_nominator(who: str, appraisal: Appraisal, context: CaseContext) -> RatersSeen:
    """Refuses somebody who neither nominates nor confirms raters, and is not HR. Who declined is told to the line above
    and HR, as the raters were told, and not to the employee."""
    person, of = context.person(who), CaseParties(appraisal, context)
    names = person is not None and case_holder_or_line.allows(person, of, None)
    is_hr = person is not None and person.id != appraisal.holder and "hr" in person.roles
    if person is None or not (names or is_hr):
        raise Refusal("appraisal.not-nominator", field="as", by=who, holder=appraisal.holder)
    return RatersSeen(names, is_hr or is_line(person, of))


def require_knows_appraisal(
    who: str, person: Person | None, appraisal: Appraisal, context: CaseContext
) -> None:
    """Refuses somebody who is not to know how far an appraisal is and what was released: the parties, the committee,
    auditors and named raters are. An unnamed rater reads their own answer and the questions by `cairn appraisal
    tasks`."""
    if person is None:
        raise Refusal("person.unknown", field="as", by=who)
    rates = any(person.id == rater for _, rater in appraisal.named())
    reads = rights.on_committee(person) or "auditor" in person.roles
    if not (rates or reads or is_party(person, appraisal, context)):
        raise Refusal("appraisal.not-reader", field="as", by=person.id, holder=appraisal.holder)


def require_knows_team(person: Person, manager: str, people: Mapping[str, Person]) -> None:
    """Refuses somebody who is not to see how a manager's people are doing: the manager, those above, and HR are."""
    if person.id == manager or "hr" in person.roles or reports_to(manager, person.id, people):
        return
    raise Refusal("team.not-yours", field="by", by=person.id, manager=manager)


def _is_reader(person: Person, reader: Reader, of: Shown, among: Circle) -> bool:
    match reader:
        case "everybody":
            return True
        case "participants":
            return person.id in among.participants
        case "department":
            return of.department is not None and person.department == of.department
        case "holder":
            return person.id == of.holder
        case "manager":
            return rights.on_committee(person) if of.manager is None else person.id == of.manager
        case "line":
            return person.id == of.manager or reports_to(of.holder, person.id, among.people)
        case "hr":
            return "hr" in person.roles
        case "committee":
            return rights.on_committee(person)
        case "auditors":
            return "auditor" in person.roles
        case _:
            assert_never(reader)


def hr_instead_of(
    by: str, known: Iterable[Person], day: date, coming: Iterable[Person] | None = None
) -> tuple[str, ...]:
    """Empty when somebody may act as HR on that day, else the ids of some who may.

    `known` are the people of the log. While it has none, `coming`, the roster that is being imported, says who is HR;
    without one anybody may begin: the policy can be adopted before the roster is there. Refuses a first roster in
    which nobody has the role.
    """
    people = list(known)
    if not people:
        if coming is None:
            return ()
        people = list(coming)
    able = [person.id for person in people if rights.hr.allows(person, None, None) and person.here_on(day)]
    if not able:
        raise Refusal("roster.no-hr", field="roles")
    return () if by in able else tuple(able[:NAMED])


def require_present(by: str, people: Mapping[str, Person], day: date) -> Person:
    """Whoever acts, refused when nobody knows them or they have left by that day."""
    person = people.get(by)
    if person is None:
        raise Refusal("person.unknown", field="by", by=by)
    if not person.here_on(day):
        raise Refusal("person.left", field="by", by=by)
    return person
