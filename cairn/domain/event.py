"""What every command and every event has in common: who, when, and the stream it belongs to."""

from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

SYSTEM = "system"
"""The actor of what a deadline does by itself."""


def is_nothing(value: object) -> bool:
    """Whether a field says nothing: then it is not stored, and reads as its default."""
    return not value


class Fact(BaseModel):
    """A frozen value: equal when its fields are equal, refused when a field is unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Command(Fact):
    """Asks for something. `by` is a person's id (or `system`), `at` the time of asking (aware).

    `looked_up` names the fields that nobody states: they are found in the log when the command is given.
    """

    looked_up: ClassVar[frozenset[str]] = frozenset()

    by: str
    at: AwareDatetime


class Event(Fact):
    """States what happened, in the past tense. The class name and its fields are the storage format.

    After one that is not `touching` (a reminder, say) whoever looked before decides about the same thing.
    """

    schema_version: ClassVar[int] = 1
    touching: ClassVar[bool] = True

    by: str
    at: AwareDatetime

    @property
    def stream(self) -> str:
        """The stream this event is stored in, such as `goal-2026-E007-1`."""
        raise NotImplementedError

    @property
    def type(self) -> str:
        return type(self).__name__
