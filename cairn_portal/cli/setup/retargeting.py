"""Targets for a cycle that is launched: shown goal by goal first, then asked for, with one result for each row."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import typer
from rich.console import RenderableType
from rich.text import Text

from activities.inputs import GoalOutcome
from cairn.application.targets import Holding, TargetStep
from cairn.domain.cycle.state import Cycle
from cairn.domain.goal.stages import stage_row
from cairn.domain.streams import holder_of
from cairn.i18n import message, refusal_message
from cairn.targets.checking import LaunchedGoals, target_goal
from cairn.targets.reading import WrittenTargets
from cairn_portal.cli.goal.commanding import AT_ONCE
from cairn_portal.cli.mistakes import show_remarks
from cairn_portal.cli.problem import REFUSED, USAGE, Problem
from cairn_portal.cli.session import Session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting import reasons
from cairn_portal.presenting.words import grid, number
from projections.models import goal as goals_model


async def retarget(
    s: Session, written: WrittenTargets, cycle: Cycle, by: str, reason: str, yes: bool, partly: bool
) -> int:
    """Shows what the targets take; does it once that is agreed to. Raises TargetsInvalid with every bad row.

    Exit code 1 where a goal refuses: then nothing is done, unless `partly`.
    """
    at, goals = s.at, [each for each in await goals_model.goals(s.pool, cycle=cycle.id) if _goes_on(each)]
    found = await s.application.targets.check(written, _launched(cycle, goals))
    show_remarks(at, found.remarks)
    ids: dict[Holding, str] = {(_holder(each), each.key): each.goal for each in goals}
    told = f"{reason.strip()} ({written.source})".strip()
    steps = await s.application.targets.foresee(found.rows, ids, told, by, datetime.now(UTC), written.source)
    if any(step.act == "adjust" for step in steps) and not reason.strip():
        raise Problem(
            message("Running goals change by adjustments, which need a reason: --reason '…'."), USAGE
        )
    refused = [step for step in steps if step.act == "refused"]
    todo = [step for step in steps if step.act in ("revise", "adjust")]
    if (refused and not partly) or not todo or not (yes or _agreed(at, steps)):
        _show_plan(at, cycle, steps)
        if refused and todo and not partly:
            at.remark("Nothing is done. Mend the rows that are refused, or do the others with --partly.")
        elif todo:
            at.remark("Nothing is done yet: --yes does it.")
        return REFUSED if refused else 0
    return await _do(s, cycle, steps, by)


def _goes_on(goal: goals_model.GoalRow) -> bool:
    return not stage_row(goal.stage).over


def _holder(goal: goals_model.GoalRow) -> str:
    return holder_of(goal.sheet)


def _launched(cycle: Cycle, goals: Sequence[goals_model.GoalRow]) -> LaunchedGoals:
    of: dict[str, list[Any]] = {}
    for each in goals:
        of.setdefault(_holder(each), []).append(target_goal(each.key, each.title, each.measure))
    return LaunchedGoals(of, [period.key for period in cycle.schedule.periods] if cycle.schedule else [])


def _agreed(at: Terminal, steps: Sequence[TargetStep]) -> bool:
    """Whether somebody at the terminal says yes to what they are shown; nobody there is a no."""
    if not at.interactive:
        return False
    at.err.print(_table(at, steps, {}))
    return typer.confirm(at.say("Do this?"), err=True)


async def _do(s: Session, cycle: Cycle, steps: Sequence[TargetStep], by: str) -> int:
    at, gateway, gate, once = s.at, await s.gateway(), asyncio.Semaphore(AT_ONCE), str(uuid4())

    async def ask(step: TargetStep) -> GoalOutcome | None:
        if step.act not in ("revise", "adjust"):
            return None
        async with gate:
            return await gateway.goal(step.goal, step.act, by, step.fields, f"{once}:{step.goal}")

    with at.progress() as bars:
        task = bars.add_task(at.say("targets"), total=len(steps))

        async def counted(step: TargetStep) -> GoalOutcome | None:
            outcome = await ask(step)
            bars.advance(task)
            return outcome

        outcomes = await asyncio.gather(*map(counted, steps))
    last = [each.status for each in outcomes if each is not None and each.status is not None]
    for status in last[-1:]:
        await s.seen(status.goal, status.version, "goal", "history")
    errors = {
        step.goal: refusal_message(each.refused).text(at.language)
        for step, each in zip(steps, outcomes, strict=True)
        if each is not None and each.refused
    }
    done = {step.goal for step, each in zip(steps, outcomes, strict=True) if each is not None} - set(errors)
    _show_done(at, cycle, steps, done, errors)
    return REFUSED if errors or any(step.act == "refused" for step in steps) else 0


def _show_plan(at: Terminal, cycle: Cycle, steps: Sequence[TargetStep]) -> None:
    facts = {"cycle": cycle.id, "done": False, "rows": _rows(at, steps, {}, frozenset())}
    at.answer(facts, _table(at, steps, {}))


def _show_done(
    at: Terminal, cycle: Cycle, steps: Sequence[TargetStep], done: set[str], errors: Mapping[str, str]
) -> None:
    facts = {"cycle": cycle.id, "done": True, "rows": _rows(at, steps, errors, frozenset(done))}
    at.answer(facts, _table(at, steps, errors, frozenset(done)))


def _rows(
    at: Terminal, steps: Sequence[TargetStep], errors: Mapping[str, str], done: frozenset[str]
) -> list[dict[str, Any]]:
    """One result for each row of the file."""
    return [
        {
            "holder": step.holder, "key": step.key, "goal": step.goal, "period": period, "was": step.was[period],
            "target": target, "act": "refused" if step.goal in errors else step.act, "done": step.goal in done,
            "draws": step.draws, "refused": step.code or None, "sentence": _outcome(at, step, errors, done),
        }
        for step in steps
        for period, target in step.targets.items()
    ]  # fmt: skip


def _table(
    at: Terminal, steps: Sequence[TargetStep], errors: Mapping[str, str], done: frozenset[str] = frozenset()
) -> RenderableType:
    right = (at.say("target now"), at.say("new target"))
    table = grid(at.say("holder"), at.say("goal"), at.say("period"), *right, at.say("outcome"), right=right)
    for step in steps:
        bad = step.act == "refused" or step.goal in errors
        style = "red" if bad else "green" if step.goal in done else ""
        for period, target in step.targets.items():
            told = Text(_outcome(at, step, errors, done), style=style)
            table.add_row(step.holder, step.key, period, number(step.was[period]), number(target), told)
    return table


def _outcome(at: Terminal, step: TargetStep, errors: Mapping[str, str], done: frozenset[str]) -> str:
    """What becomes of a row, or became of it."""
    if step.goal in errors:
        return errors[step.goal]
    match step.act:
        case "same":
            return at.say("nothing to do (it is so already)")
        case "refused":
            return reasons.refusal(at, step.code, step.facts)
        case "revise":
            return at.say("✓ the draft is revised") if step.goal in done else at.say("revises the draft")
        case "adjust":
            if step.goal in done:
                return at.say(
                    "✓ an adjustment is asked for (draws {draws:number}): manager and HR confirm it",
                    draws=step.draws,
                )
            return at.say(
                "asks for an adjustment (draws {draws:number}), which manager and HR confirm",
                draws=step.draws,
            )
