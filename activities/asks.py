"""What workflows hand to activities and get back. Plain values: no rule lives here."""

from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from cairn.domain.cycle.standing import CycleStanding
from cairn.domain.goal.standing import Due, Standing
from cairn.domain.refusal import FactValue, Refusal, told


class Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Refused(Value):
    """A refusal as a value: it answers the caller and is recorded where nobody waits for an answer."""

    code: str
    field: str | None = None
    facts: dict[str, FactValue] = Field(default_factory=dict)

    @classmethod
    def of(cls, refusal: Refusal) -> "Refused":
        return cls(code=refusal.code, field=refusal.field, facts=refusal.facts)

    def __str__(self) -> str:
        return told(self.code, self.facts)


class GoalAsk(Value):
    """A command for a goal, by the name people use. `at` is the workflow's time."""

    goal: str
    name: str
    by: str
    at: AwareDatetime
    command_id: str
    fields: dict[str, Any] = Field(default_factory=dict)
    run: str | None = None


class GoalDeadline(Value):
    """A durable timer of a goal that fired."""

    goal: str
    due: Due
    at: AwareDatetime
    run: str | None = None


class RefusedSignal(Value):
    """A signal that was refused or could not be read."""

    stream: str
    name: str
    by: str
    at: AwareDatetime
    command_id: str
    refused: Refused


class GoalOutcome(Value):
    """`events` by name, empty when there was nothing left to do; or the refusal, with nothing written."""

    standing: Standing | None = None
    events: tuple[str, ...] = ()
    replayed: bool = False
    refused: Refused | None = None


class LaunchAsk(Value):
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
    clock_shift: float = 0.0


class CycleAsk(Value):
    """Something due for a cycle: a stage, a finished period, results, close."""

    cycle: str
    name: str
    by: str
    at: AwareDatetime
    command_id: str
    fields: dict[str, Any] = Field(default_factory=dict)


class CycleOutcome(Value):
    standing: CycleStanding | None = None
    refused: Refused | None = None


class GoalStart(Value):
    """What a goal's workflow begins with; `standing` is carried along where it is known to be current."""

    goal: str
    shift: float = 0.0
    standing: Standing | None = None


class CycleStart(Value):
    cycle: str
    shift: float = 0.0
    standing: CycleStanding | None = None
