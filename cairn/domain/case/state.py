"""What every case's state holds, and what every event does to it."""

from datetime import UTC, datetime
from typing import TypeVar

from pydantic import Field

from cairn.domain.case.events import CaseDeadlineEvent
from cairn.domain.event import Event, Fact
from cairn.domain.streams import cycle_of, holder_of


class Case(Fact):
    """A case as of its `version`; `stage` is "none" while the log knows nothing of it."""

    id: str = Field(description="the case's stream")
    version: int = Field(default=0, description="how many events made it")
    stage: str = "none"
    opened_by: str = Field(default="", description="the id of whoever began it")
    opened_at: datetime | None = None
    entered: datetime | None = Field(default=None, description="when it came into its stage")
    kept_deadlines: frozenset[str] = frozenset()

    @property
    def cycle(self) -> str:
        return cycle_of(self.id)

    @property
    def holder(self) -> str:
        """The id of the person it is about, or of the department that is asked."""
        return holder_of(self.id)


C = TypeVar("C", bound=Case)


def deadline_name(phase: str, due: datetime) -> str:
    """The name under which a deadline is kept once."""
    return f"{phase}@{due.astimezone(UTC).isoformat()}"


def evolved(case: C, event: Event, stage: str | None = None, **changes: object) -> C:
    """The case after one more event: in `stage` where it moves, with `changes` of its fields."""
    facts: dict[str, object] = {"version": case.version + 1, **changes}
    if case.version == 0:
        facts |= {"opened_by": event.by, "opened_at": event.at}
    if stage is not None and stage != case.stage:
        facts |= {"stage": stage, "entered": event.at}
    if isinstance(event, CaseDeadlineEvent):
        facts["kept_deadlines"] = case.kept_deadlines | {deadline_name(event.phase, event.due)}
    return case.model_copy(update=facts)
