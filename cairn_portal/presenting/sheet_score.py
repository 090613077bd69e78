"""A sheet's score of a period, or its year's result, as sums that a reader can add up: what counted with which weight,
what was left out and why (RULES U1, W1, Y1, Y2, L7, E1)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from cairn.domain.appraisal.behind import RolePart
from cairn.domain.curves import on_scale
from cairn.domain.exact import exact
from cairn.domain.goal.events import Note
from cairn.domain.policy import Policy, ResultPart
from cairn.domain.schedule import Span
from cairn.domain.scoring import MISSING, NOT_APPLICABLE, Score
from cairn.domain.sheet.events import PeriodPart, RatingPart, ResultIssued, ScorePart, SheetScored
from cairn.i18n import term
from cairn_portal.presenting.goal_score import raters_sum
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.story import note
from cairn_portal.presenting.sums import Part, Sum, summed
from cairn_portal.presenting.words import number
from cairn_portal.presenting.working import figure

RESULT = "result"
LeftOut = Literal["never_approved", "not_in_force", "not_judged", "not_scored", "not_applicable"]
"""Why a goal of the sheet is no part of a score."""


class GoalFacts(NamedTuple):
    """A goal of the sheet as a score found it: title and key, its weight then, why it has no points (None where it has
    some), and why it was left out (None where it was not)."""

    title: str
    key: str
    weight: Decimal
    why: Note | None
    left: LeftOut | None


class PeriodFacts(NamedTuple):
    """What a period's score is explained with: the period, the holder's job family, and the sheet's goals by id."""

    span: Span
    family: str | None
    goals: Mapping[str, GoalFacts]


class ResultFacts(NamedTuple):
    """What a result is explained with: how many months this sheet counted with beside earlier ones (None: it has no
    result of its own), and the roles behind each part that raters judged, which a reader may see where `roles_seen`."""

    months: Fraction | None
    roles: Mapping[ResultPart, Sequence[RolePart]]
    roles_seen: bool = False


def sums_of(
    at: Reader, found: SheetScored | ResultIssued, facts: PeriodFacts | ResultFacts, policy: Policy
) -> list[Sum]:
    """The sums that a score or a result was made by, first to last."""
    if isinstance(found, SheetScored) and isinstance(facts, PeriodFacts):
        return _of_period(at, found, facts, policy)
    assert isinstance(found, ResultIssued) and isinstance(facts, ResultFacts)
    return _of_result(at, found, facts, policy)


def _of_period(at: Reader, found: SheetScored, facts: PeriodFacts, policy: Policy) -> list[Sum]:
    """The goals of a period with their weights, days and points; of a scorecard each perspective, then all of them."""
    perspectives, weight = policy.perspectives_of(facts.family), at.say("weight")
    parts = {part.goal: [each for each in found.parts if each.goal == part.goal] for part in found.parts}
    rows: dict[str | None, list[Part]] = {}
    for name in (*parts, *(each for each in facts.goals if each not in parts)):
        known = facts.goals.get(name)
        within = policy.perspective_of(facts.family, known.key) if known and perspectives else None
        members = rows.setdefault(within if within in perspectives else None, [])
        if name in parts:
            members += [_goal(at, found, part, known, facts.span, policy) for part in parts[name]]
        elif known is not None:
            members.append(_left_out(at, name, known))
    if not perspectives:
        every = rows.get(None, [])
        return [
            summed(at, "goals", at.say("Sum of the goals"), weight, every, policy.scoring.missing_at("goal"))
        ]
    sums, level = [], list[Part]()
    for each in found.perspectives:
        title = (
            perspectives[each.perspective].title.text(at.language) if each.perspective in perspectives else ""
        )
        inside = rows.get(each.perspective, [])
        sums.append(summed(at, "goals", title, weight, inside, policy.scoring.missing_at("measure")))
        score: Score = _known(each.points) if each.applies else NOT_APPLICABLE
        level.append(Part(title, _percent(each.weight), exact(each.weight), score))
    level += rows.get(None, [])
    title = at.say("Sum of the perspectives")
    return [*sums, summed(at, "perspectives", title, weight, level, policy.scoring.missing_at("goal"))]


def _goal(
    at: Reader, found: SheetScored, part: ScorePart, known: GoalFacts | None, span: Span, policy: Policy
) -> Part:  # fmt: skip
    remarks = []
    if part.share != 1:
        days = figure(part.share * span.days)
        remarks.append(
            at.say(
                "{days} of {all} days: {weight} × {days} ÷ {all}",
                days=days,
                all=span.days,
                weight=_percent(part.weight),
            )
        )
    gate = policy.gates.get(part.gate or "")
    if gate is not None:
        remarks.append(
            at.say(
                "{gate}: set from {points}", gate=gate.title.text(at.language), points=number(part.reached)
            )
        )
    if part.points is None and known is not None and known.why is not None:
        remarks.append(note(at, known.why))
    return Part(
        what=known.title if known else part.goal,
        weight=_percent(part.weight),
        weighs=exact(part.weight) * part.share,
        score=_known(part.points),
        note=at.say("separator:clause").join(remarks),
        cites=(part.goal, found.period),
    )


def _left_out(at: Reader, name: str, known: GoalFacts) -> Part:
    why = note(at, known.why) if known.why else ""
    match known.left:
        case "never_approved":
            why = at.say("never approved by then")
        case "not_in_force":
            why = at.say("not in force in this period")
        case "not_judged":
            why = at.say("neither due nor judged in this period by then")
        case "not_scored":
            why = at.say("had no score of this period by then")
        case _:
            pass
    return Part(known.title, _percent(known.weight), Fraction(0), NOT_APPLICABLE, why)


