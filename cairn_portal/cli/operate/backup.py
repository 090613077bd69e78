"""Backing up the log and going on from a backup."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cairn.domain.refusal import Refusal
from cairn.i18n import message
from cairn.ledger import Sealer, Verified
from cairn.privacy import wrapping_keys
from cairn_portal import servers
from cairn_portal.cli.operate.ledger import open_here, show_verified, verify_log
from cairn_portal.cli.operate.servers import shown_steps
from cairn_portal.cli.options import By
from cairn_portal.cli.problem import REFUSED, Problem
from cairn_portal.cli.session import Session, require_actor, running_servers, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, facts, number
from cairn_portal.servers import backup
from cairn_portal.servers.data_folder import megabytes
from cairn_portal.servers.text_keys import readable
from projections.engine.catch_up import catch_up

Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FOLDER]", help="a new folder; by default one in the data folder, named by the time"
    ),
]
From = Annotated[Path, typer.Argument(metavar="FOLDER", help="the backup's folder")]
Reason = Annotated[str | None, typer.Option(help="why; it is kept with the epoch")]


async def backed_up(at: Terminal, folder: Folder = None) -> None:
    """Everybody goes on working meanwhile."""
    running_servers(at.settings)
    to = (folder or at.settings.home / "backups" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}").absolute()
    made = await backup.back_up(backup.reader(at.settings), to)
    lines = facts(
        (at.say("folder"), to),
        (at.say("events"), number(made.events)),
        (at.say("log sealed up to"), number(made.sealed)),
        (at.say("last root"), made.root or NOTHING),
        (at.say("size"), megabytes(made.bytes)),
    )
    said = Text(at.say("✓ Backed up; `cairn restore {folder}` goes on from it.", folder=to), style="green")
    at.answer({"folder": str(to), **made.model_dump(mode="json")}, said, lines)
    at.remark(
        "The key of what people wrote is not in it: keep a copy of {place} apart from it.",
        place=wrapping_keys(at.settings).place or "CAIRN_TEXT_KEY",
    )


async def restored(at: Terminal, folder: From, by: By = None, reason: Reason = None) -> int:
    """Restores, verifies, folds the read models and opens an epoch; 1, and no epoch, where the log does not verify."""
    require_actor(by)
    _require_no_worker(at)
    note = backup.read(folder.absolute())
    with shown_steps(at) as on_step:
        await servers.start_all(at.settings, on_step)
    await backup.put_back(backup.administrator(at.settings), folder.absolute())
    async with session(at) as s:
        found = await verify_log(s)
        if found.faults or not _is(note, found):
            code = show_verified(at, found)
            at.remark("The log is not the one that was backed up: nothing is taken in. Take another backup.")
            return code or REFUSED
        async with s.folding() as pool:
            await catch_up(pool)
        try:
            epoch = await open_here(s, by, reason or f"{folder.name} ({note.made_at:%Y-%m-%d %H:%M} UTC)")
        except (Refusal, Problem):
            at.remark("The log is restored and verified; what is left to do is `cairn ledger open-epoch`.")
            raise
        await _seal(s)
    texts = await readable(backup.administrator(at.settings), wrapping_keys(at.settings))
    lines = facts(
        (at.say("made on"), at.moment(note.made_at)),
        (at.say("events"), number(note.events)),
        (at.say("last root"), note.root or NOTHING),
        (at.say("epoch"), number(epoch)),
    )
    said = at.say("✓ Restored and verified: every hash comes out as recorded, read models are folded anew.")
    nexts = at.say(
        "Next: `cairn up` starts a worker; `cairn ledger compare` names what the log lost; `cairn recover`."
    )
    value = {**note.model_dump(mode="json"), "epoch": epoch}
    at.answer(value, Text(said, style="green"), lines, Text(nexts, style="dim"))
    if texts.lost:
        at.remark(
            "What people wrote about {count} {count:plural,holder,holders} cannot be read here; numbers can. It needs "
            "the key {needed}: CAIRN_TEXT_KEY, or text.key in the data folder, as it was where the backup was made.",
            count=texts.lost,
            needed=texts.needed,
        )
    return 0


def _require_no_worker(at: Terminal) -> None:
    """A worker on the database that is about to be filled would work on half of it."""
    if any(each.running and each.name.startswith("worker") for each in servers.status(at.settings)):
        raise Problem(message("A worker is running here: stop it with `cairn down`, then restore."))


def _is(note: backup.Backup, found: Verified) -> bool:
    return (found.root, found.events, found.events + found.unsealed) == (note.root, note.sealed, note.events)


async def _seal(s: Session) -> None:
    """Seals what the backup had unsealed, and shows it to readers."""
    await Sealer(s.addresses.sealer_dsn or s.addresses.database_dsn).seal_once()
    async with s.folding() as pool:
        await catch_up(pool)
