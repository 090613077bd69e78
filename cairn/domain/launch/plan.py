"""The launch plan: who is in, who is out and why, with which goals. The preview is this plan; the launch is it too."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal, NamedTuple

from pydantic import Field

from cairn.domain.cycle.events import LeftOut, TargetRow
from cairn.domain.event import Event, Fact, is_nothing
from cairn.domain.exact import exact
from cairn.domain.goal.events import AbsencesSet, GoalDrafted, GoalEvent, LastDaySet, ManagerChanged
from cairn.domain.launch.spells import ManagerSince, Spell, belongs, exclusion, spells_of
from cairn.domain.measure import Capability, KeyTask, Kpi, Measure
from cairn.domain.measure_checks import measure_problems
from cairn.domain.people import Department, Person, Roster
from cairn.domain.person_history import PersonHistory, as_stated
from cairn.domain.policy import Dimension, Policy, TemplateGoal, Tier
from cairn.domain.refusal import FactValue, fact_value
from cairn.domain.schedule import Days, Schedule
from cairn.domain.sheet.events import (
    Holder,
    Placement,
    SheetAbsencesSet,
    SheetEndCause,
    SheetEvent,
    SheetLastDaySet,
    SheetOpened,
)
from cairn.domain.streams import goal_name, sheet_name


class GoalPlan(Fact):
    """One goal as it will be drafted."""

    goal: str
    key: str
    dimension: Dimension
    title: str
    measure: Measure
    weight: Decimal
    parent: str | None = None
    parent_weight: Decimal | None = Field(default=None, exclude_if=is_nothing)


class Missing(Fact):
    """What a planned sheet lacks. `facts`: `goal` is the key of the goal without a target (`target`), or of one whose
    proposed targets can't be (`measure`: `problem` is the refusal's code, its facts follow); `manager` is the manager
    who has left, `on` the first day they are gone (`manager_left`). Nobody on the committee could approve it
    (`committee`, without facts)."""

    code: Literal["target", "measure", "manager_left", "committee"]
    facts: dict[str, FactValue] = Field(default_factory=dict)


class SheetPlan(Fact):
    """One sheet with its goals. `missing` is what has to be filled in before it can be submitted.

    What is known already of its holder's year is in it too: the `last` day of the sheet and its cause, the managers who
    follow, the days of long leave. `number` counts the holder's sheets in the cycle.
    """

    sheet: str
    kind: Holder
    holder: str
    owner: str
    manager: str | None
    department: str | None
    family: str | None
    since: date
    goals: tuple[GoalPlan, ...]
    missing: tuple[Missing, ...] = ()
    number: int = 1
    last: date | None = None
    cause: SheetEndCause | None = None
    managers: tuple[ManagerSince, ...] = ()
    absences: tuple[Days, ...] = ()


class OpenedSheet(Fact):
    """A person's sheet as it is in the log already."""

    sheet: str
    number: int
    family: str | None
    since: date
    last: date | None = None

    @property
    def void(self) -> bool:
        """Whether it was taken back before its first day."""
        return self.last is not None and self.last < self.since


class Unmatched(Fact):
    """Targets that were proposed for a goal which nobody in the plan has: they count nowhere."""

    holder: str
    goal: str


class LaunchPlan(Fact):
    cycle: str
    title: str
    policy: str
    schedule: Schedule
    space: Decimal
    language: str
    sheets: tuple[SheetPlan, ...]
    left_out: tuple[LeftOut, ...]
    unmatched: tuple[Unmatched, ...] = ()

    @cached_property
    def digest(self) -> str:
        """The same people, policy and targets give the same digest: what HR saw is what is launched. What is as by
        default is left out: a field that a newer Cairn adds changes no digest."""
        return hashlib.sha256(self.model_dump_json(exclude_defaults=True).encode()).hexdigest()[:16]

    @property
    def goals(self) -> int:
        return sum(len(sheet.goals) for sheet in self.sheets)


Targets = Mapping[tuple[str, str], Mapping[str, Decimal]]
"""(holder, goal key) → period → target; the holder is a person's id, `department.<id>` or `company`."""


