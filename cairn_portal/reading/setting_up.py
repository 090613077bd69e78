"""How far a company is on its way to its first cycle."""

from datetime import UTC, datetime
from typing import NamedTuple

from cairn.domain.cycle.events import PolicyAdopted
from cairn.domain.people import Department, Person
from cairn_portal.reading.records import Records
from projections.models import dashboard as dashboards
from projections.models import person as people_model


class SettingUp(NamedTuple):
    """What is there: adopted policies (the latest last), people who are here, departments, cycles."""

    policies: list[PolicyAdopted]
    people: list[Person]
    departments: list[Department]
    cycles: list[dashboards.CycleRow]

    @property
    def has_people(self) -> bool:
        """Whether a roster was imported: more is there than the first HR person's name."""
        return any(each.department for each in self.people)


async def setting_up(records: Records) -> SettingUp:
    """How far it is now."""
    today = datetime.now(UTC).date()
    people = await people_model.people(records.pool)
    return SettingUp(
        policies=await records.application.policies.adopted(),
        people=[each for each in people if each.here_on(today)],
        departments=await people_model.departments(records.pool),
        cycles=await dashboards.cycles(records.pool),
    )
