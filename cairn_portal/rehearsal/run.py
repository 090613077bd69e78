"""A rehearsal from a folder: servers of its own in a home of its own, a worker, the year, and what came of it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client

from cairn.application import Application
from cairn.privacy import wrapping_keys
from cairn.settings import Settings
from cairn.temporal import connect
from cairn_portal.rehearsal.acts import OnProgress
from cairn_portal.rehearsal.drive import Rehearsal, Report
from cairn_portal.rehearsal.script import RehearsalScript, load_script
from cairn_portal.servers import OnStep, down, start_all, start_worker, stop_worker


def home_of(settings: Settings, script: RehearsalScript) -> Path:
    """A rehearsal never writes into the real ledger: it has a folder, a Postgres and a Temporal of its own."""
    return settings.home / "rehearsals" / script.cycle.id


def forget(settings: Settings, script: RehearsalScript) -> None:
    """Stops what an earlier rehearsal of this cycle left running and deletes its data."""
    home = home_of(settings, script)
    if home.exists():
        down(settings.model_copy(update={"home": home}))
        shutil.rmtree(home)


def own_settings(settings: Settings, script: RehearsalScript) -> Settings:
    """The settings of a rehearsal: servers of its own, and nobody is told of a year that is only played."""
    apart = {
        "home": home_of(settings, script), "database": None, "temporal_address": None, "smtp_url": None,
        "chat_file": None,
    }  # fmt: skip
    return settings.model_copy(update=apart)


@asynccontextmanager
async def rehearsal_servers(
    settings: Settings, script: RehearsalScript, on_step: OnStep, *, keep: bool = False
) -> AsyncIterator[tuple[Settings, Application, Client]]:
    """Servers and a worker for a rehearsal, stopped afterwards unless they are to be kept. Data stays."""
    own = own_settings(settings, script)
    addresses = await start_all(own, on_step, durable=False)
    own = addresses.applied_to(own)
    stop_worker(own)
    start_worker(own, addresses)
    try:
        database, keys = addresses.database_dsn, wrapping_keys(own)
        async with Application.open(database, keys, name="cairn-rehearsal", size=16) as application:
            yield own, application, await connect(own)
    finally:
        if not keep:
            down(own)


async def rehearse(
    settings: Settings,
    folder: Path,
    data: Path,
    on_progress: OnProgress,
    on_step: OnStep,
    *,
    keep: bool = False,
) -> Report:
    """Rehearses the year of a folder's cycle.yaml; one that was interrupted goes on where it was."""
    script = load_script(folder / "cycle.yaml")
    async with rehearsal_servers(settings, script, on_step, keep=keep) as (own, application, client):
        return await Rehearsal(own, script, data, application, client, on_progress).run()
