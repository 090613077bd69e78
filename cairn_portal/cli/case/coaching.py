"""Coaching plans as the line keeps them: open, change, judge, extend, conclude."""

from typing import Annotated, Any
from uuid import uuid4

import typer

from cairn.domain.coaching.events import Conclusion, Gap, Judgement, SupportKind
from cairn.i18n import message
from cairn_portal.cli.case.commanding import cycle_named, give_case, new_case, require_case
from cairn_portal.cli.goal.commanding import goal_id
from cairn_portal.cli.options import By, CommandId, CycleOption, DiagnosisNumber
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import iso_day

PlanName = Annotated[str, typer.Argument(metavar="PLAN", help="its id, as `cairn coaching list` shows it")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="the number of the checkpoint")]
Reason = Annotated[str, typer.Option(help="why")]
Until = Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="until the end of which day")]
Insist = Annotated[bool, typer.Option(help="keep words that look like a verdict")]


async def open_plan(
    at: Terminal,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="the id of the person it is about")],
    gap: Annotated[Gap, typer.Option(help="what kind of gap was found")],
    facts: Annotated[str, typer.Option(help="what shows the gap: what happened, when, how much")],
    aim: Annotated[str, typer.Option(help="what is to be reached by its end")],
    ends: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="the plan's last day")],
    checkpoint: Annotated[
        list[str], typer.Option(metavar="'YYYY-MM-DD: TEXT | PROOF'", help="what is expected until when")
    ],
    by: By = None,
    mentor: Annotated[str | None, typer.Option(metavar="ID", help="who helps")] = None,
    training: Annotated[
        list[str] | None, typer.Option(metavar="'YYYY-MM-DD: TEXT'", help="a training that is promised")
    ] = None,
    session_: Annotated[
        list[str] | None,
        typer.Option("--session", metavar="'YYYY-MM-DD: TEXT'", help="a session with the mentor"),
    ] = None,
    goal: Annotated[str | None, typer.Option(metavar="GOAL", help="the goal it is about")] = None,
    diagnosis: DiagnosisNumber = None,
    insist: Insist = False,
    cycle: CycleOption = None,
    command_id: CommandId = None,
) -> int:
    key = command_id or str(uuid4())
    fields = {
        "gap": gap,
        "facts": facts,
        "aim": aim,
        "ends": iso_day(ends, "--ends"),
        "mentor": mentor,
        "checkpoints": [_checkpoint(each) for each in checkpoint],
        "trainings": [_dated(each, "--training") for each in training or ()],
        "sessions": [_dated(each, "--session") for each in session_ or ()],
        "goal": goal_id(goal) if goal else None,
        "diagnosis": diagnosis,
        "insist": insist,
    }
    async with session(at) as s:
        of = await cycle_named(s, cycle)
        case = new_case("coaching", of.id, person, key)
        return await give_case(s, case, "open", require_actor(by), fields, key)


def _dated(written: str, option: str) -> dict[str, Any]:
    """`2026-03-16: a training` as what until when. Raises Problem where the day is not told from the text."""
    day, colon, what = written.replace("：", ":", 1).partition(":")
    if not colon or not what.strip():
        wrong = message(
            "{option} is written as a day, a colon and the text: {written}", option=option, written=written
        )
        raise Problem(wrong, USAGE)
    return {"what": what.strip(), "until": iso_day(day.strip(), option)}


def _checkpoint(written: str) -> dict[str, Any]:
    """The same with what will show it, after a bar."""
    found = _dated(written, "--checkpoint")
    expected, _, shown_by = found.pop("what").partition("|")
    return {**found, "expected": expected.strip(), "shown_by": shown_by.strip()}


async def give_plan(
    at: Terminal, name: str, command: str, by: str | None, fields: Any, key: str | None
) -> int:
    """Gives a plan that is there a command; a value of None is not given."""
    async with session(at) as s:
        await require_case(s, "coaching", name)
        return await give_case(s, name, command, require_actor(by), fields, key)


async def go_on(
    at: Terminal, name: PlanName, reason: Reason, by: By = None, command_id: CommandId = None
) -> int:
    return await give_plan(at, name, "go_on", by, {"reason": reason}, command_id)


async def judge(
    at: Terminal,
    name: PlanName,
    number: Number,
    outcome: Annotated[Judgement, typer.Argument(help="met or not")],
    by: By = None,
    comment: Annotated[str, typer.Option(help="what was there and what is missing")] = "",
    command_id: CommandId = None,
) -> int:
    fields = {"checkpoint": number, "outcome": outcome, "comment": comment}
    return await give_plan(at, name, "judge", by, fields, command_id)


async def move(
    at: Terminal, name: PlanName, number: Number, until: Until, reason: Reason, by: By = None,
    command_id: CommandId = None,
) -> int:  # fmt: skip
    fields = {"checkpoint": number, "until": iso_day(until, "--until"), "reason": reason}
    return await give_plan(at, name, "move", by, fields, command_id)


async def add_checkpoint(
    at: Terminal,
    name: PlanName,
    expected: Annotated[str, typer.Option(help="what is expected")],
    until: Until,
    reason: Reason,
    by: By = None,
    shown_by: Annotated[str, typer.Option(help="what will show it")] = "",
    command_id: CommandId = None,
) -> int:
    day = iso_day(until, "--until")
    fields = {"expected": expected, "until": day, "reason": reason, "shown_by": shown_by}
    return await give_plan(at, name, "add_checkpoint", by, fields, command_id)


async def promise(
    at: Terminal,
    name: PlanName,
    what: Annotated[str, typer.Option(help="which training, or what the session is about")],
    until: Until,
    reason: Reason,
    by: By = None,
    kind: Annotated[SupportKind, typer.Option(help="a training, or a session with the mentor")] = "training",
    instead_of: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="the number of what it takes the place of")
    ] = None,
    command_id: CommandId = None,
) -> int:
    day = iso_day(until, "--until")
    fields = {"what": what, "until": day, "reason": reason, "kind": kind, "instead_of": instead_of}
    return await give_plan(at, name, "promise", by, fields, command_id)


async def name_mentor(
    at: Terminal,
    name: PlanName,
    mentor: Annotated[str, typer.Argument(metavar="ID|none", help="the mentor's id; `none`: there is none")],
    reason: Reason,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    fields = {"mentor": None if mentor == "none" else mentor, "reason": reason}
    return await give_plan(at, name, "name_mentor", by, fields, command_id)


async def extend(
    at: Terminal, name: PlanName, until: Until, reason: Reason, by: By = None, command_id: CommandId = None
) -> int:
    fields = {"ends": iso_day(until, "--until"), "reason": reason}
    return await give_plan(at, name, "extend", by, fields, command_id)


async def conclude(
    at: Terminal,
    name: PlanName,
    outcome: Annotated[Conclusion, typer.Argument(help="met or failed; to go on, extend it")],
    by: By = None,
    facts: Annotated[str, typer.Option(help="what was reached and what was not, when, how much")] = "",
    insist: Insist = False,
    command_id: CommandId = None,
) -> int:
    fields = {"outcome": outcome, "facts": facts, "insist": insist}
    return await give_plan(at, name, "conclude", by, fields, command_id)


async def cancel(
    at: Terminal, name: PlanName, reason: Reason, by: By = None, command_id: CommandId = None
) -> int:
    return await give_plan(at, name, "cancel", by, {"reason": reason}, command_id)
