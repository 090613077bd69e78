"""Policy versions in the log: adopting one, and reading adopted ones back."""

from datetime import datetime

from cairn.application.repository import to_appends, to_events
from cairn.domain.cycle.events import PolicyAdopted
from cairn.domain.policy import Policy
from cairn.domain.refusal import Refusal
from cairn.ledger import Ledger
from cairn.policies import parse


async def adopt_policy(ledger: Ledger, text: str, source: str, by: str, at: datetime) -> str:
    """Records a policy's text once and returns its reference `name@version`. Raises PolicyInvalid."""
    policy = parse(text, source=source)
    rows = await ledger.read_stream(f"policy-{policy.name}")
    versions = {event.version for event in to_events(rows) if isinstance(event, PolicyAdopted)}
    if policy.version not in versions:
        adopted = PolicyAdopted(name=policy.name, version=policy.version, text=text, by=by, at=at)
        await ledger.append(to_appends([adopted], {adopted.stream: len(rows)}, f"adopt:{policy.version}"))
    return f"{policy.name}@{policy.version}"


class Policies:
    """Adopted policy versions, read from the log once each: a version never changes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, Policy] = {}

    async def version(self, reference: str) -> Policy:
        """The policy of a reference `name@version`. Refuses one that was never adopted."""
        if reference not in self._known:
            await self._read(reference.partition("@")[0])
        if reference not in self._known:
            raise Refusal("policy.unknown", field="policy", policy=reference)
        return self._known[reference]

    async def _read(self, name: str) -> None:
        for event in to_events(await self._ledger.read_stream(f"policy-{name}")):
            if isinstance(event, PolicyAdopted):
                reference = f"{event.name}@{event.version}"
                policy = parse(event.text, source=f"policy {reference}")
                self._known[reference] = policy.model_copy(update={"version": reference})
