"""What can be asked of a cycle."""

from pydantic import AwareDatetime

from cairn.domain.cycle.events import CycleStage, LaunchFailure
from cairn.domain.event import Command


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
    name: str
    code: str
    sentence: str


AnyCycleCommand = (
    LaunchCycle
    | FinishLaunch
    | ReachStage
    | FinishPeriod
    | FinishResults
    | CloseCycle
    | RecordRefusedCycleSignal
)
