"""What a decision about an appraisal looks at besides what every case's does: unnamed raters' answers, while they are
taken in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cairn.domain.case.context import CaseContext
from cairn.domain.policy import Evaluator


class BoxedAnswer(NamedTuple):
    """An unnamed rater's answer as it waits outside the log: marks by item as they were typed, of the `asked`-th
    questions, and the same `sealed`. `ballot` is its number in the log, which only the box joins to a rater."""

    ballot: str
    asked: int
    marks: Mapping[str, str]
    sealed: str


@dataclass(frozen=True)
class AppraisalContext(CaseContext):
    """`boxed` are the answers that wait, by role: there only while a deadline that takes them in is kept."""

    boxed: Mapping[Evaluator, Sequence[BoxedAnswer]] = field(default_factory=dict)


def boxed_in(context: CaseContext) -> Mapping[Evaluator, Sequence[BoxedAnswer]]:
    """The answers that wait, none where nobody takes them in."""
    return context.boxed if isinstance(context, AppraisalContext) else {}
