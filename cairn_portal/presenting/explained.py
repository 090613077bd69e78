"""How a score or a result came about, step by step in the order of computing (RULES E2)."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Literal, NamedTuple

from cairn.domain.exact import written
from cairn.domain.policy import Policy
from cairn.domain.scoring import weighted
from cairn.domain.sheet.events import Added, GradeBounds, PeriodPart, RatingPart, ResultIssued, SheetScored
from cairn.i18n import term
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.sheet_score import RESULT as RESULT
from cairn_portal.presenting.words import NOTHING, number

IN_SUMS = frozenset({"mean", "earlier", "rating", "goal", "perspective"})
"""Codes of the steps that the sums tell, row by row (`sheet_score`)."""


class Step(NamedTuple):
    """One step: its `code`, what it was done with, and what came of it; an exact number is one as it is stored. `cites`
    are the scores it was made of, each by its goal or sheet and its period (`result`: the sheet's result)."""

    code: str
    what: str
    of: str
    comes_to: str
    cites: tuple[tuple[str, str], ...] = ()


def as_their_own(found: ResultIssued, policy: Policy) -> ResultIssued:
    """A result as its holder reads it: where the policy shows the final grade alone, not that people moved it."""
    return found.model_copy(update={"moved": None}) if policy.evaluation.ratings == "final" else found


def after_sums(steps: Iterable[Step]) -> list[Step]:
    """The steps that come after the sums: incidents, gates, factors, scale, rounding, grade."""
    return [each for each in steps if each.code not in IN_SUMS]


def steps_of(at: Reader, found: ResultIssued | SheetScored, policy: Policy) -> list[Step]:
    """The steps of a result, or of a period's score."""
    steps = _of_score(at, found, policy) if isinstance(found, SheetScored) else _of_result(at, found, policy)
    return list(steps)


def short(value: str) -> str:
    """An exact number to six places where it has no end; a grade as it is."""
    above, sign, below = value.partition("/")
    return number(Fraction(int(above), int(below)), 6) if sign else value


def _exact(value: Fraction | None) -> str:
    return NOTHING if value is None else written(value)


def _of_result(at: Reader, found: ResultIssued, policy: Policy) -> Iterator[Step]:
    """From the means of the periods to the grade and the factors of pay."""
    for kind, weight in found.mix.items():
        if kind == "subordinates":
            of = [(Fraction(part.days or 1), part.result) for part in found.subordinates]
        else:
            of = [
                (part.months, part.points) for part in _known(found.periods, kind) if part.points is not None
            ]
        mean = weighted(of, "reweight")
        what = at.say(
            "mean of {kind} (weight {weight:percent})", kind=at.say(term("period_kind", kind)), weight=weight
        )
        comes_to = _exact(mean if isinstance(mean, Fraction) else None)
        yield Step("mean", what, _listed(found, kind), comes_to, _cited(found, kind))
    for sheet in found.earlier:
        yield Step(
            "earlier",
            at.say("earlier sheet, {n:number} months", n=sheet.months),
            sheet.sheet,
            _exact(sheet.result),
            ((sheet.sheet, RESULT),),
        )
    for rating in found.ratings:
        what = at.say(
            "{part} (share {share:number})", part=at.say(term("result_part", rating.part)), share=rating.share
        )
        yield Step("rating", what, _of_raters(at, rating), _exact(rating.points))
    yield from _incidents(at, found.added, policy)
    yield from _multipliers(at, found, policy, "points")
    yield Step("points", at.say("points, exactly"), _scale(at, policy), _exact(found.points))
    yield from _grade(at, found, policy)
    yield from _multipliers(at, found, policy, "pay")


def _scale(at: Reader, policy: Policy) -> str:
    """The scale's ends: what lies outside was moved there."""
    scale = policy.scale
    if scale.to is None:
        return at.say("on the policy's scale, from {least:number}", least=scale.least)
    return at.say("on the policy's scale, {least:number} – {to:number}", least=scale.least, to=scale.to)


def _of_raters(at: Reader, rating: RatingPart) -> str:
    """Where a part's points are from; its `cairn appraisal show` says what roles came to."""
    if rating.appraisal:
        release = at.say("{appraisal}, score {number}", appraisal=rating.appraisal, number=rating.number)
        return release if rating.applies else f"{release}: {at.say('nobody rated it')}"
    return "" if rating.applies else at.say("does not apply")


def _of_score(at: Reader, found: SheetScored, policy: Policy) -> Iterator[Step]:
    """From the goals of a period to its grade."""
    for part in found.parts:
        what = at.say("{goal}, weight {weight:percent}", goal=part.goal, weight=part.weight)
        gate = policy.gates.get(part.gate or "")
        of = at.say("{share:percent} of the days", share=100 * part.share)
        if gate is not None:
            name = gate.title.text(at.language)
            of = at.say("{gate}: set from {points}", gate=name, points=number(part.reached))
        yield Step("goal", what, of, _exact(part.points), ((part.goal, found.period),))
    for each in found.perspectives:
        known = next(
            (
                f.perspectives[each.perspective]
                for f in policy.families.values()
                if each.perspective in f.perspectives
            ),
            None,
        )
        name = known.title.text(at.language) if known else each.perspective
        what = at.say("{perspective}, weight {weight:percent}", perspective=name, weight=each.weight)
        yield Step("perspective", what, "" if each.applies else at.say("does not apply"), _exact(each.points))
    yield from _incidents(at, found.added, policy)
    if found.gate is not None:
        gate = policy.gates.get(found.gate)
        name = gate.title.text(at.language) if gate else found.gate
        yield Step("gate", at.say("points set by a gate"), name, _exact(found.points))
    yield Step("points", at.say("points, exactly"), "", _exact(found.points))
    yield from _grade(at, found, policy)


def _known(periods: tuple[PeriodPart, ...], kind: str) -> list[PeriodPart]:
    return [part for part in periods if part.kind == kind]


def _listed(found: ResultIssued, kind: str) -> str:
    if kind == "subordinates":
        return ", ".join(f"{part.sheet} {number(part.result)}" for part in found.subordinates)
    return ", ".join(f"{part.period} {number(part.points)}" for part in _known(found.periods, kind))


def _cited(found: ResultIssued, kind: str) -> tuple[tuple[str, str], ...]:
    if kind == "subordinates":
        return tuple((part.sheet, RESULT) for part in found.subordinates)
    return tuple(
        (found.sheet, part.period) for part in _known(found.periods, kind) if part.points is not None
    )


def _incidents(at: Reader, added: Added | None, policy: Policy) -> Iterator[Step]:
    if added is None:
        return
    yield Step("before", at.say("before incidents"), "", _exact(added.before))
    for part in added.incidents:
        kind = policy.incidents.get(part.kind)
        name = kind.title.text(at.language) if kind else part.kind
        yield Step("incident", name, f"×{part.times}", _exact(part.points))
    yield Step("gained", at.say("gained, within its cap"), "", _exact(added.gained))
    yield Step("lost", at.say("lost, within its cap"), "", _exact(-added.lost))


def _multipliers(
    at: Reader, found: ResultIssued, policy: Policy, of: Literal["points", "pay"]
) -> Iterator[Step]:
    for part in (each for each in found.multipliers if each.of == of):
        rule = policy.multipliers.get(part.key)
        name = rule.title.text(at.language) if rule else part.key
        waits = at.say("{sheet} has no result yet", sheet=part.sheet)
        unit = waits if part.result is None else f"{part.unit} {number(part.result)}"
        cited = () if part.result is None else ((part.sheet, RESULT),)
        yield Step("multiplier", name, unit, f"×{number(part.factor, 6)}", cited)


def _grade(at: Reader, found: ResultIssued | SheetScored, policy: Policy) -> Iterator[Step]:
    whole = NOTHING if found.rounded is None else str(found.rounded)
    places = at.say("half up, to {n} {n:plural,place,places}", n=policy.scoring.places)
    yield Step("rounded", at.say("rounded once"), places, whole)
    if found.grade is None:
        return
    bounds: GradeBounds | None = found.bounds
    computed = found.computed_grade if isinstance(found, ResultIssued) else found.grade
    by_points = bounds.by_points if bounds else computed or NOTHING
    yield Step("by_points", at.say("grade by points"), _lines(at, policy, by_points), by_points)
    for key in bounds.met if bounds else ():
        gate = policy.gates.get(key)
        to = at.say("{grade} at most", grade=bounds.best) if bounds and bounds.best else NOTHING
        yield Step("gate", at.say("gate"), gate.title.text(at.language) if gate else key, to)
    if isinstance(found, ResultIssued) and found.moved is not None:
        yield Step("moved", at.say("moved by people"), found.moved.case, found.grade)
    yield Step("grade", at.say("grade"), f"×{number(found.coefficient)}", found.grade)


def _lines(at: Reader, policy: Policy, reached: str) -> str:
    """From how many points on there is the grade that was reached, and the next better one."""
    lines = [band for band in policy.grades if band.points is not None]
    at_line = next((n for n, band in enumerate(lines) if band.grade == reached), None)
    if at_line is None:
        return ""
    told = [lines[at_line], *([lines[at_line - 1]] if at_line else [])]
    return at.say("separator:list").join(
        at.say("{grade} from {points:number}", grade=band.grade, points=band.points) for band in told
    )