def by_holder(rows: Iterable[TargetRow]) -> Targets:
    """Proposed targets in the shape the plan reads; a later row replaces an earlier one."""
    targets: dict[tuple[str, str], dict[str, Decimal]] = {}
    for row in rows:
        targets.setdefault((row.holder, row.goal), {})[row.period] = row.target
    return targets


class _Line(NamedTuple):
    """One goal of a template, as all who are planned from it in one place have it."""

    number: int
    item: TemplateGoal
    title: str
    measure: Measure
    parent: str | None


class Planner:
    """Makes the plan of one cycle. Pure: the same arguments give the same plan."""

    def __init__(
        self, cycle: str, title: str, schedule: Schedule, policy: Policy, roster: Roster, targets: Targets,
        language: str = "zh", *, histories: Mapping[str, PersonHistory] | None = None,
        unreadable: Collection[str] = (),
    ) -> None:  # fmt: skip
        """`roster` is that of the cycle's first day; `histories` say what is known of the days after it. Of the people
        in `unreadable` something is recorded that cannot be read."""
        self.unreadable = frozenset(unreadable)
        self.cycle, self.title, self.schedule, self.policy = cycle, title, schedule, policy
        self.roster, self.targets, self.language = roster, targets, language
        self.histories = histories or {person.id: as_stated(person) for person in roster.people}
        self.left_out: list[LeftOut] = []
        self.above: set[str] = set()
        self._lines: dict[tuple[str, str], tuple[_Line, ...]] = {}

    def plan(self) -> LaunchPlan:
        spells = self._participants()
        in_use = {of[0].person.department for of in spells.values()}
        departments = self._headed(in_use)
        company = self._company()
        self.above = {sheet.holder for sheet in company} | {f"department.{d.id}" for d in departments}
        people = [
            self._person(spell, number) for of in spells.values() for number, spell in enumerate(of, start=1)
        ]
        return self._as_plan([*company, *map(self._department, departments), *people])

    def additions(
        self, opened: Mapping[str, Sequence[OpenedSheet]], above: Iterable[str], today: date,
        only: Collection[str] = (),
    ) -> LaunchPlan:  # fmt: skip
        """The sheets that are missing after the launch: joiners', those of a second family, and of whoever was left out
        and no longer is; those of departments that have come since. `opened` are people's sheets there are, by holder,
        `above` the holders of goals that others may serve; with `only`, of those people alone."""
        self.above = set(above)
        participants = self._participants(only)
        sheets = [] if only else self._new_departments(participants, today)
        for person, spells in participants.items():
            there = opened.get(person, ())
            number = max((each.number for each in there), default=0)
            for spell, found in matched(spells, there, today):
                if found is None:
                    number += 1
                    sheets.append(self._person(spell, number))
        if only:  # what is opened for some has the same digest whoever else was asked about
            self.left_out = []
        return self._as_plan(sheets)

    def _new_departments(self, participants: Iterable[str], today: date) -> list[SheetPlan]:
        """The sheets of departments that somebody works in, that have a head and no sheet yet, from today on: what
        people's new sheets serve."""
        here = (history for name in participants if (history := self.histories[name]).is_here(today))
        in_use = {history.on(today).department for history in here}
        there = {holder.removeprefix("department.") for holder in self.above}
        new = self._headed(in_use - there)
        self.above |= {f"department.{each.id}" for each in new}
        return [self._department(each, max(today, self.schedule.starts)) for each in new]

    def _headed(self, in_use: Collection[str]) -> list[Department]:
        """Of these departments those with a head, by id; the others are left out, and it is told (RULES L2)."""
        found = [each for each in sorted(self.roster.departments, key=lambda d: d.id) if each.id in in_use]
        self.left_out += [
            LeftOut(person=f"department.{each.id}", code="no_head", facts={"name": each.name})
            for each in found
            if not each.head
        ]
        return [each for each in found if each.head]

    def _as_plan(self, planned: Iterable[SheetPlan]) -> LaunchPlan:
        sheets = [self._with_judges(sheet) for sheet in planned]
        return LaunchPlan(
            cycle=self.cycle,
            title=self.title,
            policy=self.policy.version,
            schedule=self.schedule,
            space=self.policy.flexible_space.percent,
            language=self.language,
            sheets=tuple(sheet for sheet in sheets if sheet.goals),
            left_out=tuple(self.left_out),
            unmatched=self._unmatched(sheets),
        )

    def _unmatched(self, sheets: Iterable[SheetPlan]) -> tuple[Unmatched, ...]:
        """The goals that targets were proposed for and that are in no sheet, in order."""
        planned = {(sheet.holder, goal.key) for sheet in sheets for goal in sheet.goals}
        return tuple(
            Unmatched(holder=holder, goal=goal) for holder, goal in sorted(self.targets.keys() - planned)
        )

    def _participants(self, only: Collection[str] = ()) -> dict[str, list[Spell]]:
        """The spells of everybody who takes part, by id, in families that the policy has."""
        found: dict[str, list[Spell]] = {}
        for id in sorted(only or self.histories):
            spells = spells_of(self.histories[id], self.schedule.starts, self.schedule.ends, self.policy)
            person = spells[0].person if spells else self.histories[id].on(self.schedule.starts)
            known = [each for each in spells if each.family in self.policy.families and not each.excluded]
            left_out = self._left_out(person) if not known or id in self.unreadable else None
            if left_out:
                self.left_out.append(left_out)
            else:
                found[id] = known
        return found

    def _left_out(self, person: Person) -> LeftOut | None:
        """Why the person takes no part; None for a participant."""
        if person.id in self.unreadable:
            return LeftOut(person=person.id, code="unreadable")
        if person.left and person.left <= self.schedule.starts:
            return LeftOut(person=person.id, code="left", facts={"on": person.left.isoformat()})
        if person.hired > self.schedule.ends:
            return LeftOut(person=person.id, code="joins_later", facts={"on": person.hired.isoformat()})
        if person.family not in self.policy.families:
            return LeftOut(person=person.id, code="no_family", facts={"family": person.family})
        rule = exclusion(person, self.policy.exclude)
        return LeftOut(person=person.id, code="excluded", reason=rule.reason) if rule else None

    def _company(self) -> list[SheetPlan]:
        heads = [p for p in self.roster.people if p.manager is None and p.here_on(self.schedule.starts)]
        owner = min(heads, key=lambda p: ("executive" not in p.roles, p.id)).id if heads else None
        if not self.policy.strategic or owner is None:
            return []
        goals, missing = self._goals("company", "company", self.policy.strategic, None, "company")
        sheet = SheetPlan(
            sheet=sheet_name(self.cycle, "company"), kind="company", holder="company", owner=owner, manager=None,
            department=None, family=None, since=self.schedule.starts, goals=goals, missing=missing,
        )  # fmt: skip
        return [sheet]

    def _department(self, department: Department, since: date | None = None) -> SheetPlan:
        begins = since or self.schedule.starts
        template = self.policy.department_templates.get(department.id, self.policy.department_template)
        holder = f"department.{department.id}"
        goals, missing = self._goals(holder, holder, template, "company", holder, since=begins)
        return SheetPlan(
            sheet=sheet_name(self.cycle, holder), kind="department", holder=holder, owner=department.head or "",
            manager=None, department=department.id, family=None, since=begins, goals=goals, missing=missing,
        )  # fmt: skip

    def _person(self, spell: Spell, number: int) -> SheetPlan:
        person = spell.person
        family = self.policy.families[person.family]
        above = f"department.{person.department}"
        goals, missing = self._goals(
            person.id, above, family.template, above, f"family.{person.family}", number, spell.since
        )
        manager = self.histories.get(person.manager or "")
        if manager and manager.last_day is not None and manager.last_day < spell.since:
            facts = {"manager": manager.id, "on": str(manager.on(spell.since).left)}
            missing = (*missing, Missing(code="manager_left", facts=facts))
        return SheetPlan(
            sheet=sheet_name(self.cycle, person.id, number), kind="person", holder=person.id, owner=person.id,
            manager=person.manager, department=person.department, family=person.family, since=spell.since,
            goals=goals, missing=missing, number=number, last=spell.last, cause=spell.cause, managers=spell.managers,
            absences=spell.absences,
        )  # fmt: skip

    def _with_judges(self, sheet: SheetPlan) -> SheetPlan:
        """The sheet, which says so where the committee has to approve it and nobody could."""
        if sheet.kind == "person" and sheet.manager is not None:
            return sheet
        if any(person.id != sheet.owner for person in self._committee):
            return sheet
        return sheet.model_copy(update={"missing": (*sheet.missing, Missing(code="committee"))})

    @cached_property
    def _committee(self) -> list[Person]:
        here = (person for person in self.roster.people if person.here_on(self.schedule.starts))
        return [person for person in here if not {"committee", "executive"}.isdisjoint(person.roles)]

    def _goals(
        self,
        holder: str,
        department: str,
        template: tuple[TemplateGoal, ...],
        above: str | None,
        kind: str,
        sheet: int = 1,
        since: date | None = None,
    ) -> tuple[tuple[GoalPlan, ...], tuple[Missing, ...]]:
        goals, missing = [], []
        for line in self._template(kind, template, above):
            measure = self._measure(line, holder, department)
            if isinstance(measure, Kpi) and not measure.measurable:
                missing.append(Missing(code="target", facts={"goal": line.item.key}))
            if isinstance(measure, Kpi) and (holder, line.item.key) in self.targets:
                missing += self._wrong(measure, line.item.key, since or self.schedule.starts)
            goals.append(
                GoalPlan(
                    goal=goal_name(self.cycle, holder, line.number, sheet), key=line.item.key,
                    dimension=line.item.dimension, title=line.title, measure=measure, weight=line.item.weight,
                    parent=line.parent, parent_weight=line.item.serves_weight if line.parent else None,
                )
            )  # fmt: skip
        return tuple(goals), tuple(missing)

    def _wrong(self, kpi: Kpi, key: str, since: date) -> list[Missing]:
        """Why targets proposed for a goal can't be: the checks that every KPI goes through (RULES M1)."""
        found = measure_problems(kpi, self.policy.curves.get(kpi.curve), self.schedule, since)
        told = [
            {name: fact_value(value) for name, value in each.facts.items()} | {"problem": each.code}
            for each in found
        ]
        return [Missing(code="measure", facts={"goal": key, **facts}) for facts in told[:1]]

    def _template(
        self, kind: str, template: tuple[TemplateGoal, ...], above: str | None
    ) -> tuple[_Line, ...]:
        """What a template says, worked out once for all people of a family in a department."""
        found = self._lines.get((kind, above or ""))
        if found is None:
            found = tuple(
                _Line(
                    number,
                    item,
                    item.title.text(self.language),
                    template_measure(item, item.title.text(self.language)),
                    self._parent(item, above),
                )
                for number, item in enumerate(template, start=1)
            )
            self._lines[kind, above or ""] = found
        return found

    def _parent(self, item: TemplateGoal, above: str | None) -> str | None:
        if item.serves is None or above not in self.above:
            return None
        department = above.removeprefix("department.")
        upper = (
            self.policy.strategic
            if above == "company"
            else self.policy.department_templates.get(department, self.policy.department_template)
        )
        for number, goal in enumerate(upper, start=1):
            if goal.key == item.serves:
                return f"goal-{self.cycle}-{above}-{number}"
        return None

    def _measure(self, line: _Line, holder: str, department: str) -> Measure:
        """The template's measure, with the targets proposed for the holder and the subject of their readings. Threshold
        and stretch stay beside the template's own target (RULES M2)."""
        item, measure = line.item, line.measure
        if not isinstance(measure, Kpi):
            return measure
        changed: dict[str, object] = {}
        if item.metric:
            changed["subject"] = {"person": holder, "department": department, "company": "company"}[
                item.subject
            ]
        proposed = dict(self.targets.get((holder, item.key), {}))
        if proposed:
            target = proposed.pop("Y", None)
            changed |= {
                "target": target,
                "targets": {key: exact(each) for key, each in sorted(proposed.items())},
            }
            for name in ("threshold", "stretch"):
                if getattr(item, name) is not None and item.target is not None:
                    changed[f"{name}_beside"] = exact(item.target)
        return measure.model_copy(update=changed) if changed else measure


