"""Feedback within 24 hours: observe, tell, answer, follow up; and who heard nothing for long."""

from typing import Annotated, Literal
from uuid import uuid4

import typer
from rich.text import Text

from cairn.application.clock import zone_of
from cairn.domain.feedback.events import ActionOutcome
from cairn.i18n import term
from cairn_portal.cli.case.commanding import (
    cycle_named,
    give_case,
    give_to_case,
    moment,
    new_case,
    require_case,
)
from cairn_portal.cli.case.showing import show_case
from cairn_portal.cli.goal.attaching import Files, attached
from cairn_portal.cli.goal.commanding import goal_id
from cairn_portal.cli.goal.viewing import As
from cairn_portal.cli.options import By, CommandId, CycleOption
from cairn_portal.cli.session import require_actor, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.cli.typed import iso_day
from cairn_portal.presenting.words import NOTHING, day, grid
from cairn_portal.reading.cycles import quiet_in
from projections.models import feedback as feedback_model

Kind = Literal["positive", "problem"]
About = Annotated[str, typer.Argument(metavar="PERSON", help="the id of the person it is about")]
Name = Annotated[str, typer.Argument(metavar="FEEDBACK", help="its id, as `cairn feedback list` shows it")]
Seen = Annotated[str | None, typer.Option(metavar="MOMENT", help="when it was seen; by default now")]
GoalOption = Annotated[str | None, typer.Option(metavar="GOAL", help="the goal it is about")]


async def observe(
    at: Terminal,
    person: About,
    kind: Annotated[Kind, typer.Option(help="positive or a problem")],
    note: Annotated[str, typer.Option(help="what was seen, in short")],
    by: By = None,
    seen: Seen = None,
    goal: GoalOption = None,
    cycle: CycleOption = None,
    command_id: CommandId = None,
) -> int:
    key = command_id or str(uuid4())
    async with session(at) as s:
        of = await cycle_named(s, cycle)
        fields = {
            "kind": kind,
            "note": note,
            "seen_at": moment(of, seen, "--seen"),
            "goal": goal_id(goal) if goal else None,
        }
        return await give_case(
            s, new_case("feedback", of.id, person, key), "observe", require_actor(by), fields, key
        )


async def give(
    at: Terminal,
    about: Annotated[
        str,
        typer.Argument(
            metavar="PERSON|FEEDBACK", help="a person's id, or the id of what was observed before"
        ),
    ],
    by: By = None,
    kind: Annotated[Kind | None, typer.Option(help="positive or a problem")] = None,
    behaviour: Annotated[str, typer.Option(help="positive: what was done")] = "",
    value: Annotated[str, typer.Option(help="positive: what it brought")] = "",
    facts: Annotated[str, typer.Option(help="problem: what happened, when, how much")] = "",
    action: Annotated[str, typer.Option(help="problem: what was agreed to do")] = "",
    due: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="problem: until the end of which day")
    ] = None,
    insist: Annotated[bool, typer.Option(help="keep words that look like a verdict")] = False,
    seen: Seen = None,
    goal: GoalOption = None,
    cycle: CycleOption = None,
    command_id: CommandId = None,
) -> int:
    key = command_id or str(uuid4())
    async with session(at) as s:
        if about.startswith("feedback-"):
            await require_case(s, "feedback", about, require_actor(by))
            case, of = about, await s.cycle(about.split("-")[1])
        else:
            of = await cycle_named(s, cycle)
            case = new_case("feedback", of.id, about, key)
        fields = {
            "kind": kind,
            "behaviour": behaviour,
            "value": value,
            "facts": facts,
            "action": action,
            "action_due": iso_day(due, "--due"),
            "insist": insist,
            "seen_at": moment(of, seen, "--seen"),
            "goal": goal_id(goal) if goal else None,
        }
        return await give_case(s, case, "give", require_actor(by), fields, key)


async def answer(
    at: Terminal, name: Name, words: Annotated[str, typer.Option(help="what to say to it")], by: By = None,
    command_id: CommandId = None,
) -> int:  # fmt: skip
    return await give_to_case("feedback", at, name, "answer", by, command_id, words=words)


async def follow_up(
    at: Terminal,
    name: Name,
    outcome: Annotated[ActionOutcome, typer.Option(help="what became of the action that was agreed")],
    by: By = None,
    note: Annotated[str, typer.Option(help="what shows it")] = "",
    files: Files = None,
    command_id: CommandId = None,
) -> int:
    async with session(at) as s:
        await require_case(s, "feedback", name)
        fields = {"outcome": outcome, "note": note, "files": await attached(at, name, files)}
        return await give_case(s, name, "follow_up", require_actor(by), fields, command_id)


async def withdraw(
    at: Terminal, name: Name, reason: Annotated[str, typer.Option(help="why")], by: By = None,
    command_id: CommandId = None,
) -> int:  # fmt: skip
    return await give_to_case("feedback", at, name, "withdraw", by, command_id, reason=reason)


async def show(at: Terminal, name: Name, reader: As = None) -> None:
    async with session(at) as s:
        await require_case(s, "feedback", name, reader)
        await show_case(s, name, reader)


async def listed(
    at: Terminal,
    cycle: CycleOption = None,
    about: Annotated[str | None, typer.Option(metavar="ID", help="the person it is about")] = None,
    giver: Annotated[
        str | None, typer.Option("--from", metavar="ID", help="whoever observed or told it")
    ] = None,
) -> None:
    async with session(at) as s:
        of = await cycle_named(s, cycle)
        found = await feedback_model.feedback(s.pool, of.id, about=about, by=giver)
    local = at.in_zone(zone_of(of))
    table = grid(
        at.say("feedback"), at.say("kind"), at.say("about"), at.say("from"), at.say("seen"), at.say("due"),
        at.say("told"), at.say("stage"), at.say("action due"),
    )  # fmt: skip
    for each in found:
        told = local.moment(each.given_at) if each.given_at else NOTHING
        late = each.overdue_at is not None
        table.add_row(
            each.name,
            at.say(term("choice", f"feedback.{each.kind}")),
            f"{each.holder} {each.holder_name or ''}",
            f"{each.opened_by} {each.opener_name or ''}",
            local.moment(each.seen_at),
            local.moment(each.answer_by),
            Text(told if not late else at.say("{told} (late)", told=told), style="red" if late else ""),
            at.say(term("stage", f"feedback.{each.stage}")),
            day(each.action_due),
        )
    at.answer(list(found), table if found else Text(at.say("No feedback fits.")))


async def quiet(at: Terminal, cycle: CycleOption = None) -> None:
    async with session(at) as s:
        of = await cycle_named(s, cycle)
        rules = (await s.policies.version(of.policy)).feedback
        local = at.in_zone(zone_of(of))
        found = (await quiet_in(s.records, of)).first
    table = grid(at.say("person"), at.say("manager"), at.say("last heard of"))
    for each in found:
        last = local.moment(each.last) if each.last else NOTHING
        table.add_row(f"{each.holder} {each.holder_name or ''}", each.manager or NOTHING, last)
    nothing = Text(
        at.say("Everybody was given feedback or reported within {months} months.", months=rules.quiet_months)
    )
    at.answer(list(found), table if found else nothing)
    if found:
        at.remark("Who heard nothing for {months} months is judged from memory.", months=rules.quiet_months)
