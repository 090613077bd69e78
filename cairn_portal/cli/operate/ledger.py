"""The ledger itself: where it lives, the next epoch, every hash again, and what workflows know that it lacks."""

from typing import Annotated

import asyncpg
import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.operation import Opening, Operation
from cairn.i18n import message
from cairn.ledger import Home, OpeningRefused, Verified, application_name, open_pool
from cairn_portal.cli.options import By
from cairn_portal.cli.problem import DOWN, REFUSED, USAGE, Problem
from cairn_portal.cli.session import Session, require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, facts, grid, number
from cairn_portal.recovery import ahead_of_the_log
from cairn_portal.servers.backup import administrator
from projections.models import person as people_model

SHOWN = 20
"""Faults that are listed by name; the count says how many there are."""
Reason = Annotated[str | None, typer.Option(help="why; it is kept with the epoch")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="show what it would do, change nothing")]


async def opened(at: Terminal, by: By = None, reason: Reason = None, dry_run: DryRun = False) -> int:
    """0 when an epoch was opened, or none is needed; 1 where a dry run finds that one is."""
    async with session(at) as s:
        found = await s.application.operation.opening()
        if dry_run or not found.needed:
            at.answer(_public(found), *_found(at, found), Text(_advice(at, found)))
            return REFUSED if found.needed else 0
        epoch = await open_here(s, by, reason)
        said = at.say(
            "✓ Epoch {epoch} is open: {sealed} events keep their positions, {rest} not yet sealed get the next ones.",
            epoch=epoch,
            sealed=number(found.sealed),
            rest=number(found.unsealed + found.strays),
        )
        nexts = at.say(
            "Next: `cairn up` starts a worker; `cairn ledger compare` names what the log lost; `cairn recover`."
        )
        at.answer(
            {**_public(found), "epoch": epoch},
            *_found(at, found),
            Text(said, style="green"),
            Text(nexts, style="dim"),
        )
        return 0


async def open_here(s: Session, by: str | None, reason: str | None) -> int:
    """Opens an epoch for somebody who is known, where anybody is. Raises Problem where it cannot be opened."""
    who = require_actor(by)
    if await people_model.people(s.pool, with_leavers=True):
        await s.person(who)
    if not reason or not reason.strip():
        raise Problem(message("Opening an epoch needs a reason: --reason."), USAGE)
    owner = administrator(s.at.settings)
    shown = application_name("cairn-open-epoch")
    async with await open_pool(owner, size=1, application=shown, limit="0") as as_owner:
        try:
            return await Operation(as_owner).open_epoch(by=who, reason=reason.strip())
        except OpeningRefused as refused:
            raise _problem(refused) from None
        except asyncpg.InsufficientPrivilegeError as forbidden:
            raise Problem(
                message(
                    "This login may not open an epoch ({reason}): do it as the ledger's owner.",
                    reason=forbidden,
                ),
                USAGE,
            ) from None


def _problem(refused: OpeningRefused) -> Problem:
    match refused.why:
        case "home":
            return Problem(message("The ledger is where it was recorded: no epoch has to be opened."))
        case "standby":
            return Problem(
                message(
                    "This Postgres follows another one and takes no writes: promote it, or set CAIRN_DATABASE to "
                    "the one it follows."
                ),
                DOWN,
            )
        case "busy":
            return Problem(
                message(
                    "An append or a backup did not end within ten seconds, so no epoch was opened: try again; "
                    "`cairn status` names what is open."
                )
            )


def _public(found: Opening) -> dict[str, object]:
    return {
        "place": found.home.place,
        "home": found.home,
        "sealed": found.sealed,
        "unsealed": found.unsealed,
        "strays": found.strays,
    }


def _found(at: Terminal, found: Opening) -> list[RenderableType]:
    home = found.home
    kept, now = _place(at, home, kept=True), _place(at, home, kept=False)
    who = home.opened_by or NOTHING
    last = f"{home.epoch} · {at.moment(home.opened_at)} · {who} · {home.reason or NOTHING}"
    return [
        facts(
            (at.say("last epoch"), last),
            (at.say("it was opened in"), kept),
            (at.say("the ledger is in"), now),
            (at.say("found"), at.say(f"place:{home.place}")),
            (at.say("log sealed up to"), number(found.sealed)),
            (at.say("not sealed yet"), number(found.unsealed)),
            (at.say("taken in away from home"), number(found.strays)),
        )
    ]