JUDGED = {"due", "curve", "possible", "scored_in"}
OF_KPI = {
    *(
        "unit",
        "direction",
        "aggregation",
        "baseline",
        "threshold",
        "target",
        "stretch",
        "lower",
        "upper",
        "metric",
    ),
    *("possible", "scored_in", "computed", "form", "least_readings"),
}


def template_measure(item: TemplateGoal, title: str) -> Measure:
    """How a template's goal is measured; a judged one that lists nothing is accepted as a whole, by its title."""
    match item.kind:
        case "key_task":
            return KeyTask(criteria=item.criteria or (title,), **item.model_dump(include=JUDGED))
        case "capability":
            return Capability(outcomes=item.outcomes or (title,), **item.model_dump(include=JUDGED))
        case "kpi":
            return template_kpi(item)


def template_kpi(item: TemplateGoal) -> Kpi:
    """The KPI that a template states: its targets are for the whole cycle (RULES T2)."""
    return Kpi(**item.model_dump(include=OF_KPI), curve=item.curve or "standard", whole_cycle=True)


def matched(
    spells: Sequence[Spell], opened: Sequence[OpenedSheet], today: date
) -> list[tuple[Spell, OpenedSheet | None]]:
    """Each spell with its sheet, None where it has none yet."""
    left = [each for each in opened if not each.void]
    found: list[tuple[Spell, OpenedSheet | None]] = []
    for spell in spells:
        sheet = next((each for each in left if belongs(each.family, each.since, spell, today)), None)
        if sheet is not None:
            left.remove(sheet)
        found.append((spell, sheet))
    return found


