"""From the text of a policy to the policy, or to every mistake in it: schema and checks side by side."""

import hashlib
import json
from decimal import Decimal

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cairn.domain.invalid import is_own
from cairn.domain.policy import Policy
from cairn.policies.document import Node, read_document
from cairn.policies.goals import check_goals
from cairn.policies.measures import check_measures
from cairn.policies.problems import PolicyInvalid, Problem
from cairn.policies.rules import check_rules
from cairn.policies.shape import locate, spelled, written_out
from cairn.policies.weights import check_families, check_sheets, problem_at
from cairn.policies.wording import said


def parse(text: str, source: str = "policy.yaml") -> Policy:
    """The policy a YAML text states, with its version.

    Raises PolicyInvalid with every problem. `source` is the name the problems give the text. No I/O.
    """
    written, problems = read_document(text)
    if written is None:
        raise PolicyInvalid(problems, source)
    root = written_out(written, Policy)
    for check in (check_families, check_sheets, check_goals, check_rules):
        problems += check(root)
    if "version" in root.keys:
        problems.append(problem_at(root.keys["version"], "version", "version_written"))
    content = root.plain()
    if isinstance(content, dict):
        content["version"] = version_of(written)
    try:
        policy = Policy.model_validate(content)
    except ValidationError as invalid:
        problems += [
            said(error, root, Policy) for error in invalid.errors() if not _told(error, root, problems)
        ]
        raise PolicyInvalid(problems, source) from None
    problems += check_measures(policy, root, problems)
    if problems:
        raise PolicyInvalid(problems, source)
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


def _told(error: ErrorDetails, root: Node, problems: list[Problem]) -> bool:
    """Whether what the schema refuses was told already, in better words, or only follows from what was."""
    path, _, node = locate(error["loc"], root)
    if is_own(error):
        return any(problem.path.startswith(spelled(path)) for problem in problems)
    if error["type"] == "too_short":  # pydantic counts only the items it could read
        return len(node.list()) >= int(error.get("ctx", {}).get("min_length", 0))
    return node.spoiled