def _place(at: Terminal, home: Home, *, kept: bool) -> str:
    cluster, database, timeline = (
        (home.kept_cluster, home.kept_database, home.kept_timeline)
        if kept
        else (home.cluster, home.database, home.timeline)
    )
    return at.say(
        "cluster {cluster}, database {database}, timeline {timeline}",
        cluster=str(cluster),
        database=str(database or NOTHING),
        timeline=str(timeline or NOTHING),
    )


def _advice(at: Terminal, found: Opening) -> str:
    if not found.needed:
        return at.say("✓ The ledger is where it was recorded: no epoch has to be opened.")
    return at.say(
        "Would open epoch {epoch}: {sealed} events keep their positions, {unsealed} get the next ones, {strays} the "
        "ones after these; whatever is recorded then comes last. Before you do, make sure that nobody records any more "
        "in the place it comes from.",
        epoch=found.home.epoch + 1,
        sealed=number(found.sealed),
        unsealed=number(found.unsealed),
        strays=number(found.strays),
    )


async def verified(at: Terminal) -> int:
    """0 when every hash comes out as recorded."""
    async with session(at) as s:
        found = await verify_log(s)
    return show_verified(at, found)


async def verify_log(s: Session) -> Verified:
    """The whole log verified, with a bar."""
    total = (await s.application.operation.log()).horizon.sealed
    with s.at.progress() as bars:
        task = bars.add_task(s.at.say("verifying the log"), total=total)
        found = await s.application.operation.verify(lambda done: bars.update(task, completed=done))
        bars.update(task, completed=found.events, total=found.events)
    return found


def show_verified(at: Terminal, found: Verified) -> int:
    lines = facts(
        (at.say("segments"), number(found.segments)),
        (at.say("events"), number(found.events)),
        (at.say("not sealed yet"), number(found.unsealed)),
        (at.say("last root"), found.root or NOTHING),
    )
    said = (
        at.say(
            "✗ {faults} {faults:plural,finding,findings}: the log is not what was recorded",
            faults=len(found.faults),
        )
        if found.faults
        else at.say("✓ Every hash comes out as recorded")
    )
    named = [Text(f"  {at.say(f'fault:{fault.what}')}: {fault.where}") for fault in found.faults[:SHOWN]]
    at.answer(found, lines, Text(said, style="red" if found.faults else "green"), *named)
    return REFUSED if found.faults else 0


async def compared(at: Terminal) -> int:
    """1 where a workflow knows more of a goal or cycle than the log has."""
    async with session(at) as s:
        gateway = await s.gateway()
        with at.progress() as bars:
            task = bars.add_task(at.say("asking workflows"), total=None)
            found = await ahead_of_the_log(
                gateway.client, s.ledger, lambda seen: bars.update(task, completed=seen)
            )
    table = grid(
        at.say("stream"),
        at.say("stage in its workflow"),
        at.say("version in its workflow"),
        at.say("version in the log"),
        right=(at.say("version in its workflow"), at.say("version in the log")),
    )
    for each in found:
        kind = "cycle_stage" if each.stream.startswith("cycle-") else "stage"
        table.add_row(each.stream, at.say(f"{kind}:{each.stage}"), number(each.known), number(each.recorded))
    if not found:
        at.answer(found, Text(at.say("✓ No workflow knows of anything that the log lacks."), style="green"))
        return 0
    said = at.say(
        "! {count} {count:plural,stream lacks,streams lack} what {count:plural,its workflow was,their workflows were} "
        "told: the log lost it. Ask the people concerned to do it again; `cairn recover` brings the workflows to what "
        "the log has.",
        count=len(found),
    )
    at.answer(found, table, Text(said, style="yellow"))
    return REFUSED
