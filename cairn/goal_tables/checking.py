"""Whether written goals fit: holders who have a sheet, keys, templates, measures and parents that are there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cairn.documents.cells import quoted
from cairn.documents.ids import normalised
from cairn.documents.mistakes import Mistake, Remark, mistake
from cairn.documents.words import hint, nearest
from cairn.domain.goal.origin import Origin
from cairn.domain.measure import Capability, Kpi, Measure
from cairn.domain.people import Person, Roster
from cairn.domain.policy import Dimension, Policy, TemplateGoal
from cairn.goal_tables.holders import Meant, holders_meant
from cairn.goal_tables.measures import measure_of
from cairn.goal_tables.reading import GoalsInvalid, WrittenGoal, WrittenGoals
from cairn.goal_tables.templates import measure_for, templates, with_target_beside
from cairn.goal_tables.wanted import OpenCycle, StandingGoal, WantedGoal

Holding = tuple[str, str]
"""Holder and goal key."""


@dataclass(frozen=True)
class CheckedGoals:
    """Goals that fit, and what is worth telling about their table."""

    goals: tuple[WantedGoal, ...]
    remarks: tuple[Remark, ...]


def check_goals(
    written: WrittenGoals, roster: Roster, policy: Policy, cycle: OpenCycle, template: str = ""
) -> CheckedGoals:
    """The goals of a table against the roster, the cycle's policy and the goals it has; `template` is that of rows
    which name none. A row that names a holder fills in, or overrules, a row for their whole group. Raises GoalsInvalid
    with every bad row."""
    mistakes = list(written.mistakes)
    rows = [replace(row, template=row.template or template) for row in written.rows]
    meant, wrong = holders_meant(rows, roster, policy, cycle.sheets)
    mistakes += wrong
    table = _Table(written.source, roster.by_id(), policy, cycle)
    merged = _merged(meant, table, mistakes)
    found = [goal for holding, row in merged.items() if (goal := table.goal(holding, row, mistakes))]
    for goal in found:
        table.new.setdefault(goal.holder, []).append(goal)
    parents = {holding: table.parent(holding[0], row, mistakes) for holding, row in merged.items()}
    with_parents = [goal._replace(parent=parents[goal.holder, goal.key] or goal.parent) for goal in found]
    if mistakes:
        raise GoalsInvalid(mistakes, written.source, with_parents)
    return CheckedGoals(tuple(with_parents), written.remarks)


def _merged(meant: Sequence[Meant], table: "_Table", mistakes: list[Mistake]) -> dict[Holding, WrittenGoal]:
    """One row for each goal, in the table's order: what the holder's own row leaves open comes from the row of their
    group."""
    own: dict[Holding, WrittenGoal] = {}
    groups: dict[Holding, WrittenGoal] = {}
    for each in meant:
        key = table.key(each, mistakes)
        if key is None:
            continue
        rows = own if each.named else groups
        first = rows.setdefault((each.holder, key), each.row)
        if first is not each.row:
            facts = {"holder": each.holder, "goal": key, "first": str(first.record.number)}
            mistakes.append(mistake("goal_row:twice", **facts).at(each.row.record.place("holder")))
    both = {holding: row.filled(groups[holding]) for holding, row in own.items() if holding in groups}
    rows = {**groups, **own, **both}
    return dict(sorted(rows.items(), key=lambda each: each[1].record.number))


class _Table:
    """What the rows of one table are checked against."""

    def __init__(self, source: str, people: Mapping[str, Person], policy: Policy, cycle: OpenCycle) -> None:
        self.source, self.people, self.policy, self.cycle = source, people, policy, cycle
        self.further: dict[str, int] = {}
        self.new: dict[str, list[WantedGoal]] = {}
        self.failed: set[str] = set()

    def key(self, meant: Meant, mistakes: list[Mistake]) -> str | None:
        """The key a row is about: its own, that of its template, that of the holder's goal of the same title, or, for a
        new goal, its title."""
        row = meant.row
        if row.key:
            return row.key
        if row.template:
            return row.template.partition(".")[2]
        if row.wrong & {"key", "template"} or (not row.title and "title" in row.wrong):
            return None
        title = normalised(row.title)
        if not title:
            mistakes.append(mistake("goal_row:no-key").at(row.record.place("key")))
            return None
        there = self.cycle.goals.get(meant.holder, ())
        return next((goal.key for goal in there if normalised(goal.title) == title), title)

    def goal(self, holding: Holding, row: WrittenGoal, mistakes: list[Mistake]) -> WantedGoal | None:
        """What a row wants of its goal; None where something is wrong with it, which is told."""
        holder, key = holding
        there = next((goal for goal in self.cycle.goals.get(holder, ()) if goal.key == key), None)
        found = self._template(row, holder)
        item = None if isinstance(found, Mistake) else found
        told = []
        if isinstance(found, Mistake):
            told.append(found.at(row.record.place("template" if row.record["template"].text else "holder")))
        common = self._measured(item, holder)
        told += _told(row, there, item, common, whole=not (told or row.wrong))
        base = common if common is not None else there.measure if there else None
        measure = measure_of(row, base)
        if isinstance(measure, list):
            told += [one.at(row.record.place(name)) for name, one in measure]
        mistakes += told
        if told or row.wrong or isinstance(measure, list):
            self.failed |= {normalised(row.title), normalised(key)}
            return None
        return self._wanted(holding, row, there, item, _own(measure, common))

    def _wanted(
        self, holding: Holding, row: WrittenGoal, there: StandingGoal | None, item: TemplateGoal | None,
        measure: Measure | None,
    ) -> WantedGoal:  # fmt: skip
        holder, key = holding
        title = row.title or (item.title.text(self.cycle.language) if item else None)
        origin = Origin(file=self.source, row=row.record.number, template=row.template)
        if there is not None:
            goal, dimension, weight = there.goal, there.dimension, row.weight
        else:
            self.further[holder] = self.further.get(holder, 0) + 1
            goal = self.cycle.goal_id(holder, self.further[holder])
            judged: Dimension = "capability" if isinstance(measure, Capability) else "duties"
            dimension = row.dimension or (item.dimension if item else judged)
            weight = row.weight if row.weight is not None else item.weight if item else None
        return WantedGoal(holder, key, goal, there, title, dimension, measure, weight, origin=origin)

    def _template(self, row: WrittenGoal, holder: str) -> TemplateGoal | Mistake | None:
        if not row.template:
            return None
        known = templates(self.policy, self._department(holder))
        if (item := known.get(row.template)) is not None:
            return item
        near = hint(nearest(row.template, known))
        return mistake("goal_row:template", written=quoted(row.template), known=tuple(known), **near)

    def _measured(self, item: TemplateGoal | None, holder: str) -> Measure | None:
        if item is None:
            return None
        return measure_for(item, holder, self._department(holder), self.cycle.language)

    def _department(self, holder: str) -> str | None:
        if holder.startswith("department."):
            return holder.removeprefix("department.")
        person = self.people.get(holder)
        return person.department if person else None

    def parent(self, holder: str, row: WrittenGoal, mistakes: list[Mistake]) -> str | None:
        """The id of the goal that one serves: written as an id, or as key or title of a goal of the holder's department
        or of the company, which may stand in the same table. None where it serves none; of one that stands in a bad row
        that row is told."""
        if not row.parent or normalised(row.parent) in self.failed:
            return None
        known = dict(self._above(holder))
        if row.parent in known.values():
            return row.parent
        if (parent := known.get(normalised(row.parent))) is not None:
            return parent
        near = hint(nearest(row.parent, known))
        told = mistake(
            "goal_row:parent", written=quoted(row.parent), known=tuple(dict.fromkeys(known)) or None, **near
        )
        mistakes.append(told.at(row.record.place("parent")))
        return None

    def _above(self, holder: str) -> Iterator[tuple[str, str]]:
        """Keys and titles of the goals that one of the holder may serve with their ids, the nearest tier last."""
        own = f"department.{self._department(holder)}"
        for above in ("company", own) if holder not in ("company", own) else ("company",):
            if above == holder:
                continue
            for there in self.cycle.goals.get(above, ()):
                yield from ((normalised(there.title), there.goal), (there.key, there.goal))
            for new in self.new.get(above, ()):
                yield from ((normalised(new.title or new.key), new.goal), (new.key, new.goal))


def _told(
    row: WrittenGoal,
    there: StandingGoal | None,
    item: TemplateGoal | None,
    common: Measure | None,
    *,
    whole: bool,
) -> Iterator[Mistake]:
    """What a row lacks for a new goal, or says otherwise of one that is there. Of one that could not be read as a
    `whole` nobody knows what it lacks."""
    if there is not None:
        if row.dimension is not None and row.dimension != there.dimension:
            told = mistake("goal_row:dimension", goal=there.goal, dimension=there.dimension)
            yield told.at(row.record.place("dimension"))
        return
    if not whole:
        return
    if not row.title and item is None:
        yield mistake("goal_row:no-title").at(row.record.place("title"))
    empty = (row.amount, row.metric or None, row.criteria or None, row.outcomes or None, common)
    if all(each is None for each in empty):
        yield mistake("goal_row:no-measure").at(row.record.place("target"))


def _own(measure: Measure | None, common: Measure | None) -> Measure | None:
    """The measure of a row, or the one that its template has."""
    if measure is None:
        return common
    if isinstance(measure, Kpi) and isinstance(common, Kpi):
        return with_target_beside(measure, common)
    return measure
