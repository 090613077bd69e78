"""Goal sheets at the command line: whether they are whole, one command for all goals of one, and HR's decisions."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.clock import zone_of
from cairn.application.sheets import Refused, SheetState, read_sheet_command
from cairn.domain.goal.wholeness import SheetCommand
from cairn.domain.policy import Dimension
from cairn.domain.sheet.commands import AnySheetAction, ExtendSheet, WaiveDimension
from cairn.domain.sheet.events import Waiver
from cairn.i18n import message, refusal_message, term
from cairn_portal.cli.goal.adjusting import Reason
from cairn_portal.cli.goal.commanding import give_command
from cairn_portal.cli.goal.progress import the_cycle
from cairn_portal.cli.goal.setting import Comment
from cairn_portal.cli.options import By, CommandId
from cairn_portal.cli.problem import REFUSED, USAGE, Problem
from cairn_portal.cli.session import Session, require_actor, require_reason, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import day
from cairn_portal.presenting.words import NOTHING, facts, grid, percent, stage
from projections.models import goal as goals_model

SheetArg = Annotated[str, typer.Argument(metavar="SHEET", help="a sheet's id")]
AT_ONCE = 8


def sheet_id(name: str) -> str:
    """A sheet's id, also where `sheet-` was left out."""
    return name if name.startswith("sheet-") else f"sheet-{name}"


async def show(at: Terminal, name: SheetArg) -> None:
    async with session(at) as s:
        state = await s.application.sheets.load(sheet_id(name))
        await s.titles()
    at = at.in_zone(zone_of(state.cycle))
    table = grid(
        at.say("goal"), at.say("title"), at.say("weight"), at.say("stage"), right=(at.say("weight"),)
    )
    for goal, placed in state.sheet.placements.items():
        found = state.goals[goal]
        table.add_row(goal, at.title(found.title), percent(placed.weight), stage(at, found.stage))
    shown: list[RenderableType] = [_head(at, state), table]
    if state.sheet.incidents:
        shown.append(incidents_table(at, state))
    at.answer({"sheet": state.sheet, "lacks": _facts(state)}, *shown)


def incidents_table(at: Terminal, state: SheetState) -> RenderableType:
    """What happened and counts beside the goals; why it was recorded is for those who read comments."""
    number_, times = at.say("number"), at.say("times")
    table = grid(
        number_,
        at.say("incident"),
        at.say("on"),
        at.say("counts in"),
        times,
        at.say("who"),
        right=(number_, times),
    )
    for number, each in state.sheet.incidents.items():
        kind = state.policy.incidents.get(each.kind)
        name = kind.title.text(at.language) if kind else each.kind
        table.add_row(str(number), name, each.on.isoformat(), each.period, str(each.times), each.by)
    return table


def _head(at: Terminal, state: SheetState) -> RenderableType:
    sheet = state.sheet
    whole = Text(at.say("yes"), style="green") if state.lacks.whole else Text(told(at, state), style="yellow")
    left = at.say(
        "{space_left:number} of {space:number} points left", space_left=sheet.space_left, space=sheet.space
    )
    rows: list[tuple[str, object]] = [(at.say("whole"), whole), (at.say("flexible space"), left)]
    if sheet.extended:
        rows.append((at.say("extended to"), sheet.extended.isoformat()))
    if sheet.without:
        names = at.say("separator:list").join(
            at.say(term("dimension", each)) for each in sorted(sheet.without)
        )
        rows.append((at.say("does without"), names))
    return facts(*rows)


def told(at: Terminal, state: SheetState) -> str:
    """What a sheet lacks, in one line."""
    lacks = state.lacks
    parts = [at.say("not approved: {goals}", goals=", ".join(lacks.goals))] if lacks.goals else []
    if lacks.weight:
        parts.append(at.say("weights sum to {sum:percent}", sum=state.sheet.weight))
    for dimension in lacks.dimensions:
        parts.append(at.say("nothing of: {dimension}", dimension=at.say(term("dimension", dimension))))
    return at.say("separator:clause").join(parts)


def _facts(state: SheetState) -> dict[str, Any]:
    return {"whole": state.lacks.whole, **state.lacks._asdict()}


async def listed(
    at: Terminal,
    name: Annotated[
        str | None, typer.Argument(metavar="[CYCLE]", help="by default the one that runs now")
    ] = None,
) -> None:
    async with session(at) as s:
        cycle = await the_cycle(s, name)
        found = await _not_whole(s, cycle.id)
        names = await s.names()
    table = grid(at.say("sheet"), at.say("holder"), at.say("what it lacks"), at.say("extended to"))
    for state in found:
        sheet = state.sheet
        until = sheet.extended.isoformat() if sheet.extended else NOTHING
        table.add_row(
            sheet.id, f"{sheet.holder} {names.get(sheet.holder, '')}".strip(), told(at, state), until
        )
    nothing = Text(at.say("✓ Every sheet of cycle {cycle} is whole.", cycle=cycle.id), style="green")
    answer = [{"sheet": state.sheet.id, "holder": state.sheet.holder, **_facts(state)} for state in found]
    at.answer(answer, table if found else nothing)


