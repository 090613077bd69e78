"""Goal setting at the command line: draft, revise, check, decompose, align, submit, return, approve."""

import json
from decimal import Decimal
from typing import Annotated, Any, Literal

import typer

from cairn_portal.cli.goal.commanding import full, give, goal, named, row
from cairn_portal.cli.options import By, CommandId, Everything, GoalArg, Goals, Yes
from cairn_portal.cli.problem import USAGE, Problem
from cairn_portal.cli.session import acting, session
from cairn_portal.cli.terminal import Terminal

PANEL = "目标设定 · Goal setting"
Title = Annotated[str | None, typer.Option(help="名称 · title")]
Weight = Annotated[
    str | None, typer.Option(metavar="NUMBER", help="权重，合约合计 100 · weight; a sheet's make 100")
]
Target = Annotated[str | None, typer.Option(metavar="NUMBER", help="目标值 · target")]
Unit = Annotated[str, typer.Option(help="单位 · unit")]
Criteria = Annotated[
    list[str] | None,
    typer.Option("--criterion", help="验收标准，可多次 · an acceptance criterion; repeat it"),
]
Outcomes = Annotated[
    list[str] | None, typer.Option("--outcome", help="能力成果，可多次 · an outcome; repeat it")
]
MeasureJson = Annotated[
    str | None, typer.Option("--measure", metavar="JSON", help="完整的衡量方式 · the whole measure as JSON")
]
Comment = Annotated[str, typer.Option(help="意见 · a comment")]


def decimal(written: str | None, option: str) -> str | None:
    """A number as typed, kept exact. Raises Problem with exit code 2 for anything else."""
    if written is None:
        return None
    try:
        exact = Decimal(written.replace(",", ""))
    except ArithmeticError:
        exact = Decimal("NaN")
    if not exact.is_finite():
        raise Problem(
            f"{option} 要写一个数，而不是“{written}”。", f"{option} needs a number, not '{written}'.", USAGE
        )
    return str(exact)


def from_json(written: str, option: str) -> Any:
    try:
        return json.loads(written, parse_float=str)
    except ValueError as error:
        raise Problem(f"{option} 不是 JSON：{error}。", f"{option} is no JSON: {error}.", USAGE) from None


def _measure(
    target: str | None,
    unit: str,
    direction: str,
    criteria: list[str] | None,
    outcomes: list[str] | None,
    whole: str | None,
) -> dict[str, Any] | None:
    if whole is not None:
        measure: dict[str, Any] = from_json(whole, "--measure")
        return measure
    if criteria:
        return {"kind": "key_task", "criteria": criteria}
    if outcomes:
        return {"kind": "capability", "outcomes": outcomes}
    if target is not None:
        return {"kind": "kpi", "target": decimal(target, "--target"), "unit": unit, "direction": direction}
    return None


@goal.told("draft", "在合约中新建目标 · add a goal to a sheet", PANEL)
async def draft(
    at: Terminal,
    name: GoalArg,
    title: Annotated[str, typer.Option(help="名称 · title")],
    weight: Annotated[str, typer.Option(metavar="NUMBER", help="权重 · weight")],
    by: By = None,
    dimension: Annotated[
        Literal["duties", "capability"], typer.Option(help="岗位职责或能力发展 · job duties or capability")
    ] = "duties",
    key: Annotated[str | None, typer.Option(help="代号，缺省取编号 · key")] = None,
    target: Target = None,
    unit: Unit = "",
    direction: Annotated[
        Literal["higher", "lower"], typer.Option(help="越高越好或越低越好 · which way is better")
    ] = "higher",
    criterion: Criteria = None,
    outcome: Outcomes = None,
    measure: MeasureJson = None,
    parent: Annotated[str | None, typer.Option(help="所支持的上级目标 · the goal it serves")] = None,
    command_id: CommandId = None,
) -> int:
    found = _measure(target, unit, direction, criterion, outcome, measure)
    if found is None:
        raise Problem(
            "请写怎样衡量：--target 数、--criterion 标准、--outcome 成果或 --measure JSON。",
            "Say how it is measured: --target, --criterion, --outcome or --measure.",
            USAGE,
        )
    fields = {
        "key": key or full(name).rpartition("-")[2],
        "title": title,
        "dimension": dimension,
        "measure": found,
        "weight": decimal(weight, "--weight"),
        "parent": full(parent) if parent else None,
    }
    return await give(at, [name], "draft", acting(by), fields, command_id=command_id, new=True)


