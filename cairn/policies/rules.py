"""The rules beside the goals: curves, grades, deadlines, calendar and exclusions that must agree."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from cairn.documents.mistakes import Mistake, mistake
from cairn.documents.nodes import Node, spot
from cairn.domain.policy import Deadlines

IN_ORDER = (
    ("drafts_due", "approvals_due"),
    ("period_scores_after", "scores_due"),
    ("review_opens", "scores_due"),
    ("scores_due", "results_due"),
    ("results_due", "closes"),
)
"""Deadlines of which the first must come before the second."""
RISING = ("threshold", "target", "stretch", "cap")
"""Points of a linear curve that may not fall."""


def check_rules(root: Node) -> Iterator[Mistake]:
    """Everything that is neither a weight nor a goal."""
    yield from _curves(root)
    yield from _grades(root)
    yield from _deadlines(root)
    yield from _calendar(root)
    yield from _exclusions(root)


def _curves(root: Node) -> Iterator[Mistake]:
    curves = root.get("curves")
    for name, curve in curves.items() if curves else []:
        path = f"curves.{name}"
        yield from _bands(name, curve, f"{path}.bands")
        steps = [(key, node.number()) for key in RISING if (node := curve.get(key))]
        for (one, low), (other, high) in pairwise(steps):
            if low is not None and high is not None and low > high:
                facts = {"curve": name, "one": one, "other": other, "low": low, "high": high}
                yield mistake("policy:curve-order", **facts).at(spot(curve.keys[other], f"{path}.{other}"))


def _bands(name: str, curve: Node, path: str) -> Iterator[Mistake]:
    bands = curve.get("bands")
    seen: set[Decimal] = set()
    for number, band in enumerate(bands.list() if bands else []):
        node = band.get("attainment")
        start = node.number() if node else None
        if node and start is not None and start in seen:
            yield mistake("policy:band-twice", curve=name, attainment=start).at(
                spot(node.place, f"{path}[{number}].attainment")
            )
        if start is not None:
            seen.add(start)


def _grades(root: Node) -> Iterator[Mistake]:
    grades = root.get("grades")
    seen: set[str] = set()
    above: Decimal | None = None
    for number, band in enumerate(grades.list() if grades else []):
        name, points = band.get("grade"), band.get("points")
        if name and str(name.value) in seen:
            yield mistake("policy:grade-twice", grade=str(name.value)).at(
                spot(name.place, f"grades[{number}].grade")
            )
        seen.add(str(name.value) if name else "")
        score = points.number() if points else None
        if points and score is not None and above is not None and score >= above:
            path = f"grades[{number}].points"
            yield mistake("policy:grade-order", points=score, above=above).at(spot(points.place, path))
        above = score if score is not None else above


def _deadlines(root: Node) -> Iterator[Mistake]:
    written = root.get("deadlines")
    for first, then in IN_ORDER if written else []:
        sooner, later = _day(written, first), _day(written, then)
        if written and sooner is not None and later is not None and sooner >= later:
            place = written.keys.get(then) or written.keys.get(first) or written.place
            facts = {"first": first, "then": then, "sooner": str(sooner), "later": str(later)}
            yield mistake("policy:deadline-order", **facts).at(spot(place, f"deadlines.{then}"))


def _day(deadlines: Node | None, name: str) -> Decimal | None:
    node = deadlines.get(name) if deadlines else None
    return node.number() if node else Decimal(Deadlines.model_fields[name].default)


def _calendar(root: Node) -> Iterator[Mistake]:
    if (calendar := root.get("calendar")) is None:
        return
    zone, weekend = calendar.get("timezone"), calendar.get("weekend")
    if zone and isinstance(zone.value, str) and not _known_zone(zone.value):
        yield mistake("policy:timezone", zone=zone.value).at(spot(zone.place, "calendar.timezone"))
    if weekend and len({node.number() for node in weekend.list()}) >= 7:
        yield mistake("policy:all-weekend").at(spot(calendar.keys["weekend"], "calendar.weekend"))
    holidays, worked = calendar.get("holidays"), calendar.get("worked")
    off = {str(node.value) for node in holidays.list() if not node.spoiled} if holidays else set()
    for number, node in enumerate(worked.list() if worked else []):
        if str(node.value) in off:
            yield mistake("policy:off-and-worked", day=str(node.value)).at(
                spot(node.place, f"calendar.worked[{number}]")
            )


def _known_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ValueError, OSError, KeyError):  # a path out of the database, a folder, an unknown name
        return False


def _exclusions(root: Node) -> Iterator[Mistake]:
    exclude = root.get("exclude")
    for number, rule in enumerate(exclude.list() if exclude else []):
        if not any(rule.get(name) for name in ("titles", "departments", "hired_after")):
            yield mistake("policy:excludes-nobody").at(spot(rule.place, f"exclude[{number}]"))
