"""The use cases of one process, with what they share wired once."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Self

import asyncpg

from cairn.application.amendments import Amendments
from cairn.application.appraisals import Appraisals
from cairn.application.audit import ScoreAudit
from cairn.application.calibrations import Calibrations
from cairn.application.cases import Cases
from cairn.application.clock import CycleClock
from cairn.application.cycles import Cycles
from cairn.application.differences import Differences
from cairn.application.drafts import Drafts
from cairn.application.erasures import Erasures
from cairn.application.evaluation import Evaluation
from cairn.application.feeds import Feeds
from cairn.application.goals import Goals
from cairn.application.handovers import Handovers
from cairn.application.operation import Operation
from cairn.application.people import People
from cairn.application.policies import Policies
from cairn.application.rater_notices import RaterNotices
from cairn.application.replays import Replays
from cairn.application.restatements import Restatements
from cairn.application.results import Results
from cairn.application.reviews import Reviews
from cairn.application.sampling import Sampling
from cairn.application.sheets import Sheets
from cairn.application.sign_outs import SignOuts
from cairn.application.targets import Targets
from cairn.application.verifying import Verifications
from cairn.application.viewings import Viewings
from cairn.application.webhooks import Webhooks
from cairn.application.what_if import WhatIf
from cairn.ledger import application_name, open_pool
from cairn.notices.outbox import Outbox
from cairn.privacy import PrivateLedger, WrappingKeys
from cairn.privacy.rater_boxes import RaterBoxes


class Application:
    """Everything that can be done with one ledger; a worker, the command line and a rehearsal each open one.

    `pool` is of the ledger's database, where the read models live too; `writing` another one for the appends, where
    `pool` only reads. `keys` wrap those of what people write about each other.
    """

    def __init__(
        self, pool: asyncpg.Pool, keys: WrappingKeys, *, writing: asyncpg.Pool | None = None
    ) -> None:
        self.pool = pool
        self.ledger = PrivateLedger(pool, keys, writing=writing)
        self.people = People(self.ledger)
        self.policies = Policies(self.ledger)
        self.targets = Targets(self.ledger, self.policies)
        self.feeds = Feeds(self.ledger, self.policies)
        self.cycles = Cycles(self.ledger, self.policies)
        self.goals = Goals(self.ledger, self.policies)
        boxes = RaterBoxes(pool, writing or pool, keys)
        self.cases = Cases(self.ledger, self.policies, self.goals.seats, boxes)
        self.appraisals = Appraisals(self.ledger, self.cycles, self.cases, boxes)
        self.rater_notices = RaterNotices(self.cycles, self.cases, boxes)
        self.sheets = Sheets(self.goals)
        self.drafts = Drafts(self.ledger, self.policies, self.goals)
        self.amendments = Amendments(self.cycles, self.goals.seats)
        self.evaluation = Evaluation(self.ledger, self.cycles)
        self.reviews = Reviews(self.ledger, self.cycles)
        self.calibrations = Calibrations(self.cases)
        self.results = Results(self.ledger, self.cycles, self.cases)
        self.handovers = Handovers(self.cases, self.cycles)
        self.restatements = Restatements(self.ledger, self.cycles)
        self.viewings = Viewings(self.ledger)
        self.erasures = Erasures(pool, self.ledger, self.people)
        self.clock = CycleClock(self.ledger)
        self.audit = ScoreAudit(self.ledger, self.cycles)
        self.verifications = Verifications(self.ledger, self.audit)
        self.differences = Differences(self.ledger, self.cycles, self.audit)
        self.replays = Replays(self.ledger, self.cycles)
        self.sampling = Sampling(self.ledger)
        self.what_if = WhatIf(self.cycles, self.differences)
        self.operation = Operation(pool)
        self.outbox = Outbox(pool, writing or pool)
        self.chat_outbox = Outbox(pool, writing or pool, "chat")
        self.sign_outs = SignOuts(pool, writing or pool)
        self.webhooks = Webhooks(self.ledger, pool, writing or pool, keys)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, database: str, keys: WrappingKeys, *, name: str, size: int = 8, role: str | None = None
    ) -> AsyncIterator[Self]:
        """An application on the database of this address for as long as the context lasts.

        `name` is what the database's own lists of connections show, `size` the most connections it takes, `role` the
        database role it acts as. A quarter of the connections write, and none of their transactions takes long; the
        others can only read, and take their time. They are cut at the end: whoever opened them has finished by then.
        """
        writers, shown = max(size // 4, 1), application_name(name)
        async with AsyncExitStack() as opened:
            reading = await open_pool(
                database, role=role, size=max(size - writers, 1), application=shown, reads_only=True
            )
            opened.callback(reading.terminate)
            writing = await open_pool(database, role=role, size=writers, application=shown)
            opened.callback(writing.terminate)
            yield cls(reading, keys, writing=writing)
