"""The plan as data: the policy from its file, the roster from its tables, with all their mistakes at once."""

from pathlib import Path

from cairn.domain.policy import Policy
from cairn.policies.problems import PolicyInvalid, Problem, RosterInvalid, RowProblem
from cairn.policies.reading import parse
from cairn.policies.sentences import words

__all__ = ["PolicyInvalid", "Problem", "RosterInvalid", "RowProblem", "load", "parse", "read_text"]


def load(path: Path | str) -> Policy:
    """The policy in a YAML file; PolicyInvalid with every problem, also when the file cannot be read."""
    return parse(read_text(path), Path(path).name)


def read_text(path: Path | str) -> str:
    """A policy's raw text, UTF-8 (BOM or not) or GB18030; PolicyInvalid when the file cannot be read."""
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise PolicyInvalid([Problem(1, 1, "", words("unreadable", reason=reason))], str(path)) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise PolicyInvalid([Problem(1, 1, "", words("encoding"))], str(path))
