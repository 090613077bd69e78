"""What a policy says of a result beyond the goals, checked together: gates, perspectives, forms, multipliers, pay."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from cairn.documents.mistakes import Mistake, Place, mistake
from cairn.documents.nodes import Node, spot
from cairn.documents.words import hint, nearest
from cairn.domain.evaluation.order import factor
from cairn.domain.exact import exact, written
from cairn.domain.policy import Family, Policy, TemplateGoal
from cairn.domain.result_rules import Gate, Multiplier
from cairn.i18n import marked


def check_results(policy: Policy, root: Node) -> Iterator[Mistake]:
    """Names that are not there, weights that do not fit, conditions that can never be met."""
    yield from _grades(policy, root)
    for key, gate in policy.gates.items():
        yield from _gate(policy, key, gate, root)
    for key, family in policy.families.items():
        yield from _perspectives(key, family, root)
    for path, goals in policy.goal_lists():
        for number, goal in enumerate(goals):
            yield from _form(policy, goal, f"{path}[{number}]", root)
    for key, multiplier in policy.multipliers.items():
        yield from _multiplier(key, multiplier, root)
    yield from _pay(policy, root)
    yield from _handover(policy, root)
    if not any(policy.result.values()):
        yield mistake("policy:result-nothing").at(_place(root, "result"))


def _place(root: Node, path: str) -> Place:
    """Where a path is written, or the last part of it that is."""
    node, place = root, root.place
    for part in path.replace("[", ".[").split("."):
        if part.startswith("["):
            items, number = node.list(), int(part.strip("[]"))
            if number >= len(items):
                break
            node = items[number]
            place = node.place
            continue
        child = node.get(part)
        if child is None:
            break
        place, node = node.keys.get(part, child.place), child
    return spot(place, path)


def _unknown(id: str, name: str, known: Iterable[str], **facts: str) -> Mistake:
    names = sorted(known)
    return mistake(id, name=name, known=tuple(names) or None, **facts, **hint(nearest(name, names)))


def _grades(policy: Policy, root: Node) -> Iterator[Mistake]:
    """A grade that no points reach needs a gate that gives it."""
    given = {gate.at_most for gate in policy.gates.values()}
    for number, band in enumerate(policy.grades):
        if band.points is None and band.grade not in given:
            yield mistake("policy:grade-unreachable", grade=band.grade).at(
                _place(root, f"grades[{number}].points")
            )


def _gate(policy: Policy, key: str, gate: Gate, root: Node) -> Iterator[Mistake]:
    path = f"gates.{key}"
    grades = [band.grade for band in policy.grades]
    for field in ("at_most", "at_least"):
        grade = getattr(gate, field)
        if grade is not None and grade not in grades:
            yield _unknown(marked("policy:gate-grade"), grade, grades, gate=key).at(
                _place(root, f"{path}.{field}")
            )
    if gate.incident is not None and gate.incident not in policy.incidents:
        told = _unknown(marked("policy:gate-incident"), gate.incident, policy.incidents, gate=key)
        yield told.at(_place(root, f"{path}.incident"))
    elif gate.incident is not None and not _can_happen(policy, gate):
        counts_in = policy.incidents[gate.incident].counts_in
        facts = {"gate": key, "name": gate.incident, "kinds": tuple(counts_in)}
        yield mistake("policy:gate-never", **facts).at(_place(root, f"{path}.incident"))
    keys = {goal.key for goal in policy.template_goals()}
    if gate.goal is not None and gate.goal not in keys:
        yield _unknown(marked("policy:gate-goal"), gate.goal, keys, gate=key).at(_place(root, f"{path}.goal"))
    if gate.lowest == "perspective" and not any(family.perspectives for family in policy.families.values()):
        yield mistake("policy:gate-perspective", gate=key).at(_place(root, f"{path}.lowest"))
    graded = "year" if gate.of == "result" else gate.of
    if gate.sets is None and graded not in policy.graded:
        yield mistake("policy:gate-ungraded", gate=key, kind=str(graded)).at(_place(root, f"{path}.of"))
    least, most = policy.scale.least, policy.scale.to
    if gate.sets is not None and (gate.sets < least or (most is not None and gate.sets > most)):
        limits = {"gate": key, "points": gate.sets, "low": least, "high": "∞" if most is None else most}
        yield mistake("policy:gate-sets", **limits).at(_place(root, f"{path}.sets"))


def _can_happen(policy: Policy, gate: Gate) -> bool:
    """Whether an incident of the gate's kind counts in anything that the gate looks at."""
    counts_in = policy.incidents[gate.incident or ""].counts_in
    return gate.of in ("result", "goal") or gate.of in counts_in


