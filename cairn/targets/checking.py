"""Whether written targets fit: the holder is known, has such a goal, and the amount is one of its unit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cairn.documents.cells import quoted
from cairn.documents.ids import match_zeros, normalised
from cairn.documents.mistakes import Mistake, Remark, mistake, remark
from cairn.documents.numbers import plain
from cairn.documents.percentages import read_measured
from cairn.documents.words import hint, nearest
from cairn.domain.cycle.events import TargetRow
from cairn.domain.people import Person, Roster, known_holders
from cairn.domain.policy import Policy, TemplateGoal
from cairn.targets.reading import TargetsInvalid, WrittenTarget, WrittenTargets

People = Mapping[str, Person]
MOST_GUESSES = 20
"""Guesses whom somebody means: each goes through everybody."""


@dataclass(frozen=True)
class CheckedTargets:
    """Targets that fit, and what is worth telling about their table."""

    rows: tuple[TargetRow, ...]
    remarks: tuple[Remark, ...]


def check_targets(written: WrittenTargets, roster: Roster, policy: Policy | None) -> CheckedTargets:
    """The targets of a table against the roster and, where one is adopted, the policy. Raises TargetsInvalid with
    every bad row."""
    mistakes = list(written.mistakes)
    remarks = list(written.remarks)
    rows: dict[tuple[str, str, str], WrittenTarget] = {}
    checked: list[TargetRow] = []
    mistakes += _unknown_holders(written.rows, known_holders(roster))
    if policy is None:
        remarks.append(remark("target:no-policy"))
    people = roster.by_id()
    for row in written.rows:
        goal = _goal(row, people, policy)
        amount = read_measured(row.amount, goal.unit if isinstance(goal, TemplateGoal) else "")
        found = [*_told(goal, row, "goal"), *_told(_out_of_range(amount, goal), row, "target")]
        key = row.holder, row.goal, row.period
        if all(key) and (first := rows.setdefault(key, row)) is not row:
            found.append(_twice(row, first))
        mistakes += found
        if all(key) and not found and isinstance(amount, Decimal):
            checked.append(TargetRow(holder=row.holder, goal=row.goal, period=row.period, target=amount))
    if mistakes:
        raise TargetsInvalid(mistakes, written.source)
    return CheckedTargets(tuple(checked), tuple(remarks))


def _unknown_holders(rows: Sequence[WrittenTarget], known: set[str]) -> Iterator[Mistake]:
    """Everybody who is not in the roster; where only leading zeros are missing that is told once for all."""
    unknown = [row for row in rows if row.holder and row.holder not in known]
    lost = match_zeros([row.holder for row in unknown], known)
    matches = lost.matches if lost else {}
    if lost is not None:
        first = next(row for row in unknown if row.holder in matches)
        yield Mistake(lost.message).at(first.record.place("holder"))
    for number, row in enumerate(unknown):
        if row.holder not in matches:
            near = hint(nearest(row.holder, known) if number < MOST_GUESSES else None)
            told = mistake("target:holder-unknown", written=quoted(row.holder), **near)
            yield told.at(row.record.place("holder"))


def _goal(row: WrittenTarget, people: People, policy: Policy | None) -> TemplateGoal | Mistake | None:
    """The goal of the holder's template that is meant; None where nobody can tell."""
    template = _template(row.holder, people, policy)
    if policy is None or template is None or not row.goal:
        return None
    by_key = {goal.key: goal for goal in template}
    if (goal := by_key.get(row.goal)) is not None:
        written = quoted(row.goal)
        return goal if goal.kind == "kpi" else mistake("target:goal-not-kpi", written=written)
    titled = next(
        (goal.key for goal in template if row.goal in map(normalised, (goal.title.zh, goal.title.en))), None
    )
    if titled is not None:
        return mistake("target:goal-title", written=quoted(row.goal), key=titled)
    keys = tuple(key for key, goal in by_key.items() if goal.kind == "kpi")
    facts = {"written": quoted(row.goal), "holder": row.holder, "known": keys or None}
    return mistake("target:goal-unknown", **facts, **hint(nearest(row.goal, keys)))


def _template(holder: str, people: People, policy: Policy | None) -> tuple[TemplateGoal, ...] | None:
    if policy is None or not holder:
        return None
    if holder == "company":
        return policy.strategic
    if holder.startswith("department."):
        department = holder.removeprefix("department.")
        return policy.department_templates.get(department, policy.department_template)
    person = people.get(holder)
    family = policy.families.get(person.family) if person else None
    return family.template if family else None


def _out_of_range(amount: Decimal | Mistake, goal: TemplateGoal | Mistake | None) -> Decimal | Mistake:
    """The amount; a Mistake where it is negative and nothing in the template says that this measure may be."""
    if isinstance(amount, Mistake) or amount >= 0 or not isinstance(goal, TemplateGoal):
        return amount
    stated = (goal.baseline, goal.threshold, goal.target, goal.stretch, goal.lower, goal.upper)
    if any(value is not None and value < 0 for value in stated):
        return amount
    return mistake("target:negative", written=plain(amount), goal=goal.key)


def _told(found: object, row: WrittenTarget, field: str) -> Iterable[Mistake]:
    return [found.at(row.record.place(field))] if isinstance(found, Mistake) else []


def _twice(row: WrittenTarget, first: WrittenTarget) -> Mistake:
    facts = {"holder": row.holder, "goal": row.goal, "period": row.period, "first": str(first.record.number)}
    return mistake("target:twice", **facts).at(row.record.place("holder"))