TIERS: dict[Holder, Tier] = {"company": "strategic", "department": "department", "person": "individual"}


def opening_events(sheet: SheetPlan, plan: LaunchPlan, by: str, at: datetime) -> list[Event]:
    """The events that bring a planned sheet and its goals into the log."""
    placements = tuple(
        Placement(goal=goal.goal, dimension=goal.dimension, weight=goal.weight) for goal in sheet.goals
    )
    opened = SheetOpened(
        sheet=sheet.sheet, cycle=plan.cycle, kind=sheet.kind, holder=sheet.holder, department=sheet.department,
        family=sheet.family, since=sheet.since, space=plan.space, placements=placements, policy=plan.policy,
        by=by, at=at,
    )  # fmt: skip
    drafted = [_drafted(goal, sheet, plan, by, at) for goal in sheet.goals]
    return [opened, *drafted, *_known_of_sheet(sheet, by, at), *_known_of_goals(sheet, by, at)]


def _known_of_sheet(sheet: SheetPlan, by: str, at: datetime) -> list[SheetEvent]:
    """What is known of the sheet's days when it is opened (RULES L7)."""
    events: list[SheetEvent] = []
    if sheet.last is not None and sheet.cause is not None:
        events.append(SheetLastDaySet(sheet=sheet.sheet, last=sheet.last, cause=sheet.cause, by=by, at=at))
    if sheet.absences:
        events.append(SheetAbsencesSet(sheet=sheet.sheet, absences=sheet.absences, by=by, at=at))
    return events


