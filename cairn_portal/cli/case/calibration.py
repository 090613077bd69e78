"""Calibration as people do it: a unit's grades side by side, moved with a reason, undone, finished."""

from functools import partial
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.calibrations import Overview
from cairn.application.clock import zone_of
from cairn.domain.calibration.unit import COMPANY
from cairn.i18n import message, term
from cairn_portal.cli.case.commanding import cycle_named, give_case, give_to_case, new_case, require_case
from cairn_portal.cli.case.showing import show_case
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import By, CommandId, CycleOption
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.words import NOTHING, by_period, grid, number
from cairn_portal.reading.viewing import require_may_read_case
from projections.models import calibration as calibration_model

Name = Annotated[
    str, typer.Argument(metavar="CALIBRATION", help="its id, as `cairn calibration list` shows it")
]
Who = Annotated[
    str, typer.Argument(metavar="SHEET", help="the goal sheet, as `cairn calibration show` names it")
]
Version = Annotated[
    int, typer.Option(help="the version of the result you looked at, as `cairn calibration show` tells it")
]
Reason = Annotated[str, typer.Option(help="why")]


_give = partial(give_to_case, "calibration")


async def open_(
    at: Terminal,
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="a department's id, or `company`")],
    by: By = None,
    cycle: CycleOption = None,
    command_id: CommandId = None,
) -> int:
    key = command_id or str(uuid4())
    holder = unit if unit == COMPANY or unit.startswith("department.") else f"department.{unit}"
    async with session(at) as s:
        of = await cycle_named(s, cycle)
        return await give_case(
            s, new_case("calibration", of.id, holder, key), "open", require_actor(by), {}, key
        )


async def move(
    at: Terminal, name: Name, sheet: Who,
    to: Annotated[str, typer.Option(help="the grade it is to have")],
    version: Version, reason: Reason, by: By = None, command_id: CommandId = None,
) -> int:  # fmt: skip
    fields = {"sheet": sheet, "grade": to, "number": version, "reason": reason}
    return await _give(at, name, "move", by, command_id, **fields)


async def keep(
    at: Terminal, name: Name, sheet: Who, version: Version, by: By = None, command_id: CommandId = None
) -> int:
    return await _give(at, name, "keep", by, command_id, sheet=sheet, number=version)