@goal.told("revise", "修改草稿的名称、目标值或权重 · change a draft", PANEL)
async def revise(
    at: Terminal,
    name: GoalArg,
    by: By = None,
    title: Title = None,
    weight: Weight = None,
    target: Target = None,
    unit: Annotated[str | None, typer.Option(help="单位 · unit")] = None,
    criterion: Criteria = None,
    outcome: Outcomes = None,
    measure: MeasureJson = None,
    command_id: CommandId = None,
) -> int:
    found = None
    if target is not None:
        found = await _with_target(at, name, target, unit)
    elif criterion or outcome or measure:
        found = _measure(None, "", "higher", criterion, outcome, measure)
    given = {"title": title, "measure": found, "weight": decimal(weight, "--weight")}
    fields = {key: each for key, each in given.items() if each is not None}
    if not fields:
        raise Problem("请写要改什么，如 --target 120。", "Say what to change, such as --target 120.", USAGE)
    return await give(at, [name], "revise", acting(by), fields, command_id=command_id)


async def _with_target(at: Terminal, name: str, target: str, unit: str | None) -> dict[str, Any]:
    """The goal's own KPI with another target: everything else about it stays."""
    async with session(at) as s:
        found = await row(s, name)
    measure = found.measure.model_dump(mode="json")
    if measure["kind"] != "kpi":
        raise Problem("只有 KPI 有目标值。", "Only KPIs have targets.", USAGE)
    return {
        **measure,
        "target": decimal(target, "--target"),
        "unit": unit if unit is not None else measure["unit"],
    }


@goal.told("check-smart", "战略目标的 SMART 检查 · the SMART check of a strategic goal", PANEL)
async def check_smart(
    at: Terminal,
    name: GoalArg,
    specific: Annotated[str, typer.Option(help="具体 · specific")],
    measurable: Annotated[str, typer.Option(help="可衡量 · measurable")],
    achievable: Annotated[str, typer.Option(help="可实现 · achievable")],
    relevant: Annotated[str, typer.Option(help="相关 · relevant")],
    time_bound: Annotated[str, typer.Option("--time-bound", help="有时限 · time-bound")],
    by: By = None,
    command_id: CommandId = None,
) -> int:
    check = {
        "specific": specific,
        "measurable": measurable,
        "achievable": achievable,
        "relevant": relevant,
        "time_bound": time_bound,
    }
    return await give(at, [name], "check_smart", acting(by), {"check": check}, command_id=command_id)


@goal.told("decompose", "把目标分解到部门 · decompose a goal into parts with departments", PANEL)
async def decompose(
    at: Terminal,
    name: GoalArg,
    part: Annotated[
        list[str],
        typer.Option(metavar="DEPARTMENT:TITLE[:TARGET]", help="部门、名称和目标值，可多次 · repeat it"),
    ],
    by: By = None,
    command_id: CommandId = None,
) -> int:
    return await give(
        at, [name], "decompose", acting(by), {"parts": [_part(each) for each in part]}, command_id=command_id
    )


def _part(written: str) -> dict[str, Any]:
    pieces = [piece.strip() for piece in written.replace("：", ":").split(":")]
    if len(pieces) not in (2, 3) or not all(pieces[:2]):
        raise Problem(
            f"--part 要写成 部门:名称 或 部门:名称:目标值，而不是“{written}”。",
            f"--part is DEPARTMENT:TITLE or DEPARTMENT:TITLE:TARGET, not '{written}'.",
            USAGE,
        )
    target = decimal(pieces[2], "--part") if len(pieces) == 3 else None
    return {"department": pieces[0], "title": pieces[1], "target": target}


@goal.told("align", "让目标对齐上级目标 · let a goal serve one of the tier above", PANEL)
async def align(
    at: Terminal,
    name: GoalArg,
    parent: Annotated[str, typer.Option(help="上级目标编号 · the goal it serves")],
    by: By = None,
    command_id: CommandId = None,
) -> int:
    return await give(at, [name], "align", acting(by), {"parent": full(parent)}, command_id=command_id)


@goal.told("submit", "提交审批，可一次多个 · submit for approval", PANEL)
async def submit(
    at: Terminal,
    goals: Goals = None,
    by: By = None,
    everything: Everything = False,
    yes: Yes = False,
    command_id: CommandId = None,
) -> int:
    chosen = await named(at, goals, everything, "submit", acting(by), yes)
    return await give(at, chosen, "submit", acting(by), command_id=command_id)


@goal.told("approve", "批准，可一次多个 · approve", PANEL)
async def approve(
    at: Terminal,
    goals: Goals = None,
    by: By = None,
    comment: Comment = "",
    everything: Everything = False,
    yes: Yes = False,
    command_id: CommandId = None,
) -> int:
    chosen = await named(at, goals, everything, "approve", acting(by), yes)
    return await give(at, chosen, "approve", acting(by), {"comment": comment}, command_id=command_id)


@goal.told("return", "退回修改，须写意见 · return with a comment", PANEL)
async def give_back(
    at: Terminal,
    goals: Goals = None,
    comment: Annotated[str, typer.Option(help="要改什么（必填） · what to change (required)")] = "",
    by: By = None,
    command_id: CommandId = None,
) -> int:
    if not comment.strip():
        raise Problem("退回须写意见：--comment “…”。", "A return needs a comment: --comment '…'.", USAGE)
    return await give(at, goals or [], "return", acting(by), {"comment": comment}, command_id=command_id)
