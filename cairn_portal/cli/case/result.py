"""Results as people deal with them once they are shown: interview, signature, appeal, the committee's votes."""

from functools import partial
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from cairn.application.clock import zone_of
from cairn.domain.goal.state import Goal
from cairn.domain.refusal import Refusal
from cairn.domain.result.state import Result
from cairn.i18n import message, term
from cairn_portal.cli.case.commanding import cycle_named, give_case, give_to_case, require_case
from cairn_portal.cli.case.showing import show_case
from cairn_portal.cli.goal.attaching import Files, attached
from cairn_portal.cli.goal.viewing import As, viewer
from cairn_portal.cli.options import By, CommandId, CycleOption
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import iso_day
from cairn_portal.presenting.words import NOTHING, by_period, grid, number
from cairn_portal.reading.evidence import frozen_evidence
from cairn_portal.reading.viewing import require_may_read_case
from projections.models import result as result_model

Name = Annotated[str, typer.Argument(metavar="RESULT", help="its id, as `cairn result list` shows it")]
Reason = Annotated[str, typer.Option(help="why")]


_give = partial(give_to_case, "result")


async def interview(
    at: Terminal,
    name: Name,
    on: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="the day it was held")],
    agreed: Annotated[str, typer.Option(help="what was agreed")],
    by: By = None,
    command_id: CommandId = None,
) -> int:
    return await _give(at, name, "interview", by, command_id, on=iso_day(on, "--on"), agreed=agreed)


async def acknowledge(
    at: Terminal,
    name: Name,
    version: Annotated[int, typer.Option(help="the version you sign, as `cairn result show` tells it")],
    disagree: Annotated[
        bool, typer.Option("--disagree", help="you know it and do not agree: say why with --words")
    ] = False,
    words: Annotated[str, typer.Option(help="what you say to it")] = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    fields = {"number": version, "agrees": not disagree, "words": words}
    return await _give(at, name, "acknowledge", by, command_id, **fields)


async def go_on(at: Terminal, name: Name, reason: Reason, by: By = None, command_id: CommandId = None) -> int:
    return await _give(at, name, "go_on", by, command_id, reason=reason)


async def appeal(
    at: Terminal,
    name: Name,
    grounds: Annotated[str, typer.Option(help="what is wrong, and what shows it")],
    files: Files = None,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    async with session(at) as s:
        await require_case(s, "result", name)
        kept = await attached(at, name, files)
        return await give_case(
            s, name, "appeal", require_actor(by), {"grounds": grounds, "files": kept}, command_id
        )


async def withdraw(at: Terminal, name: Name, by: By = None, command_id: CommandId = None) -> int:
    return await _give(at, name, "withdraw", by, command_id)


async def vote(
    at: Terminal,
    name: Name,
    reason: Reason,
    grade: Annotated[str | None, typer.Option(help="the better grade you vote for")] = None,
    uphold: Annotated[bool, typer.Option("--uphold", help="vote for what stands")] = False,
    by: By = None,
    command_id: CommandId = None,
) -> int:
    if (grade is None) is not uphold:
        raise Problem(
            message("Vote for a better grade with --grade, or for what stands with --uphold."), USAGE
        )
    return await _give(at, name, "vote", by, command_id, grade=grade, reason=reason)


async def show(at: Terminal, name: Name, reader: As = None) -> None:
    async with session(at) as s:
        await require_case(s, "result", name, reader)
        await show_case(s, name, reader)


async def listed(
    at: Terminal,
    cycle: CycleOption = None,
    of: Annotated[str | None, typer.Option(metavar="ID", help="the person's id")] = None,
    stage: Annotated[
        str | None,
        typer.Option(help="only those in this stage, `signed` say"),
    ] = None,
) -> None:
    async with session(at) as s:
        the = await cycle_named(s, cycle)
        found = await result_model.results(s.pool, the.id, of=of, stage=stage)
    at = at.in_zone(zone_of(the))
    table = grid(
        at.say("result"), at.say("holder"), at.say("version"), at.say("points"), at.say("grade"), at.say("stage"),
        at.say("sign until"), at.say("appeal until"), at.say("interview on"), right=(at.say("points"),),
    )  # fmt: skip
    for each in found:
        grade = each.grade or NOTHING
        table.add_row(
            each.name,
            f"{each.holder} {each.holder_name or ''}",
            str(each.number),
            number(each.rounded),
            f"{each.computed} → {grade}" if each.computed and each.computed != grade else grade,
            at.say(term("stage", f"result.{each.stage}")),
            at.moment(each.acknowledge_by),
            at.moment(each.appeal_by),
            each.talked_on.isoformat() if each.talked_on and each.talked == each.number else NOTHING,
        )
    at.answer(list(found), table if found else Text(at.say("No result was shown yet.")))


async def evidence(at: Terminal, name: Name, reader: As = None) -> None:
    """What the committee decides on: goals and scores as they stood when the person appealed."""
    async with session(at) as s:
        await require_case(s, "result", name, reader)
        case, context = await s.application.cases.load(name)
        cycle = await s.cycle(case.cycle)
        require_may_read_case(await viewer(s, reader, cycle), case, context)
        assert isinstance(case, Result)
        found = await frozen_evidence(s.records, case)
        if found is None:
            raise Refusal("result.no-appeal", field="case")
    goals, scores = found.goals, {key: number(each.rounded) for key, each in found.sheet.scores.items()}
    at = at.in_zone(zone_of(cycle))
    periods = sorted({key for goal in goals for key in goal.scores}, key=by_period)
    table = grid(at.say("goal"), *periods, right=tuple(periods))
    for goal in goals:
        table.add_row(goal.title, *(_points(goal, key) for key in periods))
    table.add_section()
    table.add_row(Text(at.say("sheet"), style="bold"), *(scores.get(key, NOTHING) for key in periods))
    lines: list[RenderableType] = [
        Text(
            at.say(
                "Version {number}, as the log stood at position {position} ({at}):",
                number=found.number,
                position=found.position,
                at=at.moment(found.at),
            ),
            style="bold",
        ),
        table,
    ]
    facts = {
        "appeal": found.appeal, "number": found.number, "position": found.position,
        "goals": {goal.id: {key: each.points for key, each in goal.scores.items()} for goal in goals},
    }  # fmt: skip
    at.answer(facts, *lines)


def _points(goal: Goal, period: str) -> str:
    score = goal.scores.get(period)
    return number(score.rounded) if score else ""
