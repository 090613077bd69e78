"""Goal setting at the command line: draft, revise, check, decompose, align, submit, return, approve."""

import json
from typing import Annotated, Any, Literal

import typer

from cairn.i18n import marked, message
from cairn_portal.cli.goal.commanding import chosen_goals, give_command, goal_id, goal_row
from cairn_portal.cli.goal.hints import tell_hints
from cairn_portal.cli.options import By, CommandId, Everything, GoalArg, Goals, Yes
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import decimal, iso_day

PANEL = marked("Goal setting")
Title = Annotated[str | None, typer.Option(help="title")]
Weight = Annotated[str | None, typer.Option(metavar="NUMBER", help="weight; a sheet's make 100")]
Target = Annotated[str | None, typer.Option(metavar="NUMBER", help="target")]
Unit = Annotated[str, typer.Option(help="unit")]
Criteria = Annotated[
    list[str] | None,
    typer.Option("--criterion", help="an acceptance criterion; repeat it"),
]
Outcomes = Annotated[list[str] | None, typer.Option("--outcome", help="an outcome; repeat it")]
MeasureJson = Annotated[
    str | None, typer.Option("--measure", metavar="JSON", help="the whole measure as JSON")
]
Due = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="the day a key task or capability goal is due")
]
Comment = Annotated[str, typer.Option(help="a comment")]


def from_json(written: str, option: str) -> Any:
    try:
        return json.loads(written, parse_float=str)
    except ValueError as error:
        raise Problem(message("{option} is no JSON: {error}.", option=option, error=error), USAGE) from None


def _measure(
    target: str | None,
    unit: str,
    direction: str,
    criteria: list[str] | None,
    outcomes: list[str] | None,
    whole: str | None,
) -> dict[str, Any] | None:
    if whole is not None:
        measure: dict[str, Any] = from_json(whole, "--measure")
        return measure
    if criteria:
        return {"kind": "key_task", "criteria": criteria}
    if outcomes:
        return {"kind": "capability", "outcomes": outcomes}
    if target is not None:
        return {
            "kind": "kpi",
            "target": decimal(target, "--target", unit),
            "unit": unit,
            "direction": direction,
        }
    return None


def _with_due(measure: dict[str, Any] | None, due: str | None) -> dict[str, Any] | None:
    """The measure with its day. Refuses a day for a KPI, which has its periods."""
    if due is None or measure is None:
        return measure
    if measure.get("kind") == "kpi":
        raise Problem(message("--due is for key tasks and capability goals; a KPI has its periods."), USAGE)
    return measure | {"due": iso_day(due, "--due")}


async def draft(
    at: Terminal,
    name: GoalArg,
    title: Annotated[str, typer.Option(help="title")],
    weight: Annotated[str, typer.Option(metavar="NUMBER", help="weight")],
    by: By = None,
    dimension: Annotated[
        Literal["duties", "capability"], typer.Option(help="job duties or capability")
    ] = "duties",
    key: Annotated[str | None, typer.Option(help="key")] = None,
    target: Target = None,
    unit: Unit = "",
    direction: Annotated[Literal["higher", "lower"], typer.Option(help="which way is better")] = "higher",
    criterion: Criteria = None,
    outcome: Outcomes = None,
    measure: MeasureJson = None,
    due: Due = None,
    parent: Annotated[str | None, typer.Option(help="the goal it serves")] = None,
    command_id: CommandId = None,
) -> int:
    found = _with_due(_measure(target, unit, direction, criterion, outcome, measure), due)
    if found is None:
        raise Problem(
            message("Say how it is measured: --target, --criterion, --outcome or --measure."),
            USAGE,
        )
    fields = {
        "key": key or goal_id(name).rpartition("-")[2],
        "title": title,
        "dimension": dimension,
        "measure": found,
        "weight": decimal(weight, "--weight"),
        "parent": goal_id(parent) if parent else None,
    }
    done = await give_command(at, [name], "draft", require_actor(by), fields, command_id=command_id, new=True)
    await tell_hints(at, name)
    return done


async def revise(
    at: Terminal,
    name: GoalArg,
    by: By = None,
    title: Title = None,
    weight: Weight = None,
    target: Target = None,
    unit: Annotated[str | None, typer.Option(help="unit")] = None,
    criterion: Criteria = None,
    outcome: Outcomes = None,
    measure: MeasureJson = None,
    due: Due = None,
    command_id: CommandId = None,
) -> int:
    found = None
    if target is None and (criterion or outcome or measure):
        found = _with_due(_measure(None, "", "higher", criterion, outcome, measure), due)
    elif due is not None:
        found = await _due_anew(at, name, due)
    wanted = None if target is None else await _target(at, name, target, unit)
    given = {
        "title": title, "measure": found, "target": wanted, "unit": None if target is None else unit,
        "weight": decimal(weight, "--weight"),
    }  # fmt: skip
    fields = {key: each for key, each in given.items() if each is not None}
    if not fields:
        raise Problem(message("Say what to change, such as --target 120."), USAGE)
    done = await give_command(at, [name], "revise", require_actor(by), fields, command_id=command_id)
    await tell_hints(at, name)
    return done


