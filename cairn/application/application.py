"""The use cases of one process, with what they share wired once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import asyncpg

from cairn.application.audit import ScoreAudit
from cairn.application.clock import CycleClock
from cairn.application.cycles import Cycles
from cairn.application.evaluation import Evaluation
from cairn.application.feeds import Feeds
from cairn.application.goals import Goals
from cairn.application.operation import Operation
from cairn.application.people import People
from cairn.application.policies import Policies
from cairn.application.restatements import Restatements
from cairn.application.targets import Targets
from cairn.ledger import Ledger, open_pool


class Application:
    """Everything that can be done with one ledger; a worker, the command line and a rehearsal each open one.

    `pool` is of the ledger's database, where the read models live too.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.ledger = Ledger(pool)
        self.people = People(self.ledger)
        self.policies = Policies(self.ledger)
        self.targets = Targets(self.ledger, self.policies)
        self.feeds = Feeds(self.ledger, self.policies)
        self.cycles = Cycles(self.ledger, self.policies)
        self.goals = Goals(self.ledger, self.policies)
        self.evaluation = Evaluation(self.ledger, self.cycles)
        self.restatements = Restatements(self.ledger, self.cycles)
        self.clock = CycleClock(self.ledger)
        self.audit = ScoreAudit(self.ledger, self.cycles)
        self.operation = Operation(pool)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, database: str, *, name: str, size: int = 8, role: str | None = None
    ) -> AsyncIterator[Self]:
        """An application on the database of this address for as long as the context lasts.

        `name` is what the database's own lists of connections show, `size` the most connections it takes, `role` the
        database role it acts as. Its connections are cut at the end: whoever opened it has finished its work by then.
        """
        pool = await open_pool(database, role=role, size=size, application=name)
        try:
            yield cls(pool)
        finally:
            pool.terminate()
