"""The KPIs and curves of a policy by the checks that every measure goes through (RULES M1, M5)."""

from collections.abc import Iterable, Iterator

from cairn.domain.curves import curve_problems
from cairn.domain.exact import written
from cairn.domain.launch.plan import template_kpi
from cairn.domain.measure_checks import statement_problems
from cairn.domain.policy import Policy, TemplateGoal
from cairn.domain.refusal import fact_value
from cairn.i18n import Message
from cairn.policies.document import Node, Place
from cairn.policies.goals import goal_lists
from cairn.policies.problems import Problem
from cairn.policies.weights import problem_at


def check_measures(policy: Policy, root: Node, told: Iterable[Problem]) -> Iterator[Problem]:
    """What is wrong with a policy's measures and curves; `told` are the problems known already, which are not told
    twice."""
    known = {problem.path for problem in told}
    found = [*_curves(policy, root), *_goals(policy, root)]
    yield from (problem for problem in found if problem.path not in known)


def _curves(policy: Policy, root: Node) -> Iterator[Problem]:
    written_curves = root.get("curves")
    for name, curve in policy.curves.items():
        node = written_curves.get(name) if written_curves else None
        for problem in curve_problems(curve, policy.scale):
            field = problem.one if problem.code != "fall" else problem.other
            place, path = _place(node, field.split(" ")[0], f"curves.{name}", root)
            high = written(problem.high) if problem.high is not None else ""
            facts = {
                "curve": name,
                "one": problem.one,
                "low": written(problem.low),
                "other": problem.other,
                "high": high,
            }
            code = {"fall": "curve_order", "outside": "curve_outside", "uncapped": "curve_uncapped"}[
                problem.code
            ]
            yield problem_at(place, path, code, **facts)


def _goals(policy: Policy, root: Node) -> Iterator[Problem]:
    stated = dict(policy.goal_lists())
    for path, goals in goal_lists(root):
        for number, (node, goal) in enumerate(zip(goals.list(), stated.get(path, ()), strict=False)):
            if goal.kind != "kpi" or (goal.direction == "range" and not _has_ends(goal)):
                continue  # a range without its ends is told where the goals are checked
            kpi, where = template_kpi(goal), f"{path}[{number}]"
            for problem in statement_problems(kpi, policy.curves.get(kpi.curve)):
                place, at = _place(node, problem.field, where, root)
                facts = {name: fact_value(value) for name, value in problem.facts.items()}
                yield Problem(place.line, place.column, at, Message(f"refusal:{problem.code}", facts))


def _has_ends(goal: TemplateGoal) -> bool:
    return goal.lower is not None and goal.upper is not None and goal.lower <= goal.upper


def _place(node: Node | None, field: str, path: str, root: Node) -> tuple[Place, str]:
    """Where a field is written; the whole thing where it is left at its default."""
    if node is None:
        return root.place, path
    return node.keys.get(field, node.place), f"{path}.{field}" if field in node.keys else path
