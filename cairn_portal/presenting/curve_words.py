"""A policy's curve in words and figures, with the piece of it that a score lies on (RULES M3–M5)."""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, assert_never

from cairn.domain.attainment import Aim, off_target, value_at, way_of
from cairn.domain.curve_lines import Line, line_at, lines_of, straight_lines
from cairn.domain.curves import steps_missing
from cairn.domain.exact import HUNDRED, exact, maybe_exact
from cairn.domain.goal.measured import curve_of
from cairn.domain.measure import Kpi, Measure
from cairn.domain.policy import (
    AllOrNothingCurve,
    BandsCurve,
    Curve,
    DeductionCurve,
    LinearCurve,
    PiecesCurve,
    Policy,
    RatioCurve,
)
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.working import figure


class CurvePiece(NamedTuple):
    """One piece of a curve: at which attainments, for which actual values (empty where there are none), how many points
    there, and whether this score lies on it."""

    attainment: str
    actual: str
    points: str
    applied: bool


class CurveTold(NamedTuple):
    """A curve as somebody reads it: its name in the policy (empty: a straight line over the scale), the rule in a
    sentence, its pieces; the `lines` are for drawing, `reached` and `points` where the score lies."""

    name: str
    rule: str
    pieces: Sequence[CurvePiece]
    lines: Sequence[Line]
    reached: Fraction
    points: Fraction


def curve_told(
    at: Reader, measure: Measure, aim: Aim | None, policy: Policy, reached: Fraction, actual: Fraction | None,
    points: Fraction,
) -> CurveTold | None:  # fmt: skip
    """The curve of a measure with the piece that an attainment (with this actual) lies on; None where the policy has no
    such curve."""
    if measure.curve is None:
        scale = policy.scale
        rule = at.say(
            "a straight line over the scale: {least} for nothing, {full} for all of it",
            least=_figure(scale.least), full=_figure(scale.full),
        )  # fmt: skip
        return _told(at, "", rule, straight_lines(scale), None, reached, points)
    curve = curve_of(measure, policy)
    if curve is None:
        return None
    threshold, stretch = (aim.threshold, aim.stretch) if aim else (None, None)
    lines = lines_of(curve, threshold, stretch)
    rule = _rule(at, curve, measure, threshold, stretch)
    if isinstance(curve, DeductionCurve):
        off = off_target(aim, actual) if aim and actual is not None else None
        return CurveTold(measure.curve, rule, _steps(at, curve, reached, off), lines, reached, points)
    return _told(at, measure.curve, rule, lines, aim, reached, points)


def _told(
    at: Reader, name: str, rule: str, lines: Sequence[Line], aim: Aim | None, reached: Fraction, points: Fraction
) -> CurveTold:  # fmt: skip
    here = line_at(lines, reached)
    pieces = [
        CurvePiece(_where(at, each), _actual(each, aim), _points(at, each), each is here) for each in lines
    ]
    return CurveTold(name, rule, pieces, lines, reached, points)


def _steps(at: Reader, curve: DeductionCurve, reached: Fraction, off: Fraction | None) -> list[CurvePiece]:
    """A curve that goes down in steps: nothing is missing, some steps are, or so many that its floor is reached."""
    _, steps = steps_missing(curve, reached, off)
    start, per_step, floor = exact(curve.start), exact(curve.per_step), exact(curve.floor)
    at_floor = math.ceil((start - floor) / per_step) if per_step else None
    down = at_floor is not None and steps >= at_floor
    found = [
        CurvePiece(at.say("nothing is missing"), "", figure(start), steps == 0),
        CurvePiece(
            at.say("n steps are missing"),
            "",
            f"{figure(start)} − n × {figure(per_step)}",
            steps > 0 and not down,
        ),
    ]
    if at_floor is not None:
        floored = at.say("{n} {n:plural,step is,steps are} missing, or more", n=at_floor)
        found.append(CurvePiece(floored, "", figure(floor), down and steps > 0))
    return found


