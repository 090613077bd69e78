"""Erasing what people wrote about somebody: what there is is shown first, then it is ordered and the keys go."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.erasures import Erasable
from cairn.domain.erasure import EraseTexts
from cairn.i18n import message, term
from cairn.ledger import application_name, open_pool
from cairn.privacy import may_delete
from cairn_portal.cli.options import By, CommandId, Yes
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import Session, require_actor, require_reason, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, facts, grid, number
from cairn_portal.servers.backup import administrator

Whom = Annotated[
    str,
    typer.Argument(
        metavar="WHOM", help="a person's id, department.<id>, or company for what is about nobody"
    ),
]
Why = Annotated[str, typer.Option("--reason", help="why; it is kept with the order")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="show what it would erase, erase nothing")]


async def erase(
    at: Terminal,
    whom: Whom,
    reason: Why = "",
    by: By = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    command_id: CommandId = None,
) -> None:
    """Only HR may, nobody for what is written about themselves; it takes the login that owns the ledger."""
    require_reason(reason)
    command = EraseTexts(owner=whom, reason=reason.strip(), by=require_actor(by), at=datetime.now(UTC))
    async with session(at) as s:
        found = await s.application.erasures.preview(command)
        told = _shown(at, found, (await s.names()).get(whom, whom))
        if dry_run or not found.written.keys:
            said = (
                at.say("Nothing was erased.") if found.written.keys else at.say("There is nothing to erase.")
            )
            at.answer(_public(command, found, 0), *told, Text(said))
            return
        if not yes:
            _ask(at, told)
        deleted = await _carried_out(s, command, command_id or str(uuid4()))
    said = at.say(
        "✓ Erased: nobody reads these texts any more. Running processes forget them within a minute; backups from "
        "before still hold the key."
    )
    at.answer(_public(command, found, deleted), *told, Text(said, style="green"))


async def _carried_out(s: Session, command: EraseTexts, key: str) -> int:
    """Records the order and deletes the keys; nothing is recorded where this login may not delete them."""
    shown = application_name("cairn-erase")
    async with await open_pool(administrator(s.at.settings), size=1, application=shown) as as_owner:
        if not await may_delete(as_owner):
            raise Problem(
                message(
                    "This login may not delete keys, so nothing was erased: set CAIRN_MIGRATION_DATABASE to the "
                    "address with the login that owns the ledger, and do it again."
                ),
                USAGE,
            )
        keys = await s.application.erasures.order(command, key)
        deleted = await s.application.erasures.carry_out(as_owner, keys)
        await s.application.appraisals.forget(command.owner)
        return deleted


def _ask(at: Terminal, told: list[RenderableType]) -> None:
    if not at.interactive:
        raise Problem(
            message("What is erased never comes back: look with --dry-run, confirm with --yes."), USAGE
        )
    for line in told:
        at.err.print(line)
    typer.confirm(at.say("Erase them for good?"), abort=True, err=True)


def _shown(at: Terminal, found: Erasable, name: str) -> list[RenderableType]:
    written = found.written
    times = f"{at.moment(written.first)} – {at.moment(written.last)}" if written.total else NOTHING
    earlier = [f"{at.moment(each.at)} · {each.by} · {number(each.texts)}" for each in found.earlier]
    lines = [
        (at.say("about"), name),
        (at.say("texts to be erased"), number(written.total)),
        (at.say("written"), times),
        (at.say("ordered before"), "\n".join(earlier) or NOTHING),
    ]
    if written.in_clear:
        kept = at.say(
            "{count}, from before there was a key: they cannot be erased", count=number(written.in_clear)
        )
        lines.append((at.say("texts in clear"), kept))
    table = grid(at.say("what"), at.say("texts"), right=(at.say("texts"),))
    for event, count in sorted(written.texts.items()):
        table.add_row(at.say(term("event", event)), number(count))
    stays = at.say("Scores, names, titles, who did what and when, and every hash stay as they are.")
    return [facts(*lines), *([table] if written.total else []), Text(stays, style="dim")]


def _public(command: EraseTexts, found: Erasable, deleted: int) -> dict[str, object]:
    written = found.written
    return {
        "owner": command.owner,
        "texts": written.total,
        "by_event": dict(sorted(written.texts.items())),
        "first": written.first,
        "last": written.last,
        "in_clear": written.in_clear,
        "earlier": [{"at": each.at, "by": each.by, "texts": each.texts} for each in found.earlier],
        "keys": list(written.keys),
        "erased": deleted > 0,
    }
