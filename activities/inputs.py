"""What workflows hand to activities and get back. Plain values: no rule lives here."""

from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from cairn.domain.cycle.status import CycleStatus
from cairn.domain.goal.status import Deadline, GoalStatus
from cairn.domain.refusal import Refusal, say


class Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Refused(Value):
    """A refusal as a value: it answers the caller and is recorded where nobody waits for an answer."""

    code: str
    field: str | None = None
    facts: dict[str, str] = Field(default_factory=dict)

    @classmethod
    def of(cls, refusal: Refusal) -> "Refused":
        return cls(code=refusal.code, field=refusal.field, facts=refusal.facts)

    def text(self, language: str = "zh") -> str:
        return say(self.code, self.facts, language)


class RecordGoalInput(Value):
    """A command for a goal, by the name people use. `at` is the workflow's time."""

    goal: str
    name: str
    by: str
    at: AwareDatetime
    command_id: str
    fields: dict[str, Any] = Field(default_factory=dict)
    run: str | None = None


class GoalDeadlineInput(Value):
    """A durable timer of a goal that fired."""

    goal: str
    due: Deadline
    at: AwareDatetime
    run: str | None = None


class RefusedSignalInput(Value):
    """A signal that was refused or could not be read."""

    stream: str
    name: str
    by: str
    at: AwareDatetime
    command_id: str
    refused: Refused


class GoalOutcome(Value):
    """`events` by name, empty when there was nothing left to do; or the refusal, with nothing written."""

    status: GoalStatus | None = None
    events: tuple[str, ...] = ()
    replayed: bool = False
    refused: Refused | None = None


class LaunchInput(Value):
    """A launch by HR: `seen` is the digest of the preview that was looked at."""

    cycle: str
    title: str
    starts: str
    ends: str
    policy: str
    seen: str
    by: str
    at: AwareDatetime
    language: str = "zh"
    clock_offset: float = 0.0


class RecordCycleInput(Value):
    """Something due for a cycle: a stage, a finished period, results, close."""

    cycle: str
    name: str
    by: str
    at: AwareDatetime
    command_id: str
    fields: dict[str, Any] = Field(default_factory=dict)


class CycleOutcome(Value):
    status: CycleStatus | None = None
    refused: Refused | None = None


class GoalStart(Value):
    """What a goal's workflow begins with; `standing` is carried along where it is known to be current."""

    goal: str
    clock_offset: float = 0.0
    status: GoalStatus | None = None


class CycleStart(Value):
    cycle: str
    clock_offset: float = 0.0
    status: CycleStatus | None = None
