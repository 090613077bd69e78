"""Giving goals commands: one or many, each with its own answer, and read again once people can see it."""

import asyncio
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple
from uuid import uuid4

import typer
from rich.text import Text

from activities.inputs import GoalOutcome
from cairn.domain.refusal import Refusal
from cairn.domain.streams import cycle_of
from cairn.i18n import message, refusal_message, term
from cairn_portal.cli.problem import REFUSED, USAGE, Problem, refusal_of
from cairn_portal.cli.session import Session, session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.story import event_name
from cairn_portal.presenting.words import grid, stage, task_name
from projections.models import goal as goals_model
from projections.models import inbox as inboxes

AT_ONCE = 16


class CommandAnswer(NamedTuple):
    """What came of one goal's command."""

    goal: str
    outcome: GoalOutcome | None
    error: str | None


def goal_id(name: str) -> str:
    """A goal's id, also where `goal-` was left out."""
    return name if name.startswith("goal-") else f"goal-{name}"


async def give_command(
    at: Terminal,
    goals: Sequence[str],
    name: str,
    by: str,
    fields: Mapping[str, Any] | None = None,
    *,
    command_id: str | None = None,
    new: bool = False,
) -> int:
    """Gives the same command to each goal. Exit code 1 when any of them refused it."""
    from cairn_portal.cli.failures import no_answer
    from cairn_portal.gateway import NoAnswer

    wanted = list(dict.fromkeys(map(goal_id, goals)))
    if not wanted:
        raise Problem(message("Name at least one goal, or use --all."), USAGE)
    async with session(at) as s:
        if not new:
            await require_in_log(s, wanted)
        gateway = await s.gateway()
        command_id = command_id or str(uuid4())
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(goal: str) -> CommandAnswer:
            async with gate:
                try:
                    outcome = await gateway.goal(goal, name, by, dict(fields or {}), f"{command_id}:{goal}")
                except NoAnswer as lost:
                    if len(wanted) == 1:
                        raise
                    return CommandAnswer(goal, None, at.say(no_answer(lost)))
                return CommandAnswer(
                    goal,
                    outcome,
                    refusal_message(outcome.refused).text(at.language) if outcome.refused else None,
                )

        with at.progress() as bars:
            task = bars.add_task(name, total=len(wanted), visible=len(wanted) > AT_ONCE)

            async def counted(goal: str) -> CommandAnswer:
                given = await one(goal)
                bars.advance(task)
                return given

            answers = await asyncio.gather(*map(counted, wanted))
        await _seen(s, answers)
        return await _show(s, answers, command_id)


async def is_goal(s: Session, name: str) -> bool:
    """Whether a name, of a person or a goal, is a goal's: ids of people may hold hyphens too."""
    if name.count("-") < 2:
        return False
    found = await s.ledger.read_streams([goal_id(name), f"person-{name}"])
    return bool(found[goal_id(name)]) or not found[f"person-{name}"]


async def require_in_log(s: Session, goals: Sequence[str]) -> None:
    """Refuses goals that are not in the log, naming ones that look alike: no workflow is begun for a slip."""
    streams = await s.ledger.read_streams(goals)
    for name in goals:
        if not streams[name]:
            near = await _similar(s, name)
            if not near:
                raise Refusal("goal.unknown", field="goal", goal=name)
            listed = ", ".join(near)
            raise Problem(
                message("There is no goal {name}. Did you mean {listed}?", name=name, listed=listed),
                name="goal.unknown",
            )


async def _similar(s: Session, name: str) -> list[str]:
    cycle = cycle_of(name)
    return get_close_matches(name, await goals_model.goal_ids(s.pool, cycle), n=3, cutoff=0.85)


async def _seen(s: Session, answers: Sequence[CommandAnswer]) -> None:
    last = [each.outcome.status for each in answers if each.outcome and each.outcome.status]
    for status in last[-1:]:
        await s.seen(status.goal, status.version, "goal", "history")


