"""Policy versions in the log: adopting one, listing and choosing adopted ones, reading them back."""

from datetime import datetime
from typing import NamedTuple

from cairn.application.people import hr_instead_of
from cairn.application.repository import to_appends
from cairn.application.stored_events import to_events
from cairn.domain.cycle.events import PolicyAdopted
from cairn.domain.cycle.state import Cycle
from cairn.domain.identity import by_system
from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal
from cairn.domain.terms import Terms
from cairn.ledger import AppendConflict, Ledger
from cairn.policies import parse


class Adoption(NamedTuple):
    """A version in the log. `reference` is `name@version`, `new` whether this adoption recorded it; its policy's
    stream now has `version` events."""

    reference: str
    new: bool
    stream: str
    version: int


class Policies:
    """Adopted policy versions, read from the log once each: a version never changes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, Policy] = {}

    async def adopt(self, text: str, source: str, by: str, at: datetime) -> Adoption:
        """Records a policy's text, once. `source` names it in problems. Only HR may (before there is a roster,
        anybody). Raises PolicyInvalid with every mistake."""
        policy = parse(text, source=source)
        if instead := await hr_instead_of(self._ledger, by, at):
            raise Refusal("policy.not-hr", field="by", by=by, who=instead)
        adopted = PolicyAdopted(name=policy.name, version=policy.version, text=text, by=by, at=at)
        rows = await self._ledger.read_stream(adopted.stream)
        before = to_events(rows)
        reference = _reference(adopted)
        if any(isinstance(event, PolicyAdopted) and _reference(event) == reference for event in before):
            return Adoption(reference, False, adopted.stream, len(rows))
        try:
            identity = by_system(adopted.stream, f"adopt:{policy.version}")
            await self._ledger.append(to_appends([adopted], {adopted.stream: len(rows)}, identity))
        except AppendConflict:
            raise Refusal("command.stale", stream=adopted.stream) from None
        return Adoption(reference, True, adopted.stream, len(rows) + 1)

    async def adopted(self) -> list[PolicyAdopted]:
        """Every adopted version, the latest last."""
        sealed = await self._ledger.sealed_position()
        pages = self._ledger.pages_of(["PolicyAdopted"], upto=sealed)
        events = [event async for page in pages for event in to_events(page)]
        return [event for event in events if isinstance(event, PolicyAdopted)]

    async def choose(self, wanted: str | None) -> str:
        """The reference `name@version` of an adopted version: as given whole, the latest of a name, or (None) the
        latest of all. Refuses what was never adopted."""
        references = [_reference(each) for each in await self.adopted()]
        if not references:
            raise Refusal("policy.none-adopted", field="policy")
        fitting = [each for each in references if wanted is None or wanted in (each, each.partition("@")[0])]
        if not fitting:
            raise Refusal("policy.not-adopted", field="policy", policy=wanted, known=", ".join(references))
        return fitting[-1]

    async def version(self, reference: str) -> Policy:
        """The policy of a reference `name@version`. Refuses one that was never adopted."""
        if reference not in self._known:
            await self._read(reference.partition("@")[0])
        if reference not in self._known:
            raise Refusal("policy.unknown", field="policy", policy=reference)
        return self._known[reference]

    async def terms(self, cycle: Cycle) -> Terms:
        """What a cycle goes by, and went by before each change of its policy."""
        terms: Terms | None = None
        for each in cycle.former:
            terms = Terms(await self.version(each.policy), each.schedule, each.since, terms)
        return Terms(await self.version(cycle.policy), cycle.schedule, cycle.amended_at, terms)

    async def _read(self, name: str) -> None:
        for event in to_events(await self._ledger.read_stream(f"policy-{name}")):
            if isinstance(event, PolicyAdopted):
                reference = _reference(event)
                policy = parse(event.text, source=f"policy {reference}")
                self._known[reference] = policy.model_copy(update={"version": reference})


def _reference(adopted: PolicyAdopted) -> str:
    return f"{adopted.name}@{adopted.version}"
