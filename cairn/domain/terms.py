"""What a cycle goes by: its policy and dates, and those it went by before each change in mid-cycle (RULES L11)."""

from dataclasses import dataclass
from datetime import date

from pydantic import AwareDatetime

from cairn.domain.policy import Policy
from cairn.domain.schedule import Schedule, local_day


@dataclass(frozen=True)
class Terms:
    """A policy and the dates worked out from it, in force from the moment `since` (None: from the launch), and what was
    in force before them."""

    policy: Policy
    schedule: Schedule | None = None
    since: AwareDatetime | None = None
    former: "Terms | None" = None

    def on(self, day: date) -> Policy:
        """The version in force at the end of a day; before the launch, the first one."""
        if self.former is None or self.since is None or local_day(self.since, self.policy.calendar) <= day:
            return self.policy
        return self.former.on(day)