async def _show(s: Session, answers: Sequence[CommandAnswer], command_id: str) -> int:
    at = s.at
    bad = [each for each in answers if each.error]
    if len(answers) == 1:
        outcome = answers[0].outcome
        if outcome is not None and outcome.refused is not None:
            raise refusal_of(outcome.refused)
        at.answer({**_facts(at, answers[0]), "command_id": command_id}, _line(at, answers[0]))
        return 0
    table = grid("", at.say("goal"), at.say("outcome"))
    for each in answers:
        sign = Text("✗", style="red") if each.error else Text("✓", style="green")
        table.add_row(sign, each.goal, each.error or _what(at, each))
    done = len(answers) - len(bad)
    said = at.say("{done} done, {bad} refused", done=done, bad=len(bad))
    facts = {
        "command_id": command_id,
        "done": done,
        "refused": len(bad),
        "answers": [_facts(at, each) for each in answers],
    }
    at.answer(facts, table, Text(said, style="green" if not bad else "yellow"))
    return REFUSED if bad else 0


def _facts(at: Terminal, given: CommandAnswer) -> dict[str, Any]:
    outcome = given.outcome
    return {
        "goal": given.goal,
        "events": outcome.events if outcome else (),
        "status": outcome.status if outcome else None,
        "refused": outcome.refused.code if outcome and outcome.refused else None,
        "sentence": given.error,
    }


def _what(at: Terminal, given: CommandAnswer) -> Text:
    """What happened, the stage now, and who is waited for."""
    outcome = given.outcome
    if outcome is None or outcome.status is None:
        return Text("")
    events = at.say("separator:clause").join(event_name(at, event) for event in outcome.events)
    if not events:
        events = at.say("nothing to do (it is so already)")
    elif outcome.replayed:
        events = at.say("done before: {events}", events=events)
    text = Text(f"{events} → ").append_text(stage(at, outcome.status.stage))
    if outcome.status.awaited:
        who = at.say("separator:list").join(_who(at, each) for each in outcome.status.awaited)
        text.append(at.say(", waiting for {who}", who=who))
    return text


def _who(at: Terminal, awaited: str) -> str:
    """Whoever is waited for: a role in words, a person by id."""
    return at.say(term("awaited", awaited))


def _line(at: Terminal, given: CommandAnswer) -> Text:
    return Text("✓ ", style="green").append(f"{given.goal}  ", style="bold").append_text(_what(at, given))


async def chosen_goals(
    at: Terminal, goals: Sequence[str] | None, everything: bool, act: inboxes.Act, by: str, yes: bool
) -> list[str]:
    """The goals named, or with --all those of the person's inbox that wait for this act, once agreed to."""
    if not everything:
        return list(goals or ())
    if goals:
        raise Problem(message("Use --all or name goals, not both."), USAGE)
    async with session(at) as s:
        person = await s.person(by)
        waiting = await inboxes.inbox(s.pool, by, person.roles, trusting=await s.trusting())
    tasks = [task for task in waiting if task.act == act]
    if not tasks:
        what = task_name(at, act)
        raise Problem(message("Nothing in the inbox of {by} waits to be done: {what}.", by=by, what=what))
    if not yes:
        await _agree(at, tasks)
    return [task.goal for task in tasks]


async def _agree(at: Terminal, tasks: Sequence[inboxes.Task]) -> None:
    if not at.interactive:
        raise Problem(
            message("--all means {tasks} {tasks:plural,goal,goals}: confirm with --yes.", tasks=len(tasks)),
            USAGE,
        )
    for task in tasks:
        at.err.print(f"  {task.goal}  {task.title}  {task.owner} {task.owner_name or ''}")
    question = at.say("Do this to {tasks} {tasks:plural,goal,goals}?", tasks=len(tasks))
    typer.confirm(question, abort=True, err=True)


async def goal_row(s: Session, name: str) -> goals_model.GoalRow:
    """A goal as people read it. Refuses one that is not there."""
    found = await goals_model.goal(s.pool, goal_id(name))
    if found is None:
        await require_in_log(s, [goal_id(name)])
        raise Problem(message("The read model is behind; look again in a moment."))
    return found
