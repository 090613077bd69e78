"""The decider of a launch: the plan that was previewed becomes a cycle, or the launch is refused."""

import re

from cairn.domain.cycle.commands import AddSheets, LaunchCycle
from cairn.domain.cycle.events import CycleEvent, CycleLaunched, SheetsAdded
from cairn.domain.cycle.state import Cycle
from cairn.domain.launch.plan import LaunchPlan
from cairn.domain.refusal import Refusal

CYCLE_ID = re.compile(r"[A-Za-z0-9_.]+")


def launch(command: LaunchCycle, cycle: Cycle, plan: LaunchPlan, roster: int) -> list[CycleEvent]:
    """Launches a cycle from the plan that was previewed; `roster` is the position of the log it was made from."""
    if not CYCLE_ID.fullmatch(command.cycle):
        raise Refusal("cycle.id", field="cycle", cycle=command.cycle)
    if cycle.version:
        if cycle.plan == command.seen:
            return []
        raise Refusal("cycle.exists", field="cycle", cycle=command.cycle)
    _check_plan(command.seen, plan)
    if not plan.sheets:
        raise Refusal("cycle.empty", field="cycle")
    return [
        CycleLaunched(
            cycle=command.cycle,
            title=plan.title,
            policy=plan.policy,
            schedule=plan.schedule,
            plan=plan.digest,
            roster=roster,
            sheets=len(plan.sheets),
            goals=plan.goals,
            left_out=plan.left_out,
            language=plan.language,
            clock_offset=command.clock_offset,
            by=command.by,
            at=command.at,
        )
    ]


def add_sheets(command: AddSheets, cycle: Cycle, plan: LaunchPlan, roster: int) -> list[CycleEvent]:
    """Adds the sheets of a plan of what is missing; nothing is left to do where none is."""
    if cycle.stage not in command.row.stages:
        raise Refusal("cycle.no-more-sheets", field="cycle", cycle=cycle.id, stage=cycle.stage)
    if not plan.sheets:
        return []
    _check_plan(command.seen, plan)
    sheets = tuple(sheet.sheet for sheet in plan.sheets)
    return [
        SheetsAdded(
            cycle=cycle.id, plan=plan.digest, roster=roster, sheets=sheets, goals=plan.goals, by=command.by,
            at=command.at,
        )
    ]  # fmt: skip


def _check_plan(seen: str, plan: LaunchPlan) -> None:
    """Refuses another plan than the one that was seen, and one with targets that cannot be."""
    if plan.digest != seen:
        raise Refusal("cycle.plan-changed", field="seen", seen=seen, now=plan.digest)
    wrong = [(sheet, each) for sheet in plan.sheets for each in sheet.missing if each.code == "measure"]
    if wrong:
        sheet, first = wrong[0]
        raise Refusal("cycle.targets", field="targets", number=len(wrong), holder=sheet.holder, **first.facts)
