"""The arithmetic of a score, written out so that a pocket calculator comes to the same (RULES M4, M5).

Numbers without an end are shown to six places, after `≈`; what is computed is exact.
"""

from fractions import Fraction
from typing import assert_never

from cairn.domain.attainment import Aim, off_target, way_of
from cairn.domain.curve_lines import Line
from cairn.domain.curves import steps_missing
from cairn.domain.exact import HUNDRED, ZERO, exact
from cairn.domain.policy import DeductionCurve
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.words import number

PLACES = 6


def figure(value: Fraction) -> str:
    """A number to six places."""
    return number(value, PLACES)


def equals(working: str, value: Fraction, unit: str = "") -> str:
    """A calculation with what it comes to."""
    ends = exact(value) * 10**PLACES % 1 == 0
    return f"{working} {'=' if ends else '≈'} {figure(value)}{unit}"


def _in(value: Fraction) -> str:
    """A number in the middle of a calculation."""
    return f"({figure(value)})" if value < 0 else figure(value)


def attained(at: Reader, aim: Aim, actual: Fraction, reached: Fraction) -> list[str]:
    """How an attainment came about: the rule in words, then the calculation."""
    way, target, a = way_of(aim), aim.target or ZERO, figure(actual)
    match way:
        case "range":
            return _ranged(at, aim, actual, reached)
        case "on_off" | "met_or_missed":
            less = aim.direction == "lower"
            signs = ("≤", ">") if less else ("≥", "<")
            verdict = at.say("met: 100%") if reached == HUNDRED else at.say("missed: 0%")
            sign = signs[0] if reached == HUNDRED else signs[1]
            said = at.say("met or missed, nothing in between")
            return [said, f"{a} {sign} {figure(target)} → {verdict}"]
        case "from_baseline":
            base = aim.baseline or ZERO
            said = (
                at.say("a target of 0: how far it is from what is just tolerated, {base}", base=figure(base))
                if target == 0
                else at.say("the way from the baseline, {base}, to the target", base=figure(base))
            )
            way_gone = f"({a} − {_in(base)}) ÷ ({figure(target)} − {_in(base)}) × 100%"
            return [said, equals(way_gone, reached, "%")]
        case "in_targets":
            more = aim.direction != "lower"
            if more and target > 0:
                said = at.say("more is better: what was reached in parts of the target")
                return [said, equals(f"{a} ÷ {figure(target)} × 100%", reached, "%")]
            said = (
                at.say("more is better: the distance to the target in parts of it")
                if more
                else at.say(
                    "less is better: each percent of the target above it takes a percent, each below adds one"
                )
            )
            sign, size = "+" if more else "−", figure(abs(target))
            distance = f"100% {sign} ({a} − {_in(target)}) ÷ {size} × 100%"
            return [said, equals(distance, reached, "%")]
        case _:
            assert_never(way)


def _ranged(at: Reader, aim: Aim, actual: Fraction, reached: Fraction) -> list[str]:
    bounds = aim.bounds
    if bounds is None:
        return []
    a, low, high = figure(actual), figure(bounds.lower), figure(bounds.upper)
    said = at.say("inside the range it is 100%; outside, each percent of the nearer bound is a percent less")
    off = off_target(aim, actual)
    if off == 0:
        return [said, f"{low} ≤ {a} ≤ {high} → {at.say('met: 100%')}"]
    below = actual < bounds.lower
    bound = bounds.lower if below else bounds.upper
    if bound == 0 or reached == 0:
        return [said, f"{a} {'<' if below else '>'} {low if below else high} → {at.say('missed: 0%')}"]
    distance = f"{low} − {_in(actual)}" if below else f"{a} − {_in(bound)}"
    return [said, equals(f"100% − ({distance}) ÷ {figure(abs(bound))} × 100%", reached, "%")]


def share_of(done: Fraction, among: Fraction, reached: Fraction) -> str:
    """A share in percent."""
    return equals(f"{figure(done)} ÷ {figure(among)} × 100%", reached, "%")


def rating_of(rating: Fraction, least: Fraction, full: Fraction, reached: Fraction) -> str:
    """A rating on a scale in percent of what 100 % is on it."""
    if least == 0:
        return share_of(rating, full, reached)
    return equals(f"({figure(rating)} − {_in(least)}) ÷ ({figure(full)} − {_in(least)}) × 100%", reached, "%")


def on_line(line: Line, reached: Fraction) -> str:
    """The points of an attainment on a line of a curve."""
    value = line.at(reached)
    if line.per_percent == 0 or line.since is None:
        return figure(value)
    start = "" if line.points == 0 else f"{figure(line.points)} + "
    if line.until is not None and line.name in ("to_target", "to_stretch"):
        rise, length = _less(line.at(line.until), line.points), _less(line.until, line.since)
        return equals(f"{start}{rise} × {_less(reached, line.since)} ÷ {length}", value)
    return equals(f"{start}{figure(line.per_percent)} × {_less(reached, line.since)}", value)


def _less(value: Fraction, less: Fraction) -> str:
    """A difference in the middle of a calculation, in brackets where it is one."""
    return f"({figure(value)} − {_in(less)})" if less else _in(value)


def deducted(
    at: Reader, curve: DeductionCurve, reached: Fraction, off: Fraction | None, points: Fraction
) -> list[str]:
    """The points of a curve that goes down in steps."""
    missing, steps = steps_missing(curve, reached, off)
    in_percent = curve.step_of == "attainment" or off is None
    start, per_step, unit = exact(curve.start), exact(curve.per_step), "%" if in_percent else ""
    lost = f"{figure(start)} − {steps} × {figure(per_step)}"
    lines = []
    if missing:
        in_steps = f"{figure(missing)}{unit} ÷ {figure(exact(curve.step))}{unit}"
        lines.append(
            at.say(
                "missing {working}: {n} whole or begun {n:plural,step,steps}",
                working=equals(in_steps, missing / exact(curve.step)), n=steps,
            )
        )  # fmt: skip
    if start - steps * per_step < points:
        said = at.say("not below {floor}", floor=figure(exact(curve.floor)))
        return [*lines, f"{equals(lost, start - steps * per_step)} → {figure(points)} ({said})"]
    return [*lines, equals(lost, points)]