async def undo(
    at: Terminal,
    name: Name,
    reason: Reason,
    moves: Annotated[list[int] | None, typer.Option("--move", help="the move's number; repeat it")] = None,
    everything: Annotated[bool, typer.Option("--all", help="every move of the calibration")] = False,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    if bool(moves) is everything:
        raise Problem(message("Name the moves to undo with --move, or all of them with --all."), USAGE)
    return await _give(at, name, "undo", by, command_id, moves=moves or [], reason=reason)


async def finish(at: Terminal, name: Name, by: By = None, command_id: CommandId = None) -> int:
    return await _give(at, name, "finish", by, command_id)


async def go_on(at: Terminal, name: Name, reason: Reason, by: By = None, command_id: CommandId = None) -> int:
    return await _give(at, name, "go_on", by, command_id, reason=reason)


async def cancel(
    at: Terminal, name: Name, reason: Reason, by: By = None, command_id: CommandId = None
) -> int:
    return await _give(at, name, "cancel", by, command_id, reason=reason)


async def listed(at: Terminal, cycle: CycleOption = None) -> None:
    async with session(at) as s:
        the = await cycle_named(s, cycle)
        found = await calibration_model.calibrations(s.pool, the.id)
        names = await s.names()
    at = at.in_zone(zone_of(the))
    table = grid(
        at.say("calibration"), at.say("unit"), at.say("stage"), at.say("opened by"), at.say("finish until"),
        at.say("moves"), right=(at.say("moves"),),
    )  # fmt: skip
    for each in found:
        table.add_row(
            each.name,
            at.say("the company") if each.holder == COMPANY else each.unit_name or each.holder,
            at.say(term("stage", f"calibration.{each.stage}")),
            f"{each.opened_by} {names.get(each.opened_by, '')}",
            at.moment(each.finish_by),
            str(each.moves),
        )
    at.answer(list(found), table if found else Text(at.say("No calibration was opened.")))


async def show(
    at: Terminal,
    name: Name,
    story: Annotated[bool, typer.Option("--story", help="everything that happened in it")] = False,
    reader: As = None,
) -> None:
    async with session(at) as s:
        await require_case(s, "calibration", name, reader)
        if story:
            await show_case(s, name, reader)
            return
        found = await s.application.calibrations.overview(name)
        cycle = await s.cycle(found.calibration.cycle)
        require_may_read_case(await viewer(s, reader, cycle), found.calibration, found.context)
        names = await s.names()
    stage = at.say(term("stage", f"calibration.{found.calibration.stage}"))
    lines: list[RenderableType] = [
        Text(f"{name}  {stage}", style="bold"),
        _people(at, found, names),
        Text(at.say("Grades: {grades}", grades=_grades(at, found))),
        *_shares(at, found),
        _leniency(at, found, names),
    ]
    at.answer(
        {
            "calibration": name,
            "stage": found.calibration.stage,
            "people": found.people,
            "grades": found.grades,
            "distribution": found.shares,
            "leniency": found.leniency,
            "moves": list(found.calibration.moves.values()),
        },
        *lines,
    )


def _people(at: Terminal, found: Overview, names: dict[str, str]) -> RenderableType:
    """The unit's people, best points first; before results are out their periods."""
    moves = found.calibration.standing()
    periods = sorted({key for each in found.people for key in each.periods}, key=by_period)
    early = not any(each.number for each in found.people)
    table = grid(
        at.say("sheet"), at.say("holder"), at.say("manager"), at.say("version"), at.say("points"),
        at.say("by points"), at.say("grade"), at.say("move"), "", *(periods if early else ()),
        right=(at.say("points"),),
    )  # fmt: skip
    for each in sorted(found.people, key=lambda each: (-(each.points or 0), each.sheet)):
        made = [str(move.id) for move in moves if move.sheet == each.sheet]
        mark = (
            at.say("calibrate again") if each.again else at.say("shown to the person") if each.shown else ""
        )
        cells = [number(each.periods.get(key)) for key in periods] if early else []
        table.add_row(
            each.sheet,
            f"{each.holder} {names.get(each.holder, '')}",
            f"{each.manager or NOTHING} {names.get(each.manager or '', '')}".strip(),
            str(each.number) if each.number else NOTHING,
            number(each.points),
            each.computed or NOTHING,
            Text(each.grade or NOTHING, style="bold" if each.grade != each.computed else ""),
            at.say("separator:list").join(made),
            mark,
            *cells,
        )
    return table


def _grades(at: Terminal, found: Overview) -> str:
    return at.say("separator:list").join(f"{grade} {count}" for grade, count in found.grades.items())


def _shares(at: Terminal, found: Overview) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for share in found.shares:
        said = at.say(
            "{grades}: {people}, at most {most}, at least {least}",
            grades=" ".join(share.grades),
            people=share.people,
            most=NOTHING if share.most is None else share.most,
            least=NOTHING if share.least is None else share.least,
        )
        lines.append(Text("  " + said, style="" if share.fits else "yellow"))
    return lines


def _leniency(at: Terminal, found: Overview, names: dict[str, str]) -> RenderableType:
    """How each manager rated beside the unit, before and after."""
    columns = (at.say("people"), at.say("points"), at.say("coefficient before"), at.say("coefficient after"))
    table = grid(at.say("manager"), *columns, right=columns)
    for each in found.leniency:
        who = (
            at.say("the whole unit")
            if each.manager is None
            else f"{each.manager} {names.get(each.manager, '')}"
        )
        table.add_row(who, str(each.people), number(each.points), number(each.before), number(each.after))
    return table
