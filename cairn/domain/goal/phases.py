"""The deadlines of a goal's life, one row each: in which stages they fall due and where they lead."""

from collections.abc import Mapping
from typing import Literal

from cairn.domain.event import Fact
from cairn.domain.goal.stages import Stage

Phase = Literal[
    "drafts_remind", "drafts_due", "approvals_remind", "approvals_due", "execution_starts", "adjustment_remind",
    "adjustment_expires", "period_scored", "lapses", "review_opens", "scores_due", "closes",
]  # fmt: skip


class PhaseRow(Fact):
    """One kind of deadline.

    `name` is also its message id (`phase:<name>`). It falls due in `stages` only, and leads to `leads_to`; None: the
    stage stays. `reminds_of` is the deadline that a reminder comes before. What `scores` needs the readings of its
    period.
    """

    name: Phase
    stages: tuple[Stage, ...]
    leads_to: Stage | None = None
    reminds_of: Phase | None = None
    scores: bool = False


PHASES: tuple[PhaseRow, ...] = (
    PhaseRow(name="drafts_remind", stages=("draft", "returned"), reminds_of="drafts_due"),
    PhaseRow(name="drafts_due", stages=("draft", "returned")),
    PhaseRow(name="approvals_remind", stages=("submitted",), reminds_of="approvals_due"),
    PhaseRow(name="approvals_due", stages=("submitted",)),
    PhaseRow(name="execution_starts", stages=("approved",), leads_to="active"),
    PhaseRow(name="adjustment_remind", stages=("adjusting",), reminds_of="adjustment_expires"),
    PhaseRow(name="adjustment_expires", stages=("adjusting",), leads_to="active"),
    PhaseRow(name="period_scored", stages=("active", "adjusting", "in_review"), scores=True),
    PhaseRow(name="lapses", stages=("draft", "returned", "submitted"), leads_to="cancelled"),
    PhaseRow(name="review_opens", stages=("active", "adjusting"), leads_to="in_review"),
    PhaseRow(name="scores_due", stages=("in_review",), leads_to="scored", scores=True),
    PhaseRow(name="closes", stages=("scored",), leads_to="closed"),
)
"""Every kind of deadline, in the order of a goal's life; of two at the same moment the earlier row comes first."""
_ROWS: Mapping[Phase, PhaseRow] = {row.name: row for row in PHASES}


def phase_row(phase: Phase) -> PhaseRow:
    """The row of a deadline."""
    return _ROWS[phase]
