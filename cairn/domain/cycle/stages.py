"""The stages of a cycle, one row each."""

from collections.abc import Mapping
from typing import Literal

from cairn.domain.event import Fact

CycleStage = Literal[
    "none", "launching", "goal_setting", "execution", "review", "scoring", "closed", "abandoned"
]
CycleStageDate = Literal["approvals_due", "review_opens", "scores_due"]


class CycleStageRow(Fact):
    """One stage.

    `name` is also its message id (`cycle_stage:<name>`). `begins` is the date of the schedule with which it comes;
    None where something else brings it: the launch, its end, the close. While it `takes_goals`, goals may be drafted.
    """

    name: CycleStage
    begins: CycleStageDate | None = None
    takes_goals: bool = False
    over: bool = False


CYCLE_STAGES: tuple[CycleStageRow, ...] = (
    CycleStageRow(name="none", takes_goals=True),
    CycleStageRow(name="launching", takes_goals=True),
    CycleStageRow(name="goal_setting", takes_goals=True),
    CycleStageRow(name="execution", begins="approvals_due", takes_goals=True),
    CycleStageRow(name="review", begins="review_opens"),
    CycleStageRow(name="scoring", begins="scores_due"),
    CycleStageRow(name="closed", over=True),
    CycleStageRow(name="abandoned", over=True),
)
"""Every stage in its order: a cycle never goes back."""
ORDER: Mapping[CycleStage, int] = {row.name: number for number, row in enumerate(CYCLE_STAGES)}


def cycle_stage_row(stage: CycleStage) -> CycleStageRow:
    """The row of a stage."""
    return CYCLE_STAGES[ORDER[stage]]
