"""The KPIs and curves of a policy by the checks that every measure goes through (RULES M1, M5)."""

from collections.abc import Iterable, Iterator

from cairn.documents.mistakes import Mistake, Place, mistake
from cairn.documents.nodes import Node, spot
from cairn.domain.curves import CurveProblem, curve_problems
from cairn.domain.exact import written
from cairn.domain.launch.plan import template_kpi
from cairn.domain.measure_checks import statement_problems
from cairn.domain.policy import Policy, TemplateGoal
from cairn.domain.refusal import fact_value
from cairn.i18n import Message
from cairn.policies.goals import goal_lists


def check_measures(policy: Policy, root: Node, told: Iterable[Mistake]) -> Iterator[Mistake]:
    """What is wrong with a policy's measures and curves; `told` are the mistakes known already, which are not told
    twice."""
    known = {each.place.path for each in told}
    found = [*_curves(policy, root), *_goals(policy, root)]
    yield from (each for each in found if each.place.path not in known)


def _curves(policy: Policy, root: Node) -> Iterator[Mistake]:
    stated = root.get("curves")
    for name, curve in policy.curves.items():
        node = stated.get(name) if stated else None
        for problem in curve_problems(curve, policy.scale):
            field = problem.other if problem.code == "fall" else problem.one
            yield _of_curve(name, problem).at(_place(node, field.split(" ")[0], f"curves.{name}", root))


def _of_curve(name: str, problem: CurveProblem) -> Mistake:
    low, high = (written(each) if each is not None else "" for each in (problem.low, problem.high))
    one, other = problem.one, problem.other
    if problem.code == "fall":
        return mistake("policy:curve-order", curve=name, one=one, other=other, low=low, high=high)
    if problem.code == "uncapped":
        return mistake("policy:curve-uncapped", curve=name, high=high)
    return mistake("policy:curve-outside", curve=name, one=one, low=low, other=other, high=high)


def _goals(policy: Policy, root: Node) -> Iterator[Mistake]:
    stated = dict(policy.goal_lists())
    for path, goals in goal_lists(root):
        for number, (node, goal) in enumerate(zip(goals.list(), stated.get(path, ()), strict=False)):
            if goal.kind != "kpi" or (goal.direction == "range" and not _has_ends(goal)):
                continue  # a range without its ends is told where the goals are checked
            kpi, where = template_kpi(goal), f"{path}[{number}]"
            for problem in statement_problems(kpi, policy.curves.get(kpi.curve)):
                facts = {name: fact_value(value) for name, value in problem.facts.items()}
                told = Mistake(Message(f"refusal:{problem.code}", facts))
                yield told.at(_place(node, problem.field, where, root))


def _has_ends(goal: TemplateGoal) -> bool:
    return goal.lower is not None and goal.upper is not None and goal.lower <= goal.upper


def _place(node: Node | None, field: str, path: str, root: Node) -> Place:
    """Where a field is written; the whole thing where it is left at its default."""
    if node is None:
        return spot(root.place, path)
    if field in node.keys:
        return spot(node.keys[field], f"{path}.{field}")
    return spot(node.place, path)
