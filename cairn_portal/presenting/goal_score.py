"""A goal's score as somebody can follow it: what was measured, how attainment came about, which piece of the curve it
lies on, and the arithmetic down to the points (RULES N1, M2–M5, W1, Y2, E1)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cairn.domain.appraisal.behind import RolePart
from cairn.domain.attainment import off_target
from cairn.domain.curve_lines import line_at
from cairn.domain.exact import exact
from cairn.domain.goal.events import GoalScored, MeasurePart
from cairn.domain.goal.measured import Measured, curve_of, points_at
from cairn.domain.goal.segments import Judgement
from cairn.domain.measure import Kpi
from cairn.domain.policy import DeductionCurve, Policy
from cairn.domain.scoring import MISSING
from cairn.i18n import message, term
from cairn_portal.presenting import working
from cairn_portal.presenting.curve_words import CurveTold, curve_told
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.story import note
from cairn_portal.presenting.sums import Part, Sum, summed
from cairn_portal.presenting.working import equals, figure

DIFFERS = message(
    "What is recorded does not follow from this calculation. Have it computed again: `cairn verify-scores`."
)


class Stage(NamedTuple):
    """One stage of the calculation: what is worked out, in lines."""

    what: str
    lines: Sequence[str]


class MeasureTold(NamedTuple):
    """What one measure came to: its days in words (empty: the whole period), the stages of the calculation, its curve,
    and its points; without points `why` says why."""

    days: str
    stages: Sequence[Stage]
    curve: CurveTold | None
    points: Fraction | None
    why: str


class GoalTold(NamedTuple):
    """A goal's score told: its measures, the sums by which parts were put together, the last rounding, and (empty where
    all is well) that what is recorded does not follow."""

    measures: Sequence[MeasureTold]
    sums: Sequence[Sum]
    rounding: str
    differs: str


class Judged(NamedTuple):
    """Who judged a goal: managers' segments, and raters' roles, of which a reader may see what each came to only where
    `roles_seen`."""

    segments: Sequence[Judgement] = ()
    roles: Sequence[RolePart] = ()
    roles_seen: bool = False


class _Came(NamedTuple):
    """What a measure came to, as it was recorded."""

    actual: Fraction | None
    target: Fraction | None
    attainment: Fraction | None
    points: Fraction | None
    why: str
    days: str
    formula: str


def goal_told(
    at: Reader,
    score: GoalScored,
    measured: Sequence[Measured],
    policy: Policy,
    judged: Judged,
    names: Mapping[str, str],
) -> GoalTold:
    """A score with everything that it can be worked out again by. `names` are people's, by id."""
    sums = []
    if score.parts:
        came = [_of_part(at, part) for part in score.parts]
        sums.append(_by_days(at, score.parts, policy))
    else:
        why = note(at, score.why) if score.why else ""
        came = [
            _Came(
                score.actual, score.target, score.attainment, score.points, why, "", note(at, score.formula)
            )
        ]
    told = [_measure(at, *pair, policy) for pair in zip(came, measured, strict=False)]
    sums += judged_sums(at, score, judged, policy, names)
    differs = any(not _comes_out(*pair, policy) for pair in zip(came, measured, strict=False))
    differs |= any(each.total not in (score.points, score.actual) for each in sums)
    return GoalTold(
        told, sums, _rounding(at, score.points, score.rounded, policy), at.say(DIFFERS) if differs else ""
    )


def _rounding(at: Reader, points: Fraction | None, whole: Decimal | None, policy: Policy) -> str:
    if points is None or whole is None:
        return ""
    return at.say(
        "{points}, rounded once, half up, to {places} {places:plural,place,places}: {rounded}",
        points=figure(points), places=policy.scoring.places, rounded=str(whole),
    )  # fmt: skip


def _of_part(at: Reader, part: MeasurePart) -> _Came:
    why = note(at, part.why) if part.why else ""
    return _Came(
        part.actual, part.target, part.attainment, part.points, why, _days(at, part), note(at, part.formula)
    )


def _days(at: Reader, part: MeasurePart) -> str:
    return at.say(
        "{first:day} – {last:day}, {n} {n:plural,day,days}", first=part.first, last=part.last, n=part.days
    )


def _measure(at: Reader, came: _Came, measured: Measured, policy: Policy) -> MeasureTold:
    if came.points is None or came.attainment is None:
        rated = (
            [Stage(at.say("points"), [at.say("the rating is its points")])] if came.points is not None else []
        )
        return MeasureTold(came.days, [*_aimed(at, came, measured), *rated], None, came.points, came.why)
    curve = curve_told(at, measured.measure, measured.aim, policy, came.attainment, came.actual, came.points)
    stages = [
        *_aimed(at, came, measured),
        *_attained(at, came, measured, policy),
        *_worth(at, came, measured, policy, curve),
    ]
    return MeasureTold(came.days, stages, curve, came.points, came.why)


def _aimed(at: Reader, came: _Came, measured: Measured) -> list[Stage]:
    """What came and what was aimed at, with unit and direction."""
    measure, aim = measured.measure, measured.aim
    if not isinstance(measure, Kpi) or aim is None:
        return []
    unit = measure.unit or ""
    signs = {"higher": "≥", "lower": "≤", "on_off": "≥"}
    wanted = (
        f"{figure(aim.bounds.lower)} – {figure(aim.bounds.upper)} {unit}"
        if aim.bounds is not None
        else f"{signs.get(aim.direction, '')} {figure(aim.target)} {unit}"
        if aim.target is not None
        else ""
    )
    found = [Stage(at.say("target"), [*_shared(at, measured), wanted.strip()])] if wanted else []
    if came.actual is None:
        return found
    return [Stage(at.say("actual"), [came.formula, f"{figure(came.actual)} {unit}".strip()]), *found]


