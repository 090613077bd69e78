"""From the text of a policy to the policy, or to every mistake in it: schema and checks side by side."""

import hashlib
import json
from decimal import Decimal

from pydantic import ValidationError

from cairn.documents.mistakes import DocumentInvalid, mistake
from cairn.documents.nodes import spot
from cairn.documents.yaml import Node, complaints, read_values, read_yaml_text
from cairn.domain.policy import Policy
from cairn.policies.goals import check_goals
from cairn.policies.measures import check_measures
from cairn.policies.results import check_results
from cairn.policies.rules import check_rules
from cairn.policies.short_forms import short_form
from cairn.policies.weights import check_families, check_sheets


class PolicyInvalid(DocumentInvalid):
    """A policy that cannot be used."""


def parse(text: str, source: str = "policy.yaml") -> Policy:
    """The policy a YAML text states, with its version.

    Raises PolicyInvalid with every mistake. `source` is the name the mistakes give the text. No I/O.
    """
    document = read_yaml_text(text, source)
    if document.root is None:
        raise PolicyInvalid(document.mistakes, source)
    root, mistakes = read_values(document.root, Policy, short_form)
    mistakes += document.mistakes
    for check in (check_families, check_sheets, check_goals, check_rules):
        mistakes += check(root)
    if "version" in root.keys:
        mistakes.append(mistake("policy:version-written").at(spot(root.keys["version"], "version")))
    content = root.plain()
    if isinstance(content, dict):
        content["version"] = version_of(document.root)
    try:
        policy = Policy.model_validate(content)
    except ValidationError as invalid:
        raise PolicyInvalid([*mistakes, *complaints(invalid, root, Policy, mistakes)], source) from None
    mistakes += check_measures(policy, root, mistakes)
    mistakes += check_results(policy, root)
    if mistakes:
        raise PolicyInvalid(mistakes, source)
    return policy


def version_of(content: Node) -> str:
    """The first 12 hex digits of the SHA-256 of what is stated: not of comments, layout or the order of keys.

    It is taken from the file's own words, before defaults, so a later Cairn finds the same version again.
    """
    text = json.dumps(_canonical(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _canonical(node: Node) -> object:
    if isinstance(node.value, dict):
        return {key: _canonical(value) for key, value in node.items() if value.value is not None}
    if isinstance(node.value, list):
        return [_canonical(item) for item in node.value]
    if isinstance(node.value, Decimal | int) and not isinstance(node.value, bool):
        return format(Decimal(node.value).normalize(), "f")
    return node.value
