"""Adjustments at the command line: ask, confirm in either role, decline, withdraw."""

from typing import Annotated, Any, Literal

import typer

from cairn.i18n import marked, message
from cairn_portal.cli.goal.commanding import chosen_goals, give_command, goal_id, goal_row
from cairn_portal.cli.goal.setting import MeasureJson, Target, Title, Weight, from_json
from cairn_portal.cli.options import By, CommandId, DiagnosisNumber, Everything, GoalArg, Goals, Yes
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import decimal

PANEL = marked("Adjustments")
Role = Annotated[
    Literal["manager", "hr"] | None,
    typer.Option("--as", help="as manager or HR; by default as who you are"),
]
Reason = Annotated[str, typer.Option(help="why (required)")]


async def adjust(
    at: Terminal,
    name: GoalArg,
    reason: Reason = "",
    by: By = None,
    target: Target = None,
    period: Annotated[
        list[str] | None,
        typer.Option("--period", metavar="Q3=130", help="one period's target; repeat it"),
    ] = None,
    weight: Weight = None,
    counterweight: Annotated[
        list[str] | None,
        typer.Option(metavar="GOAL=15", help="another goal's new weight; repeat it"),
    ] = None,
    title: Title = None,
    measure: MeasureJson = None,
    add: Annotated[
        list[str] | None,
        typer.Option(metavar="JSON", help="a new goal, with `goal`, its id, and all of it; repeat it"),
    ] = None,
    replace: Annotated[
        str | None, typer.Option(metavar="JSON", help="the new goal that takes this one's place")
    ] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="end this goal")] = False,
    diagnosis: DiagnosisNumber = None,
    command_id: CommandId = None,
) -> int:
    if not reason.strip():
        raise Problem(message("An adjustment needs its reason: --reason '…'."), USAGE)
    added = dict(_new_goal(each, "--add") for each in add or ())
    instead, new = await _replacement(at, name, replace) if replace else (None, {})
    changes: dict[str, Any] = {
        "title": title,
        "target": decimal(target, "--target"),
        "targets": dict(_pairs(period, "--period")),
        "weight": decimal(weight, "--weight"),
        "counterweights": {goal_id(key): each for key, each in _pairs(counterweight, "--counterweight")},
        "measure": from_json(measure, "--measure") if measure else None,
        "added": added | new,
        "replaced_by": instead,
        "cancel": cancel,
    }
    changes = {key: each for key, each in changes.items() if each or key not in ("added", "cancel")}
    fields: dict[str, Any] = {"changes": changes, "reason": reason}
    if diagnosis is not None:
        fields["diagnosis"] = diagnosis
    return await give_command(at, [name], "adjust", require_actor(by), fields, command_id=command_id)


def _new_goal(written: str, option: str) -> tuple[str, dict[str, Any]]:
    """A new goal's id and the rest of it."""
    facts = from_json(written, option)
    if not isinstance(facts, dict) or not str(facts.get("goal") or "").strip():
        raise Problem(
            message("{option} is a JSON object with the new goal's id as `goal`.", option=option), USAGE
        )
    return goal_id(str(facts.pop("goal")).strip()), facts


async def _replacement(at: Terminal, name: str, written: str) -> tuple[str, dict[str, Any]]:
    """The goal that takes another's place: what it does not say of dimension, weight and parent is the other's."""
    new, facts = _new_goal(written, "--replace")
    async with session(at) as s:
        old = await goal_row(s, name)
    kept = {"dimension": old.dimension, "weight": str(old.weight or 0), "parent": old.parent}
    return new, {new: kept | facts}


def _pairs(written: list[str] | None, option: str) -> list[tuple[str, str]]:
    pairs = []
    for each in written or ():
        key, sign, amount = each.partition("=")
        if not sign or not key.strip():
            raise Problem(message("{option} is NAME=NUMBER, not '{each}'.", option=option, each=each), USAGE)
        pairs.append((key.strip(), decimal(amount.strip(), option) or ""))
    return pairs


async def _role(at: Terminal, name: str, by: str) -> str:
    """In which role somebody acts: manager where they are the goal's, else HR where they have that role."""
    async with session(at) as s:
        found = await goal_row(s, name)
        person = await s.person(by)
    return "hr" if found.manager != by and "hr" in person.roles else "manager"


async def confirm(
    at: Terminal,
    goals: Goals = None,
    by: By = None,
    role: Role = None,
    everything: Everything = False,
    yes: Yes = False,
    command_id: CommandId = None,
) -> int:
    act: Literal["confirm_hr", "confirm_manager"] = "confirm_manager" if role == "manager" else "confirm_hr"
    chosen = await chosen_goals(at, goals, everything, act, require_actor(by), yes)
    if not chosen:
        raise Problem(message("Name at least one goal, or use --all."), USAGE)
    wanted = role or ("hr" if everything else await _role(at, chosen[0], require_actor(by)))
    return await give_command(
        at, chosen, "confirm", require_actor(by), {"role": wanted}, command_id=command_id
    )


async def decline(
    at: Terminal,
    name: GoalArg,
    reason: Reason = "",
    by: By = None,
    role: Role = None,
    command_id: CommandId = None,
) -> int:
    if not reason.strip():
        raise Problem(message("Declining needs a reason: --reason '…'."), USAGE)
    fields = {"role": role or await _role(at, name, require_actor(by)), "reason": reason}
    return await give_command(at, [name], "decline", require_actor(by), fields, command_id=command_id)


async def withdraw(at: Terminal, name: GoalArg, by: By = None, command_id: CommandId = None) -> int:
    return await give_command(at, [name], "withdraw", require_actor(by), command_id=command_id)
