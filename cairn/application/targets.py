"""Targets proposed for a cycle before its launch."""

from collections.abc import Sequence
from datetime import datetime

from cairn.application.repository import to_appends, to_events
from cairn.domain.cycle.events import TargetRow, TargetsProposed
from cairn.ledger import Ledger

ROWS = 1000
"""Targets in one event."""


async def propose_targets(
    ledger: Ledger, cycle: str, targets: Sequence[TargetRow], source: str, by: str, at: datetime
) -> int:
    """Records the targets that differ from what was proposed before; returns how many."""
    rows = await ledger.read_stream(f"targets-{cycle}")
    known: dict[tuple[str, str, str], object] = {}
    for event in to_events(rows):
        if isinstance(event, TargetsProposed):
            known |= {(row.holder, row.goal, row.period): row.target for row in event.rows}
    new = [row for row in targets if known.get((row.holder, row.goal, row.period)) != row.target]
    events = [
        TargetsProposed(cycle=cycle, rows=tuple(new[start : start + ROWS]), source=source, by=by, at=at)
        for start in range(0, len(new), ROWS)
    ]
    if events:
        await ledger.append(to_appends(events, {f"targets-{cycle}": len(rows)}, f"targets:{len(rows)}"))
    return len(new)
