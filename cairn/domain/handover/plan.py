"""A hand-over as it would be made now: what changes for whom, what would be lowered, who is left out (RULES Y3, E3).

The preview is this plan, and making it is this plan once more: its digest says whether it is still the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from cairn.domain.case.context import CaseContext
from cairn.domain.evaluation.paying import Amount, Pot
from cairn.domain.event import Fact
from cairn.domain.exact import ZERO, written
from cairn.domain.handover.events import Change, PotShared
from cairn.domain.handover.state import Handover, Proposal, aimed_at
from cairn.domain.handover.wanted import COEFFICIENT, LeftOut, is_money, wanted
from cairn.domain.identity import digest
from cairn.domain.sheet.state import Sheet

NOTHING = Decimal(0)


class PersonChange(Fact):
    """What changes for one person, by the version of the result in a sheet, 0 before there is one. `replaces` is an
    open proposal that a new one takes the place of."""

    person: str
    sheet: str
    version: int
    changes: tuple[Change, ...]
    replaces: int | None = None

    @property
    def words(self) -> str:
        """All of it, for a digest."""
        said = (f"{each.element}={each.before}>{each.after}" for each in self.changes)
        return " ".join((self.sheet, str(self.version), str(self.replaces), *said))


@dataclass(frozen=True)
class HandoverPlan:
    """`made` are handed over, `lowered` proposed. `withdrawn` are open proposals that nothing is lowered by any more,
    `waiting` those that stay as they are. `same` is how many people have what they had."""

    made: tuple[PersonChange, ...]
    lowered: tuple[PersonChange, ...]
    withdrawn: tuple[int, ...]
    waiting: tuple[Proposal, ...]
    left_out: Mapping[str, LeftOut]
    same: int
    pots: Mapping[str, PotShared]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to do: the same data again."""
        return not (self.made or self.lowered or self.withdrawn)

    @property
    def digest(self) -> str:
        """Of what would be done, wherever it is computed."""
        pots = (f"{unit} {written(pot.value or ZERO)} {pot.cap}" for unit, pot in sorted(self.pots.items()))
        parts = (_words(self.made), _words(self.lowered), " ".join(map(str, self.withdrawn)), *pots)
        return digest(*parts)


def _words(changes: Iterable[PersonChange]) -> str:
    return ";".join(each.words for each in changes)


def make_plan(
    handover: Handover, context: CaseContext, amounts: Mapping[str, Amount], pots: Mapping[str, Pot]
) -> HandoverPlan:
    """What is final and differs from what stands. Whoever has it already has nothing coming: the same data again nets
    to zero."""
    found = wanted(handover, context, amounts, pots)
    made: list[PersonChange] = []
    lowered: list[PersonChange] = []
    withdrawn: list[int] = []
    waiting: list[Proposal] = []
    same = 0
    for person, elements in found.elements.items():
        change = _change(person, found.sheets[person], handover, elements)
        proposal = handover.proposal_of(person)
        if not change.changes or not _lowers(change.changes):
            withdrawn += [proposal.id] if proposal else []
            made += [change] if change.changes else []
            same += not change.changes
        elif proposal is not None and proposal.version == change.version and _is_same(proposal, change):
            waiting.append(proposal)
        elif (no := handover.declined.get(person)) is None or not _is_same(no, change):
            replaces = proposal.id if proposal else None
            lowered.append(change.model_copy(update={"replaces": replaces}))
        else:
            withdrawn += [proposal.id] if proposal else []
            same += 1
    waiting += [each for each in handover.proposals.values() if each.person in found.left_out]
    return HandoverPlan(
        tuple(made), tuple(lowered), tuple(withdrawn), tuple(waiting), found.left_out, same, found.pots
    )


def _change(person: str, sheet: Sheet, handover: Handover, elements: Mapping[str, Decimal]) -> PersonChange:
    standing = handover.standing.get(person, {})
    before = {element: entry.amount for element, entry in standing.items()}
    changes = tuple(
        Change(element=each, before=before.get(each), after=elements.get(each))
        for each in sorted({*before, *elements})
        if before.get(each) != elements.get(each)
    )
    number = sheet.result.number if sheet.result else 0
    return PersonChange(person=person, sheet=sheet.id, version=number, changes=changes)


def _lowers(changes: Iterable[Change]) -> bool:
    """Whether somebody gets less than was handed over: money in all, or the coefficient."""
    changed = list(changes)
    money = sum(
        ((each.after or NOTHING) - (each.before or NOTHING) for each in changed if is_money(each.element)),
        NOTHING,
    )
    factor = next((each for each in changed if each.element == COEFFICIENT), None)
    return money < 0 or (factor is not None and (factor.after or NOTHING) < (factor.before or NOTHING))


def _is_same(proposal: Proposal, change: PersonChange) -> bool:
    return proposal.aim == aimed_at(change.changes)
