"""Diagnosis at the command line, and what followed from each of a goal's diagnoses."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.text import Text

from cairn.domain.goal.events import DiagnosisKind
from cairn.domain.goal.state import Diagnosis, Goal
from cairn.i18n import marked, message, term
from cairn_portal.cli.goal.commanding import give_command, goal_id
from cairn_portal.cli.options import By, CommandId, GoalArg
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import require_actor
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import iso_day
from cairn_portal.presenting.cases import plan_stage
from cairn_portal.presenting.words import value
from projections.models.coaching import CoachingRow
from projections.models.request import RequestRow

PANEL = marked("Adjustments")


async def diagnose(
    at: Terminal,
    name: GoalArg,
    kind: Annotated[
        DiagnosisKind,
        typer.Option(help="something outside that others can remove, or skills and execution"),
    ],
    facts: Annotated[str, typer.Option(help="what happened, since when, how much")] = "",
    since: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="the day it began, by default today")
    ] = None,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    if not facts.strip():
        raise Problem(message("A diagnosis needs the facts: --facts '…'."), USAGE)
    fields = {"kind": kind, "facts": facts, "since": iso_day(since, "--since")}
    code = await give_command(
        at, [name], "diagnose", require_actor(by), {key: each for key, each in fields.items() if each},
        command_id=command_id,
    )  # fmt: skip
    if code == 0 and kind == "external_obstacle":
        at.remark(
            "What may follow: cairn request open … --goal {goal}, or cairn goal adjust {goal}, with --diagnosis.",
            goal=goal_id(name),
        )
    if code == 0 and kind == "internal_gap":
        at.remark(
            "What may follow: cairn coaching open … --goal {goal}, with --diagnosis.", goal=goal_id(name)
        )
    return code


async def close(
    at: Terminal,
    name: GoalArg,
    diagnosis: Annotated[
        int, typer.Argument(metavar="NUMBER", min=1, help="the diagnosis, as `cairn goal show` numbers it")
    ],
    reason: Annotated[str, typer.Option(help="why (required)")] = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    if not reason.strip():
        raise Problem(message("This needs a reason: --reason '…'."), USAGE)
    fields = {"diagnosis": diagnosis, "reason": reason}
    return await give_command(at, [name], "close_diagnosis", require_actor(by), fields, command_id=command_id)


def diagnosis_lines(
    at: Terminal, goal: Goal, requests: Sequence[RequestRow], plans: Sequence[CoachingRow], words: bool
) -> list[Text]:
    """Each diagnosis with what followed from it; without `words` as somebody reads it who may not read comments: of a
    coaching plan they are not told, nor that there is none."""
    answers: dict[int | None, list[str]] = {}
    for request in requests:
        stage = at.say(term("stage", f"request.{request.stage}"))
        answers.setdefault(request.diagnosis, []).append(f"{request.name} ({stage})")
    for plan in plans if words else ():
        stage = plan_stage(at, plan.stage, plan.outcome)
        answers.setdefault(plan.diagnosis, []).append(f"{plan.name} ({stage})")
    return [
        line
        for each in goal.diagnoses
        for line in _lines(at, goal, each, answers.get(each.number, []), words)
    ]


def _lines(at: Terminal, goal: Goal, found: Diagnosis, answers: Sequence[str], words: bool) -> list[Text]:
    kind = at.say(term("diagnosis", found.kind))
    head = at.say(
        "diagnosis {number}: {kind} since {since:day}", number=found.number, kind=kind, since=found.since
    )
    lines = [Text(f"  {head}  {value(at, found.facts)}" if words else f"  {head}")]
    followed = [
        at.say("goal adjusted") if each in goal.adjustments else at.say("adjustment asked for")
        for each in found.adjustments
    ]
    followed += answers
    if found.closed is not None:
        followed.append(
            at.say("closed: {reason}", reason=value(at, found.closed)) if words else at.say("closed")
        )
    if followed:
        lines.append(Text("    → " + at.say("separator:clause").join(followed), style="dim"))
    elif words:
        lines.append(Text("    " + at.say("nothing has followed from it yet"), style="yellow"))
    return lines
