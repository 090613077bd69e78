"""What auditors ask of the whole: who imported, set, ran and changed what; random approvals; whether scores hold."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from cairn.application import access
from cairn.application.audit import Outcome
from cairn.application.sampling import Sample
from cairn.domain.operating import ScoresVerified
from cairn.domain.people import Person
from cairn_portal.reading.records import Records
from projections.models import goal as goals_model
from projections.models.administration import Act, ActKind, acts

SEEDS = 10**9
MOST = 200
"""Acts in one page of a list at most."""


class Wanted(NamedTuple):
    """Which acts: of a kind, of one person, from a moment on and before another one; None asks for all."""

    kind: ActKind | None = None
    by: str | None = None
    since: datetime | None = None
    before: datetime | None = None


class Acts(NamedTuple):
    """Some acts, the newest first; `after` is the moment before which the next page begins, None on the last one."""

    acts: Sequence[Act]
    after: datetime | None


class Verification(NamedTuple):
    """How a cycle's scores were computed again: every run on record, the last one last, and how many events the log has
    since that one."""

    runs: Sequence[ScoresVerified]
    since: int

    @property
    def last(self) -> ScoresVerified | None:
        return self.runs[-1] if self.runs else None


async def acts_of(records: Records, person: Person, wanted: Wanted, limit: int = 50) -> Acts:
    """Acts as auditors and HR may read them."""
    access.require_audits(person)
    found = await acts(records.pool, **wanted._asdict(), most=limit + 1)
    return Acts(found[:limit], found[limit - 1].occurred_at if len(found) > limit else None)


def new_seed() -> str:
    """A seed nobody chose."""
    return str(secrets.randbelow(SEEDS))


async def sample_of(
    records: Records, person: Person, cycle: str, number: int, seed: str, upto: int | None
) -> Sample:
    """Random approvals of a cycle with their evidence."""
    access.require_audits(person)
    the = await records.cycle(cycle)
    return await records.application.sampling.approvals(the.id, number, seed, upto)


async def titles_of(records: Records, sample: Sample) -> dict[str, str]:
    """What the goals of a sample are called now, by goal."""
    named = sorted({each.goal for each in sample.drawn})
    rows = [await goals_model.goal(records.pool, goal) for goal in named]
    return {row.goal: row.title for row in rows if row}


async def verification_of(records: Records, person: Person, cycle: str) -> Verification:
    """What was found when a cycle's scores were computed again."""
    access.require_audits(person)
    runs = await records.application.verifications.of((await records.cycle(cycle)).id)
    sealed = await records.ledger.sealed_position()
    return Verification(runs, sealed - runs[-1].upto if runs else sealed)


async def verify_now(records: Records, person: Person, cycle: str) -> Outcome:
    """Has a cycle's scores computed again, on record."""
    access.require_audits(person)
    the = await records.cycle(cycle)
    now = await records.clock.now(the)
    return await records.application.verifications.run(the.id, person.id, now, lambda done, of: None)
