"""Where a case stands: its stage, who is awaited, the next deadline. All a workflow ever knows of a case."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from cairn.domain.event import Fact


class CaseDeadline(Fact):
    """One deadline as an absolute time; `phase` says what is due."""

    phase: str
    at: AwareDatetime

    @property
    def acts_at(self) -> datetime:
        """When it is done."""
        return self.at


class CaseStatus(Fact):
    """What the log says of a case at `version`."""

    case: str
    stage: str
    version: int
    over: bool = Field(description="nothing is due any more")
    awaited: tuple[str, ...] = Field(default=(), description="ids of people, or places such as `role:hr`")
    next_deadline: CaseDeadline | None = None
    cycle: str = ""
    clock_offset: float = Field(default=0.0, description="seconds of the cycle's clock beside Temporal's")
