"""A policy at a glance: its main settings, for the command line and for pages."""

from collections.abc import Iterator
from decimal import Decimal

from cairn.domain.policy import Policy
from cairn.i18n import term
from cairn_portal.presenting.reader import Reader
from cairn_portal.presenting.words import number


def main_settings(at: Reader, found: Policy) -> Iterator[tuple[str, str]]:
    """Name and words of each: the policy, its families with their periods and goals, grades, flexible space."""
    yield at.say("policy"), f"{found.title.text(at.language)}  {found.name}@{found.version}"
    for family in found.families.values():
        shares: dict[str, Decimal] = {str(kind): share for kind, share in family.periods.items()}
        if family.subordinates:
            shares["subordinates"] = family.subordinates
        mix = " + ".join(
            f"{at.say(term('period_kind', kind))} {number(share)}%" for kind, share in shares.items()
        )
        count = len(family.template)
        told = at.say("{mix}, {count} {count:plural,goal,goals}", mix=mix, count=count)
        yield family.name.text(at.language), told
    bands = (f"{band.grade} ≥ {number(band.points)} ×{number(band.coefficient)}" for band in found.grades)
    yield at.say("grades"), " · ".join(bands)
    yield at.say("flexible space"), at.say("{percent} %", percent=found.flexible_space.percent)
