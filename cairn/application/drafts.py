"""Many goals at once, from a table or from last year: foreseen sheet by sheet, then asked for one by one."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from cairn.application.dated_roster import roster_at
from cairn.application.foreseeing import SheetForeseen
from cairn.application.goals import Goals, read_command
from cairn.application.policies import Policies
from cairn.domain.event import Fact
from cairn.domain.goal.events import GoalDrafted
from cairn.domain.goal.origin import Origin
from cairn.domain.goal.retargeting import DRAFT
from cairn.domain.identity import digest
from cairn.domain.refusal import FactValue, Refusal
from cairn.domain.sheet import rules
from cairn.goal_tables.checking import CheckedGoals, check_goals
from cairn.goal_tables.reading import WrittenGoals
from cairn.goal_tables.wanted import OpenCycle, WantedGoal
from cairn.ledger import Ledger

AT_ONCE = 8
"""Sheets that are looked at together."""
Act = Literal["draft", "revise", "same", "refused"]


class Asked(Fact):
    """One command on a goal, with its fields as they travel."""

    name: str
    fields: dict[str, Any]


class DraftStep(Fact):
    """What is to be done for one goal: `commands` in order, and what they come to. `short` is the weight that the sheet
    has no room for; `code` and `facts` are those of the refusal. `key` names the commands: the same goal brought from
    the same state to the same one has the same key."""

    holder: str
    goal: str
    goal_key: str
    title: str
    sheet: str
    act: Act
    origin: Origin | None = None
    carried_from: str | None = None
    weight: Decimal | None = None
    short: Decimal | None = None
    commands: tuple[Asked, ...] = ()
    key: str = ""
    code: str = ""
    facts: dict[str, FactValue] = Field(default_factory=dict)


class Drafts:
    """Goals in numbers: checked, foreseen. They are given as the ordinary commands of goals."""

    def __init__(self, ledger: Ledger, policies: Policies, goals: Goals) -> None:
        self.ledger, self.policies, self.goals = ledger, policies, goals

    async def check(
        self, written: WrittenGoals, cycle: OpenCycle, policy: str, template: str = ""
    ) -> CheckedGoals:
        """The goals of a table, checked against the roster as the sealed log has it, the cycle's policy (a reference
        `name@version`) and its goals. Raises GoalsInvalid with every bad row."""
        roster = await roster_at(self.ledger, await self.ledger.sealed_position(), date.max)
        return check_goals(written, roster, await self.policies.version(policy), cycle, template)

    async def foresee(
        self, wanted: Sequence[WantedGoal], cycle: OpenCycle, by: str, at: datetime
    ) -> list[DraftStep]:
        """What it takes that these goals are as they shall be, as the log stands now; nothing is recorded. In a sheet
        what makes room comes first. Each goal's commands are looked at as if those before were done."""
        sheets: dict[str, list[WantedGoal]] = {}
        for each in wanted:
            sheets.setdefault(cycle.sheets[each.holder], []).append(each)
        gate = asyncio.Semaphore(AT_ONCE)

        async def of_sheet(sheet: str) -> list[DraftStep]:
            async with gate:
                return await self._of_sheet(sheet, sheets[sheet], by, at)

        found = await asyncio.gather(*map(of_sheet, sheets))
        return [step for steps in found for step in steps]

    async def _of_sheet(
        self, sheet: str, wanted: Sequence[WantedGoal], by: str, at: datetime
    ) -> list[DraftStep]:
        foreseen = await SheetForeseen.of(self.goals, sheet)
        weights = {each.goal: foreseen.sheet.weight_of(each.goal) for each in wanted}
        in_turn = sorted(wanted, key=lambda each: (each.weight or weights[each.goal]) >= weights[each.goal])
        return [await self._step(each, foreseen, by, at) for each in in_turn]

    async def _step(self, wanted: WantedGoal, foreseen: SheetForeseen, by: str, at: datetime) -> DraftStep:
        step = DraftStep(
            holder=wanted.holder, goal=wanted.goal, goal_key=wanted.key, sheet=foreseen.sheet.id, act="refused",
            title=wanted.title or (wanted.there.title if wanted.there else wanted.key), origin=wanted.origin,
            carried_from=wanted.carried_from,
        )  # fmt: skip
        for weight in _weights(wanted, rules.WHOLE - foreseen.sheet.weight):
            try:
                weighed = step.model_copy(update={"act": "same", "weight": weight})
                return await self._asked(weighed, wanted, weight, foreseen, by, at)
            except Refusal as refusal:
                told = {"weight": weight, "code": refusal.code, "facts": refusal.facts}
                step = step.model_copy(update=told)
        return step

    async def _asked(
        self, step: DraftStep, wanted: WantedGoal, weight: Decimal | None, foreseen: SheetForeseen, by: str,
        at: datetime,
    ) -> DraftStep:  # fmt: skip
        """The step with its commands, given in thought. Raises Refusal, and then nothing of it is taken over."""
        asked = [_drafting(wanted, weight or Decimal(0))] if wanted.there is None else _revising(wanted)
        goal = await foreseen.goal(wanted.goal)
        given = [
            (each, read_command(each.name, wanted.goal, by, at, each.fields, "foreseen")) for each in asked
        ]
        if wanted.there is not None and goal.stage not in DRAFT:
            if not await foreseen.would_change([command for _, command in given]):
                return step
            raise Refusal("goal.not-a-draft", field="goal", goal=goal.id, stage=goal.stage)
        events = await foreseen.give([command for _, command in given])
        did = [each for each, made in zip(asked, events, strict=True) if made]
        if not did:
            return step
        drafted = any(isinstance(each, GoalDrafted) for made in events for each in made)
        short = wanted.weight - weight if drafted and wanted.weight and weight is not None else None
        state = f"{wanted.goal}:{goal.version}:{foreseen.version}"
        key = digest(state, *(each.model_dump_json() for each in did))
        return step.model_copy(
            update={
                "act": "draft" if drafted else "revise",
                "commands": tuple(did),
                "short": short or None,
                "key": key,
            }
        )