def _of_result(at: Reader, found: ResultIssued, facts: ResultFacts, policy: Policy) -> list[Sum]:
    """The periods of each kind, the mix of kinds, the year's sheets, and the parts beside the goals, in the order in
    which they are computed (RULES E2). None of what has no result."""
    if found.withheld is not None:
        return []
    sums, level = list[Sum](), list[Part]()
    for kind, weight in found.mix.items():
        inside = _subordinates(at, found) if kind == "subordinates" else _periods(at, found, kind, policy)
        if weight > 0 and inside.rows:
            sums.append(inside)
        title = at.say(term("period_kind", kind))
        due = found.leads if kind == "subordinates" else _is_due(found, kind)
        score: Score = inside.total if inside.total is not None else MISSING if due else NOT_APPLICABLE
        level.append(Part(title, _percent(weight), exact(weight), score if weight > 0 else NOT_APPLICABLE))
    mix = summed(
        at, "mix", at.say("The year's mix"), at.say("weight"), level, policy.scoring.missing_at("part")
    )
    if len(level) > 1:
        sums.append(mix)
    whole = _whole(mix.total, level)
    if found.earlier:
        year = _year(at, found, facts, whole)
        sums.append(year)
        whole = _known(year.total)
    if found.ratings:
        sums += [
            raters_sum(at, roles, policy, seen=facts.roles_seen)._replace(title=_raters_of(at, part))
            for part, roles in facts.roles.items()
            if roles
        ]
        sums.append(_parts(at, found, whole, policy))
    return sums


def _whole(total: Fraction | None, level: Sequence[Part]) -> Score:
    """What the mix comes to; it does not apply where none of its kinds does."""
    if total is None and all(part.score is NOT_APPLICABLE for part in level):
        return NOT_APPLICABLE
    return _known(total)


def _is_due(found: ResultIssued, kind: str) -> bool:
    return any(part.kind == kind for part in found.periods)


def _periods(at: Reader, found: ResultIssued, kind: str, policy: Policy) -> Sum:
    parts = [_period(at, found, part) for part in found.periods if part.kind == kind]
    title = at.say("{kind}: mean by months in force", kind=at.say(term("period_kind", kind)))
    return summed(at, "mean", title, at.say("months"), parts, policy.scoring.missing_at("period"), "months")


def _period(at: Reader, found: ResultIssued, part: PeriodPart) -> Part:
    cites = (found.sheet, part.period) if part.points is not None else None
    return Part(part.period, figure(part.months), part.months, _known(part.points), "", cites)


def _subordinates(at: Reader, found: ResultIssued) -> Sum:
    parts = [
        Part(
            what=part.sheet,
            weight="1" if part.days is None else at.say("{n} {n:plural,day,days}", n=part.days),
            weighs=Fraction(1 if part.days is None else part.days),
            score=part.result,
            cites=(part.sheet, RESULT),
        )
        for part in found.subordinates
    ]
    title = at.say("Subordinates: mean by the days they reported")
    return summed(at, "mean", title, at.say("days"), parts, "reweight", "days")


def _year(at: Reader, found: ResultIssued, facts: ResultFacts, own: Score) -> Sum:
    """Several sheets of one person in the year."""
    parts = [
        Part(each.sheet, figure(each.months), each.months, each.result, "", (each.sheet, RESULT))
        for each in found.earlier
    ]
    if isinstance(own, Fraction) and facts.months is not None:
        parts.append(Part(found.sheet, figure(facts.months), facts.months, own))
    title = at.say("The year's sheets: mean by months in force")
    return summed(at, "earlier", title, at.say("months"), parts, "reweight", "months")


def _raters_of(at: Reader, part: ResultPart) -> str:
    return at.say("{part}: the raters' roles by their weights", part=at.say(term("result_part", part)))


def _parts(at: Reader, found: ResultIssued, goals: Score, policy: Policy) -> Sum:
    """The goals beside what raters judged, by the policy's shares."""
    share = policy.result.get("goals", Decimal(0))
    rows = [Part(at.say(term("result_part", "goals")), figure(exact(share)), exact(share), goals)]
    for rating in found.ratings:
        score: Score = _known(rating.points) if rating.applies else NOT_APPLICABLE
        title = at.say(term("result_part", rating.part))
        rows.append(
            Part(title, figure(exact(rating.share)), exact(rating.share), score, _release(at, rating))
        )
    title = at.say("Goals and what is judged beside them")
    return summed(at, "parts", title, at.say("share"), rows, policy.scoring.missing_at("part"), "share")


def _release(at: Reader, rating: RatingPart) -> str:
    if not rating.appraisal:
        return ""
    return at.say("{appraisal}, score {number}", appraisal=rating.appraisal, number=rating.number)


def _known(points: Fraction | None) -> Score:
    return MISSING if points is None else points


def _percent(weight: Decimal) -> str:
    return f"{figure(exact(weight))}%"


def comes_out(found: SheetScored | ResultIssued, sums: Sequence[Sum], policy: Policy) -> bool:
    """Whether what was recorded follows from the sums and what comes after them, in the order of computing (RULES E2):
    incidents, factors of the points, the gate of a period, the scale."""
    if not sums or found.points is None:
        return True
    points = sums[-1].total
    if points is None:
        return False
    if found.added is not None:
        points = (
            found.added.before + found.added.gained - found.added.lost
            if points == found.added.before
            else None
        )
    if points is None:
        return False
    if isinstance(found, SheetScored):
        return found.gate is not None or found.points == (
            on_scale(policy.scale, points) if found.added else points
        )
    for each in found.multipliers:
        points *= each.factor if each.of == "points" else 1
    return found.points == on_scale(policy.scale, points)
