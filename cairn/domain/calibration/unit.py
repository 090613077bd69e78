"""Who belongs to a unit: a department with those below it, or the company."""

from collections.abc import Iterator, Mapping

from cairn.domain.case.context import CaseContext
from cairn.domain.people import Department
from cairn.domain.streams import department_of, sheet_names

COMPANY = "company"


def is_unit(unit: str, context: CaseContext) -> bool:
    """Whether there is such a unit."""
    return unit == COMPANY or department_of(unit) in context.departments


def departments_of(unit: str, departments: Mapping[str, Department]) -> frozenset[str]:
    """The ids of a unit's departments, those below included."""
    found, new = set[str](), {department_of(unit) or ""}
    while new:
        found |= new
        new = {each.id for each in departments.values() if each.parent in found} - found
    return frozenset(found)


def people_of(unit: str, context: CaseContext) -> Iterator[str]:
    """The ids of a unit's people, as of the cycle's last day or, before it, today."""
    last = context.schedule.ends if context.schedule else context.today
    day = min(context.today, last)
    within = departments_of(unit, context.departments)
    for id, history in sorted(context.histories.items()):
        if unit == COMPANY or history.on(day).department in within:
            yield id


def sheets_of(unit: str, cycle: str, context: CaseContext) -> list[str]:
    """Every sheet that the unit's people may have in a cycle; most are not there."""
    return [name for id in people_of(unit, context) for name in sheet_names(cycle, id)]
