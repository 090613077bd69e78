"""Through the year and at its end: check in, accept, assess, move to another manager, cancel, supersede, close."""

from datetime import datetime
from typing import Annotated

import typer

from cairn_portal.cli.goal.adjusting import Reason
from cairn_portal.cli.goal.commanding import full, give, goal
from cairn_portal.cli.goal.setting import Comment, decimal
from cairn_portal.cli.options import By, CommandId, GoalArg, Goals
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import acting
from cairn_portal.cli.terminal import Terminal

PANEL = "执行与评估 · Execution and review"
Amount = Annotated[str | None, typer.Option(metavar="NUMBER", help="数值 · a value")]
Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="日期 · the day")
]


@goal.told("check-in", "更新进度：数值或说明 · report progress: a value or words", PANEL)
async def check_in(
    at: Terminal,
    name: GoalArg,
    by: By = None,
    value: Amount = None,
    base: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="比率的分母 · a ratio's denominator")
    ] = None,
    on: Day = None,
    note: Annotated[str, typer.Option(help="说明 · words")] = "",
    command_id: CommandId = None,
) -> int:
    fields = {
        "value": decimal(value, "--value"),
        "base": decimal(base, "--base"),
        "note": note,
        "on": on.date().isoformat() if on else None,
    }
    return await give(at, [name], "check_in", acting(by), fields, command_id=command_id)


@goal.told("accept", "凭据验收重点工作的一条标准 · accept a key task's criterion on evidence", PANEL)
async def accept(
    at: Terminal,
    name: GoalArg,
    criterion: Annotated[int, typer.Option(min=1, help="第几条标准，从 1 数起 · which criterion, from 1")],
    evidence: Annotated[str, typer.Option(help="凭据 · the evidence")],
    by: By = None,
    command_id: CommandId = None,
) -> int:
    return await give(
        at,
        [name],
        "accept",
        acting(by),
        {"criterion": criterion, "evidence": evidence},
        command_id=command_id,
    )


@goal.told("assess", "上级评估：得分与意见 · assess in points", PANEL)
async def assess(
    at: Terminal,
    goals: Goals = None,
    points: Annotated[str, typer.Option(metavar="NUMBER", help="得分 0–150 · points")] = "",
    period: Annotated[str, typer.Option(help="考核期 M01…M12、Q1…Q4、H1、H2、Y · the period")] = "Y",
    comment: Comment = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    if not points:
        raise Problem("请写得分：--points 95。", "Give the points: --points 95.", USAGE)
    fields = {"points": decimal(points, "--points"), "period": period, "comment": comment}
    return await give(at, goals or [], "assess", acting(by), fields, command_id=command_id)


@goal.told("change-manager", "把目标交给另一位上级 · give goals to another manager", PANEL)
async def change_manager(
    at: Terminal,
    goals: Goals = None,
    manager: Annotated[str, typer.Option(metavar="ID", help="新上级工号 · the new manager")] = "",
    effective: Day = None,
    reason: Annotated[str, typer.Option(help="原因 · why")] = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    if not manager or effective is None:
        raise Problem(
            "请写 --manager 工号 和 --effective 日期。", "Say --manager ID and --effective YYYY-MM-DD.", USAGE
        )
    fields = {"manager": manager, "effective": effective.date().isoformat(), "reason": reason}
    return await give(at, goals or [], "change_manager", acting(by), fields, command_id=command_id)


@goal.told("cancel", "作废，须写原因 · cancel with a reason", PANEL)
async def cancel(
    at: Terminal, goals: Goals = None, reason: Reason = "", by: By = None, command_id: CommandId = None
) -> int:
    if not reason.strip():
        raise Problem("作废须写原因：--reason “…”。", "Cancelling needs a reason: --reason '…'.", USAGE)
    return await give(at, goals or [], "cancel", acting(by), {"reason": reason}, command_id=command_id)


@goal.told("supersede", "用另一个目标替代 · supersede by another goal", PANEL)
async def supersede(
    at: Terminal,
    name: GoalArg,
    replacement: Annotated[
        str, typer.Option(metavar="GOAL", help="替代它的目标 · the goal that replaces it")
    ],
    reason: Reason = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    if not reason.strip():
        raise Problem("替代须写原因：--reason “…”。", "Superseding needs a reason: --reason '…'.", USAGE)
    fields = {"replacement": full(replacement), "reason": reason}
    return await give(at, [name], "supersede", acting(by), fields, command_id=command_id)


@goal.told("close", "关闭已评分的目标 · close scored goals", PANEL)
async def close(at: Terminal, goals: Goals = None, by: By = None, command_id: CommandId = None) -> int:
    return await give(at, goals or [], "close", acting(by), command_id=command_id)
