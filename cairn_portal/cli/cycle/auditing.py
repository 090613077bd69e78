"""For auditors: random approvals with their evidence, drawn by a seed that anybody can draw again."""

import secrets
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application import access
from cairn.application.clock import zone_of
from cairn.application.sampling import Evidence, Sample, Sampled
from cairn.domain.event import SYSTEM
from cairn_portal.cli.goal.progress import the_cycle
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import CycleOption
from cairn_portal.cli.session import session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.story import event_name
from cairn_portal.presenting.words import NOTHING, file_size, grid

SEEDS = 10**9
SHORT = 16
"""Digits of a hash that are shown; `--json` has all of them."""


async def sample(
    at: Terminal,
    cycle: CycleOption = None,
    n: Annotated[int, typer.Option("--n", min=1, max=1000, help="how many approvals")] = 10,
    seed: Annotated[
        str | None, typer.Option(help="the seed of an earlier sample, to draw the same ones again")
    ] = None,
    upto: Annotated[
        int | None,
        typer.Option(min=0, help="the position of an earlier sample; by default all that is sealed"),
    ] = None,
    reader: As = None,
) -> None:
    async with session(at) as s:
        the = await the_cycle(s, cycle)
        view = await viewer(s, reader, the)
        if view.person is not None:
            access.require_audits(view.person)
        by = seed if seed is not None else str(secrets.randbelow(SEEDS))
        found = await s.application.sampling.approvals(the.id, n, by, upto)
        names = await s.names() | {SYSTEM: at.say("system")}
    at = at.in_zone(zone_of(the))
    head = at.say(
        "{n} of {among} approvals in {cycle}, seed {seed}, up to position {upto}",
        n=len(found.drawn), among=found.among, cycle=found.cycle, seed=found.seed, upto=found.upto,
    )  # fmt: skip
    again = at.say(
        "The same ones again: cairn audit sample --cycle {cycle} --n {n} --seed {seed} --upto {upto}",
        cycle=found.cycle, n=n, seed=found.seed, upto=found.upto,
    )  # fmt: skip
    at.answer(found, Text(head, style="bold"), _table(at, found, names), Text(again, style="dim"))


def _table(at: Terminal, found: Sample, names: Mapping[str, str]) -> RenderableType:
    table = grid(
        at.say("position"), at.say("what happened"), at.say("goal"), at.say("who"), at.say("happened"),
        at.say("recorded"), at.say("hash"), right=(at.say("position"),),
    )  # fmt: skip
    for each in found.drawn:
        table.add_section()
        for event in each.leading:
            table.add_row(*_row(at, event, names, "dim"))
        table.add_row(*_row(at, each.approval, names, "bold"))
        for line in _files(at, each):
            table.add_row("", line)
    return table


def _row(at: Terminal, event: Evidence, names: Mapping[str, str], style: str) -> tuple[Text, ...]:
    who = f"{event.actor} {names.get(event.actor, '')}".strip() if event.actor != SYSTEM else names[SYSTEM]
    if event.acting_for is not None:
        who = at.say("{who} for {other}", who=who, other=event.acting_for)
    cells = (
        str(event.position or NOTHING), event_name(at, event.type), event.stream, who, at.moment(event.occurred_at),
        at.moment(event.recorded_at), event.leaf[:SHORT],
    )  # fmt: skip
    return tuple(Text(cell, style=style) for cell in cells)


def _files(at: Terminal, each: Sampled) -> list[str]:
    return [
        at.say("file {sha256}, {size}", sha256=file.sha256[:SHORT], size=file_size(file.size))
        for file in each.files
    ]
