"""Whether written targets fit: the holder is known, has such a goal, and the amount is one of its unit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from cairn.documents.cells import quoted
from cairn.documents.ids import match_zeros, normalised
from cairn.documents.mistakes import Mistake, Place, Remark, mistake, remark
from cairn.documents.numbers import plain
from cairn.documents.percentages import read_measured
from cairn.documents.words import hint, nearest
from cairn.domain.cycle.events import TargetRow
from cairn.domain.measure import Kpi, Measure
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


class TargetGoal(NamedTuple):
    """A goal that may be given a target: one of a template, or of a launched cycle."""

    key: str
    is_kpi: bool
    titles: tuple[str, ...]
    unit: str = ""
    negative: bool = False
    """Whether its numbers may lie below zero: some that it states do."""


class LaunchedGoals(NamedTuple):
    """What a launched cycle has: holder → its goals, and the keys of its periods."""

    goals: Mapping[str, Sequence[TargetGoal]]
    periods: Sequence[str]


def check_targets(
    written: WrittenTargets, roster: Roster, policy: Policy | None, launched: LaunchedGoals | None = None
) -> CheckedTargets:
    """The targets of a table against the roster and the templates of the policy, where one is adopted, or against the
    goals of a launched cycle. Raises TargetsInvalid with every bad row."""
    mistakes = list(written.mistakes)
    remarks = list(written.remarks)
    rows: dict[tuple[str, str, str], WrittenTarget] = {}
    checked: list[TargetRow] = []
    holders = known_holders(roster)
    mistakes += unknown_holders(
        [(row.holder, row.record.place("holder")) for row in written.rows if row.holder], holders
    )
    if policy is None and launched is None:
        remarks.append(remark("target:no-policy"))
    people = roster.by_id()
    for row in written.rows:
        known = _known(row.holder if row.holder in holders else "", people, policy, launched)
        goal = _goal(row, known)
        amount = read_measured(row.amount, goal.unit if isinstance(goal, TargetGoal) else "")
        found = [*_told(goal, row, "goal"), *_told(_out_of_range(amount, goal), row, "target")]
        if launched and row.period and row.period not in launched.periods:
            wrong = mistake("word:unknown", written=quoted(row.period), known=tuple(launched.periods))
            found.append(wrong.at(row.record.place("period")))
        key = row.holder, row.goal, row.period
        if all(key) and (first := rows.setdefault(key, row)) is not row:
            found.append(_twice(row, first))
        mistakes += found
        if all(key) and not found and isinstance(amount, Decimal):
            checked.append(
                TargetRow(
                    holder=row.holder, goal=row.goal, period=row.period, target=amount, row=row.record.number
                )
            )
    if mistakes:
        raise TargetsInvalid(mistakes, written.source)
    return CheckedTargets(tuple(checked), tuple(remarks))


def unknown_holders(written: Sequence[tuple[str, Place]], known: set[str]) -> Iterator[Mistake]:
    """Everybody who is not in the roster, with where they are written; where only leading zeros are missing that is
    told once for all."""
    unknown = [(holder, place) for holder, place in written if holder not in known]
    lost = match_zeros([holder for holder, _ in unknown], known)
    matches = lost.matches if lost else {}
    if lost is not None:
        first = next(place for holder, place in unknown if holder in matches)
        yield Mistake(lost.message).at(first)
    for number, (holder, place) in enumerate(unknown):
        if holder not in matches:
            near = hint(nearest(holder, known) if number < MOST_GUESSES else None)
            yield mistake("target:holder-unknown", written=quoted(holder), **near).at(place)


def _goal(row: WrittenTarget, known: Sequence[TargetGoal] | Mistake | None) -> TargetGoal | Mistake | None:
    """The goal that is meant; None where nobody can tell."""
    if known is None or isinstance(known, Mistake) or not row.goal:
        return known if isinstance(known, Mistake) else None
    by_key = {goal.key: goal for goal in known}
    if (goal := by_key.get(row.goal)) is not None:
        return goal if goal.is_kpi else mistake("target:goal-not-kpi", written=quoted(row.goal))
    titled = next((goal.key for goal in known if row.goal in map(normalised, goal.titles)), None)
    if titled is not None:
        return mistake("target:goal-title", written=quoted(row.goal), key=titled)
    keys = tuple(key for key, goal in by_key.items() if goal.is_kpi)
    facts = {"written": quoted(row.goal), "holder": row.holder, "known": keys or None}
    return mistake("target:goal-unknown", **facts, **hint(nearest(row.goal, keys)))


def _known(
    holder: str, people: People, policy: Policy | None, launched: LaunchedGoals | None
) -> Sequence[TargetGoal] | Mistake | None:
    """The goals of somebody known: of the launched cycle, else of the template; None where nobody can tell."""
    if launched is not None:
        return _launched(holder, launched) if holder else None
    return _template(holder, people, policy)


def _launched(holder: str, launched: LaunchedGoals) -> Sequence[TargetGoal] | Mistake:
    """The goals that somebody known has in the launched cycle. Who takes no part in it is told."""
    return launched.goals.get(holder) or mistake("target:no-sheet", holder=holder)


def _template(holder: str, people: People, policy: Policy | None) -> tuple[TargetGoal, ...] | None:
    if policy is None or not holder:
        return None
    if holder == "company":
        return tuple(map(_of_template, policy.strategic))
    if holder.startswith("department."):
        department = holder.removeprefix("department.")
        template = policy.department_templates.get(department, policy.department_template)
        return tuple(map(_of_template, template))
    person = people.get(holder)
    family = policy.families.get(policy.family_key(person.family) or "") if person else None
    return tuple(map(_of_template, family.template)) if family else None


def _of_template(goal: TemplateGoal) -> TargetGoal:
    stated = (goal.baseline, goal.threshold, goal.target, goal.stretch, goal.lower, goal.upper)
    below = any(value is not None and value < 0 for value in stated)
    return TargetGoal(goal.key, goal.kind == "kpi", (goal.title.zh, goal.title.en), goal.unit, below)


def target_goal(key: str, title: str, measure: Measure) -> TargetGoal:
    """A goal of a launched cycle, as targets are checked against it."""
    if not isinstance(measure, Kpi):
        return TargetGoal(key, False, (title,))
    stated = (
        measure.baseline,
        measure.threshold,
        measure.target,
        measure.stretch,
        measure.lower,
        measure.upper,
    )
    below = any(value is not None and value < 0 for value in (*stated, *measure.targets.values()))
    return TargetGoal(key, True, (title,), measure.unit, below)


def _out_of_range(amount: Decimal | Mistake, goal: TargetGoal | Mistake | None) -> Decimal | Mistake:
    """The amount; a Mistake where it is negative and nothing that the goal states says that this measure may be."""
    if isinstance(amount, Mistake) or amount >= 0 or not isinstance(goal, TargetGoal) or goal.negative:
        return amount
    return mistake("target:negative", written=plain(amount), goal=goal.key)


def _told(found: object, row: WrittenTarget, field: str) -> Iterable[Mistake]:
    return [found.at(row.record.place(field))] if isinstance(found, Mistake) else []


def _twice(row: WrittenTarget, first: WrittenTarget) -> Mistake:
    facts = {"holder": row.holder, "goal": row.goal, "period": row.period, "first": str(first.record.number)}
    return mistake("target:twice", **facts).at(row.record.place("holder"))
