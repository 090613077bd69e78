"""Many goals at once: the plan shown and agreed to, then given sheet by sheet, with one result for each."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.console import RenderableType
from rich.text import Text

from activities.inputs import GoalOutcome
from cairn.application.drafts import DraftStep
from cairn.domain.cycle.state import Cycle
from cairn.i18n import message, refusal_message
from cairn_portal.cli.goal.commanding import AT_ONCE
from cairn_portal.cli.problem import REFUSED
from cairn_portal.cli.session import Session
from cairn_portal.cli.terminal import Terminal
from cairn_portal.presenting.drafting import outcome_of
from cairn_portal.presenting.origins import origin_words
from cairn_portal.presenting.words import grid, percent


async def do_many(
    s: Session, cycle: Cycle, steps: Sequence[DraftStep], by: str, *, yes: bool, partly: bool,
    more: Mapping[str, Any] | None = None, notes: Sequence[str] = (),
) -> int:  # fmt: skip
    """Shows what is to be done; does it once that is agreed to. `more` and `notes` are told beside the table.

    Exit code 1 where a goal refuses: then nothing is done, unless `partly`.
    """
    at = s.at
    refused = [step for step in steps if step.act == "refused"]
    todo = [step for step in steps if step.commands]
    shown = _Shown(at, cycle, steps, dict(more or {}), notes)
    if (refused and not partly) or not todo or not (yes or _agreed(at, shown)):
        shown.tell({}, frozenset(), done=False)
        if refused and todo and not partly:
            at.remark("Nothing is done. Mend the rows that are refused, or do the others with --partly.")
        elif todo:
            at.remark("Nothing is done yet: --yes does it.")
        return REFUSED if refused else 0
    errors, done = await _given(s, todo, by)
    shown.tell(errors, done, done=True)
    return REFUSED if errors or refused else 0


def _agreed(at: Terminal, shown: "_Shown") -> bool:
    """Whether somebody at the terminal says yes to what they are shown; nobody there is a no."""
    if not at.interactive:
        return False
    at.err.print(shown.table({}, frozenset()))
    return typer.confirm(at.say("Do this?"), err=True)


async def _given(s: Session, todo: Sequence[DraftStep], by: str) -> tuple[dict[str, str], frozenset[str]]:
    """Why goals refused, and which goals are done. The goals of a sheet come one after another: what makes room
    first."""
    from cairn_portal.gateway import NoAnswer

    at, gateway, gate = s.at, await s.gateway(), asyncio.Semaphore(AT_ONCE)
    errors: dict[str, str] = {}
    last: dict[str, GoalOutcome] = {}
    sheets: dict[str, list[DraftStep]] = {}
    for step in todo:
        sheets.setdefault(step.sheet, []).append(step)

    async def give(step: DraftStep) -> None:
        for number, command in enumerate(step.commands):
            key = f"{step.goal}:{step.key}:{number}"
            try:
                outcome = await gateway.goal(step.goal, command.name, by, command.fields, key)
            except NoAnswer as lost:
                errors[step.goal] = at.say(
                    message("no answer yet ({lost}): import again, what is done stays done", lost=str(lost))
                )
                return
            if outcome.refused:
                errors[step.goal] = refusal_message(outcome.refused).text(at.language)
                return
            last[step.goal] = outcome

    with at.progress() as bars:
        task = bars.add_task(at.say("goals"), total=len(todo))

        async def of_sheet(steps: Sequence[DraftStep]) -> None:
            for step in steps:
                async with gate:
                    await give(step)
                bars.advance(task)

        await asyncio.gather(*map(of_sheet, sheets.values()))
    for outcome in list(last.values())[-1:]:
        if outcome.status is not None:
            await s.seen(outcome.status.goal, outcome.status.version, "goal", "history")
    return errors, frozenset(step.goal for step in todo if step.goal not in errors)


class _Shown:
    """The plan as people and programs read it, before and after."""

    def __init__(
        self, at: Terminal, cycle: Cycle, steps: Sequence[DraftStep], more: dict[str, Any], notes: Sequence[str]
    ) -> None:  # fmt: skip
        self.at, self.cycle, self.steps, self.more, self.notes = at, cycle, steps, more, notes

    def tell(self, errors: Mapping[str, str], given: frozenset[str], *, done: bool) -> None:
        rows = [self._row(step, errors, given) for step in self.steps]
        counts = {
            act: sum(row["act"] == act for row in rows) for act in ("draft", "revise", "same", "refused")
        }
        facts = {"cycle": self.cycle.id, "done": done, **self.more, "counts": counts, "rows": rows}
        total = self.at.say("{draft} new, {revise} revised, {same} the same, {refused} refused", **counts)
        notes = [Text(note, style="yellow") for note in self.notes]
        self.at.answer(facts, self.table(errors, given), *notes, Text(total, style="bold"))

    def _row(self, step: DraftStep, errors: Mapping[str, str], given: frozenset[str]) -> dict[str, Any]:
        return {
            "row": step.origin.row if step.origin else None, "holder": step.holder, "key": step.goal_key,
            "goal": step.goal, "title": step.title, "act": "refused" if step.goal in errors else step.act,
            "done": step.goal in given, "weight": step.weight, "short": step.short,
            "origin": step.origin, "carried_from": step.carried_from, "refused": step.code or None,
            "sentence": self._outcome(step, errors, given),
        }  # fmt: skip

    def table(self, errors: Mapping[str, str], given: frozenset[str]) -> RenderableType:
        at = self.at
        right = (at.say("weight"),)
        table = grid(at.say("from"), at.say("holder"), at.say("goal"), *right, at.say("outcome"), right=right)
        for step in self.steps:
            bad = step.act == "refused" or step.goal in errors
            style = "red" if bad else "green" if step.goal in given else "yellow" if step.short else ""
            told = Text(self._outcome(step, errors, given), style=style)
            came = origin_words(at, step.origin, step.carried_from)
            table.add_row(came, step.holder, f"{step.goal_key} {step.title}", percent(step.weight), told)
        return table

    def _outcome(self, step: DraftStep, errors: Mapping[str, str], given: frozenset[str]) -> str:
        """What becomes of a goal, or became of it."""
        if step.goal in errors:
            return errors[step.goal]
        return outcome_of(self.at, step, done=step.goal in given)
