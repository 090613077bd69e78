"""Restatements: what waits for a decision because a settled score would come out otherwise, and deciding it."""

from typing import Annotated
from uuid import uuid4

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.clock import zone_of
from cairn.application.restatements import Decision, EvidenceOf
from cairn.domain.goal.state import Goal
from cairn.domain.reading import Evidence
from cairn.domain.schedule import Period
from cairn.domain.sheet.events import Restated
from cairn.domain.sheet.state import Sheet
from cairn.i18n import message
from cairn_portal.cli.cycle.results import owners
from cairn_portal.cli.goal.progress import the_cycle
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import By, CommandId
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import Session, require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, grid, number
from projections.models import score as scores_model
from projections.models.reading import evidence_of

RestatementArg = Annotated[str, typer.Argument(metavar="RESTATEMENT", help="the restatement's id")]
Heard = Annotated[str, typer.Option(help="what the person said to it")]
Why = Annotated[str, typer.Option("--reason", help="why")]


async def listed(
    at: Terminal,
    name: Annotated[str | None, typer.Argument(metavar="[CYCLE]", help="by default the latest cycle")] = None,
    reader: As = None,
) -> None:
    async with session(at) as s:
        cycle = await the_cycle(s, name)
        view, owned = await viewer(s, reader, cycle), await owners(s)
        found = [
            each
            for each in await scores_model.restatements(s.pool, cycle.id)
            if view.may("scores", owned(each.holder or ""))
        ]
        names = await s.names()
    at = at.in_zone(zone_of(cycle))
    nothing = Text(
        at.say("✓ No restatement waits for a decision in cycle {cycle}.", cycle=cycle.id), style="green"
    )
    at.answer(found, _table(at, found, names) if found else nothing)


async def accept(
    at: Terminal,
    restatement: RestatementArg,
    heard: Heard = "",
    reason: Why = "",
    by: By = None,
    command_id: CommandId = None,
) -> None:
    await _decide(at, restatement, True, heard, reason, by, command_id)


async def decline(
    at: Terminal,
    restatement: RestatementArg,
    heard: Heard = "",
    reason: Why = "",
    by: By = None,
    command_id: CommandId = None,
) -> None:
    await _decide(at, restatement, False, heard, reason, by, command_id)


async def _decide(
    at: Terminal,
    restatement: str,
    accepted: bool,
    heard: str,
    reason: str,
    by: str | None,
    command_id: str | None,
) -> None:
    if not heard.strip() or not reason.strip():
        raise Problem(message("Say what the person said to it and why: --heard '…' --reason '…'."), USAGE)
    async with session(at) as s:
        sheet = f"sheet-{restatement.rpartition('-R')[0]}"
        cycle = await s.cycle(restatement.partition("-")[0])
        asked = Decision(restatement, accepted, heard, reason, require_actor(by), await s.clock.now(cycle))
        key = command_id or uuid4().hex
        await s.application.restatements.decide(asked, key, _evidence_of(s))
        version = len(await s.ledger.read_stream(sheet))
        await s.seen(sheet, version, "score")
        if accepted:
            said = at.say("✓ {restatement} takes effect.", restatement=restatement)
        else:
            said = at.say("✓ {restatement} is declined: nothing changes.", restatement=restatement)
        at.answer({"restatement": restatement, "accepted": accepted}, Text(said, style="green"))


def _evidence_of(s: Session) -> EvidenceOf:
    async def found(goal: Goal, sheet: Sheet, period: Period) -> Evidence:
        return await evidence_of(s.pool, goal, sheet, period)

    return found


def _table(at: Terminal, found: list[scores_model.OpenRestatement], names: dict[str, str]) -> RenderableType:
    changes = (at.say("goal's points"), at.say("sheet's points"), at.say("result"))
    table = grid(
        at.say("restatement"), at.say("holder"), at.say("period"), at.say("because of"), *changes, at.say("decided by"),
        at.say("since"), right=changes,
    )  # fmt: skip
    for each in found:
        holder = f"{each.holder or NOTHING} {names.get(each.holder or '', '')}".strip()
        changed = [each.of_period, each.of_result]
        lowers = any(c and c.before is not None and (c.after is None or c.after < c.before) for c in changed)
        table.add_row(
            each.restatement,
            holder,
            each.period,
            at.say(f"cause:{each.cause}"),
            _change(each.of_goal),
            _change(each.of_period),
            _change(each.of_result),
            at.say("the committee") if lowers else "HR",
            at.moment(each.at),
        )
    return table


def _change(change: Restated | None) -> str:
    """Before and after, with the grades where they differ."""
    if change is None:
        return NOTHING
    before, after = number(change.before), number(change.after)
    if change.grade_before != change.grade_after:
        before, after = (
            f"{before} {change.grade_before or NOTHING}",
            f"{after} {change.grade_after or NOTHING}",
        )
    return f"{before} → {after}"
