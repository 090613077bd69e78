"""Servers and worker: up, down, status, doctor, migrate, recover."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Annotated

import asyncpg
import typer
from rich.text import Text
from temporalio.client import Client

from cairn.application import Application
from cairn.i18n import marked, message
from cairn.privacy import WrappingKeys, require_wrapping_keys
from cairn.temporal import reach
from cairn_portal import servers
from cairn_portal.cli.failures import away
from cairn_portal.cli.problem import DOWN, REFUSED, USAGE, Problem
from cairn_portal.cli.session import Session, running_servers, session, worker_listens
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, facts, grid
from cairn_portal.recovery import (
    ahead_of_the_log,
    begin_anew,
    end_unknown,
    not_running,
    restart_starter,
    running_goals,
)
from cairn_portal.servers import migrate, process
from projections.models import goal as goals_model

PANEL = marked("Running it")
POSTGRES_AND_TEMPORAL = ("postgres", "temporal")


async def up(
    at: Terminal,
    foreground: Annotated[bool, typer.Option("--foreground", help="stay, stop all on Ctrl-C")] = False,
    workers: Annotated[int, typer.Option(min=0, max=64, help="number of workers; 0: the servers alone")] = 1,
) -> None:
    with shown_steps(at) as on_step:
        addresses = await servers.start_all(at.settings, on_step)
    if workers:
        require_wrapping_keys(at.settings)
        await require_home(at, addresses.database_dsn)
    started = [
        servers.start_worker(at.settings, addresses, "worker" if n == 1 else f"worker-{n}")
        for n in range(1, workers + 1)
    ]
    if started:
        await _until_worker_listens(at, addresses, started[0])
    lines = facts(
        (at.say("data folder"), at.settings.home),
        (at.say("database"), _without_password(addresses.database_dsn)),
        ("Temporal", addresses.temporal_address),
        (at.say("Temporal's UI"), addresses.ui_url or NOTHING),
        (at.say("workers"), ", ".join(f"{each.name} ({each.pid})" for each in started) or NOTHING),
    )
    nexts = at.say(
        "Next: `cairn demo` shows a whole year; `cairn policy adopt` takes in your plan; "
        "`cairn status`; `cairn down`."
    )
    at.answer(
        {**_public(addresses), "workers": [each.pid for each in started]},
        Text(at.say("✓ Running"), style="bold green"),
        lines,
        Text(nexts, style="dim"),
    )
    if foreground:
        await _stay(at)


async def require_home(at: Terminal, database: str) -> None:
    """Refuses to start a worker on a ledger that takes nothing in."""
    async with Application.open(database, WrappingKeys(), name="cairn-cli", size=1) as application:
        home = await application.operation.home()
    if not home.takes_appends:
        raise Problem(away(home.place), DOWN, "away-from-home")


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
        if await worker_listens(client, at.settings):
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
    """Begins the starter again at the log's first position; each workflow then asks the log where it stands.

    Workflows that ended, or know more than the log has (an older log was restored), are begun anew."""
    async with session(at) as s:
        gateway = await s.gateway()
        open_goals = await goals_model.open_goals(s.pool)
        await restart_starter(gateway.client, at.settings.task_queue)
        await _begun_anew(s, gateway.client)
        running = await _restarted(at, gateway.client, open_goals, patience)
    done = running >= open_goals
    said = at.say(
        "{sign} The log has {open_goals} open {open_goals:plural,goal,goals}; {running} of their workflows run.",
        sign="✓" if done else "!",
        open_goals=open_goals,
        running=running,
    )
    at.answer({"open_goals": open_goals, "running": running}, Text(said, style="green" if done else "yellow"))
    return 0 if done else REFUSED


async def _begun_anew(s: Session, client: Client) -> None:
    queue, open_ids = s.at.settings.task_queue, await goals_model.open_ids(s.pool)
    ahead = await ahead_of_the_log(client, s.ledger)
    await end_unknown(client, [each.stream for each in ahead if not each.recorded])
    anew = {each.stream for each in ahead if each.recorded} | {*await not_running(client, open_ids)}
    await begin_anew(client, queue, s.ledger, sorted(anew))


async def _restarted(at: Terminal, client: Client, goals: int, patience: float) -> int:
    running, end = 0, asyncio.get_running_loop().time() + patience
    with at.progress() as bars:
        task = bars.add_task(at.say("restarting workflows"), total=goals)
        while asyncio.get_running_loop().time() < end:
            running = await running_goals(client)
            bars.update(task, completed=min(running, goals))
            if running >= goals:
                break
            await asyncio.sleep(0.3)
    return running