def _perspectives(key: str, family: Family, root: Node) -> Iterator[Mistake]:
    path = f"families.{key}.perspectives"
    total = sum(each.weight for each in family.perspectives.values())
    if family.perspectives and total != 100:
        gap = written(abs(exact(100) - exact(total)))
        facts = {"family": key, "total": total, "side": "missing" if total < 100 else "over", "gap": gap}
        yield mistake("policy:perspectives-sum", **facts).at(_place(root, path))
    for number, goal in enumerate(family.template):
        if goal.perspective is not None and goal.perspective not in family.perspectives:
            told = _unknown(
                marked("policy:perspective-unknown"), goal.perspective, family.perspectives, goal=goal.key
            )
            yield told.at(_place(root, f"families.{key}.template[{number}].perspective"))
    for name, perspective in family.perspectives.items():
        inside = sum(goal.weight for goal in family.template if goal.perspective == name)
        if inside != perspective.weight:
            facts = {"name": name, "goals": inside, "weight": perspective.weight}
            yield mistake("policy:perspective-weight", **facts).at(_place(root, f"{path}.{name}.weight"))


def _form(policy: Policy, goal: TemplateGoal, path: str, root: Node) -> Iterator[Mistake]:
    if goal.form is None:
        return
    if goal.form not in policy.forms:
        yield _unknown(marked("policy:form-unknown"), goal.form, policy.forms, goal=goal.key).at(
            _place(root, f"{path}.form")
        )
    for name in ("metric", "computed"):
        if getattr(goal, name) is not None:
            yield mistake("policy:form-useless", name=name, goal=goal.key).at(_place(root, f"{path}.{name}"))


def _multiplier(key: str, multiplier: Multiplier, root: Node) -> Iterator[Mistake]:
    """A better result of the unit never makes the factor less."""
    pieces = sorted(multiplier.pieces, key=lambda piece: piece.points)
    place = _place(root, f"multipliers.{key}.pieces")
    for first, then in pairwise(pieces):
        ends = exact(first.factor) + exact(first.per_point) * (exact(then.points) - exact(first.points))
        if multiplier.most is not None:
            ends = min(ends, exact(multiplier.most))
        if first.points == then.points or ends > factor(multiplier, exact(then.points)):
            facts = {"multiplier": key, "points": then.points, "low": written(ends), "high": then.factor}
            yield mistake("policy:factor-fall", **facts).at(place)
    if multiplier.below > pieces[0].factor or any(piece.per_point < 0 for piece in pieces):
        facts = {
            "multiplier": key,
            "points": pieces[0].points,
            "low": multiplier.below,
            "high": pieces[0].factor,
        }
        yield mistake("policy:factor-fall", **facts).at(place)


def _pay(policy: Policy, root: Node) -> Iterator[Mistake]:
    pay = policy.pay
    if pay is None:
        return
    if pay.of == "coefficient" and "year" not in policy.graded:
        yield mistake("policy:pay-ungraded").at(_place(root, "pay.of"))
    if pay.advances and not any(pay.advances in family.periods for family in policy.families.values()):
        yield mistake("policy:pay-advances", kind=pay.advances).at(_place(root, "pay.advances"))


def _handover(policy: Policy, root: Node) -> Iterator[Mistake]:
    """What is handed over has to come from somewhere."""
    rules = policy.handover
    if rules is None:
        return
    if "pay" in rules.elements and policy.pay is None:
        yield mistake("policy:handover-no-pay").at(_place(root, "handover.elements"))
    if "year" not in policy.graded and ("coefficient" in rules.elements or rules.lists):
        yield mistake("policy:handover-ungraded").at(_place(root, "handover"))
    grades = [band.grade for band in policy.grades]
    for name, listed in rules.lists.items():
        for grade in listed:
            if grade not in grades:
                told = _unknown(marked("policy:handover-grade"), grade, grades, list=name)
                yield told.at(_place(root, f"handover.lists.{name}"))
