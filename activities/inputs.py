"""What workflows hand to activities and get back: one named struct each. Plain values: no rule lives here."""

from typing import Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from cairn.domain.case.status import CaseDeadline, CaseStatus
from cairn.domain.cycle.status import CycleDeadline, CycleStatus
from cairn.domain.goal.status import Deadline, GoalStatus
from cairn.domain.identity import SYSTEM_KEYS, digest
from cairn.domain.refusal import FactValue, Refusal, told

STARTER = "starter"
"""The id of the one workflow that begins all others."""
REFRESH = "refresh"
"""The signal by which a workflow is asked to look into the log again. It is nobody's command."""


class Value(BaseModel):
    """A frozen value."""

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
        """For logs; people are given its sentence (`cairn.i18n.refusal_message`)."""
        return told(self.code, self.facts)


S = TypeVar("S")


class Outcome(Value, Generic[S]):
    """What an activity came to: the status after it, or the refusal, with nothing written."""

    status: S | None = None
    refused: Refused | None = None


class GoalOutcome(Outcome[GoalStatus]):
    """`events` are those appended, by name, none where there was nothing left to do. `replayed` says that the command
    was recorded before and `events` are its first answer."""

    events: tuple[str, ...] = ()
    replayed: bool = False


class CycleOutcome(Outcome[CycleStatus]):
    """Where the cycle stands."""


class CaseOutcome(Outcome[CaseStatus]):
    """`events` and `replayed` as of a goal."""

    events: tuple[str, ...] = ()
    replayed: bool = False


class CaseStart(Value):
    """What a case's workflow begins with; `status` is carried along where it is known to be current."""

    case: str
    clock_offset: float = 0.0
    status: CaseStatus | None = None


class CaseStatusInput(Value):
    """Asks where a case stands in the log. `at` is the workflow's time, `postponed` are deadlines that could not be
    done, with when they are tried again."""

    case: str
    at: AwareDatetime
    postponed: tuple[CaseDeadline, ...] = ()


class RecordCaseInput(Value):
    """A command for a case, by the name people use. `at` is the workflow's time, `run` the id of its run, `at_version`
    the version that whoever gives it has looked at."""

    case: str
    name: str
    by: str
    at: AwareDatetime
    command_id: str
    fields: dict[str, Any] = Field(default_factory=dict)
    run: str | None = None
    at_version: int | None = None


class CaseDeadlineInput(Value):
    """A durable timer of a case that fired. `at` is the workflow's time, `run` the id of its run."""

    case: str
    deadline: CaseDeadline
    at: AwareDatetime
    run: str | None = None


class UnsentInput(Value):
    """Asks which messages of a hand-over payroll lacks."""

    case: str


class UnsentMessages(Value):
    """The numbers of the messages that are to be sent, in order."""

    numbers: tuple[int, ...] = ()


class SendMessageInput(Value):
    """One message of a hand-over to be sent; after so many `tries` it is recorded why it was not taken."""

    case: str
    message: int
    tries: int


class GoalStart(Value):
    """What a goal's workflow begins with; `status` is carried along where it is known to be current."""

    goal: str
    clock_offset: float = 0.0
    status: GoalStatus | None = None


class CycleStart(Value):
    """What a cycle's workflow begins with; `status` is carried along where it is known to be current."""

    cycle: str
    clock_offset: float = 0.0
    status: CycleStatus | None = None


class GoalStatusInput(Value):
    """Asks where a goal stands in the log. `at` is the workflow's time; earlier versions sent none. `postponed` are
    deadlines that could not be done, with when they are tried again."""

    goal: str
    at: AwareDatetime | None = None
    postponed: tuple[Deadline, ...] = ()


class CycleStatusInput(Value):
    """Asks where a cycle stands in the log. `postponed` are deadlines that could not be done, with when they are tried
    again."""

    cycle: str
    postponed: tuple[CycleDeadline, ...] = ()


class RecordGoalInput(Value):
    """A command for a goal, by the name people use. `at` is the workflow's time, `run` the id of its run, `at_version`
    the version that whoever gives it has looked at."""

    goal: str
    name: str
    by: str
    at: AwareDatetime
    command_id: str
    fields: dict[str, Any] = Field(default_factory=dict)
    run: str | None = None
    at_version: int | None = None


class RecordCycleInput(Value):
    """A command for a cycle, by the name people use: launch or close. `at` is the workflow's time."""

    cycle: str
    name: str
    by: str
    at: AwareDatetime
    command_id: str
    fields: dict[str, Any] = Field(default_factory=dict)


class GoalDeadlineInput(Value):
    """A durable timer of a goal that fired. `at` is the workflow's time, `run` the id of its run."""

    goal: str
    deadline: Deadline
    at: AwareDatetime
    run: str | None = None


class CycleDeadlineInput(Value):
    """A durable timer of a cycle that fired. `at` is the workflow's time."""

    cycle: str
    deadline: CycleDeadline
    at: AwareDatetime


class RecordSignalRefusedInput(Value):
    """A signal that was refused or could not be read; `by` is empty where nobody can be made out."""

    stream: str
    name: str
    by: str
    at: AwareDatetime
    command_id: str
    refused: Refused


def refusal_key(signal: RecordSignalRefusedInput) -> str:
    """The key under which a refused signal is recorded: each refusal once, however often its key is used."""
    asked = digest(signal.name, signal.by, signal.refused.model_dump_json())
    return f"{SYSTEM_KEYS}refused:{asked}:{signal.command_id}"


class BeginWorkflowsInput(Value):
    """How many seconds to follow the log. `after`: 0 for a starter that has never been anywhere, else anything."""

    after: int = 0
    seconds: float = 300.0


class CollectFeedInput(Value):
    """`path` is the feed's file, `base` the folder its files are relative to; days after the watermark up to and
    with `upto` are collected, without it up to the last whole day in the feed's time zone at `at`. A schedule leaves
    `at` to the workflow."""

    path: str
    base: str
    upto: str = ""
    by: str
    at: AwareDatetime | None = None


class FeedOutcome(Value):
    """What a collection recorded: `rows` in `batches`, `corrected` of them replacing earlier ones; through which day it
    is complete, which recorded subjects nobody knows, how many readings are gone from the source, and whose goals it
    leaves without readings, since it does not cover them. `problem` says in words why nothing was recorded."""

    feed: str
    rows: int = 0
    batches: int = 0
    corrected: int = 0
    upto: str = ""
    complete_through: str = ""
    unknown: tuple[str, ...] = ()
    gone: int = 0
    uncovered: tuple[str, ...] = ()
    problem: str = ""
