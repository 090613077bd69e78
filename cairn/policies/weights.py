"""The sums of a job family that a schema cannot see: every weight that must make 100, and both dimensions."""

from collections.abc import Iterator
from decimal import Decimal

from cairn.documents.mistakes import Mistake, Place, mistake
from cairn.documents.nodes import Node, spot
from cairn.i18n import marked

HUNDRED = Decimal(100)
CAPABILITY_WEIGHT = (Decimal(5), Decimal(50))


def check_families(root: Node) -> Iterator[Mistake]:
    """Weights of each family make 100; both dimensions are there; capability has its share."""
    families = root.get("families")
    for key, family in families.items() if families else []:
        path, place = f"families.{key}", families.keys[key] if families else root.place
        yield from _periods(key, family, path, place)
        yield from _evaluators(key, family, path)
        if template := family.get("template"):
            where = family.keys["template"]
            weights = [_weight(goal) for goal in template.list()]
            yield from _hundred(weights, where, f"{path}.template", marked("policy:goals-sum"), key)
            if _bounds(family)[1] != 0:
                yield from _both_dimensions(key, template, f"{path}.template", where)
            yield from _capability(key, family, template, path)


def check_sheets(root: Node) -> Iterator[Mistake]:
    """The goals given to departments and company fit in a sheet; their owners may add what is missing."""
    given = [(name, root, name) for name in ("department_template", "strategic")]
    if departments := root.get("department_templates"):
        given += [(f"department_templates.{key}", departments, key) for key, _ in departments.items()]
    for path, holder, key in given:
        goals = holder.get(key)
        total = _total([_weight(goal) for goal in goals.list()]) if goals else None
        if total is not None and total > HUNDRED:
            yield mistake("policy:sheet-sum", total=_plain(total)).at(spot(holder.keys[key], path))


def _periods(key: str, family: Node, path: str, place: Place) -> Iterator[Mistake]:
    periods, rest = family.get("periods"), family.get("subordinates")
    if periods:
        parts = [node.number() for _, node in periods.items()] + [rest.number() if rest else Decimal(0)]
        where = family.keys.get("periods", place)
        yield from _hundred(parts, where, f"{path}.periods", marked("policy:periods-sum"), key)


def _evaluators(key: str, family: Node, path: str) -> Iterator[Mistake]:
    if evaluators := family.get("evaluators"):
        parts = [node.number() for _, node in evaluators.items()]
        place = family.keys["evaluators"]
        yield from _hundred(parts, place, f"{path}.evaluators", marked("policy:evaluators-sum"), key)


def _both_dimensions(key: str, template: Node, path: str, place: Place) -> Iterator[Mistake]:
    found = {_dimension(goal) for goal in template.list()}
    for dimension in ("duties", "capability"):
        if found and dimension not in found:
            yield mistake("policy:dimension-missing", family=key, dimension=dimension).at(spot(place, path))


def _capability(key: str, family: Node, template: Node, path: str) -> Iterator[Mistake]:
    """The capability goals together keep within the family's bounds for them."""
    low, high = _bounds(family)
    share = _total([_weight(goal) for goal in template.list() if _dimension(goal) == "capability"])
    if low is None or high is None:
        return
    if low > high:
        yield mistake("policy:capability-bounds").at(
            spot(family.keys["capability_weight"], f"{path}.capability_weight")
        )
    elif share == 0 and high > 0 and any(_dimension(goal) == "capability" for goal in template.list()):
        yield mistake("policy:capability-nothing", family=key).at(
            spot(family.keys["template"], f"{path}.template")
        )
    elif share and not low <= share <= high:
        facts = {"family": key, "share": _plain(share), "low": _plain(low), "high": _plain(high)}
        yield mistake("policy:capability-share", **facts).at(
            spot(family.keys["template"], f"{path}.template")
        )


def _bounds(family: Node) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most that capability goals weigh together; no most above 0: the family has none of them."""
    written = family.get("capability_weight")
    bounds = [node.number() for node in written.list()] if written else list(CAPABILITY_WEIGHT)
    return (bounds[0], bounds[1]) if len(bounds) == 2 else (None, None)


def _hundred(parts: list[Decimal | None], place: Place, path: str, id: str, family: str) -> Iterator[Mistake]:
    total = _total(parts)
    if not parts or total is None or total == HUNDRED:
        return
    gap, side = _plain(abs(HUNDRED - total)), "missing" if total < HUNDRED else "over"
    yield mistake(id, family=family, total=_plain(total), side=side, gap=gap).at(spot(place, path))


def _weight(goal: Node) -> Decimal | None:
    weight = goal.get("weight")
    return weight.number() if weight else None


def _dimension(goal: Node) -> str:
    written = goal.get("dimension")
    return str(written.value) if written else "duties"


def _total(parts: list[Decimal | None]) -> Decimal | None:
    """The sum, or None where a part is missing or no number: that is told in its own place."""
    known = [part for part in parts if part is not None and part.is_finite()]
    return sum(known, Decimal(0)) if len(known) == len(parts) else None


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
