"""Sheets that are missing since the launch: who would get one, and opening them."""

from typing import Annotated
from uuid import uuid4

import typer
from rich.text import Text

from cairn.domain.launch.consequences import Consequences
from cairn_portal.cli.options import By, CommandId, CycleArg
from cairn_portal.cli.people.moving import DryRun
from cairn_portal.cli.people.showing import consequences
from cairn_portal.cli.problem import refusal_of
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting import reasons
from cairn_portal.presenting.words import grid

Person = Annotated[list[str] | None, typer.Option("--person", metavar="ID", help="of these people alone")]


async def add_sheets(
    at: Terminal,
    name: CycleArg,
    person: Person = None,
    by: By = None,
    dry_run: DryRun = False,
    command_id: CommandId = None,
) -> None:
    async with session(at) as s:
        cycle, people = await s.cycle(name.removeprefix("cycle-")), tuple(person or ())
        plan, _ = await s.cycles.missing(cycle.id, people, await s.clock.today(cycle))
        follows = [Consequences(cycle=cycle.id, digest=plan.digest, opens=plan.sheets)] if plan.sheets else []
        if plan.sheets and not dry_run:
            fields = {"seen": plan.digest, "people": list(people)}
            key = command_id or str(uuid4())
            outcome = await (await s.gateway()).cycle(cycle.id, "add_sheets", require_actor(by), fields, key)
            if outcome.refused:
                raise refusal_of(outcome.refused)
            if outcome.status:
                await s.seen(f"cycle-{cycle.id}", outcome.status.version, "goal", "dashboard")
        names = await s.names()
    out = grid(at.say("person"), at.say("why"), title=at.say("Out"))
    for each in plan.left_out:
        out.add_row(f"{each.person} {names.get(each.person, '')}", reasons.left_out(at, each))
    heading = at.say("What would follow") if dry_run else at.say("✓ Recorded")
    told = [out] if plan.left_out else []
    at.answer(
        {"digest": plan.digest, "opens": plan.sheets, "left_out": plan.left_out},
        Text(heading, style="bold" if dry_run else "green"),
        *(consequences(at, follows, names) if follows else [Text(at.say("No sheet is missing."))]),
        *told,
    )