def _rule(
    at: Reader, curve: Curve, measure: Measure, threshold: Fraction | None, stretch: Fraction | None
) -> str:
    match curve:
        case LinearCurve():
            return at.say("separator:clause").join(_linear(at, curve, threshold, stretch))
        case RatioCurve():
            said = at.say("in proportion: {full} points for 100%", full=_figure(curve.full))
            return at.say("separator:clause").join([said, *_cap(at, maybe_exact(curve.cap))])
        case BandsCurve():
            return at.say("in steps: the highest that is reached counts")
        case AllOrNothingCurve():
            return at.say("all or nothing: the target is reached or it is not")
        case DeductionCurve():
            in_values = isinstance(measure, Kpi) and curve.step_of == "value"
            unit = f" {measure.unit}" if isinstance(measure, Kpi) and in_values and measure.unit else ""
            step = f"{_figure(curve.step)}{unit if in_values else '%'}"
            return at.say(
                "{start} points, less {per_step} for each whole or begun {step} that is missing, not below "
                "{floor}",
                start=_figure(curve.start), per_step=_figure(curve.per_step), step=step,
                floor=_figure(curve.floor),
            )  # fmt: skip
        case PiecesCurve():
            said = at.say("straight pieces: the highest that is reached counts")
            return at.say("separator:clause").join([said, *_cap(at, maybe_exact(curve.cap))])
        case _:
            assert_never(curve)


def _linear(
    at: Reader, curve: LinearCurve, threshold: Fraction | None, stretch: Fraction | None
) -> list[str]:
    """Each point that a linear curve leads through, in words, with where it lies for this measure."""
    if threshold is None:
        found = [at.say("linear: from {below} points at 0%", below=_figure(curve.below))]
    else:
        found = [
            at.say(
                "linear: {below} points below the threshold ({place}), {points} at it",
                below=_figure(curve.below), place=f"{figure(threshold)}%", points=_figure(curve.threshold),
            )
        ]  # fmt: skip
    found.append(at.say("{points} at the target (100%)", points=_figure(curve.target)))
    if stretch is None:
        found.append(
            at.say("beyond it {more} for each further percent", more=figure(exact(curve.target) / HUNDRED))
        )
    else:
        found.append(
            at.say(
                "{points} from the stretch ({place}) on",
                points=_figure(curve.stretch), place=f"{figure(stretch)}%",
            )
        )  # fmt: skip
    return [*found, *_cap(at, maybe_exact(curve.cap))]


def _cap(at: Reader, cap: Fraction | None) -> list[str]:
    return [at.say("no upper limit")] if cap is None else [at.say("{cap} at most", cap=figure(cap))]


def _where(at: Reader, line: Line) -> str:
    since, until = line.since, line.until
    if since is None:
        return at.say("all") if until is None else at.say("below {until}", until=f"{figure(until)}%")
    if until == since:
        return f"{figure(since)}%"
    if until is None:
        from_there = f"{figure(since)}%"
        return (
            at.say("above {since}", since=from_there)
            if line.after
            else at.say("from {since}", since=from_there)
        )
    return at.say("{since} to below {until}", since=f"{figure(since)}%", until=f"{figure(until)}%")


def _actual(line: Line, aim: Aim | None) -> str:
    """The actual values that a piece is for, with the better one last."""
    if aim is None or way_of(aim) not in ("in_targets", "from_baseline"):
        return ""
    rising = aim.direction != "lower"
    less, more = ("<", "≥") if rising else (">", "≤")
    since = None if line.since is None else figure(value_at(aim, line.since))
    until = None if line.until is None else figure(value_at(aim, line.until))
    if since is None:
        return "" if until is None else f"{less} {until}"
    if until is None:
        return f"{more.replace('≥', '>').replace('≤', '<') if line.after else more} {since}"
    return since if since == until else f"{since} – {until}"


def _points(at: Reader, line: Line) -> str:
    if line.per_percent == 0 or line.since is None:
        return figure(line.points)
    if line.until is None:
        return at.say(
            "{points} and {more} for each percent", points=figure(line.points), more=figure(line.per_percent)
        )
    return f"{figure(line.points)} – {figure(line.at(line.until))}"


def _figure(value: Decimal) -> str:
    """A number of the policy's, with all its places."""
    return figure(exact(value))
