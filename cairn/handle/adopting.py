"""Bringing a policy version and proposed targets into the log."""

from collections.abc import Sequence
from datetime import datetime

from cairn.domain.cycle.events import PolicyAdopted, TargetRow, TargetsProposed
from cairn.handle.log import facts, new_rows
from cairn.ledger import Ledger
from cairn.policies import parse

ROWS = 1000


async def adopt_policy(ledger: Ledger, text: str, source: str, by: str, at: datetime) -> str:
    """Records a policy's text once and returns its reference `name@version`. Raises PolicyInvalid."""
    policy = parse(text, source=source)
    rows = await ledger.read_stream(f"policy-{policy.name}")
    versions = {event.version for event in facts(rows) if isinstance(event, PolicyAdopted)}
    if policy.version not in versions:
        adopted = PolicyAdopted(name=policy.name, version=policy.version, text=text, by=by, at=at)
        await ledger.append(new_rows([adopted], {adopted.stream: len(rows)}, f"adopt:{policy.version}"))
    return f"{policy.name}@{policy.version}"


async def propose_targets(
    ledger: Ledger, cycle: str, targets: Sequence[TargetRow], source: str, by: str, at: datetime
) -> int:
    """Records the targets that differ from what was proposed before; returns how many."""
    rows = await ledger.read_stream(f"targets-{cycle}")
    known: dict[tuple[str, str, str], object] = {}
    for event in facts(rows):
        if isinstance(event, TargetsProposed):
            known |= {(row.holder, row.goal, row.period): row.target for row in event.rows}
    new = [row for row in targets if known.get((row.holder, row.goal, row.period)) != row.target]
    events = [
        TargetsProposed(cycle=cycle, rows=tuple(new[start : start + ROWS]), source=source, by=by, at=at)
        for start in range(0, len(new), ROWS)
    ]
    if events:
        await ledger.append(new_rows(events, {f"targets-{cycle}": len(rows)}, f"targets:{len(rows)}"))
    return len(new)
