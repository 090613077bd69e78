"""What people may write shorter in a policy."""

from dataclasses import replace

from cairn.documents.shape import model_at
from cairn.documents.yaml import Node
from cairn.domain.policy import FamilyReviews, Name, TemplateGoal


def short_form(node: Node, annotation: object) -> Node:
    """A bare name stands for both languages; a capability goal is of the capability dimension without saying so;
    `reviews: month` says how often, and nothing else."""
    model = model_at(annotation, node)
    if isinstance(node.value, str) and model is Name:
        return replace(node, value={"zh": node, "en": node}, keys={"zh": node.place, "en": node.place})
    if isinstance(node.value, str) and model is FamilyReviews:
        return replace(node, value={"every": node}, keys={"every": node.place})
    if isinstance(node.value, dict) and model is TemplateGoal and _is_capability(node):
        kind = Node("capability", node.place)
        return replace(node, value={**node.value, "dimension": kind})
    return node


def _is_capability(node: Node) -> bool:
    """Whether it is a capability goal that does not say its dimension."""
    kind, dimension = node.get("kind"), node.get("dimension")
    unsaid = dimension is None or (dimension.value is None and not dimension.spoiled)
    return unsaid and kind is not None and kind.value == "capability"