def _known_of_goals(sheet: SheetPlan, by: str, at: datetime) -> list[GoalEvent]:
    events: list[GoalEvent] = []
    for goal in (each.goal for each in sheet.goals):
        if sheet.last is not None and sheet.cause is not None:
            events.append(LastDaySet(goal=goal, last=sheet.last, cause=sheet.cause, by=by, at=at))
        if sheet.absences:
            events.append(AbsencesSet(goal=goal, absences=sheet.absences, by=by, at=at))
        former = sheet.manager
        for each in sheet.managers:
            events.append(
                ManagerChanged(
                    goal=goal, former=former, manager=each.manager, effective=each.since, by=by, at=at
                )
            )
            former = each.manager
    return events


def _drafted(goal: GoalPlan, sheet: SheetPlan, plan: LaunchPlan, by: str, at: datetime) -> GoalDrafted:
    return GoalDrafted(
        goal=goal.goal, cycle=plan.cycle, sheet=sheet.sheet, tier=TIERS[sheet.kind], owner=sheet.owner,
        manager=sheet.manager, department=sheet.department, key=goal.key, dimension=goal.dimension, title=goal.title,
        measure=goal.measure, since=sheet.since, parent=goal.parent,
        parent_weight=goal.parent_weight, policy=plan.policy, by=by, at=at,
    )  # fmt: skip
