"""The stages of a goal's life, one row each. What else depends on the stage is made from these rows."""

from collections.abc import Mapping
from typing import Literal

from cairn.domain.event import Fact

Stage = Literal[
    "none", "draft", "submitted", "returned", "approved", "active", "adjusting", "in_review", "scored",
    "closed", "cancelled", "superseded",
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
_ROWS: Mapping[Stage, StageRow] = {row.name: row for row in STAGES}


def stage_row(stage: Stage) -> StageRow:
    """The row of a stage."""
    return _ROWS[stage]
