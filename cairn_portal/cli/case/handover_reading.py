"""What was handed over as people read it: in words, as files for payroll, beside what payroll has."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal
from uuid import uuid4

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.clock import zone_of
from cairn.domain.cycle.state import Cycle
from cairn.domain.handover.events import Change, HandoverReconciled, SumDiffering
from cairn.domain.handover.state import Handover, Message, handover_name
from cairn.domain.refusal import Refusal
from cairn.i18n import term
from cairn.payroll.message import body
from cairn.payroll.tables import PayrollTableInvalid, read_sums, written
from cairn_portal.cli.case.commanding import ask_case, cycle_named
from cairn_portal.cli.case.showing import show_case
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.mistakes import show_mistakes
from cairn_portal.cli.options import By, CommandId, CycleOption
from cairn_portal.cli.problem import REFUSED
from cairn_portal.cli.session import Session, require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.cases import element_said
from cairn_portal.presenting.words import NOTHING, grid
from cairn_portal.reading.viewing import require_may_read_case
from projections.models import handover as handover_model

Batch = Annotated[int, typer.Option("--batch", min=1, help="the batch, as `cairn handover show` numbers it")]


async def show(
    at: Terminal,
    cycle: CycleOption = None,
    batch: Annotated[int | None, typer.Option("--batch", min=1, help="the entries of this batch")] = None,
    person: Annotated[str | None, typer.Option("--of", metavar="ID", help="the person's id")] = None,
    story: Annotated[bool, typer.Option("--story", help="everything that happened in it")] = False,
    reader: As = None,
) -> None:
    async with session(at) as s:
        the = await cycle_named(s, cycle)
        name = handover_name(the.id)
        if story:
            await s.application.handovers.of(the.id)
            await show_case(s, name, reader)
            return
        handover = await _readable(s, the, reader)
        sent = await handover_model.messages(s.pool, name)
        lowered = await handover_model.lowerings(s.pool, name)
        wanted = batch is not None or person is not None
        entries = await handover_model.entries(s.pool, name, batch=batch, person=person) if wanted else ()
    at = at.in_zone(zone_of(the))
    lines: list[RenderableType] = [_messages(at, sent)]
    lines += [_lowerings(at, lowered)] if lowered else []
    lines += [_entries(at, entries)] if wanted else []
    last = handover.reconciled
    lines += [Text(_compared(at, last), style="dim")] if last else []
    told = {"messages": sent, "lowerings": lowered, "entries": entries, "reconciled": last}
    at.answer(told, *lines)


async def export(
    at: Terminal,
    batch: Batch,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="the file; without it to standard output")
    ] = None,
    form: Annotated[Literal["csv", "json"], typer.Option("--form", help="csv or json")] = "csv",
    cycle: CycleOption = None,
    reader: As = None,
) -> None:
    async with session(at) as s:
        the = await cycle_named(s, cycle)
        handover = await _readable(s, the, reader)
    found = [each for each in handover.messages.values() if each.batch == batch]
    if not found:
        raise Refusal("handover.batch", field="batch", batch=batch, known=sorted(handover.batches))
    text = written(the.id, handover.id, found) if form == "csv" else _as_json(handover.id, found)
    if out is None:
        at.out.file.write(text)
        return
    out.write_text(text, encoding="utf-8-sig" if form == "csv" else "utf-8", newline="")
    count = sum(len(each.entries) for each in found)
    at.answer(
        {"file": str(out), "batch": batch, "entries": count},
        Text(
            at.say(
                "✓ Batch {batch} is in {file}: {count} {count:plural,entry,entries}.",
                batch=batch,
                file=str(out),
                count=count,
            )
        ),
    )
    if any(each.taken_at is None for each in found):
        at.remark("Once payroll has it: `cairn handover acknowledge --batch {batch}`.", batch=batch)


def _as_json(handover: str, messages: Sequence[Message]) -> str:
    """One message a line, each as its webhook would get it."""
    return "".join(f"{body(handover, each).decode()}\n" for each in messages)


async def reconcile(
    at: Terminal,
    table: Annotated[Path, typer.Argument(metavar="TABLE", help="payroll's table: person, element, amount")],
    cycle: CycleOption = None,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    try:
        sums = read_sums(table)
    except PayrollTableInvalid as invalid:
        facts = {"source": invalid.source, "count": len(invalid.mistakes)}
        heading = at.say(
            "✗ {source} has {count} {count:plural,mistake,mistakes}; nothing was compared", **facts
        )
        return show_mistakes(at, invalid, heading, ())
    read_from = sha256(table.read_bytes()).hexdigest()
    fields = {"sums": [each.model_dump(mode="json") for each in sums], "table": read_from}
    async with session(at) as s:
        the = await cycle_named(s, cycle)
        name, key = handover_name(the.id), command_id or str(uuid4())
        await s.application.handovers.of(the.id)
        outcome = await ask_case(s, name, "reconcile", require_actor(by), fields, key)
        version = outcome.status.version if outcome.status else None
        found = await s.application.handovers.reconciled(the.id, version)
        names = await s.names()
    told = found.model_dump(mode="json", exclude={"case"}) | {"command_id": key}
    if not found.differing:
        count = found.compared
        said = at.say("✓ Payroll has what was handed over: {count} {count:plural,sum,sums}.", count=count)
        at.answer(told, Text(said, style="green"))
        return 0
    lines: list[RenderableType] = [_differences(at, found.differences, names)]
    if found.differing > len(found.differences):
        lines.append(Text(at.say("and {n:number} more", n=found.differing - len(found.differences))))
    at.answer(told, *lines)
    return REFUSED


async def _readable(s: Session, cycle: Cycle, reader: str | None) -> Handover:
    """The hand-over for whoever may read it: HR, committee, management."""
    await s.application.handovers.of(cycle.id)
    case, context = await s.application.cases.load(handover_name(cycle.id))
    require_may_read_case(await viewer(s, reader, cycle), case, context)
    assert isinstance(case, Handover)
    return case


def amount_said(value: Decimal | None) -> str:
    return NOTHING if value is None else format(value, "f")


def _compared(at: Terminal, last: HandoverReconciled) -> str:
    return at.say(
        "Compared with what payroll has on {at} by {by}: {differing} of {compared} sums differ.",
        at=at.moment(last.at),
        by=last.by,
        differing=last.differing,
        compared=last.compared,
    )


def _messages(at: Terminal, sent: Sequence[handover_model.MessageRow]) -> RenderableType:
    count = at.say("entries")
    table = grid(
        at.say("batch"),
        at.say("message"),
        count,
        at.say("made"),
        at.say("by"),
        at.say("goes by"),
        at.say("payroll"),
        right=(count,),
    )
    for each in sent:
        table.add_row(
            str(each.batch), str(each.message), str(each.entries), at.moment(each.made_at), each.made_by,
            at.say(term("way", each.way)), _taken(at, each),
        )  # fmt: skip
    return table


def _taken(at: Terminal, row: handover_model.MessageRow) -> str:
    if row.taken_at is not None:
        return at.say("has it since {at}", at=at.moment(row.taken_at))
    if row.failed is not None:
        why = at.say(term("not_taken", row.failed), status=row.failed_status or NOTHING)
        return at.say("{what}: {name}", what=at.moment(row.failed_at), name=why)
    if row.acknowledge_by is not None:
        return at.say("is to say so until {at}", at=at.moment(row.acknowledge_by))
    return at.say("is being sent to")


def _lowerings(at: Terminal, found: Sequence[handover_model.LoweringRow]) -> RenderableType:
    table = grid(
        at.say("proposal"),
        at.say("holder"),
        at.say("version"),
        at.say("change"),
        at.say("decide until"),
        "HR",
        at.say("committee"),
        at.say("outcome"),
    )
    for each in found:
        changes = (Change.model_validate(one) for one in each.changes)
        said = at.say("separator:clause").join(
            f"{element_said(at, one.element)} {amount_said(one.before)} → {amount_said(one.after)}"
            for one in changes
        )
        outcome = at.say(term("choice", f"handover.{each.outcome or 'waiting'}"))
        table.add_row(
            str(each.proposal), f"{each.person} {each.person_name or ''}".strip(), str(each.version or NOTHING), said,
            at.moment(each.decide_by), each.hr or NOTHING, each.committee or NOTHING, outcome,
        )  # fmt: skip
    return table


def _entries(at: Terminal, found: Sequence[handover_model.EntryRow]) -> RenderableType:
    amount = at.say("amount")
    table = grid(
        at.say("number"),
        at.say("batch"),
        at.say("holder"),
        at.say("version"),
        at.say("element"),
        amount,
        at.say("reverses"),
        right=(amount,),
    )
    for each in found:
        table.add_row(
            str(each.number), str(each.batch), f"{each.person} {each.person_name or ''}".strip(),
            str(each.version or NOTHING), element_said(at, each.element), amount_said(each.amount),
            str(each.reverses or ""),
        )  # fmt: skip
    return table


def _differences(at: Terminal, found: Sequence[SumDiffering], names: Mapping[str, str]) -> RenderableType:
    ours, theirs = at.say("handed over"), at.say("payroll")
    table = grid(
        at.say("row"),
        at.say("holder"),
        at.say("element"),
        ours,
        theirs,
        at.say("difference"),
        right=(ours, theirs),
    )
    for each in found:
        table.add_row(
            NOTHING if each.row is None else str(each.row), f"{each.person} {names.get(each.person, '')}".strip(),
            each.element, amount_said(each.ours), amount_said(each.theirs), at.say(term("difference", each.kind)),
        )  # fmt: skip
    return table
