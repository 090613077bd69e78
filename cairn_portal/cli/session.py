"""A command's way to the servers that run: the ledger, the read models, and the desk that gives commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from cairn.application import Application
from cairn.domain.cycle.state import Cycle
from cairn.domain.people import Person
from cairn.i18n import Message, message
from cairn.ledger import AwayFromHome, application_name, open_pool
from cairn.privacy import wrapping_keys
from cairn.settings import Settings
from cairn_portal.cli.problem import DOWN, USAGE, Problem
from cairn_portal.cli.terminal import Terminal
from cairn_portal.reading.records import Records
from projections.engine.catch_up import wait_for

if TYPE_CHECKING:  # Temporal's client is loaded by the commands that need it
    import asyncpg
    from temporalio.client import Client

    from cairn.temporal import Builds
    from cairn_portal.gateway import CommandGateway
    from cairn_portal.servers import Addresses

SEEN_WITHIN = 10.0  # seconds a command waits until people can read what it wrote


def running_servers(settings: Settings) -> "Addresses":
    """The servers that run for these settings; nothing is started. Raises Problem with exit code 3."""
    from cairn_portal.servers import databases, logins, postgres, process, temporal

    address = settings.temporal_address
    runs = settings.database is not None or process.running(settings.home, postgres.NAME)
    if address is None and (server := process.running(settings.home, temporal.NAME)):
        address = server.address
    if not runs or address is None:
        raise Problem(
            message(
                "The servers are not running (data folder {home}): start them with `cairn up`.",
                home=settings.home,
            ),
            DOWN,
            "not-running",
        )
    return replace(databases(settings, logins.PORTAL), temporal_address=address)


class Session:
    """What a command works with while it runs."""

    def __init__(self, at: Terminal, addresses: "Addresses", application: Application) -> None:
        self.at, self.addresses, self.application = at, addresses, application
        self.pool, self.ledger, self.policies = application.pool, application.ledger, application.policies
        self.cycles, self.goals, self.clock = application.cycles, application.goals, application.clock
        self.records = Records(application)
        self._client: Client | None = None

    async def client(self) -> "Client":
        """A client of Temporal, made when first needed."""
        if self._client is None:
            from cairn.temporal import connect

            address = self.addresses.temporal_address
            self._client = await connect(self.at.settings.model_copy(update={"temporal_address": address}))
        return self._client

    @asynccontextmanager
    async def folding(self) -> "AsyncIterator[asyncpg.Pool[asyncpg.Record]]":
        """A pool with the rights of whoever keeps the read models."""
        dsn = self.addresses.folding_dsn or self.addresses.database_dsn
        async with await open_pool(dsn, size=8, application=application_name("cairn-cli-folding")) as pool:
            yield pool

    async def gateway(self) -> "CommandGateway":
        """The desk that takes commands. Raises Problem at once where no worker serves them, AwayFromHome where the
        ledger takes nothing in, NamespaceTaken where Temporal's namespace is another ledger's."""
        from cairn.temporal import builds_of, require_namespace
        from cairn_portal.gateway import CommandGateway

        if not (await self.application.operation.home()).takes_appends:
            raise AwayFromHome
        client, settings = await self.client(), self.at.settings
        await require_namespace(client, await self.application.operation.ledger_id())
        builds = await builds_of(client, settings.task_queue, counted=False)
        if not builds.listens:
            raise Problem(
                message("No worker is running, so nobody would do it: start one with `cairn up`."),
                DOWN,
                "no-worker",
            )
        if not builds.serves:
            raise Problem(unserved(builds), DOWN, "no-build")
        return CommandGateway(client, settings.task_queue, gives_up=True)

    async def seen(self, stream: str, version: int, *models: str) -> bool:
        """Waits until read models show a stream's version, so that people read what they wrote.

        False, with a remark, when they are behind: what was done is done all the same.
        """
        try:
            await self.ledger.wait_sealed(stream, version, SEEN_WITHIN)
            position = await self.ledger.sealed_position()
            for model in models:
                await wait_for(self.pool, model, position, SEEN_WITHIN)
        except TimeoutError:
            self.at.remark("It is recorded, but what you read is not up to date yet (is a worker running?).")
            return False
        return True

    async def person(self, who: str) -> Person:
        """Somebody in the roster. Raises Refusal for an unknown id."""
        return await self.records.person(who)

    async def names(self) -> dict[str, str]:
        """Names by id, of people who left as well, and of departments as `department.<id>`."""
        return await self.records.names()

    async def titles(self) -> None:
        """Lets the terminal say goals' titles in its reader's language."""
        self.at.titles.update(await self.records.titles())

    async def trusting(self) -> list[str]:
        """The cycles in which what people report counts without being confirmed (RULES D6)."""
        return await self.records.trusting()

    async def cycle(self, name: str) -> Cycle:
        """A launched cycle. Raises Refusal where there is none."""
        return await self.records.cycle(name)


def unserved(builds: "Builds") -> Message:
    """Why workers that listen would do nothing: none is of the build that takes what begins now."""
    served = tuple(sorted(builds.served))
    if builds.current is None:
        return message(
            "Workers of {served} listen, and no build is current, so nobody would do it: say which one is with `cairn "
            "deploy BUILD`.",
            served=served,
        )
    return message(
        "The current build is {current}, and no worker of it listens ({served}): start one with "
        "CAIRN_BUILD={current}, or make another one current with `cairn deploy BUILD`.",
        current=builds.current,
        served=served or ("-",),
    )


@asynccontextmanager
async def session(at: Terminal) -> AsyncIterator[Session]:
    """A session with the servers that run; Problem with exit code 3 where none do."""
    addresses = running_servers(at.settings)
    keys = wrapping_keys(at.settings)
    async with Application.open(addresses.database_dsn, keys, name="cairn-cli") as application:
        yield Session(at, addresses, application)


def require_actor(by: str | None) -> str:
    """Who acts. Raises Problem with exit code 2 where nobody was named."""
    if by:
        return by
    raise Problem(
        message("Nobody was named as acting: add --by ID, or set CAIRN_ACTOR."),
        USAGE,
        "no-actor",
    )


def require_reason(reason: str) -> None:
    """Raises Problem with exit code 2 where no reason was given."""
    if not reason.strip():
        raise Problem(message("This needs a reason: --reason '…'."), USAGE)
