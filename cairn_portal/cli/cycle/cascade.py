"""From strategy to person: who carries which part, what the goals below come to, and what nobody carries."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from cairn.domain.cycle.state import Cycle
from cairn.i18n import term
from cairn_portal.cli.goal.commanding import goal_id
from cairn_portal.cli.options import CycleArg
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, grid, number, percent, stage
from cairn_portal.reading.cascade import stands_alone, who_mends
from projections.models import cascade as cascades
from projections.models import person as people_model

MOST_NAMED = 5
"""People named beside a part; further ones are counted."""


async def cascade(
    at: Terminal,
    name: CycleArg,
    root: Annotated[str | None, typer.Option(metavar="GOAL", help="only what is below it")] = None,
    gaps: Annotated[
        bool, typer.Option("--gaps", help="only what nobody carries, and who can mend it")
    ] = False,
) -> None:
    async with session(at) as s:
        await s.titles()
        cycle = await s.cycle(name.removeprefix("cycle-"))
        if gaps:
            await _gaps(s, cycle)
            return
        found = await cascades.cascade(s.pool, cycle.id, root=goal_id(root) if root else None)
        parts = await cascades.coverage(s.pool, cycle.id)
        names = await s.names()
    sums = cascades.rolled_up(found)
    tree = Tree(Text(f"{cycle.id}  {cycle.title}", style="bold"), guide_style="dim")
    branches = {-1: tree}
    for each in found:
        if stands_alone(each):
            continue
        branch = branches[each.depth - 1].add(_leaf(at, each, names, sums.get(each.goal)))
        branches[each.depth] = branch
        for part in (part for part in parts if part.goal == each.goal):
            branch.add(_part(at, part, names))
    alone = sum(map(stands_alone, found))
    note = Text(
        at.say(
            "{alone} individual {alone:plural,goal serves,goals serve} none of the tier above.", alone=alone
        ),
        style="dim",
    )
    facts = {
        "goals": [
            {**each.model_dump(), "rolled_up": sums[each.goal]._asdict() if each.goal in sums else None}
            for each in found
        ],
        "parts": [{**part.model_dump(), "covered": part.covered} for part in parts],
    }
    at.answer(facts, tree, *([note] if alone else []))
    open_parts = sum(not part.covered for part in parts)
    if open_parts or alone:
        at.remark("What nobody carries, and who can mend it: cairn cascade {cycle} --gaps", cycle=cycle.id)


def _leaf(
    at: Terminal, each: cascades.CascadeGoal, names: Mapping[str, str], below: cascades.RolledUp | None
) -> Text:
    text = Text(f"[{at.say(term('tier', each.tier))}] ", style="dim").append(
        at.title(each.title), style="default"
    )
    text.append(f"  {each.owner} {names.get(each.owner, '')}  ", style="dim").append_text(
        stage(at, each.stage)
    )
    text.append(f"  {percent(each.weight)}", style="dim")
    if each.attainment is not None:
        text.append("  " + at.say("attained {share:percent}", share=each.attainment))
    if below is not None and below.attainment is not None:
        told = at.say(
            "below it {share:percent} by weight ({known} of {goals})",
            share=below.attainment, known=below.known, goals=below.goals,
        )  # fmt: skip
        text.append("  " + told, style="cyan")
    return text


def _part(at: Terminal, part: cascades.PartCoverage, names: Mapping[str, str]) -> Text:
    named = f"{part.department} {names.get(f'department.{part.department}', '')}".strip()
    head = f"{named} {part.part_title} {number(part.target)}"
    if not part.covered:
        gap = at.say("gap: no goal takes it up")
        return Text(f"✗ {head} – {gap}", style="red")
    carried = at.say("carried by {goals}", goals=part.aligned)
    if not part.people:
        return Text(f"◐ {head} – {carried}; {at.say('no goal of a person serves it yet')}", style="yellow")
    people = [f"{who} {names.get(who, '')}".strip() for who in part.people[:MOST_NAMED]]
    further = len(part.people) - len(people)
    told = at.say("with {people}", people=tuple(people))
    more = " " + at.say("and {further} more", further=further) if further else ""
    return Text(f"✓ {head} – {carried}; {told}{more}", style="green")


async def _gaps(s: Session, cycle: Cycle) -> None:
    """What nobody carries, with who can mend it and how."""
    at = s.at
    found = await cascades.gaps(s.pool, cycle.id)
    heads = {each.id: each.head for each in await people_model.departments(s.pool)}
    names = await s.names()
    rows = [
        {**gap.model_dump(), "who": who_mends(gap, heads), "mend": _command(gap, cycle.id)} for gap in found
    ]
    if not found:
        at.answer(
            {"cycle": cycle.id, "gaps": rows}, Text(at.say("✓ Every part is carried, every goal serves one."))
        )
        return
    counts = [
        (code, sum(gap.code == code for gap in found)) for code in dict.fromkeys(gap.code for gap in found)
    ]
    summary = at.say("separator:clause").join(f"{at.say(f'gap:{code}')} {count}" for code, count in counts)
    at.answer(
        {"cycle": cycle.id, "gaps": rows},
        _gap_table(at, found, heads, names, cycle.id),
        Text(summary, style="bold"),
    )


def _gap_table(
    at: Terminal,
    found: Sequence[cascades.Gap],
    heads: Mapping[str, str | None],
    names: Mapping[str, str],
    cycle: str,
) -> RenderableType:
    table = grid(at.say("gap"), at.say("goal"), at.say("who can mend it"), at.say("how"))
    for gap in found:
        who = (
            at.say("separator:list").join(_named(at, each, names) for each in who_mends(gap, heads))
            or NOTHING
        )
        title = at.title(gap.title) + (f" / {gap.part_title}" if gap.code == "part" else "")
        what = Text(f"{gap.goal}  {title}")
        if gap.department is not None:
            what.append(f"  {gap.department}", style="dim")
        table.add_row(
            Text(at.say(f"gap:{gap.code}"), style="red"), what, who, Text(_command(gap, cycle), style="dim")
        )
    return table


def _named(at: Terminal, who: str, names: Mapping[str, str]) -> str:
    return at.say(term("awaited", who)) if ":" in who else f"{who} {names.get(who, '')}".strip()


def _command(gap: cascades.Gap, cycle: str) -> str:
    """What mends it."""
    match gap.code:
        case "part":
            return f"cairn goal draft goal-{cycle}-department.{gap.department}-… --parent {gap.goal}"
        case "undivided":
            return f"cairn goal decompose {gap.goal} --part …"
        case "unaligned" | "alone":
            return f"cairn goal align {gap.goal} --parent …"
        case "nobody":
            return f"cairn goal align … --parent {gap.goal}"