def _weights(wanted: WantedGoal, room: Decimal) -> list[Decimal | None]:
    """The weights to try, the one that is wanted first."""
    if wanted.there is not None:
        return [wanted.weight]
    weight = wanted.weight or Decimal(0)
    if not wanted.yielding or weight == 0:
        return [weight]
    return [Decimal(0)] if weight > room else [weight, Decimal(0)]


def _drafting(wanted: WantedGoal, weight: Decimal) -> Asked:
    assert wanted.measure is not None
    fields = {
        "key": wanted.key, "title": wanted.title or wanted.key, "dimension": wanted.dimension or "duties",
        "measure": wanted.measure.model_dump(mode="json"), "weight": str(weight), "parent": wanted.parent,
    }  # fmt: skip
    return Asked(name="draft", fields={**fields, **_came(wanted)})


def _revising(wanted: WantedGoal) -> list[Asked]:
    """The commands for a goal that is there: a revision, and another goal that it serves."""
    stated: dict[str, Any] = {}
    if wanted.title is not None:
        stated["title"] = wanted.title
    if wanted.measure is not None:
        stated["measure"] = wanted.measure.model_dump(mode="json")
    if wanted.weight is not None:
        stated["weight"] = str(wanted.weight)
    asked = [Asked(name="revise", fields={**stated, **_came(wanted)})] if stated else []
    if wanted.parent is not None:
        asked.append(Asked(name="align", fields={"parent": wanted.parent}))
    return asked


def _came(wanted: WantedGoal) -> dict[str, Any]:
    origin = wanted.origin.model_dump(mode="json") if wanted.origin else None
    given = {"origin": origin, "carried_from": wanted.carried_from}
    return {name: each for name, each in given.items() if each is not None}
