"""Where a case stands: its stage, who is awaited, the next deadline. All a workflow ever knows of a case."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from cairn.domain.event import Fact


class CaseDeadline(Fact):
    """One deadline as an absolute time; `phase` says what is due. `again_at` is when it is tried again where it could
    not be done."""

    phase: str
    at: AwareDatetime
    again_at: AwareDatetime | None = None

    @property
    def acts_at(self) -> datetime:
        """When it is done or tried next."""
        return self.again_at or self.at

    def postponed(self, again_at: datetime) -> "CaseDeadline":
        """The same, to be tried again then."""
        return self.model_copy(update={"again_at": again_at})


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
