"""The plan as data: the policy from its file, with all its mistakes at once."""

from pathlib import Path

from cairn.documents.mistakes import Mistake
from cairn.documents.yaml.document import read_yaml_file
from cairn.domain.policy import Policy
from cairn.policies.reading import PolicyInvalid, parse

__all__ = ["PolicyInvalid", "load", "parse", "read_text"]


def load(path: Path | str) -> Policy:
    """The policy in a YAML file; PolicyInvalid with every mistake, also when the file cannot be read."""
    return parse(read_text(path), Path(path).name)


def read_text(path: Path | str) -> str:
    """A policy's raw text, in any encoding that can be told; PolicyInvalid when the file cannot be read."""
    text = read_yaml_file(Path(path))
    if isinstance(text, Mistake):
        raise PolicyInvalid([text], Path(path).name)
    return text
