"""Results, and what they pay by tables of amounts and pots: computed and shown, nothing is recorded (RULES E3)."""

from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.paying import Payrolls
from cairn.domain.evaluation.paying import Payment
from cairn.domain.evaluation.payroll import Payroll
from cairn.pay_tables import PayTableInvalid, read_pay_tables
from cairn_portal.cli.cycle.results import show_scores
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.mistakes import show_mistakes
from cairn_portal.cli.options import CycleArg
from cairn_portal.cli.session import session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, grid, number
from cairn_portal.reading.viewing import of_holder
from projections.models import person as people_model


async def results(
    at: Terminal,
    cycle: CycleArg,
    amounts: Annotated[Path | None, typer.Option(help="a table of amounts by person")] = None,
    pots: Annotated[Path | None, typer.Option(help="a table of pots by department")] = None,
    reader: As = None,
) -> int:
    if amounts is None and pots is None:
        async with session(at) as s:
            await show_scores(s, cycle, None, reader)
        return 0
    try:
        tables = read_pay_tables(amounts, pots)
    except PayTableInvalid as invalid:
        facts = {"source": invalid.source, "count": len(invalid.mistakes)}
        heading = at.say(
            "✗ {source} has {count} {count:plural,mistake,mistakes}; nothing was computed", **facts
        )
        return show_mistakes(at, invalid, heading, ())
    async with session(at) as s:
        the = await s.cycle(cycle)
        payroll = await Payrolls(s.ledger, s.cycles).of(the.id, tables.amounts, tables.pots)
        view = await viewer(s, reader, the)
        people = {each.id: each for each in await people_model.people(s.pool, with_leavers=True)}
        names = await s.names()
    may = {who for who in payroll.payments if view.may("scores", of_holder(who, people))}
    payments = {who: each for who, each in payroll.payments.items() if who in may}
    told = {"payments": payments, "pots": payroll.pots, "without": payroll.without}
    at.answer(told, _table(at, payments, names), *_pots(at, payroll), *_left_out(at, payments, payroll))
    return 0


def _table(at: Terminal, payments: dict[str, Payment], names: dict[str, str]) -> RenderableType:
    paid = at.say("paid")
    table = grid(at.say("holder"), at.say("from"), at.say("exactly"), paid, right=(at.say("exactly"), paid))
    for who, each in payments.items():
        factors = " × ".join(_factor(at, name, value) for name, value in each.factors.items())
        total = NOTHING if each.paid is None else str(each.paid)
        table.add_row(f"{who} {names.get(who, '')}".strip(), factors, number(each.exact, 6), total)
        for advance in each.advances:
            table.add_row(
                f"  {advance.period}",
                at.say("{points} points", points=number(advance.points, 4)),
                "",
                str(advance.paid),
            )
        if each.trued is not None:
            table.add_row("  " + at.say("true-up"), "", "", str(each.trued.due))
    return table


def _factor(at: Terminal, name: str, value: Fraction) -> str:
    """What an amount is multiplied by: the policy's multipliers by their keys."""
    said = at.say(f"pay:{name}") if name in KNOWN else name
    return f"{said} {number(value, 4)}"


KNOWN = ("amount", "hours", "months", "paid_days", "result", "pot_points")


def _pots(at: Terminal, payroll: Payroll) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for unit, shared in payroll.pots.items():
        value = NOTHING if shared.value is None else number(shared.value, 6)
        said = at.say(
            "{unit}: a point is worth {value}; {left} is left", unit=unit, value=value, left=str(shared.left)
        )
        lines.append(Text(said))
    return lines


def _left_out(at: Terminal, payments: dict[str, Payment], payroll: Payroll) -> list[RenderableType]:
    """What is not paid yet, and who has no row: said, never passed over."""
    lines: list[RenderableType] = []
    for who, each in payments.items():
        if each.waiting:
            waits = at.say(
                "{who} is not paid yet: {sheets} has no result.", who=who, sheets=", ".join(each.waiting)
            )
            lines.append(Text(waits, style="yellow"))
    if payroll.without:
        lines.append(Text(at.say("Without a row: {who}", who=", ".join(payroll.without)), style="yellow"))
    return lines