def _shared(at: Reader, measured: Measured) -> list[str]:
    """How a period's target is part of a whole."""
    shared, target = measured.shared, measured.aim.target if measured.aim else None
    if shared is None or target is None or shared.months == shared.of:
        return []
    if shared.whole * shared.months != target * shared.of:
        return []
    part = equals(f"{figure(shared.whole)} × {figure(shared.months)} ÷ {figure(shared.of)}", target)
    return [at.say("its part of the whole by months: {part}", part=part)]


def _attained(at: Reader, came: _Came, measured: Measured, policy: Policy) -> list[Stage]:
    reached, actual, aim = came.attainment, came.actual, measured.aim
    if reached is None or actual is None:
        return []
    if aim is not None:
        return [Stage(at.say("attainment"), working.attained(at, aim, actual, reached))]
    if came.target is not None:  # criteria accepted of all
        said = at.say("criteria accepted of all")
        return [Stage(at.say("attainment"), [said, working.share_of(actual, came.target, reached)])]
    scale = policy.scale
    said = at.say("the rating in percent of what 100% is on the scale")
    rating = working.rating_of(actual, exact(scale.least), exact(scale.full), reached)
    return [Stage(at.say("attainment"), [said, rating])]


def _worth(
    at: Reader, came: _Came, measured: Measured, policy: Policy, curve: CurveTold | None
) -> list[Stage]:
    """From the attainment to the points."""
    reached, points = came.attainment, came.points
    if curve is None or reached is None or points is None:
        return []
    rule = curve_of(measured.measure, policy)
    if isinstance(rule, DeductionCurve):
        off = off_target(measured.aim, came.actual) if measured.aim and came.actual is not None else None
        return [Stage(at.say("points"), working.deducted(at, rule, reached, off, points))]
    here = line_at(curve.lines, reached)
    return [Stage(at.say("points"), [working.on_line(here, reached)])] if here is not None else []


def _comes_out(came: _Came, measured: Measured, policy: Policy) -> bool:
    """Whether the points follow from the attainment by the measure's curve."""
    if came.points is None or came.attainment is None:
        return True
    return points_at(measured, policy, came.attainment, came.actual) == came.points


def _by_days(at: Reader, parts: Sequence[MeasurePart], policy: Policy) -> Sum:
    """Several measures in turn, each by its days."""
    rows = [
        Part(
            what=_days(at, part),
            weight=at.say("{n} {n:plural,day,days}", n=part.days),
            weighs=Fraction(part.days),
            score=MISSING if part.points is None else part.points,
            note=note(at, part.why) if part.why else "",
        )
        for part in parts
    ]
    title = at.say("One measure took another's place: by their days")
    return summed(at, "measures", title, at.say("days"), rows, policy.scoring.missing_at("measure"), "days")


def judged_sums(
    at: Reader, score: GoalScored, judged: Judged, policy: Policy, names: Mapping[str, str]
) -> list[Sum]:
    """Whose judgement it is: raters by role and weight, or managers by the days of their segments."""
    if score.formula.code == "rated":
        return [raters_sum(at, judged.roles, policy, seen=judged.roles_seen)] if judged.roles else []
    if score.formula.code != "assessed" or not judged.segments or score.points is None:
        return []
    parts = [
        Part(
            what=_judge(at, each, names),
            weight=at.say("{n} {n:plural,day,days}", n=each.days),
            weighs=Fraction(each.days),
            score=each.points,
        )
        for each in judged.segments
    ]
    title = at.say("Whose judgement it is: each manager by the days of their segment")
    return [summed(at, "judges", title, at.say("days"), parts, "reweight", "days")]


def _judge(at: Reader, each: Judgement, names: Mapping[str, str]) -> str:
    def called(who: str) -> str:
        return f"{who} {names.get(who, '')}".strip()

    if each.judges == (each.manager,) or (each.manager is None and each.judges):
        return at.say("separator:list").join(called(who) for who in each.judges)
    manager = called(each.manager) if each.manager else at.say("nobody")
    if not each.judges:
        return manager
    others = at.say("separator:list").join(called(who) for who in each.judges)
    return at.say("{who} in place of {manager}", who=others, manager=manager)


def raters_sum(at: Reader, roles: Sequence[RolePart], policy: Policy, *, seen: bool) -> Sum:
    """The roles that rated, by their weights; what each came to only where the reader may see it. Never a rater."""
    parts = [
        Part(
            what=at.say(term("role", each.role)),
            weight=f"{figure(exact(each.weight))}%",
            weighs=exact(each.weight),
            score=each.score,
        )
        for each in roles
    ]
    title = at.say("Whose judgement it is: the raters' roles by their weights")
    found = summed(at, "raters", title, at.say("weight"), parts, policy.scoring.missing_at("part"))
    if seen:
        return found
    rows = [row._replace(points=None, contribution=None) for row in found.rows]
    hidden = at.say("What each role came to is read by those who may read the appraisal.")
    return found._replace(rows=rows, note=" ".join(filter(None, (found.note, hidden))))
