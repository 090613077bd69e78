"""A launch rehearsed from its preview, date by date: the last few are kept, for each step asks for the whole."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from cairn.application.dated_roster import dated_roster_at
from cairn.domain.launch.foretold import Acting, Happening, foretell
from cairn_portal.reading.cycles import Preview
from cairn_portal.reading.records import Records

KEPT = 4
_kept: OrderedDict[tuple[str, int, datetime, Acting], Sequence[Happening]] = OrderedDict()


class Moment(NamedTuple):
    """One moment of the rehearsal's clock, with all that happens then."""

    at: datetime
    happenings: tuple[Happening, ...]

    @property
    def is_deadline(self) -> bool:
        """Whether something is missed, lapses or begins for the cycle as a whole."""
        return any(
            each.kind in ("late", "lapses") or (each.kind == "cycle" and each.stage is not None)
            for each in self.happenings
        )


async def rehearse_launch(records: Records, preview: Preview, acting: Acting) -> list[Moment]:
    """What a launch of this preview in this hour would bring, moment by moment; nothing is recorded."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    key = (preview.plan.digest, preview.position, hour, acting)
    found = _kept.get(key)
    if found is None:
        policy = await records.application.policies.version(preview.plan.policy)
        people = await dated_roster_at(records.ledger, preview.position)
        roster = people.on(preview.plan.schedule.starts)
        found = await asyncio.to_thread(foretell, preview.plan, policy, roster, hour, acting)
        _kept[key] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    moments: dict[datetime, list[Happening]] = {}
    for each in found:
        moments.setdefault(each.at, []).append(each)
    return [Moment(at, tuple(of)) for at, of in moments.items()]