async def _not_whole(s: Session, cycle: str) -> list[SheetState]:
    """The sheets of a cycle that lack something."""
    names = [each.sheet for each in await goals_model.sheets(s.pool, cycle=cycle)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> SheetState:
        async with gate:
            return await s.application.sheets.load(name)

    states = await asyncio.gather(*(one(name) for name in names))
    return [state for state in states if state.sheet.placements and not state.lacks.whole]


async def submit(at: Terminal, name: SheetArg, by: By = None, command_id: CommandId = None) -> int:
    return await _all(at, name, "submit", require_actor(by), {}, command_id)


async def approve(
    at: Terminal, name: SheetArg, comment: Comment = "", by: By = None, command_id: CommandId = None
) -> int:
    return await _all(at, name, "approve", require_actor(by), {"comment": comment}, command_id)


async def return_sheet(
    at: Terminal,
    name: SheetArg,
    comment: Annotated[str, typer.Option(help="what to change (required)")] = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    if not comment.strip():
        raise Problem(message("A return needs a comment: --comment '…'."), USAGE)
    return await _all(at, name, "return", require_actor(by), {"comment": comment}, command_id)


async def go_on(
    at: Terminal, name: SheetArg, reason: Reason = "", by: By = None, command_id: CommandId = None
) -> int:
    require_reason(reason)
    return await _all(at, name, "cancel", require_actor(by), {"reason": reason}, command_id)


async def _all(
    at: Terminal, name: str, command: SheetCommand, by: str, fields: Mapping[str, Any], command_id: str | None
) -> int:
    """One command for all goals of a sheet that wait for it: every one gets it, or none where one would refuse."""
    async with session(at) as s:
        sheets = s.application.sheets
        state = await sheets.load(sheet_id(name))
        now = await s.clock.now(state.cycle)
        wanted, refused = await sheets.check(state, command, by, fields, now)
    if refused:
        return _show_refused(at, state, wanted, refused)
    if not wanted:
        nothing = at.say("Nothing to do: no goal of {sheet} waits for this.", sheet=state.sheet.id)
        at.answer({"sheet": state.sheet.id, "answers": []}, Text(nothing))
        return 0
    return await give_command(at, wanted, command, by, fields, command_id=command_id)


def _show_refused(at: Terminal, state: SheetState, wanted: Sequence[str], refused: Sequence[Refused]) -> int:
    why = {each.goal: each.refusal for each in refused}
    table = grid("", at.say("goal"), at.say("outcome"))
    answers = []
    for goal in wanted:
        sentence = refusal_message(why[goal]).text(at.language) if goal in why else at.say("could be done")
        table.add_row(Text("✗", style="red") if goal in why else Text("✓", style="green"), goal, sentence)
        code = why[goal].code if goal in why else None
        answers.append({"goal": goal, "refused": code, "sentence": sentence if code else None})
    said = at.say(
        "Nothing was done: {refused} of {goals} {goals:plural,goal,goals} would refuse it",
        refused=len(refused),
        goals=len(wanted),
    )
    at.answer({"sheet": state.sheet.id, "done": 0, "answers": answers}, table, Text(said, style="yellow"))
    return REFUSED


async def extend(
    at: Terminal,
    name: SheetArg,
    until: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="the last day of it")],
    reason: Reason = "",
    by: By = None,
    command_id: CommandId = None,
) -> None:
    require_reason(reason)
    found = day(until, "--until")
    await decide_on_sheet(at, name, ExtendSheet, by, {"until": found, "reason": reason}, command_id)


async def waive(
    at: Terminal,
    name: SheetArg,
    dimension: Annotated[Dimension, typer.Option(help="the dimension it does without")],
    reason: Reason = "",
    role: Annotated[Waiver, typer.Option("--as", help="for HR or with the committee")] = "hr",
    by: By = None,
    command_id: CommandId = None,
) -> None:
    require_reason(reason)
    fields = {"dimension": dimension, "role": role, "reason": reason}
    await decide_on_sheet(at, name, WaiveDimension, by, fields, command_id)


async def decide_on_sheet(
    at: Terminal, name: str, kind: type[AnySheetAction], by: str | None,
    fields: Mapping[str, Any], command_id: str | None,
) -> None:  # fmt: skip
    """Gives a command on a sheet itself, and says what came of it."""
    async with session(at) as s:
        sheets = s.application.sheets
        state = await sheets.load(sheet_id(name))
        now = await s.clock.now(state.cycle)
        command = read_sheet_command(
            kind, {"sheet": state.sheet.id, "by": require_actor(by), "at": now, **fields}
        )
        events = await sheets.handle(command, command_id or str(uuid4()))
        after = await sheets.load(state.sheet.id)
    told_events = at.say("separator:clause").join(at.say(term("event", each)) for each in events)
    said = told_events or at.say("nothing to do (it is so already)")
    at.answer(
        {"sheet": after.sheet, "events": events, "lacks": _facts(after)},
        Text(f"✓ {after.sheet.id}  {said}", style="green"),
    )
