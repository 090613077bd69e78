"""The roster as a workbook: a template to fill in, or everybody as the log has them, which imports again as it is."""

from collections.abc import Mapping, Sequence

from cairn.documents.tables.writing import Column, SheetOut, Written, write_workbook
from cairn.documents.words import names_in
from cairn.domain.people import Department, Person, Role, Roster
from cairn.domain.policy import Policy
from cairn.i18n import Language, message
from cairn.roster.columns import DEPARTMENTS, PEOPLE
from cairn.roster.entries import ROLES

DEPARTMENT_SHEET = {"zh": "部门", "en": "departments"}
"""What the reader of a roster looks for in a workbook."""
BETWEEN = {"zh": "；", "en": "; "}


def roster_workbook(roster: Roster, policy: Policy | None, language: Language) -> bytes:
    """The people and departments of a roster as a workbook in one of the languages; an empty roster gives a
    template. Families are called as in the policy, and may be chosen."""
    families = tuple(_family(key, policy, language) for key in policy.families) if policy else ()
    departments = tuple(each.id for each in roster.departments)
    roles = names_in(language, ROLES)
    choices = {"family": families, "department": departments, "roles": tuple(roles.values())}
    people = SheetOut(
        message("people").text(language),
        [
            Column(
                PEOPLE.header(name, language), "day" if name in ("hired", "left") else "text",
                choices=choices.get(name, ()), strict=name == "family", width=28 if name == "email" else 16,
            )
            for name in PEOPLE.names
        ],
        [_person(each, policy, roles, language) for each in roster.people],
    )  # fmt: skip
    listed = SheetOut(
        DEPARTMENT_SHEET[language],
        [Column(DEPARTMENTS.header(name, language)) for name in DEPARTMENTS.names],
        [_department(each) for each in roster.departments],
    )
    return write_workbook([people, listed] if roster.departments else [people])


def _person(
    each: Person, policy: Policy | None, called: Mapping[Role, str], language: Language
) -> Sequence[Written]:
    roles = BETWEEN[language].join(called[role] for role in each.roles)
    return (
        each.id, each.name, each.email, each.department, each.title, _family(each.family, policy, language),
        each.manager, each.hired, each.left, roles,
    )  # fmt: skip


def _department(each: Department) -> Sequence[Written]:
    return each.id, each.name, each.head, each.parent


def _family(key: str, policy: Policy | None, language: Language) -> str:
    """A family's name, where the reader takes that for the same family; else its key."""
    family = policy.families.get(key) if policy else None
    name = family.name.text(language) if family else key
    return name if policy is None or policy.family_key(name) == key else key