async def _due_anew(at: Terminal, name: str, due: str) -> dict[str, Any] | None:
    """The goal's own measure with another day."""
    async with session(at) as s:
        measure = (await goal_row(s, name)).measure
    return _with_due(measure.model_dump(mode="json"), due)


async def _target(at: Terminal, name: str, target: str, unit: str | None) -> str | None:
    """What was typed as a target, read in the unit that is given or the goal's own: 95% is 95 of a KPI in %."""
    async with session(at) as s:
        measure = (await goal_row(s, name)).measure
    return decimal(target, "--target", unit if unit is not None else getattr(measure, "unit", ""))


async def check_smart(
    at: Terminal,
    name: GoalArg,
    specific: Annotated[str, typer.Option(help="specific")],
    measurable: Annotated[str, typer.Option(help="measurable")],
    achievable: Annotated[str, typer.Option(help="achievable")],
    relevant: Annotated[str, typer.Option(help="relevant")],
    time_bound: Annotated[str, typer.Option("--time-bound", help="time-bound")],
    by: By = None,
    command_id: CommandId = None,
) -> int:
    check = {
        "specific": specific,
        "measurable": measurable,
        "achievable": achievable,
        "relevant": relevant,
        "time_bound": time_bound,
    }
    done = await give_command(
        at, [name], "check_smart", require_actor(by), {"check": check}, command_id=command_id
    )
    await tell_hints(at, name)
    return done


async def decompose(
    at: Terminal,
    name: GoalArg,
    part: Annotated[
        list[str],
        typer.Option(metavar="DEPARTMENT:TITLE[:TARGET]", help="repeat it"),
    ],
    by: By = None,
    command_id: CommandId = None,
) -> int:
    parts = [_part(each) for each in part]
    done = await give_command(
        at, [name], "decompose", require_actor(by), {"parts": parts}, command_id=command_id
    )
    await tell_hints(at, name)
    return done


def _part(written: str) -> dict[str, Any]:
    pieces = [piece.strip() for piece in written.replace("：", ":").split(":")]
    if len(pieces) not in (2, 3) or not all(pieces[:2]):
        raise Problem(
            message(
                "--part is DEPARTMENT:TITLE or DEPARTMENT:TITLE:TARGET, not '{written}'.", written=written
            ),
            USAGE,
        )
    target = decimal(pieces[2], "--part") if len(pieces) == 3 else None
    return {"department": pieces[0], "title": pieces[1], "target": target}


async def align(
    at: Terminal,
    name: GoalArg,
    parent: Annotated[str, typer.Option(help="the goal it serves")],
    weight: Annotated[
        str | None,
        typer.Option(help="what it counts there beside the others, where that one is computed from them"),
    ] = None,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    fields = {"parent": goal_id(parent), "parent_weight": decimal(weight, "--weight")}
    stated = {key: value for key, value in fields.items() if value is not None}
    return await give_command(at, [name], "align", require_actor(by), stated, command_id=command_id)


async def submit(
    at: Terminal,
    goals: Goals = None,
    by: By = None,
    everything: Everything = False,
    yes: Yes = False,
    command_id: CommandId = None,
) -> int:
    chosen = await chosen_goals(at, goals, everything, "submit", require_actor(by), yes)
    return await give_command(at, chosen, "submit", require_actor(by), command_id=command_id)


async def approve(
    at: Terminal,
    goals: Goals = None,
    by: By = None,
    comment: Comment = "",
    everything: Everything = False,
    yes: Yes = False,
    command_id: CommandId = None,
) -> int:
    chosen = await chosen_goals(at, goals, everything, "approve", require_actor(by), yes)
    return await give_command(
        at, chosen, "approve", require_actor(by), {"comment": comment}, command_id=command_id
    )


async def return_goal(
    at: Terminal,
    goals: Goals = None,
    comment: Annotated[str, typer.Option(help="what to change (required)")] = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    if not comment.strip():
        raise Problem(message("A return needs a comment: --comment '…'."), USAGE)
    return await give_command(
        at, goals or [], "return", require_actor(by), {"comment": comment}, command_id=command_id
    )
