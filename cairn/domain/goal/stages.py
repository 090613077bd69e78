"""The stages of a goal's life and the deadlines in it, one row each. What depends on them is made from these rows."""

from collections.abc import Mapping
from typing import Literal

from cairn.domain.event import Fact

ExistingStage = Literal[
    "draft", "submitted", "returned", "approved", "active", "paused", "adjusting", "in_review", "scored", "closed",
    "cancelled", "superseded",
]  # fmt: skip
Stage = Literal["none", ExistingStage]
"""`none` is the stage of a goal of which the log knows nothing."""
Phase = Literal[
    "drafts_remind", "drafts_due", "approvals_remind", "approvals_due", "unapproved_remind", "unapproved",
    "execution_starts", "adjustment_remind", "adjustment_expires", "delivery_remind", "delivery_due", "pauses",
    "resumes", "judgement_remind", "judgement_due", "judgement_lapses", "period_scored", "scored_again", "part_scored",
    "lapses", "review_opens", "scores_due", "closes",
]  # fmt: skip
StageKind = Literal["absent", "waiting", "sent_back", "running", "judged", "settled", "ended", "dropped"]


class StageRow(Fact):
    """One stage.

    `name` is also its message id (`stage:<name>`). `order` is how far a goal has come: stages that a goal goes to and
    fro between share one. `kind` is what presenters show it by. In a `running` stage the goal has taken effect and is
    not scored for the year yet, so that it changes by joint confirmation only (RULES L3).
    """

    name: Stage
    order: int
    kind: StageKind
    running: bool = False

    @property
    def over(self) -> bool:
        """Whether the goal's life has ended: nothing is due and nothing can be asked any more."""
        return self.kind in ("ended", "dropped")

    @property
    def open(self) -> bool:
        """Whether the goal is there and its life goes on."""
        return self.kind != "absent" and not self.over


STAGES: tuple[StageRow, ...] = (
    StageRow(name="none", order=0, kind="absent"),
    StageRow(name="draft", order=1, kind="waiting"),
    StageRow(name="submitted", order=2, kind="waiting"),
    StageRow(name="returned", order=1, kind="sent_back"),
    StageRow(name="approved", order=3, kind="running"),
    StageRow(name="active", order=4, kind="running", running=True),
    StageRow(name="paused", order=4, kind="waiting", running=True),
    StageRow(name="adjusting", order=4, kind="waiting", running=True),
    StageRow(name="in_review", order=5, kind="judged", running=True),
    StageRow(name="scored", order=6, kind="settled"),
    StageRow(name="closed", order=7, kind="ended"),
    StageRow(name="cancelled", order=8, kind="dropped"),
    StageRow(name="superseded", order=8, kind="dropped"),
)
"""Every stage, in the order in which people list them."""
OPEN: tuple[Stage, ...] = tuple(row.name for row in STAGES if row.open)
OVER: tuple[Stage, ...] = tuple(row.name for row in STAGES if row.over)
_STAGES: Mapping[Stage, StageRow] = {row.name: row for row in STAGES}


def stage_row(stage: Stage) -> StageRow:
    """The row of a stage."""
    return _STAGES[stage]


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
    PhaseRow(name="unapproved_remind", stages=("draft", "returned", "submitted"), reminds_of="unapproved"),
    PhaseRow(name="unapproved", stages=("draft", "returned", "submitted")),
    PhaseRow(name="execution_starts", stages=("approved",), leads_to="active"),
    PhaseRow(name="adjustment_remind", stages=("adjusting",), reminds_of="adjustment_expires"),
    PhaseRow(name="adjustment_expires", stages=("adjusting",), leads_to="active"),
    PhaseRow(name="delivery_remind", stages=("active", "adjusting"), reminds_of="delivery_due"),
    PhaseRow(name="delivery_due", stages=("active", "adjusting", "in_review")),
    PhaseRow(name="pauses", stages=("approved", "active"), leads_to="paused"),
    PhaseRow(name="resumes", stages=("paused",), leads_to="active"),
    PhaseRow(name="judgement_remind", stages=("active", "paused", "adjusting", "in_review")),
    PhaseRow(name="judgement_due", stages=("active", "paused", "adjusting", "in_review")),
    PhaseRow(name="judgement_lapses", stages=("active", "paused", "adjusting", "in_review")),
    PhaseRow(name="period_scored", stages=("active", "paused", "adjusting", "in_review"), scores=True),
    PhaseRow(
        name="scored_again", stages=("active", "paused", "adjusting", "in_review", "scored"), scores=True
    ),
    PhaseRow(name="part_scored", stages=("cancelled", "superseded"), scores=True),
    PhaseRow(name="lapses", stages=("draft", "returned", "submitted"), leads_to="cancelled"),
    PhaseRow(name="review_opens", stages=("active", "paused", "adjusting"), leads_to="in_review"),
    PhaseRow(name="scores_due", stages=("in_review",), leads_to="scored", scores=True),
    PhaseRow(name="closes", stages=("scored",), leads_to="closed"),
)
"""Every kind of deadline, in the order of a goal's life; of two at the same moment the earlier row comes first."""
_PHASES: Mapping[Phase, PhaseRow] = {row.name: row for row in PHASES}


def phase_row(phase: Phase) -> PhaseRow:
    """The row of a deadline."""
    return _PHASES[phase]
