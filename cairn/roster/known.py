"""What is known already when a roster is handed in: who may be named in it without a row of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cairn.domain.people import Department, Person, Roster
from cairn.domain.refusal import Refusal


@dataclass(frozen=True)
class Known:
    """Everybody and every department as of the day on which `by` hands the tables in; nobody named: what they do for
    themselves is not looked at. `unreadable` are streams with an event that cannot be read."""

    roster: Roster
    by: str = ""
    unreadable: Mapping[str, Refusal] = field(default_factory=dict)

    @property
    def people(self) -> dict[str, Person]:
        """By id."""
        return self.roster.by_id()

    @property
    def departments(self) -> dict[str, Department]:
        """By id."""
        return {each.id: each for each in self.roster.departments}


NOBODY = Known(Roster(people=(), departments=()))
"""What a table is read by where there is no log to ask: it stands for itself."""
