"""What can happen to any case. Class names and fields are the storage format."""

from pydantic import AwareDatetime, Field

from cairn.domain.event import Event
from cairn.domain.private_text import PrivateFacts


class CaseEvent(Event):
    """Any event of a case; `case` is its stream."""

    case: str

    @property
    def stream(self) -> str:
        return self.case


class CaseDeadlineEvent(CaseEvent):
    """What a deadline left: `phase` was due at `due`. It is kept once."""

    phase: str
    due: AwareDatetime


class CaseReminded(CaseDeadlineEvent):
    """Whoever is waited for was reminded: `to` are people's ids and places such as `role:hr`."""

    touching = False

    to: tuple[str, ...]


class CaseEscalated(CaseDeadlineEvent):
    """What is late was told further up: `to` are people's ids and places such as `role:hr`."""

    touching = False

    to: tuple[str, ...]


class CaseSignalRefused(CaseEvent):
    """A signal that could not be done: nobody waits for its answer, so the refusal is recorded.

    `name` is the command that was asked for; code, field and facts are the refusal's (`cairn.domain.refusal`).
    """

    touching = False

    name: str
    code: str
    field: str | None = None
    facts: PrivateFacts = Field(default_factory=dict)


AnyCaseEvent = CaseReminded | CaseEscalated | CaseSignalRefused
