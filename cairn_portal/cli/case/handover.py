"""The hand-over of results as HR does it: looked at, made, lowered by two together, acknowledged."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.handovers import Tables
from cairn.domain.handover.plan import HandoverPlan, PersonChange
from cairn.domain.handover.state import handover_name
from cairn.domain.handover.wanted import LeftOut
from cairn.i18n import term
from cairn.pay_tables import PayTableInvalid, read_pay_tables
from cairn_portal.cli.case.commanding import cycle_named, give_case
from cairn_portal.cli.case.handover_reading import Batch, amount_said
from cairn_portal.cli.mistakes import show_mistakes
from cairn_portal.cli.options import By, CommandId, CycleOption
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.cases import element_said
from cairn_portal.presenting.handovers import plan_facts
from cairn_portal.presenting.words import NOTHING, grid

Amounts = Annotated[Path | None, typer.Option("--amounts", help="a table of amounts by person")]
Pots = Annotated[Path | None, typer.Option("--pots", help="a table of pots by department")]
Proposal = Annotated[
    int, typer.Argument(metavar="PROPOSAL", help="its number, as `cairn handover show` tells it")
]


async def preview(
    at: Terminal, amounts: Amounts = None, pots: Pots = None, by: By = None, cycle: CycleOption = None
) -> int:
    tables = _tables(at, amounts, pots)
    if isinstance(tables, int):
        return tables
    async with session(at) as s:
        the = await cycle_named(s, cycle)
        plan = await s.application.handovers.preview(the.id, tables, require_actor(by))
        names = await s.names()
    _show_plan(at, plan, names)
    return 0


async def make(
    at: Terminal,
    seen: Annotated[str, typer.Option(help="the digest of the preview you saw")],
    amounts: Amounts = None,
    pots: Pots = None,
    by: By = None,
    cycle: CycleOption = None,
    command_id: CommandId = None,
) -> int:
    tables = _tables(at, amounts, pots)
    if isinstance(tables, int):
        return tables
    async with session(at) as s:
        the = await cycle_named(s, cycle)
        fields = {
            "digest": seen,
            "amounts": {who: _stated(row) for who, row in tables.amounts.items()},
            "pots": {unit: _stated(row) for unit, row in tables.pots.items()},
        }
        key = command_id or str(uuid4())
        return await give_case(s, handover_name(the.id), "make", require_actor(by), fields, key)


def _stated(row: Any) -> dict[str, Any]:
    """A row as a command carries it: numbers as they were typed."""
    found: dict[str, Any] = row.model_dump(mode="json", exclude_defaults=True)
    return found


def _tables(at: Terminal, amounts: Path | None, pots: Path | None) -> Tables | int:
    """The tables, or the exit code once their mistakes are shown."""
    try:
        tables = read_pay_tables(amounts, pots)
    except PayTableInvalid as invalid:
        facts = {"source": invalid.source, "count": len(invalid.mistakes)}
        heading = at.say(
            "✗ {source} has {count} {count:plural,mistake,mistakes}; nothing was handed over", **facts
        )
        return show_mistakes(at, invalid, heading, ())
    return Tables.of(tables.amounts, tables.pots)


async def agree(
    at: Terminal, proposal: Proposal, by: By = None, cycle: CycleOption = None, command_id: CommandId = None
) -> int:
    return await _give(at, "agree", by, cycle, command_id, proposal=proposal)


async def decline(
    at: Terminal, proposal: Proposal, by: By = None, cycle: CycleOption = None, command_id: CommandId = None
) -> int:
    return await _give(at, "decline", by, cycle, command_id, proposal=proposal)


async def acknowledge(
    at: Terminal, batch: Batch, by: By = None, cycle: CycleOption = None, command_id: CommandId = None
) -> int:
    return await _give(at, "acknowledge", by, cycle, command_id, batch=batch)


async def _give(
    at: Terminal, name: str, by: str | None, cycle: str | None, command_id: str | None, **fields: Any
) -> int:
    async with session(at) as s:
        the = await cycle_named(s, cycle)
        await s.application.handovers.of(the.id)
        return await give_case(s, handover_name(the.id), name, require_actor(by), fields, command_id)


def _show_plan(at: Terminal, plan: HandoverPlan, names: Mapping[str, str]) -> None:
    lines: list[RenderableType] = []
    if plan.made:
        lines += [Text(at.say("To be handed over:"), style="bold"), _changes(at, plan.made, names)]
    if plan.lowered:
        heading = at.say(
            "Lower than what was handed over: proposed, and not sent before HR and the committee agree:"
        )
        lines += [Text(heading, style="bold"), _changes(at, plan.lowered, names)]
    lines += [_left_out(at, plan.left_out, names)] if plan.left_out else []
    lines.append(Text(_counted(at, plan)))
    if plan.is_empty:
        lines.append(Text(at.say("Nothing is left to hand over."), style="green"))
    else:
        lines.append(Text(f"{at.say('digest')}  ").append(plan.digest, style="bold cyan"))
    at.answer(plan_facts(plan), *lines)
    if not plan.is_empty:
        at.remark(
            "To do exactly this: `cairn handover make --seen {digest}` with the same tables.",
            digest=plan.digest,
        )


def _counted(at: Terminal, plan: HandoverPlan) -> str:
    return at.say(
        "{made} to hand over, {lowered} to propose, {waiting} wait for a decision, {same} have it already, "
        "{left_out} left out.",
        made=len(plan.made), lowered=len(plan.lowered), waiting=len(plan.waiting), same=plan.same,
        left_out=len(plan.left_out),
    )  # fmt: skip


def _changes(at: Terminal, changes: Sequence[PersonChange], names: Mapping[str, str]) -> RenderableType:
    before, after = at.say("before"), at.say("after")
    table = grid(at.say("holder"), at.say("version"), at.say("element"), before, after, right=(before, after))
    for change in changes:
        who, version = (
            f"{change.person} {names.get(change.person, '')}".strip(),
            str(change.version or NOTHING),
        )
        for each in change.changes:
            table.add_row(
                who,
                version,
                element_said(at, each.element),
                amount_said(each.before),
                amount_said(each.after),
            )
            who = version = ""
    return table


def _left_out(at: Terminal, left_out: Mapping[str, LeftOut], names: Mapping[str, str]) -> RenderableType:
    table = grid(at.say("left out"), at.say("why"))
    for each in left_out.values():
        why = at.say(term("left_out", f"handover.{each.why}"))
        if each.waits_for:
            why = at.say("{what}: {name}", what=why, name=at.say("separator:list").join(each.waits_for))
        table.add_row(f"{each.person} {names.get(each.person, '')}".strip(), why)
    return table
