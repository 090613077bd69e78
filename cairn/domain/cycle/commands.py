"""What can be asked of a cycle."""

from pydantic import AwareDatetime, Field

from cairn.domain.cycle.events import CycleStage, LaunchFailure
from cairn.domain.event import Command
from cairn.domain.refusal import FactValue


class CycleCommand(Command):
    cycle: str


class LaunchCycle(CycleCommand):
    """`seen` is the digest of the preview HR looked at: another plan than that is refused."""

    seen: str
    clock_offset: float = 0.0


class FinishLaunch(CycleCommand):
    failures: tuple[LaunchFailure, ...] = ()


class ReachStage(CycleCommand):
    stage: CycleStage
    due: AwareDatetime


class FinishPeriod(CycleCommand):
    period: str
    sheets: int
    due: AwareDatetime


class FinishResults(CycleCommand):
    sheets: int


class CloseCycle(CycleCommand):
    """`open_goals` are the goals not over yet, as the log has them."""

    open_goals: tuple[str, ...] = ()
    goals: int = 0


class RecordRefusedCycleSignal(CycleCommand):
    """Records that a signal was refused: `name` is the command it asked for, the rest the refusal."""

    name: str
    code: str
    field: str | None = None
    facts: dict[str, FactValue] = Field(default_factory=dict)


AnyCycleCommand = (
    LaunchCycle
    | FinishLaunch
    | ReachStage
    | FinishPeriod
    | FinishResults
    | CloseCycle
    | RecordRefusedCycleSignal
)
