"""A clerical error mended by hand: what would change is shown, and proposed with its reason."""

from collections import defaultdict
from decimal import Decimal
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.corrections import Asked
from cairn.domain.sheet.events import Correction, RestatementProposed
from cairn.domain.streams import cycle_of, sheet_of
from cairn.i18n import message
from cairn_portal.cli.cycle.restatements import change, evidence_from
from cairn_portal.cli.goal.commanding import goal_id, goal_row
from cairn_portal.cli.options import By, CommandId, GoalArg
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import named_numbers
from cairn_portal.presenting.words import grid


async def propose(
    at: Terminal,
    name: GoalArg,
    target: Annotated[
        list[str] | None,
        typer.Option(metavar="M02=100", help="the right target of a period that has ended; repeat it"),
    ] = None,
    check_in: Annotated[
        list[str] | None,
        typer.Option("--check-in", metavar="3=50", help="the right value of a check-in, by its number; repeat it"),
    ] = None,
    assessment: Annotated[
        list[str] | None,
        typer.Option(metavar="Y:M1=90", help="the points that a manager meant, by period and manager; repeat it"),
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(metavar="GOAL=30", help="the right weight of a goal of a sheet that has ended; repeat it"),
    ] = None,
    reason: Annotated[str, typer.Option(help="how the slip came about")] = "",
    by: By = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show what would change, record nothing")] = False,
    command_id: CommandId = None,
) -> None:  # fmt: skip
    if not reason.strip():
        raise Problem(message("Say how the slip came about: --reason '…'."), USAGE)
    correction = _correction(target, check_in, assessment, weight)
    async with session(at) as s:
        goal = (await goal_row(s, name)).goal
        now = await s.clock.now(await s.cycle(cycle_of(goal)))
        asked = Asked(goal, correction, reason.strip(), require_actor(by), now)
        corrections, evidence = s.application.restatements.corrections, evidence_from(s)
        if dry_run:
            found = await corrections.foresee(asked, evidence)
            proposed, at_once = found.proposed, not found.settled
        else:
            key = command_id or uuid4().hex
            proposed, at_once = await corrections.propose(asked, key, evidence)
            for stream, model in ((goal, "goal"), (sheet_of(goal), "score")):
                await s.seen(stream, await s.ledger.version_of(stream), model)
        facts = proposed.model_dump(mode="json") | {"at_once": at_once, "recorded": not dry_run}
        at.answer(facts, *_shown(at, proposed, at_once, dry_run))


def _correction(
    target: list[str] | None,
    check_in: list[str] | None,
    assessment: list[str] | None,
    weight: list[str] | None,
) -> Correction:
    """What is right, as it was typed."""
    reports: dict[int, Decimal] = {}
    for number, value in named_numbers(check_in, "--check-in"):
        if not number.isdecimal():
            raise Problem(message("--check-in is the check-in's number and its value, such as 3=50."), USAGE)
        reports[int(number)] = Decimal(value)
    given: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for name, points in named_numbers(assessment, "--assessment"):
        period, sign, manager = name.partition(":")
        if not sign or not manager:
            raise Problem(message("--assessment is PERIOD:MANAGER=POINTS, such as Y:M1=90."), USAGE)
        given[period][manager] = Decimal(points)
    return Correction(
        targets={key: Decimal(value) for key, value in named_numbers(target, "--target")},
        check_ins=reports,
        assessments=dict(given),
        weights={goal_id(key): Decimal(value) for key, value in named_numbers(weight, "--weight")},
    )


def _shown(at: Terminal, proposed: RestatementProposed, at_once: bool, dry_run: bool) -> list[RenderableType]:
    """Every score that changes, with what was before and after, and what happens next."""
    columns = (at.say("goal's points"), at.say("sheet's points"))
    table = grid(at.say("period"), *columns, right=columns)
    for each in proposed.scores:
        table.add_row(each.period, change(each.of_goal), change(each.of_period))
    if proposed.of_result is not None:
        table.add_row(at.say("result"), "", change(proposed.of_result))
    told: list[RenderableType] = [table] if proposed.scores or proposed.of_result else []
    names = {"restatement": proposed.restatement, "sheet": proposed.sheet}
    if dry_run and at_once:
        said = at.say("Nothing of it is settled: it would take effect at once. Nothing was recorded.")
    elif dry_run:
        said = at.say("Something of it is settled: it would be decided first. Nothing was recorded.")
    elif at_once:
        said = at.say("✓ {restatement} took effect: nothing of it was settled.", **names)
    else:
        said = at.say("✓ {restatement} is proposed and waits for its decision.", **names)
    told.append(Text(said, style="" if dry_run else "green"))
    if not dry_run:
        told.append(Text(_next(at, proposed, at_once), style="dim"))
    return told


def _next(at: Terminal, proposed: RestatementProposed, at_once: bool) -> str:
    if at_once:
        return at.say(
            "Tell the person: cairn restatements tell {restatement}", restatement=proposed.restatement
        )
    who = at.say("the committee") if proposed.lowers else at.say("another HR, or the committee")
    return at.say(
        "Hear the person: cairn restatements hear {restatement} --said '…'; then {who} decides.",
        restatement=proposed.restatement,
        who=who,
    )
