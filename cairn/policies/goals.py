"""The goals of every template: a curve that exists, criteria and outcomes, targets in order, no key twice."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise

from cairn.documents.mistakes import Mistake, Place, mistake
from cairn.documents.nodes import Node, spot
from cairn.documents.words import hint, nearest
from cairn.i18n import marked

NEEDS = {
    "key_task": ("criteria", marked("policy:needs-criteria")),
    "capability": ("outcomes", marked("policy:needs-outcomes")),
}
"""What a goal of a kind cannot be without, and what is told where it is."""


UNCOUNTED = ("metric", "subject", "aggregation", "baseline")
"""What says how readings are counted: a computed KPI has none."""


def check_goals(root: Node) -> Iterator[Mistake]:
    """Every list of goals, wherever it stands in the file."""
    curves = root.get("curves")
    known = [key for key, _ in curves.items()] if curves else []
    lists = list(goal_lists(root))
    strategic = _keys(goals for path, goals in lists if path == "strategic")
    above = {
        "families": _keys(goals for path, goals in lists if path.startswith("department")),
        "strategic": [],
    }
    served = {each for _, goals in lists for each in _served(goals)}
    rolled = {each for _, goals in lists for each in _rolled_up(goals)}
    for path, goals in lists:
        seen: dict[str, Place] = {}
        for number, goal in enumerate(goals.list()):
            where = f"{path}[{number}]"
            yield from _key_once(goal, where, seen)
            yield from _curve_known(goal, where, known)
            yield from _complete(goal, where)
            yield from _in_order(goal, where)
            yield from _serves(goal, where, above.get(path.split(".")[0], strategic))
            yield from _computed(goal, where, served)
            yield from _weighs_there(goal, where, rolled)


def goal_lists(root: Node) -> Iterator[tuple[str, Node]]:
    """Each list of goals with its path."""
    for name in ("department_template", "strategic"):
        if goals := root.get(name):
            yield name, goals
    families, departments = root.get("families"), root.get("department_templates")
    for key, family in families.items() if families else []:
        if template := family.get("template"):
            yield f"families.{key}.template", template
    for key, goals in departments.items() if departments else []:
        yield f"department_templates.{key}", goals


def _keys(lists: Iterable[Node]) -> list[str]:
    return sorted({str(key.value) for goals in lists for goal in goals.list() if (key := goal.get("key"))})


def _served(goals: Node) -> Iterator[str]:
    """The keys that goals of a list serve."""
    for goal in goals.list():
        if serves := _text(goal, "serves"):
            yield serves


def _rolled_up(goals: Node) -> Iterator[str]:
    """The keys of goals of a list that are computed from those that serve them."""
    for goal in goals.list():
        if _text(goal, "computed") == "children":
            yield _text(goal, "key")


def _weighs_there(goal: Node, path: str, rolled: set[str]) -> Iterator[Mistake]:
    """A weight among those that serve a goal counts only where that one is computed from them."""
    if not _empty(goal.get("serves_weight")) and _text(goal, "serves") not in rolled:
        where = spot(goal.keys["serves_weight"], f"{path}.serves_weight")
        yield mistake("policy:serves-weight", key=_text(goal, "serves") or None).at(where)


def _computed(goal: Node, path: str, served: set[str]) -> Iterator[Mistake]:
    """A computed KPI has nothing that says how readings are counted, and something to be computed from: goals that
    serve it, or (a person's) the subordinates' results, of which a share is the target."""
    written = goal.get("computed")
    if written is None or written.value is None:
        return
    place = spot(written.place, f"{path}.computed")
    if _text(goal, "kind") != "kpi":
        yield mistake("policy:computed-kind", kind=_text(goal, "kind") or None).at(place)
        return
    for name in (each for each in UNCOUNTED if not _empty(goal.get(each))):
        yield mistake("policy:computed-useless", name=name).at(spot(goal.keys[name], f"{path}.{name}"))
    of_person = path.startswith("families")
    if written.value == "children":
        if not of_person and _text(goal, "key") not in served:
            yield mistake("policy:computed-alone", key=_text(goal, "key")).at(place)
    elif not of_person:
        yield mistake("policy:computed-nobody").at(place)
    elif _empty(goal.get("target")):
        yield mistake("policy:computed-target").at(place)


def _serves(goal: Node, path: str, above: list[str]) -> Iterator[Mistake]:
    """A person's goal serves a department's, and a department's a strategic one."""
    written = goal.get("serves")
    if written and written.value is not None and str(written.value) not in above:
        facts = {
            "key": str(written.value),
            "known": tuple(above) or None,
            **hint(nearest(str(written.value), above)),
        }
        yield mistake("policy:serves-unknown", **facts).at(spot(written.place, f"{path}.serves"))


def _key_once(goal: Node, path: str, seen: dict[str, Place]) -> Iterator[Mistake]:
    if (node := goal.get("key")) is None:
        return
    key = str(node.value)
    if key in seen:
        yield mistake("policy:goal-twice", key=key, line=str(seen[key].line)).at(
            spot(node.place, f"{path}.key")
        )
    seen.setdefault(key, node.place)


def _curve_known(goal: Node, path: str, known: list[str]) -> Iterator[Mistake]:
    written = goal.get("curve")
    curve = str(written.value) if written else "standard"
    if _text(goal, "kind") == "kpi" and known and curve not in known:
        place = written.place if written else goal.place
        facts = {"curve": curve, "known": tuple(known), **hint(nearest(curve, known))}
        yield mistake("policy:curve-unknown", **facts).at(spot(place, f"{path}.curve"))


def _complete(goal: Node, path: str) -> Iterator[Mistake]:
    """A key task has criteria, a capability goal outcomes, a KPI in a range both its ends."""
    kind = _text(goal, "kind")
    field, told = NEEDS.get(kind, ("", ""))
    if field and _empty(goal.get(field)):
        place = goal.keys.get(field, goal.place)
        yield mistake(told).at(spot(place, f"{path}.{field}"))
    if kind == "kpi" and _text(goal, "direction") == "range":
        low, high = _number(goal, "lower"), _number(goal, "upper")
        if low is None or high is None or low > high:
            yield mistake("policy:range-needs").at(spot(goal.keys["direction"], f"{path}.direction"))


def _empty(node: Node | None) -> bool:
    """Nothing there, or an empty list; what has the wrong type is told by the schema."""
    return node is None or node.value is None or node.value == []


def _in_order(goal: Node, path: str) -> Iterator[Mistake]:
    """Threshold, target and stretch lie one behind the other in the KPI's direction."""
    direction = _text(goal, "direction") or "higher"
    if _text(goal, "kind") != "kpi" or direction not in ("higher", "lower"):
        return
    sign = 1 if direction == "higher" else -1
    values = [(name, _number(goal, name)) for name in ("threshold", "target", "stretch")]
    given = [(name, value) for name, value in values if value is not None]
    for (one, low), (other, high) in pairwise(given):
        if sign * low > sign * high:
            facts = {"direction": direction, "one": one, "other": other, "low": low, "high": high}
            yield mistake("policy:goal-order", **facts).at(spot(goal.keys[other], f"{path}.{other}"))


def _text(goal: Node, name: str) -> str:
    node = goal.get(name)
    return str(node.value) if node and node.value is not None else ""


def _number(goal: Node, name: str) -> Decimal | None:
    node = goal.get(name)
    return node.number() if node else None
