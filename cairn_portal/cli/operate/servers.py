"""Servers and worker: up, down, status, doctor, migrate, recover."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Annotated

import asyncpg
import typer
from rich.text import Text
from temporalio.client import Client

from activities.supervising import lost, open_streams
from cairn.application import Application
from cairn.domain.operating import BegunAgain
from cairn.i18n import marked, message
from cairn.privacy import WrappingKeys, require_wrapping_keys
from cairn.temporal import builds_of, claim_namespace, reach
from cairn_portal import recovery, servers
from cairn_portal.cli.failures import away
from cairn_portal.cli.operate.losses import losses_said
from cairn_portal.cli.problem import DOWN, REFUSED, USAGE, Problem
from cairn_portal.cli.session import Session, running_servers, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, facts, grid
from cairn_portal.servers import migrate, portal, process
from projections.models import goal as goals_model

PANEL = marked("Running it")
LOOKED_AGAIN = 0.5
"""Seconds between two looks at what `cairn recover` has begun."""
POSTGRES_AND_TEMPORAL = ("postgres", "temporal")


async def up(
    at: Terminal,
    foreground: Annotated[bool, typer.Option("--foreground", help="stay, stop all on Ctrl-C")] = False,
    workers: Annotated[int, typer.Option(min=0, max=64, help="number of workers; 0: the servers alone")] = 1,
    with_portal: Annotated[bool, typer.Option("--portal/--no-portal", help="serve pages and the API")] = True,
) -> None:
    with shown_steps(at) as on_step:
        addresses = await servers.start_all(at.settings, on_step)
    if workers:
        require_wrapping_keys(at.settings)
        await require_home(at, addresses)
    started = [
        servers.start_worker(at.settings, addresses, "worker" if n == 1 else f"worker-{n}")
        for n in range(1, workers + 1)
    ]
    if started:
        await _until_worker_listens(at, addresses, started[0])
    page = await portal.start(at.settings, addresses) if started and with_portal else None
    lines = facts(
        (at.say("data folder"), at.settings.home),
        (at.say("database"), _without_password(addresses.database_dsn)),
        ("Temporal", addresses.temporal_address),
        (at.say("Temporal's UI"), addresses.ui_url or NOTHING),
        (at.say("workers"), ", ".join(f"{each.name} ({each.pid})" for each in started) or NOTHING),
        (at.say("portal"), Text(page, style="bold") if page else NOTHING),
    )
    nexts = at.say(
        "Next: `cairn demo` shows a whole year; `cairn policy adopt` takes in your plan; "
        "`cairn status`; `cairn down`."
    )
    at.answer(
        {**_public(addresses), "workers": [each.pid for each in started], "portal": page},
        Text(at.say("✓ Running"), style="bold green"),
        lines,
        Text(nexts, style="dim"),
    )
    if foreground:
        await _stay(at)


async def require_home(at: Terminal, addresses: servers.Addresses) -> None:
    """Refuses to start a worker on a ledger that takes nothing in, or in the namespace of another one."""
    async with Application.open(
        addresses.database_dsn, WrappingKeys(), name="cairn-cli", size=1
    ) as application:
        home, ledger = await application.operation.home(), await application.operation.ledger_id()
    if not home.takes_appends:
        raise Problem(away(home.place), DOWN, "away-from-home")
    await claim_namespace(await reach(at.settings, addresses.temporal_address), ledger)


async def _stay(at: Terminal) -> None:
    at.remark("Ctrl-C stops everything.")
    try:
        await asyncio.Event().wait()
    finally:
        servers.down(at.settings)


@contextlib.contextmanager
def shown_steps(at: Terminal) -> Iterator[servers.OnStep]:
    """What the start is doing now, for a person; nothing for a program."""
    if at.as_json:
        yield lambda step: None
    else:
        with servers.shown_steps(at.err, at.language) as on_step:
            yield on_step


async def _until_worker_listens(at: Terminal, addresses: servers.Addresses, worker: process.Process) -> None:
    client = await reach(at.settings, addresses.temporal_address)
    for _ in range(150):
        if not worker.alive():
            raise Problem(
                message(
                    "The worker did not start. The end of {log}:\n{log2}",
                    log=worker.log,
                    log2=process.last_lines(worker.log),
                ),
                DOWN,
            )
        if (await builds_of(client, at.settings.task_queue, counted=False)).listens:
            return
        await asyncio.sleep(0.1)


def _without_password(dsn: str) -> str:
    head, _, tail = dsn.rpartition("@")
    return f"{head.rpartition(':')[0]}:…@{tail}" if ":" in head.removeprefix("postgresql://") else dsn


def _public(addresses: servers.Addresses) -> dict[str, str | None]:
    return {
        "database": _without_password(addresses.database_dsn),
        "temporal": addresses.temporal_address,
        "ui": addresses.ui_url,
    }


async def down(at: Terminal) -> None:
    stopped = servers.down(at.settings)
    named = at.say("separator:list").join(stopped)
    said = (
        at.say("✓ Stopped: {named}. Data stays in {home}.", named=named, home=at.settings.home)
        if stopped
        else at.say("Nothing was running.")
    )
    at.answer({"stopped": stopped}, Text(said))


async def doctor(at: Terminal) -> int:
    checks = await servers.checks(at.settings)
    table = grid("", at.say("check"), at.say("finding"))
    signs = {True: Text("✓", style="green"), False: Text("✗", style="red"), None: Text("·", style="dim")}
    for check in checks:
        table.add_row(signs[check.ok], at.say(check.name), at.say(check.sentence))
    at.answer(checks, table)
    return REFUSED if any(check.ok is False for check in checks) else 0


async def migrated(at: Terminal) -> None:
    dsn = at.settings.migration_database or at.settings.database
    if dsn is None:
        found = running_servers(at.settings)
        dsn = found.migration_dsn or found.database_dsn
    try:
        applied = await migrate.migrate_all(dsn)
    except asyncpg.InsufficientPrivilegeError as refused:
        raise Problem(
            message(
                "This login may not change the database's schema ({refused}): run it as the "
                "database's owner.",
                refused=refused,
            ),
            USAGE,
        ) from refused
    named = "\n".join(f"  {name}" for name in applied)
    said = (
        at.say(
            "✓ Applied {applied} {applied:plural,migration,migrations}:\n{named}",
            applied=len(applied),
            named=named,
        )
        if applied
        else at.say("✓ The database is up to date.")
    )
    at.answer({"applied": applied}, Text(said))


async def recover(
    at: Terminal,
    patience: Annotated[float, typer.Option(help="how many seconds to wait at most")] = 600.0,
) -> int:
    """Begins again whatever an open stream lacks; each workflow then asks the log where it stands."""
    async with session(at) as s:
        client = (await s.gateway()).client
        queue = at.settings.task_queue
        cases, builds = s.application.cases, await builds_of(client, queue)
        begun = await recovery.recover(client, queue, s.ledger, cases, s.pool, builds)
        open_goals = await goals_model.open_goals(s.pool)
        running, left = await _restarted(s, client, open_goals, patience)
    said = at.say(
        "{sign} The log has {open_goals} open {open_goals:plural,goal,goals}; {running} of their workflows run.",
        sign="!" if left else "✓",
        open_goals=open_goals,
        running=running,
    )
    answer = {"open_goals": open_goals, "running": running, "begun_again": begun, "left": left}
    at.answer(
        answer,
        Text(said, style="yellow" if left else "green"),
        *_titled(at.say("Begun again:"), losses_said(at, begun)),
        *_titled(at.say("Not mended yet (see the worker's log and `cairn status`):"), losses_said(at, left)),
    )
    return REFUSED if left else 0


def _titled(title: str, lines: list[str]) -> list[Text]:
    return [Text(title), *(Text(f"  {line}") for line in lines)] if lines else []


async def _restarted(s: Session, client: Client, goals: int, patience: float) -> tuple[int, list[BegunAgain]]:
    """Waits until nothing is lost any more, and so many goals run. Returns how many open ones do, and what is still
    lost when patience has ended."""
    now, queue = asyncio.get_running_loop().time, s.at.settings.task_queue
    end = now() + patience
    with s.at.progress() as bars:
        task = bars.add_task(s.at.say("restarting workflows"), total=goals)
        while True:
            running = min(await recovery.running_goals(client), goals)
            bars.update(task, completed=running)
            if running >= goals or now() >= end:
                builds = await builds_of(client, queue, counted=True)
                left = await lost(
                    client, queue, s.ledger, s.application.cases, await open_streams(s.pool), builds
                )
                if not left or now() >= end:
                    return running, left
            await asyncio.sleep(LOOKED_AGAIN)
